"""Metrics: drop-ins for `sacrebleu.metrics` and `bert_score`, and their adapters for runs.

>>> from evaluator.metrics import BLEU, CHRF, TER, BERTScorer

Each name is imported at first use, so that BLEU never loads torch.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from evaluator.extras import importing

if TYPE_CHECKING:
    from evaluator.metrics.bertscorer import BERTScorer
    from evaluator.metrics.lexical import BLEU, CHRF, TER

__all__ = ["BLEU", "CHRF", "TER", "BERTScorer"]
_HOME = {"BLEU": "lexical", "CHRF": "lexical", "TER": "lexical", "BERTScorer": "bertscorer"}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    with importing("torch" if name == "BERTScorer" else "lexical", name):
        return getattr(importlib.import_module(f"{__name__}.{_HOME[name]}"), name)
