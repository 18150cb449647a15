"""The test for AUC: is one metric better than another at telling serious errors, or could the two be exchanged?

Within each bin of length both metrics become ranks, and the ranks are exchanged, as Bandos, Rockette
and Gur (2005, doi:10.1002/sim.2149) exchange them. All systems of a segment are exchanged together:
what a metric makes of a segment shows in every system's version of it, and exchanging cells one by
one can reject a true null too often (`docs/meta.md` has figures).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from evaluator.meta.permutation import DRAWS, SEED, Differences, Masks, Permutation, count_exchanges
from evaluator.types import EvaluatorError, FloatArray


def compare_auc(serious: ArrayLike, a: ArrayLike, b: ArrayLike, bins: ArrayLike | None = None, *, draws: int = DRAWS, seed: int = SEED) -> Permutation:
    """One-sided test that metric `a` tells segments with a serious error better than metric `b`.

    Args:
        serious: 1 where people found a serious error, 0 where not, NaN where unknown; (n_systems, n_segments), or (n,).
        a: scores of the same shape, higher is better, NaN where there is none.
        b: those of the other metric.
        bins: a number for each cell; pairs are formed and ranks made within equal numbers. None takes all cells together.
        draws: exchanges drawn where not all can be counted.
        seed: of the draws.

    Raises:
        EvaluatorError: shapes that differ.

    >>> compare_auc([1, 1, 0, 0], [1, 2, 3, 4], [4, 3, 2, 1])
    Permutation(p_value=0.0625, delta=1.0, draws=16, exact=True)
    """
    labels, one, other = (np.atleast_2d(np.asarray(x, dtype=np.float64)) for x in (serious, a, b))
    strata = np.zeros(labels.shape, dtype=np.int64) if bins is None else np.atleast_2d(np.asarray(bins))
    if not labels.shape == one.shape == other.shape == strata.shape:
        raise EvaluatorError(f"Labels have the shape {labels.shape}, scores {one.shape} and {other.shape}, bins {strata.shape}; they must be equal.")
    known = ~np.isnan(labels) & ~np.isnan(one) & ~np.isnan(other)
    if not known.any():
        return Permutation(float("nan"), float("nan"), 0, False)
    segment = np.nonzero(known)[1]
    first, second = (ranks_within(scores[known], strata[known]) for scores in (one, other))
    differ = np.zeros((1, labels.shape[1]), dtype=bool)
    differ[0, segment[first != second]] = True
    return count_exchanges(_differences(labels[known] > 0.5, first, second, strata[known], segment), differ, draws, seed)


def ranks_within(scores: FloatArray, bins: NDArray[np.int64]) -> NDArray[np.int64]:
    """Twice the mean rank of each score among those of its bin, a whole number."""
    out = np.empty(len(scores), dtype=np.int64)
    for stratum in np.unique(bins):
        inside = bins == stratum
        place, counts = np.unique(scores[inside], return_inverse=True, return_counts=True)[1:]
        out[inside] = (2 * np.cumsum(counts) - counts + 1)[place]  # SciPy's rankdata, without its import of a second
    return out


def _differences(serious: NDArray[np.bool_], a: NDArray[np.int64], b: NDArray[np.int64], bins: NDArray[np.int64], segment: NDArray[np.intp]) -> Differences:
    """From exchanges of segments, bool (k, 1, n_segments), to differences of AUC, float64 (k,)."""
    above = int(max(a.max(), b.max())) + 1
    keys = np.unique(bins, return_inverse=True)[1] * above
    ranked, both = np.unique(np.concatenate([keys + a, keys + b]), return_inverse=True)
    first, second = both[: len(a)], both[len(a) :]
    starts = np.searchsorted(ranked, np.unique(keys))
    length = np.diff(np.append(starts, len(ranked)))
    pairs = float(sum(serious[keys == key].sum() * (~serious[keys == key]).sum() for key in np.unique(keys)))

    bad, good = np.flatnonzero(serious), np.flatnonzero(~serious)

    def area(places: NDArray[np.intp]) -> float:
        won_by = np.bincount(places[good], minlength=len(ranked))
        running = np.cumsum(won_by)
        better = np.repeat(running[starts + length - 1], length) - running  # good ones of the bin with a higher rank
        return float((better + 0.5 * won_by)[places[bad]].sum()) / pairs if pairs else float("nan")

    def differences(masks: Masks) -> FloatArray:
        kept = masks[:, 0, segment]
        return np.array([area(np.where(own, first, second)) - area(np.where(own, second, first)) for own in kept])

    return differences
