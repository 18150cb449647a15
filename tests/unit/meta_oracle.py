"""Statistics of agreement as their definitions read, one pair after the other: what the kernels are checked against."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence

Pairs = list[tuple[float, float]]


def groups_of(gold: Sequence[Sequence[float]], metric: Sequence[Sequence[float]], grouping: str) -> list[Pairs]:
    """Cells with both scores, (human, metric), group by group."""
    cells = [[(g, m) for g, m in zip(*rows, strict=True)] for rows in zip(gold, metric, strict=True)]
    if grouping == "none":
        cells = [list(itertools.chain(*cells))]
    elif grouping == "item":
        cells = [list(column) for column in zip(*cells, strict=True)]
    return [[cell for cell in group if not math.isnan(cell[0]) and not math.isnan(cell[1])] for group in cells]


def averaged(groups: list[Pairs], statistic: Callable[[Pairs], float]) -> float:
    """Mean over the groups where a statistic is defined."""
    values = [value for value in map(statistic, groups) if not math.isnan(value)]
    return sum(values) / len(values) if values else math.nan


def pearson(pairs: Pairs) -> float:
    """Pearson's r."""
    n = len(pairs)
    if n < 2 or len({g for g, _ in pairs}) < 2 or len({m for _, m in pairs}) < 2:
        return math.nan
    mg, mm = sum(g for g, _ in pairs) / n, sum(m for _, m in pairs) / n
    top = sum((g - mg) * (m - mm) for g, m in pairs)
    return top / math.sqrt(sum((g - mg) ** 2 for g, _ in pairs)) / math.sqrt(sum((m - mm) ** 2 for _, m in pairs))


def kendall(pairs: Pairs, variant: str) -> float:
    """Kendall's tau b or c."""
    right = wrong = gold_free = metric_free = 0
    for (g1, m1), (g2, m2) in itertools.combinations(pairs, 2):
        right += (g1 - g2) * (m1 - m2) > 0
        wrong += (g1 - g2) * (m1 - m2) < 0
        gold_free += g1 != g2
        metric_free += m1 != m2
    if not gold_free or not metric_free:
        return math.nan
    if variant == "b":
        return (right - wrong) / math.sqrt(gold_free * metric_free)
    classes = min(len({g for g, _ in pairs}), len({m for _, m in pairs}))
    return 2 * (right - wrong) / (len(pairs) ** 2 * (classes - 1) / classes)


def accuracy_at(groups: list[Pairs], epsilon: float) -> float:
    """Share of pairs right when metric differences up to epsilon are ties, mean over groups that have pairs."""
    shares = []
    for group in groups:
        outcomes = []
        for (g1, m1), (g2, m2) in itertools.combinations(group, 2):
            tied = abs(m1 - m2) <= epsilon
            outcomes.append(tied if g1 == g2 else not tied and (g1 > g2) == (m1 > m2))
        if outcomes:
            shares.append(sum(outcomes) / len(outcomes))
    return sum(shares) / len(shares) if shares else math.nan


def best_accuracy(groups: list[Pairs]) -> tuple[float, float]:
    """The greatest accuracy over every ε that changes anything, and the smallest such ε."""
    tried = sorted({0.0} | {abs(m1 - m2) for group in groups for (_, m1), (_, m2) in itertools.combinations(group, 2)})
    best = max(accuracy_at(groups, epsilon) for epsilon in tried)
    return best, next(epsilon for epsilon in tried if accuracy_at(groups, epsilon) > best - 1e-12)


def auc(labels: Sequence[float], scores: Sequence[float], bins: Sequence[int]) -> float:
    """Share of (serious, other) pairs of one bin in which the serious segment scores lower."""
    won, n = 0.0, 0
    for i, j in itertools.product(range(len(labels)), repeat=2):
        if labels[i] == 1 and labels[j] == 0 and bins[i] == bins[j] and not math.isnan(scores[i]) and not math.isnan(scores[j]):
            won += 1.0 if scores[i] < scores[j] else 0.5 if scores[i] == scores[j] else 0.0
            n += 1
    return won / n if n else math.nan
