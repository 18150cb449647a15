"""What commands print: results on stdout, notes and where files were written on stderr."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

from evaluator.reports.view import View
from evaluator.types import Evaluation


class Shown(NamedTuple):
    """What a command prints."""

    text: str
    """On stdout."""
    notes: Sequence[str]
    """On stderr: those that the text does not hold."""


def print_run(shown: Shown, target: Path | None, args: argparse.Namespace, further: Sequence[str] = ()) -> None:
    """What a command prints: text on stdout, notes and the run folder on stderr."""
    sys.stdout.write(shown.text)
    if args.quiet:
        return
    for note in (*shown.notes, *further):
        log(f"note: {note}")
    if target:
        log(f"written: {target}")


def shown_scores(evaluation: Evaluation, args: argparse.Namespace) -> Shown:
    """The scores in the format asked for."""
    from evaluator.reports.view import make_view

    view = make_view(evaluation)
    return Shown(rendered(view, args), view.notes if args.score_only or args.format not in ("table", "text") else ())


def log(message: str) -> None:
    """One line on stderr."""
    from evaluator.reports.safe import printable

    print(printable(message), file=sys.stderr)


def rendered(view: View, args: argparse.Namespace) -> str:
    """The results in the format asked for."""
    from evaluator.reports import tables
    from evaluator.reports.paper import PaperStyle, latex_table

    if args.score_only:
        return tables.render_bare(view, args.width)
    if args.format in ("table", "text"):
        from evaluator.reports.terminal import render_short, render_terminal

        columns, color = screen()
        return (render_terminal if args.verbose else render_short)(view, columns=columns, color=color, width=args.width)
    style = PaperStyle(args.intervals, args.clusters)
    renderers: dict[str, Callable[[View, int], str]] = {
        "json": tables.render_json,
        "latex": partial(latex_table, style=style),
        "md": partial(tables.render_markdown_table, style=style),
        "csv": partial(tables.render_csv, spreadsheet_safe=args.spreadsheet_safe),
    }
    return renderers[args.format](view, args.width)


def screen() -> tuple[int, bool]:
    """Columns of the terminal, and whether it takes colours."""
    color = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    return shutil.get_terminal_size((100, 24)).columns if sys.stdout.isatty() else 100, color
