"""The values of the diagnosis: words, sides, alignments. Frozen, without behaviour."""

from __future__ import annotations

from dataclasses import dataclass

from evaluator.types import FloatArray

SEVERITIES = ("none", "minor", "major", "critical")
"""From harmless to worst, as MQM names them."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word, number or punctuation mark in its text."""

    start: int
    end: int
    text: str
    lower: str
    stem: str
    kind: str
    """`word`, `number` or `mark`."""
    rarity: int
    """Vocabulary rank of its rarest piece; higher is rarer. 0 for marks."""
    pieces: int
    """Number of word pieces."""
    sentence: int
    first: bool
    """True for the first word of a sentence or quotation."""
    function: bool
    """True for English function words."""
    capital: bool


@dataclass(frozen=True, slots=True)
class Side:
    """One text with all that detectors ask of it."""

    text: str
    words: tuple[Word, ...]
    token_word: tuple[int, ...]
    """Word of each word piece, or -1."""


@dataclass(frozen=True, slots=True)
class Alignment:
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
