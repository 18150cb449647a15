"""`evaluator meta`: metrics judged against human scores."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from evaluator.cli.parser import Parser, one_of
from evaluator.cli.printing import log, screen
from evaluator.cli.score_request import score_file
from evaluator.types import EvaluatorError

if TYPE_CHECKING:
    from evaluator.python.meta import MetaRequest
    from evaluator.python.meta_result import MetaResult

SUMMARY = "How well metrics agree with people: correlations and accuracies of systems and segments, intervals, tests between metrics, people's own agreement."
EXAMPLES = (
    "evaluator meta results/run1 --human mqm.tsv",
    "evaluator meta scores.csv --human ratings.csv --lower-is-better ter --format latex",
    "evaluator meta demetr.tsv --contrastive -m chrf bleu",
    "evaluator meta scores_with_human_column.csv --statistics spa acc_eq",
)
FORMATS = ("table", "csv", "md", "latex", "json")
SYSTEM_SCORES = ("corpus", "mean")


def build() -> Parser:
    """All options of `evaluator meta`."""
    parser = Parser("meta", SUMMARY, EXAMPLES)
    parser.usage = "evaluator meta RUN_DIR|TABLE|FOLDER:PAIR --human FILE [options]"
    parser.add_argument(
        "source",
        nargs="?",
        metavar="RUN_DIR|TABLE|FOLDER:PAIR",
        help="a run folder, a table (system, segment, a column per metric), a folder of mt-metrics-eval",
    )
    parser.add_argument("--human", metavar="FILE", help="human scores: a table, .seg.score, MQM's TSV, ESA's JSON Lines; not needed where TABLE has them")
    parser.add_argument("--human-column", metavar="NAME", help="column of the human scores, where the table has several")
    parser.add_argument("--human-lower-is-better", action="store_true", help="human scores are penalties")
    parser.add_argument("-m", "--metrics", nargs="+", default=[], metavar="METRIC", help="metrics of the run or columns of the table; default all")
    parser.add_argument("--lower-is-better", nargs="+", action="extend", default=[], metavar="METRIC", help="columns of the table that are error rates")
    parser.add_argument("--scores", nargs="+", action="extend", default=[], metavar="NAME=FILE", help="further metrics: COMET, MetricX, .seg.score, a column")
    parser.add_argument("--spans", nargs="+", action="extend", default=[], metavar="NAME=FILE", help="spans that another program marked, as MQM's or ESA's")
    parser.add_argument("--include-human", action="store_true", help="count human translations among the systems")
    parser.add_argument("--system-scores", default="corpus", metavar="HOW", help="of a run: corpus (the metric's own, default) or mean of segments")
    parser.add_argument("--serious", type=float, metavar="X", help="a human score of X or less is a serious error; default: marked so, or MQM -5")
    parser.add_argument("--contrastive", action="store_true", help="TABLE holds better and worse translations: accuracy per category and severity")
    parser.add_argument("--statistics", nargs="+", default=[], metavar="NAME", help="which statistics; default all")
    parser.add_argument("--groupings", nargs="+", default=[], metavar="NAME", help="none, item, system; default all")
    parser.add_argument("--resamples", type=int, metavar="N", help="of the intervals; default 1000, 0 for none")
    parser.add_argument("--draws", type=int, metavar="N", help="exchanges of a test between two metrics; default 1000, 0 for no tests")
    parser.add_argument("--seed", type=int, default=12345, metavar="N", help="of intervals and tests; default 12345")
    parser.add_argument("--no-quoting", action="store_true", help="quotation marks in a TSV or CSV table are part of the texts")
    parser.add_argument("-o", "--output", metavar="DIR", help="where the files go; default results/<time>-NAME-meta")
    parser.add_argument("--force", action="store_true", help="replace the files of an earlier study in DIR")
    parser.add_argument("--spreadsheet-safe", action="store_true", help="guard cells that a spreadsheet would run")
    parser.add_argument("-f", "--format", default="table", metavar="FORMAT", help=f"{', '.join(FORMATS)}; default table")
    parser.add_argument("-w", "--width", type=int, default=3, metavar="N", help="decimals shown; default 3")
    parser.add_argument("-q", "--quiet", action="store_true", help="no notes")
    return parser


def run(arguments: Sequence[str]) -> int:
    """Run the command."""
    args = build().parse(arguments)
    one_of(args.format, FORMATS, "format")
    one_of(args.system_scores, SYSTEM_SCORES, "way to make system scores")
    if args.source is None:
        raise EvaluatorError("No scores were given: evaluator meta RUN_DIR|TABLE --human FILE. See evaluator meta --help")
    if not 0 <= args.width <= 17:
        raise EvaluatorError(f"--width is {args.width}; it must be 0 to 17.")
    target = Path(args.output).expanduser() if args.output else default_folder(args.source)
    from evaluator.python.meta import judge_metrics
    from evaluator.python.meta_result import MetaResult, check_target

    check_target(target, args.force)
    result = MetaResult(judge_metrics(request_of(args)))
    result.save(target, force=args.force, spreadsheet_safe=args.spreadsheet_safe)
    sys.stdout.write(shown(result, args))
    if not args.quiet:
        for note in result.notes if args.format != "table" else ():
            log(f"note: {note}")
        log(f"written: {target}")
    return 0


def request_of(args: argparse.Namespace) -> MetaRequest:
    """The request that the options make."""
    from evaluator.meta.study import MetaPlan
    from evaluator.python.meta import MetaRequest

    default = MetaPlan()
    plan = MetaPlan(
        tuple(args.statistics) or default.statistics,
        tuple(args.groupings) or default.groupings,
        default.resamples if args.resamples is None else args.resamples,
        default.draws if args.draws is None else args.draws,
        args.seed,
    )
    return MetaRequest(
        source=args.source,
        human=args.human,
        metrics=tuple(args.metrics),
        lower_is_better=tuple(args.lower_is_better),
        scores=tuple(score_file(text, {}) for text in args.scores),
        spans=tuple(score_file(text, {}) for text in args.spans),
        human_column=args.human_column,
        human_lower_is_better=args.human_lower_is_better,
        include_human=args.include_human,
        system_scores=args.system_scores,
        serious=args.serious,
        contrastive=args.contrastive,
        quoting=not args.no_quoting,
        plan=plan,
    )


def shown(result: MetaResult, args: argparse.Namespace) -> str:
    """What is printed, in the format asked for."""
    if args.format == "table":
        columns, color = screen()
        return result.text(columns=columns, color=color, width=args.width, notes=not args.quiet)
    name = {"csv": "meta.csv", "md": "meta.md", "latex": "meta.tex", "json": "meta.json"}[args.format]
    return result.files(width=args.width, spreadsheet_safe=args.spreadsheet_safe)[name]


def default_folder(source: str) -> Path:
    """results/<UTC time>-<name of the run or table>-meta."""
    stem = re.sub(r"[^\w.-]+", "-", Path(source).name).split(".")[0] or "scores"
    return Path("results") / f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}Z-{stem[:60]}-meta"
