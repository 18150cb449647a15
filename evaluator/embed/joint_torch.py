"""The model of `joint.py` in torch, for GPUs and where OpenVINO is not installed: pairs of about equal length go through together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F

from evaluator.embed.bert import BertLayers, mask_of, torch_name
from evaluator.embed.embedder import GPU_TOKEN_BUDGET, TOKEN_BUDGET, batches
from evaluator.embed.joint import ChangedWeights, Sequenced
from evaluator.embed.models import ModelSpec, weight_files
from evaluator.embed.weights import Weights

LOOKED_UP = ("word_embeddings", "position_embeddings", "token_type_embeddings")


class JointStates(NamedTuple):
    """A batch that went through."""

    rows: list[int]
    """Which pairs, of those given."""
    states: list[torch.Tensor]
    """Of each layer kept, float32 (batch, width, dimension); what lies beyond a pair's own tokens means nothing."""


class TorchJointEncoder:
    """Hidden states of pairs, in batches.

    Args:
        spec: the model that the differences belong to.
        changes: the reader's file.
        layers: layers whose states are kept, ascending.
        device: `cpu`, `cuda` or `cuda:N`.
        precision: `fp32`, or `bf16` for matrix products in bfloat16.
    """

    def __init__(self, spec: ModelSpec, changes: Path, layers: tuple[int, ...], device: str, precision: str) -> None:
        base, learned = Weights(weight_files(spec.folder)), Weights([changes])
        changed = ChangedWeights(base, learned)

        def tensor(values: np.ndarray) -> torch.Tensor:
            return torch.tensor(values, device=device)

        words, positions, types = (base.read(f"embeddings.{name}.weight") for name in LOOKED_UP)
        self._words, self._positions = tensor(words), tensor(positions + types[0])
        self._signs, self._sides = tensor(learned.read("signs")), tensor(learned.read("sides"))
        last = max(layers)
        wanted = [name for name in base.names() if name.startswith(("embeddings.LayerNorm.", *(f"encoder.layer.{k}." for k in range(last))))]
        self._layers = BertLayers(spec.config, {name: tensor(changed.read(name)) for name in wanted}, layers)
        self._device, self._bf16 = device, precision == "bf16"
        self._budget = TOKEN_BUDGET if device == "cpu" else GPU_TOKEN_BUDGET
        self.name = torch_name()

    def batches_of(self, pairs: Sequence[Sequenced]) -> Iterator[JointStates]:
        """The states of all pairs, longest first. A GPU may still be at work on a batch when it is given."""
        for rows in batches([len(pair.ids) for pair in pairs], budget=self._budget):
            yield JointStates(rows, self._states([pairs[row] for row in rows]))

    def _states(self, pairs: Sequence[Sequenced]) -> list[torch.Tensor]:
        lengths = torch.tensor([len(pair.ids) for pair in pairs])
        with torch.inference_mode(), torch.autocast(self._device.split(":")[0], torch.bfloat16, enabled=self._bf16):
            mask = mask_of(lengths, int(lengths.max()), self._device)
            return [states.float() for states in self._layers.states(self._embedded(pairs), mask)]

    def _embedded(self, pairs: Sequence[Sequenced]) -> torch.Tensor:
        """Sums of embeddings, (batch, width, dimension)."""
        width = max(len(pair.ids) for pair in pairs)
        given = np.zeros((4, len(pairs), width), dtype=np.int64)
        for row, pair in enumerate(pairs):
            given[:, row, : len(pair.ids)] = pair.ids, pair.positions, pair.signs, pair.sides
        ids, positions, signs, sides = torch.from_numpy(given).to(self._device)
        # As in `joint.py`: tokens for which there is no position share the last one.
        at = positions.clamp(max=len(self._positions) - 1)
        return F.embedding(ids, self._words) + F.embedding(at, self._positions) + F.embedding(signs, self._signs) + F.embedding(sides, self._sides)
