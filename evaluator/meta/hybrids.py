"""Statistics of two metrics whose scores were exchanged in some cells, for many exchanges at once.

An exchange is a mask: True where a metric keeps its own score. The first hybrid takes a's score
there and b's elsewhere, the second the complement; every function here returns a function from
masks (k, n_systems, n_segments) to the difference of the statistic between the two, float64 (k,).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from evaluator.meta.grouping import as_groups
from evaluator.meta.kendall import count_pairs, distinct, tau
from evaluator.meta.systems import PERMUTATIONS, SPA_SEED, agreements, p_values, random_signs
from evaluator.types import FloatArray

Masks = NDArray[np.bool_]
Differences = Callable[[Masks], FloatArray]
LARGEST_FORM = 6_000_000
"""Numbers in the quadratic forms of all groups, beyond which Kendall's counts are made by sorting."""
_TINY = 1e-12


def grouped(masks: Masks, grouping: str) -> Masks:
    """Masks laid out as the groups are: (n_groups, k, n)."""
    if grouping == "none":
        return masks.reshape(1, len(masks), -1)
    return np.ascontiguousarray(masks.transpose(2, 0, 1) if grouping == "item" else masks.transpose(1, 0, 2))


def mean_over_groups(values: FloatArray) -> FloatArray:
    """Mean of (n_groups, k) over the groups where a statistic is defined; 0 where it is in none, as in mt-metrics-eval."""
    known = ~np.isnan(values)
    return np.asarray(np.where(known, values, 0.0).sum(axis=0) / np.maximum(known.sum(axis=0), 1))


def pearson_differences(gold: FloatArray, a: FloatArray, b: FloatArray, grouping: str) -> Differences:
    """Pearson's r: the sums that it is made of are linear in the mask."""
    first, second = as_groups(gold, a, grouping), as_groups(gold, b, grouping)
    known = first.known
    n = known.sum(axis=1)
    filled = np.where(known, first.gold, 0.0)
    own = np.where(known, filled - (filled.sum(axis=1) / np.maximum(n, 1))[:, None], 0.0)
    spread = np.sqrt((own**2).sum(axis=1))
    spread[spread <= _TINY * np.abs(filled).max(axis=1, initial=0.0)] = 0.0
    one, other = (np.where(known, x, 0.0) for x in (first.metric, second.metric))
    columns_of_a, columns_of_b = (np.stack([x, x**2, x * own], axis=-1) for x in (one, other))  # (G, n, 3)
    base, step = columns_of_b.sum(axis=1), columns_of_a - columns_of_b
    both = base + columns_of_a.sum(axis=1)

    def r(sums: FloatArray) -> FloatArray:
        total, squares, product = (sums[..., i] for i in range(3))
        variance = squares - total**2 / np.maximum(n, 1)[:, None]
        below = np.sqrt(np.maximum(variance, 0.0)) * spread[:, None]
        defined = (variance > _TINY * squares) & (spread[:, None] > 0)
        return np.where(defined, product / np.where(defined, below, 1.0), np.nan)

    def differences(masks: Masks) -> FloatArray:
        sums = base[:, None] + grouped(masks, grouping).astype(np.float64) @ step
        return mean_over_groups(r(sums)) - mean_over_groups(r(both[:, None] - sums))

    return differences


class QuadraticForm(NamedTuple):
    """constant + mask . linear + mask . square . mask, of each group; whole numbers, exact in float32."""

    constant: NDArray[np.float32]
    linear: NDArray[np.float32]
    square: NDArray[np.float32]

    def of(self, masks: NDArray[np.float32]) -> tuple[FloatArray, FloatArray]:
        """Values (n_groups, k) for masks (n_groups, k, n), and for their complements."""
        if not self.square.any() and not self.linear.any():
            same = np.broadcast_to(self.constant[:, None].astype(np.float64), masks.shape[:2])
            return same, same
        product = masks @ self.square
        product *= masks
        quadratic = product.sum(axis=-1, dtype=np.float32)
        turned = -self.linear - self.square.sum(axis=2) - self.square.sum(axis=1)
        whole = self.constant + self.linear.sum(axis=1) + self.square.sum(axis=(1, 2))
        own = self.constant[:, None] + (masks @ self.linear[..., None])[..., 0] + quadratic
        exchanged = whole[:, None] + (masks @ turned[..., None])[..., 0] + quadratic
        return own.astype(np.float64), exchanged.astype(np.float64)


def _form(values: tuple[NDArray[np.float32], ...]) -> QuadraticForm:
    """The form of what pairs give: values (n_groups, n, n), 0 but above the diagonal, where both are b's, i is a's, j is a's, both are a's."""
    neither, first, second, both = values
    linear = (first - neither).sum(axis=2) + (second - neither).sum(axis=1)
    return QuadraticForm(neither.sum(axis=(1, 2)), linear, both - first - second + neither)


