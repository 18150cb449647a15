"""The first beads: the best chain in order, then chains through what it left over (moved text)."""

from __future__ import annotations

import numpy as np

from evaluator.alignment.features import Region
from evaluator.alignment.pairs import Bead, IntArray
from evaluator.alignment.spans import Parameters, SpanTables
from evaluator.types import FloatArray

Gains = dict[tuple[int, int], FloatArray]
_PASSES = 3
_LOWEST = -1e9


def find_chain(gains: Gains, n: int, m: int) -> list[tuple[int, int, int, int]]:
    """The chain of beads with the largest total gain, as (row, column, rows, columns), in order.

    Paragraphs outside the chain cost nothing. Rows are swept one at a time, all columns at once:
    O(n m shapes) additions, n x shapes NumPy calls.
    """
    best = np.zeros((n + 1, m + 1))
    for i in range(1, n + 1):
        row = best[i - 1].copy()
        for (a, b), gain in gains.items():
            if a <= i:
                np.maximum(row[b:], best[i - a, : m - b + 1] + gain[i - a], out=row[b:])
        best[i] = np.maximum.accumulate(row)
    return _trace(best, gains)


def _trace(best: FloatArray, gains: Gains) -> list[tuple[int, int, int, int]]:
    """Walks back through the sums; equal sums prefer leaving a paragraph out, so ties are stable."""
    chain = []
    i, j = best.shape[0] - 1, best.shape[1] - 1
    while i > 0 and j > 0:
        if best[i, j] == best[i, j - 1]:
            j -= 1
        elif best[i, j] == best[i - 1, j]:
            i -= 1
        else:
            a, b = next((a, b) for (a, b), gain in gains.items() if a <= i and b <= j and best[i - a, j - b] + gain[i - a, j - b] == best[i, j])
            i, j = i - a, j - b
            chain.append((i, j, a, b))
    return chain[::-1]


def _contiguous(positions: IntArray, length: int) -> FloatArray:
    """0 where `length` positions from here stand side by side in the text, else the lowest gain."""
    apart = positions[length - 1 :] - positions[: len(positions) - length + 1] != length - 1
    return np.where(apart, _LOWEST, 0.0)


def _restrict(gains: Gains, rows: IntArray, columns: IntArray, region: Region, surcharge: float) -> Gains:
    """The gains among the given local rows and columns, each paragraph `surcharge` dearer."""
    found = {}
    for (a, b), gain in gains.items():
        if a > len(rows) or b > len(columns):
            continue
        starts = np.ix_(
            np.minimum(rows[: len(rows) - a + 1], gain.shape[0] - 1),
            np.minimum(columns[: len(columns) - b + 1], gain.shape[1] - 1),
        )
        apart = _contiguous(region.rows[rows], a)[:, None] + _contiguous(region.columns[columns], b)[None]
        found[a, b] = gain[starts] - surcharge * (a + b) + apart
    return found


def _free(size: int, taken: set[int]) -> IntArray:
    return np.array([i for i in range(size) if i not in taken], dtype=np.int64)


class BeadFinder:
    """Finds the first beads of a region: in order, and then out of order among what is left."""

    def __init__(self, region: Region, parameters: Parameters) -> None:
        self.region = region
        self._gains = SpanTables(region, parameters).gains()
        self._surcharge = parameters.second_threshold - parameters.threshold

    def find_in_order(self) -> list[Bead]:
        """The best chain of beads."""
        return self._find_more([], 0.0)

    def find_out_of_order(self, beads: list[Bead]) -> list[Bead]:
        """The beads, chains of beads among the paragraphs they leave, and single pairs anywhere."""
        for _ in range(_PASSES):
            more = self._find_more(beads, self._surcharge)
            beads = beads + more
            if not more:
                break
        return beads + self._pair_rest(beads)

    def _find_more(self, beads: list[Bead], surcharge: float) -> list[Bead]:
        n = self.region.n
        rows = _free(n, {i for bead in beads for i in bead.reference})
        columns = _free(self.region.size - n, {j - n for bead in beads for j in bead.hypothesis})
        gains = _restrict(self._gains, rows, columns, self.region, surcharge)
        chain = find_chain(gains, len(rows), len(columns))
        return [Bead(rows[i : i + a].tolist(), (columns[j : j + b] + n).tolist()) for i, j, a, b in chain]

    def _pair_rest(self, beads: list[Bead]) -> list[Bead]:
        """Single paragraphs that prefer each other: each chain finds only one of a reversed text's."""
        n = self.region.n
        gain = self._gains[1, 1] - 2 * self._surcharge
        for bead in beads:
            gain[bead.reference] = _LOWEST
            gain[:, [j - n for j in bead.hypothesis]] = _LOWEST
        favourite = gain.argmax(axis=1)
        mutual = gain.argmax(axis=0)[favourite] == np.arange(n)
        good = mutual & (gain[np.arange(n), favourite] > 0)
        return [Bead([int(i)], [int(favourite[i]) + n]) for i in np.flatnonzero(good)]
