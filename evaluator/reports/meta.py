"""Metrics judged against people, as a terminal, Markdown or a paper shows it."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from io import StringIO
from typing import Any, NamedTuple

from rich.table import Table as Grid
from rich.text import Text

from evaluator.reports.paper import DAGGER, HANGING
from evaluator.reports.safe import latex, markdown, printable
from evaluator.reports.terminal import plain_console
from evaluator.types import Table

TITLES = {
    "pearson": "Pearson", "kendall_b": "Kendall b", "kendall_c": "Kendall c", "acc_eq": "acc-eq", "pairwise_accuracy": "pairwise accuracy", "spa": "SPA",
    "auc": "AUC", "f1": "F1", "weighted_f1": "weighted F1",
}  # fmt: skip
MOST_COLUMNS = 7
LEGEND = (
    "Bold: best. †: people agree with it significantly less than with a better metric (one-sided permutation test, p at most .05). "
    "Intervals and tests: {files}."
)
PEOPLE = ("rater", "everything")
"""Rows that are no metric: never bold, and set apart."""


class Line(NamedTuple):
    """One statistic of all metrics."""

    level: str
    title: str
    cells: Mapping[str, Mapping[str, Any]]
    """Row of meta.csv by metric."""


def lines_of(meta: Table) -> list[Line]:
    """The table by statistic and grouping, in its order."""
    found: dict[tuple[str, str, str], dict[str, Mapping[str, Any]]] = {}
    for row in rows_of(meta):
        found.setdefault((row["level"], row["statistic"], row["grouping"]), {})[row["metric"]] = row
    return [Line(level, title_of(statistic, grouping), cells) for (level, statistic, grouping), cells in found.items()]


def rows_of(table: Table) -> list[dict[str, Any]]:
    """The rows as objects."""
    return [dict(zip(table.columns, cells, strict=True)) for cells in zip(*table.columns.values(), strict=True)]


def title_of(statistic: str, grouping: str) -> str:
    """How a statistic is called in a table."""
    where = {"none": "", "item": " by item", "system": " by system", "all systems": "", "all segments": ""}.get(grouping, f", {grouping}")
    return TITLES.get(statistic, statistic.replace("_", " ")) + where


def metrics_of(meta: Table) -> list[str]:
    """Metrics in the order of the table, then people."""
    names = dict.fromkeys(meta.columns["metric"])
    return [*(name for name in names if name not in PEOPLE), *(name for name in PEOPLE if name in names)]


def shown(row: Mapping[str, Any] | None, width: int) -> str:
    """A value with `width` decimals; a dash where it is undefined."""
    if row is None:
        return ""
    value = row["value"]
    return "–" if value is None or math.isnan(value) else f"{value:.{width}f}"


def is_best(line: Line, metric: str) -> bool:
    """Whether no other metric has a greater value, where there are two or more."""
    values = {name: row["value"] for name, row in line.cells.items() if row["value"] is not None and name not in PEOPLE}
    return len(values) > 1 and metric in values and values[metric] == max(values.values())


def is_worse(line: Line, metric: str) -> bool:
    """Whether a better metric is significantly better."""
    row = line.cells.get(metric)
    return row is not None and (row["rank"] or 1) > 1


def render_meta(meta: Table, notes: Sequence[str], *, columns: int, color: bool, width: int = 3) -> str:
    """The tables of a terminal, a block per level, with what must be known."""
    out = StringIO()
    console = plain_console(out, columns, color)
    lines = lines_of(meta)
    names = metrics_of(meta)
    for level in dict.fromkeys(line.level for line in lines):
        of_level = [line for line in lines if line.level == level]
        own = [name for name in names if any(name in line.cells for line in of_level)]
        for start in range(0, len(own), MOST_COLUMNS):
            console.print(_grid(f"{level} level", of_level, own[start : start + MOST_COLUMNS], width))
            console.print()
    for text in (*legend(lines), *remarks(meta)):
        console.print(Text(printable(text)), soft_wrap=True)
    for note in notes:
        console.print(Text(f"note: {printable(note)}"), soft_wrap=True)
    return "\n".join(line.rstrip() for line in out.getvalue().split("\n"))


def _grid(title: str, lines: Sequence[Line], names: Sequence[str], width: int) -> Grid:
    grid = Grid(box=None, pad_edge=False, padding=(0, 3, 0, 0), header_style="bold")
    grid.add_column(title, no_wrap=True)
    for name in names:
        grid.add_column(printable(name), justify="right", overflow="fold")
    for line in lines:
        cells = [
            Text(shown(line.cells.get(name), width) + ("†" if is_worse(line, name) else " "), style="bold" if is_best(line, name) else "") for name in names
        ]
        grid.add_row(line.title, *cells)
    return grid


def legend(lines: Sequence[Line]) -> list[str]:
    """What marks and rows mean, where there are any."""
    out = []
    if any(is_worse(line, metric) for line in lines for metric in line.cells):
        out.append("†: significantly worse than a better metric (one-sided permutation test, p at most .05); meta_pairs.csv has all tests.")
    if any("everything" in line.cells for line in lines):
        out.append("everything: what marking every character gets.")
    if any("rater" in line.cells for line in lines):
        out.append("rater: one rater against another, the line to reach; details in meta.csv have each metric against one rater instead of the mean.")
    return out


def remarks(meta: Table) -> list[str]:
    """What a reader of the values must know: what is undefined and why, and degenerate optima; metrics are named where it is not so of all."""
    found: dict[str, list[str]] = {}
    for line in lines_of(meta):
        concerned: dict[str, list[str]] = {}
        for name, row in line.cells.items():
            if row["value"] is None or "DEGENERATE" in row["details"]:
                concerned.setdefault(row["details"], []).append(name)
        for details, names in concerned.items():
            every = {name for name in line.cells if name not in PEOPLE} == set(names)
            found.setdefault(details, []).extend([line.title] if every and len(names) > 1 else [f"{name} ({line.title})" for name in names])
    return [f"{', '.join(names)}: {details}" for details, names in found.items()]


def intervals_of(line: Line, metric: str, width: int) -> list[str]:
    """The 95 % interval over segments, and the one over systems too, as text; a dash where there is none."""
    row = line.cells.get(metric) or {}
    ends = ((row.get("ci_low"), row.get("ci_high")), (row.get("ci_low_systems"), row.get("ci_high_systems")))
    return ["–" if low is None or high is None else f"{low:.{width}f} to {high:.{width}f}" for low, high in ends]


def has_system_intervals(lines: Sequence[Line]) -> bool:
    """Whether systems were drawn for some interval."""
    return any(row.get("ci_low_systems") is not None for line in lines for row in line.cells.values())


def _interval_table(lines: Sequence[Line], names: Sequence[str], width: int) -> list[str]:
    """Of statistics of systems, what other segments and what other systems would give."""
    out = ["| 95 % interval | metric | over segments | over systems and segments |", "|---|---|---|---|"]
    out += [f"| {markdown(line.title)} | {markdown(name)} | {' | '.join(intervals_of(line, name, width))} |" for line in lines for name in names]
    return out


def markdown_meta(meta: Table, notes: Sequence[str], width: int = 3) -> str:
    """The tables in Markdown."""
    lines, names = lines_of(meta), metrics_of(meta)
    parts = []
    for level in dict.fromkeys(line.level for line in lines):
        of_level = [line for line in lines if line.level == level]
        own = [name for name in names if any(name in line.cells for line in of_level)]
        parts += [f"| {level} level | {' | '.join(map(markdown, own))} |", f"|---|{'---:|' * len(own)}"]
        for line in of_level:
            cells = [
                (f"**{shown(line.cells.get(name), width)}**" if is_best(line, name) else shown(line.cells.get(name), width)) + "†" * is_worse(line, name)
                for name in own
            ]
            parts.append(f"| {markdown(line.title)} | {' | '.join(cells)} |")
        parts.append("")
        if has_system_intervals(of_level):
            parts += [*_interval_table(of_level, [name for name in own if name not in PEOPLE], width), ""]
    parts += [LEGEND.format(files="`meta.csv`, `meta_pairs.csv`"), ""]
    parts += [f"- {markdown(text)}" for text in (*(text for text in legend(lines) if not text.startswith("†")), *remarks(meta), *notes)]
    return "\n".join(parts).rstrip() + "\n"


def latex_meta(meta: Table, width: int = 3) -> str:
    """A booktabs table per level, metrics in rows, for a table environment."""
    lines, names = lines_of(meta), metrics_of(meta)
    out = [r"% \usepackage{booktabs}"]
    for level in dict.fromkeys(line.level for line in lines):
        of_level = [line for line in lines if line.level == level]
        own = [name for name in names if any(name in line.cells for line in of_level)]
        out += [rf"\begin{{tabular}}{{l{'r' * len(of_level)}}}", r"\toprule"]
        out += [" & ".join([latex(f"{level} level"), *(latex(line.title) for line in of_level)]) + r" \\", r"\midrule"]
        for name in own:
            if name in PEOPLE:
                out.append(r"\midrule")
            out.append(" & ".join([latex(name), *(_latex_cell(line, name, width) for line in of_level)]) + r" \\")
        out += [r"\bottomrule", r"\end{tabular}", ""]
        if has_system_intervals(of_level):
            out += _latex_intervals(of_level, [name for name in own if name not in PEOPLE], width)
    legend = latex(LEGEND.format(files="meta.csv, meta_pairs.csv")).replace("†", DAGGER)
    return "\n".join([*out, r"\smallskip", rf"{{\footnotesize {legend}\par}}"]) + "\n"


def _latex_intervals(lines: Sequence[Line], names: Sequence[str], width: int) -> list[str]:
    out = [r"\begin{tabular}{llll}", r"\toprule", r"95\,\% interval & metric & over segments & over systems and segments \\", r"\midrule"]
    for line, name in itertools.product(lines, names):
        cells = [text.replace("–", "--") for text in intervals_of(line, name, width)]
        out.append(" & ".join([latex(line.title), latex(name), *cells]) + r" \\")
    return [*out, r"\bottomrule", r"\end{tabular}", ""]


def _latex_cell(line: Line, metric: str, width: int) -> str:
    text = shown(line.cells.get(metric), width).replace("–", "--")
    return (rf"\textbf{{{text}}}" if is_best(line, metric) else text) + HANGING * is_worse(line, metric)
