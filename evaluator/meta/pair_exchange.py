"""The test for acc_eq: the outcomes of pairs are exchanged, each metric at its own ε.

A pair that both metrics get right, or both wrong, changes nothing. Of the others each goes to
either metric with probability 1/2, so that the difference is a sum of fair coins: a binomial
variable where all groups have equally many pairs, drawn by size of group elsewhere.
"""

from __future__ import annotations

import numpy as np
from scipy.special import bdtrc  # scipy.stats would take longer to import than a study

from evaluator.meta.grouping import Groups
from evaluator.meta.ties import calibrate, tie_pairs
from evaluator.types import FloatArray

DRAWS_PER_DRAW = 100
"""Sums of coins are so cheap that the sample is made larger by this."""


def exchange_pairs(a: Groups, b: Groups, draws: int, seed: int) -> tuple[float, float, int, bool]:
    """p that metric a is better, the difference, the number of draws, and whether p is exact."""
    right = [correct_pairs(groups, calibrate(tie_pairs(groups.gold, groups.metric)).epsilon) for groups in (a, b)]
    size = a.known.sum(axis=1)
    pairs = size * (size - 1) // 2
    used = pairs > 0
    if not used.any():
        return float("nan"), float("nan"), 0, False
    only_a, only_b = ((one & ~other).sum(axis=1)[used] for one, other in (right, right[::-1]))
    weight = 1.0 / pairs[used] / used.sum()
    delta = float(((only_a - only_b) * weight).sum())
    weights = np.unique(weight)
    wins, losses = (np.array([int(only[weight == w].sum()) for w in weights]) for only in (only_a, only_b))
    open_pairs = wins + losses
    if (open_pairs > 0).sum() <= 1:
        won, n = int(wins.sum()), int(open_pairs.sum())
        return float(bdtrc(won - 1, n, 0.5)) if won else 1.0, delta, 0, True
    n_draws = draws * DRAWS_PER_DRAW
    coins = np.random.default_rng(seed).binomial(open_pairs, 0.5, (n_draws, len(weights)))
    reached = int((((2 * coins - open_pairs) * weights).sum(axis=1) >= delta - 1e-12).sum())
    return (reached + 1) / (n_draws + 1), delta, n_draws, False


def correct_pairs(groups: Groups, epsilon: float) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    """Which pairs of each group are right at ε, bool (n_groups, n_pairs)."""
    i, j = np.triu_indices(groups.gold.shape[1], 1)

    def signs(scores: FloatArray, bound: float) -> FloatArray:
        difference = scores[:, i] - scores[:, j]
        return np.where(np.abs(difference) <= bound, 0.0, np.sign(difference))

    return np.asarray(signs(groups.gold, 0.0) == signs(groups.metric, epsilon))
