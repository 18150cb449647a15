"""Progress of long work, on stderr or in a notebook, where somebody watches it."""

from __future__ import annotations

import importlib
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from evaluator.cells import html_text
from evaluator.score import StartWork
from evaluator.types import Advance

SECONDS = 0.1
"""At least so long between two drawings in a notebook."""


def is_watched() -> bool:
    """Whether stderr is a terminal, or Python runs in a notebook's kernel."""
    return sys.stderr.isatty() or in_notebook()


def in_notebook() -> bool:
    """Whether Python runs in a notebook's kernel."""
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    return type(shell).__name__ == "ZMQInteractiveShell"


@contextmanager
def progress_bars(shown: bool | None) -> Iterator[StartWork]:
    """What starts a bar for each piece of work; the bars are gone at the end.

    Args:
        shown: whether bars are shown; None leaves it to `is_watched`.
    """
    if not (is_watched() if shown is None else shown):
        yield silent
        return
    if in_notebook():
        yield from _notebook_bars()
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True, force_terminal=shown), transient=True) as progress:

        def start(what: str, total: int) -> Advance:
            task = progress.add_task(what, total=total)
            return lambda done: progress.advance(task, done)

        yield start


def _notebook_bars() -> Iterator[StartWork]:
    """Bars that the notebook draws itself: rich's need ipywidgets there, and without them only warn that they do."""
    display = importlib.import_module("IPython.display")
    place = display.display(display.HTML(""), display_id=True)
    works: list[list[int]] = []
    names: list[str] = []
    drawn = 0.0

    def draw() -> None:
        bars = (
            f'<div><progress value="{done}" max="{total}"></progress> {html_text(name)} {done:,}/{total:,}</div>'
            for name, (done, total) in zip(names, works, strict=True)
        )
        place.update(display.HTML("".join(bars)))

    def start(what: str, total: int) -> Advance:
        work = [0, total]
        names.append(what)
        works.append(work)
        draw()

        def advance(done: int) -> None:
            nonlocal drawn
            work[0] += done
            if time.monotonic() - drawn >= SECONDS or work[0] >= total:
                drawn = time.monotonic()
                draw()

        return advance

    try:
        yield start
    finally:
        place.update(display.HTML(""))


def silent(what: str, total: int) -> Advance:  # noqa: ARG001
    """Progress that nobody sees."""
    return lambda _: None
