"""Cause and effect exchanged: because, led to, was caused by, the reason for. English only."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from evaluator.diagnosis.detect.agents import NAME, STARTERS, party
from evaluator.diagnosis.detect.verbs import BE, lemma
from evaluator.diagnosis.pair import Pair, make_finding
from evaluator.diagnosis.sides import Side, Word, stem
from evaluator.types import Finding

_EFFECT_FIRST = frozenset(["because", "due", "owing", "thanks"])
_CAUSE_FIRST = frozenset(["so", "therefore", "thus", "hence"])
_BACK = frozenset(["which", "this", "that", "it", "them", "these"])
"""Behind a connective these point back to the cause: due to which, because of this."""
_VERBS = frozenset(stem(w) for w in ("cause", "trigger", "triggered", "provoke", "prompt", "prompted"))
"""With the cause as subject; followed by `by`, with the effect."""
_PAIRS = {
    (stem(verb), word): first
    for verb, word, first in (
        ("lead", "to", True),
        ("result", "in", True),
        ("bring", "about", True),
        ("result", "from", False),
        ("stem", "from", False),
        ("bring", "on", True),
        ("give", "rise", True),
    )
}
"""A verb with its preposition, and whether its subject is the cause."""
_NOUNS = frozenset(["cause", "causes", "reason", "reasons", "trigger"])
_RESULTS = frozenset(["result", "results", "consequence", "consequences", "outcome"])
_OF = frozenset(["of", "for", "behind"])
_NO_OBJECT = frozenset(["of", "for", "behind", "in", "on", "at", "to", "with", "and", "or", "that", "which", "by", "as", "from"])


class Cause(NamedTuple):
    """What a text says causes what."""

    place: int
    cause: frozenset[str]
    effect: frozenset[str]


def find_causes(pair: Pair) -> list[Finding]:
    """What caused what the other way round."""
    ours, theirs = _only(pair.hypothesis), _only(pair.reference)
    if ours is None or theirs is None or not (ours.cause & theirs.effect and ours.effect & theirs.cause):
        return []
    crossed = len(ours.cause & theirs.effect) + len(ours.effect & theirs.cause)
    if crossed <= (len(ours.cause & theirs.cause) + len(ours.effect & theirs.effect)):
        return []  # a word or two that go with either (often, in the region) may stay
    places = (ours.place, ours.place + 1), (theirs.place, theirs.place + 1)
    return [make_finding(pair, "accuracy/role", "critical", NAME + "_cause", *places, "cause and effect are exchanged")]


def _only(side: Side) -> Cause | None:
    """The causal statement, where the text has one."""
    found = list(_causes(side))
    return found[0] if len(found) == 1 else None


def _causes(side: Side) -> Iterator[Cause]:
    for start, words in _sentences(side.words):
        for i, word in enumerate(words):
            parts = _connected(words, i) or _named(words, i) or _done(words, i)
            if word.kind == "word" and parts is not None:
                yield Cause(start + i, *map(_parties, parts))


def _sentences(words: Sequence[Word]) -> Iterator[tuple[int, Sequence[Word]]]:
    start = 0
    for end in range(1, len(words) + 1):
        if end == len(words) or words[end].sentence != words[start].sentence:
            yield start, words[start:end]
            start = end


Parts = tuple[Sequence[Word], Sequence[Word]]
"""The words of the cause, those of the effect."""


def _before(words: Sequence[Word], end: int) -> Sequence[Word]:
    """The words of one clause that end before a place."""
    start = end
    while start > 0 and not _ends(words[start - 1]):
        start -= 1
    return words[start:end]


def _behind(words: Sequence[Word], start: int) -> Sequence[Word]:
    """The words of one clause from a place on, lists included."""
    end = start
    while end < len(words) and (words[end].lower in ("and", "or", ",") or not _ends(words[end])):
        end += 1
    return words[start:end]


def _ends(word: Word) -> bool:
    return word.lower in STARTERS or (word.kind == "punctuation" and word.text not in "-’'\"“”")


def _connected(words: Sequence[Word], i: int) -> Parts | None:
    """Around `because` and the like; where it begins the sentence, up to the first comma."""
    word = words[i].lower
    if word not in _EFFECT_FIRST | _CAUSE_FIRST or any(w.lower in _BACK for w in words[i + 1 : i + 3]):
        return None
    if i > 0:
        first, second = _before(words, i), _behind(words, i + 1)
        return (second, first) if word in _EFFECT_FIRST else (first, second)
    comma = next((k for k, w in enumerate(words) if w.text == ","), None)
    if comma is None:
        return None
    first, second = words[1:comma], _behind(words, comma + 1)
    return (first, second) if word in _EFFECT_FIRST else (second, first)


def _named(words: Sequence[Word], i: int) -> Parts | None:
    """The cause of E is C; C is the cause of E; E is the result of C."""
    if words[i].lower not in _NOUNS | _RESULTS or i + 1 == len(words) or words[i + 1].lower not in _OF:
        return None
    clause = _before(words, i)
    at = next((k for k in range(len(clause) - 1, max(-1, len(clause) - 5), -1) if clause[k].lower in BE), None)
    if at is not None:
        first, second = clause[:at], _behind(words, i + 2)
        return (first, second) if words[i].lower in _NOUNS else (second, first)
    if words[i].lower in _RESULTS:
        return None
    behind = next((k for k in range(i + 2, len(words)) if words[k].lower in BE), None)
    return (_behind(words, behind + 1), words[i + 2 : behind]) if behind is not None else None


def _done(words: Sequence[Word], i: int) -> Parts | None:
    """C causes E; E is (mainly) caused (mostly) by C; C leads to E."""
    form, passive = lemma(words[i]), any(w.lower in BE for w in words[max(0, i - 2) : i])
    after = words[i + 1].lower if i + 1 < len(words) else ""
    by = next((k for k in range(i + 1, min(len(words), i + 4)) if words[k].lower == "by"), None)
    if (form, after) in _PAIRS:
        first, second = _before(words, i), _behind(words, i + 2 if by is None else by + 1)
        return (first, second) if _PAIRS[form, after] == (by is None) else (second, first)
    if form not in _VERBS:
        return None
    if by is not None:
        return _behind(words, by + 1), _before(words, i)
    if passive or not after or after in _NO_OBJECT | BE or words[i + 1].kind == "punctuation":
        return None
    return _before(words, i), _behind(words, i + 1)


def _parties(words: Sequence[Word]) -> frozenset[str]:
    return frozenset(p for w in words for p in party(w) if not p.startswith("*"))
