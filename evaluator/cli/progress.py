"""Progress on stderr, only where a person looks at it."""

from __future__ import annotations

import sys
from contextlib import AbstractContextManager

from evaluator.python.progress import progress_bars
from evaluator.score import StartWork


def shown_progress(quiet: bool) -> AbstractContextManager[StartWork]:
    """What starts a bar for each piece of work; silent when quiet or stderr is no terminal."""
    return progress_bars(not quiet and sys.stderr.isatty())
