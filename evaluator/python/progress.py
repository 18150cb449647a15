"""Progress of long work, on stderr or in a notebook, where somebody watches it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from evaluator.score import StartWork
from evaluator.types import Advance


def is_watched() -> bool:
    """Whether stderr is a terminal, or Python runs in a notebook's kernel."""
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    return sys.stderr.isatty() or type(shell).__name__ == "ZMQInteractiveShell"


@contextmanager
def progress_bars(shown: bool | None) -> Iterator[StartWork]:
    """What starts a bar for each piece of work; the bars are gone at the end.

    Args:
        shown: whether bars are shown; None leaves it to `is_watched`.
    """
    if not (is_watched() if shown is None else shown):
        yield silent
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True, force_terminal=shown), transient=True) as progress:

        def start(what: str, total: int) -> Advance:
            task = progress.add_task(what, total=total)
            return lambda done: progress.advance(task, done)

        yield start


def silent(what: str, total: int) -> Advance:  # noqa: ARG001
    """Progress that nobody sees."""
    return lambda _: None
