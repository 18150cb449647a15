"""The table of a paper, once for all formats: systems best first, by metrics, the best marked, a legend; intervals and clusters on demand."""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

from evaluator.reports.ranking import Ranked, Ranking
from evaluator.reports.safe import latex, markdown, printable
from evaluator.reports.view import Score, SystemScores, View

UP, DOWN, DAGGER = r"$\uparrow$", r"$\downarrow$", r"$^\dagger$"
HANGING = r"\rlap{$^\dagger$}"
"""Takes no width, so that the digits of a column stay below each other."""


class PaperStyle(NamedTuple):
    """What stands beside the scores."""

    intervals: bool = False
    """95 % intervals."""
    clusters: bool = False
    """The cluster of each score, instead of a mark of those that are worse than the best."""


PLAIN = PaperStyle()


class PaperCell(NamedTuple):
    """One score as it is shown."""

    text: str
    best: bool
    worse: bool
    """Whether the test tells it from the best, where clusters are not shown."""
    interval: str
    """Empty unless asked for and known."""
    cluster: str


class Row(NamedTuple):
    """One system."""

    system: str
    cells: tuple[PaperCell, ...]
    segments: int
    apart: bool
    """Whether a cluster of the first metric begins with it, below another; only with clusters."""


class PaperTable(NamedTuple):
    """Header, rows and legend without any format."""

    metrics: tuple[str, ...]
    lower_is_better: tuple[bool, ...]
    rows: tuple[Row, ...]
    legend: str
    """Empty where nothing is to be explained."""


def paper_table(view: View, width: int, style: PaperStyle = PLAIN) -> PaperTable:
    """The table, best system first by the first metric; with one system nothing is marked."""
    down = {metric.title: not metric.higher_is_better for metric in view.manifest.metrics}
    rankings = {ranking.metric: ranking for ranking in view.rankings}
    ranked = {(ranking.metric, one.system): one for ranking in view.rankings for one in ranking.systems}
    many = len(view.systems) > 1
    best = {metric: _best(view, metric, lower) for metric, lower in down.items()} if many else {}

    def cell(system: str, score: Score) -> PaperCell:
        place, ranking = ranked.get((score.metric, system)), rankings.get(score.metric)
        is_best = score.value is not None and score.value == best.get(score.metric)
        worse = place is not None and place.worse_than_best and not style.clusters
        cluster = str(place.cluster) if style.clusters and place is not None and place.cluster is not None else ""
        return PaperCell(score.shown(width), is_best, worse, _interval(place, ranking, width) if style.intervals else "", cluster)

    ordered = _best_first(view.systems, down) if many else view.systems
    metrics = tuple(score.metric for score in view.systems[0].scores)
    first = [ranked.get((metrics[0], system.system)) for system in ordered] if metrics else []
    apart = [False, *(style.clusters and a is not None and b is not None and a.cluster != b.cluster for a, b in pairwise(first))]
    rows = tuple(Row(s.system, tuple(cell(s.system, score) for score in s.scores), s.segments, gap) for s, gap in zip(ordered, apart, strict=True))
    return PaperTable(metrics, tuple(down[metric] for metric in metrics), rows, _legend(view, style) if many else "")


def _best_first(systems: tuple[SystemScores, ...], down: dict[str, bool]) -> list[SystemScores]:
    """By the first metric; undefined scores last, equal ones as they came."""

    def place(system: SystemScores) -> tuple[bool, float]:
        score = system.scores[0]
        return score.value is None, 0.0 if score.value is None else score.value if down[score.metric] else -score.value

    return sorted(systems, key=place) if systems[0].scores else list(systems)


def _best(view: View, metric: str, lower: bool) -> float | None:
    values = [score.value for system in view.systems for score in system.scores if score.metric == metric and score.value is not None]
    return (min if lower else max)(values, default=None)


def _interval(place: Ranked | None, ranking: Ranking | None, width: int) -> str:
    if place is None or ranking is None or place.ci_low is None or place.ci_high is None:
        return ""
    return f"[{ranking.shown(place.ci_low, width)}, {ranking.shown(place.ci_high, width)}]"


def _legend(view: View, style: PaperStyle) -> str:
    said = ["Bold: best."]
    if view.rankings and style.clusters:
        said.append(f"Raised: cluster; each system of a cluster beats all of those below, p at most .05 ({view.test}).")
    elif view.rankings:
        said.append(f"†: worse than the best, p at most .05 ({view.test}).")
    if view.rankings and style.intervals:
        said.append("In brackets: 95 % bootstrap intervals.")
    return " ".join(said)


def latex_table(view: View, width: int, style: PaperStyle = PLAIN) -> str:
    """A booktabs table and its legend, for a table environment; signatures are comments."""
    table = paper_table(view, width, style)
    n = len(table.metrics)
    heads = [f"{latex(name)} {DOWN if lower else UP}" for name, lower in zip(table.metrics, table.lower_is_better, strict=True)]
    lines = [rf"\begin{{tabular}}{{l{'r' * n}}}", r"\toprule", " & ".join(["System", *heads]) + r" \\", r"\midrule"]
    for row in table.rows:
        lines += [r"\addlinespace"] * row.apart + [" & ".join([latex(row.system), *map(_latex_cell, row.cells)]) + r" \\"]
    lines += [r"\bottomrule", r"\end{tabular}"]
    if table.legend:
        lines += ["", r"\smallskip", rf"{{\footnotesize {latex(table.legend).replace('†', DAGGER)}\par}}"]
    signatures = [f"% {printable(score.metric)}|{printable(score.signature)}" for score in view.systems[0].scores]
    return "\n".join([r"% \usepackage{booktabs}", *signatures, *lines]) + "\n"


def _latex_cell(cell: PaperCell) -> str:
    text = rf"\textbf{{{cell.text}}}" if cell.best else cell.text
    raised = f"$^{{{cell.cluster}}}$" if cell.cluster else ""
    interval = rf" {{\footnotesize {cell.interval}}}" if cell.interval else ""
    return text + raised + HANGING * cell.worse + interval


def markdown_lines(view: View, width: int, style: PaperStyle = PLAIN) -> list[str]:
    """The table as Markdown lines, with the number of segments."""
    table = paper_table(view, width, style)
    heads = [f"{markdown(name)} {'↓' if lower else '↑'}" for name, lower in zip(table.metrics, table.lower_is_better, strict=True)]
    lines = [f"| system | {' | '.join(heads)} | segments |", f"|---|{'---:|' * (len(heads) + 1)}"]
    for row in table.rows:
        lines.append(f"| {' | '.join([markdown(row.system), *map(_markdown_cell, row.cells), str(row.segments)])} |")
    return [*lines, "", table.legend] if table.legend else lines


def _markdown_cell(cell: PaperCell) -> str:
    text = (f"**{cell.text}**" if cell.best else cell.text) + "†" * cell.worse
    return text + (f"<sup>{cell.cluster}</sup>" if cell.cluster else "") + (f" {cell.interval}" if cell.interval else "")
