"""`evaluator score`: options (`score_options.py`) to a request (`score_request.py`), evaluated, written and printed (`printing.py`)."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

from evaluator.cli.caching import open_cache
from evaluator.cli.habits import answer_habits, writes_nothing
from evaluator.cli.parser import one_of
from evaluator.cli.printing import Shown, log, print_run, shown_scores
from evaluator.cli.progress import shown_progress
from evaluator.cli.score_options import FORMATS, MAX_DECIMALS, build_parser
from evaluator.cli.score_request import default_folder, make_request, refuse_files_among_metrics
from evaluator.cli.streaming import files_to_stream, score_stream
from evaluator.options import DEFAULT_METRICS
from evaluator.request import Request, check_request, with_installed_metrics
from evaluator.types import Evaluation, EvaluatorError

SUMMARY = "Scores systems against a reference and writes a run folder: tables, report, everything to reproduce them."
EXAMPLES = (
    "evaluator score benchmarks/sample/reference.txt rewrite=benchmarks/sample/rewrite.txt",
    "evaluator score benchmarks/sample/reference.txt benchmarks/sample/rewrite.txt -m bleu chrf chrf++ --format json",
    "evaluator score -r benchmarks/sample/reference.txt -i a=benchmarks/sample/rewrite.txt -m bleu -b -w 4",
)


def run(arguments: Sequence[str]) -> int:
    """Run the command."""
    args = build_parser("score", SUMMARY, EXAMPLES).parse(arguments)
    one_of(args.format, FORMATS, "format")
    files = files_to_stream(args)
    args.streams = bool(files)
    request, target = prepare(args)
    if files:
        target = target or default_folder(request)
        return score_stream(files, request, target, args, lambda evaluation: print_run(shown_scores(evaluation, args), target, args))
    return score_and_print(request, target, args)


def prepare(args: argparse.Namespace) -> tuple[Request, Path | None]:
    """The request and its run folder, None where none is written, once all that can be known before reading is known to be right.

    Raises:
        EvaluatorError: an option that is wrong in itself, or with another.
    """
    if args.metrics is not DEFAULT_METRICS:  # which is left as it is: those of it that are not installed are left out
        args.metrics = [name if os.path.exists(name) else name.lower() for name in args.metrics]  # BLEU and chrF++ as papers print them
    if not 0 <= args.width <= MAX_DECIMALS:
        raise EvaluatorError(f"--width is {args.width}; it goes from 0 to {MAX_DECIMALS}.")
    refuse_files_among_metrics(args)
    answer_habits(args)
    nothing = writes_nothing(args)  # before the files of sets are put into the arguments
    request = with_installed_metrics(make_request(args))
    check_request(request)
    return request, None if nothing else Path(args.output).expanduser() if args.output else default_folder(request)


def score_and_print(
    request: Request,
    target: Path | None,
    args: argparse.Namespace,
    accept: Callable[[Evaluation], None] | None = None,
    show: Callable[[Evaluation, argparse.Namespace], Shown] | None = None,
) -> int:
    """Evaluate, write the run folder and print what was asked for.

    Args:
        request: what to evaluate.
        target: the run folder; None to write none.
        args: the command's arguments.
        accept: raises where the run is not what the command is for, before anything is written.
        show: what to print; the scores when None.
    """
    from evaluator import pipeline
    from evaluator.metrics import kernel
    from evaluator.readers.alignments import alignment_text
    from evaluator.results import new_run_folder, write_whole
    from evaluator.run import fill_folder

    if "ter" in request.metrics and kernel.compiled is None and not args.quiet:
        log(f"note: TER is {kernel.counted_by('ter')}")  # said before the waiting begins
    cache = None if args.no_cache else open_cache()
    request = replace(request, store=cache)
    with new_run_folder(target, force=args.force) if target else nullcontext() as staging:
        with shown_progress(args.quiet) as start_work:
            evaluation = pipeline.evaluate(request, start_work)
        if accept:
            accept(evaluation)
        if staging:
            fill_folder(evaluation, staging, spreadsheet_safe=args.spreadsheet_safe, reports=not args.no_report)
        if args.save_alignment:
            write_whole(Path(args.save_alignment).expanduser(), alignment_text(evaluation.alignments))
    print_run((show or shown_scores)(evaluation, args), target, args, cache.messages if cache else ())
    return 0
