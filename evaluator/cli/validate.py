"""`evaluator validate`: is a suite's file right, and are its sets' files there?"""

from __future__ import annotations

import os
from collections.abc import Sequence

from evaluator.cli.bench import DATA
from evaluator.cli.parser import Parser
from evaluator.types import EvaluatorError, SeveralErrors

SUMMARY = "Reads the file of a suite, its cards and the digests of its sets' files, and says everything that is wrong at once. Nothing is scored."
EXAMPLES = ("evaluator validate configs/quick.yaml", "evaluator validate configs/wmt22.yaml --no-files")


def build() -> Parser:
    """All options of `evaluator validate`."""
    parser = Parser("validate", SUMMARY, EXAMPLES)
    parser.add_argument("configs", metavar="CONFIG.yaml", nargs="*", help="files of suites")
    parser.add_argument("--data", metavar="FOLDER", help=f"where the sets' files are; else {DATA}, or the config's data")
    parser.add_argument("--no-files", action="store_true", help="look at the configuration and the cards alone")
    return parser


def run(arguments: Sequence[str]) -> int:
    """Run the command: 0 when all is right, 2 with every mistake."""
    args = build().parse(arguments)
    if not args.configs:
        raise EvaluatorError("No suite was given: evaluator validate CONFIG.yaml. See evaluator validate --help")
    from evaluator.suite import plan_suite, read_config

    wrong = []
    for path in args.configs:
        try:
            config = read_config(path)
            counts = [_counted(len(config.sets), "set"), f"{_counted(len(config.combinations), 'combination')} of options"]
            if not args.no_files:
                counts.append(_counted(len(plan_suite(config, args.data or os.environ.get(DATA, ""))), "run"))
            print(f"{path}: right, {', '.join(counts)}")
        except EvaluatorError as error:
            wrong.append(f"{path}: {error}")
    if wrong:
        raise SeveralErrors(f"{len(wrong)} of {len(args.configs)} files are not right:", wrong)
    return 0


def _counted(n: int, what: str) -> str:
    return f"{n:,} {what}{'' if n == 1 else 's'}"