def _signs_of_pairs(a: FloatArray, b: FloatArray, known: NDArray[np.bool_]) -> tuple[NDArray[np.float32], ...]:
    """Signs of the metric difference of all pairs under the four states of a pair, as `_form` takes them."""
    above = np.triu(np.ones((a.shape[1],) * 2, dtype=bool), 1) & known[:, :, None] & known[:, None, :]
    states = ((b, b), (a, b), (b, a), (a, a))
    return tuple(np.where(above, np.sign(x[:, :, None] - y[:, None, :]), 0).astype(np.float32) for x, y in states)


def needs_sorting(shape: tuple[int, ...]) -> bool:
    """Whether groups (n_groups, n) are too large for a quadratic form, so that each exchange is sorted by itself."""
    return shape[0] * shape[1] ** 2 > LARGEST_FORM


def kendall_differences(gold: FloatArray, a: FloatArray, b: FloatArray, grouping: str, variant: str) -> Differences:
    """Kendall's tau: concordant less discordant pairs, and pairs that are not tied, are quadratic forms of the mask."""
    first, second = as_groups(gold, a, grouping), as_groups(gold, b, grouping)
    if needs_sorting(first.gold.shape):
        return _kendall_by_sorting(first.gold, first.metric, second.metric, grouping, variant)
    known = first.known
    own, one, other = (np.where(known, x, 0.0) for x in (first.gold, first.metric, second.metric))
    of_gold = _signs_of_pairs(own, own, known)[0]
    signs = _signs_of_pairs(one, other, known)
    order = _form(tuple(of_gold * s for s in signs))
    free = _form(tuple(np.abs(s) for s in signs))
    gold_free = np.abs(of_gold).sum(axis=(1, 2), dtype=np.float64)
    size = known.sum(axis=1).astype(np.float64)

    def values(ordered: FloatArray, metric_free: FloatArray, keep: Masks) -> FloatArray:
        defined = (metric_free > 0) & (gold_free[:, None] > 0)
        if variant == "b":
            below = np.sqrt(np.maximum(metric_free, 1.0)) * np.sqrt(np.maximum(gold_free, 1.0))[:, None]
        else:
            hybrid = np.where(keep, first.metric[:, None], second.metric[:, None])
            classes = np.maximum(np.minimum(distinct(hybrid), distinct(first.gold)[:, None]), 2)
            below = size[:, None] ** 2 * (classes - 1) / classes / 2
        return np.where(defined, ordered / below, np.nan)

    def differences(masks: Masks) -> FloatArray:
        keep = grouped(masks, grouping)
        single = keep.astype(np.float32)
        ordered, unbound = order.of(single), free.of(single)
        own, exchanged = (values(o, f, kept) for o, f, kept in zip(ordered, unbound, (keep, ~keep), strict=True))
        return mean_over_groups(own) - mean_over_groups(exchanged)

    return differences


def _kendall_by_sorting(gold: FloatArray, a: FloatArray, b: FloatArray, grouping: str, variant: str) -> Differences:
    """Tau of groups too large for a quadratic form, one draw after the other."""

    def differences(masks: Masks) -> FloatArray:
        keep = grouped(masks, grouping)
        out = []
        for draw in range(keep.shape[1]):
            own, exchanged = (tau(count_pairs(gold, np.where(kept, a, b)), variant)[:, None] for kept in (keep[:, draw], ~keep[:, draw]))
            out.append((mean_over_groups(own) - mean_over_groups(exchanged))[0])
        return np.array(out)

    return differences


def sign_agreement_differences(gold: FloatArray, a: FloatArray, b: FloatArray) -> Differences:
    """Pairwise accuracy of system scores (1, n_systems)."""

    def differences(masks: Masks) -> FloatArray:
        keep = masks[:, 0]
        own, exchanged = (agreements(gold[0], np.where(kept, a[0], b[0])) for kept in (keep, ~keep))
        return np.asarray((own.agreed.sum(axis=1) - exchanged.agreed.sum(axis=1, dtype=np.int64)) / max(int(own.known[0].sum()), 1))

    return differences


def spa_differences(gold: FloatArray, a: FloatArray, b: FloatArray) -> Differences:
    """Soft pairwise accuracy; the signs of its permutation tests and the p-values of gold are made once."""
    signs = random_signs(gold.shape[1], PERMUTATIONS, SPA_SEED)
    people = p_values(gold, signs)

    def differences(masks: Masks) -> FloatArray:
        error = [np.nanmean(np.abs(people - p_values(np.where(kept, a, b), signs))) for mask in masks for kept in (mask, ~mask)]
        return np.asarray(error[1::2]) - np.asarray(error[::2])

    return differences
