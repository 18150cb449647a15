"""The pieces of a pair: few, of like size, cut where both texts are sure to be at the same place.

The work grows with the length of the texts, not with its square. Only offsets are returned: nothing
is judged and no text is changed.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from evaluator.diagnosis.cutting.anchors import Anchor, find_anchors
from evaluator.diagnosis.cutting.beads import Point, SentenceBead, align_parts
from evaluator.diagnosis.cutting.parts import SentencePart, cut_parts
from evaluator.diagnosis.cutting.units import CLAUSE, INSIDE, SENTENCE, WORDS, Units, read_units, unit_spans

MAX_WORDS = 120
"""Words, marks included, on a side of a piece: longer than nearly every paragraph of an article, so that
these are judged whole, and short enough that one error still weighs in a mean over the words. The word
and token alignment of a piece, which grows with its square, then takes milliseconds and 1 MB."""
BREAK_COST = {SENTENCE: 0.0, CLAUSE: 0.5, WORDS: 1.0, INSIDE: 2.0}
"""What a cut there costs, in pieces."""
DOUBT_COST = 0.15
"""What a cut beside a bead that shares few words costs: what is missing or added may stand on either side."""
EMPTY_COST = 4.0
"""What a piece without text on one side costs beside any other, if it were short of everything; a full one costs nothing more."""


class PiecePair(NamedTuple):
    """Stretches of two texts that belong together, as half-open character ranges."""

    reference_start: int
    reference_end: int
    hypothesis_start: int
    hypothesis_end: int


def cut_pair(reference: str, hypothesis: str) -> tuple[PiecePair, ...]:
    """The pieces of a pair in order, which together are both texts: one piece if neither side has more than `MAX_WORDS` words.

    No side of a piece has more than `MAX_WORDS` words. A side is empty where the other has that
    much, or nearly, without counterpart; less goes with a neighbour.

    >>> cut_pair("It rained. The ferry sailed.", "It rained.")
    (PiecePair(reference_start=0, reference_end=28, hypothesis_start=0, hypothesis_end=10),)
    """
    if max(len(unit_spans(text)) for text in (reference, hypothesis)) <= MAX_WORDS:
        return (PiecePair(0, len(reference), 0, len(hypothesis)),)
    sides = read_units(reference), read_units(hypothesis)
    anchors = find_anchors(sides[0].keys, sides[1].keys)
    parts = cut_parts(sides, anchors)
    beads = align_parts(*parts, _path(anchors, *parts), MAX_WORDS)
    places = [Point(0, 0), *(Point(_unit(parts[0], bead.reference[1]), _unit(parts[1], bead.hypothesis[1])) for bead in beads)]
    offsets = [Point(sides[0].offset(places[k].reference), sides[1].offset(places[k].hypothesis)) for k in _best_cuts(places, beads, sides)]
    offsets[-1] = Point(len(reference), len(hypothesis))  # a side without a word may have spaces
    return tuple(PiecePair(a.reference, b.reference, a.hypothesis, b.hypothesis) for a, b in pairwise(offsets))


def _unit(parts: Sequence[SentencePart], part: int) -> int:
    """The unit at which the first `part` parts end."""
    return parts[part - 1].end if part else 0


def _path(anchors: Sequence[Anchor], reference: Sequence[SentencePart], hypothesis: Sequence[SentencePart]) -> list[Point]:
    """The parts that the anchors stand in, ascending on both sides."""
    points, i, j = [], 0, 0
    for anchor in anchors:
        while reference[i].end <= anchor.reference:
            i += 1
        while hypothesis[j].end <= anchor.hypothesis:
            j += 1
        points.append(Point(i, j))
    return list(dict.fromkeys(points))


def _best_cuts(places: Sequence[Point], beads: Sequence[SentenceBead], sides: tuple[Units, Units]) -> list[int]:
    """Indices of the places at which pieces begin and end: few pieces, of like size, cut at sentences beyond doubt."""
    best, back = [0.0], [0]
    for end in range(1, len(places)):
        options = []
        for start in range(end - 1, -1, -1):
            size = [b - a for a, b in zip(places[start], places[end], strict=True)]
            if max(size) > MAX_WORDS:
                break
            options.append((best[start] + _piece_cost(min(size), max(size)), start))
        cost, start = min(options)
        best.append(cost + (_cut_cost(places[end], beads[end - 1 : end + 1], sides) if end < len(beads) else 0.0))
        back.append(start)
    cuts = [len(places) - 1]
    while cuts[-1]:
        cuts.append(back[cuts[-1]])
    return cuts[::-1]


def _piece_cost(smaller: int, larger: int) -> float:
    missing = 1 - larger / MAX_WORDS
    return 1 + missing**2 + (0.0 if smaller else EMPTY_COST * missing)


def _cut_cost(place: Point, beads: Sequence[SentenceBead], sides: tuple[Units, Units]) -> float:
    """What a cut between two beads costs."""
    worst = max(side.grade(unit) for side, unit in zip(sides, place, strict=True))
    return BREAK_COST[worst] + DOUBT_COST * sum(not bead.firm for bead in beads)
