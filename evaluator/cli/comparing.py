"""Options of comparing systems, shared by `score` and `compare`."""

from __future__ import annotations

import argparse
import os
import secrets

from evaluator.cli.options import add_options
from evaluator.compare import SEED, Plan, check_plan
from evaluator.options import OF_COMPARISON
from evaluator.types import EvaluatorError


def add_comparison_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of the tests."""
    group = parser.add_argument_group("comparing systems")
    add_options(group, "comparing systems")
    group.set_defaults(test=None, seed=None)  # distinguished from one that was given: aliases and SACREBLEU_SEED have their say
    group.add_argument("--paired-ar", dest="alias", action="append_const", const="ar", help="the same as --test ar")
    group.add_argument(
        "--paired-bs", dest="alias", action="append_const", const="sacrebleu-bs", help="the same as --test sacrebleu-bs, what sacreBLEU calls so"
    )


def plan_of(args: argparse.Namespace) -> Plan:
    """The plan that the arguments state.

    Raises:
        EvaluatorError: options that contradict each other, or that no test can do.
    """
    named = {*(args.alias or ()), *([args.test] if args.test else ())}
    if len(named) > 1:
        raise EvaluatorError(f"Two tests are asked for: {' and '.join(sorted(named))}; choose one.")
    seed = _seed_of_environment() if args.seed is None else args.seed
    plan = Plan(named.pop() if named else OF_COMPARISON["test"].default, args.unit, args.resamples, args.correction, seed)
    check_plan(plan)
    return plan


def _seed_of_environment() -> int:
    """SACREBLEU_SEED as sacreBLEU reads it; `none` draws a seed, which pairs.csv then states."""
    given = os.environ.get("SACREBLEU_SEED")
    if given is None:
        return SEED
    if given.lower() == "none":
        return secrets.randbelow(2**32)
    if not given.isdecimal():
        raise EvaluatorError(f"SACREBLEU_SEED is {given!r}; it must be a whole number of 0 or more, or none.")
    return int(given)
