"""Score matrices of systems by segments laid out as the groups that a statistic is computed in.

`none` takes all cells as one group, `item` the systems of one segment, `system` the segments of
one system; values of groups are averaged (Callison-Burch et al. 2010; Freitag et al. 2022).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from evaluator.plugins import did_you_mean
from evaluator.types import EvaluatorError, FloatArray

GROUPINGS = ("none", "item", "system")


class Groups(NamedTuple):
    """Gold and metric scores, a row per group."""

    gold: FloatArray
    """float64 (n_groups, n); NaN where a cell does not count."""
    metric: FloatArray
    """Likewise; NaN in the same cells."""

    @property
    def known(self) -> NDArray[np.bool_]:
        """Cells that count."""
        return ~np.isnan(self.gold)


def as_groups(gold: ArrayLike, metric: ArrayLike, grouping: str = "none") -> Groups:
    """Groups of cells that have both scores.

    Args:
        gold: human scores, (n_systems, n_segments) or (n,); NaN or None where nobody judged.
        metric: likewise, the same shape.
        grouping: none, item or system.

    Raises:
        EvaluatorError: shapes that differ, values that are infinite, or a vector with a grouping.
    """
    pair = matrices(gold, metric)
    if grouping not in GROUPINGS:
        raise EvaluatorError(f"There is no grouping {grouping!r}.{did_you_mean(grouping, GROUPINGS)}")
    if pair.gold.shape[0] == 1 and np.ndim(gold) == 1 and grouping != "none":
        raise EvaluatorError(f"Grouping by {grouping} needs a matrix of systems by segments; the scores are one list of {pair.gold.size}.")
    if grouping == "none":
        return Groups(pair.gold.reshape(1, -1), pair.metric.reshape(1, -1))
    return Groups(pair.gold.T.copy(), pair.metric.T.copy()) if grouping == "item" else pair


def matrices(gold: ArrayLike, metric: ArrayLike) -> Groups:
    """Both as float64 matrices that are NaN in the same cells.

    Raises:
        EvaluatorError: shapes that differ or values that are infinite.
    """
    own, other = np.array(gold, dtype=np.float64), np.array(metric, dtype=np.float64)
    if own.shape != other.shape or own.ndim not in (1, 2):
        raise EvaluatorError(
            f"Human scores have the shape {_shape(own)}, metric scores {_shape(other)}; both must be systems by segments, or lists of equal length."
        )
    if np.isinf(own).any() or np.isinf(other).any():
        raise EvaluatorError("Scores must be finite numbers, or NaN where there is none.")
    unknown = np.isnan(own) | np.isnan(other)
    own[unknown] = other[unknown] = np.nan
    return Groups(np.atleast_2d(own), np.atleast_2d(other))


def _shape(array: FloatArray) -> str:
    return " x ".join(map(str, array.shape)) or "a single number"


def mean_of_known(values: FloatArray) -> FloatArray:
    """Mean over the last axis without NaN; NaN where nothing is known."""
    known = ~np.isnan(values)
    n = known.sum(axis=-1)
    total = np.where(known, values, 0.0).sum(axis=-1)
    return np.where(n > 0, total / np.maximum(n, 1), np.nan)
