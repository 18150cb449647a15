"""Rank ranges and clusters of systems by the rule of the WMT findings."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from evaluator.types import FloatArray


class Standing(NamedTuple):
    """One system's place among all."""

    rank_low: int
    """The best rank it may have: 1 and one more for each system that beats it."""
    rank_high: int
    """The worst: one less than all for each system that it beats."""
    cluster: int
    """1 for the best; all systems of a cluster beat all systems of the clusters below."""


def standings(goodness: FloatArray, significant: NDArray[np.bool_]) -> list[Standing]:
    """The place of each system, in the order given.

    Args:
        goodness: scores, negated where lower is better, float64 (n_systems,).
        significant: bool (n_systems, n_systems), symmetric: whether the test tells two apart.

    Source: the WMT findings (Kocmi et al. 2023, 2024): rank range [1 + losses, n - wins]; a
    boundary lies where all above beat all below.
    """
    n = len(goodness)
    beats = significant & (goodness[:, None] > goodness[None, :])
    order = np.argsort(-goodness, kind="stable")
    clusters = np.ones(n, dtype=int)
    current = 1
    for i in range(1, n):
        current += bool(beats[np.ix_(order[:i], order[i:])].all())
        clusters[order[i]] = current
    return [Standing(int(1 + beats[:, i].sum()), int(n - beats[i].sum()), int(clusters[i])) for i in range(n)]
