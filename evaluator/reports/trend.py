"""A system's scores from result to result, placed on axes; the template draws them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from evaluator.digits import shown_score
from evaluator.reports.plots import Tick, ticks_of
from evaluator.reports.safe import printable

WIDTH, HEIGHT = 280.0, 90.0
"""Of the plot without its labels."""
MOST_LABELS = 8


class Scored(NamedTuple):
    """A system's score in one result."""

    number: int
    """Of the result, from 1."""
    score: float | None
    low: float | None
    high: float | None
    kind: str
    """Scores of one kind can be compared: same signature, same references."""
    texts: str
    """Digest of the system's texts."""


class Point(NamedTuple):
    """A score in the plot."""

    x: float
    y: float
    low: float
    high: float
    new: bool
    """Whether the system's texts differ from those before."""
    told: str


class Trend(NamedTuple):
    """One system."""

    system: str
    points: list[Point]
    lines: list[str]
    """Paths through scores that can be compared."""
    told: str


class Trends(NamedTuple):
    """All systems of a set by one metric, on the same axes."""

    metric: str
    arrow: str
    systems: list[Trend]
    x_ticks: list[Tick]
    y_ticks: list[Tick]


def trends_of(metric: str, unit_scale: bool, higher_is_better: bool, systems: Mapping[str, Sequence[Scored]], numbers: Sequence[int]) -> Trends | None:
    """The trends of a set by one metric; None where no score is known.

    Args:
        metric: its title.
        unit_scale: whether it goes from 0 to 1.
        higher_is_better: its direction.
        systems: scores by name, oldest first.
        numbers: of the results on the axis, at least two.
    """
    values = [value for own in systems.values() for one in own for value in (one.low, one.score, one.high) if value is not None]
    if not values:
        return None
    low, high = min(values), max(values)
    if high - low <= 1e-9 * max(1.0, abs(high)):
        low, high = low - 0.5, high + 0.5
    axes = Axes(numbers[0], numbers[-1], low, high)
    trends = [_trend(name, [one for one in own if one.score is not None], axes, unit_scale) for name, own in systems.items()]
    step = -(-len(numbers) // MOST_LABELS)
    x_ticks = [Tick(axes.x(number), str(number)) for number in numbers[::step]]
    y_ticks = [Tick(round(HEIGHT - tick.at, 1), tick.label) for tick in ticks_of(low, high, HEIGHT)]
    return Trends(metric, "↑" if higher_is_better else "↓", [trend for trend in trends if trend.points], x_ticks, y_ticks)


class Axes(NamedTuple):
    """Ends of both axes."""

    first: int
    last: int
    low: float
    high: float

    def x(self, number: int) -> float:
        """Where a result stands."""
        return round((number - self.first) / (self.last - self.first) * WIDTH, 1)

    def y(self, value: float) -> float:
        """Where a score stands."""
        return round(HEIGHT - (value - self.low) / (self.high - self.low) * HEIGHT, 1)


def _trend(name: str, scores: Sequence[Scored], axes: Axes, unit_scale: bool) -> Trend:
    points, runs = [], [list[Point]()]
    for i, one in enumerate(scores):
        assert one.score is not None
        before = scores[i - 1] if i else None
        same_texts = before is not None and before.texts == one.texts
        shown = shown_score(one.score, unit_scale)
        low, high = (axes.y(one.score if end is None else end) for end in (one.low, one.high))
        point = Point(axes.x(one.number), axes.y(one.score), low, high, not same_texts, f"result {one.number}: {shown}{', same texts' * same_texts}")
        if before is not None and before.kind != one.kind:
            runs.append([])
        runs[-1].append(point)
        points.append(point)
    lines = ["M" + "L".join(f"{p.x} {p.y}" for p in run) for run in runs if len(run) > 1]
    left = "; not in the last result" if scores and scores[-1].number != axes.last else ""
    return Trend(printable(name), points, lines, told_of(scores, unit_scale) + left)


def told_of(scores: Sequence[Scored], unit_scale: bool) -> str:
    """From where to where, over the results that can be compared.

    >>> told_of([Scored(1, 40.0, None, None, "a", "x"), Scored(2, 41.26, None, None, "a", "y")], False)
    '40.0 to 41.3 (+1.3) since result 1'
    """
    if not scores:
        return ""
    last = scores[-1]
    alike = [scores[-1]]
    for one in reversed(scores[:-1]):
        if one.kind != last.kind:
            break
        alike.append(one)
    first = alike[-1]
    if first is last:
        return f"{shown_score(last.score, unit_scale)} in result {last.number}; none before can be compared"
    if all(one.score == last.score for one in alike):
        return f"{shown_score(last.score, unit_scale)}, the same since result {first.number}"
    ends = f"{shown_score(first.score, unit_scale)} to {shown_score(last.score, unit_scale)}"
    return f"{ends} ({delta(first.score, last.score, unit_scale)}) since result {first.number}"


def delta(before: float | None, after: float | None, unit_scale: bool) -> str:
    """A difference with its sign; empty where either is undefined.

    >>> delta(40.0, 39.0, False), delta(1.0, 1.0, False), delta(None, 1.0, False)
    ('−1.0', '±0', '')
    """
    if before is None or after is None:
        return ""
    if before == after:
        return "±0"
    return f"{'+' if after > before else '−'}{shown_score(abs(after - before), unit_scale)}"
