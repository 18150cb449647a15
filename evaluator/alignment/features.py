"""What is known of every paragraph (`Features`), and of every two in a stretch (`Region`).

`Features` grows linearly with the text and is made once; a `Region` holds square matrices and is
made for one article, or for one stretch of a long input.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from evaluator.alignment.ngrams import Ngrams, containment, read_ngrams, weigh
from evaluator.alignment.pairs import IntArray, ParagraphVectors
from evaluator.types import FloatArray

if TYPE_CHECKING:
    from scipy import sparse


@dataclass(frozen=True)
class Features:
    """Features of all paragraphs; hypothesis paragraphs are numbered after the reference."""

    n_reference: int
    lengths: FloatArray
    """float64 (n + m,): characters plus one, so that an empty paragraph has a length."""
    trigrams: sparse.csr_matrix
    """float32 (n + m, vocabulary): additive tf-idf vectors."""
    presence: sparse.csr_matrix
    """float32 (n + m, vocabulary): which 5-grams occur."""
    weighted: sparse.csr_matrix
    """`presence` times inverse document frequency."""
    sequences: Ngrams
    """5-grams in reading order, to see where a text is covered."""
    vectors: NDArray[np.float32] | None
    """float32 (n + m, d): additive model vectors."""


def read_features(reference: Sequence[str], hypothesis: Sequence[str], vectors: ParagraphVectors | None) -> Features:
    """The features of two lists of paragraphs."""
    texts = [*reference, *hypothesis]
    sequences = read_ngrams(texts, 5)
    presence = sequences.counts()
    presence.data[:] = 1
    return Features(
        n_reference=len(reference),
        lengths=np.array([len(text.strip()) + 1 for text in texts], dtype=np.float64),
        trigrams=weigh(read_ngrams(texts, 3).counts()),
        presence=presence,
        weighted=weigh(presence),
        sequences=sequences,
        vectors=None if vectors is None else np.concatenate([vectors.reference, vectors.hypothesis]),
    )


def shared_spelling(features: Features) -> float:
    """Share of the smaller side's distinct 5-grams that the other side has too, in 0..1."""
    n = features.n_reference
    reference, hypothesis = (np.asarray(side.sum(axis=0)).ravel() > 0 for side in (features.presence[:n], features.presence[n:]))
    return float((reference & hypothesis).sum() / max(1, min(reference.sum(), hypothesis.sum())))


def across_languages(features: Features) -> Features:
    """The features without what only tells the two languages apart: the mean of each side's vectors, and how long its texts are.

    The mean is weighted by length, so that the vectors stay additive. Lengths are scaled to those of the reference: Chinese takes
    a third of the characters of English.
    """
    if features.vectors is None:
        return features
    n = features.n_reference
    lengths = features.lengths.astype(np.float32)[:, None]
    sides = [
        vectors - length * (vectors.sum(axis=0) / length.sum())
        for vectors, length in ((features.vectors[:n], lengths[:n]), (features.vectors[n:], lengths[n:]))
    ]
    scale = features.lengths[:n].sum() / features.lengths[n:].sum()
    return replace(features, vectors=np.concatenate(sides), lengths=np.concatenate([features.lengths[:n], features.lengths[n:] * scale]))


@dataclass(frozen=True)
class Region:
    """A stretch of the two texts with everything about any two of its paragraphs.

    Paragraphs have local numbers: reference 0..n-1, hypothesis n..n+m-1.
    """

    features: Features
    rows: IntArray
    """int64 (n,): reference paragraphs, ascending, perhaps with gaps."""
    columns: IntArray
    """int64 (m,): hypothesis paragraphs, likewise (0-based on their side)."""
    lengths: FloatArray
    """float64 (n + m,)."""
    grams: list[FloatArray]
    """Dot products of additive vectors, float64 (n + m, n + m): model first if there is one, then trigrams."""
    contained: FloatArray
    """float64 (n + m, n + m): share of the row's 5-grams found in the column's text, across sides only."""

    @property
    def n(self) -> int:
        """Reference paragraphs in the region."""
        return len(self.rows)

    @property
    def size(self) -> int:
        """Paragraphs in the region, both sides."""
        return len(self.rows) + len(self.columns)

    @property
    def positions(self) -> IntArray:
        """int64 (n + m,): position of each paragraph on its own side of the whole text."""
        return np.concatenate([self.rows, self.columns])

    def sequence(self, local: int) -> IntArray:
        """The 5-grams of a paragraph in reading order."""
        offset = 0 if local < self.n else self.features.n_reference
        return self.features.sequences.of(int(self.positions[local]) + offset)


def cut_region(features: Features, rows: IntArray, columns: IntArray) -> Region:
    """The region of the given reference and hypothesis paragraphs."""
    index = np.concatenate([rows, columns + features.n_reference])
    trigrams = features.trigrams[index]
    grams = [np.asarray((trigrams @ trigrams.T).toarray(), dtype=np.float64)]
    if features.vectors is not None:
        vectors = features.vectors[index].astype(np.float64)
        grams.insert(0, vectors @ vectors.T)
    contained = containment(features.presence[index], features.weighted[index])
    n = len(rows)
    contained[:n, :n] = 0
    contained[n:, n:] = 0
    return Region(features, rows, columns, features.lengths[index], grams, contained)
