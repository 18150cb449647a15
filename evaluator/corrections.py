"""p-values of many pairs, corrected; each family is the pairs within one metric."""

from __future__ import annotations

import numpy as np

from evaluator.types import FloatArray


def correct(p_values: FloatArray, correction: str) -> FloatArray:
    """Corrected p-values in the order given, float64 (n_pairs,), at most 1.

    Args:
        p_values: of one family, float64 (n_pairs,).
        correction: holm, bh or none.

    Source: Holm 1979; Benjamini and Hochberg 1995.

    >>> correct(np.array([0.01, 0.04, 0.03]), "holm").tolist()
    [0.03, 0.06, 0.06]
    >>> correct(np.array([0.01, 0.04, 0.03]), "bh").round(3).tolist()
    [0.03, 0.04, 0.04]
    """
    if correction == "none":
        return p_values.copy()
    order = np.argsort(p_values, kind="stable")
    n = len(p_values)
    out = np.empty(n)
    if correction == "holm":
        out[order] = np.maximum.accumulate(p_values[order] * np.arange(n, 0, -1))
    else:
        scaled = p_values[order] * n / np.arange(1, n + 1)
        out[order] = np.minimum.accumulate(scaled[::-1])[::-1]
    return np.minimum(out, 1.0)
