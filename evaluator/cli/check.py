"""`evaluator check`: preflight of inputs; exit 1 when something is likely wrong."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict

from evaluator.check import CHECKS, Problem, Texts, check_inputs, check_system_names, texts_of_inputs, texts_of_pairs
from evaluator.cli.collections import unfold
from evaluator.cli.parser import Parser, one_of
from evaluator.cli.printing import log
from evaluator.cli.score_request import split_name
from evaluator.embed.models import DEFAULT_MODEL
from evaluator.python.runs import default_limit, limit_of, look
from evaluator.types import EvaluatorError

SUMMARY = "Looks for what is likely wrong with inputs before they are scored, a line each. Exit code 1 when something was found, 0 when nothing was."
FORMATS = ("table", "json")
EXAMPLES = (
    "evaluator check benchmarks/sample/reference.txt benchmarks/sample/rewrite.txt",
    "evaluator check ref.txt a=a.txt b.txt -s src.txt --format json",
    "evaluator check pairs.tsv",
)


def build() -> Parser:
    """All options of `evaluator check`."""
    names = ", ".join(CHECKS)
    parser = Parser("check", f"{SUMMARY}\nChecks: {names}.", EXAMPLES)
    parser.usage = "evaluator check REFERENCE [NAME=]SYSTEM ... [-s SOURCE] [options]\n       evaluator check TABLE [options]"
    parser.add_argument("files", nargs="*", metavar="FILE", help="REFERENCE [NAME=]SYSTEM ..., or one TABLE with columns reference and hypothesis")
    parser.add_argument("-r", "--reference", nargs="+", action="extend", default=[], metavar="FILE", help="reference; repeat for several")
    parser.add_argument("-i", "--input", nargs="+", action="extend", default=[], metavar="[NAME=]FILE", help="systems")
    parser.add_argument("-s", "--source", metavar="FILE", help="source text")
    parser.add_argument("--references", nargs="+", action="extend", default=[], metavar="NAME", help="references to take from a test set or folder of several")
    parser.add_argument("--no-quoting", action="store_true", help="quotation marks in a TSV or CSV table are part of the texts")
    parser.add_argument("--model", metavar="MODEL", help=f"model whose limit counts; default {DEFAULT_MODEL}, none to leave it out")
    parser.add_argument("-f", "--format", default="table", metavar="FORMAT", help=f"{', '.join(FORMATS)}; default table")
    return parser


def run(arguments: Sequence[str]) -> int:
    """Run the command: 0 clean, 1 with findings."""
    args = build().parse(arguments)
    one_of(args.format, FORMATS, "format")
    texts = _texts(args)
    limit = None if args.model == "none" else limit_of(args.model) if args.model else default_limit(log_note)
    problems = look(texts, limit)
    sys.stdout.write(as_json(texts, problems) if args.format == "json" else as_table(texts, problems))
    return 1 if problems else 0


def log_note(words: str) -> None:
    """A note on stderr."""
    log(f"note: {words}")


def as_table(texts: Texts, problems: Sequence[Problem]) -> str:
    """One line per finding, or one that says there is none."""
    from evaluator.reports.safe import printable

    if not problems:
        return f"nothing found in {len(texts.references) + len(texts.systems) + len(texts.source)} texts\n"
    width = max(len(problem.check) for problem in problems)
    messages = [f"{problem.text}: {problem.message}" + " (minor)" * (problem.severity == "minor") for problem in problems]
    return "".join(f"{problem.check:{width}s}  {printable(words)}\n" for problem, words in zip(problems, messages, strict=True))


def as_json(texts: Texts, problems: Sequence[Problem]) -> str:
    """Findings and what was looked at."""
    looked = {"references": list(texts.references), "systems": list(texts.systems), "source": list(texts.source)}
    return json.dumps({**looked, "findings": [asdict(problem) for problem in problems]}, indent=1, ensure_ascii=False) + "\n"


def _texts(args: argparse.Namespace) -> Texts:
    from evaluator.readers.inputs import group_table, read_inputs, read_table

    unfold(args)
    if len(args.files) == 1 and not args.reference and not args.input:
        if args.source:
            raise EvaluatorError("A table holds the source as a column; leave -s out.")
        return texts_of_pairs(group_table(read_table(args.files[0], args.references, not args.no_quoting)))
    rest = list(args.files)
    if not rest and not args.reference:
        raise EvaluatorError("No files were given: name a reference and at least one system, or one table. See evaluator check --help")
    references = args.reference or [rest.pop(0)]
    named = [split_name(text) for text in [*rest, *args.input]]
    check_system_names(named)
    inputs = read_inputs(references, dict(named), args.source, args.references)
    check_inputs(inputs)
    return texts_of_inputs(inputs)
