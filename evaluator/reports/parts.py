"""What is shown of buckets, n-grams and a gate, as text; the whole is in buckets.csv and ngrams.csv."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from io import StringIO
from typing import Any, NamedTuple

from rich.table import Table
from rich.text import Text

from evaluator.reports.ranking import Ranking, rows_of
from evaluator.reports.safe import printable
from evaluator.reports.screen import plain_console
from evaluator.reports.view import View
from evaluator.types import Evaluation, GateCheck

MOST_BUCKETS = 12
"""Buckets of one kind shown, the largest."""
MOST_NGRAMS = 10
MOST_SEGMENTS = 10
"""Segments that a failed check shows."""
LONGEST = 300
"""Characters of a paragraph shown."""


class Leaders(NamedTuple):
    """The two systems that are shown side by side: the best by a metric and the next."""

    first: str
    second: str


def leaders_of(ranking: Ranking) -> Leaders:
    """Best and second best."""
    return Leaders(ranking.systems[0].system, ranking.systems[1].system)


def render_buckets(evaluation: Evaluation, view: View, *, columns: int, color: bool, width: int) -> str:
    """For each metric and kind of bucket the two best systems, bucket by bucket; nothing without buckets."""
    if "buckets" not in evaluation.tables:
        return ""
    out = StringIO()
    console = plain_console(out, columns, color)
    rows = rows_of(evaluation.tables["buckets"])
    for ranking in view.rankings:
        leaders = leaders_of(ranking)
        own = [row for row in rows if row["metric"] == ranking.metric and {row["system_a"], row["system_b"]} == set(leaders)]
        for kind in dict.fromkeys(row["bucketed_by"] for row in own):
            console.print(_bucket_grid(ranking, leaders, kind, [row for row in own if row["bucketed_by"] == kind], width))
            console.print()
    console.print(Text("Intervals by bucket are not corrected for the number of buckets; -o DIR writes all of them to buckets.csv.", style="dim"))
    return _stripped(out)


def _bucket_grid(ranking: Ranking, leaders: Leaders, kind: str, rows: Sequence[Mapping[str, Any]], width: int) -> Table:
    largest = sorted(rows, key=lambda row: -row["n_segments"])[:MOST_BUCKETS]
    left_out = f"; {len(rows) - MOST_BUCKETS} smaller ones left out" if len(rows) > MOST_BUCKETS else ""
    title = f"{printable(ranking.metric)} by {kind}{left_out}"
    table = _grid(title)
    for name in (kind, "segments", leaders.first, leaders.second, "difference", "95 % interval", "better"):
        table.add_column(Text(printable(name)), justify="left" if name in (kind, "95 % interval", "better") else "right", overflow="fold")
    for row in (row for row in rows if row in largest):
        turned = row["system_a"] != leaders.first
        first, second = (row["score_b"], row["score_a"]) if turned else (row["score_a"], row["score_b"])
        numbers = [row["delta"], *((row["ci_high"], row["ci_low"]) if turned else (row["ci_low"], row["ci_high"]))]
        delta, low, high = (None if x is None else -x if turned else x for x in numbers)
        interval = f"[{ranking.shown(low, width)}, {ranking.shown(high, width)}]"
        scores = (ranking.shown(first, width), ranking.shown(second, width), ranking.shown(delta, width))
        table.add_row(Text(printable(row["bucket"])), str(row["n_segments"]), *scores, interval, Text(printable(row["better"])))
    return table


def _grid(title: str) -> Table:
    return Table(box=None, pad_edge=False, padding=(0, 3, 0, 0), header_style="bold", title=Text(title), title_justify="left", title_style="bold")


def render_ngrams(evaluation: Evaluation, view: View, *, columns: int, color: bool) -> str:
    """What each of the two best systems gets and the other misses; nothing without n-grams."""
    if "ngrams" not in evaluation.tables or not view.rankings:
        return ""
    out = StringIO()
    console = plain_console(out, columns, color)
    rows = rows_of(evaluation.tables["ngrams"])
    leaders = leaders_of(view.rankings[0])
    for a, b in (leaders, leaders[::-1]):
        own = [row for row in rows if (row["system_a"], row["system_b"]) == (a, b)]
        table = Table(
            box=None,
            pad_edge=False,
            padding=(0, 3, 0, 0),
            header_style="bold",
            title=printable(f"{a} gets, {b} misses"),
            title_justify="left",
            title_style="bold",
        )
        for name in ("n-gram", "references", a, b):
            table.add_column(Text(printable(name)), justify="left" if name == "n-gram" else "right", overflow="fold")
        for row in own[:MOST_NGRAMS]:
            table.add_row(Text(printable(row["ngram"])), *(str(row[name]) for name in ("in_references", "matched_a", "matched_b")))
        console.print(table)
        console.print()
    return _stripped(out)


def render_gate(checks: Sequence[GateCheck]) -> str:
    """A line a rule or what was not compared, and below a broken rule the segments that got worse."""
    lines = []
    for check in checks:
        word = "skip" if not check.compared else "ok  " if check.passed else "FAIL"
        lines.append(f"{word} {printable(check.message)}")
        for one in check.segments[:MOST_SEGMENTS]:
            lines.append(f"       {printable(one.document)}, segment {one.segment}: {printable(one.change)}")
            texts = (("reference", one.reference), ("before", one.before), ("now", one.after))
            lines += [f"         {name:10s}{_short(text)}" for name, text in texts if text or name == "now"]
        if len(check.segments) > MOST_SEGMENTS:
            lines.append(f"       and {len(check.segments) - MOST_SEGMENTS} more segments")
    return "\n".join(lines) + "\n"


def _short(text: str) -> str:
    line = printable(text).strip() or "(omitted)"
    return line if len(line) <= LONGEST else line[:LONGEST].rsplit(" ", 1)[0] + " …"


def _stripped(out: StringIO) -> str:
    return "\n".join(line.rstrip() for line in out.getvalue().split("\n"))
