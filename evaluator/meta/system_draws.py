"""Intervals over systems too: systems are drawn with replacement as segments are (BOOT-BOTH).

A system drawn twice is no pair: of its two copies every metric knows that they tie. So draws are
counts of systems, a pair weighs the product of its systems' counts, and pairs of copies weigh nothing.

Source: Deutsch, Dror and Roth (2021), doi:10.1162/tacl_a_00417.
"""

from __future__ import annotations

import numpy as np

from evaluator.meta.systems import agreements
from evaluator.types import FloatArray

_STREAM = 1
"""Of the seed, so that systems are not drawn with the numbers that drew segments."""


def draw_systems(n_systems: int, resamples: int, seed: int) -> FloatArray:
    """How often each system was drawn, float64 (resamples, n_systems)."""
    drawn = np.random.default_rng([seed, _STREAM]).multinomial(n_systems, np.full(n_systems, 1 / n_systems), size=resamples)
    return drawn.astype(np.float64)


def pearson_of_drawn(gold: FloatArray, metric: FloatArray, counts: FloatArray) -> FloatArray:
    """Pearson's r of each resample; NaN where fewer than two systems with different scores were drawn.

    Args:
        gold: system scores by people, float64 (resamples, n_systems).
        metric: by the metric.
        counts: how often each system was drawn.
    """
    weights = np.where(np.isnan(gold) | np.isnan(metric), 0.0, counts)
    total = weights.sum(axis=-1, keepdims=True)
    with np.errstate(invalid="ignore", divide="ignore"):
        own, other = (np.nan_to_num(x) - (weights * np.nan_to_num(x)).sum(axis=-1, keepdims=True) / total for x in (gold, metric))
        spread = [np.sqrt((weights * x**2).sum(axis=-1)) for x in (own, other)]
        scale = [1e-12 * np.abs(np.nan_to_num(x)).max(axis=-1) for x in (gold, metric)]
        r = (weights * own * other).sum(axis=-1) / (spread[0] * spread[1])
    return np.where((spread[0] > scale[0]) & (spread[1] > scale[1]), np.clip(r, -1.0, 1.0), np.nan)


def pair_counts(counts: FloatArray) -> FloatArray:
    """How often each pair of systems was drawn, in the order of `numpy.triu_indices`, float64 (resamples, n_pairs)."""
    i, j = np.triu_indices(counts.shape[-1], 1)
    return np.asarray(counts[..., i] * counts[..., j])


def accuracy_of_drawn(gold: FloatArray, metric: FloatArray, counts: FloatArray) -> FloatArray:
    """Pairwise accuracy of each resample; arguments as in `pearson_of_drawn`."""
    found = agreements(gold, metric)
    return mean_of_pairs(found.agreed.astype(np.float64), np.where(found.known, pair_counts(counts), 0.0))


def mean_of_pairs(values: FloatArray, weights: FloatArray) -> FloatArray:
    """The mean over pairs under weights, float64 (resamples,); NaN without any."""
    weights = np.where(np.isnan(values), 0.0, weights)
    total = weights.sum(axis=-1)
    return np.where(total > 0, (weights * np.nan_to_num(values)).sum(axis=-1) / np.where(total > 0, total, 1.0), np.nan)
