"""`evaluator verify`: a stored run reproduced from its inputs, and what differs."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from evaluator.cli.parser import Parser, one_of
from evaluator.cli.progress import shown_progress
from evaluator.cli.score_request import split_name
from evaluator.types import EvaluatorError

if TYPE_CHECKING:
    from evaluator.recompute import Verification

SUMMARY = (
    "Makes a run again from its inputs, where they were or where you say they are now, and compares every number: lexical ones must be equal, "
    "those of a model within 2e-6. Exit code 1 when an input or a number is not the same. What another version of the diagnosis made is "
    "not compared, and a line says so. Nothing is written."
)
EXAMPLES = (
    "evaluator verify results/run1",
    "evaluator verify results/run1 --texts",
    "evaluator verify results/run1 -r ref.txt -i nmt=moved/nmt.txt",
)
FORMATS = ("table", "json")
MAX_LISTED = 20
"""Cells shown as text."""


def build() -> Parser:
    """All options of `evaluator verify`."""
    parser = Parser("verify", SUMMARY, EXAMPLES)
    parser.add_argument("run", metavar="RUN_DIR", nargs="?", help="the run to make again")
    parser.add_argument("--root", default="", metavar="FOLDER", help="where relative paths of run.json start from; default the current folder")
    parser.add_argument("-r", "--reference", nargs="+", action="extend", default=[], metavar="FILE", help="where the references are now")
    parser.add_argument("-i", "--input", nargs="+", action="extend", default=[], metavar="NAME=FILE", help="where systems are now")
    parser.add_argument("-s", "--source", metavar="FILE", help="where the source is now")
    parser.add_argument("--table", metavar="FILE", help="where the table is now")
    parser.add_argument("--texts", action="store_true", help="take the texts from the run's own segments.csv, for inputs that are gone")
    parser.add_argument("--device", metavar="DEVICE", help="auto, cpu or cuda instead of what the run asked for")
    parser.add_argument("-f", "--format", default="table", metavar="FORMAT", help=f"{', '.join(FORMATS)}; default table")
    parser.add_argument("-q", "--quiet", action="store_true", help="no progress on stderr")
    return parser


def run(arguments: Sequence[str]) -> int:
    """Run the command: 0 when the run was reproduced, 1 when not."""
    args = build().parse(arguments)
    one_of(args.format, FORMATS, "format")
    if args.run is None:
        raise EvaluatorError("No run was given: evaluator verify RUN_DIR. See evaluator verify --help")
    if args.texts and (args.reference or args.input or args.source or args.table):
        raise EvaluatorError("--texts takes the texts from the run itself; leave -r, -i, -s and --table out.")
    from evaluator.recompute import Moved, verify, verify_texts
    from evaluator.results import read_run, refuse_stream

    stored = read_run(Path(args.run).expanduser())
    refuse_stream(stored, "evaluator verify")
    moved = Moved(args.root, args.reference, dict(split_name(text) for text in args.input), args.source, args.table, args.device)
    with shown_progress(args.quiet) as start_work:
        found = (verify_texts if args.texts else verify)(stored, moved, start_work)
    sys.stdout.write(_as_json(found) if args.format == "json" else _as_text(args.run, found))
    return 0 if found.passed else 1


def _as_json(found: Verification) -> str:
    summary = {
        "passed": found.passed,
        "settings": [asdict(one) for one in found.settings],
        "numbers": [asdict(one) for one in found.numbers],
        "not_compared": asdict(found.not_compared) if found.not_compared else None,
    }
    return json.dumps(summary, indent=1, ensure_ascii=False) + "\n"


def _as_text(name: str, found: Verification) -> str:
    from evaluator.reports.safe import printable

    lines = [str(one) for one in (*found.settings, *found.numbers[:MAX_LISTED])]
    if len(found.numbers) > MAX_LISTED:
        lines.append(f"score: and {len(found.numbers) - MAX_LISTED} more cells")
    if found.not_compared:
        lines.append(str(found.not_compared))
    if not found.passed:
        lines.append(f"{name}: NOT the same: {len(found.numbers)} numbers differ")
    elif found.not_compared:
        lines.append(f"{name}: every number that was compared is the same, with the differences above")
    elif found.settings:
        lines.append(f"{name}: every number is the same, with the differences above")
    else:
        lines.append(f"{name}: every number is the same")
    return "".join(f"{printable(line)}\n" for line in lines)
