"""Judges machine translation and paraphrase, paragraph by paragraph.

>>> import evaluator
>>> run = evaluator.evaluate(["The dam held."], {"a": ["The dam held."]}, metrics=["bleu"])
>>> run.scores["BLEU"].round(1).tolist()
[100.0]

`pipeline.py` shows the way from files to results; names are imported at first use to keep the
start quick.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from evaluator.version import __version__

if TYPE_CHECKING:
    import evaluator.meta as meta
    from evaluator.api import align, diagnose, evaluate, load
    from evaluator.python.runs import check, compare, gate, verify
    from evaluator.run import Run
    from evaluator.types import AlignedPair, Diagnosis, EvaluatorError, Finding

__all__ = [
    "AlignedPair", "Diagnosis", "EvaluatorError", "Finding", "Run",
    "__version__", "align", "check", "compare", "diagnose", "evaluate", "gate", "load", "meta", "verify",
]  # fmt: skip
_HOME = {
    **dict.fromkeys(("align", "diagnose", "evaluate", "load"), "api"),
    **dict.fromkeys(("gate", "verify"), "python.runs"),
    "Run": "run",
    **dict.fromkeys(("AlignedPair", "Diagnosis", "EvaluatorError", "Finding"), "types"),
}
_CALLABLE = ("check", "compare", "meta")
"""Packages that are called like the functions of their names."""


def __getattr__(name: str) -> Any:
    if name in _CALLABLE:
        return importlib.import_module(f"{__name__}.{name}")
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOME[name]}"), name)
