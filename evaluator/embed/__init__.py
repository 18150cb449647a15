"""Token vectors of texts: which models there are, how they are verified, how texts go through.

This is the only place that loads weights. Nothing here compares vectors.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from evaluator.embed.models import ModelSpec

VectorArray = NDArray[np.float32]
"""Token vectors of one text, float32 (n_tokens, dimension), each of length 1."""


class Embedder(Protocol):
    """A loaded model that turns texts into token vectors."""

    spec: ModelSpec
    device: str

    def token_ids(self, texts: Sequence[str]) -> list[list[int]]:
        """Ids of each text's tokens, special tokens at both ends, never cut."""

    def truncated(self, ids: list[int]) -> list[int]:
        """The ids cut to the model's limit, the closing special token kept."""

    def vectors(self, ids: Sequence[list[int]]) -> list[VectorArray]:
        """Unit vectors for each list of ids; lists over the model's limit go through in windows."""
