"""More than a number turned into less than it, or the other way. English only."""

from __future__ import annotations

from collections.abc import Sequence

from evaluator.diagnosis.detect.quantities import Quantity
from evaluator.diagnosis.pair import Pair, make_finding
from evaluator.diagnosis.sides import Side
from evaluator.types import Finding

NAME = "numbers_bound"
_ABOVE = (
    ("more", "than"),
    ("over",),
    ("above",),
    ("at", "least"),
    ("exceeding",),
    ("exceeded",),
    ("exceeds",),
    ("not", "less", "than"),
    ("no", "less", "than"),
    ("no", "fewer", "than"),
)
_BELOW = (
    ("less", "than"), ("fewer", "than"), ("under",), ("below",), ("almost",), ("nearly",), ("up", "to"), ("at", "most"), ("not", "more", "than"), ("no", "more", "than"),
    ("close", "to"),
)  # fmt: skip
# `not more than` ends in `more than`: the longer phrase decides.
_PHRASES = sorted([(words, 1) for words in _ABOVE] + [(words, -1) for words in _BELOW], key=lambda entry: -len(entry[0]))
_BESIDE = frozenset(["a", "an", "the", "$", "€", "£", "around", "about"])


def find_bounds(pair: Pair, ours: Sequence[Quantity], theirs: Sequence[Quantity]) -> list[Finding]:
    """Numbers that stand once on each side and are bounded from the other direction."""
    if not pair.english:
        return []
    out = []
    for q in ours:
        same = [r for r in theirs if r.kind == q.kind == "number" and r.value == q.value]
        if len(same) != 1 or q.value <= 2 or sum(p.value == q.value for p in ours) != 1:
            continue
        r = same[0]
        here, there = bound(pair.hypothesis, q.start), bound(pair.reference, r.start)
        if here * there < 0:
            words = pair.hypothesis.text[pair.hypothesis.words[q.start].start : pair.hypothesis.words[q.end - 1].end]
            message = f"{'more' if here > 0 else 'less'} than {words} where the reference says {'more' if there > 0 else 'less'}"
            out.append(make_finding(pair, "accuracy/number", "major", NAME, (max(0, q.start - 2), q.end), (max(0, r.start - 2), r.end), message))
    return out


def bound(side: Side, start: int) -> int:
    """1 for a number that is exceeded, -1 for one not reached, 0 for neither."""
    end = start
    while end > 0 and side.words[end - 1].lower in _BESIDE:
        end -= 1
    before = tuple(w.lower for w in side.words[max(0, end - 3) : end])
    return next((way for words, way in _PHRASES if before[-len(words) :] == words), 0)
