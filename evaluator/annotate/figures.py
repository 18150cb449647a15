"""What answers say of flags: precision and recall with intervals, and how far people agree."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from typing import NamedTuple

Z = 1.959963984540054
"""Of a two-sided interval of 95 %."""


class Figure(NamedTuple):
    """A number with its 95 % interval; NaN where it is undefined."""

    value: float
    low: float
    high: float


class FlagFigures(NamedTuple):
    """How right flags are, for all segments that were drawn from."""

    precision: Figure
    """Share of flagged segments with a serious error."""
    missed: Figure
    """Share of unflagged segments with a serious error."""
    recall: Figure
    """Share of segments with a serious error that are flagged."""
    prior: float
    """Share of all segments that have a serious error."""


def judge_flags(flagged: Sequence[float], sampled: Sequence[float], unflagged: int) -> FlagFigures:
    """Precision and recall of flags.

    Args:
        flagged: for each flagged segment the share of people who marked a serious error, 0-1; all were judged.
        sampled: likewise for each unflagged segment of the sample.
        unflagged: unflagged segments that the sample stands for.
    """
    precision, missed = share_of(flagged), share_of(sampled)
    broken_flagged = sum(flagged)
    broken_unflagged = unflagged * missed.value if unflagged else 0.0
    broken = broken_flagged + broken_unflagged
    return FlagFigures(precision, missed, _recall(precision, missed, len(flagged), unflagged), broken / (len(flagged) + unflagged))


def share_of(values: Sequence[float]) -> Figure:
    """The mean of values between 0 and 1 with Wilson's interval for as many draws.

    >>> [round(x, 4) for x in share_of([1, 1, 1, 0])]
    [0.75, 0.3006, 0.9544]
    """
    n = len(values)
    if not n:
        return Figure(math.nan, math.nan, math.nan)
    p = sum(values) / n
    middle, half = p + Z * Z / (2 * n), Z * math.sqrt(p * (1 - p) / n + Z * Z / (4 * n * n))
    low, high = ((middle + sign * half) / (1 + Z * Z / n) for sign in (-1, 1))
    return Figure(p, 0.0 if p == 0 else low, 1.0 if p == 1 else high)


def _recall(precision: Figure, missed: Figure, n_flagged: int, n_unflagged: int) -> Figure:
    """Recall, which falls as the ratio of both shares rises.

    The interval is that of the ratio by MOVER from Wilson's intervals. Source: Donner and Zou 2012, doi:10.1177/0962280210383083.
    """
    if not n_flagged or not n_unflagged:
        known = precision if n_flagged else missed
        value = float(n_flagged > 0) if known.value > 0 else math.nan
        return Figure(value, value, value)
    a, b = missed, precision
    scale = n_unflagged / n_flagged
    found = b.value + scale * a.value
    if not found:
        return Figure(math.nan, math.nan, math.nan)
    low, high = _ratio_ends(a, b)
    return Figure(b.value / found, 1 / (1 + scale * high), 1 / (1 + scale * low))


def _ratio_ends(a: Figure, b: Figure) -> tuple[float, float]:
    """Ends of the interval of a / b."""
    both = a.value * b.value
    above, below = b.high * (2 * b.value - b.high), b.low * (2 * b.value - b.low)
    low = (both - _root(both, a.low * (2 * a.value - a.low) * above)) / above if above else 0.0
    high = (both + _root(both, a.high * (2 * a.value - a.high) * below)) / below if below > 0 else math.inf
    return low, high


def _root(both: float, ends: float) -> float:
    return math.sqrt(max(both * both - ends, 0.0))


def kappa(labels: Sequence[Sequence[bool]]) -> float:
    """Cohen's kappa, the mean over pairs of raters; NaN where no pair has one.

    Args:
        labels: by rater, whether each item has a serious error.

    >>> round(kappa([[True, True, False, False], [True, False, False, False]]), 6)
    0.5
    """
    found = [_kappa(one, two) for one, two in itertools.combinations(labels, 2)]
    known = [value for value in found if not math.isnan(value)]
    return sum(known) / len(known) if known else math.nan


def _kappa(one: Sequence[bool], two: Sequence[bool]) -> float:
    n = len(one)
    same = sum(a == b for a, b in zip(one, two, strict=True)) / n
    p, q = sum(one) / n, sum(two) / n
    chance = p * q + (1 - p) * (1 - q)
    return math.nan if chance == 1 else (same - chance) / (1 - chance)
