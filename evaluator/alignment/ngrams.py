"""Character n-grams of paragraphs: weighted counts, containment, and the order they stand in.

Texts are compared lower-cased with white space collapsed. n-grams are hashed to 64 bits: two
different ones meet about once in 10^7 articles, and the hash is the same on every machine.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from evaluator.alignment.pairs import IntArray
from evaluator.types import FloatArray

if TYPE_CHECKING:  # a tenth of a second that finding cuts and extras does without
    from scipy import sparse

_MULTIPLIER = np.uint64(1_000_003)


@dataclass(frozen=True)
class Ngrams:
    """The n-grams of one order in a list of texts."""

    ids: IntArray
    """int64 (total,): vocabulary numbers in reading order, all texts in a row."""
    starts: IntArray
    """int64 (n_texts + 1,): where each text begins in `ids`."""
    size: int
    """Size of the vocabulary."""

    def of(self, text: int) -> IntArray:
        """The vocabulary numbers of one text in reading order."""
        return self.ids[self.starts[text] : self.starts[text + 1]]

    def counts(self) -> sparse.csr_matrix:
        """float32 (n_texts, size): how often each n-gram occurs in each text."""
        from scipy import sparse

        data = np.ones(len(self.ids), dtype=np.float32)
        matrix = sparse.csr_matrix((data, self.ids, self.starts), shape=(len(self.starts) - 1, self.size))
        matrix.sum_duplicates()
        return matrix


def normalise(text: str) -> str:
    """Lower-cased text with single spaces, one space before and after it."""
    return f" {' '.join(text.lower().split())} "


def read_ngrams(texts: Sequence[str], order: int) -> Ngrams:
    """The character n-grams of `order` in every text; a text shorter than `order` has none."""
    normalised = [normalise(text) for text in texts]
    lengths = np.array([len(text) for text in normalised], dtype=np.int64)
    codes = np.frombuffer("".join(normalised).encode("utf-32-le"), dtype=np.uint32).astype(np.uint64)
    n_windows = max(0, len(codes) - order + 1)
    hashes = np.zeros(n_windows, dtype=np.uint64)
    for k in range(order):
        hashes = hashes * _MULTIPLIER + codes[k : k + n_windows]
    owner = np.repeat(np.arange(len(texts)), lengths)
    inside = owner[:n_windows] == owner[order - 1 : order - 1 + n_windows]
    vocabulary, ids = np.unique(hashes[inside], return_inverse=True)
    per_text = np.bincount(owner[:n_windows][inside], minlength=len(texts))
    starts = np.concatenate([[0], np.cumsum(per_text)]).astype(np.int64)
    return Ngrams(ids.astype(np.int64), starts, len(vocabulary))


def inverse_document_frequency(counts: sparse.csr_matrix) -> NDArray[np.float32]:
    """float32 (size,): log((2 + texts) / (1 + texts with the n-gram)): never 0, for identical texts."""
    frequency = np.bincount(counts.indices, minlength=counts.shape[1])
    return np.asarray(np.log((2 + counts.shape[0]) / (1 + frequency)), dtype=np.float32)


def weigh(counts: sparse.csr_matrix) -> sparse.csr_matrix:
    """The counts times their inverse document frequency: additive tf-idf vectors."""
    weighted = counts.copy()
    weighted.data = weighted.data * inverse_document_frequency(counts)[weighted.indices]
    return weighted


def containment(presence: sparse.csr_matrix, weighted: sparse.csr_matrix) -> FloatArray:
    """float64 (n, n): share of the row text's weighted n-grams that occur in the column text."""
    total = np.asarray(weighted.sum(axis=1)).ravel() + 1e-9
    shared = (weighted @ presence.T).toarray()
    return np.asarray(shared / total[:, None], dtype=np.float64)
