"""`evaluator explain-diff`: what moved the scores between two runs."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from evaluator.cli.parser import Parser, one_of
from evaluator.types import EvaluatorError

if TYPE_CHECKING:
    from evaluator.diff import Explanation

SUMMARY = (
    "Says what moved each score from one run to another: an input, an option, a version, the model or the device, and which segments moved most. "
    "What two versions of the diagnosis made is reported as not comparable."
)
EXAMPLES = ("evaluator explain-diff results/run1 results/new", "evaluator explain-diff results/run1 results/new --format json")
FORMATS = ("table", "json")


def build() -> Parser:
    """All options of `evaluator explain-diff`."""
    parser = Parser("explain-diff", SUMMARY, EXAMPLES)
    parser.add_argument("runs", metavar="RUN_DIR", nargs="*", help="two runs, the earlier first")
    parser.add_argument("-f", "--format", default="table", metavar="FORMAT", help=f"{', '.join(FORMATS)}; default table")
    return parser


def run(arguments: Sequence[str]) -> int:
    """Run the command."""
    args = build().parse(arguments)
    one_of(args.format, FORMATS, "format")
    if len(args.runs) != 2:
        raise EvaluatorError(f"{len(args.runs)} runs were given; explain-diff takes two: evaluator explain-diff BEFORE AFTER.")
    from evaluator.diff import explain
    from evaluator.results import read_run

    found = explain(*(read_run(Path(folder).expanduser()) for folder in args.runs))
    sys.stdout.write(json.dumps(asdict(found), indent=1, ensure_ascii=False) + "\n" if args.format == "json" else as_text(found))
    return 0


def as_text(found: Explanation) -> str:
    """What differs, and then each score that moved with its causes and segments."""
    from evaluator.reports.safe import printable

    lines = [str(one) for one in found.settings] or ["no input, option, version, model or device differs"]
    if found.diagnosis:
        versions = f"{found.diagnosis.before} before and {found.diagnosis.after} after"
        lines.append(f"not comparable: fidelity, Paraphrase, flags and findings: made by the diagnosis {versions}; their change says nothing about the texts")
    if found.only:
        lines.append(f"in one run alone: {', '.join(found.only)}")
    for one in found.movements:
        change = f"{one.after - one.before:+.4f}"
        lines.append(f"{one.system}, {one.metric}: {one.before:.4f} -> {one.after:.4f} ({change})")
        causes = "; ".join(f"{cause.cause} {cause.what}" for cause in one.causes)
        lines.append(f"  moved by {causes}" if causes else "  no setting that differs explains it")
        words = {
            "hypothesis": "another hypothesis", "reference": "another reference", "alignment": "another alignment", "setting": "the same texts",
        }  # fmt: skip
        lines.append("  segments that moved: " + (", ".join(f"{n} with {words[reason]}" for reason, n in one.moved.items()) or "none"))
        for segment in one.segments:
            text = segment.hypothesis if len(segment.hypothesis) <= 70 else segment.hypothesis[:69] + "…"
            lines.append(f"    {segment.document} {segment.segment}: {segment.before:.4f} -> {segment.after:.4f}  {text}")
    if not found.movements:
        lines.append("no score moved")
    return "".join(f"{printable(line)}\n" for line in lines)
