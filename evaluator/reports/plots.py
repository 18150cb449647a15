"""The geometry of the plots of `report.html`: numbers and paths, drawn as SVG by the template.

Nothing here is a score: values are counted into bins, placed on axes and ranked against each other.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

BINS = 40
ROW_BOX = (320.0, 26.0)
"""Width and height of one system's histogram."""
SCATTER = 300.0
"""Side of a scatter plot."""
SCATTER_BINS = 30
MOST_DOTS = 600
"""Points drawn one by one; of more, squares are shaded by how many they hold."""
SHADES = 5
"""Shades of squares, from those that hold few points to those that hold most."""

Floats = NDArray[np.float64]


class Tick(NamedTuple):
    """A mark on an axis."""

    at: float
    label: str


class Histogram(NamedTuple):
    """One system's scores by one metric."""

    system: str
    bars: str
    """Path of its bars in a box of `ROW_BOX`."""
    quartiles: tuple[float, float, float]
    """Where they stand."""
    told: str
    """Quartiles in words."""


class Distribution(NamedTuple):
    """All systems' scores by one metric on one axis."""

    metric: str
    rows: list[Histogram]
    ticks: list[Tick]


class Dot(NamedTuple):
    """One paragraph in a scatter plot."""

    x: float
    y: float
    anchor: str
    told: str
    flagged: bool


class Scatter(NamedTuple):
    """One metric against another."""

    x: str
    y: str
    dots: list[Dot]
    shades: list[str]
    """A path of squares for each shade, palest first; none where there are dots."""
    steps: str
    """How many points the shades stand for, in words."""
    x_ticks: list[Tick]
    y_ticks: list[Tick]


def bin_of(value: float, low: float, high: float, bins: int) -> int:
    """Which of `bins` equal parts of [low, high] a value is in; values outside are in the outermost."""
    if high <= low:
        return 0
    return min(bins - 1, max(0, int((value - low) / (high - low) * bins)))


def count_bins(values: Sequence[float] | Floats, low: float, high: float, bins: int) -> NDArray[np.int64]:
    """How many values each part holds, int64 (bins,)."""
    if high <= low:
        return np.bincount([0] * len(values), minlength=bins)
    places = ((np.asarray(values, dtype=np.float64) - low) / (high - low) * bins).astype(np.int64)
    return np.bincount(np.clip(places, 0, bins - 1), minlength=bins)


def bar_path(counts: NDArray[np.int64], box: tuple[float, float]) -> str:
    """Bars side by side, the highest as high as the box; a bin that holds anything is at least half a unit high."""
    width, height = box[0] / len(counts), box[1]
    top = max(1, int(counts.max()))
    parts = []
    for i, count in enumerate(counts.tolist()):
        if count:
            tall = max(0.5, count / top * height)
            parts.append(f"M{_n(i * width)} {_n(height)}v-{_n(tall)}h{_n(width * 0.9)}v{_n(tall)}z")
    return "".join(parts)


def distribution(metric: str, by_system: dict[str, Floats], digits: int) -> Distribution:
    """Histograms of one metric; the axis leaves out the outermost thousandth at either end."""
    together = np.concatenate(list(by_system.values()))
    low, high = _range(together)
    rows = []
    for system, values in by_system.items():
        quarters = [float(q) for q in np.quantile(values, (0.25, 0.5, 0.75))]
        places = tuple(_along(q, low, high, ROW_BOX[0]) for q in quarters)
        said = f"median {quarters[1]:.{digits}f}, half of them from {quarters[0]:.{digits}f} to {quarters[2]:.{digits}f}"
        rows.append(Histogram(system, bar_path(count_bins(values, low, high, BINS), ROW_BOX), (places[0], places[1], places[2]), said))
    return Distribution(metric, rows, ticks_of(low, high, ROW_BOX[0]))


