"""Resamples in blocks: sacreBLEU's own random numbers, never more than a few megabytes of them.

A resample is a row of weights over units (segments or documents): 0 or 1 for a swap, or how
often a unit was drawn. One matrix product then sums the statistics of all systems and metrics.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import gcd
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evaluator.types import FloatArray

BLOCK = 1 << 20
"""Weights in one block; 2^20 are 8 MiB in float64."""
FEWEST_ROWS = 8
"""Even of a million segments: a product of one row would read all statistics for it alone."""
DRAWN_AT_ONCE = 1 << 14
"""Draws that are counted together, so that they stay in the processor's cache; a set of few units is drawn for many resamples at once."""
MOST_UNITS = 30_000
"""Units that are resampled one by one; of more, neighbours are drawn together."""
MOST_GROUPS = 1 << 14
"""Groups of neighbours that more units than that make, at most."""
EXACT_IN_FLOAT32 = 2**24
"""Sums of whole numbers below this are exact in float32, which is twice as fast."""


def swap_masks(n: int, resamples: int, seed: int) -> Iterator[NDArray[np.bool_]]:
    """Blocks (rows, n) of sacreBLEU's swaps, `default_rng(seed).integers(2, size=(resamples, n))`.

    Bits are taken from words of 32, and each call starts a new word: blocks give the same bits as
    one call when all but the last fill whole words.
    """
    rng = np.random.default_rng(seed)
    step = 32 // gcd(32, n)
    rows = max(step, BLOCK // n // step * step)
    for done in range(0, resamples, rows):
        masks = rng.integers(2, size=(min(rows, resamples - done), n), dtype=bool)
        yield from _slices(masks)


def draw_counts(n: int, resamples: int, seed: int) -> Iterator[NDArray[np.float32]]:
    """Blocks (rows, n): how often each unit is in sacreBLEU's bootstrap resamples."""
    rng = np.random.default_rng(seed)
    rows, at_once = max(FEWEST_ROWS, BLOCK // n), max(1, DRAWN_AT_ONCE // n)
    for done in range(0, resamples, rows):
        counts = np.empty((min(rows, resamples - done), n), dtype=np.float32)
        for start in range(0, len(counts), at_once):
            some = counts[start : start + at_once]
            drawn = rng.integers(n, size=some.shape, dtype=np.int32)
            drawn += np.arange(len(some), dtype=np.int32)[:, None] * n
            some[:] = np.bincount(drawn.ravel(), minlength=some.size).reshape(some.shape)
        yield counts


def _slices(masks: NDArray[np.bool_]) -> Iterator[NDArray[np.bool_]]:
    rows = max(FEWEST_ROWS, BLOCK // masks.shape[1])
    for start in range(0, len(masks), rows):
        yield masks[start : start + rows]


class Products:
    """Sums of all systems' statistics over resamples, one matrix product a block.

    Columns that are the same (a reference's length for all systems, a hypothesis's and its total of
    words) are multiplied once.

    Args:
        statistics: for each metric float64 (n_systems, n_units, n_stats).
        heaviest: the most that one unit may weigh in a sum; 1 for swaps, n_units for draws.
    """

    def __init__(self, statistics: Sequence[FloatArray], heaviest: int) -> None:
        self._shapes = [(s.shape[2], s.shape[0]) for s in statistics]
        self._kinds = [_distinct(np.ascontiguousarray(s.transpose(2, 0, 1).reshape(-1, s.shape[1])), heaviest) for s in statistics]

    def sums(self, weights: NDArray[Any]) -> list[FloatArray]:
        """For each metric float64 (n_stats, n_systems, rows); statistics lead, so that each is contiguous."""
        by_width: dict[Any, NDArray[Any]] = {kind.rows.dtype: weights.astype(kind.rows.dtype).T for kind in self._kinds}
        products = [(kind.rows @ by_width[kind.rows.dtype])[kind.places] for kind in self._kinds]
        return [product.astype(np.float64).reshape(*shape, -1) for product, shape in zip(products, self._shapes, strict=True)]


class Distinct(NamedTuple):
    """The different rows of a matrix, float32 where that is exact, and where each row of it is among them."""

    rows: NDArray[Any]
    places: NDArray[np.intp]


def _distinct(flat: FloatArray, heaviest: int) -> Distinct:
    seen: dict[bytes, int] = {}
    places = [seen.setdefault(row.tobytes(), len(seen)) for row in flat]
    rows = flat[[places.index(k) for k in range(len(seen))]]
    return Distinct(rows.astype(np.float32) if _exact_in_float32(rows, heaviest) else rows, np.array(places, dtype=np.intp))


def _exact_in_float32(flat: FloatArray, heaviest: int) -> bool:
    if not (flat == np.floor(flat)).all():
        return False
    most = np.abs(flat).sum(axis=1) if heaviest == 1 else np.abs(flat).max(axis=1, initial=0) * heaviest
    return bool(most.max(initial=0) < EXACT_IN_FLOAT32)


def by_unit(statistics: FloatArray, documents: Sequence[str] | None) -> FloatArray:
    """Statistics of units: those of segments, or summed over documents in order of appearance."""
    if documents is None:
        return statistics
    codes = {name: i for i, name in enumerate(dict.fromkeys(documents))}
    of_segment = np.array([codes[name] for name in documents])
    order = np.argsort(of_segment, kind="stable")
    starts = np.searchsorted(of_segment[order], np.arange(len(codes)))
    return np.asarray(np.add.reduceat(statistics[:, order], starts, axis=1))


def group_size(n_units: int) -> int:
    """How many neighbouring units are drawn together: 1 up to 30,000 units, then a power of two that leaves at most 16,384 groups.

    Sums of neighbours vary as their units do, also where neighbours resemble each other, so that intervals keep
    their width; and they can be kept for a set of any size. On 200,000 segments the ends of BLEU's interval move by
    .005 or less, as with another seed, in a twentieth of the time.

    >>> [group_size(n) for n in (30_000, 30_001, 200_000, 10**9)]
    [1, 2, 16, 65536]
    """
    size = 1
    while n_units > MOST_UNITS and -(-n_units // size) > MOST_GROUPS:
        size *= 2
    return size


def in_groups(statistics: FloatArray, size: int) -> FloatArray:
    """Statistics (n_systems, n_units, n_stats) summed over groups of `size` neighbouring units; the last may be smaller."""
    if size == 1:
        return statistics
    return np.asarray(np.add.reduceat(statistics, np.arange(0, statistics.shape[1], size), axis=1))
