"""Token vectors of texts: which models there are, how they are verified, how texts go through.

This is the only place that loads weights. Nothing here compares vectors.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple, Protocol, TypeAlias

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from evaluator.embed.models import ModelSpec

VectorArray: TypeAlias = "NDArray[np.float32]"
"""Token vectors of one text, each of length 1: float32 (n_tokens, dimension), or
(n_layers, n_tokens, dimension) where several layers were asked for."""


class TokenPlaces(NamedTuple):
    """A text's tokens and where they stand."""

    ids: list[int]
    """Special tokens included."""
    offsets: list[tuple[int, int]]
    """Half-open character offsets into the text as given; (0, 0) for special tokens."""


class UnknownShare(NamedTuple):
    """How much of a text a model does not know; 0 for a text without tokens."""

    tokens: float
    """Share of its tokens, special ones left out, that stand for something unknown, in 0..1."""
    characters: float
    """Share of its characters, spaces left out, that stand in such tokens, in 0..1. A word or a whole line of a script that the
    vocabulary lacks is one token: where one Latin word stands among Thai, this share tells it and the other does not."""


class Tokenizer(Protocol):
    """What cuts texts into the tokens of a model; spaces at both ends of a text do not count."""

    def ids(self, texts: Sequence[str]) -> list[list[int]]:
        """Ids of each text's tokens, special tokens included, never cut."""

    def places(self, texts: Sequence[str]) -> list[TokenPlaces]:
        """Ids as `ids` gives them, with their places in the text."""

    def unknown(self, texts: Sequence[str]) -> list[UnknownShare]:
        """How much of each text is unknown to the vocabulary, whatever the model's limit."""


class Embedder(Protocol):
    """A loaded model that turns texts into token vectors."""

    spec: ModelSpec
    device: str
    precision: str
    runtime: str
    """What computes, and its version: `openvino-2026.4.1`, `torch-2.13.0`."""
    limit: int
    """Most tokens in one pass, special tokens included."""
    n_special: int
    """Special tokens of every text; a text without others is empty."""
    layers: tuple[int, ...]
    """Layers whose vectors are given, ascending."""
    main: int | None
    """Place of the spec's layer among them where there are several; None for one or all."""
    leading: tuple[int, ...]
    """Leading axes of vectors and scores: empty for one layer, (n_layers + 1,) for all."""
    weightless: frozenset[int]
    """Ids that weigh nothing where idf does not weigh them."""

    @property
    def tokenizer(self) -> Tokenizer:
        """What cuts texts into its tokens."""

    def token_ids(self, texts: Sequence[str]) -> list[list[int]]:
        """See `Tokenizer.ids`."""

    def unknown_share(self, texts: Sequence[str]) -> list[UnknownShare]:
        """See `Tokenizer.unknown`."""

    def truncated(self, ids: list[int]) -> list[int]:
        """The ids cut to the model's limit, closing special tokens kept."""

    def vectors(self, ids: Sequence[list[int]]) -> list[VectorArray]:
        """Unit vectors for each list of ids; lists over the model's limit go through in windows."""
