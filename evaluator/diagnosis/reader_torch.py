"""What the reader says of pairs, in torch: the numbers of `reader.py` for a whole batch, where the states are."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
import torch.nn.functional as F

from evaluator.diagnosis.joint import Joint
from evaluator.embed.bert import Copied, one_ahead
from evaluator.embed.joint_torch import JointStates, TorchJointEncoder
from evaluator.types import FloatArray


class Read(NamedTuple):
    """What `reader.py` needs of one pair; arrays are parts of a batch's."""

    pair: FloatArray
    """(n_outputs,)."""
    tags: FloatArray
    """Of each token, (n_tokens, 4)."""
    middle: Any
    """Unit vectors of each token in the layer that aligns, float32 (n_tokens, dimension)."""
    likeness: FloatArray
    """(n_layers, 8)."""


class TorchHeads:
    """What is computed from the states.

    Args:
        encoder: gives the compared layers, ascending, and the last one.
        aligning: place of the layer that aligns among the compared ones.
        tag: weight (dimension, 4) and bias of the scores of a token.
        pair: weight (3 dimension, n_outputs) and bias of the scores of a pair.
        device: of the encoder.
    """

    def __init__(self, encoder: TorchJointEncoder, aligning: int, tag: tuple[Any, Any], pair: tuple[Any, Any], device: str) -> None:
        self._encoder, self._aligning, self._device = encoder, aligning, device
        self._tag, self._pair = ([torch.tensor(np.ascontiguousarray(one), device=device) for one in both] for both in (tag, pair))

    def read(self, pairs: Sequence[Joint], take: Callable[[int, Read], None]) -> None:
        """Hand over what is read of each pair, in any order."""
        for rows, copied in one_ahead(self._computed(pairs)):
            outputs, tags, middle, likeness = (one.array() for one in copied)
            for k, row in enumerate(rows):
                n = len(pairs[row].ids)
                take(row, Read(outputs[k].astype(np.float64), tags[k, :n].astype(np.float64), middle[k, :n], likeness[k].astype(np.float64)))

    def _computed(self, pairs: Sequence[Joint]) -> Iterator[tuple[list[int], list[Copied]]]:
        for batch in self._encoder.batches_of(pairs):
            with torch.inference_mode():
                yield batch.rows, [Copied(one) for one in self._of(batch, [pairs[row] for row in batch.rows])]

    def _of(self, batch: JointStates, pairs: Sequence[Joint]) -> list[torch.Tensor]:
        *lower, last = batch.states
        reference, hypothesis = (side.to(self._device) for side in _sides(pairs, last.shape[1]))
        pooled = torch.cat([last[:, 0], _mean(last, hypothesis), _mean(last, reference)], dim=-1)
        outputs, tags = (states @ weight + bias for states, (weight, bias) in ((pooled, self._pair), (last, self._tag)))
        units = [F.normalize(layer, dim=-1, eps=1e-9) for layer in lower]
        likeness = torch.stack([likeness_of(one, hypothesis, reference) for one in units], dim=1)
        return [outputs, tags, units[self._aligning], likeness]


def _sides(pairs: Sequence[Joint], width: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Which tokens are the reference's and which the hypothesis's, each bool (batch, width)."""
    out = torch.zeros((2, len(pairs), width), dtype=torch.bool)
    for k, pair in enumerate(pairs):
        out[0, k, pair.reference] = True
        out[1, k, pair.hypothesis] = True
    return out[0], out[1]


def _mean(states: torch.Tensor, side: torch.Tensor) -> torch.Tensor:
    """Mean state of a side's tokens, 0 where there are none, (batch, dimension)."""
    weights = side / side.sum(dim=1, keepdim=True).clamp(min=1)
    return (weights[:, None] @ states)[:, 0]


def likeness_of(unit: torch.Tensor, hypothesis: torch.Tensor, reference: torch.Tensor) -> torch.Tensor:
    """By `reader.LIKENESS`, (batch, 8); zeros where a side has no token.

    Args:
        unit: unit vectors of all tokens, (batch, width, dimension).
        hypothesis: which tokens are its, bool (batch, width).
        reference: likewise.
    """
    cosine = unit @ unit.transpose(1, 2)
    both = (hypothesis.any(dim=1) & reference.any(dim=1))[:, None]
    numbers = [
        _numbers(cosine.masked_fill(~theirs[:, None], -torch.inf).amax(dim=2), ours) for ours, theirs in ((hypothesis, reference), (reference, hypothesis))
    ]
    return torch.cat(numbers, dim=1).where(both, 0.0)


def _numbers(best: torch.Tensor, side: torch.Tensor) -> torch.Tensor:
    """Mean of the best cosines of a side's tokens, the lowest, the mean of the three lowest, a tenth of the summed gaps; (batch, 4)."""
    n = side.sum(dim=1).clamp(min=1)
    low = best.masked_fill(~side, torch.inf).topk(min(3, best.shape[1]), dim=1, largest=False, sorted=True).values
    there = low.isfinite()
    three = low.where(there, 0.0).sum(dim=1) / there.sum(dim=1).clamp(min=1)
    found = best.where(side, 0.0).sum(dim=1)
    return torch.stack([found / n, low[:, 0], three, (n - found) / 10], dim=1)
