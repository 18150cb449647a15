"""What detectors look at: two sides with their word alignment; and findings made from word ranges."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from evaluator.diagnosis.alignment import WordAlignment, align, word_vectors
from evaluator.diagnosis.reader import Reading
from evaluator.diagnosis.sides import Side
from evaluator.types import Finding


@dataclass(frozen=True, slots=True)
class Pair:
    """What a detector looks at."""

    reference: Side
    hypothesis: Side
    alignment: WordAlignment
    english: bool
    """False keeps detectors that rest on English word lists quiet."""

    @property
    def same(self) -> bool:
        """True for identical texts: nothing is to be found."""
        return self.reference.text.strip() == self.hypothesis.text.strip()


Detector = Callable[[Pair], list[Finding]]


def pair_of(reference: Side, hypothesis: Side, reading: Reading | None, english: bool) -> Pair:
    """The two sides, aligned by what the reader made of their words; without a reading nothing is aligned."""
    n, m = len(hypothesis.words), len(reference.words)
    cosine = np.zeros((n, m))
    if reading is not None and n and m:
        ours, theirs = word_vectors(reading.hypothesis, hypothesis.token_word, n), word_vectors(reading.reference, reference.token_word, m)
        cosine = (ours @ theirs.T).astype(np.float64)
    return Pair(reference, hypothesis, align(hypothesis, reference, cosine), english)


def make_finding(
    pair: Pair,
    category: str,
    severity: str,
    detector: str,
    hypothesis: tuple[int, int] | None,
    reference: tuple[int, int] | None,
    message: str,
) -> Finding:
    """A finding over word ranges, placed on the hypothesis where that has one.

    Args:
        hypothesis: half-open range of hypothesis words, or None where words are lost.
        reference: half-open range of reference words, or None where words were added.
    """
    found = cut(pair.hypothesis, hypothesis) if hypothesis else ""
    lost = cut(pair.reference, reference) if reference else ""
    side, words = ("hypothesis", hypothesis) if hypothesis else ("reference", reference)
    if words is None:
        return Finding(category, severity, "hypothesis", None, None, "", "", detector, message)
    source = pair.hypothesis if side == "hypothesis" else pair.reference
    start, end = source.words[words[0]].start, source.words[words[1] - 1].end
    text, other = (found, lost) if side == "hypothesis" else (lost, found)
    return Finding(category, severity, side, start, end, text, other, detector, message)


def cut(side: Side, words: tuple[int, int]) -> str:
    """The text from the first to the last word of a half-open range."""
    return side.text[side.words[words[0]].start : side.words[words[1] - 1].end]


def runs(indices: list[int], gap: int = 1) -> list[tuple[int, int]]:
    """Half-open ranges of ascending indices no further apart than `gap`."""
    out: list[tuple[int, int]] = []
    for i in indices:
        if out and i - out[-1][1] < gap:
            out[-1] = (out[-1][0], i + 1)
        else:
            out.append((i, i + 1))
    return out
