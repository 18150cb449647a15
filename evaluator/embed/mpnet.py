"""What sets MPNet apart from BERT: names of tensors, positions counted from the padding id on, and a bias by distance in every attention.

Source: Song et al. 2020, "MPNet: Masked and Permuted Pre-training for Language Understanding"; the buckets of distances are those of
Raffel et al. 2020 (T5). Held against transformers' `MPNetModel` in tests.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from evaluator.embed.weights import Weights

MODEL_TYPE = "mpnet"
FURTHEST = 128
"""From this distance on all tokens share a bucket."""
_NAMES = {
    "attention.self.query": "attention.attn.q",
    "attention.self.key": "attention.attn.k",
    "attention.self.value": "attention.attn.v",
    "attention.output.dense": "attention.attn.o",
    "attention.output.LayerNorm": "attention.LayerNorm",
}
"""BERT's name of a part, and MPNet's; the others are the same."""
_PART = re.compile("|".join(map(re.escape, _NAMES)))
_BIAS = "encoder.relative_attention_bias.weight"
_POSITIONS = "embeddings.position_embeddings.weight"


class MPNetWeights:
    """The tensors of an MPNet model under BERT's names.

    Args:
        weights: its files.
        padding: id of the padding token; the positions before the one after it are never used.
    """

    def __init__(self, weights: Weights, padding: int) -> None:
        self._weights, self._padding = weights, padding

    def readable(self) -> bool:
        """True when NumPy reads all of them."""
        return self._weights.readable()

    def read(self, name: str) -> NDArray[np.float32]:
        """A tensor as float32; the positions begin with the first that a token can have."""
        value = self._weights.read(_PART.sub(lambda found: _NAMES[found[0]], name))
        return value[self._padding + 1 :] if name == _POSITIONS else value

    def table(self, name: str) -> NDArray[np.float32]:
        """A matrix whose rows are looked up."""
        return self.read(name)

    def bias(self) -> Callable[[int], NDArray[np.float32]]:
        """What attention adds for the distance of two tokens, float32 (1, heads, width, width), by width."""
        by_bucket = self._weights.read(_BIAS)

        @lru_cache(maxsize=1)
        def of(width: int) -> NDArray[np.float32]:
            return np.ascontiguousarray(by_bucket[buckets(width, len(by_bucket))].transpose(2, 0, 1)[None])

        return of


def buckets(width: int, n: int) -> NDArray[np.int64]:
    """Bucket of the distance from each token to each other, (width, width).

    Half of the buckets are for tokens before, half for those after; of each half, one half holds one distance each, the other wider and wider ranges.

    >>> buckets(3, 32).tolist()
    [[0, 17, 18], [1, 0, 17], [2, 1, 0]]
    """
    distance = np.arange(width)[None, :] - np.arange(width)[:, None]
    side, single = n // 2, n // 4
    steps = np.abs(distance)
    # float32 as in transformers: the edges of the ranges fall on whole numbers.
    ratio = np.log(np.maximum(steps, 1).astype(np.float32) / np.float32(single)) / np.float32(np.log(FURTHEST / single))
    wide = single + (ratio * np.float32(side - single)).astype(np.int64)
    out: NDArray[np.int64] = (distance > 0) * side + np.where(steps < single, steps, np.minimum(wide, side - 1))
    return out
