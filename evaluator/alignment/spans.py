"""How well a run of reference paragraphs fits a run of hypothesis paragraphs, for all runs at once.

Vectors are additive, so a run's vector is a sum and its cosine comes from prefix sums over the dot
products: one table for each shape of bead, no vector of a run is ever built.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from evaluator.alignment.features import Region
from evaluator.types import FloatArray


@dataclass(frozen=True)
class Parameters:
    """Constants of the first pass, found by random search (see `learned.py`)."""

    model_share: float = 0.5
    """Weight of the model's cosine; the rest is the trigrams'."""
    threshold: float = 0.2
    """Similarity below which two single paragraphs are better left alone."""
    second_threshold: float = 0.4
    """The same for paragraphs out of order."""
    merge_penalty: float = 0.4
    """Cost of each paragraph more than one on each side."""
    evidence: float = 1.0
    """Weight of containment evidence for the members of a merge. It keeps boilerplate out; it is left
    out where one side has fewer than 60 % of the other's paragraphs, since there it breaks up long
    beads (L5 of the shared articles: .96 without, .94 with a weight of .2)."""
    evidence_level: float = 0.6
    """Share of a member's 5-grams that should be found in the merged text."""
    length_weight: float = 0.15
    """Cost of |log(length ratio)|."""
    rival_margin: float = 0.15
    """Lead of a single rival pair up to which a bead goes unpunished."""
    rival_weight: float = 1.0
    """Cost of each point of similarity beyond that lead: text in reverse order would otherwise be
    taken for reworded text in order."""
    longest: int = 8
    """Most paragraphs on one side; longer beads come from the repairs."""


def list_shapes(longest: int) -> list[tuple[int, int]]:
    """Shapes (reference paragraphs, hypothesis paragraphs) that the first beads may have.

    Several against several is not among them: such beads come from joining neighbours between which
    text spills (`repair.py`), and 2-2, 2-3 and 3-2 here changed no figure.
    """
    merges = [(1, k) for k in range(2, longest + 1)] + [(k, 1) for k in range(2, longest + 1)]
    return [(1, 1), *merges]


def _prefix(table: FloatArray) -> FloatArray:
    padded = np.zeros((table.shape[0] + 1, table.shape[1] + 1))
    padded[1:, 1:] = table.cumsum(axis=0).cumsum(axis=1)
    return padded


def _blocks(prefix: FloatArray, a: int, b: int) -> FloatArray:
    """Sums of all a x b blocks from their 2-D prefix sums."""
    return prefix[a:, b:] - prefix[:-a, b:] - prefix[a:, :-b] + prefix[:-a, :-b]


def _squares(prefix: FloatArray, a: int) -> FloatArray:
    """Squared lengths of all runs of a paragraphs: the a x a blocks on the diagonal."""
    i = np.arange(prefix.shape[0] - a)
    return np.asarray(prefix[i + a, i + a] - 2 * prefix[i, i + a] + prefix[i, i])


def _highest(values: FloatArray, length: int) -> FloatArray:
    """The highest of every run of `length` values."""
    return np.asarray(sliding_window_view(values, length).max(axis=1))


class SpanTables:
    """Gains of all beads of a region, shape by shape."""

    def __init__(self, region: Region, parameters: Parameters) -> None:
        self.region = region
        self.parameters = parameters
        n, m = region.n, region.size - region.n
        model = [parameters.model_share] if len(region.grams) == 2 else []
        self._shares = [*model, 1 - sum(model)]
        self._cross = [_prefix(gram[:n, n:]) for gram in region.grams]
        self._norms = [(_prefix(gram[:n, :n]), _prefix(gram[n:, n:])) for gram in region.grams]
        self._characters = [np.concatenate([[0.0], part.cumsum()]) for part in (region.lengths[:n], region.lengths[n:])]
        level = parameters.evidence_level
        self._contained = [
            np.vstack([np.zeros((1, m)), (region.contained[:n, n:] - level).cumsum(axis=0)]),
            np.hstack([np.zeros((n, 1)), (region.contained[n:, :n].T - level).cumsum(axis=1)]),
        ]
        single = self.similarity(1, 1)
        self._rivals = single.max(axis=1), single.max(axis=0)
        collapsed = min(n, m) < 0.6 * max(n, m)
        self._evidence = 0.0 if collapsed else parameters.evidence

    def similarity(self, a: int, b: int) -> FloatArray:
        """float64 (n - a + 1, m - b + 1): similarity of a reference against b hypothesis paragraphs."""
        total = np.zeros(1)
        for share, cross, (rows, columns) in zip(self._shares, self._cross, self._norms, strict=True):
            norm = _squares(rows, a)[:, None] * _squares(columns, b)[None]
            total = total + share * _blocks(cross, a, b) / np.sqrt(np.maximum(norm, 1e-12))
        x, y = self._characters
        ratio = np.log(x[a:] - x[:-a])[:, None] - np.log(y[b:] - y[:-b])[None]
        return np.asarray(total - self.parameters.length_weight * np.abs(ratio))

    def gain(self, a: int, b: int) -> FloatArray:
        """float64 (n - a + 1, m - b + 1): what a bead of this shape adds to the alignment."""
        p = self.parameters
        similarity = self.similarity(a, b)
        lead = np.maximum(_highest(self._rivals[0], a)[:, None], _highest(self._rivals[1], b)[None]) - similarity
        gain = (a + b) * (similarity - p.threshold - p.rival_weight * np.maximum(lead - p.rival_margin, 0))
        gain -= p.merge_penalty * (a + b - 2)
        if a > 1:
            gain += self._evidence * (self._contained[0][a:] - self._contained[0][:-a])
        elif b > 1:
            gain += self._evidence * (self._contained[1][:, b:] - self._contained[1][:, :-b])
        return np.asarray(gain)

    def gains(self) -> dict[tuple[int, int], FloatArray]:
        """Gain tables of all shapes that fit into the region."""
        n, m = self.region.n, self.region.size - self.region.n
        return {(a, b): self.gain(a, b) for a, b in list_shapes(self.parameters.longest) if a <= n and b <= m}
