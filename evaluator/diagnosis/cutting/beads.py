"""Sentences of two long texts aligned: beads of up to three against one, in order, within a band.

Source: Gale and Church 1993 for the beads and the dynamic programme; the score is that of shared
words instead of lengths, which count where few words are shared.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from evaluator.diagnosis.cutting.parts import SentencePart

SHAPES = ((1, 1), (1, 0), (0, 1), (2, 1), (1, 2), (3, 1), (1, 3))
"""Sentences of reference and hypothesis in a bead."""
BAND = 8
"""Sentences beside the path that are tried."""
ALONE, ALONE_UNIT = 1.5, 0.04
"""Cost of a sentence without a counterpart, and of each of its units."""
MERGE = 1.0
"""Cost of each sentence more than one on a side."""
LENGTH = 2.0
"""Cost of a counterpart e times as long."""
FIRM = 0.2
"""Share of the smaller side's weight in common, from which a bead is beyond doubt: unrelated sentences reach .1."""


class SentenceBead(NamedTuple):
    """Parts that are each other's counterpart; one side may be empty."""

    reference: tuple[int, int]
    hypothesis: tuple[int, int]
    """Half-open ranges of parts."""
    firm: bool


class Point(NamedTuple):
    """Parts of both texts before a place of the path."""

    reference: int
    hypothesis: int


@dataclass(frozen=True, slots=True)
class _Scores:
    """Scores of beads."""

    reference: Sequence[SentencePart]
    hypothesis: Sequence[SentencePart]
    weights: dict[str, float]
    limit: int
    known: dict[tuple[int, int], float]
    """Weight in common of two parts, as far as it was asked for."""

    def common(self, i: int, j: int) -> float:
        """Weight of the words that two parts share."""
        if (i, j) not in self.known:
            self.known[i, j] = math.fsum(self.weights[key] for key in self.reference[i].keys & self.hypothesis[j].keys)
        return self.known[i, j]

    def of(self, end: Point, shape: tuple[int, int]) -> float:
        """Score of the bead of this shape that ends here; -inf beyond the limit."""
        rows, columns = range(end.reference - shape[0], end.reference), range(end.hypothesis - shape[1], end.hypothesis)
        mine = self.reference[rows[-1]].end - self.reference[rows[0]].start if rows else 0
        theirs = self.hypothesis[columns[-1]].end - self.hypothesis[columns[0]].start if columns else 0
        if max(mine, theirs) > self.limit:
            return -math.inf
        if not mine or not theirs:
            return -ALONE - ALONE_UNIT * (mine + theirs)
        shared = math.fsum(self.common(i, j) for i in rows for j in columns)
        return shared - MERGE * (sum(shape) - 2) - LENGTH * abs(math.log((mine + 4) / (theirs + 4)))

    def firm(self, rows: range, columns: range) -> bool:
        """True where the sides share words enough."""
        sides = [self.reference[i].keys for i in rows], [self.hypothesis[j].keys for j in columns]
        least = min(math.fsum(self.weights[key] for key in frozenset().union(*keys)) for keys in sides)
        return bool(rows and columns) and math.fsum(self.common(i, j) for i in rows for j in columns) >= FIRM * max(least, 1e-9)


def align_parts(reference: Sequence[SentencePart], hypothesis: Sequence[SentencePart], path: Sequence[Point], limit: int) -> list[SentenceBead]:
    """The beads of two texts in order; every part is in exactly one of them.

    Args:
        reference: its parts.
        hypothesis: its parts.
        path: places that the alignment passes by, ascending on both sides.
        limit: most units on a side of a bead; no part has more.
    """
    band = _band(path, Point(len(reference), len(hypothesis)))
    scores = _Scores(reference, hypothesis, _weights([*reference, *hypothesis]), limit, {})
    shapes = _best_shapes(band, scores)
    beads: list[SentenceBead] = []
    p, q = len(reference), len(hypothesis)
    while p or q:
        a, b = shapes[p][q]
        rows, columns = range(p - a, p), range(q - b, q)
        beads.append(SentenceBead((p - a, p), (q - b, q), scores.firm(rows, columns)))
        p, q = p - a, q - b
    return beads[::-1]


def _weights(parts: Sequence[SentencePart]) -> dict[str, float]:
    """Weight of each word: .1 for one in every second part, 1.4 for one in every tenth, 4.4 for one in fifty."""
    count = Counter(key for part in parts for key in part.keys)
    return {key: math.log1p(0.03 * (len(parts) / n) ** 2) for key, n in count.items()}


def _best_shapes(band: Sequence[range], scores: _Scores) -> list[dict[int, tuple[int, int]]]:
    """For each place in the band the shape of the bead that ends there on the best way."""
    best: list[dict[int, float]] = []
    shapes: list[dict[int, tuple[int, int]]] = []
    for p, columns in enumerate(band):
        best.append({0: 0.0} if p == 0 else {})
        shapes.append({})
        for q in columns:
            for shape in SHAPES:
                before = best[p - shape[0]].get(q - shape[1]) if shape[0] <= p and shape[1] <= q else None
                if before is None:
                    continue
                score = before + scores.of(Point(p, q), shape)
                if score > best[p].get(q, -math.inf):
                    best[p][q], shapes[p][q] = score, shape
    return shapes


def _band(path: Sequence[Point], end: Point) -> list[range]:
    """Hypothesis places to try after each number of reference parts.

    A stretch that is short on one side is tried whole (the other side may lack or add that much),
    any other along its diagonal: the places grow with the sum of the lengths, not their product.
    """
    low, high = [end.hypothesis] * (end.reference + 1), [0] * (end.reference + 1)
    for a, b in zip((Point(0, 0), *path), (*path, end), strict=True):
        rows, columns = b.reference - a.reference, b.hypothesis - a.hypothesis
        whole = min(rows, columns) <= BAND
        for p in range(rows + 1):
            here, after = ((a.hypothesis + columns * min(k, rows) // max(rows, 1)) for k in (p, p + 1))
            first, last = (a.hypothesis, b.hypothesis) if whole else (here, after)
            low[a.reference + p] = min(low[a.reference + p], max(0, first - BAND))
            high[a.reference + p] = max(high[a.reference + p], min(end.hypothesis, last + BAND))
    return [range(a, b + 1) for a, b in zip(low, high, strict=True)]
