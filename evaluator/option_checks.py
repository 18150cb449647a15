"""What is wrong with the value of an option: the same words for the command line, Python and suites."""

from __future__ import annotations

import os
from numbers import Integral, Real
from typing import Any

from evaluator.options import Declared, Option
from evaluator.plugins import did_you_mean
from evaluator.types import EvaluatorError

NUMBERS: dict[type, type] = {int: Integral, float: Real}
"""NumPy's numbers are numbers too."""
WORDS = {str: "text", int: "a whole number", float: "a number", bool: "true or false"}


def problem_of(option: Option, value: Any, called: str) -> str:
    """What is wrong with a value; empty where nothing is.

    Args:
        option: what it is a value of.
        value: None where nobody gave one.
        called: how whoever reads the message writes the option: `--resamples`, or `resamples` in a suite.

    >>> from evaluator.options import OPTIONS
    >>> problem_of(OPTIONS["resamples"], 9, "--resamples"), problem_of(OPTIONS["resamples"], None, "--resamples")
    ('--resamples is 9; it must be 100 or more.', '')
    """
    declared = option.declared
    if value is None and option.optional:
        return ""
    if declared.names and isinstance(value, os.PathLike):
        return ""
    if option.kinds and not is_of(option.kinds, value):
        return f"{called} is {value!r}; it must be {' or '.join(WORDS[kind] for kind in option.kinds)}."
    if declared.choices:
        start = f"There is no {declared.noun} {value!r}." if declared.noun else f"{called} is {value!r}."
        return "" if value in declared.choices else f"{start}{did_you_mean(value, declared.choices)}"
    return _out_of_range(option.declared, value, called)


def _out_of_range(declared: Declared, value: Any, called: str) -> str:
    if declared.least is not None and value < declared.least:
        return f"{called} is {value}; it must be {declared.least} or more."
    if declared.most is not None and value > declared.most:
        return f"{called} is {value}; it must be {declared.most:,} or less."
    if declared.between is not None and not declared.between[0] < value < declared.between[1]:
        return f"{called} is {value}; it must be between {declared.between[0]:g} and {declared.between[1]:g}."
    return ""


def is_of(kinds: tuple[type, ...], value: Any) -> bool:
    """Whether a value is of one of the types; a whole number is a number, and true is none."""
    wanted = tuple(NUMBERS.get(kind, kind) for kind in kinds)
    return isinstance(value, wanted) and (bool in kinds or not isinstance(value, bool))


def check_options(table: dict[str, Option], given: object) -> None:
    """Refuse the first value that is wrong.

    Args:
        table: the options.
        given: what has them as attributes.

    Raises:
        EvaluatorError: names the option and what it must be.
    """
    for option in table.values():
        if problem := problem_of(option, getattr(given, option.name), option.flag):
            raise EvaluatorError(problem)
