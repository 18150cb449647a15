"""Ranks and clusters of metrics from tests of every pair."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple


class MetricRank(NamedTuple):
    """A metric's place in one statistic."""

    rank: int
    """1 and one for each metric that is significantly better."""
    cluster: int
    """A new one begins where a metric of the current cluster is significantly better."""


def place_metrics(values: Sequence[float], better: Mapping[tuple[int, int], float], alpha: float = 0.05) -> list[MetricRank]:
    """The place of each metric, in the order given.

    Args:
        values: the statistic of each metric, no NaN.
        better: p that the first metric is better than the second, by positions, at least for the order by value.
        alpha: the level of the tests.

    >>> place_metrics([0.5, 0.9, 0.8], {(1, 2): 0.2, (1, 0): 0.01, (2, 0): 0.3})
    [MetricRank(rank=2, cluster=2), MetricRank(rank=1, cluster=1), MetricRank(rank=1, cluster=1)]

    Source: the clusters are those of mt-metrics-eval and the WMT metrics task (Freitag et al. 2023).
    """
    order = sorted(range(len(values)), key=lambda i: (-values[i], i))
    clusters = dict.fromkeys(order, 1)
    first = 0
    for at in range(1, len(order)):
        if any(better.get((order[k], order[at]), 1.0) <= alpha for k in range(first, at)):
            first = at
        clusters[order[at]] = clusters[order[at - 1]] + (first == at)
    ranks = [1 + sum(p <= alpha for (_, loser), p in better.items() if loser == i) for i in range(len(values))]
    return [MetricRank(ranks[i], clusters[i]) for i in range(len(values))]
