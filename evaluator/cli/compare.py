"""`evaluator compare`: systems of a stored run, or of inputs as `evaluator score` takes them."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from evaluator.cli.comparing import plan_of
from evaluator.cli.parser import Parser, one_of
from evaluator.cli.printing import Shown, log, screen
from evaluator.cli.score import prepare, score_and_print
from evaluator.cli.score_options import FORMATS, build_parser
from evaluator.compare import check_bucketers
from evaluator.types import Evaluation, EvaluatorError

EXAMPLES = (
    "evaluator compare results/run1 --test bootstrap --resamples 2000",
    "evaluator compare results/run1 --buckets length,rare --ngrams 5",
    "evaluator compare benchmarks/sample/reference.txt a=benchmarks/sample/rewrite.txt b=benchmarks/sample/reference.txt -m bleu chrf --format latex",
)
OF_A_STORED_RUN = {
    "files", "metrics", "output", "force", "test", "alias", "unit", "resamples", "correction", "seed", "format", "width", "quiet", "buckets", "ngrams",
    "verbose", "intervals", "clusters",
    "spreadsheet_safe",
}  # fmt: skip
"""Options that mean something without inputs to score."""


def build() -> Parser:
    """All options of `evaluator compare`."""
    parser = build_parser(
        "compare", "Compares systems with tests that hold: intervals, ranks, and every pair in words. Takes a run folder, or inputs as score does.", EXAMPLES
    )
    parser.usage = "evaluator compare RUN_DIR [options]\n       evaluator compare REFERENCE [NAME=]SYSTEM [NAME=]SYSTEM ... [options]"
    where = parser.add_argument_group("which system is better where")
    where.add_argument("--buckets", metavar="NAMES", help="length, document, domain, position, rare, error; several with commas between")
    where.add_argument("--ngrams", type=int, default=0, metavar="N", help="show N n-grams that one system gets and the other misses, each way")
    return parser


def run(arguments: Sequence[str]) -> int:
    """Run the command."""
    parser = build()
    args = parser.parse(arguments)
    one_of(args.format, FORMATS, "format")
    args.bucketers = [name.strip() for name in args.buckets.split(",")] if args.buckets else []
    check_bucketers(args.bucketers)
    if args.ngrams < 0:
        raise EvaluatorError(f"--ngrams is {args.ngrams}; it must be 0 or more.")
    if args.score_only:
        raise EvaluatorError("-b prints scores alone, and compare prints more than scores; use evaluator score -b.")
    if len(args.files) == 1 and Path(args.files[0]).expanduser().is_dir():
        return _stored(args, parser)
    request, target = prepare(args)
    if request.table is None and len(request.systems) < 2:
        raise EvaluatorError(f"There is {len(request.systems)} system; comparing needs at least two. See evaluator compare --help")
    request = replace(request, buckets=args.bucketers, ngrams=args.ngrams)
    return score_and_print(request, target, args, _check_several, _shown)


def _stored(args: argparse.Namespace, parser: Parser) -> int:
    """Compare the systems of a run folder; writes only with -o."""
    from evaluator import pipeline
    from evaluator.results import new_run_folder, read_run
    from evaluator.run import fill_folder

    foreign = [name for name, value in vars(args).items() if name not in OF_A_STORED_RUN and name != "bucketers" and value != parser.get_default(name)]
    if foreign:
        option = f"--{foreign[0].replace('_', '-')}"
        raise EvaluatorError(f"{option} is for inputs that are scored; {args.files[0]} is a run folder, whose scores stand. Leave it out.")
    folder = Path(args.files[0]).expanduser()
    asked = None if args.metrics == parser.get_default("metrics") else args.metrics
    stored = read_run(folder)
    _check_several(stored)
    evaluation = pipeline.compare(stored, plan_of(args), asked, args.bucketers, args.ngrams)
    if args.output:
        target = Path(args.output).expanduser()
        with new_run_folder(target, force=args.force) as staging:
            fill_folder(evaluation, staging, spreadsheet_safe=args.spreadsheet_safe)
    shown = _shown(evaluation, args)
    sys.stdout.write(shown.text)
    if not args.quiet:
        for note in shown.notes:
            log(f"note: {note}")
        if args.output:
            log(f"written: {target}")
    return 0


def _check_several(evaluation: Evaluation) -> None:
    if len(evaluation.manifest.systems) < 2:
        raise EvaluatorError(f"There is one system, {evaluation.manifest.systems[0]!r}; comparing needs at least two.")


def _shown(evaluation: Evaluation, args: argparse.Namespace) -> Shown:
    """What is printed, in the format asked for."""
    from evaluator.reports.view import make_view

    view = make_view(evaluation)
    notes = evaluation.manifest.comparison.notes if evaluation.manifest.comparison else ()
    if args.format == "json":
        return Shown(_as_json(evaluation), notes)
    if args.format == "csv":
        from evaluator.results import csv_text

        return Shown(csv_text(evaluation.tables["pairs"], args.spreadsheet_safe), notes)
    if args.format in ("latex", "md"):
        from evaluator.reports.markdown import comparison_lines
        from evaluator.reports.paper import PaperStyle, latex_table, markdown_lines

        style = PaperStyle(args.intervals, args.clusters)
        lines = [*markdown_lines(view, args.width, style), "", *comparison_lines(view)]
        return Shown(latex_table(view, args.width, style) if args.format == "latex" else "\n".join(lines).rstrip() + "\n", notes)
    from evaluator.reports.parts import render_buckets, render_ngrams
    from evaluator.reports.terminal import render_comparison, render_short

    columns, color = screen()
    brief = partial(render_short, worst=False)
    parts = (
        (render_comparison if args.verbose else brief)(view, columns=columns, color=color, width=args.width),
        render_buckets(evaluation, view, columns=columns, color=color, width=args.width),
        render_ngrams(evaluation, view, columns=columns, color=color),
    )
    return Shown("".join(parts), ())


def _as_json(evaluation: Evaluation) -> str:
    """Everything that the comparison made, tables as lists of rows."""
    from evaluator.reports.ranking import rows_of

    tables = {name: rows_of(evaluation.tables[name]) for name in ("statistics", "pairs", "buckets", "ngrams") if name in evaluation.tables}
    return json.dumps({"comparison": evaluation.manifest.json["comparison"], **tables}, indent=1, ensure_ascii=False) + "\n"
