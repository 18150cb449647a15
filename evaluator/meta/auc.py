"""AUC: how often a segment with a serious error has the worse score than one without, ties counting half.

Long segments hold more errors, and a metric that measured length alone would do well. So pairs are
also formed within bins of length only.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from evaluator.meta.material import MetaInputs
from evaluator.types import EvaluatorError, FloatArray

BINS = 10


class Auc(NamedTuple):
    """Area under the ROC curve of telling serious errors."""

    value: float
    """NaN without a pair."""
    serious: int
    others: int
    bins: int


def auc(serious: ArrayLike, metric: ArrayLike, bins: ArrayLike | None = None) -> Auc:
    """How well a metric tells segments with a serious error from the others.

    Args:
        serious: 1 where people found a serious error, 0 where not, NaN where unknown; any shape.
        metric: scores of the same shape, higher is better, NaN where there is none.
        bins: a number for each cell; pairs are formed within equal numbers. None forms all.

    >>> auc([1, 0, 0, 1], [0.2, 0.9, 0.2, 0.1]).value
    0.875

    Source: Mann and Whitney (1947), doi:10.1214/aoms/1177730491; bins as strata, pairs pooled.
    """
    labels, scores = np.asarray(serious, dtype=np.float64).ravel(), np.asarray(metric, dtype=np.float64).ravel()
    strata = np.zeros(len(labels), dtype=np.int64) if bins is None else np.asarray(bins).ravel()
    if not len(labels) == len(scores) == len(strata):
        raise EvaluatorError(f"There are {len(labels)} labels, {len(scores)} scores and {len(strata)} bins; they must be equally many.")
    known = ~np.isnan(labels) & ~np.isnan(scores)
    wrong, scores, strata = labels[known] > 0.5, scores[known], strata[known]
    won = pairs = 0.0
    for stratum in np.unique(strata):
        bad, good = scores[(strata == stratum) & wrong], np.sort(scores[(strata == stratum) & ~wrong])
        better = len(good) - np.searchsorted(good, bad, "right")
        tied = np.searchsorted(good, bad, "right") - np.searchsorted(good, bad, "left")
        won += float((better + 0.5 * tied).sum())
        pairs += len(bad) * len(good)
    return Auc(won / pairs if pairs else float("nan"), int(wrong.sum()), int((~wrong).sum()), len(np.unique(strata)))


def length_bins(lengths: ArrayLike, n: int = BINS) -> NDArray[np.int64]:
    """The quantile bin of each length, 0 for the shortest tenth; NaN lengths are in the last."""
    values = np.asarray(lengths, dtype=np.float64)
    edges = np.nanquantile(values, np.arange(1, n) / n)
    return np.digitize(values, edges)


def serious_auc(material: MetaInputs, k: int, *, within: bool, drawn: NDArray[np.int64] | None = None) -> Auc:
    """AUC of metric k, of all segments or of those drawn; within bins of length or of all."""
    if material.serious is None:
        raise EvaluatorError("Nobody said which segments have a serious error.")
    serious: FloatArray = np.where(material.known, material.serious, np.nan)
    scores = material.metrics[k].segments
    bins = bins_of(material, within)
    if drawn is not None:
        serious, scores, bins = serious[:, drawn], scores[:, drawn], bins[:, drawn]
    return auc(serious, scores, bins)


def bins_of(material: MetaInputs, within: bool) -> NDArray[np.int64]:
    """The length bin of each cell; one bin of all cells where `within` is False or no lengths are known."""
    known = material.known
    return length_bins(np.where(known, material.lengths, np.nan)) if within and material.lengths is not None else np.zeros(known.shape, dtype=np.int64)
