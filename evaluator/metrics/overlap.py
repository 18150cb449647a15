"""How much one text has of another, for findings that must say it: no option, no tokenizer, any language."""

from __future__ import annotations

from collections.abc import Sequence

OVERLAP = "chrF2"
"""How papers call it."""


def corpus_chrf(hypotheses: Sequence[str], reference: Sequence[str]) -> float:
    """sacreBLEU's chrF of a whole text against one reference, 0 to 100: characters need no tokenizer of the language.

    >>> corpus_chrf(["The dam held."], ["The dam held."])
    100.0
    """
    from evaluator.metrics.lexical import CHRF  # brings sacreBLEU, which most runs of `compare` do without

    return float(CHRF().corpus_score(list(hypotheses), [list(reference)]).score)
