"""What a notebook shows of a run: the score table, the verdict and the notes as HTML, every text escaped and options named as arguments."""

from __future__ import annotations

from evaluator.cells import html_table, html_text
from evaluator.reports.view import View, verdict
from evaluator.wording import python_words

MAX_NOTES = 10


def render_notebook(view: View, width: int = 1) -> str:
    """A table of systems and metrics; nothing in it can run, and it brings no style of its own."""
    titles = [score.metric for score in view.systems[0].scores]
    rows = [[system.system, *(score.shown(width) for score in system.scores), str(system.segments)] for system in view.systems]
    notes = "".join(f"<li>{html_text(python_words(note))}</li>" for note in view.notes[:MAX_NOTES])
    more = f"<li>{len(view.notes) - MAX_NOTES} more in .manifest[&quot;notes&quot;]</li>" if len(view.notes) > MAX_NOTES else ""
    listed = f"<ul>{notes}{more}</ul>" if notes else ""
    return f"{html_table(['system', *titles, 'segments'], rows)}<p>{html_text(verdict(view))}</p>{listed}"
