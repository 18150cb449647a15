"""The study of metrics as one page: tables with intervals, each statistic drawn, nothing to fetch and no script."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any, NamedTuple

from evaluator.reports.meta import PEOPLE, Line, is_best, is_worse, legend, lines_of, metrics_of, remarks, rows_of, shown
from evaluator.reports.safe import printable
from evaluator.types import Table

STYLE = (
    "body{font:15px/1.5 ui-sans-serif,system-ui,'Segoe UI',sans-serif;color:#1d2329;background:#fff;max-width:72rem;margin:2rem auto;padding:0 1rem}"
    "table{border-collapse:collapse;margin:1rem 0}th,td{padding:.2rem .8rem;text-align:right;border-bottom:1px solid #ddd8ce}"
    "th:first-child,td:first-child{text-align:left}.ci{color:#5c6670;font-size:.8em}.best{font-weight:700}figure{margin:1rem 0;overflow-x:auto}"
    "svg text{font:12px ui-sans-serif,system-ui,sans-serif;fill:#1d2329}svg .quiet{fill:#5c6670}svg .grid{stroke:#ddd8ce}"
    "svg .tick{text-anchor:middle}svg .line{stroke:#1f5a94;stroke-width:2}svg .dot{fill:#1f5a94}svg .people{fill:#8a5a00;stroke:#8a5a00}"
)
POLICY = "default-src 'none'; style-src 'unsafe-inline'"
LABELS, WIDTH, ROW, TITLE = 220, 420, 18, 26
"""Room for names, for the axis, for a metric, and for the name of a statistic, in pixels."""
LONGEST_NAME = 28


def meta_page(meta: Table, pairs: Table, notes: Sequence[str], width: int = 3) -> str:
    """The page as HTML.

    Args:
        meta: the rows of meta.csv.
        pairs: those of meta_pairs.csv.
        notes: what a reader must know.
        width: decimals.
    """
    lines, names = lines_of(meta), metrics_of(meta)
    parts = []
    for level in dict.fromkeys(line.level for line in lines):
        own = [line for line in lines if line.level == level]
        parts += [f"<h2>{escape(level.capitalize())} level</h2>", _table(own, names, width), f"<figure>{_plot(level, own, names)}</figure>"]
    said = "".join(f"<li>{_text(text)}</li>" for text in (*legend(lines), *remarks(meta), *notes))
    tests = rows_of(pairs)
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        f'<meta name="viewport" content="width=device-width"><title>Metrics judged against people</title><style>{STYLE}</style></head><body>'
        f"<h1>Metrics judged against people</h1><ul>{said}</ul>{''.join(parts)}{_tests(tests, width)}</body></html>\n"
    )


def _text(text: str) -> str:
    return escape(printable(text))


def _table(lines: Sequence[Line], names: Sequence[str], width: int) -> str:
    own = [name for name in names if any(name in line.cells for line in lines)]
    head = "".join(f'<th scope="col">{_text(name)}</th>' for name in own)
    body = "".join(f'<tr><th scope="row">{_text(line.title)}</th>{"".join(_cell(line, name, width) for name in own)}</tr>' for line in lines)
    return f'<table><thead><tr><th scope="col">statistic</th>{head}</tr></thead><tbody>{body}</tbody></table>'


def _cell(line: Line, metric: str, width: int) -> str:
    row = line.cells.get(metric)
    text = shown(row, width) + "†" * is_worse(line, metric)
    interval = "" if row is None or row["ci_low"] is None else f'<br><span class="ci">{row["ci_low"]:.{width}f} – {row["ci_high"]:.{width}f}</span>'
    title = f' title="{_text(row["details"])}"' if row is not None and row["details"] else ""
    if row is not None and row.get("ci_low_systems") is not None:
        interval += f'<br><span class="ci">systems too: {row["ci_low_systems"]:.{width}f} – {row["ci_high_systems"]:.{width}f}</span>'
    best = ' class="best"' if is_best(line, metric) else ""
    return f"<td{best}{title}>{text}{interval}</td>"


class Axis(NamedTuple):
    """Values to pixels."""

    low: float
    high: float

    def x(self, value: float) -> float:
        """Where a value lies."""
        return LABELS + WIDTH * (value - self.low) / (self.high - self.low)


def _plot(level: str, lines: Sequence[Line], names: Sequence[str]) -> str:
    """Every statistic of a level: a dot per metric with its interval, people's agreement in another colour."""
    values = [float(row[end]) for line in lines for row in line.cells.values() for end in ("value", "ci_low", "ci_high") if row[end] is not None]
    axis = Axis(min([0.0, *values]), max([1.0, *values]))
    parts, y = [], 0
    for line in lines:
        parts.append(f'<text x="0" y="{y + 16}">{_text(line.title)}</text>')
        y += TITLE
        for name in names:
            row = line.cells.get(name)
            if row is not None and row["value"] is not None:
                parts.append(_dot(row, name, axis, y))
                y += ROW
    grid = [_tick(axis.x(value), y, f"{value:.2g}") for value in ([axis.low] * (axis.low < 0) + [0.0, 0.5, 1.0])]
    label = f"{escape(level)} level, a dot per metric with its interval"
    size = f'width="{LABELS + WIDTH + 90}" height="{y + 20}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{label}" {size}>{"".join([*grid, *parts])}</svg>'


def _tick(x: float, height: int, label: str) -> str:
    return f'<line class="grid" x1="{x:.1f}" x2="{x:.1f}" y1="0" y2="{height}"/><text class="quiet tick" x="{x:.1f}" y="{height + 14}">{label}</text>'


def _dot(row: Mapping[str, Any], name: str, axis: Axis, y: int) -> str:
    middle = y + ROW // 2
    people = " people" if name in PEOPLE else ""
    interval = ""
    if row["ci_low"] is not None:
        ends = f'x1="{axis.x(row["ci_low"]):.1f}" x2="{axis.x(row["ci_high"]):.1f}"'
        interval = f'<line class="line{people}" {ends} y1="{middle}" y2="{middle}"/>'
    label = _text(name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…")
    dot = f'<circle class="dot{people}" cx="{axis.x(row["value"]):.1f}" cy="{middle}" r="4"/>'
    return f'<text class="quiet" x="14" y="{middle + 4}">{label}</text>{interval}{dot}'


def _tests(rows: Sequence[dict[str, Any]], width: int) -> str:
    """The tests that tell two metrics apart."""
    found = [row for row in rows if row["p_value"] is not None and row["p_value"] <= 0.05]
    if not found:
        return "<h2>Tests between metrics</h2><p>No test tells two metrics apart (p at most .05).</p>" if rows else ""
    body = "".join(
        f'<tr><th scope="row">{_text(row["level"])} {_text(row["statistic"])}, {_text(row["grouping"])}</th><td>{_text(row["metric_a"])}</td>'
        f"<td>{_text(row['metric_b'])}</td><td>{row['delta']:.{width}f}</td><td>{row['p_value']:.4f}</td><td>{row['p_holm']:.4f}</td></tr>"
        for row in found
    )
    head = "".join(f'<th scope="col">{name}</th>' for name in ("statistic", "better", "than", "by", "p", "Holm"))
    return f"<h2>Tests between metrics</h2><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
