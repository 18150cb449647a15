"""Intervals: segments are drawn with replacement, all systems of a segment together.

They say what another sample of segments would give with these systems. With few systems another
choice of systems moves a correlation more than that: `system_draws.py` draws systems too.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from evaluator.meta.grouping import mean_of_known
from evaluator.meta.kendall import PairCounts, count_pairs, tau
from evaluator.meta.material import MetricColumns, system_means, system_scores
from evaluator.meta.pearson import correlations
from evaluator.meta.systems import PERMUTATIONS, SPA_SEED, agreements, p_values, random_signs
from evaluator.meta.ties import TiePairs
from evaluator.types import FloatArray

RESAMPLES = 1000
COSTLY = 200
"""Resamples where each needs sorting or a permutation test."""
_BLOCK_CELLS = 4_000_000


class SystemScores(NamedTuple):
    """System scores of every resample, float64 (resamples, n_systems)."""

    gold: FloatArray
    metric: FloatArray


class Percentiles(NamedTuple):
    """Percentiles of resampled values."""

    low: float
    high: float


UNKNOWN = Percentiles(float("nan"), float("nan"))


def interval(values: FloatArray) -> Percentiles:
    """The 95 % percentile interval; NaN where fewer than 19 of 20 resamples have a value."""
    known = values[~np.isnan(values)]
    if len(known) < max(20, 0.95 * len(values)):
        return UNKNOWN
    low, high = np.quantile(known, [0.025, 0.975])
    return Percentiles(float(low), float(high))


class Resampler:
    """Draws of segments, the same for every metric and statistic."""

    def __init__(self, known: FloatArray, resamples: int, seed: int) -> None:
        """Draw.

        Args:
            known: 1.0 where a cell counts, else 0.0, (n_systems, n_segments).
            resamples: how many.
            seed: of the draws.
        """
        self.known = known
        self.n = known.shape[1]
        self._counted: dict[tuple[int, bool], list[PairCounts]] = {}
        self._errors: dict[int, FloatArray] = {}
        self.draws = np.random.default_rng(seed).integers(self.n, size=(resamples, self.n))

    def counts(self) -> Iterator[FloatArray]:
        """How often each segment was drawn, float64 (block, n_segments), block after block."""
        block = max(1, _BLOCK_CELLS // self.known.size)
        for start in range(0, len(self.draws), block):
            part = self.draws[start : start + block]
            flat = (part + self.n * np.arange(len(part))[:, None]).ravel()
            yield np.bincount(flat, minlength=self.n * len(part)).reshape(len(part), self.n).astype(np.float64)

    def systems(self, gold: FloatArray, metric: MetricColumns) -> SystemScores:
        """System scores by people and by the metric, of every resample."""
        weighted = [counts[:, None, :] * self.known for counts in self.counts()]
        return SystemScores(np.concatenate([system_means(gold, one) for one in weighted]), np.concatenate([system_scores(metric, one) for one in weighted]))

    def items(self, values: FloatArray) -> FloatArray:
        """The mean of what each item has, of every resample; NaN items are left out."""
        known = ~np.isnan(values)
        filled = np.where(known, values, 0.0)
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.concatenate([(counts @ filled) / (counts @ known.astype(np.float64)) for counts in self.counts()])

    def pearson(self, gold: FloatArray, metric: FloatArray, per_system: bool) -> FloatArray:
        """Pearson's r of all cells, or the mean over systems, of every resample, from weighted sums."""
        inside = self.known > 0
        centered = [np.where(inside, x - np.mean(x[inside]), 0.0) for x in (gold, metric)]
        g, m = centered
        columns = np.stack([self.known, g, m, g * g, m * m, g * m], axis=-1)  # (S, N, 6)
        out = []
        for counts in self.counts():
            sums = np.einsum("bn,snk->bsk", counts, columns, optimize=True) if per_system else (counts @ columns.sum(axis=0))[:, None, :]
            out.append(mean_of_known(_r_of_sums(sums)))
        return np.concatenate(out)

    def kendall(self, gold: FloatArray, metric: FloatArray, variant: str, per_system: bool) -> FloatArray:
        """Kendall's tau likewise, of the first `COSTLY` resamples."""
        unknown = self.known == 0
        own, other = (np.where(unknown, np.nan, x) for x in (gold, metric))
        key = hash((own.tobytes(), other.tobytes())), per_system
        if key not in self._counted:  # the variants are made of the same counts
            drawn = ([x[:, draw] if per_system else x[:, draw].reshape(1, -1) for x in (own, other)] for draw in self.draws[:COSTLY])
            self._counted[key] = [count_pairs(*pair) for pair in drawn]
        return np.array([float(mean_of_known(tau(counts, variant))) for counts in self._counted[key]])

    def spa_errors(self, gold: FloatArray, metric: FloatArray) -> FloatArray:
        """How far the p-values of each pair of systems lie apart, float64 (resamples, n_pairs), of the first `COSTLY` resamples."""
        unknown = self.known == 0
        own, other = (np.where(unknown, np.nan, x) for x in (gold, metric))
        key = hash((own.tobytes(), other.tobytes()))
        if key not in self._errors:
            signs = random_signs(self.n, PERMUTATIONS, SPA_SEED)
            drawn = [np.abs(p_values(own[:, draw], signs) - p_values(other[:, draw], signs)) for draw in self.draws[:COSTLY]]
            self._errors = {key: np.array(drawn)}
        return self._errors[key]

    def acc_eq(self, pairs: TiePairs) -> FloatArray:
        """acc_eq by item, calibrated anew in every resample: items count as often as they were drawn."""
        share = np.where(pairs.pairs > 0, 1.0 / np.maximum(pairs.pairs, 1), 0.0)
        has = (pairs.pairs > 0).astype(np.float64)
        difference = np.concatenate([pairs.tie_differences, pairs.concordant_differences])
        rows = np.concatenate([pairs.tie_rows, pairs.concordant_rows])
        gain = np.concatenate([np.ones(len(pairs.tie_rows)), -np.ones(len(pairs.concordant_rows))]) * share[rows]
        order = np.argsort(difference, kind="stable")
        rows, gain, ordered = rows[order], gain[order], difference[order]
        last = np.append(ordered[1:] != ordered[:-1], True)  # equal differences turn into ties together
        out = []
        for counts in self.counts():
            for count in counts:
                running = np.cumsum(gain * count[rows])[last]
                start = 0.0 if not len(ordered) or ordered[0] > 0 else float(running[0])  # pairs without any difference are ties at every ε
                right = count[pairs.concordant_rows] @ share[pairs.concordant_rows]
                out.append((right + max(float(running.max(initial=start)), start)) / (count @ has) if count @ has else np.nan)
        return np.array(out)


def _r_of_sums(sums: FloatArray) -> FloatArray:
    """Pearson's r from weighted sums (..., 6): 1, g, m, gg, mm, gm."""
    n, g, m, gg, mm, gm = (sums[..., k] for k in range(6))
    safe = np.maximum(n, 1.0)
    vg, vm = gg - g * g / safe, mm - m * m / safe
    defined = (vg > 1e-12 * gg) & (vm > 1e-12 * mm)
    below = np.sqrt(np.where(defined, vg, 1.0)) * np.sqrt(np.where(defined, vm, 1.0))
    return np.where(defined, (gm - g * m / safe) / below, np.nan)


def pearson_of_systems(gold: FloatArray, metric: FloatArray) -> FloatArray:
    """Pearson's r over the last axis."""
    return correlations(gold, metric)


def accuracy_of_systems(gold: FloatArray, metric: FloatArray) -> FloatArray:
    """Pairwise accuracy over the last axis."""
    found = agreements(gold, metric)
    n = found.known.sum(axis=-1)
    return np.where(n > 0, found.agreed.sum(axis=-1) / np.maximum(n, 1), np.nan)
