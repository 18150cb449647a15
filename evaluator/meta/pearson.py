"""Pearson's correlation of many groups at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from evaluator.meta.grouping import as_groups, mean_of_known
from evaluator.types import FloatArray

CONSTANT = 1e-13
"""Spread relative to the size of the values below which scores count as constant; SciPy's bound."""


def pearson(gold: ArrayLike, metric: ArrayLike, grouping: str = "none") -> float:
    """Pearson's r, averaged over groups; NaN where it is undefined in all of them.

    Args:
        gold: human scores, (n_systems, n_segments) or (n,), NaN or None where there is none.
        metric: metric scores of the same shape.
        grouping: none, item or system.

    >>> gold, metric = [[1, 2, 3], [4, 5, 6]], [[2, 1, 4], [3, 3, 7]]
    >>> round(pearson(gold, metric), 3), round(pearson(gold, metric, "system"), 3), round(pearson(gold, metric, "item"), 3)
    (0.776, 0.76, 1.0)
    """
    groups = as_groups(gold, metric, grouping)
    return float(mean_of_known(correlations(groups.gold, groups.metric)))


def correlations(gold: FloatArray, metric: FloatArray) -> FloatArray:
    """r of each row; NaN where a side is constant or fewer than two cells count.

    Args:
        gold: float64 (..., n), NaN where a cell does not count.
        metric: broadcasts with it; NaN in the same cells.
    """
    known = ~np.isnan(gold) & ~np.isnan(metric)
    n = known.sum(axis=-1, keepdims=True)
    own, other = np.broadcast_arrays(gold, metric)
    centered = []
    spread = []
    for values in (own, other):
        filled = np.where(known, values, 0.0)
        off = np.where(known, filled - filled.sum(axis=-1, keepdims=True) / np.maximum(n, 1), 0.0)
        norm = np.sqrt((off**2).sum(axis=-1))
        centered.append(off)
        spread.append(np.where(norm > CONSTANT * np.maximum(np.abs(filled).max(axis=-1, initial=0.0), 1e-300), norm, np.nan))
    with np.errstate(invalid="ignore"):
        r = (centered[0] * centered[1]).sum(axis=-1) / spread[0] / spread[1]
    return np.clip(np.where(n[..., 0] > 1, r, np.nan), -1.0, 1.0)
