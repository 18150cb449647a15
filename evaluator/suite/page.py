"""The page of a suite from its stored runs, its history and the index."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from evaluator.digits import shown_score
from evaluator.reports.comparison import Head, ScoreCell, cluster_lines, head_of, score_cells
from evaluator.reports.definitions import definitions_of
from evaluator.reports.figures import IntervalBar
from evaluator.reports.headline import listed
from evaluator.reports.html import render_suite
from evaluator.reports.plots import interval_plot
from evaluator.reports.ranking import Ranking, comparison_line, rankings_of, rows_of
from evaluator.reports.safe import printable
from evaluator.reports.suite_page import Board, BoardRow, Result, SetMetric, SetPart, SetRow, SuitePage
from evaluator.run_json import MetricEntry
from evaluator.suite.history import Noted, fingerprint_of
from evaluator.suite.past import pasts_of, title_of, when
from evaluator.suite.tables import Finished
from evaluator.types import Evaluation, Table

MAX_RESULTS = 200
"""Lines of the index on the page."""


def suite_page(name: str, runs: Sequence[Finished], board: Table, history: Sequence[Noted], index: Sequence[Mapping[str, str]]) -> str:
    """The page as HTML.

    Args:
        name: of the suite.
        runs: its finished runs.
        board: the rows of leaderboard.csv.
        history: every result of the runs, oldest first.
        index: lines of index.csv, oldest first; those of other suites are left out.
    """
    metrics = {one.title: one for run in runs for one in run.evaluation.manifest.metrics}
    rankings = {run.folder: own_rankings(run.evaluation) for run in runs}
    boards = boards_of(runs, board, rankings, metrics)
    results = results_of(name, runs, index, metrics)
    page = SuitePage(
        name=printable(name),
        headline=_headline(rows_of(board), len({run.set_name for run in runs})),
        lead=_lead(runs, metrics),
        boards=boards,
        sets=[_set_part(i, run, rankings[run.folder]) for i, run in enumerate(runs)],
        pasts=pasts_of(runs, history, metrics),
        results=results[:MAX_RESULTS],
        results_left=max(0, len(results) - MAX_RESULTS),
        definitions=definitions_of([(one.title, one.higher_is_better) for one in metrics.values()], False, True),
        details=_details(runs),
    )
    return render_suite(page)


def own_rankings(evaluation: Evaluation) -> list[Ranking]:
    """Rankings by the metrics that were asked for."""
    titles = {one.title for one in evaluation.manifest.metrics}
    return [ranking for ranking in rankings_of(evaluation) if ranking.metric in titles]


def _headline(rows: Sequence[Mapping[str, Any]], sets: int) -> str:
    """Who leads by the first metric's mean; by a tie all of them."""
    if not rows:
        return "No scores"
    first = [row for row in rows if all(row[key] == rows[0][key] for key in ("options", "metric", "signature")) and row["scope"] == "all"]
    best = [printable(row["system"]) for row in first if row["rank"] == 1]
    if not best:
        return f"No system is in all {sets} sets"
    over = f"the mean of {max(row['sets'] for row in first)} sets" if sets > 1 else "its only set"
    options = f", {printable(first[0]['options'])}" if first[0]["options"] else ""
    return f"{listed(best)} {'lead' if len(best) > 1 else 'leads'} by {printable(first[0]['metric'])}{options} in {over}"


def _lead(runs: Sequence[Finished], metrics: Iterable[str]) -> str:
    systems = {name for run in runs for name in run.evaluation.manifest.systems}
    counts = [(len({run.set_name for run in runs}), "set"), (len(runs), "run"), (len(systems), "system")]
    sizes = ", ".join(f"{count} {word}{'s' * (count != 1)}" for count, word in counts)
    return f"{sizes}; {', '.join(map(printable, metrics))}"


def boards_of(runs: Sequence[Finished], board: Table, rankings: Mapping[str, Sequence[Ranking]], metrics: Mapping[str, MetricEntry]) -> list[Board]:
    """A table for each combination, metric and signature."""
    rows = rows_of(board)
    cells = {(run.combination, run.set_name): score_cells(run.evaluation, rankings[run.folder]) for run in runs}
    kinds = list(dict.fromkeys((row["options"], row["metric"], row["signature"]) for row in rows))
    boards = []
    for kind in kinds:
        own = [row for row in rows if (row["options"], row["metric"], row["signature"]) == kind]
        apart = kind[2] if sum(other[:2] == kind[:2] for other in kinds) > 1 else ""
        boards.append(_board(own, metrics[kind[1]], apart, cells))
    return boards


