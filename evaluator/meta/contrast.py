"""Contrastive sets: how often a metric prefers the better of two translations that differ in one known error.

Source: DEMETR (Karpinska et al. 2022, doi:10.18653/v1/2022.emnlp-main.649). A tie is no preference
and counts as wrong; its share is said.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from evaluator.types import EvaluatorError, FloatArray

Z95 = 1.959963984540054


class Preference(NamedTuple):
    """How often the better translation scores higher."""

    accuracy: float
    """NaN without pairs."""
    ci_low: float
    """Wilson's 95 % interval."""
    ci_high: float
    pairs: int
    ties: int


def contrastive_accuracy(good: ArrayLike, bad: ArrayLike) -> Preference:
    """How often a metric scores the better translation higher.

    Args:
        good: scores of the better translations, higher is better, (n,); NaN where there is none.
        bad: scores of the worse ones, as many.

    >>> contrastive_accuracy([0.9, 0.8, 0.7, 0.7], [0.5, 0.85, 0.1, 0.7])[:1]
    (0.5,)
    """
    better, worse = (np.asarray(x, dtype=np.float64) for x in (good, bad))
    if better.shape != worse.shape or better.ndim != 1:
        raise EvaluatorError(f"There are {better.size} better and {worse.size} worse translations; they must be equally many.")
    known = ~np.isnan(better) & ~np.isnan(worse)
    n, right = int(known.sum()), int((better[known] > worse[known]).sum())
    if not n:
        return Preference(math.nan, math.nan, math.nan, 0, 0)
    share = right / n
    middle = (share + Z95**2 / (2 * n)) / (1 + Z95**2 / n)
    half = Z95 / (1 + Z95**2 / n) * math.sqrt(share * (1 - share) / n + Z95**2 / (4 * n * n))
    return Preference(share, max(0.0, middle - half), min(1.0, middle + half), n, int((better[known] == worse[known]).sum()))


def contrast_rows(metrics: dict[str, tuple[FloatArray, FloatArray]], categories: Sequence[str], severities: Sequence[str]) -> list[dict[str, Any]]:
    """Rows of meta.csv: all pairs, each severity, each category.

    Args:
        metrics: by name the scores of better and worse translations, each (n,).
        categories: of each pair; empty where there is none.
        severities: likewise.
    """
    whole = np.ones(len(categories), dtype=bool)
    groups: list[tuple[str, NDArray[np.bool_]]] = [("all pairs", whole)]
    for what, names in (("severity", severities), ("category", categories)):
        listed = sorted({name for name in names if name})
        groups += [(f"{what} {name}", np.array([own == name for own in names])) for name in listed]
    rows = []
    for grouping, inside in groups:
        for name, (good, bad) in metrics.items():
            found = contrastive_accuracy(good[inside], bad[inside])
            rows.append(
                {
                    "level": "contrast", "statistic": "accuracy", "grouping": grouping, "metric": name,
                    "value": None if math.isnan(found.accuracy) else found.accuracy, "ci_low": None if math.isnan(found.ci_low) else found.ci_low,
                    "ci_high": None if math.isnan(found.ci_high) else found.ci_high, "rank": None, "cluster": None, "n_systems": None,
                    "n_segments": found.pairs, "details": f"{found.ties} ties" if found.pairs else "undefined: no pair has both scores",
                }
            )  # fmt: skip
    return rows
