"""How the two texts differ on the surface: n-grams, words without a partner, order, punctuation, verb forms.

These rank versions of one text where little is changed; `fidelity` alone uses them. Every number
lies in a narrow range and depends on this pair alone.
"""

from __future__ import annotations

import math
from collections import Counter

import numpy as np

from evaluator.diagnosis.detect.surface import odd_form
from evaluator.diagnosis.pair import Pair
from evaluator.diagnosis.sides import Side, Word

FORMS = (
    "word1_p", "word1_r", "word2_p", "word2_r", "word3_p", "word3_r", "word1_lower_p", "word1_lower_r", "word2_lower_p", "word2_lower_r", "char2_p",
    "char2_r", "char4_p", "char4_r", "char6_p", "char6_r", "chrf", "sup_mean", "sup_mass", "sup_rare", "sup_low1", "sup_low3", "sup_free",
    "sup_free_function", "sup_free_share", "sup_exact", "cov_mean", "cov_mass", "cov_rare", "cov_low1", "cov_low3", "cov_free", "cov_free_function",
    "cov_free_share", "cov_exact", "length", "ratio", "shorter", "longer", "adjacent", "inversions", "breaks", "stops_more", "stops_less",
    "commas_more", "commas_less", "quotes_more", "quotes_less", "brackets_more", "brackets_less", "odd_more", "odd_less", "end_lost", "end_same",
    "first_lower", "h_capitals", "r_capitals", "capitals_less", "blanks", "tight", "doubled_marks", "odd_forms", "pieces", "functions",
    "odd_function_pairs", "verb_now_more", "verb_now_less", "verb_past_more", "verb_past_less", "verb_have_more", "verb_have_less", "verb_had_more",
    "verb_had_less", "verb_will_more", "verb_will_less", "verb_would_more", "verb_would_less", "verb_being_more", "verb_being_less",
    "verb_been_more", "verb_been_less", "verb_be_more", "verb_be_less", "verb_do_more", "verb_do_less", "verb_did_more", "verb_did_less",
    "verb_ing_more", "verb_ing_less", "verb_ed_more", "verb_ed_less", "articles",
)  # fmt: skip
"""All of them, in order."""


def forms(pair: Pair) -> dict[str, float]:
    """All numbers by name."""
    return {**_ngrams(pair), **_words(pair), **_order(pair), **_surface(pair), **_verbs(pair)}


def _grams(items: list[str], n: int) -> Counter[str]:
    return Counter("\0".join(items[k : k + n]) for k in range(len(items) - n + 1))


def _overlap(a: Counter[str], b: Counter[str]) -> tuple[float, float]:
    """Share of the first that the second has, and the other way."""
    common = sum(min(count, b.get(key, 0)) for key, count in a.items())
    return common / max(1, sum(a.values())), common / max(1, sum(b.values()))


def _ngrams(pair: Pair) -> dict[str, float]:
    out: dict[str, float] = {}
    for case in ("", "_lower"):
        ours, theirs = ([w.lower if case else w.text for w in side.words] for side in (pair.hypothesis, pair.reference))
        for n in (1, 2, 3) if not case else (1, 2):
            p, r = _overlap(_grams(ours, n), _grams(theirs, n))
            out[f"word{n}{case}_p"], out[f"word{n}{case}_r"] = p, r
    total_p = total_r = 0.0
    ours_text, theirs_text = (side.text.replace(" ", "") for side in (pair.hypothesis, pair.reference))
    for n in (2, 4, 6):
        p, r = _overlap(
            Counter(ours_text[k : k + n] for k in range(len(ours_text) - n + 1)), Counter(theirs_text[k : k + n] for k in range(len(theirs_text) - n + 1))
        )
        total_p, total_r = total_p + p / 3, total_r + r / 3
        out[f"char{n}_p"], out[f"char{n}_r"] = p, r
    out["chrf"] = 5 * total_p * total_r / max(1e-6, 4 * total_p + total_r)
    return out


