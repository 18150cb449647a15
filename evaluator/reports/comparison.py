"""Systems beside each other at the head of a page: scores with intervals and ranks, and what the tests tell apart in a line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from evaluator.digits import shown_score
from evaluator.reports.definitions import define
from evaluator.reports.headline import listed
from evaluator.reports.ranking import Ranking, rows_of
from evaluator.reports.safe import printable
from evaluator.reports.view import View
from evaluator.types import Evaluation


class Head(NamedTuple):
    """A column of the table."""

    title: str
    arrow: str
    """Up where higher is better, down where lower is; empty for counts."""
    told: str
    """What it means."""


class ScoreCell(NamedTuple):
    """One system's score by one metric."""

    text: str
    interval: str
    rank: str
    best: bool
    """Whether the tests put no system above it."""


class SystemRow(NamedTuple):
    """One system."""

    system: str
    cells: list[ScoreCell]
    segments: str
    flagged: str


class Comparison(NamedTuple):
    """The table, systems best first by the first metric."""

    heads: list[Head]
    rows: list[SystemRow]
    clusters: list[tuple[str, str]]
    """Metrics, and the systems by cluster: `a, b > c`."""


def comparison_of(evaluation: Evaluation, view: View) -> Comparison:
    """Scores, intervals and ranks of all systems; of one its scores alone."""
    entries = {entry.title: entry for entry in evaluation.manifest.compared or ()}
    titles = [r.metric for r in view.rankings] or [score.metric for score in view.systems[0].scores]
    order = [system.system for system in view.rankings[0].systems] if view.rankings else [system.system for system in view.systems]
    cells = score_cells(evaluation, view.rankings)
    empty = ScoreCell("", "", "", False)
    by_system = {row["system"]: row for row in rows_of(evaluation.tables["scores"])}
    rows = [
        SystemRow(
            printable(system),
            [cells.get((system, title), empty) for title in titles],
            f"{by_system[system]['segments']:,}",
            "" if by_system[system]["flagged"] is None else f"{by_system[system]['flagged']:,}",
        )
        for system in order
    ]
    return Comparison([head_of(title, entries[title].higher_is_better) for title in titles], rows, cluster_lines(view.rankings, order))


def score_cells(evaluation: Evaluation, rankings: Sequence[Ranking]) -> dict[tuple[str, str], ScoreCell]:
    """By system and metric its score with interval, and with several systems its rank."""
    units = {entry.title: entry.unit_scale for entry in evaluation.manifest.compared or ()}
    ranked = {(ranking.metric, system.system): system for ranking in rankings for system in ranking.systems}
    cells = {}
    for row in rows_of(evaluation.tables["statistics"]):
        unit = units.get(row["metric"], False)
        score, low, high = (shown_score(row[name], unit) for name in ("score", "ci_low", "ci_high"))
        place = ranked.get((row["metric"], row["system"]))
        rank = place.rank if place is not None and place.rank_low is not None else ""
        best = place is not None and place.rank_low == 1
        cells[row["system"], row["metric"]] = ScoreCell(score, f"{low}–{high}" if low and high else "", rank, best)
    return cells


def head_of(title: str, higher_is_better: bool) -> Head:
    """A metric as the head of a column."""
    return Head(title, "↑" if higher_is_better else "↓", define(title, higher_is_better))


def cluster_lines(rankings: Sequence[Ranking], order: Sequence[str]) -> list[tuple[str, str]]:
    """What the tests tell apart, metrics that agree on one line: systems of a cluster with commas, `>` before what all of them beat."""
    by_line: dict[str, list[str]] = {}
    for ranking in rankings:
        clusters: dict[int, list[str]] = {}
        for system in ranking.systems:
            if system.cluster is not None:
                clusters.setdefault(system.cluster, []).append(system.system)
        if clusters:
            line = " > ".join(", ".join(printable(name) for name in sorted(names, key=order.index)) for _, names in sorted(clusters.items()))
            by_line.setdefault(line, []).append(ranking.metric)
    return [(listed(metrics), line) for line, metrics in by_line.items()]
