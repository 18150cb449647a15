"""An argument parser that answers mistakes with one line and the nearest option."""

from __future__ import annotations

import argparse
import difflib
from collections.abc import Iterable, Sequence
from typing import Any, NoReturn

from evaluator.plugins import did_you_mean
from evaluator.types import EvaluatorError

FOREIGN = {
    **dict.fromkeys(("-sl", "--sentence-level"), "sacreBLEU: leave it out; scores of single segments are in segments.csv of the run folder (-o DIR)."),
    **dict.fromkeys(("-nr", "--num-refs"), "sacreBLEU: give each reference its own file: -r ref1.txt ref2.txt -i SYSTEM."),
    **dict.fromkeys(("-sv",), "sacreBLEU: write --smooth-value X."),
    **dict.fromkeys(("-cc",), "sacreBLEU: write --chrf-char-order N."),
    **dict.fromkeys(("-cw",), "sacreBLEU: write --chrf-word-order N."),
    **dict.fromkeys(("-ci", "--confidence"), "sacreBLEU: intervals are always there, in statistics.csv and in the report."),
    **dict.fromkeys(("-cin", "--confidence-n", "-parn", "--paired-ar-n", "-pbsn", "--paired-bs-n"), "sacreBLEU: write --resamples N."),
    **dict.fromkeys(("-par",), "sacreBLEU: write --paired-ar."),
    **dict.fromkeys(("-pbs",), "sacreBLEU: write --paired-bs."),
    **dict.fromkeys(("-nc", "--no-color"), "sacreBLEU: set NO_COLOR=1 in the environment."),
    **dict.fromkeys(("-sh", "--short"), "sacreBLEU: signatures are printed in full; leave it out."),
    **dict.fromkeys(("--test-set",), "sacreBLEU: write sacrebleu:SET/PAIR instead of the reference, such as sacrebleu:wmt23/en-de."),
    **dict.fromkeys(("--gpus",), "comet-score: COMET is scored by its own program; give its scores with --scores comet=FILE."),
    **dict.fromkeys(("--to-json",), "comet-score: write --format json."),
    **dict.fromkeys(("--only-system",), "comet-score: write -b."),
}
"""Options of programs that users come from, and what to write here."""


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
            if option in FOREIGN:
                raise EvaluatorError(f"{self.prog} has no option {option} of {FOREIGN[option]} See {self.prog} --help")
            known = [name for name in self._option_string_actions if name.startswith("--") or len(name) > 2]
            near = difflib.get_close_matches(option, known, n=1, cutoff=0.6)
            raise EvaluatorError(f"{self.prog} has no option {option}.{f' Did you mean {near[0]}?' if near else ''} See {self.prog} --help")
        return parsed

    def _get_option_tuples(self, option_string: str) -> Any:
        """What a word that is no option may stand for: a one-letter option with its value attached (-w4), never an abbreviation.

        argparse takes `-l` for `-lc` even with `allow_abbrev=False`, which holds for `--` alone, and `-sl` for `-s l`.
        """
        known = self._option_string_actions
        if option_string in FOREIGN or f"-{option_string}" in known:
            return []
        if len(option_string) > 2 and not option_string.startswith("--") and any(name.startswith(option_string) for name in known):
            return []  # -to, which is neither -tok nor -t with the value o
        return [found for found in super()._get_option_tuples(option_string) if found[1] == option_string[:2]]


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
