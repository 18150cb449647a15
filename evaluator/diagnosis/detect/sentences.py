"""Broken sentences: a full stop in mid-clause, a fragment, stray capitals, a question made a statement."""

from __future__ import annotations

from collections.abc import Sequence

from evaluator.diagnosis.detect.name_words import is_name
from evaluator.diagnosis.detect.verbs import is_finite_past
from evaluator.diagnosis.pair import Pair, make_finding
from evaluator.diagnosis.sides import Side, Word, is_content
from evaluator.types import Finding

NAME = "sentences"
_FINITE = frozenset([
    "is", "are", "was", "were", "be", "been", "has", "have", "had", "do", "does", "did", "will", "would", "can", "could", "may", "might", "must",
    "shall", "should", "says", "said", "isn't", "aren't", "wasn't", "don't", "doesn't", "didn't", "can't", "won't", "i'm", "it's", "that's",
    "there's",
])  # fmt: skip


_ASKING = frozenset(["know", "tell", "ask", "explain"])
_WISHING = frozenset(["want", "like", "need", "please", "me", "us", "let"])
"""Beside a verb of asking they make a sentence a question: I want to know how, please tell me when; not: they know what."""
_ASKED = frozenset(["who", "what", "when", "where", "why", "which", "how", "whether", "if"])


def find_sentences(pair: Pair) -> list[Finding]:
    """Findings of all kinds; stops and capitals in any language with capitals."""
    if pair.same:
        return []
    out = _question(pair) + _stray_capitals(pair)
    return out + _stops(pair) if pair.english else out


def _stops(pair: Pair) -> list[Finding]:
    """A full stop where the reference runs on and what follows cannot stand alone."""
    h = pair.hypothesis
    out = []
    for i, word in enumerate(h.words[:-1]):
        if word.text != "." or (i and h.words[i - 1].kind == "number") or h.words[i + 1].sentence == word.sentence or h.words[i + 1].kind != "word":
            continue
        end = next((k for k in range(i + 1, len(h.words)) if h.words[k].sentence != h.words[i + 1].sentence), len(h.words))
        start = next((k for k in range(i, -1, -1) if h.words[k].sentence != word.sentence), -1) + 1
        if not _runs_on(pair, i, end):
            continue
        if _mid_clause(pair, i + 1) or _fragment(h, i + 1, end) or _bare(h, i + 1):
            near = max(start, i - 3), min(end, i + 4)
            out.append(
                make_finding(pair, "fluency/grammar", "major", NAME + "_stop", near, None, "a full stop inside a clause: what stands beside it is no sentence")
            )
    return out


def _runs_on(pair: Pair, i: int, end: int) -> bool:
    """True where the words before and after the stop lie in one sentence of the reference."""
    links = pair.alignment.to_reference
    before = [links[k] for k in range(max(0, i - 8), i) if links[k] >= 0 and not pair.hypothesis.words[k].function]
    after = [links[k] for k in range(i + 1, min(end, i + 9)) if links[k] >= 0 and not pair.hypothesis.words[k].function]
    words = pair.reference.words
    return bool(before and after) and bool({words[j].sentence for j in before} & {words[j].sentence for j in after})


def _mid_clause(pair: Pair, i: int) -> bool:
    """True where the words on both sides of the stop stand side by side in the reference, the second one in mid-clause: after an article, a preposition, an adjective."""
    word, j = pair.hypothesis.words[i], pair.alignment.to_reference[i]
    if word.function or j < 1 or pair.alignment.lexical[i, j] < 0.85:
        return False
    left = next((pair.alignment.to_reference[k] for k in range(i - 2, max(-1, i - 5), -1) if pair.hypothesis.words[k].kind != "punctuation"), -1)
    if not 0 < j - left <= 2:
        return False
    before = pair.reference.words[j - 1]
    return (before.function and before.lower not in _JOINTS) or (before.kind == "word" and not before.function and not before.capital)


_JOINTS = frozenset(
    ["and", "but", "or", "so", "while", "whereas", "because", "since", "as", "though", "although", "who", "which", "that", "if", "then", "also"]
)


def _fragment(side: Side, start: int, end: int) -> bool:
    """True where a stretch has no finite verb that a word list or an ending shows."""
    words = [w for w in side.words[start:end] if w.kind == "word"]
    return (
        0 < len(words) < 25
        and (words[0].lower in _DEPENDENT or not _present(words))
        and not any(w.lower in _FINITE or is_finite_past(w) or w.lower.endswith(("ed", "n't", "'s", "'re", "'ve", "'ll")) for w in words)
    )


