"""Two sides and what the reader made of them, as a pair that detectors can search."""

from __future__ import annotations

import numpy as np

from evaluator.diagnosis.alignment import align
from evaluator.diagnosis.pair import Pair
from evaluator.diagnosis.reader import Reading
from evaluator.diagnosis.sides import word_vectors
from evaluator.diagnosis.types import Side


def pair_of(reference: Side, hypothesis: Side, reading: Reading | None, english: bool) -> Pair:
    """The two sides, aligned by what the reader made of their words; without a reading nothing is aligned."""
    n, m = len(hypothesis.words), len(reference.words)
    cosine = np.zeros((n, m))
    if reading is not None and n and m:
        ours, theirs = word_vectors(reading.hypothesis, hypothesis.token_word, n), word_vectors(reading.reference, reference.token_word, m)
        cosine = (ours @ theirs.T).astype(np.float64)
    return Pair(reference, hypothesis, align(hypothesis, reference, cosine), english)
