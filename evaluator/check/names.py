"""Preflight: what is wrong with inputs before anything is scored."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from evaluator.types import EvaluatorError, Inputs

_UNFIT = re.compile("[\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]")
"""What a name must not hold: it would steer a terminal, hide, or not fit into a file."""


def check_system_names(names: Sequence[tuple[str, str]]) -> None:
    """Refuse names that are empty, hold control characters, or come twice.

    Args:
        names: (name, what it stands for) in the order given.

    Raises:
        EvaluatorError: says which, and how to name systems.
    """
    if not names:
        raise EvaluatorError("There is no system to score; give at least one file after the reference.")
    for name, where in names:
        if not isinstance(name, str):
            raise EvaluatorError(f"The system name {name!r} is {type(name).__name__}, not text.")
        if not name.strip():
            raise EvaluatorError(f"The system {where} has an empty name; name it with NAME={where}.")
        if _UNFIT.search(name):
            raise EvaluatorError(f"The system name {name!a} holds a control or invisible character; choose a plain name with NAME=FILE.")
    for name, times in Counter(name for name, _ in names).items():
        if times > 1:
            paths = ", ".join(where for n, where in names if n == name)
            raise EvaluatorError(f"{times} systems are called {name!r}: {paths}. Give each its own name with NAME=FILE.")


def check_inputs(inputs: Inputs) -> None:
    """Refuse inputs in which one side has no text.

    Raises:
        EvaluatorError: names the text.
    """
    for document in (*inputs.references, *inputs.systems.values(), *([inputs.source] if inputs.source else [])):
        if not document.paragraphs:
            raise EvaluatorError(f"{document.name} has {len(document.lines)} lines and all are blank; it must hold at least one text.")
