"""People's own agreement: one rater against another on the statistic that metrics are judged by, the line to reach.

A mean of raters is steadier than one of them, so metrics that are judged against the mean look
better than they would beside a single person. Both are given: what a rater gets against another
rater, and what each metric gets against one rater.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from evaluator.meta.material import MetaInputs, MetricColumns
from evaluator.meta.statistics import StatisticData

RATER = "rater"
"""What stands for a metric in rows of people's agreement."""


class Agreement(NamedTuple):
    """One rater against another."""

    value: float
    """Mean over ordered pairs of raters, weighted by the segments that both judged; NaN where no pair has a value."""
    pairs: int
    """Ordered pairs with a value."""
    n_segments: int
    """Cells that two raters judged, the mean over pairs."""
    metrics: tuple[float, ...]
    """Each metric against one rater, the mean over raters weighted likewise."""


def rater_agreement(subject: StatisticData) -> Agreement | None:
    """People's agreement on the statistic of a subject; None with one rater."""
    material = subject.material
    if material.raters is None or (subject.kind.name == "auc" and material.serious_by_rater is None):
        return None
    found = []
    for a, b in itertools.permutations(range(len(material.raters)), 2):
        both = ~np.isnan(material.raters[a]) & ~np.isnan(material.raters[b])
        if both.any():
            other = MetricColumns(RATER, np.where(both, material.raters[a], np.nan))
            found.append((_value(subject, b, (other,), 0), int(both.sum())))
    single = [[(_value(subject, b, material.metrics, k), _size(material, b)) for b in range(len(material.raters))] for k in range(len(material.metrics))]
    known = [n for value, n in found if not math.isnan(value)]
    return Agreement(_weighted(found), len(known), round(sum(known) / len(known)) if known else 0, tuple(map(_weighted, single)))


def describe_agreement(found: Agreement, names: tuple[str, ...]) -> str:
    """The agreement in words, for details."""
    beside = ", ".join(f"{name} {value:.3f}" for name, value in zip(names, found.metrics, strict=True) if not math.isnan(value))
    return f"one rater against another, {found.pairs} ordered pairs; metrics against one rater instead of the mean: {beside or 'undefined'}"


def _value(subject: StatisticData, b: int, metrics: tuple[MetricColumns, ...], k: int) -> float:
    """The statistic of a metric with rater b's scores as gold."""
    material = subject.material
    assert material.raters is not None
    serious = None if material.serious_by_rater is None else material.serious_by_rater[b]
    own = replace(material, gold=material.raters[b], metrics=metrics, raters=None, serious=serious)
    if not own.known.any():
        return math.nan
    return replace(subject, material=own, resamples=0).value(k).value


def _size(material: MetaInputs, b: int) -> int:
    assert material.raters is not None
    return int((~np.isnan(material.raters[b])).sum())


def _weighted(values: list[tuple[float, int]]) -> float:
    known = [(value, n) for value, n in values if not math.isnan(value)]
    total = sum(n for _, n in known)
    return sum(value * n for value, n in known) / total if total else math.nan
