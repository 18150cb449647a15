"""The table of a paper, once for all formats: systems by metrics, the best marked, a legend."""

from __future__ import annotations

from typing import NamedTuple

from evaluator.reports.safe import latex, markdown, printable
from evaluator.reports.view import Score, View

UP, DOWN, DAGGER = r"$\uparrow$", r"$\downarrow$", r"$^\dagger$"
HANGING = r"\rlap{$^\dagger$}"
"""Takes no width, so that the digits of a column stay below each other."""


class Cell(NamedTuple):
    """One score as it is shown."""

    text: str
    best: bool
    worse: bool
    """Whether the test tells it from the best."""


class PaperTable(NamedTuple):
    """Header, rows and legend without any format."""

    metrics: tuple[str, ...]
    lower_is_better: tuple[bool, ...]
    rows: tuple[tuple[str, tuple[Cell, ...], int], ...]
    """System, its cells, its segments."""
    legend: str
    """Empty with one system."""


def paper_table(view: View, width: int) -> PaperTable:
    """The table; with one system nothing is marked."""
    down = {metric.title: not metric.higher_is_better for metric in view.manifest.metrics}
    worse = {(ranking.metric, one.system): one.worse_than_best for ranking in view.rankings for one in ranking.systems}
    many = len(view.systems) > 1
    best = {metric: _best(view, metric, lower) for metric, lower in down.items()} if many else {}

    def cell(system: str, score: Score) -> Cell:
        return Cell(score.shown(width), score.value is not None and score.value == best.get(score.metric), worse.get((score.metric, system), False))

    metrics = tuple(score.metric for score in view.systems[0].scores)
    rows = tuple((s.system, tuple(cell(s.system, score) for score in s.scores), s.segments) for s in view.systems)
    return PaperTable(metrics, tuple(down[metric] for metric in metrics), rows, _legend(view) if many else "")


def _best(view: View, metric: str, lower: bool) -> float | None:
    values = [score.value for system in view.systems for score in system.scores if score.metric == metric and score.value is not None]
    return (min if lower else max)(values, default=None)


def _legend(view: View) -> str:
    mark = f" †: worse than the best, p at most .05 ({view.test})." if view.rankings else ""
    return f"Bold: best.{mark}"


def latex_table(view: View, width: int) -> str:
    """A booktabs table and its legend, for a table environment; signatures are comments."""
    table = paper_table(view, width)
    n = len(table.metrics)
    heads = [f"{latex(name)} {DOWN if lower else UP}" for name, lower in zip(table.metrics, table.lower_is_better, strict=True)]
    lines = [rf"\begin{{tabular}}{{l{'r' * n}}}", r"\toprule", " & ".join(["System", *heads]) + r" \\", r"\midrule"]
    lines += [" & ".join([latex(system), *(_latex_cell(cell) for cell in cells)]) + r" \\" for system, cells, _ in table.rows]
    lines += [r"\bottomrule", r"\end{tabular}"]
    if table.legend:
        lines += ["", r"\smallskip", rf"{{\footnotesize {latex(table.legend).replace('†', DAGGER)}\par}}"]
    signatures = [f"% {printable(score.metric)}|{printable(score.signature)}" for score in view.systems[0].scores]
    return "\n".join([r"% \usepackage{booktabs}", *signatures, *lines]) + "\n"


def _latex_cell(cell: Cell) -> str:
    text = rf"\textbf{{{cell.text}}}" if cell.best else cell.text
    return text + HANGING * cell.worse


def markdown_lines(view: View, width: int) -> list[str]:
    """The table as Markdown lines, with the number of segments."""
    table = paper_table(view, width)
    heads = [f"{markdown(name)} {'↓' if lower else '↑'}" for name, lower in zip(table.metrics, table.lower_is_better, strict=True)]
    lines = [f"| system | {' | '.join(heads)} | segments |", f"|---|{'---:|' * (len(heads) + 1)}"]
    for system, cells, segments in table.rows:
        lines.append(f"| {' | '.join([markdown(system), *map(_markdown_cell, cells), str(segments)])} |")
    return [*lines, "", table.legend] if table.legend else lines


def _markdown_cell(cell: Cell) -> str:
    return (f"**{cell.text}**" if cell.best else cell.text) + "†" * cell.worse
