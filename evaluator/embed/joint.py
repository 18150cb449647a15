"""The packaged model as it was changed to read two texts at once: base weights plus low-rank differences.

A pair goes through alone, whatever else is judged: its numbers then cannot depend on the batch,
and on processors a batch of one is as quick as a full one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from evaluator.embed import VectorArray
from evaluator.embed.graph import Graph, Input
from evaluator.embed.models import ModelSpec, weight_files
from evaluator.embed.weights import Weights

LEFT, RIGHT = ".left", ".right"
"""Endings of the two factors of a low-rank difference: left (rows, rank) @ right (rank, columns)."""


class Sequenced(Protocol):
    """A pair as one sequence of tokens; every array is (n_tokens,)."""

    @property
    def ids(self) -> NDArray[np.int64]:
        """Vocabulary numbers."""

    @property
    def positions(self) -> NDArray[np.int64]:
        """Positions, of each text its own."""

    @property
    def signs(self) -> NDArray[np.int64]:
        """Rows of the table of signs."""

    @property
    def sides(self) -> NDArray[np.int64]:
        """0 for the reference, 1 for the hypothesis."""


class ChangedWeights:
    """A model's weights with differences added.

    Args:
        base: the published weights.
        changes: `NAME` for a whole difference, or its factors `NAME.left` and `NAME.right`.
    """

    def __init__(self, base: Weights, changes: Weights) -> None:
        self._base, self._changes = base, changes

    def read(self, name: str) -> NDArray[np.float32]:
        """A tensor as the reader has it."""
        value = self._base.read(name)
        if name + LEFT in self._changes:
            return value + self._changes.read(name + LEFT) @ self._changes.read(name + RIGHT)
        return value + self._changes.read(name) if name in self._changes else value


class JointEncoder:
    """Hidden states of pairs.

    Args:
        spec: the model that the differences belong to.
        changes: the reader's file.
        layers: layers whose states are kept, ascending.
    """

    def __init__(self, spec: ModelSpec, changes: Path, layers: tuple[int, ...]) -> None:
        base, learned = Weights(weight_files(spec.folder)), Weights([changes])
        self._words = base.read("embeddings.word_embeddings.weight")
        self._positions = base.read("embeddings.position_embeddings.weight") + base.read("embeddings.token_type_embeddings.weight")[0]
        self._signs, self._sides = learned.read("signs"), learned.read("sides")
        self._graph = Graph(spec, ChangedWeights(base, learned), "fp32", layers)
        self.name = self._graph.name

    def states_of(self, pairs: Iterable[Sequenced], take: Callable[[int, VectorArray], None]) -> None:
        """Hand over the states of each pair in order, float32 (layers, n_tokens, dimension), as they are ready."""
        self._graph.states_of((self._input(pair) for pair in pairs), lambda k, states: take(k, states[:, 0]))

    def _input(self, pair: Sequenced) -> Input:
        # A piece of unusually long words has more tokens than there are positions: the rest share the last one.
        positions = np.minimum(pair.positions, len(self._positions) - 1)
        embedded = self._words[pair.ids] + self._positions[positions] + self._signs[pair.signs] + self._sides[pair.sides]
        return Input(embedded[None], np.zeros((1, 1, 1, len(pair.ids)), dtype=np.float32))
