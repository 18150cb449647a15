"""An argument parser that answers mistakes with one line and the nearest option."""

from __future__ import annotations

import argparse
import difflib
from collections.abc import Iterable, Sequence
from typing import NoReturn

from evaluator.plugins import did_you_mean
from evaluator.types import EvaluatorError


class Parser(argparse.ArgumentParser):
    """argparse with `-` and `_` alike in option names, and `EvaluatorError` for every mistake."""

    def __init__(self, name: str, description: str, examples: Sequence[str]) -> None:
        epilog = "\n".join(["examples:", *(f"  {example}" for example in examples)])
        super().__init__(f"evaluator {name}", description=description, epilog=epilog, allow_abbrev=False, formatter_class=argparse.RawDescriptionHelpFormatter)

    def error(self, message: str) -> NoReturn:
        """Raise instead of printing the usage."""
        raise EvaluatorError(f"{message[0].upper()}{message[1:]}. See {self.prog} --help")

    def parse(self, arguments: Sequence[str]) -> argparse.Namespace:
        """The arguments parsed; options and files may be mixed.

        Raises:
            EvaluatorError: an unknown option or a wrong value.
        """
        parsed, unknown = self.parse_known_intermixed_args([_dashes(argument) for argument in arguments])
        for argument in unknown:
            option = argument.split("=")[0]
            known = [name for name in self._option_string_actions if name.startswith("--") or len(name) > 2]
            near = difflib.get_close_matches(option, known, n=1, cutoff=0.6)
            raise EvaluatorError(f"{self.prog} has no option {option}.{f' Did you mean {near[0]}?' if near else ''} See {self.prog} --help")
        return parsed


def _dashes(argument: str) -> str:
    if not argument.startswith("--"):
        return argument
    name, equals, value = argument.partition("=")
    return f"--{name[2:].replace('_', '-')}{equals}{value}"


def one_of(value: str, known: Iterable[str], what: str) -> str:
    """The value, when it is known.

    Raises:
        EvaluatorError: names the nearest known one.
    """
    names = list(known)
    if value not in names:
        raise EvaluatorError(f"There is no {what} {value!r}.{did_you_mean(value, names)}")
    return value