def scatter(names: tuple[str, str], x: Floats, y: Floats, anchors: Sequence[tuple[str, str, bool]]) -> Scatter:
    """One metric against another.

    Args:
        names: of both metrics.
        x: scores by one, float64 (n,).
        y: scores by the other.
        anchors: address, words and flag of each; may be empty where there are more than `MOST_DOTS`.
    """
    (x_low, x_high), (y_low, y_high) = _range(x), _range(y)
    ticks = ticks_of(x_low, x_high, SCATTER), [Tick(_n(SCATTER - t.at), t.label) for t in ticks_of(y_low, y_high, SCATTER)]
    if len(x) <= MOST_DOTS:
        places = [(_along(a, x_low, x_high, SCATTER), _n(SCATTER - _along(b, y_low, y_high, SCATTER))) for a, b in zip(x.tolist(), y.tolist(), strict=True)]
        dots = [Dot(a, b, *anchor) for (a, b), anchor in zip(places, anchors, strict=True)]
        return Scatter(*names, sorted(dots, key=lambda dot: dot.flagged), [], "", *ticks)
    side = SCATTER / SCATTER_BINS
    columns = np.clip(((x - x_low) / (x_high - x_low) * SCATTER_BINS).astype(int), 0, SCATTER_BINS - 1)
    rows = np.clip(((y - y_low) / (y_high - y_low) * SCATTER_BINS).astype(int), 0, SCATTER_BINS - 1)
    counts = np.bincount(rows * SCATTER_BINS + columns, minlength=SCATTER_BINS**2)
    edges = shade_edges(counts)
    paths = [""] * len(edges)
    for cell in np.flatnonzero(counts).tolist():
        row, column = divmod(cell, SCATTER_BINS)
        path = f"M{_n(column * side)} {_n(SCATTER - (row + 1) * side)}h{_n(side)}v{_n(side)}h-{_n(side)}z"
        paths[bisect_right(edges, counts[cell]) - 1] += path
    ends = [*(edge - 1 for edge in edges[1:]), int(counts.max())]
    steps = ", ".join(f"{first}" if first == last else f"{first}-{last}" for first, last in zip(edges, ends, strict=True))
    return Scatter(*names, [], paths, steps, *ticks)


def shade_edges(counts: NDArray[np.int64]) -> list[int]:
    """Least counts of each shade, equal steps of the logarithm from 1 to the fullest square: what is dense stands out whether squares hold ten or thousands.

    >>> shade_edges(np.array([0, 1, 4, 32])), shade_edges(np.array([1, 2]))
    ([1, 2, 4, 8, 16], [1, 2])
    """
    top = max(1, int(counts.max()))
    return sorted({round(top ** (i / SHADES)) for i in range(SHADES)})


def shares(values: Floats, higher_is_better: bool) -> Floats:
    """How much of the set each value is better than, 0 to 1, ties in the middle; NaN stays; float64 (n,)."""
    known = ~np.isnan(values)
    _, places, counts = np.unique(values[known], return_inverse=True, return_counts=True)
    middles = (np.cumsum(counts) - counts / 2) / max(1, int(known.sum()))
    out = np.full(len(values), np.nan)
    out[known] = middles[places] if higher_is_better else 1 - middles[places]
    return out


def ticks_of(low: float, high: float, length: float) -> list[Tick]:
    """Round numbers along an axis, three to six of them."""
    rough = (high - low) / 5
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(m * power for m in (1, 2, 2.5, 5, 10) if m * power >= rough * 0.999)
    digits = max(0, -math.floor(math.log10(step) + 1e-9) + (1 if abs(step / power - 2.5) < 1e-9 else 0))
    first = math.ceil(low / step - 1e-9)
    marks = [k * step for k in range(first, math.floor(high / step + 1e-9) + 1)]
    return [Tick(_along(mark, low, high, length), f"{mark:.{digits}f}") for mark in marks]


def _range(values: Floats) -> tuple[float, float]:
    """Ends of an axis: all values but the outermost thousandths, never empty."""
    low, high = (float(q) for q in np.quantile(values, (0.001, 0.999)))
    return _opened(low, high)


def _opened(low: float, high: float) -> tuple[float, float]:
    """The ends themselves, or, where no axis has room between them, ends on either side."""
    if high - low > 1e-9 * max(1.0, abs(low), abs(high)):
        return low, high
    room = max(0.5, 1e-6 * max(abs(low), abs(high)))
    return low - room, high + room


def _along(value: float, low: float, high: float, length: float) -> float:
    """Where on an axis a value stands; values outside stand at its ends."""
    return _n(min(1.0, max(0.0, (value - low) / (high - low))) * length)


def _n(value: float) -> float:
    return round(value, 1)


def interval_plot(ends: Sequence[tuple[float | None, float | None, float | None]]) -> tuple[list[tuple[float, float, float] | None], list[Tick]]:
    """Scores with intervals along one axis from 0 to 100.

    Args:
        ends: (low, score, high) of each system; None where undefined.
    """
    known = [(low, score, high) for low, score, high in ends if low is not None and score is not None and high is not None]
    if not known:
        return [None] * len(ends), []
    low, high = _opened(min(one[0] for one in known), max(one[2] for one in known))
    places = [None if None in one else tuple(_along(value, low, high, 100.0) for value in one if value is not None) for one in ends]
    return [place if place is None else (place[0], place[1], place[2]) for place in places], ticks_of(low, high, 100.0)
