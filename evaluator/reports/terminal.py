"""The whole summary in a terminal: verdicts, scores, rankings, signatures, the paragraphs to look at; `brief.py` has it in 40 lines."""

from __future__ import annotations

from io import StringIO

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from evaluator.reports.headline import leaders
from evaluator.reports.safe import printable
from evaluator.reports.view import LOWEST_TITLE, NO_DIAGNOSIS, Flagged, LowRecall, View, verdict

SHOWN = 5
SHOWN_FLAGGED = 10
LONGEST = 400
"""Characters of a paragraph shown."""


def plain_console(out: StringIO, columns: int, color: bool) -> Console:
    """A console that writes what it is given and nothing of its own."""
    return Console(file=out, width=max(columns, 72), force_terminal=color, no_color=not color, highlight=False, emoji=False, markup=False, legacy_windows=False)


def render_terminal(view: View, *, columns: int, color: bool, width: int) -> str:
    """The summary as text.

    Args:
        view: what to show.
        columns: width of the terminal in characters.
        color: whether escape codes may be used.
        width: decimals of scores on a scale of 100.
    """
    out = StringIO()
    console = plain_console(out, columns, color)
    said = [line for line in (leaders(view.rankings), verdict(view) if view.judged else "") if line]
    for line in said:
        console.print(Text(printable(line), style="bold"), soft_wrap=True)
    if said:
        console.print()
    console.print(_scores(view, width))
    console.print()
    print_rankings(console, view, width)
    for line in signature_lines(view, width):
        console.print(Text(line, style="dim"), soft_wrap=True)
    for note in view.notes:
        console.print(Text(f"note: {printable(note)}"), soft_wrap=True)
    console.print()
    if view.judged:
        _print_flagged(console, view)
    elif view.lowest:
        console.print(Text(LOWEST_TITLE, style="bold"))
        _print_lowest(console, view)
    if not view.judged:
        console.print()
        console.print(Text(NO_DIAGNOSIS, style="dim"), soft_wrap=True)
    return "\n".join(line.rstrip() for line in out.getvalue().split("\n"))


def render_comparison(view: View, *, columns: int, color: bool, width: int) -> str:
    """The rankings and pairs alone, and what to be warned of; arguments as in `render_terminal`."""
    out = StringIO()
    console = plain_console(out, columns, color)
    if leaders(view.rankings):
        console.print(Text(leaders(view.rankings), style="bold"), soft_wrap=True)
        console.print()
    print_rankings(console, view, width)
    for note in view.notes:
        console.print(Text(f"note: {printable(note)}"), soft_wrap=True)
    return "\n".join(line.rstrip() for line in out.getvalue().split("\n"))


def render_short(view: View, *, columns: int, color: bool, width: int, worst: bool = True) -> str:
    """The whole summary where it has few lines, else what matters most of it; arguments as in `render_terminal`, `worst` as in `render_brief`."""
    from evaluator.reports.brief import MOST_LINES, render_brief

    whole = (render_terminal if worst else render_comparison)(view, columns=columns, color=color, width=width)
    if screen_lines(whole, columns) <= MOST_LINES:
        return whole
    return render_brief(view, columns=columns, color=color, width=width, worst=worst)


def screen_lines(text: str, columns: int) -> int:
    """How many lines of a screen a text without escape codes takes."""
    return sum(max(1, -(-len(line) // columns)) for line in text.removesuffix("\n").split("\n"))


def _scores(view: View, width: int) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0), header_style="bold")
    table.add_column("system", overflow="fold", min_width=7)
    for score in view.systems[0].scores:
        table.add_column(score.metric, justify="right", no_wrap=True)
    table.add_column("segments", justify="right", no_wrap=True)
    for system in view.systems:
        table.add_row(Text(printable(system.system)), *(score.shown(width) for score in system.scores), str(system.segments))
    return table


def print_rankings(console: Console, view: View, width: int) -> None:
    """Each metric's ranking with intervals and clusters, and its pairs in words; nothing with one system."""
    if view.test:
        console.print(Text(view.test, style="dim"))
        console.print()
    for ranking in view.rankings:
        table = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0), header_style="bold")
        for name in ("rank", "cluster"):
            table.add_column(name, no_wrap=True)
        table.add_column("system", overflow="fold", min_width=7)
        table.add_column(f"{printable(ranking.metric)} {'↑' if ranking.higher_is_better else '↓'}", justify="right", no_wrap=True)
        table.add_column("95 % interval", no_wrap=True)
        for one in ranking.systems:
            interval = f"[{ranking.shown(one.ci_low, width)}, {ranking.shown(one.ci_high, width)}]"
            table.add_row(one.rank, str(one.cluster), Text(printable(one.system)), ranking.shown(one.score, width), interval)
        console.print(table)
        for verdict_ in ranking.verdicts:
            console.print(Padding(Text(printable(verdict_)), (0, 0, 0, 2)))
        if ranking.left_out:
            console.print(f"  neighbours only; pairs.csv has {ranking.left_out} more pairs")
        console.print()


def signature_lines(view: View, width: int) -> list[str]:
    """sacreBLEU's lines for one system, bare signatures for several."""
    scores = view.systems[0].scores
    if len(view.systems) > 1:
        return [f"{score.metric}|{score.signature}" for score in scores]
    return [f"{score.metric}|{score.signature} = {score.shown(width)} {score.details}".rstrip() for score in scores]


def _print_flagged(console: Console, view: View) -> None:
    for row in view.flagged[:SHOWN_FLAGGED]:
        console.print(Text(f"{where(view, row)}  risk {row.risk:.2f}  {printable(row.reason)}", style="red"))
        _print_texts(console, row.reference, row.hypothesis)
    if len(view.flagged) > SHOWN_FLAGGED:
        console.print(f"and {len(view.flagged) - SHOWN_FLAGGED} more in report.md and segments.csv")


def _print_lowest(console: Console, view: View) -> None:
    for row in [row for row in view.lowest if row.recall < 1][:SHOWN]:
        console.print(Text(f"{where(view, row)}  recall {row.recall:.4f}", style="cyan"))
        _print_texts(console, row.reference, row.hypothesis)


def where(view: View, row: Flagged | LowRecall) -> str:
    """The paragraph in words, with its system and document as far as there are several."""
    many = len(view.systems) > 1
    documents = len({one.document for one in (view.flagged if view.judged else view.lowest)}) > 1
    return ", ".join([printable(row.system)] * many + [printable(row.document)] * documents + [f"segment {row.segment}"])


def _print_texts(console: Console, reference: str, hypothesis: str) -> None:
    texts = Table.grid(padding=(0, 2, 0, 0))
    texts.add_row(Text("  ref", style="dim"), Text(_short(reference)))
    texts.add_row(Text("  hyp", style="dim"), Text(_short(hypothesis) or "(omitted)"))
    console.print(texts)


def _short(text: str) -> str:
    """The text on one line, cut where it would flood the screen; report.md has it whole."""
    line = printable(text).strip()
    return line if len(line) <= LONGEST else line[:LONGEST].rsplit(" ", 1)[0] + " …"