def _words(pair: Pair) -> dict[str, float]:
    """Support of hypothesis words and cover of reference words, by kind and rarity."""
    out: dict[str, float] = {}
    for name, side, strength, links in (
        ("sup", pair.hypothesis, pair.alignment.support, pair.alignment.to_reference),
        ("cov", pair.reference, pair.alignment.cover, pair.alignment.to_hypothesis),
    ):
        content = np.array([w.kind == "word" and not w.function for w in side.words], dtype=bool)
        function = np.array([w.function for w in side.words], dtype=bool)
        rarity = np.array([math.log(1 + w.rarity) / 10 for w in side.words])
        weak = 1 - strength
        free = np.array([link < 0 for link in links], dtype=bool)
        out[f"{name}_mean"] = float(strength[content].mean()) if content.any() else 1.0
        out[f"{name}_mass"] = float((weak * rarity)[content].sum()) / 3
        out[f"{name}_rare"] = float((weak * rarity)[content].max(initial=0.0))
        low = np.sort(strength[content])[:3] if content.any() else np.ones(1)
        out[f"{name}_low1"], out[f"{name}_low3"] = float(low[0]), float(low.mean())
        out[f"{name}_free"] = float((free & content).sum()) / 3
        out[f"{name}_free_function"] = float((free & function).sum()) / 5
        out[f"{name}_free_share"] = float((free & content).sum()) / max(1, int(content.sum()))
        out[f"{name}_exact"] = float((pair.alignment.lexical.max(axis=1 if name == "sup" else 0, initial=0.0) >= 0.9)[content].mean()) if content.any() else 1.0
    n, m = len(pair.hypothesis.words), len(pair.reference.words)
    out["length"] = math.log(max(1, m)) / 4
    out["ratio"] = math.log(max(1, n) / max(1, m))
    out["shorter"], out["longer"] = max(0.0, -out["ratio"]), max(0.0, out["ratio"])
    return out


def _order(pair: Pair) -> dict[str, float]:
    """How far the aligned words keep their order."""
    links = [j for j in pair.alignment.to_reference if j >= 0]
    if len(links) < 2:
        return {"adjacent": 1.0, "inversions": 0.0, "breaks": 0.0}
    a = np.array(links)
    steps = np.diff(a)
    inverted = float(np.triu(a[:, None] > a[None, :], 1).sum()) / (len(a) * (len(a) - 1) / 2)
    return {"adjacent": float((steps == 1).mean()), "inversions": inverted, "breaks": float((steps < 0).sum()) / 5}


def _marks(side: Side, marks: str) -> int:
    return sum(w.text in marks for w in side.words)


