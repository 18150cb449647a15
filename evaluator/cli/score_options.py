"""The options of `evaluator score`, which `evaluator compare` takes too."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Any

from evaluator.cli.comparing import add_comparison_options
from evaluator.cli.options import add_metric_options, add_options
from evaluator.cli.parser import Parser
from evaluator.cli.streaming import add_stream_options
from evaluator.options import DEFAULT_METRICS

MAX_DECIMALS = 14
FORMATS = ("table", "text", "json", "csv", "latex", "md")
MANY: dict[str, Any] = {"nargs": "+", "action": "extend", "default": []}
"""An option that takes several values and may be repeated."""


def build_parser(command: str = "score", summary: str = "", examples: Sequence[str] = ()) -> Parser:
    """All options, in the order of the help."""
    parser = Parser(command, summary, examples)
    parser.usage = "evaluator score REFERENCE [NAME=]SYSTEM ... [options]\n       evaluator score TABLE [options]"
    _add_texts(parser)
    _add_run_folder(parser)
    add_options(parser, "alignment")
    parser.add_argument("--save-alignment", metavar="FILE", help="write how texts were aligned to a TSV file")
    _add_forms_of_inputs(parser)
    add_metric_options(parser)
    _add_external_scores(parser)
    add_comparison_options(parser)
    if command == "score":
        add_stream_options(parser)
    add_options(parser.add_argument_group("diagnosis"), "diagnosis")
    _add_printing(parser)
    return parser


class _Gather(argparse.Action):
    """Adds the values of an option that is given again, instead of forgetting the first ones; the default's are replaced."""

    def __call__(self, _parser: argparse.ArgumentParser, namespace: argparse.Namespace, values: Any, _option: str | None = None) -> None:
        given = getattr(namespace, self.dest)
        before = [] if given is self.default else given
        setattr(namespace, self.dest, [*before, *(value for value in values if value not in before)])


def _add_texts(parser: Parser) -> None:
    parser.add_argument(
        "files",
        nargs="*",
        metavar="FILE",
        help="REFERENCE [NAME=]SYSTEM ..., or one TABLE with columns reference and hypothesis, WMT's .xml, or FOLDER:PAIR of mt-metrics-eval",
    )
    parser.add_argument("-r", "--reference", **MANY, metavar="FILE", help="reference; repeat for several, the first is the spine")
    parser.add_argument("-i", "--input", **MANY, metavar="[NAME=]FILE", help="systems; also as -t, --translations, -c, --cand, --hyp")
    parser.add_argument("-t", "--translations", "-c", "--cand", "--hyp", **MANY, dest="input", help=argparse.SUPPRESS)
    parser.add_argument("-s", "--source", metavar="FILE", help="source text, shown beside the segments")
    parser.add_argument("-m", "--metrics", nargs="+", action=_Gather, default=DEFAULT_METRICS, metavar="METRIC",
                        help=f"default: those of {' '.join(DEFAULT_METRICS)} that are installed")  # fmt: skip


def _add_run_folder(parser: Parser) -> None:
    parser.add_argument("-o", "--output", metavar="DIR", help="run folder; default results/<UTC time>-<name>, and none with -b or a text from standard input")
    parser.add_argument("--force", action="store_true", help="replace an existing run folder")
    parser.add_argument("--no-report", action="store_true", help="write the tables alone; evaluator report writes the reports later")


def _add_forms_of_inputs(parser: Parser) -> None:
    parser.add_argument("--references", nargs="+", action="extend", default=[], metavar="NAME",
                        help="references to take from a folder of mt-metrics-eval or a test set in JSON Lines; default those by people")  # fmt: skip
    parser.add_argument("--no-quoting", action="store_true", help="quotation marks in a TSV or CSV table are part of the texts, as in WMT's")
    parser.add_argument("--documents", metavar="FILE", help="one line per segment: document, and after a tab its domain; tables have columns for them")


def _add_external_scores(parser: Parser) -> None:
    group = parser.add_argument_group("external scores")
    group.add_argument("--scores", **MANY, metavar="NAME=FILE", help="as an additional metric: COMET .json, MetricX .jsonl, .seg.score, .csv or .tsv column;"
                       " NAME=SYSTEM=FILE where the file does not name the system")  # fmt: skip
    group.add_argument("--lower-is-better", **MANY, metavar="NAME", help="which of these scores are error rates (MetricX is known to be)")


def _add_printing(parser: Parser) -> None:
    group = parser.add_argument_group("what is printed")
    group.add_argument("-f", "--format", default="table", metavar="FORMAT", help=f"{', '.join(FORMATS)}; default table")
    group.add_argument("-w", "--width", type=int, default=1, metavar="N", help="decimals of scores on a scale of 100 (BERTScore: three more); default 1")
    group.add_argument("-v", "--verbose", action="store_true", help="table: everything, however long; without it at most 40 lines are printed")
    group.add_argument("--intervals", action="store_true", help="latex, md: 95 %% intervals beside the scores")
    group.add_argument("--clusters", action="store_true", help="latex, md: each score's cluster, and space between clusters")
    group.add_argument("-b", "--score-only", action="store_true", help="print scores alone, and write a run folder only with -o")
    group.add_argument("--spreadsheet-safe", action="store_true", help="CSV: an apostrophe before cells that a spreadsheet would run as formulas")
    group.add_argument("--no-cache", action="store_true", help="do not use or fill the cache of segment statistics (evaluator cache info)")
    group.add_argument("-q", "--quiet", action="store_true", help="no progress and no log on stderr")