_DEPENDENT = frozenset(["about", "to", "of", "in", "on", "at", "for", "with", "from", "by", "into", "over", "under", "because", "which", "who", "that"])
"""Beginnings of what is no sentence: prepositions, relative words."""


def _present(words: Sequence[Word]) -> bool:
    """True where a word may be a verb in the present: between a noun and a small word, in -s or behind a plural: no bank demands the number, cells age in."""
    return any(
        is_content(before) and is_content(word) and not word.capital and after.function and (word.lower.endswith("s") != before.lower.endswith("s"))
        for before, word, after in zip(words, words[1:], words[2:], strict=False)
    )


def _bare(side: Side, i: int) -> bool:
    """True where a sentence begins with a third-person verb: `Attracts foreign citizens`."""
    first, after = side.words[i], side.words[min(i + 1, len(side.words) - 1)]
    return (
        first.lower.endswith("s")
        and not first.lower.endswith(("ss", "us"))
        and not first.function
        and not is_name(first)
        and after.lower in ("the", "a", "an", "to", "that", "his", "her", "its")
    )


def _question(pair: Pair) -> list[Finding]:
    """A question that became a statement, or the other way."""
    marks_h = [i for i, w in enumerate(pair.hypothesis.words) if w.text in "?？؟"]
    marks_r = [j for j, w in enumerate(pair.reference.words) if w.text in "?？؟"]
    if bool(marks_h) == bool(marks_r) or not pair.reference.words or not pair.hypothesis.words:
        return []
    if marks_h and _asks(pair.reference):
        return []
    if marks_h:
        message = "a statement becomes a question"
        return [make_finding(pair, "accuracy/mistranslation", "major", NAME + "_question", (marks_h[0], marks_h[0] + 1), None, message)]
    last, there = len(pair.hypothesis.words), (marks_r[0], marks_r[0] + 1)
    return [make_finding(pair, "accuracy/mistranslation", "minor", NAME + "_question", (last - 1, last), there, "a question becomes a statement")]


def _asks(side: Side) -> bool:
    """True for a question without its mark: I want to know how to; please tell me when."""
    forms = [w.lower for w in side.words]
    return any(
        (form in ("wonder", "wondering") or (form in _ASKING and _WISHING & {*forms[max(0, k - 4) : k + 2]})) and _ASKED & {*forms[k + 1 : k + 4]}
        for k, form in enumerate(forms)
    )


def _stray_capitals(pair: Pair) -> list[Finding]:
    """Ordinary words with a capital in mid-sentence that the reference writes small."""
    h, r = pair.hypothesis, pair.reference
    content = [w for w in h.words if w.kind == "word" and not w.function]
    if len(content) < 5 or sum(w.capital for w in content) > 0.6 * len(content):
        return []  # a heading
    small = {w.lower for w in r.words if not w.capital}
    big = {w.lower for w in r.words if w.capital and not w.first}
    out = []
    for i, word in enumerate(h.words):
        if not word.capital or word.first or word.lower in big or len(word.text) < 2 or word.text.isupper() or word.pieces > 1:
            continue
        j = pair.alignment.to_reference[i]
        near_name = (i and h.words[i - 1].capital) or (i + 1 < len(h.words) and h.words[i + 1].capital and not h.words[i + 1].first)
        if near_name and not (word.lower in small and word.lower.endswith(("ing", "ed"))):
            continue  # part of a name
        verb = word.lower.endswith("ing") or word.function
        plain = j >= 0 and not r.words[j].capital and r.words[j].kind == "word" and not r.words[j].function and word.rarity < 9000 and word.pieces == 1
        if word.lower in small or (verb and word.rarity < 12000) or plain:
            other = (j, j + 1) if j >= 0 else None
            out.append(make_finding(pair, "fluency/casing", "minor", NAME + "_capital", (i, i + 1), other, f"stray capital in {word.text}"))
            if _lost_auxiliary(pair, i, j):
                out.append(
                    make_finding(
                        pair,
                        "fluency/grammar",
                        "major",
                        NAME + "_verb",
                        (max(0, i - 3), i + 1),
                        (max(0, j - 1), j + 1),
                        f"no verb: {word.text} for {r.words[j - 1].text} {r.words[j].text}",
                    )
                )
    return out


def _lost_auxiliary(pair: Pair, i: int, j: int) -> bool:
    """True where `are preparing` became `Preparing`."""
    auxiliaries = ("is", "are", "was", "were", "has", "have", "had", "will")
    return j > 0 and pair.reference.words[j - 1].lower in auxiliaries and all(w.lower not in auxiliaries for w in pair.hypothesis.words[max(0, i - 2) : i])
