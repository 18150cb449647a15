"""Progress on stderr, only where a person looks at it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from evaluator.score import StartWork
from evaluator.types import Advance


@contextmanager
def shown_progress(quiet: bool) -> Iterator[StartWork]:
    """What starts a bar for each piece of work; silent when quiet or stderr is no terminal."""
    if quiet or not sys.stderr.isatty():
        yield _silent
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:

        def start(what: str, total: int) -> Advance:
            task = progress.add_task(what, total=total)
            return lambda done: progress.advance(task, done)

        yield start


def _silent(what: str, total: int) -> Advance:  # noqa: ARG001
    return lambda _: None
