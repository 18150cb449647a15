"""Unit vectors of many texts as one table that stays on the GPU, for those who compare them there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import accumulate
from typing import Any, NamedTuple

import numpy as np
import torch
import torch.nn.functional as F

from evaluator.embed.graph import Batch


class TokenTable(NamedTuple):
    """Vectors of texts, one after another."""

    rows: Any
    """Unit vectors, float32 (n_tokens + 1, dimension); the last row is 0, for padding."""
    starts: dict[tuple[int, ...], int]
    """Where each text begins, by its ids."""


def make_table(hidden: Any, batches: Iterable[tuple[Sequence[int], Batch]], texts: Sequence[tuple[int, ...]], layer: int, device: str) -> TokenTable:
    """The table of some texts.

    Args:
        hidden: what computes states from ids and lengths, (layers, batch, width, dimension).
        batches: which of the texts, and their padded ids.
        texts: ids that fit into one pass, each once.
        layer: place of the layer among those that `hidden` gives.
        device: where the table is.
    """
    ends = list(accumulate(map(len, texts)))
    starts = [end - len(text) for end, text in zip(ends, texts, strict=True)]
    rows = None
    with torch.inference_mode():
        for members, batch in batches:
            states = hidden(torch.from_numpy(batch.ids), torch.from_numpy(batch.lengths))[layer]
            rows = torch.zeros((ends[-1] + 1, states.shape[-1]), device=device) if rows is None else rows
            width = batch.ids.shape[1]
            taken = np.flatnonzero(np.arange(width) < batch.lengths[:, None])
            placed = np.concatenate([np.arange(starts[i], ends[i]) for i in members])
            taken_there, placed_there = torch.from_numpy(np.stack([taken, placed])).to(device)
            rows[placed_there] = F.normalize(states.reshape(-1, states.shape[-1])[taken_there], dim=-1, eps=0.0)
    return TokenTable(rows, dict(zip(texts, starts, strict=True)))
