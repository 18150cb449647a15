"""PERM-BOTH: is one metric's agreement with people better than another's, or could the two be exchanged?

Each cell's two scores are exchanged at random, after both metrics were standardized. What a
statistic becomes under all draws is computed at once: Pearson's sums are linear in the draws,
Kendall's counts and pairwise accuracy quadratic, acc_eq's difference is a binomial variable and needs no draws.

Source: Deutsch, Dror and Roth (2021), doi:10.1162/tacl_a_00417; exchanging pairs for acc_eq as in
mt-metrics-eval's PairwisePermutationSigDiff. Departures: p counts the observed order as one of the
draws, and draws that tie the observed difference but for rounding count as ties.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from evaluator.meta.grouping import as_groups, matrices
from evaluator.meta.hybrids import kendall_differences, pearson_differences, sign_agreement_differences, spa_differences
from evaluator.meta.pair_exchange import exchange_pairs
from evaluator.plugins import did_you_mean
from evaluator.types import EvaluatorError, FloatArray

DRAWS = 1000
SEED = 12345
EXACT_CELLS = 14
"""Up to so many cells all exchanges are enumerated."""
ROUNDING = 1e-10
_BLOCK_CELLS = 2_000_000
Masks = NDArray[np.bool_]
Differences = Callable[[Masks], FloatArray]
"""From exchanges, bool (k, n_systems, n_segments), True where a metric keeps its own score, to differences of the statistic, float64 (k,)."""
STATISTICS = ("pearson", "kendall_b", "kendall_c", "acc_eq", "pairwise_accuracy", "spa")


class Permutation(NamedTuple):
    """Whether metric a agrees with people better than metric b."""

    p_value: float
    """One-sided, for a better than b; NaN where a statistic is undefined."""
    delta: float
    """Statistic of a less that of b."""
    draws: int
    exact: bool
    """True where every exchange was counted, not a sample."""


def perm_both(
    gold: ArrayLike, a: ArrayLike, b: ArrayLike, statistic: str = "pearson", grouping: str = "none", *, draws: int = DRAWS, seed: int = SEED
) -> Permutation:
    """One-sided PERM-BOTH test that metric `a` agrees with people better than metric `b`.

    Args:
        gold: human scores, (n_systems, n_segments), or (n,) for system scores; NaN where there is none.
        a: metric scores of the same shape, higher is better.
        b: those of the other metric.
        statistic: one of `STATISTICS`.
        grouping: none, item or system; pairwise accuracy and SPA have none.
        draws: exchanges drawn where not all can be counted.
        seed: of the draws.

    Raises:
        EvaluatorError: an unknown statistic, or shapes that differ.

    >>> perm_both([1, 2, 3, 4], [1, 2, 3, 4], [4, 3, 2, 1], "pairwise_accuracy")
    Permutation(p_value=0.0625, delta=1.0, draws=16, exact=True)
    """
    if statistic not in STATISTICS:
        raise EvaluatorError(f"There is no test of {statistic!r}.{did_you_mean(statistic, STATISTICS)}")
    first, second = matrices(gold, a), matrices(gold, b)
    unknown = np.isnan(first.gold) | np.isnan(second.gold)
    own, one, other = (np.where(unknown, np.nan, x) for x in (np.atleast_2d(np.asarray(gold, dtype=np.float64)), first.metric, second.metric))
    if statistic == "acc_eq":
        return Permutation(*exchange_pairs(as_groups(own, one, grouping), as_groups(own, other, grouping), draws, seed))
    one, other = standardized(one), standardized(other)
    if np.isnan(one).all() or np.isnan(other).all():
        return Permutation(float("nan"), float("nan"), 0, False)
    return count_exchanges(difference_function(own, one, other, statistic, grouping), ~unknown & (one != other), draws, seed)


def standardized(scores: FloatArray) -> FloatArray:
    """Scores with mean 0 and deviation 1 over all known cells, so that two metrics can be exchanged; all NaN where they are constant."""
    spread = np.nanstd(scores)
    if not spread > 1e-13 * np.nanmax(np.abs(scores), initial=0.0):
        return np.full(scores.shape, np.nan)
    return np.asarray((scores - np.nanmean(scores)) / spread)


def difference_function(gold: FloatArray, a: FloatArray, b: FloatArray, statistic: str, grouping: str) -> Differences:
    """How exchanges become differences of the statistic; scores are standardized and NaN in the same cells."""
    if statistic == "pairwise_accuracy":
        return sign_agreement_differences(gold, a, b)
    if statistic == "spa":
        return spa_differences(gold, a, b)
    if statistic == "pearson":
        return pearson_differences(gold, a, b, grouping)
    return kendall_differences(gold, a, b, grouping, statistic[-1])


def count_exchanges(differences: Differences, exchangeable: Masks, draws: int, seed: int) -> Permutation:
    """The share of exchanges with at least the observed difference."""
    delta = float(differences(np.ones((1, *exchangeable.shape), dtype=bool))[0])
    if np.isnan(delta):
        return Permutation(float("nan"), delta, 0, False)
    if not exchangeable.any():
        return Permutation(1.0, 0.0, 1, True)
    exact = int(exchangeable.sum()) <= EXACT_CELLS
    blocks = all_exchanges(exchangeable) if exact else random_exchanges(exchangeable.shape, draws, seed)
    reached = total = 0
    for masks in blocks:
        reached += int((differences(masks) >= delta - ROUNDING).sum())
        total += len(masks)
    return Permutation(reached / total if exact else (reached + 1) / (total + 1), delta, total, exact)


def all_exchanges(exchangeable: Masks) -> Iterator[Masks]:
    """Every exchange of the cells where the two metrics differ."""
    n = int(exchangeable.sum())
    masks = np.ones((2**n, *exchangeable.shape), dtype=bool)
    masks[:, exchangeable] = (np.arange(2**n)[:, None] >> np.arange(n)) & 1 == 1
    yield masks


def random_exchanges(shape: tuple[int, ...], draws: int, seed: int) -> Iterator[Masks]:
    """Random exchanges in blocks that fit into memory; the draws do not depend on the size of blocks."""
    rng = np.random.default_rng(seed)
    block = max(1, _BLOCK_CELLS // int(np.prod(shape)))
    for start in range(0, draws, block):
        yield rng.random((min(block, draws - start), *shape), dtype=np.float32) < 0.5
