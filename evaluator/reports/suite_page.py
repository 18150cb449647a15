"""What the page of a suite shows, free of markup: leaderboards, sets with intervals, trends, changes and all results."""

from __future__ import annotations

from typing import NamedTuple

from evaluator.reports.comparison import Head, ScoreCell
from evaluator.reports.definitions import Definition
from evaluator.reports.figures import IntervalBar
from evaluator.reports.plots import Tick
from evaluator.reports.trend import Trends


class BoardRow(NamedTuple):
    """One system over all sets."""

    rank: str
    system: str
    mean: str
    """Empty where the system misses a set."""
    cells: list[ScoreCell]
    """One a set."""
    domains: list[str]
    """One a domain."""


class Board(NamedTuple):
    """Systems over all sets whose scores are of one kind."""

    title: str
    head: Head
    apart: str
    """The signature, where the metric has several; else empty."""
    sets: list[str]
    domains: list[str]
    rows: list[BoardRow]


class SetRow(NamedTuple):
    """One system on one set."""

    system: str
    cell: ScoreCell
    drawn: IntervalBar | None


class SetMetric(NamedTuple):
    """One metric on one set, best first."""

    head: Head
    rows: list[SetRow]
    ticks: list[Tick]


class SetPart(NamedTuple):
    """One set, or one set with one combination of options."""

    anchor: str
    title: str
    told: str
    """Systems and segments."""
    link: str
    """To the report of its run."""
    test: str
    metrics: list[SetMetric]
    clusters: list[tuple[str, str]]
    """Metrics, and the systems by cluster: `a, b > c`."""


class ChangeRow(NamedTuple):
    """One system in two results."""

    system: str
    what: str
    cells: list[str]
    """One a metric: before, after and the difference."""


class Change(NamedTuple):
    """What changed between two results of one set."""

    title: str
    notes: list[str]
    """What bears on all systems."""
    metrics: list[Head]
    rows: list[ChangeRow]
    """Systems with another text or score."""
    rest: str
    """How many are as before; empty where none is."""


class Past(NamedTuple):
    """The results of one set over time."""

    anchor: str
    title: str
    told: str
    trends: list[Trends]
    changes: list[Change]
    """Newest first."""
    left: int
    """Changes that are not shown."""


class Result(NamedTuple):
    """A line of the index."""

    finished: str
    set: str
    link: str
    """To the report, of the last result of a run; else empty."""
    options: str
    version: str
    systems: str
    segments: str
    best: str
    score: str
    evaluator: str


class SuitePage(NamedTuple):
    """Everything on the page."""

    name: str
    headline: str
    lead: str
    boards: list[Board]
    sets: list[SetPart]
    pasts: list[Past]
    """Of sets with more than one result."""
    results: list[Result]
    """Newest first."""
    results_left: int
    definitions: list[Definition]
    details: list[tuple[str, str]]
    """Label and text, for the foot."""
