"""`evaluator report`: the reports of a stored run or suite, written into its folder."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from evaluator.cli.parser import Parser, one_of
from evaluator.types import EvaluatorError

FORMATS = ("html", "md", "latex")
SUMMARY = (
    "Writes the reports of a stored run into its folder: report.html, report.md, report.tex; of a suite report.html, report.md, leaderboard.csv "
    "and history.csv. Nothing is scored again."
)
EXAMPLES = ("evaluator report results/run1", "evaluator report results/run1 --format html md latex", "evaluator report results/quick")


def run(arguments: Sequence[str]) -> int:
    """Run the command: write the reports asked for and print their paths."""
    parser = Parser("report", SUMMARY, EXAMPLES)
    parser.add_argument("run", metavar="RUN_DIR", help="a run folder, or that of a suite (results/SUITE)")
    parser.add_argument("--format", nargs="+", default=["html", "md"], metavar="FORMAT", help=f"{', '.join(FORMATS)}; default html md")
    parser.add_argument("-w", "--width", type=int, default=1, metavar="N", help="decimals in the LaTeX table; default 1")
    parser.add_argument("--intervals", action="store_true", help="95 %% intervals beside the scores of the LaTeX table")
    parser.add_argument("--clusters", action="store_true", help="each score's cluster in the LaTeX table, and space between clusters")
    args = parser.parse(arguments)
    for name in args.format:
        one_of(name, FORMATS, "format")
    from evaluator.atomic import write_files
    from evaluator.reports.paper import PaperStyle, latex_table
    from evaluator.reports.view import make_view
    from evaluator.results import MANIFEST, read_run
    from evaluator.run import reports_of

    folder = Path(args.run).expanduser()
    if not (folder / MANIFEST).exists() and (folder / "suite.json").is_file():
        return _suite(folder, args.format)
    evaluation = read_run(folder)
    reports = reports_of(evaluation)
    texts = {"html": ("report.html", reports["report.html"]), "md": ("report.md", reports["report.md"])}
    if "latex" in args.format:
        texts["latex"] = ("report.tex", latex_table(make_view(evaluation), args.width, PaperStyle(args.intervals, args.clusters)))
    write_files(folder, dict(texts[name] for name in dict.fromkeys(args.format)))
    for name in dict.fromkeys(args.format):
        sys.stdout.write(f"{folder / texts[name][0]}\n")
    return 0


def _suite(folder: Path, formats: Sequence[str]) -> int:
    """The same for a suite."""
    if "latex" in formats:
        raise EvaluatorError(f"{folder} is a suite; LaTeX is written of single runs: evaluator report {folder}/RUN --format latex")
    from evaluator.suite.writing import rewrite_tables

    for path in rewrite_tables(folder):
        sys.stdout.write(f"{path}\n")
    return 0
