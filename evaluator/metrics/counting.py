"""What is counted of texts against references, by whichever code counts it.

`kernel.py` has the compiled code, `ngrams.py` what stands in for it; both give sacreBLEU's
statistics. Sentence scores are made of statistics here and in the kernel.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from evaluator.types import FloatArray

Places: TypeAlias = "NDArray[np.int64]"
MAX_ORDERS = 64
"""Sum of n-gram orders that is counted here; sacreBLEU's own code does the rest."""


class Setting(NamedTuple):
    """What decides the statistics of a metric, once texts are prepared."""

    metric: Literal["bleu", "chrf", "ter"]
    tokens: Literal["split", "13a", "western"] = "split"
    """How the kernel cuts words: at spaces, as mteval-v13a, or as that one's last part."""
    order: int = 0
    """N-gram order: of words for BLEU, of characters for chrF."""
    word_order: int = 0
    """chrF's order of words."""
    whitespace: bool = False
    factor: float = 1.0
    """chrF's beta squared, which chooses among several references."""
    eps_smoothing: bool = False

    @property
    def n_statistics(self) -> int:
        """Numbers a text gets."""
        return {"bleu": 2 + 2 * self.order, "chrf": 3 * (self.order + self.word_order), "ter": 2}[self.metric]


class References(Protocol):
    """References made ready once for all systems."""

    def __len__(self) -> int:
        """Number of segments."""

    def count(self, texts: Sequence[str], segments: Places | None) -> FloatArray:
        """Statistics float64 (n_texts, n_statistics), in sacreBLEU's order.

        Args:
            texts: prepared hypotheses.
            segments: for each the 0-based segment; None where text i is of segment i.
        """


def f_scores(rows: FloatArray, factor: float, eps_smoothing: bool) -> FloatArray:
    """chrF of each row of statistics, float64 (n,): sacreBLEU's operations in their order, so bit by bit its scores."""
    n_orders = rows.shape[1] // 3
    score, precision, recall, effective = (np.zeros(len(rows)) for _ in range(4))
    eps = 1e-16
    with np.errstate(divide="ignore", invalid="ignore"):
        for hypothesis, reference, match in rows.reshape(len(rows), n_orders, 3).transpose(1, 2, 0):
            p = np.where(hypothesis > 0, match / hypothesis, eps)
            r = np.where(reference > 0, match / reference, eps)
            denominator = factor * p + r
            if eps_smoothing:
                score += np.where(denominator > 0, (1 + factor) * p * r / denominator, eps)
            both = (hypothesis > 0) & (reference > 0)
            precision += np.where(both, p, 0.0)
            recall += np.where(both, r, 0.0)
            effective += both
        if eps_smoothing:
            return np.asarray(100 * score / n_orders)
        precision, recall = (np.where(effective > 0, total / effective, 0.0) for total in (precision, recall))
        score = (1 + factor) * precision * recall
        score /= factor * precision + recall
    return np.where(precision + recall != 0, 100 * score, 0.0)


def ter_scores(rows: FloatArray) -> FloatArray:
    """TER of each row [edits, reference length], float64 (n,)."""
    edits, length = rows.T
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(100 * np.where(length > 0, edits / length, np.where(edits > 0, 1.0, 0.0)))
