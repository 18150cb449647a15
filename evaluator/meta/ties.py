"""Pairwise accuracy with tie calibration (acc_eq): of all pairs of a group, the share that metric and people order or tie alike.

Metrics hardly ever give equal scores, people often do. So differences of up to ε count as ties,
and ε is chosen to make the accuracy greatest. A weak metric gets its best value by tying
everything, which says nothing about it: `TieCalibration` holds what tells.

Source: Deutsch, Foster and Freitag (2023), doi:10.18653/v1/2023.emnlp-main.798. Two departures:
equal maxima go to the smallest ε by exact integer arithmetic where groups have few sizes (running
sums of floats choose by their rounding), and all pairs are used, never a sample.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from evaluator.meta.grouping import as_groups
from evaluator.types import EvaluatorError, FloatArray

DEGENERATE = 0.95
"""Share of metric ties from which an optimum is called degenerate."""
MOST_PAIRS = 60_000_000
"""Pairs that fit into a common memory; ungrouped acc_eq of 11,000 cells."""
_EXACT = 1 << 52


@dataclass(frozen=True, slots=True)
class TieCalibration:
    """acc_eq with what is needed to read it."""

    value: float
    """Accuracy at epsilon, averaged over groups; NaN without pairs."""
    epsilon: float
    """Differences of metric scores up to it are ties."""
    metric_ties: float
    """Share of pairs that the metric ties at epsilon."""
    gold_ties: float
    """Share of pairs that people tie."""
    all_ties: float
    """What a metric gets that ties everything; averaged over groups as `value` is."""
    untied: float
    """The value at epsilon 0."""
    n_pairs: int

    @property
    def degenerate(self) -> bool:
        """True where the best that calibration could do is to tie (nearly) everything."""
        return self.n_pairs > 0 and (self.metric_ties >= DEGENERATE or self.value <= self.all_ties + 1e-12)


class TiePairs(NamedTuple):
    """The pairs that a choice of ε can make right or wrong, and those that it cannot."""

    tie_differences: FloatArray
    """|metric difference| of pairs that people tie."""
    tie_rows: NDArray[np.int64]
    concordant_differences: FloatArray
    """|metric difference| of pairs that both order alike."""
    concordant_rows: NDArray[np.int64]
    discordant_differences: FloatArray
    pairs: NDArray[np.int64]
    """Pairs of each group, int64 (n_groups,)."""


def acc_eq(gold: ArrayLike, metric: ArrayLike, grouping: str = "item", epsilon: float | None = None) -> TieCalibration:
    """Pairwise accuracy with tie calibration.

    Args:
        gold: human scores, (n_systems, n_segments) or (n,), NaN or None where there is none.
        metric: metric scores of the same shape.
        grouping: none, item or system: which pairs are formed.
        epsilon: the greatest difference that counts as a tie; None calibrates.

    Raises:
        EvaluatorError: a negative epsilon, or more pairs than memory holds.

    >>> acc_eq([1, 2, 2, 3, 4], [2, 1, 1.5, 5, 3], "none", epsilon=0).value
    0.6
    >>> acc_eq([1, 2, 2, 3, 4], [2, 1, 1.5, 5, 3], "none").value
    0.7
    """
    if epsilon is not None and not epsilon >= 0:
        raise EvaluatorError(f"epsilon is {epsilon}; it must be 0 or more.")
    groups = as_groups(gold, metric, grouping)
    return calibrate(tie_pairs(groups.gold, groups.metric), epsilon)


def tie_pairs(gold: FloatArray, metric: FloatArray) -> TiePairs:
    """The pairs of every group.

    Args:
        gold: float64 (n_groups, n), NaN where a cell does not count.
        metric: the same, NaN in the same cells.

    Raises:
        EvaluatorError: more than `MOST_PAIRS`.
    """
    known = ~np.isnan(gold)
    size = known.sum(axis=1, dtype=np.int64)
    pairs = size * (size - 1) // 2
    if pairs.sum() > MOST_PAIRS:
        raise EvaluatorError(f"acc_eq of {pairs.sum():,} pairs does not fit into memory (most {MOST_PAIRS:,}); group by item or system.")
    if gold.shape[1] <= 64:
        i, j = np.triu_indices(gold.shape[1], 1)
        row = np.tile(np.arange(len(gold)), len(i))
        columns = (np.ascontiguousarray(scores.T) for scores in (gold, metric))
        own, other = ((column[i] - column[j]).ravel() for column in columns)
        if not known.all():
            pair = ~np.isnan(own)
            row, own, other = row[pair], own[pair], other[pair]
        found = [_split(row, own, other)]
    else:
        found = [_pairs_of_row(r, gold[r][known[r]], metric[r][known[r]]) for r in range(len(gold))]
    ties, tie_rows, alike, alike_rows, other = (np.concatenate([part[k] for part in found]) for k in range(5))
    return TiePairs(ties, tie_rows, alike, alike_rows, other, pairs)


def _pairs_of_row(row: int, gold: FloatArray, metric: FloatArray) -> tuple[NDArray[np.int64] | FloatArray, ...]:
    i, j = np.triu_indices(len(gold), 1)
    return _split(np.full(len(i), row), gold[i] - gold[j], metric[i] - metric[j])


def _split(row: NDArray[np.int64], gold: FloatArray, metric: FloatArray) -> tuple[NDArray[np.int64] | FloatArray, ...]:
    direction = np.sign(gold)
    tied = direction == 0
    alike = (direction == np.sign(metric)) & ~tied
    size = np.abs(metric)
    return size[tied], row[tied], size[alike], row[alike], size[~(tied | alike)]


def calibrate(pairs: TiePairs, epsilon: float | None = None) -> TieCalibration:
    """The best ε, or the one given, and what comes of it."""
    n_groups, total = int((pairs.pairs > 0).sum()), int(pairs.pairs.sum())
    if not total:
        return TieCalibration(math.nan, math.nan, math.nan, math.nan, math.nan, math.nan, 0)
    unit, weights = _weights(pairs.pairs)
    ties, gained = _running(pairs.tie_differences, pairs.tie_rows, weights)
    alike, lost = _running(pairs.concordant_differences, pairs.concordant_rows, weights)

    def score(at: FloatArray) -> NDArray[np.int64] | FloatArray:
        """Correct pairs, weighted, where differences up to `at` are ties."""
        return np.asarray(gained[np.searchsorted(ties, at, "right")] + (lost[-1] - lost[np.searchsorted(alike, at, "right")]))

    if epsilon is None:
        # Only a pair that people tie can make a greater ε better, so only their differences are tried.
        # Of equal differences all but the last count too few ties here, so that they are never chosen.
        tried = gained[1:] + (lost[-1] - lost[np.searchsorted(alike, ties, "right")])
        at_best = int(np.argmax(tried)) if len(ties) else 0
        best = float(ties[at_best]) if len(ties) and tried[at_best] > score(np.zeros(1))[0] else 0.0
    else:
        best = float(epsilon)
    at = np.array([best, 0.0])
    n_tied = sum(int((values <= best).sum()) for values in (ties, alike, pairs.discordant_differences))
    value, untied = (float(x) / (unit * n_groups) for x in score(at))
    return TieCalibration(value, best, n_tied / total, len(ties) / total, float(gained[-1]) / (unit * n_groups), untied, total)


def _running(differences: FloatArray, rows: NDArray[np.int64], weights: NDArray[np.int64] | FloatArray) -> tuple[FloatArray, NDArray[np.int64] | FloatArray]:
    """Differences in order, and what the first 0, 1, 2 … of them weigh together."""
    if (weights == weights[0]).all():  # the usual case; sorting without an order to keep is several times quicker
        return np.sort(differences), weights[0] * np.arange(len(differences) + 1)
    order = np.argsort(differences)
    return differences[order], np.concatenate([[0], np.cumsum(weights[rows[order]])])


def _weights(pairs: NDArray[np.int64]) -> tuple[float, NDArray[np.int64] | FloatArray]:
    """What a pair of each group counts, as whole numbers where they fit, and what a group counts.

    Groups count alike, so a pair counts 1 / (pairs of its group): with the least common multiple in
    place of 1 sums are exact, and equal accuracies are equal.
    """
    sizes = [int(size) for size in np.unique(pairs) if size]
    multiple = math.lcm(*sizes)
    safe = np.maximum(pairs, 1)
    return (multiple, multiple // safe) if multiple * len(pairs) < _EXACT else (1.0, 1.0 / safe)
