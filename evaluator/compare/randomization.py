"""Paired approximate randomization: how often exchanging two systems' outputs makes a larger gap.

Source: Riezler and Maxwell 2005, as in sacreBLEU's `_paired_ar_test`, whose p-values these are.
Two departures. Systems without any difference get p = 1 (sacreBLEU: the smallest there is). And
where two systems differ in few units, resamples that tie the observed gap count against it:
sacreBLEU's strict `>` calls a change of one segment significant whatever it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from evaluator.compare.formulas import Formula
from evaluator.compare.resample import Products, swap_masks
from evaluator.types import FloatArray

FEW_DIFFER = 30
"""Units; where more differ, exact ties have a chance below 2^-29 and sacreBLEU's rule is kept."""
ROUNDING = 1e-12
"""Differences of scores below this share of their size are noise of the sums."""


def randomization_p_values(statistics: Sequence[FloatArray], formulas: Sequence[Formula], resamples: int, seed: int) -> list[FloatArray]:
    """For each metric the p-values of all pairs, float64 (n_pairs,), pairs in the order of `np.triu_indices`.

    Args:
        statistics: by unit, each float64 (n_systems, n_units, n_stats).
        formulas: the metrics'.
        resamples: exchanges at random; the same for all systems and metrics.
        seed: of a fresh generator.
    """
    n_systems, n_units = statistics[0].shape[:2]
    totals = [s.sum(axis=1) for s in statistics]
    gaps = [gaps_of(formula.corpus(total)) for formula, total in zip(formulas, totals, strict=True)]
    ties = [few_differ(s) for s in statistics]
    products = Products(statistics, heaviest=1)
    larger = [np.zeros(n_systems * (n_systems - 1) // 2) for _ in statistics]
    for masks in swap_masks(n_units, resamples, seed):
        for k, sums in enumerate(products.sums(masks)):
            larger[k] += _count_larger(sums, totals[k].T, formulas[k], gaps[k], ties[k])
    return [_p_values(*one, resamples) for one in zip(larger, gaps, strict=True)]


class Gaps(NamedTuple):
    """Observed differences of all pairs and what counts as none."""

    size: FloatArray
    """float64 (n_pairs,), never negative."""
    rounding: float
    """Differences below this are noise."""


def gaps_of(scores: FloatArray) -> Gaps:
    """The gaps between the scores of all pairs."""
    a, b = np.triu_indices(len(scores), 1)
    return Gaps(np.abs(scores[a] - scores[b]), ROUNDING * max(1.0, float(np.nanmax(np.abs(scores), initial=0.0))))


def few_differ(statistics: FloatArray) -> FloatArray:
    """For each pair whether ties count: True where fewer than 30 units differ, (n_pairs,)."""
    a, b = np.triu_indices(len(statistics), 1)
    return np.array([(statistics[i] != statistics[j]).any(axis=1).sum() < FEW_DIFFER for i, j in zip(a, b, strict=True)])


def _count_larger(sums: FloatArray, totals: FloatArray, formula: Formula, gaps: Gaps, ties: FloatArray) -> FloatArray:
    """For each pair the resamples of this block with a larger gap; sums are (n_stats, n_systems, rows)."""
    out = []
    first = 0
    for i in range(sums.shape[1] - 1):
        pairs = slice(first, first + sums.shape[1] - 1 - i)
        first = pairs.stop
        exchanged = sums[:, i, None] + totals[:, i + 1 :, None] - sums[:, i + 1 :]
        complement = (totals[:, i, None] + totals[:, i + 1 :])[:, :, None] - exchanged
        gap = np.abs(formula.corpus(np.moveaxis(exchanged, 0, -1)) - formula.corpus(np.moveaxis(complement, 0, -1)))
        edge = gaps.size[pairs] + np.where(ties[pairs], -gaps.rounding, gaps.rounding)
        out.append((gap > edge[:, None]).sum(axis=1))
    return np.concatenate(out)


def _p_values(larger: FloatArray, gaps: Gaps, resamples: int) -> FloatArray:
    # +1: the observed assignment is one of those that chance could have made.
    p = (larger + 1) / (resamples + 1)
    return np.where(gaps.size > gaps.rounding, p, 1.0)


def smallest_p(test: str, n_units: int, resamples: int) -> float:
    """The smallest p-value that the test can give with so many units."""
    least = 1 / (resamples + 1)
    return max(least, 2.0 ** (1 - min(n_units, 1000))) if test == "ar" else least
