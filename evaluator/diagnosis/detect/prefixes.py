"""Prefixes that turn a word round and stand before a hyphen: anti-ballistic, non-smoking, pro-Russian. English only."""

from __future__ import annotations

from evaluator.diagnosis.detect.verbs import lemma
from evaluator.diagnosis.pair import Pair, make_finding
from evaluator.diagnosis.sides import Side, is_content, stem
from evaluator.types import Finding

NAME = "negation_prefix"
_SAME = frozenset(["anti", "counter"])
_PREFIXES = ("anti", "non", "counter", "pro")
_AGAINST = frozenset([
    "against", "prevent", "prevents", "prevented", "preventing", "prevention", "preventive", "fight", "fights", "fighting", "fought", "combat", "combating", "combatting", "counter",
    "control", "oppose", "opposed", "opposing", "opposes", "opposition", "opponents", "resist", "resistance", "resisting", "blocking", "stop", "ban", "free", "defense", "defence",
    "antagonist", "crackdown", "barrier", "barriers", "shield", "repellent", "guard", "proof", "protection", "hostile", "hate", "no", "not",
])  # fmt: skip
_NEGATIVE = frozenset(["no", "not", "without", "never", "none", "free", "outside", "other", "neither"])
_FOR = frozenset(["for", "favor", "favour", "support", "supporting", "supports", "supporters", "supported", "friendly", "backed", "loyal"])
_ANSWERS = {"anti": _AGAINST, "counter": _AGAINST, "non": _NEGATIVE, "pro": _FOR}
"""Words that say what the prefix says."""


def find_prefixes(pair: Pair) -> list[Finding]:
    """A prefix lost, added, or exchanged for another before the same word."""
    return _one_sided(pair, lost=True) + _one_sided(pair, lost=False)


def _one_sided(pair: Pair, *, lost: bool) -> list[Finding]:
    here, there = (pair.reference, pair.hypothesis) if lost else (pair.hypothesis, pair.reference)
    out: list[Finding] = []
    for i, prefix in _prefixed(here):
        wanted = lemma(here.words[i])
        places = [j for j, w in enumerate(there.words) if lemma(w) == wanted]
        if prefix in _SAME:
            places = [j for j in places if not _compounded(here, i, there, j)]
        if not places or prefix in _spelled(there, wanted):
            continue
        others = {_prefix_before(there, j) for j in places} - {""}
        if prefix in others or (prefix in _SAME and others & _SAME):
            continue
        if not others and any(w.lower in _ANSWERS[prefix] or w.lower.startswith(prefix) or w.lower.endswith("n't") for w in there.words):
            continue
        if others and not lost:
            continue  # reported once, with the reference's prefix
        # `pro-democracy activists` and `democracy activists` are one; `pro-Russian fighters` and `Russian fighters` are not.
        severity = "critical" if prefix != "pro" or others else "major" if here.words[i].capital else "minor"
        span, partner = (max(0, i - 2), i + 1), (places[0], places[0] + 1)
        ours, theirs = (partner, span) if lost else (span, partner)
        message = f"{prefix}- before {here.words[i].text!r} is {'lost' if lost else 'added'}"
        out.append(make_finding(pair, "accuracy/negation", severity, NAME, ours, theirs, message))
    return out


def _compounded(here: Side, i: int, there: Side, j: int) -> bool:
    """True where the noun behind the prefixed word follows on the other side with another word between: an anti-dust cloth is a dust binding cloth."""
    noun = lemma(here.words[i + 1]) if i + 1 < len(here.words) and is_content(here.words[i + 1]) else ""
    return noun != "" and noun in [lemma(word) for word in there.words[j + 2 : j + 4]]


def _prefixed(side: Side) -> list[tuple[int, str]]:
    """Words with a prefix and a hyphen before them."""
    return [(i, prefix) for i in range(2, len(side.words)) if (prefix := _prefix_before(side, i))]


def _prefix_before(side: Side, i: int) -> str:
    words = side.words
    if i < 1 or words[i].kind != "word":
        return ""
    if i >= 2 and words[i - 1].text in "-‐‑" and words[i - 2].lower in _PREFIXES and words[i - 2].end == words[i - 1].start:
        return words[i - 2].lower
    return words[i - 1].lower if words[i - 1].lower in ("anti", "non") else ""


def _spelled(side: Side, wanted: str) -> set[str]:
    """Prefixes that the text writes together with the word."""
    return {prefix for w in side.words for prefix in _PREFIXES if w.lower.startswith(prefix) and stem(w.lower[len(prefix) :]) == wanted}
