"""Places of likely errors from the reader's token marks, as phrases of words."""

from __future__ import annotations

import numpy as np

from evaluator.diagnosis.pair import Pair, make, runs
from evaluator.diagnosis.types import Side
from evaluator.types import Finding, FloatArray


def word_scores(side: Side, token_scores: FloatArray) -> FloatArray:
    """The highest score among each word's tokens, float64 (n_words,)."""
    out = np.zeros(len(side.words))
    for word, score in zip(side.token_word, token_scores.tolist(), strict=True):
        if word >= 0:
            out[word] = max(out[word], score)
    return out


def find_spans(pair: Pair, serious: FloatArray, level: float, severity: str) -> list[Finding]:
    """Phrases of the hypothesis whose words score above the level.

    Args:
        serious: score of each hypothesis token, (n_tokens,).
        level: least score of a word that begins a phrase; half of it lets the phrase go on.
    """
    scores = word_scores(pair.hypothesis, serious)
    words = pair.hypothesis.words
    out: list[Finding] = []
    for a, b in runs([i for i in range(len(words)) if scores[i] >= level * 0.6], 2):
        a, b = _trimmed(pair.hypothesis, a, b)
        if a < b and scores[a:b].max() >= level:
            partner = _partner(pair, a, b)
            kind = "accuracy/mistranslation" if partner else "accuracy/addition"
            out.append(make(pair, kind, severity, "tokens", (a, b), partner, "reads unlike the reference"))
    return out


def find_lost(pair: Pair, lost: FloatArray, level: float, severity: str) -> list[Finding]:
    """Phrases of the reference whose words the head holds for lost."""
    scores = word_scores(pair.reference, lost)
    words = pair.reference.words
    out = []
    for a, b in runs([j for j in range(len(words)) if scores[j] >= level * 0.6 and words[j].kind != "mark"], 2):
        a, b = _trimmed(pair.reference, a, b)
        if a < b and scores[a:b].max() >= level:
            out.append(make(pair, "accuracy/omission", severity, "tokens_lost", None, (a, b), "may be lost or changed"))
    return out


def _trimmed(side: Side, a: int, b: int) -> tuple[int, int]:
    """The range without marks at its ends."""
    while a < b and side.words[a].kind == "mark":
        a += 1
    while a < b and side.words[b - 1].kind == "mark":
        b -= 1
    return a, b


def _partner(pair: Pair, a: int, b: int) -> tuple[int, int] | None:
    there = sorted(pair.alignment.to_reference[i] for i in range(a, b) if pair.alignment.to_reference[i] >= 0)
    return (there[0], there[-1] + 1) if there and there[-1] - there[0] < 2 * (b - a) + 3 else None
