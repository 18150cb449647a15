"""Greedy matching of token vectors: BERTScore's P, R and F1.

Source: Zhang et al. 2020, https://arxiv.org/abs/1904.09675, as the bert-score package defines it:
special tokens can be matched to but weigh nothing, unless idf weighs them.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from evaluator.embed import Embedder, VectorArray
from evaluator.types import Advance, FloatArray

LIVE_TOKENS = 60_000
"""Tokens whose vectors of one layer are held at once: about 90 MB at 384 dimensions."""

GPU_LIVE_TOKENS = 250_000
"""The same on a GPU: 1 GB at 1,024 dimensions."""

BLOCK_CELLS = 4_000_000
"""Cosines made at once: 16 MB."""

Ids: TypeAlias = tuple[int, ...]
Similarity: TypeAlias = "NDArray[np.float32]"


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
        embedder: the model; one with all layers gives (n_pairs, n_layers, 3).
        pairs: token ids, special tokens included.
        idf: weights, or None to weigh every token but the special ones alike.
        advance: called with the number of pairs just done.
    """
    rows: dict[tuple[Ids, Ids], list[int]] = {}
    for row, pair in enumerate(pairs):
        rows.setdefault(pair, []).append(row)
    distinct = [pair for pair in rows if min(map(len, pair)) > embedder.n_special]
    scores: dict[int, FloatArray] = {}
    if compares_on_gpu(embedder):
        scores, distinct = _on_gpu(embedder, distinct, rows, idf, advance)
    uses = Counter(ids for pair in distinct for ids in pair)
    vectors: dict[Ids, VectorArray] = {}
    for chunk in _chunks(distinct, LIVE_TOKENS // len(embedder.layers)):
        fresh = [ids for ids in dict.fromkeys(ids for pair in chunk for ids in pair) if ids not in vectors]
        vectors.update(zip(fresh, embedder.vectors([list(ids) for ids in fresh]), strict=True))
        for pair in chunk:
            mine, theirs = (vectors[ids] if embedder.main is None else vectors[ids][embedder.main] for ids in pair)
            score = weighted_f1(best_matches(mine, theirs), _weights(pair[0], idf, embedder), _weights(pair[1], idf, embedder))
            scores.update(dict.fromkeys(rows[pair], score))
            advance(len(rows[pair]))
            for ids in pair:
                uses[ids] -= 1
                if not uses[ids]:
                    vectors.pop(ids, None)
    advance(len(pairs) - len(scores))
    nothing = np.zeros((*embedder.leading, 3))
    return np.array([scores.get(row, nothing) for row in range(len(pairs))]).reshape(len(pairs), *nothing.shape)


def compares_on_gpu(embedder: Embedder) -> bool:
    """True where vectors stay on a GPU and are compared there."""
    return hasattr(embedder, "table") and embedder.device != "cpu" and not embedder.leading


def _on_gpu(
    embedder: Embedder, pairs: Sequence[tuple[Ids, Ids]], rows: Mapping[tuple[Ids, Ids], Sequence[int]], idf: IdfWeights | None, advance: Advance
) -> tuple[dict[int, FloatArray], list[tuple[Ids, Ids]]]:
    """Scores by row of the pairs that fit into one pass, and the other pairs."""
    from evaluator.metrics.matching_torch import match_table

    scores: dict[int, FloatArray] = {}
    fit = [pair for pair in pairs if max(map(len, pair)) <= embedder.limit]
    for chunk in _chunks(fit, GPU_LIVE_TOKENS):
        table = embedder.table(list(dict.fromkeys(ids for pair in chunk for ids in pair)))  # type: ignore[attr-defined]
        for pair, score in zip(chunk, match_table(table, chunk, lambda ids: _weights(ids, idf, embedder)), strict=True):
            scores.update(dict.fromkeys(rows[pair], score))
            advance(len(rows[pair]))
    return scores, [pair for pair in pairs if max(map(len, pair)) > embedder.limit]


def _chunks(pairs: Sequence[tuple[Ids, Ids]], budget: int) -> Iterator[list[tuple[Ids, Ids]]]:
    """Pairs that share a reference together, until their new texts fill the budget."""
    groups: dict[Ids, list[tuple[Ids, Ids]]] = {}
    for pair in pairs:
        groups.setdefault(pair[1], []).append(pair)
    chunk: list[tuple[Ids, Ids]] = []
    tokens = 0
    for reference, group in groups.items():
        tokens += len(reference)
        for pair in group:
            chunk.append(pair)
            tokens += len(pair[0])
            if tokens > budget:
                yield chunk
                chunk, tokens = [], 0
    if chunk:
        yield chunk


def _weights(ids: Ids, idf: IdfWeights | None, embedder: Embedder) -> FloatArray:
    return idf.of(ids) if idf is not None else np.array([float(i not in embedder.weightless) for i in ids])


class Matches(NamedTuple):
    """Cosine of each token with its likest on the other side."""

    hypothesis: Similarity
    """float32 (n,) or (n_layers, n)."""
    reference: Similarity
    """float32 (m,) or (n_layers, m)."""


def best_matches(hypothesis: VectorArray, reference: VectorArray) -> Matches:
    """The likest token of the other side for each token.

    Cosines are made for a block of hypothesis tokens at a time: all those of two paragraphs of
    6,000 words are 350 MB. Paragraphs of up to 2,000 tokens are one block.

    Args:
        hypothesis: unit vectors, float32 (n, dimension) or (n_layers, n, dimension).
        reference: unit vectors, float32 (m, dimension) or (n_layers, m, dimension).
    """
    columns = reference.swapaxes(-1, -2)
    n, rows = hypothesis.shape[-2], max(1, BLOCK_CELLS // max(1, reference.size // reference.shape[-1]))
    blocks = [_block_matches(hypothesis[..., start : start + rows, :] @ columns) for start in range(0, n, rows)]
    likest = blocks[0].reference
    for block in blocks[1:]:
        likest = np.maximum(likest, block.reference)
    return Matches(np.concatenate([block.hypothesis for block in blocks], axis=-1), likest)


def _block_matches(similarity: Similarity) -> Matches:
    return Matches(similarity.max(axis=-1), similarity.max(axis=-2))


def weighted_f1(matches: Matches, hypothesis_weights: FloatArray, reference_weights: FloatArray) -> FloatArray:
    """P, R and F1, float64 (3,) or (n_layers, 3); precision or recall is NaN where all weights are 0.

    Args:
        matches: of n hypothesis and m reference tokens.
        hypothesis_weights: float64 (n,).
        reference_weights: float64 (m,).
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        p = matches.hypothesis @ hypothesis_weights / hypothesis_weights.sum()
        r = matches.reference @ reference_weights / reference_weights.sum()
    return with_f1(p, r)


def with_f1(p: FloatArray, r: FloatArray) -> FloatArray:
    """Precision, recall and their F1 along a last axis of 3; F1 is 0 where they have none."""
    with np.errstate(invalid="ignore", divide="ignore"):
        f = np.nan_to_num(2 * p * r / (p + r), nan=0.0)
    scores: FloatArray = np.stack([p, r, f], axis=-1)
    return scores
