"""The tables of `study.py` in Markdown, and where a lexical metric is ahead; no command of its own."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from evaluator.meta.study import Study
from evaluator.reports.meta import PEOPLE, lines_of, rows_of, title_of

SHOWN = ("none", "item", "all systems", "within length bins")
LEFT_OUT = (("pearson", "item"), ("kendall_b", "item"))


class Lead(NamedTuple):
    """A statistic in which the best metric is lexical."""

    title: str
    best: str
    value: float
    other: str
    """The best that is not."""
    behind: float
    p_value: float | None
    """That the lexical one is better; None where nothing was tested."""

    def __str__(self) -> str:
        tested = "" if self.p_value is None else f", p = {short(self.p_value)}"
        return f"{self.title}: {self.best} {short(self.value)} over {self.other} {short(self.behind)}{tested}"


def render_study(parts: Sequence[tuple[str, Study]], lexical: Collection[str]) -> str:
    """All sets, each with its table and where a lexical metric is ahead."""
    return "\n".join(text for title, study in parts for text in (*_table(title, study), "", *_leads(study, lexical), ""))


def short(value: float) -> str:
    """Three decimals without the zero before the point.

    >>> short(0.5), short(-0.25)
    ('.500', '-.250')
    """
    return f"{value:.3f}".replace("0.", ".", 1)


def _shown_rows(study: Study) -> list[dict[str, Any]]:
    return [row for row in rows_of(study.meta) if row["grouping"] in SHOWN and (row["statistic"], row["grouping"]) not in LEFT_OUT]


def _table(title: str, study: Study) -> list[str]:
    shown = {(row["level"], title_of(row["statistic"], row["grouping"])) for row in _shown_rows(study)}
    lines = [line for line in lines_of(study.meta) if (line.level, line.title) in shown]
    names = list(dict.fromkeys(name for line in lines for name in line.cells))
    names.sort(key=lambda name: name in PEOPLE)
    first = next(iter(lines[0].cells.values()))
    out = [f"**{title}**: {first['n_systems']} systems, {first['n_segments']:,} judged translations", ""]
    out += [f"| | {' | '.join(f'{line.level}: {line.title}' for line in lines)} |", f"|---|{'---|' * len(lines)}"]
    for name in names:
        out.append(f"| {name} | {' | '.join(_cell(line.cells, name) for line in lines)} |")
    return out


def _cell(cells: Mapping[str, Mapping[str, Any]], name: str) -> str:
    row = cells.get(name)
    if row is None:
        return ""
    if row["value"] is None:
        return "–"
    best = max((other["value"] for own, other in cells.items() if own not in PEOPLE and other["value"] is not None), default=None)
    text = f"**{short(row['value'])}**" if name not in PEOPLE and row["value"] == best else short(row["value"])
    text += "†" if (row["rank"] or 1) > 1 else ""
    text += "°" if "DEGENERATE" in row["details"] else ""
    return text if row["ci_low"] is None else f"{text} [{row['ci_low']:.2f}, {row['ci_high']:.2f}]".replace("0.", ".")


def _leads(study: Study, lexical: Collection[str]) -> list[str]:
    leads = [str(lead) for lead in leads_of(study, lexical)]
    return [f"A lexical metric is ahead in {'; '.join(leads)}." if leads else "No lexical metric is ahead in any column."]


def leads_of(study: Study, lexical: Collection[str]) -> list[Lead]:
    """The statistics in which the best metric is lexical."""
    tested = {(row["statistic"], row["grouping"], row["metric_a"], row["metric_b"]): row["p_value"] for row in rows_of(study.pairs)}
    by_statistic: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in _shown_rows(study):
        if row["metric"] not in PEOPLE and row["value"] is not None:
            by_statistic.setdefault((row["statistic"], row["grouping"]), []).append(row)
    out = []
    for (statistic, grouping), rows in by_statistic.items():
        ranked = sorted(rows, key=lambda row: -row["value"])
        words = next((row for row in ranked if row["metric"] in lexical), None)
        other = next((row for row in ranked if row["metric"] not in lexical), None)
        if words is None or other is None or words["value"] <= other["value"]:
            continue
        p = tested.get((statistic, grouping, words["metric"], other["metric"]))
        out.append(Lead(title_of(statistic, grouping), words["metric"], words["value"], other["metric"], other["value"], p))
    return out
