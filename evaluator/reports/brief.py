"""The blocks of a run's summary in a terminal, each with as much as there is room for; `terminal.py` lays them out."""

from __future__ import annotations

from collections.abc import Sequence
from os.path import commonprefix

from rich.table import Table
from rich.text import Text

from evaluator.reports.comparison import cluster_lines
from evaluator.reports.headline import leaders
from evaluator.reports.ranking import Ranked
from evaluator.reports.safe import printable
from evaluator.reports.screen import Block, cut_to_lines, printed
from evaluator.reports.view import LOWEST_TITLE, Flagged, LowRecall, View, verdict

FLAGGED_TITLE = "Likely broken, worst first"
MAX_CLUSTERS, MAX_NOTES, MAX_SIGNATURES = 5, 3, 5
"""Lines of each kind shown where there is not room for all, one more saying what is left out."""
BEFORE = 24
"""Characters shown before the first that differs."""


def verdict_block(view: View, columns: int, color: bool) -> Block:
    """Which system leads, how many paragraphs are likely broken, and how far the metrics can be trusted."""
    lines = [line for line in (leaders(view.rankings), verdict(view) if view.judged else "") if line]
    return cut_to_lines([*(Text(printable(line), style="bold") for line in lines), *(Text(printable(line)) for line in view.trust)], columns, color, most=3)


def score_block(view: View, columns: int, color: bool, width: int, most: int) -> Block:
    """Systems best first, each score after its rank; at most `most` of them."""
    places: dict[tuple[str, str], Ranked] = {(ranking.metric, one.system): one for ranking in view.rankings for one in ranking.systems}
    order = [one.system for one in view.rankings[0].systems] if view.rankings else [one.system for one in view.systems]
    arrows = {ranking.metric: "↑" if ranking.higher_is_better else "↓" for ranking in view.rankings}
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    table.add_column("system", no_wrap=True, overflow="ellipsis", min_width=7)
    for score in view.systems[0].scores:
        table.add_column(f"{printable(score.metric)} {arrows.get(score.metric, '')}".strip(), justify="right", no_wrap=True)
    table.add_column("segments", justify="right", no_wrap=True)
    by_name = {one.system: one for one in view.systems}
    for name in order[:most]:
        cells = []
        for score in by_name[name].scores:
            place = places.get((score.metric, name))
            rank = f"{place.rank}  " if place is not None and place.rank_low is not None else ""
            cells.append(Text.assemble((rank, "dim"), score.shown(width)))
        table.add_row(Text(printable(name)), *cells, f"{by_name[name].segments:,}")
    lines = printed([table], columns, color)
    left = [f"and {len(order) - most} more systems in scores.csv"] if len(order) > most else []
    return Block([*lines, *left], not left)


def comparison_block(view: View, columns: int, color: bool) -> Block:
    """What the tests tell apart: of two systems a sentence per metric, of more a line for all metrics that agree; the test below."""
    if not view.rankings:
        return Block([])
    if len(view.systems) == 2:
        sentences = [Text(printable(_with_metric(ranking.metric, line))) for ranking in view.rankings for line in ranking.verdicts]
        told, left, test = cut_to_lines(sentences[: 2 * MAX_CLUSTERS], columns, color, most=2), len(sentences) - 2 * MAX_CLUSTERS, view.test
    else:
        clusters = cluster_lines(view.rankings, [system.system for system in view.rankings[0].systems])
        told = cut_to_lines([Text(f"{metrics}: {line}") for metrics, line in clusters[:MAX_CLUSTERS]], columns, color)
        left, test = len(clusters) - MAX_CLUSTERS, f"{view.test}; ranks stand before scores, a comma joins systems that it does not tell apart"
    more = [f"and {left} more metrics in pairs.csv"] if left > 0 else []
    tested = printed([Text(test, style="dim")], columns, color) if view.test else []
    return Block([*told.lines, *more, *tested], False)  # --verbose has every interval and pair


def _with_metric(metric: str, sentence: str) -> str:
    return sentence if f" on {metric} by " in sentence else f"{metric}: {sentence}"


def paragraph_block(view: View, columns: int, color: bool, room: int) -> Block:
    """The worst paragraphs, three lines each, as many as there is room for; both texts from shortly before where they differ."""
    rows: Sequence[Flagged | LowRecall] = view.flagged if view.judged else [row for row in view.lowest if row.recall < 1]
    if not rows:
        return Block([])
    title = printed([Text(FLAGGED_TITLE if view.judged else LOWEST_TITLE, style="bold")], columns, color)
    fitting = max(1, (room - len(title) - 1) // 3)
    if len(rows) == fitting + 1 and room >= len(title) + 3 * len(rows):
        fitting += 1
    parts = []
    for row in rows[:fitting]:
        described = f"risk {row.risk:.2f}  {row.reason}" if isinstance(row, Flagged) else f"recall {row.recall:.4f}"
        parts.append(Text(printable(f"{where(view, row)}  {described}"), style="red" if view.judged else "cyan"))
        parts += [Text.assemble((f"  {side}  ", "dim"), text) for side, text in zip(("ref", "hyp"), around_change(row.reference, row.hypothesis), strict=True)]
    told = cut_to_lines(parts, columns, color)
    more = (view.broken if view.judged else len(rows)) - len(rows[:fitting])
    left = [f"and {more:,} more in report.html and segments.csv"] if more else []
    return Block([*title, *told.lines, *left], told.whole and not left)


def note_block(notes: Sequence[str], columns: int, color: bool) -> Block:
    """The first notes, two lines each: most say at their end what to do."""
    told = cut_to_lines([Text(f"note: {printable(note)}") for note in notes[:MAX_NOTES]], columns, color, most=2)
    left = [f"and {len(notes) - MAX_NOTES} more notes in run.json"] if len(notes) > MAX_NOTES else []
    return Block([*told.lines, *left], told.whole and not left)


def signature_block(view: View, columns: int, color: bool, width: int, most: int = MAX_SIGNATURES) -> Block:
    """Signatures as long as they are, since they are copied into papers: sacreBLEU's lines for one system, bare ones for several."""
    scores, several = view.systems[0].scores, len(view.systems) > 1
    lines = [f"{s.metric}|{s.signature}{'' if several else f' = {s.shown(width)} {s.details}'}".rstrip() for s in scores]
    shown = printed([Text(printable(line), style="dim") for line in lines[:most]], columns, color, soft_wrap=True)
    left = [f"and {len(lines) - most} more signatures in run.json"] if len(lines) > most else []
    return Block([*shown, *left], not left)


def where(view: View, row: Flagged | LowRecall) -> str:
    """The paragraph in words, with its system and document as far as there are several."""
    many = len(view.systems) > 1
    documents = len({one.document for one in (view.flagged if view.judged else view.lowest)}) > 1
    return ", ".join([printable(row.system)] * many + [printable(row.document)] * documents + [f"segment {row.segment}"])


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
