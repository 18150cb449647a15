"""Kendall's tau of many groups at once: the counts of concordant, discordant and tied pairs, and what is made of them.

Small groups compare every pair; large ones count inversions level by level, as a merge sort would,
but on whole arrays: n log n operations of NumPy without a Python loop over elements.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from evaluator.meta.grouping import as_groups, mean_of_known
from evaluator.plugins import did_you_mean
from evaluator.types import EvaluatorError, FloatArray

VARIANTS = ("b", "c")
SMALL = 24
"""Groups up to this size are compared pair by pair, which is quicker there."""
_BLOCK = 16
"""Inversions within blocks of this size are counted pair by pair."""
Counts = NDArray[np.int64]


class PairCounts(NamedTuple):
    """Pairs of a group by how gold and metric order them, each int64 (n_groups,)."""

    concordant: Counts
    discordant: Counts
    gold_ties: Counts
    """Tied in gold alone."""
    metric_ties: Counts
    """Tied in the metric alone."""
    both_ties: Counts
    size: Counts
    """Elements that count."""
    classes: Counts
    """The smaller number of distinct values of the two."""

    @property
    def pairs(self) -> Counts:
        """All pairs."""
        return self.size * (self.size - 1) // 2


def kendall(gold: ArrayLike, metric: ArrayLike, variant: str = "b", grouping: str = "none") -> float:
    """Kendall's tau, averaged over groups; NaN where it is undefined in all of them.

    Args:
        gold: human scores, (n_systems, n_segments) or (n,), NaN or None where there is none.
        metric: metric scores of the same shape.
        variant: b (ties corrected) or c (Stuart's).
        grouping: none, item or system.

    >>> round(kendall([1, 2, 2, 3, 4], [2, 1, 1.5, 5, 3]), 9)
    0.316227766
    >>> kendall([1, 2, 2, 3, 4], [2, 1, 1.5, 5, 3], "c")
    0.32

    Source: Kendall (1945), doi:10.1093/biomet/33.3.239; Stuart (1953), doi:10.1093/biomet/40.1-2.105.
    """
    groups = as_groups(gold, metric, grouping)
    return float(mean_of_known(tau(count_pairs(groups.gold, groups.metric), variant)))


def tau(counts: PairCounts, variant: str) -> FloatArray:
    """Tau of each group; NaN where one side is all tied or fewer than two elements count.

    Raises:
        EvaluatorError: an unknown variant.
    """
    if variant not in VARIANTS:
        raise EvaluatorError(f"There is no variant {variant!r} of Kendall's tau.{did_you_mean(variant, VARIANTS)}")
    order = (counts.concordant - counts.discordant).astype(np.float64)
    gold_free = counts.pairs - counts.gold_ties - counts.both_ties
    metric_free = counts.pairs - counts.metric_ties - counts.both_ties
    defined = (gold_free > 0) & (metric_free > 0)
    if variant == "b":
        below = np.sqrt(np.where(defined, metric_free, 1)) * np.sqrt(np.where(defined, gold_free, 1))
    else:
        classes = np.maximum(counts.classes, 2)
        below = counts.size.astype(np.float64) ** 2 * (classes - 1) / classes / 2
    return np.where(defined, order / np.where(defined, below, 1.0), np.nan)


def count_pairs(gold: FloatArray, metric: FloatArray) -> PairCounts:
    """Counts of every group.

    Args:
        gold: float64 (n_groups, n), NaN where a cell does not count.
        metric: the same, NaN in the same cells.
    """
    return _compare_all(gold, metric) if gold.shape[1] <= SMALL else _count_by_sorting(gold, metric)


def _compare_all(gold: FloatArray, metric: FloatArray) -> PairCounts:
    known = ~np.isnan(gold)
    i, j = np.triu_indices(gold.shape[1], 1)
    pair = known[:, i] & known[:, j]
    of_gold, of_metric = (np.sign(np.where(pair, a[:, i] - a[:, j], 0.0)).astype(np.int8) for a in (gold, metric))
    product = of_gold * of_metric
    gold_tied, metric_tied = (of_gold == 0) & pair, (of_metric == 0) & pair

    def count(mask: NDArray[np.bool_]) -> Counts:
        return np.asarray(mask.sum(axis=1, dtype=np.int64))

    both = count(gold_tied & metric_tied)
    return PairCounts(
        count(product > 0), count(product < 0), count(gold_tied) - both, count(metric_tied) - both, both, count(known),
        np.minimum(distinct(gold), distinct(metric)),
    )  # fmt: skip


def _count_by_sorting(gold: FloatArray, metric: FloatArray) -> PairCounts:
    known = ~np.isnan(gold)
    size = known.sum(axis=1, dtype=np.int64)
    ranks = [dense_ranks(a) for a in (metric, gold)]
    base = gold.shape[1] + 1
    # Cells that do not count come last in both orders and so are part of no inversion; their ties are taken off.
    key = np.sort(ranks[0] * base + ranks[1], axis=1)
    unknown = gold.shape[1] - size
    spare = unknown * (unknown - 1) // 2
    both = tied_pairs(key) - spare
    metric_all, gold_all = (tied_pairs(np.sort(r, axis=1)) - spare for r in ranks)
    discordant = inversions(key % base)
    pairs = size * (size - 1) // 2
    concordant = pairs - discordant - metric_all - gold_all + both
    classes = np.minimum(*(r.max(axis=1) + 1 - (unknown > 0) for r in ranks))
    return PairCounts(concordant, discordant, gold_all - both, metric_all - both, both, size, classes)


def dense_ranks(values: FloatArray) -> Counts:
    """Ranks from 0 without gaps along the last axis, equal values alike, all NaN the last rank."""
    order = np.argsort(values, axis=-1, kind="stable")
    ordered = np.take_along_axis(values, order, axis=-1)
    new = (ordered[..., 1:] != ordered[..., :-1]) & ~np.isnan(ordered[..., :-1])
    ranks = np.zeros(values.shape, dtype=np.int64)
    np.put_along_axis(ranks, order[..., 1:], np.cumsum(new, axis=-1), axis=-1)
    return ranks


def distinct(values: FloatArray) -> Counts:
    """Number of distinct values along the last axis, NaN not counted."""
    ordered = np.sort(values, axis=-1)
    fresh = (ordered[..., 1:] != ordered[..., :-1]) & ~np.isnan(ordered[..., 1:])
    return np.asarray(fresh.sum(axis=-1) + ~np.isnan(ordered[..., 0]), dtype=np.int64)


def tied_pairs(ordered: Counts) -> Counts:
    """Pairs of equal values along the last axis of a sorted array."""
    place = np.arange(ordered.shape[-1])
    starts = np.zeros(ordered.shape, dtype=np.int64)
    starts[..., 1:] = np.where(ordered[..., 1:] != ordered[..., :-1], place[1:], 0)
    return np.asarray((place - np.maximum.accumulate(starts, axis=-1)).sum(axis=-1))


def inversions(sequence: Counts) -> Counts:
    """Pairs of a larger value before a smaller one, in each row of an int array (n_rows, n).

    Values become a permutation (equal ones in their order), whose halves by value are split off
    level by level: all blocks have one size, so that a level is a handful of array operations.
    """
    rows, n = sequence.shape
    size = max(_BLOCK, 1 << (n - 1).bit_length())
    values = np.empty((rows, size), dtype=np.int32)
    values[:, n:] = np.arange(n, size)
    np.put_along_axis(values[:, :n], np.argsort(sequence, axis=1, kind="stable"), np.arange(n, dtype=np.int32)[None], axis=1)
    found = np.zeros(rows, dtype=np.int64)
    while size > _BLOCK:
        half = size // 2
        blocks = values.reshape(rows, -1, size)
        high = (blocks & half) != 0
        before = np.cumsum(high, axis=-1, dtype=np.int32)
        found += np.where(high, 0, before).sum(axis=(1, 2), dtype=np.int64)
        low_part, high_part = blocks[~high].reshape(rows, -1, half), blocks[high].reshape(rows, -1, half)
        values = np.stack([low_part, high_part], axis=2).reshape(rows, -1)
        size = half
    blocks = values.reshape(rows, -1, size)
    for gap in range(1, size):
        found += (blocks[..., :-gap] > blocks[..., gap:]).sum(axis=(1, 2), dtype=np.int64)
    return found
