"""What a notebook shows of a run: verdicts, scores with ranks and intervals, the worst paragraphs, notes.

Every text is escaped, and options are named as arguments.
"""

from __future__ import annotations

from collections.abc import Sequence

from evaluator.cells import LEFT, html_text
from evaluator.reports.comparison import Comparison, ScoreCell, comparison_of
from evaluator.reports.headline import leaders
from evaluator.reports.view import View, verdict
from evaluator.types import Evaluation
from evaluator.wording import python_words

MAX_SYSTEMS = 30
MAX_WORST = 3
MAX_NOTES = 10


def render_notebook(evaluation: Evaluation, view: View) -> str:
    """Verdicts first, as on the page; nothing in it can run, and it brings no style of its own."""
    comparison = comparison_of(evaluation, view)
    told = [line for line in (leaders(view.rankings), verdict(view)) if line]
    parts = [f"<p><b>{html_text(told[0])}</b></p>", *(f"<p>{html_text(line)}</p>" for line in (*told[1:], *view.trust))]
    left = len(comparison.rows) - MAX_SYSTEMS
    more = [f"<p>{left} more systems in .scores</p>"] if left > 0 else []
    return "".join([*parts, _table(comparison, bool(view.judged)), *more, _worst(view), _notes(view.notes)])


def _table(comparison: Comparison, judged: bool) -> str:
    heads = ["system", *(f"{head.title} {head.arrow}".strip() for head in comparison.heads), "segments", *(["likely broken"] if judged else [])]
    rows = []
    for row in comparison.rows[:MAX_SYSTEMS]:
        counts = [row.segments, *([row.flagged] if judged else [])]
        cells = [
            f"<th{LEFT}>{html_text(row.system)}</th>",
            *(f"<td>{_scored(cell)}</td>" for cell in row.cells),
            *(f"<td>{html_text(count)}</td>" for count in counts),
        ]
        rows.append(f"<tr>{''.join(cells)}</tr>")
    titles = f"<th{LEFT}>{heads[0]}</th>" + "".join(f"<th>{html_text(head)}</th>" for head in heads[1:])
    return f"<table><thead><tr>{titles}</tr></thead><tbody>{''.join(rows)}</tbody></table>"


def _scored(cell: ScoreCell) -> str:
    """`1-2 **78.0** 71.7–83.0`: rank, score, in bold where no system is better by the test, and interval."""
    score = f"<b>{html_text(cell.text)}</b>" if cell.best else html_text(cell.text)
    return " ".join(
        [*([f"<small>{html_text(cell.rank)}</small>"] if cell.rank else []), score, *([f"<small>{html_text(cell.interval)}</small>"] if cell.interval else [])]
    )


def _worst(view: View) -> str:
    """The worst paragraphs, a line each."""
    several = len(view.systems) > 1
    documents = len({row.document for row in view.flagged}) > 1
    lines = []
    for row in view.flagged[:MAX_WORST]:
        where = ", ".join([row.system] * several + [row.document] * documents + [f"segment {row.segment}"])
        lines.append(f"<li>{html_text(f'{where}, risk {row.risk:.2f}: {row.reason}')}</li>")
    more = f"<li>{len(view.flagged) - MAX_WORST:,} more in .worst(); .to_html(path) writes the report</li>" if len(view.flagged) > MAX_WORST else ""
    return f"<ul>{''.join(lines)}{more}</ul>" if lines else ""


def _notes(notes: Sequence[str]) -> str:
    lines = "".join(f"<li>Note: {html_text(python_words(note))}</li>" for note in notes[:MAX_NOTES])
    more = f"<li>{len(notes) - MAX_NOTES} more in .manifest.notes</li>" if len(notes) > MAX_NOTES else ""
    return f"<ul>{lines}{more}</ul>" if lines else ""
