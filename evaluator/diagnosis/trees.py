"""Gradient-boosted trees as arrays: the risk head without scikit-learn."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from evaluator.types import FloatArray


class Trees(NamedTuple):
    """All nodes of all trees; children point into the same arrays."""

    roots: NDArray[np.int32]
    feature: NDArray[np.int32]
    """-1 at leaves."""
    threshold: FloatArray
    left: NDArray[np.int32]
    right: NDArray[np.int32]
    value: FloatArray
    base: float


def tree_score(trees: Trees, x: FloatArray) -> float:
    """Sum of the leaves that one row of features (n_features,) falls into, before the sigmoid."""
    node = trees.roots.copy()
    while True:
        feature = trees.feature[node]
        inner = feature >= 0
        if not inner.any():
            return float(trees.value[node].sum()) + trees.base
        goes_left = x[np.maximum(feature, 0)] <= trees.threshold[node]
        node = np.where(inner, np.where(goes_left, trees.left[node], trees.right[node]), node)
