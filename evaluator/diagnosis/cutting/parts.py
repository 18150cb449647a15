"""Where two long texts are cut before they are aligned: at sentences, and inside long ones."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from evaluator.diagnosis.cutting.anchors import Anchor
from evaluator.diagnosis.cutting.units import CLAUSE, SENTENCE, Units

MIN_PART = 4
"""Units of a sentence that is aligned by itself: "Yes." goes with the next."""
LONG_SENTENCE = 60
"""Units up to which a sentence is aligned whole: the other text may have three for it."""
MIN_CLAUSE, MIN_STRETCH, MAX_STRETCH = 8, 12, 40
"""Units of a clause of a longer sentence, and minimum and maximum of a stretch of one without clause marks."""


class SentencePart(NamedTuple):
    """A sentence, or a part of one that is too long."""

    start: int
    end: int
    """Half-open range of units."""
    keys: frozenset[str]


def cut_parts(sides: tuple[Units, Units], anchors: Sequence[Anchor]) -> tuple[list[SentencePart], list[SentencePart]]:
    """The parts of reference and hypothesis in order; every unit is in one.

    A long sentence without clause marks is cut where the other text has a mark, or where an anchor
    stands, so that both texts are cut at the same word.
    """
    joints = _at_breaks(anchors, sides), _spaced(anchors)
    return (
        _parts(sides[0], [[joint.reference for joint in some] for some in joints]),
        _parts(sides[1], [[joint.hypothesis for joint in some] for some in joints]),
    )


def _at_breaks(anchors: Sequence[Anchor], sides: tuple[Units, Units]) -> list[Anchor]:
    """Pairs of units between near anchors where one of the texts begins a sentence or clause, ascending."""
    out = []
    for a, b in pairwise(anchors):
        if max(b.reference - a.reference, b.hypothesis - a.hypothesis) > MIN_CLAUSE:
            continue
        mine, theirs = (_last_break(side, first, last) for side, first, last in zip(sides, a, b, strict=True))
        if mine is not None:
            out.append(Anchor(mine, max(a.hypothesis + 1, b.hypothesis - (b.reference - mine))))
        elif theirs is not None:
            out.append(Anchor(max(a.reference + 1, b.reference - (b.hypothesis - theirs)), theirs))
    return out


def _last_break(units: Units, first: int, last: int) -> int | None:
    """The last unit after `first`, up to `last`, that begins a sentence or clause."""
    return next((unit for unit in range(last, first, -1) if units.breaks[unit] <= CLAUSE), None)


def _spaced(anchors: Sequence[Anchor]) -> list[Anchor]:
    """Anchors far enough from each other on both sides to cut a text without sentences there."""
    out = [Anchor(0, 0)]
    for anchor in anchors:
        if min(anchor.reference - out[-1].reference, anchor.hypothesis - out[-1].hypothesis) >= MIN_STRETCH:
            out.append(anchor)
    return out[1:]


def _parts(units: Units, joints: Sequence[Sequence[int]]) -> list[SentencePart]:
    """Sentences; long ones cut at clause marks, else where the other text is cut, else into equal stretches.

    Args:
        units: of one text.
        joints: units that stand for a place where the other text can be cut; lists of them, best first, each ascending.
    """
    n = len(units.starts)
    sentences, clauses = ([i for i in range(1, n) if units.breaks[i] <= grade] for grade in (SENTENCE, CLAUSE))
    edges = _divided([0, n], sentences, MIN_PART, 0)
    edges = _divided(edges, clauses, MIN_CLAUSE, LONG_SENTENCE)
    for places in joints:
        edges = _divided(edges, places, MIN_CLAUSE, LONG_SENTENCE)
    edges = [*(unit for a, b in pairwise(edges) for unit in _equal(a, b)), n] if n else []
    return [SentencePart(a, b, frozenset(filter(None, units.keys[a:b]))) for a, b in pairwise(edges)]


def _divided(edges: Sequence[int], places: Sequence[int], least: int, limit: int) -> list[int]:
    """The edges, and in every range over the limit the places that leave `least` units before them; all ascending."""
    out, at = [edges[0]], 0
    for a, b in pairwise(edges):
        while at < len(places) and places[at] <= a:
            at += 1
        while at < len(places) and places[at] < b:
            if b - a > limit and places[at] - out[-1] >= least:
                out.append(places[at])
            at += 1
        out.append(b)
    return out


def _equal(start: int, end: int) -> list[int]:
    """Starts of equal stretches of a range; of one within the limit its own start alone."""
    n = 1 if end - start <= LONG_SENTENCE else math.ceil((end - start) / MAX_STRETCH)
    return [start + (end - start) * k // n for k in range(n)]
