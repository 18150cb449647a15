"""`evaluator score`."""

from __future__ import annotations

import argparse
import os
import re
import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from evaluator.check import check_system_names
from evaluator.cli.caching import open_cache
from evaluator.cli.collections import unfold
from evaluator.cli.comparing import add_comparison_options, plan_of
from evaluator.cli.habits import answer_habits, refuse_reference_alone, writes_nothing
from evaluator.cli.options import add_metric_options, add_options, metric_options, target_language
from evaluator.cli.parser import Parser, one_of
from evaluator.cli.progress import shown_progress
from evaluator.cli.streaming import add_stream_options, files_to_stream, score_stream
from evaluator.options import DEFAULT_METRICS, OF_RUN
from evaluator.plugins import METRICS
from evaluator.readers.inputs import is_table, system_name
from evaluator.readers.scores import ScoreFile
from evaluator.reports.view import View
from evaluator.request import Request, check_request, with_installed_metrics
from evaluator.types import Evaluation, EvaluatorError

MOST_DECIMALS = 14
COMMON = ("source", *(option.name for option in OF_RUN.values() if "command" in option.declared.where and option.name not in ("metrics", "scores")))
"""Options that a request has under the same name."""
FORMATS = ("table", "text", "json", "csv", "latex", "md")
EXAMPLES = (
    "evaluator score benchmarks/sample/reference.txt rewrite=benchmarks/sample/rewrite.txt",
    "evaluator score benchmarks/sample/reference.txt benchmarks/sample/rewrite.txt -m bleu chrf chrf++ --format json",
    "evaluator score -r benchmarks/sample/reference.txt -i a=benchmarks/sample/rewrite.txt -m bleu -b -w 4",
)


SUMMARY = "Scores systems against a reference and writes a run folder: tables, report, everything to reproduce them."


class Shown(NamedTuple):
    """What a command prints."""

    text: str
    """On stdout."""
    notes: Sequence[str]
    """On stderr: those that the text does not hold."""


def build_parser(command: str = "score", summary: str = SUMMARY, examples: Sequence[str] = EXAMPLES) -> Parser:
    """All options of `evaluator score`, which `evaluator compare` takes too."""
    parser = Parser(command, summary, examples)
    parser.usage = "evaluator score REFERENCE [NAME=]SYSTEM ... [options]\n       evaluator score TABLE [options]"
    parser.add_argument(
        "files",
        nargs="*",
        metavar="FILE",
        help="REFERENCE [NAME=]SYSTEM ..., or one TABLE with columns reference and hypothesis, WMT's .xml, or FOLDER:PAIR of mt-metrics-eval",
    )
    many: dict[str, Any] = {"nargs": "+", "action": "extend", "default": []}
    parser.add_argument("-r", "--reference", **many, metavar="FILE", help="reference; repeat for several, the first is the spine")
    parser.add_argument("-i", "--input", **many, metavar="[NAME=]FILE", help="systems; also as -t, --translations, -c, --cand, --hyp")
    parser.add_argument("-t", "--translations", "-c", "--cand", "--hyp", **many, dest="input", help=argparse.SUPPRESS)
    parser.add_argument("-s", "--source", metavar="FILE", help="source text, shown beside the segments")
    parser.add_argument("-m", "--metrics", nargs="+", default=DEFAULT_METRICS, metavar="METRIC",
                        help=f"default: those of {' '.join(DEFAULT_METRICS)} that are installed")  # fmt: skip
    parser.add_argument("-o", "--output", metavar="DIR", help="run folder; default results/<UTC time>-<name>, and none with -b or a text from standard input")
    parser.add_argument("--force", action="store_true", help="replace an existing run folder")
    parser.add_argument("--no-report", action="store_true", help="write the tables alone; evaluator report writes the reports later")
    add_options(parser, "alignment")
    parser.add_argument("--save-alignment", metavar="FILE", help="write how texts were aligned to a TSV file")
    parser.add_argument("--references", nargs="+", action="extend", default=[], metavar="NAME",
                        help="references to take from a folder of mt-metrics-eval or a test set in JSON Lines; default those by people")  # fmt: skip
    parser.add_argument("--no-quoting", action="store_true", help="quotation marks in a TSV or CSV table are part of the texts, as in WMT's")
    parser.add_argument("--documents", metavar="FILE", help="a line a segment: document, and after a tab its domain; tables have columns for them")
    add_metric_options(parser)
    made = parser.add_argument_group("scores made elsewhere")
    made.add_argument("--scores", **many, metavar="NAME=FILE", help="as a further metric: COMET .json, MetricX .jsonl, .seg.score, .csv or .tsv column;"
                      " NAME=SYSTEM=FILE where the file does not name the system")  # fmt: skip
    made.add_argument("--lower-is-better", **many, metavar="NAME", help="which of these scores are error rates (MetricX is known to be)")
    add_comparison_options(parser)
    if command == "score":
        add_stream_options(parser)
    judged = parser.add_argument_group("diagnosis")
    add_options(judged, "diagnosis")
    shown = parser.add_argument_group("what is printed")
    shown.add_argument("-f", "--format", default="table", metavar="FORMAT", help=f"{', '.join(FORMATS)}; default table")
    shown.add_argument("-w", "--width", type=int, default=1, metavar="N", help="decimals of scores on a scale of 100 (BERTScore: three more); default 1")
    shown.add_argument("-v", "--verbose", action="store_true", help="table: everything, however long; without it at most 40 lines are printed")
    shown.add_argument("--intervals", action="store_true", help="latex, md: 95 %% intervals beside the scores")
    shown.add_argument("--clusters", action="store_true", help="latex, md: each score's cluster, and space between clusters")
    shown.add_argument("-b", "--score-only", action="store_true", help="print scores alone, and write a run folder only with -o")
    shown.add_argument("--spreadsheet-safe", action="store_true", help="CSV: an apostrophe before cells that a spreadsheet would run as formulas")
    shown.add_argument("--no-cache", action="store_true", help="do not use or fill the cache of segment statistics (evaluator cache info)")
    shown.add_argument("-q", "--quiet", action="store_true", help="no progress and no log on stderr")
    return parser


