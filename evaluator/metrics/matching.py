"""Greedy matching of token vectors: BERTScore's P, R and F1.

Source: Zhang et al. 2020, https://arxiv.org/abs/1904.09675, as the bert-score package defines it:
special tokens can be matched to but weigh nothing, unless idf weighs them.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from evaluator.embed import Embedder, VectorArray
from evaluator.types import Advance, FloatArray

LIVE_TOKENS = 60_000
"""Tokens whose vectors are held at once: about 90 MB at 384 dimensions."""

Ids = tuple[int, ...]


class IdfWeights(NamedTuple):
    """Inverse document frequency of token ids, from a set of reference texts."""

    by_id: Mapping[int, float]
    unseen: float

    def of(self, ids: Ids) -> FloatArray:
        """Weight of each token, float64 (n_tokens,)."""
        return np.array([self.by_id.get(i, self.unseen) for i in ids])


def idf_weights(texts: Sequence[Sequence[int]]) -> IdfWeights:
    """log((n + 1) / (count + 1)) over texts that hold the token; unseen tokens have count 0."""
    count: Counter[int] = Counter()
    for ids in texts:
        count.update(set(ids))
    n = len(texts)
    return IdfWeights({i: math.log((n + 1) / (c + 1)) for i, c in count.items()}, math.log(n + 1))


def match_pairs(embedder: Embedder, pairs: Sequence[tuple[Ids, Ids]], idf: IdfWeights | None, advance: Advance) -> FloatArray:
    """P, R and F1 of (hypothesis, reference) token ids, float64 (n_pairs, 3).

    Each distinct text goes through the model once; vectors are freed after their last use, so
    that memory does not grow with the corpus. A side without tokens but the special ones scores 0.

    Args:
        embedder: the model.
        pairs: token ids, special tokens at both ends.
        idf: weights, or None to weigh every token but the special ones alike.
        advance: called with the number of pairs just done.
    """
    scores = np.zeros((len(pairs), 3))
    todo: dict[tuple[Ids, Ids], list[int]] = {}
    for row, pair in enumerate(pairs):
        todo.setdefault(pair, []).append(row)
        if len(pair[0]) <= 2 or len(pair[1]) <= 2:
            advance(1)
    distinct = [pair for pair in todo if len(pair[0]) > 2 and len(pair[1]) > 2]
    uses = Counter(ids for pair in distinct for ids in pair)
    vectors: dict[Ids, VectorArray] = {}
    for chunk in _chunks(distinct):
        fresh = [ids for ids in dict.fromkeys(ids for pair in chunk for ids in pair) if ids not in vectors]
        vectors.update(zip(fresh, embedder.vectors([list(ids) for ids in fresh]), strict=True))
        for pair in chunk:
            scores[todo[pair]] = greedy_match(vectors[pair[0]], vectors[pair[1]], *(_weights(ids, idf) for ids in pair))
            advance(len(todo[pair]))
            for ids in pair:
                uses[ids] -= 1
                if not uses[ids]:
                    vectors.pop(ids, None)
    return scores


def _chunks(pairs: Sequence[tuple[Ids, Ids]]) -> Iterator[list[tuple[Ids, Ids]]]:
    """Pairs that share a reference together, until their new texts fill the budget."""
    order: dict[Ids, list[tuple[Ids, Ids]]] = {}
    for pair in pairs:
        order.setdefault(pair[1], []).append(pair)
    chunk: list[tuple[Ids, Ids]] = []
    tokens = 0
    for group in order.values():
        for pair in group:
            chunk.append(pair)
            tokens += len(pair[0])
        tokens += len(group[0][1])
        if tokens > LIVE_TOKENS:
            yield chunk
            chunk, tokens = [], 0
    if chunk:
        yield chunk


def _weights(ids: Ids, idf: IdfWeights | None) -> FloatArray:
    if idf is not None:
        return idf.of(ids)
    weights = np.ones(len(ids))
    weights[0] = weights[-1] = 0.0
    return weights


def greedy_match(hypothesis: VectorArray, reference: VectorArray, hypothesis_weights: FloatArray, reference_weights: FloatArray) -> FloatArray:
    """P, R and F1 of one pair, float64 (3,); NaN precision or recall where all weights are 0.

    Args:
        hypothesis: unit vectors, float32 (n, d).
        reference: unit vectors, float32 (m, d).
        hypothesis_weights: float64 (n,).
        reference_weights: float64 (m,).
    """
    similarity = hypothesis @ reference.T
    with np.errstate(invalid="ignore", divide="ignore"):
        p = float(similarity.max(axis=1) @ hypothesis_weights / hypothesis_weights.sum())
        r = float(similarity.max(axis=0) @ reference_weights / reference_weights.sum())
    f = 2 * p * r / (p + r) if p + r else 0.0
    return np.array([p, r, 0.0 if math.isnan(f) else f])
