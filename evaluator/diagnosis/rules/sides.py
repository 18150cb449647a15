"""German sides and their alignment: by form, and by the neighbours that two words share."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import numpy as np

from evaluator.diagnosis.alignment import WordAlignment, align
from evaluator.diagnosis.joint import Tokens
from evaluator.diagnosis.pair import Pair
from evaluator.diagnosis.rules.german import FUNCTION, stem
from evaluator.diagnosis.sides import Side, build_side
from evaluator.types import FloatArray

REACH = 3
"""Words to either side that count as neighbours."""
SHARED, PART = 5, 0.6
"""Letters with which two words of one root begin, or that a compound shares with its part, and their share of the shorter word."""
FAMILY = 0.75
"""Likeness of two words of one root, or of a compound and its part."""


def german_side(text: str, tokens: Tokens) -> Side:
    """The text as a `Side` with German small words and stems."""
    side = build_side(text, tokens)
    return replace(side, words=tuple(replace(w, function=w.kind == "word" and w.lower in FUNCTION, stem=stem(w.lower)) for w in side.words))


def german_pair(reference: Side, hypothesis: Side) -> Pair:
    """The two sides, aligned."""
    likeness = _likeness(hypothesis, reference)
    return Pair(reference, hypothesis, align(hypothesis, reference, np.maximum(neighbours(likeness), likeness)), english=False)


def unaligned_pair(reference: Side, hypothesis: Side) -> Pair:
    """The two sides for detectors that ask for no partners: texts of any length."""
    none = np.zeros((0, 0))
    return Pair(reference, hypothesis, WordAlignment(none, none, (), (), none.ravel(), none.ravel()), english=False)


def _likeness(hypothesis: Side, reference: Side) -> FloatArray:
    """Likeness of form of content words, float64 (n_hypothesis, n_reference); of small words half."""
    out = np.zeros((len(hypothesis.words), len(reference.words)))
    for i, a in enumerate(hypothesis.words):
        for j, b in enumerate(reference.words):
            if a.kind != b.kind:
                continue
            if a.lower == b.lower:
                out[i, j] = 0.5 if a.function or a.kind == "punctuation" else 1.0
            elif a.kind == "word" and not (a.function or b.function):
                out[i, j] = 0.9 if a.stem == b.stem else FAMILY * one_family(a.stem, b.stem)
    return out


@lru_cache(maxsize=1 << 16)
def one_family(a: str, b: str) -> bool:
    """True for words of one root, and for a compound beside its part: regierung and regierungschef, haushalt and landeshaushalt."""
    if min(len(a), len(b)) < SHARED:
        return False
    head = tail = 0
    while head < min(len(a), len(b)) and a[head] == b[head]:
        head += 1
    while tail < min(len(a), len(b)) and a[-1 - tail] == b[-1 - tail]:
        tail += 1
    shorter, longer = sorted((len(a), len(b)))
    return (head >= SHARED and head >= PART * shorter) or (tail >= SHARED and tail >= PART * shorter and longer > shorter + 2)


def neighbours(likeness: FloatArray) -> FloatArray:
    """How alike the neighbours of two words are, 0-1, same shape: words that stand between the same words may stand for each other."""
    n, m = likeness.shape
    # Both texts begin and end at one place.
    padded = np.zeros((n + 2 * REACH, m + 2 * REACH))
    padded[REACH : n + REACH, REACH : m + REACH] = likeness
    padded[REACH - 1, REACH - 1] = padded[n + REACH, m + REACH] = 0.5
    sides = []
    for way in (-1, 1):
        best = np.zeros((n, m))
        for a in range(1, REACH + 1):
            for b in range(1, REACH + 1):
                weight = (1.0 if a == b else 0.7) * 0.75 ** (max(a, b) - 1)
                i, j = REACH + way * a, REACH + way * b
                best = np.maximum(best, weight * padded[i : i + n, j : j + m])
        sides.append(best)
    joined: FloatArray = (sides[0] + sides[1]) / 2
    return joined
