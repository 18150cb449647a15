"""Texts to pairs: one pass through the model, the layers that the diagnosis uses."""

from __future__ import annotations

from collections.abc import Sequence

from evaluator.diagnosis.alignment import align
from evaluator.diagnosis.pair import Pair
from evaluator.diagnosis.sides import Pieces, build_side
from evaluator.diagnosis.types import Side
from evaluator.embed import Embedder, VectorArray

LAYERS = (3, 4, 5, 6)
"""Layers of the packaged model that are kept, embeddings being layer 0."""


def pieces_of(embedder: Embedder, texts: Sequence[str]) -> list[Pieces]:
    """Word pieces with places in the texts as given (the tokenizer sees them without outer blanks)."""
    return [Pieces(tuple(place.ids[1:-1]), tuple(place.offsets[1:-1])) for place in embedder.token_places(texts)]


def side_of(text: str, pieces: Pieces, vectors: VectorArray) -> Side:
    """A side from vectors of the kept layers, float32 (n_layers, n_tokens + 2, dimension)."""
    return build_side(text, pieces, vectors)


def pair_of(reference: Side, hypothesis: Side, english: bool) -> Pair:
    """The two sides, aligned."""
    similarity = hypothesis.tokens @ reference.tokens.swapaxes(1, 2)
    return Pair(reference, hypothesis, align(hypothesis, reference), similarity, english)
