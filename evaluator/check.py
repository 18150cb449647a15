"""Preflight: what is wrong with inputs before anything is scored."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from evaluator.types import EvaluatorError, Inputs

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


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
        if not name.strip():
            raise EvaluatorError(f"The system {where} has an empty name; name it with NAME={where}.")
        if _CONTROL.search(name):
            raise EvaluatorError(f"The system name {name!r} holds a control character; choose a plain name with NAME=FILE.")
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
