"""`evaluator bench`: a suite of test sets, systems, metrics and options from one file."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from evaluator.cli.caching import open_cache
from evaluator.cli.parser import Parser
from evaluator.cli.printing import log
from evaluator.cli.progress import shown_progress
from evaluator.types import EvaluatorError

DATA = "EVALUATOR_DATA"
SUMMARY = (
    "Scores test sets x systems x metrics x options from one plain file into results/SUITE/: a run folder each, leaderboard.csv, report.md and "
    "report.html over all, one line per run in results/index.csv, every result in history.csv. "
    "Finished runs are kept; an interrupted suite resumes where it stopped."
)
EXAMPLES = (
    "evaluator bench configs/quick.yaml",
    "evaluator bench configs/quick.yaml --dry-run",
    "evaluator bench configs/wmt22.yaml --data ~/data/wmt",
)


def build() -> Parser:
    """All options of `evaluator bench`."""
    parser = Parser("bench", SUMMARY, EXAMPLES)
    parser.add_argument("config", metavar="CONFIG.yaml", nargs="?", help="the suite")
    parser.add_argument("--data", metavar="FOLDER", help=f"where the sets' files are; else {DATA}, or the config's data")
    parser.add_argument("-o", "--output", default="results", metavar="DIR", help="where results go; default results")
    parser.add_argument("--dry-run", action="store_true", help="list what would run and run nothing")
    parser.add_argument("--no-cache", action="store_true", help="do not use or fill the cache of segment statistics")
    parser.add_argument("-q", "--quiet", action="store_true", help="no progress and no log on stderr")
    return parser


def run(arguments: Sequence[str]) -> int:
    """Run the command."""
    args = build().parse(arguments)
    if args.config is None:
        raise EvaluatorError("No suite was given: evaluator bench CONFIG.yaml. See evaluator bench --help")
    from evaluator.suite import is_finished, plan_suite, read_config, run_suite

    config = read_config(args.config)
    runs = plan_suite(config, args.data or os.environ.get(DATA, ""))
    root = Path(args.output).expanduser()
    if args.dry_run:
        for one in runs:
            state = "finished" if is_finished(root / config.name / one.name, one) else "to do"
            sys.stdout.write(f"{one.name}: {one.n_systems} systems, {one.n_segments} segments, {' '.join(one.request.metrics)}: {state}\n")
        return 0
    cache = None if args.no_cache else open_cache()
    try:
        with shown_progress(args.quiet) as start_work:
            result = run_suite(config, runs, root, cache, start_work, _silent if args.quiet else log)
    except KeyboardInterrupt:
        log(f"evaluator: interrupted; finished runs are kept in {root / config.name}. The same command resumes from there.")
        return 130
    if not args.quiet:
        for message in cache.messages if cache else ():
            log(f"note: {message}")
        log(f"{result.done} runs made, {result.kept} kept")
    sys.stdout.write((result.folder / "report.md").read_text(encoding="utf-8"))
    if not args.quiet:
        log(f"written: {result.folder}")
    return 0


def _silent(_: str) -> None:
    return None