def run(arguments: Sequence[str]) -> int:
    """Run the command."""
    args = build_parser().parse(arguments)
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
    if not 0 <= args.width <= MOST_DECIMALS:
        raise EvaluatorError(f"--width is {args.width}; it goes from 0 to {MOST_DECIMALS}.")
    _refuse_files_among_metrics(args)
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


def make_request(args: argparse.Namespace) -> Request:
    """The request that the arguments state.

    Raises:
        EvaluatorError: no reference, no system, or one name for two systems.
    """
    notes = unfold(args)
    references, inputs = list(args.reference), list(args.input)
    table = None
    if args.files and not references and not inputs and len(args.files) == 1:
        table = args.files[0]
        if not getattr(args, "streams", False):  # a folder or pattern is no file to look into
            refuse_reference_alone(table)
    elif args.files:
        rest = list(args.files)
        references = references or [rest.pop(0)]
        inputs = rest + inputs
    elif not references:
        missing = "No reference was given" if inputs else "No files were given"
        raise EvaluatorError(f"{missing}: name a reference and at least one system, or one table. See evaluator score --help")
    if table is not None and (args.source or args.save_alignment or _is_aligned(args)):
        raise EvaluatorError("A table holds the source as a column and is not aligned; leave -s and the options of alignment out.")
    if table is not None and args.documents:
        raise EvaluatorError("A table holds documents as a column; leave --documents out.")
    named = [split_name(text) for text in inputs]
    if table is None:
        check_system_names(named)
    common = {name: getattr(args, name) for name in COMMON}
    return Request(
        references=references,
        systems=dict(named),
        table=table,
        reference_names=tuple(args.references),
        quoting=not args.no_quoting,
        notes=notes,
        metrics=tuple(args.metrics),
        metric_options=metric_options(args),
        target=target_language(args.langpair) if args.langpair else "",
        scores=[score_file(text, dict(named)) for text in args.scores],
        plan=plan_of(args),
        **common,
    )


def _is_aligned(args: argparse.Namespace) -> bool:
    """True where any option of alignment was given."""
    return any(getattr(args, option.name) != option.default for option in OF_RUN.values() if option.declared.group == "alignment")


def score_file(text: str, systems: Mapping[str, str]) -> ScoreFile:
    """NAME=FILE or NAME=SYSTEM=FILE; a file whose own name holds `=` stays whole.

    Raises:
        EvaluatorError: no `=` at all.
    """
    name, equals, rest = text.partition("=")
    if not equals or not rest:
        raise EvaluatorError(f"--scores {text}: write NAME=FILE, the name that the metric gets and the file of its scores.")
    system, second, path = rest.partition("=")
    if second and not os.path.exists(rest) and (system in systems or not systems):
        return ScoreFile(name, path, system)
    return ScoreFile(name, rest)


def split_name(text: str) -> tuple[str, str]:
    """(name, path) of NAME=PATH or PATH; a file whose own name holds `=` stays whole."""
    name, equals, path = text.partition("=")
    if not equals or "/" in name or os.path.exists(text):
        return system_name(text) if text != "-" else "stdin", text
    return name, path


def default_folder(request: Request) -> Path:
    """results/<UTC time>-<name of the reference or table>."""
    first = str(request.table or request.references[0])
    stem = re.sub(r"[^\w.-]+", "-", Path(first).name).split(".")[0] or "run"
    return Path("results") / f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}Z-{stem[:60]}"


def _refuse_files_among_metrics(args: argparse.Namespace) -> None:
    for name in args.metrics:
        if name not in METRICS and (os.path.exists(name) or is_table(name)):
            raise EvaluatorError(f"-m takes every word up to the next option, {name!r} too: put the files before -m.")