def _surface(pair: Pair) -> dict[str, float]:
    h, r = pair.hypothesis, pair.reference
    out: dict[str, float] = {}
    for name, marks in (("stops", ".!?。"), ("commas", ",;:"), ("quotes", "\"“”'‘’«»"), ("brackets", "()[]-–—"), ("odd", "~#*|_^\\/@{}<>=+`")):
        gap = _marks(h, marks) - _marks(r, marks)
        out[f"{name}_more"], out[f"{name}_less"] = min(3, max(0, gap)) / 3, min(3, max(0, -gap)) / 3
    last = h.words[-1] if h.words else None
    other = r.words[-1] if r.words else None
    out["end_lost"] = float(last is not None and other is not None and last.kind != "punctuation" and other.kind == "punctuation")
    out["end_same"] = float(last is not None and other is not None and last.text == other.text)
    out["first_lower"] = float(bool(h.text.strip()) and h.text.strip()[0].islower() and not r.text.strip()[:1].islower())
    for name, side in (("h", h), ("r", r)):
        words = [w for w in side.words if w.kind == "word"]
        out[f"{name}_capitals"] = sum(w.capital for w in words) / max(1, len(words))
    out["capitals_less"] = max(0.0, out["r_capitals"] - out["h_capitals"])
    spaced = [
        sum(w.kind == "punctuation" and w.text not in "\"“”'‘’–—-&$£€#°(/+" and w.start > 0 and s.text[w.start - 1] == " " for w in s.words) for s in (h, r)
    ]
    out["blanks"] = min(3, max(0, spaced[0] - spaced[1])) / 3
    tight = [
        sum(a.kind == "punctuation" and a.text in ",;:!?" and b.kind == "word" and a.end == b.start for a, b in zip(s.words, s.words[1:], strict=False))
        for s in (h, r)
    ]
    out["tight"] = min(3, max(0, tight[0] - tight[1])) / 3
    doubled = [
        sum(a.kind == "punctuation" and b.kind == "punctuation" and a.end == b.start for a, b in zip(s.words, s.words[1:], strict=False)) for s in (h, r)
    ]
    out["doubled_marks"] = min(3, max(0, doubled[0] - doubled[1])) / 3
    known = {w.lower for w in r.words}
    out["odd_forms"] = min(3, sum(odd_form(w) and w.lower not in known for w in h.words)) / 3
    out["pieces"] = sum(w.pieces - 1 for w in h.words if w.kind == "word" and w.lower not in known) / 5
    out["functions"] = (sum(w.function for w in h.words) / max(1, len(h.words))) - (sum(w.function for w in r.words) / max(1, len(r.words)))
    pairs = Counter((a.lower, b.lower) for a, b in zip(h.words, h.words[1:], strict=False) if a.function and b.function)
    theirs = {(a.lower, b.lower) for a, b in zip(r.words, r.words[1:], strict=False)}
    out["odd_function_pairs"] = sum(pair_ not in theirs for pair_ in pairs) / 5
    return out


_VERB_FORMS = {
    "am": "now", "is": "now", "are": "now", "was": "past", "were": "past", "has": "have", "have": "have", "had": "had", "will": "will", "shall": "will",
    "would": "would", "being": "being", "been": "been", "be": "be", "do": "do", "does": "do", "did": "did",
}  # fmt: skip
"""English auxiliaries by what they say of tense and aspect."""
_KINDS = (*dict.fromkeys(_VERB_FORMS.values()), "ing", "ed")


def _verbs(pair: Pair) -> dict[str, float]:
    """Auxiliaries and verb endings that one side has more of; a before a vowel and an before none. English; 0 elsewhere."""
    if not pair.english:
        return {f"verb_{kind}_{way}": 0.0 for kind in _KINDS for way in ("more", "less")} | {"articles": 0.0}
    ours, theirs = (Counter(kind for w in side.words if (kind := _verb_form(w))) for side in (pair.hypothesis, pair.reference))
    out = {}
    for kind in _KINDS:
        gap = ours[kind] - theirs[kind]
        out[f"verb_{kind}_more"], out[f"verb_{kind}_less"] = min(3, max(0, gap)) / 3, min(3, max(0, -gap)) / 3
    out["articles"] = min(3, _odd_articles(pair.hypothesis)) / 3
    return out


def _verb_form(word: Word) -> str:
    if word.kind != "word":
        return ""
    lower = word.lower
    if lower in _VERB_FORMS:
        return _VERB_FORMS[lower]
    return "ing" if len(lower) > 5 and lower.endswith("ing") else "ed" if len(lower) > 4 and lower.endswith("ed") else ""


def _odd_articles(side: Side) -> int:
    """How often `a` stands before a vowel letter or `an` before another; sounds are not known, so `hour` and `European` are passed over."""
    return sum(
        a.lower in ("a", "an")
        and b.kind == "word"
        and (a.lower == "an") != (b.lower[0] in "aeiou")
        and b.lower[0] not in "hux"
        and b.lower[:2] not in ("eu", "on")
        for a, b in zip(side.words, side.words[1:], strict=False)
    )
