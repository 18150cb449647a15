"""Word alignment: form, contextual vectors and position, one partner at most (Hungarian method)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from rapidfuzz.distance import JaroWinkler
from scipy.optimize import linear_sum_assignment

from evaluator.diagnosis.sides import Side, Word
from evaluator.embed import VectorArray
from evaluator.types import FloatArray

LOW, HIGH = 0.25, 0.70
"""Cosines of unrelated words and of close synonyms in context; between them support grows evenly."""


@dataclass(frozen=True, slots=True)
class WordAlignment:
    """Which word of one side stands for which of the other."""

    cosine: FloatArray
    """Contextual similarity of words, float64 (n_hypothesis, n_reference)."""
    lexical: FloatArray
    """Likeness of form, 0-1, same shape."""
    to_reference: tuple[int, ...]
    """Reference word of each hypothesis word, or -1."""
    to_hypothesis: tuple[int, ...]
    support: FloatArray
    """How well each hypothesis word is supported by the reference, 0-1, (n_hypothesis,)."""
    cover: FloatArray
    """How well each reference word is covered by the hypothesis, 0-1, (n_reference,)."""


def form_likeness(a: Word, b: Word) -> float:
    """1 for the same word, .9 for the same stem, less for like spelling, 0 for different words."""
    if a.lower == b.lower:
        return 1.0
    if a.kind != b.kind or a.kind != "word":
        return 0.0
    if a.stem == b.stem:
        return 0.92
    if a.lower.removesuffix("'s") == b.lower.removesuffix("'s"):
        return 0.97
    if min(len(a.lower), len(b.lower)) < 4 or a.lower[0] != b.lower[0]:
        return 0.0
    like: float = JaroWinkler.similarity(a.lower, b.lower)
    return 0.85 * like if like > 0.88 else 0.0


def _lexical(hypothesis: Side, reference: Side) -> FloatArray:
    """Likeness of form of every word pair, float64 (n_hypothesis, n_reference); only words with one first letter can be alike."""
    places: dict[str, list[int]] = {}
    for j, b in enumerate(reference.words):
        places.setdefault(b.lower[0], []).append(j)
    out = np.zeros((len(hypothesis.words), len(reference.words)))
    for i, a in enumerate(hypothesis.words):
        for j in places.get(a.lower[0], ()):
            out[i, j] = form_likeness(a, reference.words[j])
    return out


def align(hypothesis: Side, reference: Side, cosine: FloatArray) -> WordAlignment:
    """The alignment of two sides.

    Args:
        cosine: similarity of words in their contexts, (n_hypothesis, n_reference).
    """
    n, m = len(hypothesis.words), len(reference.words)
    if not n or not m:
        return WordAlignment(np.zeros((n, m)), np.zeros((n, m)), (-1,) * n, (-1,) * m, np.zeros(n), np.zeros(m))
    lexical = _lexical(hypothesis, reference)
    scaled = np.clip((cosine - LOW) / (HIGH - LOW), 0.0, 1.0)
    marks = np.array([w.kind == "punctuation" for w in hypothesis.words])[:, None] != np.array([w.kind == "punctuation" for w in reference.words])[None, :]
    strength = np.where(marks, 0.0, np.maximum(lexical, 0.9 * scaled))
    place = np.abs(np.linspace(0, 1, n)[:, None] - np.linspace(0, 1, m)[None, :])
    weight = strength + 0.35 * cosine - 0.25 * place
    rows, columns = linear_sum_assignment(-weight)
    to_reference, to_hypothesis = [-1] * n, [-1] * m
    for i, j in zip(rows.tolist(), columns.tolist(), strict=True):
        if strength[i, j] >= 0.35:
            to_reference[i], to_hypothesis[j] = j, i
    return WordAlignment(cosine, lexical, tuple(to_reference), tuple(to_hypothesis), strength.max(axis=1), strength.max(axis=0))


def word_vectors(tokens: VectorArray, token_word: Sequence[int], n_words: int) -> VectorArray:
    """Mean of each word's token vectors at unit length, float32 (n_words, dimension); zeros where a word has no token."""
    out = np.zeros((n_words, tokens.shape[1]), dtype=np.float32)
    owners = np.array(token_word, dtype=np.int64)
    known = np.flatnonzero(owners >= 0)
    np.add.at(out, owners[known], tokens[known])
    unit: VectorArray = out / np.maximum(np.linalg.norm(out, axis=-1, keepdims=True), 1e-9)
    return unit
