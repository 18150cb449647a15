"""Habits from sacreBLEU, bert-score and COMET that would mean something else here: each is answered with what to write."""

from __future__ import annotations

import argparse
import os
import re
import sys

from evaluator.readers.inputs import is_table
from evaluator.readers.tables import looks_like_table
from evaluator.types import EvaluatorError

TEST_SET = re.compile(r"(?:wmt|mtnt|iwslt|multi30k|mtedx)[\w./-]*")
"""How sacreBLEU's test sets are called."""
SMOOTHING = ("exp", "floor", "add-k", "none")


def answer_habits(args: argparse.Namespace) -> None:
    """Refuse values that show what another program would have made of an option.

    Raises:
        EvaluatorError: what to write instead.
    """
    for name in args.input:
        if TEST_SET.fullmatch(name) and not os.path.exists(name):
            pair = args.langpair or "en-de"
            raise EvaluatorError(
                f"-t {name}: -t names outputs of systems here, as in comet-score. sacreBLEU's test set is written instead of the reference: "
                f"evaluator score sacrebleu:{name}/{pair} SYSTEM"
            )
    if args.source in SMOOTHING and not os.path.exists(args.source):
        raise EvaluatorError(f"-s {args.source}: -s names the source text here; sacreBLEU's smoothing is --smooth-method {args.source}.")
    for name in args.files:
        if args.score_only and name.isdecimal() and not os.path.exists(name):
            raise EvaluatorError(f"-b {name}: -b prints the scores alone, as in sacreBLEU; bert-score's batch size is --batch-size {name}.")


def refuse_reference_alone(path: str) -> None:
    """Refuse a file that is no table as the only input.

    Raises:
        EvaluatorError: says how standard input is named.
    """
    if path == "-" or is_table(path) or looks_like_table(path):
        return
    piped = "Standard input is not read by itself: write" if not sys.stdin.isatty() else "For a pipe write"
    raise EvaluatorError(
        f"{path} alone is not enough: give a system file after it, or one table with columns reference and hypothesis. "
        f"{piped} - as the system (standard input): … | evaluator score {path} -"
    )


def writes_nothing(args: argparse.Namespace) -> bool:
    """True where no run folder is wanted: for bare scores and texts from standard input, unless -o names one."""
    named = [name for name in (*args.files, *args.reference, *args.input, args.source) if name]
    return not args.output and (args.score_only or any(name.rpartition("=")[2] == "-" for name in named))
