"""How alike spans of paragraphs are, by character trigrams: the evidence without any model."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

import numpy as np

from evaluator.types import FloatArray

ORDER = 3
"""Characters of an n-gram."""


def trigrams(text: str) -> Counter[str]:
    """Counts of character trigrams, case and runs of blanks folded."""
    folded = f" {' '.join(text.casefold().split())} "
    return Counter(folded[i : i + ORDER] for i in range(len(folded) - ORDER + 1))


def likeness(a: str, b: str) -> float:
    """Cosine of the trigram counts of two texts, 0 to 1."""
    x, y = trigrams(a), trigrams(b)
    norm = math.sqrt(sum(n * n for n in x.values()) * sum(n * n for n in y.values()))
    return sum(n * y[gram] for gram, n in x.items()) / norm if norm else 0.0


class SpanSimilarity:
    """Cosine of any reference span with any hypothesis span, from prefix sums.

    Trigram counts are weighted by their rarity over all paragraphs (tf-idf); a span's vector is
    the sum of its paragraphs', so the cosine of two spans takes four look-ups a matrix.
    """

    def __init__(self, reference: Sequence[str], hypothesis: Sequence[str]) -> None:
        counts = [trigrams(text) for text in (*reference, *hypothesis)]
        vectors = _tf_idf(counts)
        r, h = vectors[: len(reference)], vectors[len(reference) :]
        self._cross = _prefix(r @ h.T)
        self._within = _prefix(r @ r.T), _prefix(h @ h.T)
        lengths = np.array([len(text) for text in (*reference, *hypothesis)], dtype=np.float64)
        self._length = np.concatenate([[0], np.cumsum(lengths[: len(reference)])]), np.concatenate([[0], np.cumsum(lengths[len(reference) :])])

    def cosine(self, i: int, k: int, j: int, m: int) -> float:
        """Cosine of reference paragraphs i..k-1 with hypothesis paragraphs j..m-1, 0 to 1."""
        norm = _block(self._within[0], i, k, i, k) * _block(self._within[1], j, m, j, m)
        return _block(self._cross, i, k, j, m) / math.sqrt(norm) if norm > 0 else 0.0

    def score(self, i: int, k: int, j: int, m: int) -> float:
        """The cosine less a penalty for unequal lengths."""
        ref, hyp = self._length[0][k] - self._length[0][i], self._length[1][m] - self._length[1][j]
        return self.cosine(i, k, j, m) - 0.15 * abs(math.log((hyp + 1) / (ref + 1)))


def _tf_idf(counts: Sequence[Counter[str]]) -> FloatArray:
    frequency = Counter(gram for count in counts for gram in count)
    column = {gram: i for i, gram in enumerate(frequency)}
    idf = np.array([math.log(1 + len(counts) / n) for n in frequency.values()])
    vectors = np.zeros((len(counts), len(column)))
    for row, count in enumerate(counts):
        for gram, n in count.items():
            vectors[row, column[gram]] = n
    weighted: FloatArray = vectors * idf
    return weighted


def _prefix(matrix: FloatArray) -> FloatArray:
    out = np.zeros((matrix.shape[0] + 1, matrix.shape[1] + 1))
    out[1:, 1:] = matrix.cumsum(axis=0).cumsum(axis=1)
    return out


def _block(prefix: FloatArray, i: int, k: int, j: int, m: int) -> float:
    return float(prefix[k, m] - prefix[i, m] - prefix[k, j] + prefix[i, j])
