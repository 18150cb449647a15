"""Monotone alignment of two articles' paragraphs, with omissions, insertions, merges and splits.

Source: dynamic programming over beads as in Gale and Church 1993, with trigram cosines in the
place of their length model.
"""

from __future__ import annotations

from collections.abc import Sequence

from evaluator.align.similarity import SpanSimilarity
from evaluator.types import AlignedPair

GAIN_FROM = 0.2
"""A bead must be more alike than this to be worth making."""
MERGE_PENALTY = 0.4
"""What each paragraph beyond a 1-1 bead costs."""
LARGEST = 4
"""Most paragraphs on the many side of a bead."""
SHAPES = [(1, 1), *((1, n) for n in range(2, LARGEST + 1)), *((n, 1) for n in range(2, LARGEST + 1))]


def align_paragraphs(reference: Sequence[str], hypothesis: Sequence[str]) -> list[AlignedPair]:
    """Beads in order; every paragraph of both sides is in exactly one."""
    similarity = SpanSimilarity(reference, hypothesis)
    n, m = len(reference), len(hypothesis)
    best = [[0.0] * (m + 1) for _ in range(n + 1)]
    move: list[list[tuple[int, int]]] = [[(0, 1)] * (m + 1) for _ in range(n + 1)]
    for i in range(n + 1):
        for j in range(m + 1):
            options = [(best[i - a][j - b] + _gain(similarity, i, j, a, b), (a, b)) for a, b in SHAPES if a <= i and b <= j]
            # An omission or insertion gains nothing, so it wins only where no bead pays.
            options += [(best[i - a][j - b], (a, b)) for a, b in ((1, 0), (0, 1)) if a <= i and b <= j]
            if options:
                best[i][j], move[i][j] = max(options, key=lambda option: option[0])
    return _trace(move, n, m)


def _gain(similarity: SpanSimilarity, i: int, j: int, a: int, b: int) -> float:
    return (a + b) * (similarity.score(i - a, i, j - b, j) - GAIN_FROM) - MERGE_PENALTY * (a + b - 2)


def _trace(move: list[list[tuple[int, int]]], i: int, j: int) -> list[AlignedPair]:
    beads = []
    while i or j:
        a, b = move[i][j]
        beads.append(AlignedPair(tuple(range(i - a, i)), tuple(range(j - b, j))))
        i, j = i - a, j - b
    return beads[::-1]


def confidence(reference: Sequence[str], beads: Sequence[AlignedPair]) -> float:
    """Share of the reference's characters that found a counterpart, 0 to 1."""
    covered = sum(len(reference[i]) for bead in beads if bead.hypothesis for i in bead.reference)
    return covered / max(1, sum(map(len, reference)))
