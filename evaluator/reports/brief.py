"""The summary of a run in at most 40 lines of a terminal: verdicts first, then scores, what broke, notes, signatures; `--verbose` prints everything."""

from __future__ import annotations

from collections.abc import Sequence
from io import StringIO
from os.path import commonprefix

from rich.console import Console
from rich.table import Table
from rich.text import Text

from evaluator.reports.comparison import cluster_lines
from evaluator.reports.headline import leaders
from evaluator.reports.ranking import Ranked
from evaluator.reports.safe import printable
from evaluator.reports.terminal import plain_console, screen_lines, signature_lines, where
from evaluator.reports.view import LOWEST_TITLE, NO_DIAGNOSIS, Flagged, LowRecall, View, verdict

MOST_LINES = 40
SYSTEMS, CLUSTERS, NOTES, SIGNATURES = 12, 5, 3, 5
"""Lines of each kind shown, one more saying what is left out."""
BEFORE = 24
"""Characters shown before the first that differs."""


def render_brief(view: View, *, columns: int, color: bool, width: int, worst: bool = True) -> str:
    """The summary as text, no longer than `MOST_LINES`.

    Args:
        view: what to show.
        columns: width of the terminal in characters.
        color: whether escape codes may be used.
        width: decimals of scores on a scale of 100.
        worst: whether paragraphs and signatures are shown, or the comparison alone.
    """
    head = [*_verdicts(view, columns, color), "", *_scores(view, columns, color, width)]
    foot = _notes(view, columns, color)
    if worst:
        foot = ["", *foot, *_signatures(view, width, columns, color)]
    hint = "--verbose shows every pair, paragraph and note." if view.rankings else "--verbose shows every paragraph and note."
    wrapped = screen_lines("\n".join(signature_lines(view, width)[:SIGNATURES]), columns) - min(SIGNATURES, len(signature_lines(view, width))) if worst else 0
    room = MOST_LINES - len(head) - len(foot) - wrapped - 2
    middle = _paragraphs(view, columns, color, room) if worst else []
    return "\n".join([*head, *([""] if middle else []), *middle, *foot, *_printed([Text(hint, style="dim")], columns, color)]) + "\n"


def _printed(parts: Sequence[Table | Text], columns: int, color: bool) -> list[str]:
    """Lines as a console prints them, each cut to its width."""
    out = StringIO()
    console: Console = plain_console(out, columns, color)
    for part in parts:
        if isinstance(part, Text):
            part.truncate(console.width, overflow="ellipsis")
        console.print(part)
    return [line.rstrip() for line in out.getvalue().removesuffix("\n").split("\n")]


def _verdicts(view: View, columns: int, color: bool) -> list[str]:
    lines = [line for line in (leaders(view.rankings), verdict(view) if view.judged else "") if line]
    parts = [Text(printable(line), style="bold") for line in lines]
    order = [system.system for system in view.rankings[0].systems] if view.rankings else []
    clusters = cluster_lines(view.rankings, order)
    parts += [Text(f"{metrics}: {line}") for metrics, line in clusters[:CLUSTERS]]
    if len(clusters) > CLUSTERS:
        parts.append(Text(f"and {len(clusters) - CLUSTERS} more metrics"))
    if view.test:
        parts.append(Text(f"{view.test}; a comma joins systems that it does not tell apart", style="dim"))
    return _printed(parts or [Text(NO_DIAGNOSIS, style="dim")], columns, color)


def _scores(view: View, columns: int, color: bool, width: int) -> list[str]:
    """Systems best first, each score after its rank."""
    places: dict[tuple[str, str], Ranked] = {(ranking.metric, one.system): one for ranking in view.rankings for one in ranking.systems}
    order = [one.system for one in view.rankings[0].systems] if view.rankings else [one.system for one in view.systems]
    arrows = {ranking.metric: "↑" if ranking.higher_is_better else "↓" for ranking in view.rankings}
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    table.add_column("system", no_wrap=True, overflow="ellipsis", min_width=7)
    for score in view.systems[0].scores:
        table.add_column(f"{printable(score.metric)} {arrows.get(score.metric, '')}".strip(), justify="right", no_wrap=True)
    table.add_column("segments", justify="right", no_wrap=True)
    by_name = {one.system: one for one in view.systems}
    for name in order[:SYSTEMS]:
        cells = []
        for score in by_name[name].scores:
            place = places.get((score.metric, name))
            rank = f"{place.rank}  " if place is not None and place.rank_low is not None else ""
            cells.append(Text.assemble((rank, "dim"), score.shown(width)))
        table.add_row(Text(printable(name)), *cells, f"{by_name[name].segments:,}")
    lines = _printed([table], columns, color)
    return [*lines, f"and {len(order) - SYSTEMS} more systems in scores.csv"] if len(order) > SYSTEMS else lines


def _paragraphs(view: View, columns: int, color: bool, room: int) -> list[str]:
    """The worst paragraphs, three lines each, as many as there is room for."""
    rows: Sequence[Flagged | LowRecall] = view.flagged if view.judged else [row for row in view.lowest if row.recall < 1]
    if not rows:
        return []
    title = [] if view.judged else _printed([Text(LOWEST_TITLE, style="bold")], columns, color)
    fitting = max(1, (room - len(title) - 2) // 3)
    parts: list[Table | Text] = []
    for row in rows[:fitting]:
        said = f"risk {row.risk:.2f}  {row.reason}" if isinstance(row, Flagged) else f"recall {row.recall:.4f}"
        parts.append(Text(printable(f"{where(view, row)}  {said}"), style="red" if view.judged else "cyan"))
        parts += [Text.assemble((f"  {side}  ", "dim"), text) for side, text in zip(("ref", "hyp"), around_change(row.reference, row.hypothesis), strict=True)]
    left = [f"and {len(rows) - fitting:,} more in report.html and segments.csv"] if len(rows) > fitting else []
    return [*title, *_printed(parts, columns, color), *left]


def around_change(reference: str, hypothesis: str) -> tuple[str, str]:
    """Both texts on one line each, from shortly before the first word that differs.

    >>> around_change("The dam held all night long, the police said.", "The dam held all night long, the mayor said.")
    ('… held all night long, the police said.', '… held all night long, the mayor said.')
    """
    a, b = printable(reference).strip(), printable(hypothesis).strip()
    if not b:
        return a, "(omitted)"
    same = len(commonprefix([a, b]))  # noqa: RUF071 characters are meant
    start = a.rfind(" ", 0, max(0, a.rfind(" ", 0, same) - BEFORE)) + 1
    return (a, b) if not start else (f"… {a[start:]}", f"… {b[start:]}")


def _notes(view: View, columns: int, color: bool) -> list[str]:
    shown = [Text(f"note: {printable(note)}") for note in view.notes[:NOTES]]
    if len(view.notes) > NOTES:
        shown.append(Text(f"and {len(view.notes) - NOTES} more notes in run.json"))
    return _printed(shown, columns, color) if shown else []


def _signatures(view: View, width: int, columns: int, color: bool) -> list[str]:
    """Whole, since they are copied into papers."""
    lines = signature_lines(view, width)
    out = StringIO()
    console = plain_console(out, columns, color)
    for line in lines[:SIGNATURES]:
        console.print(Text(printable(line), style="dim"), soft_wrap=True)
    more = [f"and {len(lines) - SIGNATURES} more signatures in run.json"] if len(lines) > SIGNATURES else []
    return [*out.getvalue().removesuffix("\n").split("\n"), *more]
