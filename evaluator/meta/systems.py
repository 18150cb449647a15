"""Statistics of system scores: pairwise accuracy, soft pairwise accuracy, outliers."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from evaluator.meta.grouping import matrices
from evaluator.types import EvaluatorError, FloatArray

PERMUTATIONS = 1000
SPA_SEED = 4
"""mt-metrics-eval's, so that the numbers are its numbers."""
OUTLIER = 2.5
"""Deviations from the median, in units of 1.483 median absolute deviations, from which a system is an outlier."""


class PairwiseAccuracy(NamedTuple):
    """Pairs of systems ordered as people order them."""

    value: float
    """agreed / pairs; NaN without pairs."""
    agreed: int
    pairs: int


def pairwise_accuracy(gold: ArrayLike, metric: ArrayLike) -> PairwiseAccuracy:
    """Share of pairs of systems that the metric orders as people do; a tie agrees with a tie alone.

    Args:
        gold: human scores of systems, (n_systems,).
        metric: metric scores of the same systems.

    >>> pairwise_accuracy([1, 2, 3], [10, 30, 20])
    PairwiseAccuracy(value=0.6666666666666666, agreed=2, pairs=3)

    Source: Kocmi et al. (2021), "To Ship or Not to Ship", arXiv:2107.10821.
    """
    pair = matrices(gold, metric)
    if pair.gold.shape[0] != 1:
        raise EvaluatorError("Pairwise accuracy takes one score per system; the scores are a matrix.")
    agreed, known = agreements(pair.gold[0], pair.metric[0])
    n = int(known.sum())
    return PairwiseAccuracy(float(agreed.sum() / n) if n else float("nan"), int(agreed.sum()), n)


class Agreements(NamedTuple):
    """Pairs of systems in the order of `numpy.triu_indices`, bool (..., n_pairs)."""

    agreed: NDArray[np.bool_]
    known: NDArray[np.bool_]


def agreements(gold: FloatArray, metric: FloatArray) -> Agreements:
    """Which pairs of systems both order alike; scores float64 (..., n_systems)."""
    i, j = np.triu_indices(gold.shape[-1], 1)
    own, other = gold[..., i] - gold[..., j], metric[..., i] - metric[..., j]
    known = ~np.isnan(own) & ~np.isnan(other)
    return Agreements((np.sign(own) == np.sign(other)) & known, known)


def spa(gold: ArrayLike, metric: ArrayLike, *, permutations: int = PERMUTATIONS, seed: int = SPA_SEED) -> float:
    """Soft pairwise accuracy: 1 less the mean difference between the p-values that people's and the metric's scores give each pair of systems.

    Args:
        gold: human scores, (n_systems, n_segments), NaN where nobody judged.
        metric: metric scores of the same shape.
        permutations: of the paired permutation tests.
        seed: of their signs, which all pairs and both sides share.

    >>> round(spa([[1, 2, 3], [2, 3, 4]], [[2, 2, 4], [1, 3, 5]]), 3)
    0.872

    Source: Thompson et al. (2024), doi:10.18653/v1/2024.wmt-1.118, whose single precision is kept.
    """
    pair = matrices(gold, metric)
    if pair.gold.shape[0] < 2:
        raise EvaluatorError("Soft pairwise accuracy needs segment scores of at least two systems: a matrix of systems by segments.")
    signs = random_signs(pair.gold.shape[1], permutations, seed)
    return float(1.0 - np.nanmean(np.abs(p_values(pair.gold, signs) - p_values(pair.metric, signs))))


def random_signs(n_segments: int, permutations: int, seed: int) -> NDArray[np.float32]:
    """Signs of a paired permutation test, float32 (permutations, n_segments), drawn as mt-metrics-eval draws them."""
    signs = np.random.default_rng(seed).random(size=(permutations, n_segments), dtype=np.float32)
    np.rint(signs, out=signs)
    signs *= 2
    signs -= 1
    return signs


def p_values(scores: FloatArray, signs: NDArray[np.float32]) -> FloatArray:
    """One-sided p of each pair of systems, float64 (n_pairs,): how often random signs give at least the observed difference.

    Args:
        scores: float64 (n_systems, n_segments); a pair is tested on the segments that both have, and has NaN without any.
        signs: float32 (permutations, n_segments).
    """
    i, j = np.triu_indices(len(scores), 1)
    single = scores.astype(np.float32)
    if not np.isnan(scores).any():
        sums, null = single.sum(axis=1), (signs @ single.T).T
        return np.asarray(np.count_nonzero(null[i] - null[j] >= (sums[i] - sums[j])[:, None], axis=1) / len(signs))
    difference = single[i] - single[j]
    shared = ~np.isnan(difference)
    difference[~shared] = 0
    p = ((signs @ difference.T) >= difference.sum(axis=1)).mean(axis=0)
    return np.where(shared.any(axis=1), p, np.nan)


def outliers(gold: ArrayLike) -> NDArray[np.bool_]:
    """Which systems people score so far from the others that they alone can make a correlation.

    Args:
        gold: human scores of systems, (n_systems,).

    >>> outliers([0.1, 0.2, 0.15, 0.12, -3.0]).tolist()
    [False, False, False, False, True]

    Source: Mathur, Baldwin and Cohn (2020), doi:10.18653/v1/2020.acl-main.448.
    """
    scores = np.asarray(gold, dtype=np.float64)
    off = np.abs(scores - np.nanmedian(scores))
    spread = 1.483 * np.nanmedian(off)
    return np.asarray(off > OUTLIER * spread) if spread > 0 else np.zeros(len(scores), dtype=bool)
