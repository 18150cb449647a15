"""The summary of a run in a terminal: verdicts, scores, what the tests say, paragraphs to look at, notes, signatures; in at most 40 lines, or whole.

Both have one layout: the same blocks in the same order, parted by a blank line. `brief.py` has the blocks.
"""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from evaluator.reports.brief import (
    FLAGGED_TITLE,
    comparison_block,
    note_block,
    paragraph_block,
    score_block,
    signature_block,
    verdict_block,
    where,
)
from evaluator.reports.ranking import Ranking
from evaluator.reports.safe import printable
from evaluator.reports.screen import Block, plain_console, printed, screen_lines
from evaluator.reports.view import LOWEST_TITLE, NO_DIAGNOSIS, LowRecall, View

__all__ = ["plain_console", "render_comparison", "render_short", "render_terminal", "screen_lines"]

MAX_LINES = 40
SYSTEMS = (12, 9, 6, 3)
"""Systems shown in a short summary, the first number that fits."""
SHOWN = 5
SHOWN_FLAGGED = 10
LONGEST = 400
"""Characters of a paragraph shown."""


def render_short(view: View, *, columns: int, color: bool, width: int, worst: bool = True) -> str:
    """The summary in at most `MAX_LINES` lines: whole where it fits, else each block with what matters most.

    Args:
        view: what to show.
        columns: width of the terminal in characters.
        color: whether escape codes may be used.
        width: decimals of scores on a scale of 100.
        worst: whether paragraphs and signatures are shown, or the comparison alone.
    """
    whole = (render_terminal if worst else render_comparison)(view, columns=columns, color=color, width=width)
    if Block(whole.removesuffix("\n").split("\n")).height(columns) <= MAX_LINES:
        return whole
    told = [verdict_block(view, columns, color), comparison_block(view, columns, color)]
    foot = [note_block(_notes(view, worst), columns, color)]
    if worst:
        foot.append(signature_block(view, columns, color, width))
    blocks: list[Block] = []
    for systems in SYSTEMS:  # where long names and notes leave too little room, fewer systems are shown
        head = [told[0], score_block(view, columns, color, width, systems), told[1]]
        blocks = _with_paragraphs(view, head, foot, columns, color) if worst else [*head, *foot]
        if not all(block.whole for block in blocks):
            hint = "every interval, pair, paragraph and note" if view.rankings else "every paragraph and note"
            blocks.append(Block(printed([Text(f"--verbose shows {hint}.", style="dim")], columns, color)))
        if sum(block.height(columns) + 1 for block in blocks if block.lines) - 1 <= MAX_LINES:
            break
    return _laid_out(blocks)


def _with_paragraphs(view: View, head: Sequence[Block], foot: Sequence[Block], columns: int, color: bool) -> list[Block]:
    """The blocks with as many paragraphs between them as there is room for."""
    taken = sum(block.height(columns) + 1 for block in (*head, *foot) if block.lines)
    return [*head, paragraph_block(view, columns, color, MAX_LINES - taken - 3), *foot]  # less the hint and two blank lines


def render_terminal(view: View, *, columns: int, color: bool, width: int) -> str:
    """The whole summary; arguments as in `render_short`."""
    blocks = [*_whole_head(view, columns, color, width), Block(_paragraphs(view, columns, color))]
    return _laid_out([*blocks, _whole_notes(view, columns, color, True), signature_block(view, columns, color, width, most=len(view.systems[0].scores))])


def render_comparison(view: View, *, columns: int, color: bool, width: int) -> str:
    """The whole comparison: verdicts, scores, rankings with every pair, and what to be warned of; arguments as in `render_short`."""
    return _laid_out([*_whole_head(view, columns, color, width), _whole_notes(view, columns, color, False)])


def _laid_out(blocks: Sequence[Block]) -> str:
    return "\n\n".join("\n".join(block.lines) for block in blocks if block.lines) + "\n"


def _notes(view: View, worst: bool) -> list[str]:
    """What to be warned of, with the diagnosis that is off where paragraphs would be shown."""
    return [*view.notes, *([NO_DIAGNOSIS] if worst and not view.judged else [])]


def _whole_notes(view: View, columns: int, color: bool, worst: bool) -> Block:
    return Block(printed([Text(f"note: {printable(note)}") for note in _notes(view, worst)], columns, color, soft_wrap=True))


def _whole_head(view: View, columns: int, color: bool, width: int) -> list[Block]:
    tested = printed([Text(view.test, style="dim")], columns, color) if view.test else []
    rankings = [Block(printed(_ranking(ranking, width), columns, color)) for ranking in view.rankings]
    return [verdict_block(view, columns, color), score_block(view, columns, color, width, most=len(view.systems)), Block(tested), *rankings]


def _ranking(ranking: Ranking, width: int) -> list[RenderableType]:
    """One metric's ranking with intervals and clusters, and its pairs in words."""
    table = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0), header_style="bold")
    for name in ("rank", "cluster"):
        table.add_column(name, no_wrap=True)
    table.add_column("system", overflow="fold", min_width=7)
    table.add_column(f"{printable(ranking.metric)} {'↑' if ranking.higher_is_better else '↓'}", justify="right", no_wrap=True)
    table.add_column("95 % interval", no_wrap=True)
    for one in ranking.systems:
        interval = f"[{ranking.shown(one.ci_low, width)}, {ranking.shown(one.ci_high, width)}]"
        table.add_row(one.rank, str(one.cluster), Text(printable(one.system)), ranking.shown(one.score, width), interval)
    pairs = [Padding(Text(printable(line)), (0, 0, 0, 2)) for line in ranking.verdicts]
    left = [Text(f"  neighbours only; pairs.csv has {ranking.left_out} more pairs")] if ranking.left_out else []
    return [table, *pairs, *left]


def _paragraphs(view: View, columns: int, color: bool) -> list[str]:
    """The worst paragraphs with their texts."""
    parts: list[RenderableType] = []
    if view.judged:
        shown = view.flagged[:SHOWN_FLAGGED]
        for row in shown:
            parts.append(Text(f"{where(view, row)}  risk {row.risk:.2f}  {printable(row.reason)}", style="red"))
            parts.append(_texts(row.reference, row.hypothesis))
        if view.broken > len(shown):
            parts.append(Text(f"and {view.broken - len(shown):,} more in report.html and segments.csv"))
    else:
        rows: list[LowRecall] = [row for row in view.lowest if row.recall < 1][:SHOWN]
        for low in rows:
            parts += [Text(f"{where(view, low)}  recall {low.recall:.4f}", style="cyan"), _texts(low.reference, low.hypothesis)]
    title = Text(FLAGGED_TITLE if view.judged else LOWEST_TITLE, style="bold")
    return printed([title, *parts], columns, color) if parts else []


def _texts(reference: str, hypothesis: str) -> Table:
    texts = Table.grid(padding=(0, 2, 0, 0))
    texts.add_row(Text("  ref", style="dim"), Text(_short(reference)))
    texts.add_row(Text("  hyp", style="dim"), Text(_short(hypothesis) or "(omitted)"))
    return texts


def _short(text: str) -> str:
    """The text on one line, cut where it would flood the screen; report.html has it whole."""
    line = printable(text).strip()
    return line if len(line) <= LONGEST else line[:LONGEST].rsplit(" ", 1)[0] + " …"