def _board(rows: Sequence[Mapping[str, Any]], metric: MetricEntry, apart: str, cells: Mapping[tuple[str, str], Mapping[tuple[str, str], ScoreCell]]) -> Board:
    names = {scope: list(dict.fromkeys(row["name"] for row in rows if row["scope"] == scope)) for scope in ("set", "domain")}
    by_place = {(row["system"], row["scope"], row["name"]): row for row in rows}
    options, missing = rows[0]["options"], ScoreCell("", "", "", False)

    def shown(system: str, scope: str, name: str) -> str:
        row = by_place.get((system, scope, name))
        return "" if row is None else shown_score(row["score"], metric.unit_scale)

    out = []
    for system in [row["system"] for row in rows if row["scope"] == "all"]:
        whole = by_place[system, "all", ""]
        of_sets = [cells[options, name].get((system, metric.title), missing) for name in names["set"]]
        of_domains = [shown(system, "domain", name) for name in names["domain"]]
        out.append(BoardRow(str(whole["rank"] or ""), printable(system), shown(system, "all", ""), of_sets, of_domains))
    head = head_of(metric.title, metric.higher_is_better)
    sets, domains = ([printable(one) for one in names[scope]] for scope in ("set", "domain"))
    return Board(printable(options), head, printable(apart), sets, domains, out)


def link_to(folder: str) -> str:
    """The address of a run's report, from the page."""
    return f"./{quote(folder)}/report.html"


def _set_part(number: int, run: Finished, rankings: Sequence[Ranking]) -> SetPart:
    evaluation = run.evaluation
    scores = evaluation.tables["scores"].columns
    cells = score_cells(evaluation, rankings)
    systems, segments = len(scores["system"]), max(scores["segments"])
    size = f"{systems} system{'s' * (systems > 1)}, {segments:,} segment{'s' * (segments != 1)}"
    order = [one.system for one in rankings[0].systems] if rankings else list(scores["system"])
    metrics = [_set_metric(evaluation, metric, cells) for metric in evaluation.manifest.metrics]
    return SetPart(f"set-{number}", title_of(run), size, link_to(run.folder), comparison_line(evaluation), metrics, cluster_lines(rankings, order))


def _set_metric(evaluation: Evaluation, metric: MetricEntry, cells: Mapping[tuple[str, str], ScoreCell]) -> SetMetric:
    sign = -1 if metric.higher_is_better else 1
    own = [row for row in rows_of(evaluation.tables["statistics"]) if row["metric"] == metric.title]
    own.sort(key=lambda row: (row["score"] is None, sign * (row["score"] or 0.0), row["system"]))
    places, ticks = interval_plot([(row["ci_low"], row["score"], row["ci_high"]) for row in own])
    rows = [
        SetRow(printable(row["system"]), cells[row["system"], metric.title], None if place is None else IntervalBar(*place))
        for row, place in zip(own, places, strict=True)
    ]
    return SetMetric(_head(metric), rows, ticks)


def _head(metric: MetricEntry) -> Head:
    return head_of(metric.title, metric.higher_is_better)


def results_of(name: str, runs: Sequence[Finished], index: Sequence[Mapping[str, str]], metrics: Mapping[str, MetricEntry]) -> list[Result]:
    """Lines of the index for this suite, newest first."""
    stored = {(f"{name}/{run.folder}", fingerprint_of(run)): run.folder for run in runs}
    results = []
    for line in reversed([line for line in index if line["suite"] == name]):
        folder = stored.get((line["run"], line["fingerprint"]))
        first = line["metrics"].split(" ")[0]
        score = _shown(line["score"], metrics[first].unit_scale if first in metrics else False)
        words = {key: printable(line[key]) for key in ("set", "options", "version", "systems", "segments", "best", "evaluator")}
        link = "" if folder is None else link_to(folder)
        results.append(Result(finished=when(line["finished"]), link=link, score=f"{printable(first)} {score}", **words))
    return results


def _shown(score: str, unit_scale: bool) -> str:
    """The number rounded; as it stands where it is none."""
    try:
        return shown_score(float(score) if score else None, unit_scale)
    except ValueError:
        return printable(score)


def _details(runs: Sequence[Finished]) -> list[tuple[str, str]]:
    """Signatures with the runs that have them, and versions."""
    signed: dict[tuple[str, str], list[str]] = {}
    for run in runs:
        for metric, signature in run.evaluation.manifest.signatures.items():
            signed.setdefault((metric, signature.corpus), []).append(title_of(run))
    details = [
        (printable(metric) if len(names) == len(runs) else f"{printable(metric)}: {'; '.join(names)}", printable(signature))
        for (metric, signature), names in sorted(signed.items())
    ]
    return [*details, ("evaluator", ", ".join(sorted({printable(run.evaluation.manifest.evaluator) for run in runs})))]
