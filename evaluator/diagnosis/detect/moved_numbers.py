"""Numbers that change places: of 350 councils 12, of 12 councils 350. English only."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Sequence

from evaluator.diagnosis.detect.quantities import Quantity
from evaluator.diagnosis.detect.verbs import lemma
from evaluator.diagnosis.pair import Pair, make_finding
from evaluator.diagnosis.sides import Side
from evaluator.types import Finding

NAME = "numbers_moved"
REACH = 5
"""Words behind a number in which the word that it counts is sought."""


def find_moved(pair: Pair, ours: Sequence[Quantity], theirs: Sequence[Quantity]) -> list[Finding]:
    """Two numbers that each count what the reference counts with the other one."""
    if not pair.english:
        return []
    here, there = _counted(pair.hypothesis, ours), _counted(pair.reference, theirs)
    both = [value for value in here if value in there]
    for a, b in itertools.combinations(both, 2):
        (q, head_a), (p, head_b) = here[a], here[b]
        (r, was_a), (s, was_b) = there[a], there[b]
        if head_a != head_b and head_a == was_b and head_b == was_a:
            places = (min(q.start, p.start), max(q.end, p.end)), (min(r.start, s.start), max(r.end, s.end))
            return [make_finding(pair, "accuracy/number", "critical", NAME, *places, "the same numbers count other things")]
    return []


def _counted(side: Side, found: Sequence[Quantity]) -> dict[float, tuple[Quantity, str]]:
    """Numbers that stand once, by value, with the word that they count."""
    count = Counter(q.value for q in found)
    out = {}
    for q in found:
        head = _head(side, q) if q.kind == "number" and count[q.value] == 1 else ""
        if head:
            out[q.value] = q, head
    return out


def _head(side: Side, q: Quantity) -> str:
    """The noun or verb behind a number in its clause; empty where `of` parts it from what is counted."""
    for k in range(q.end, min(len(side.words), q.end + REACH)):
        word = side.words[k]
        if word.lower == "of" or (word.kind == "punctuation" and word.text not in "-%"):
            return ""
        if word.kind == "number":
            return word.text
        if word.text == "%" or (word.kind == "word" and not word.function):
            if word.text == "%" or word.lower in ("percent", "per", "cent"):
                if k + 1 < len(side.words) and side.words[k + 1].lower in ("of", "to", "from", "and", "in", "on"):
                    return "percent" if side.words[k + 1].lower != "of" else ""
                continue
            if word.lower in ("million", "billion", "people"):
                continue
            return lemma(word)
    return ""
