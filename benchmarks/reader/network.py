"""The reader in torch, for training: a model over both texts, a tagger of tokens and scores of the pair; no command of its own.

At run time the package computes the same in OpenVINO (`evaluator/diagnosis/reader.py`).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from prepare import TARGETS, Labelled
from torch import Tensor, nn

from evaluator.diagnosis.joint import N_SIGNS
from evaluator.embed.models import find_model

OUTPUTS = (*TARGETS, "rank")
"""Scores of the pair; the first three are log odds."""
TAGS = ("any", "serious", "edited")
N_ODDS = 3


class Batch(NamedTuple):
    """Pairs of about one length."""

    ids: Tensor
    positions: Tensor
    signs: Tensor
    sides: Tensor
    present: Tensor
    hypothesis: Tensor
    """True for hypothesis tokens, (batch, width)."""
    reference: Tensor
    targets: Tensor
    quality: Tensor
    group: Tensor
    tags: Tensor
    """(batch, width, 3), NaN where unknown or not the hypothesis."""
    lost: Tensor
    """(batch, width), likewise for the reference."""


def batch_of(pairs: Sequence[Labelled]) -> Batch:
    """Pairs as tensors, padded at the right."""
    n, width = len(pairs), max(len(p.joint.ids) for p in pairs)
    whole = np.zeros((4, n, width), dtype=np.int64)
    masks = np.zeros((3, n, width), dtype=bool)
    tags, lost = np.full((n, width, len(TAGS)), np.nan, np.float32), np.full((n, width), np.nan, np.float32)
    for k, p in enumerate(pairs):
        j = p.joint
        for row, values in enumerate((j.ids, j.positions, j.signs, j.sides)):
            whole[row, k, : len(j.ids)] = values
        masks[0, k, : len(j.ids)], masks[1, k, j.hypothesis], masks[2, k, j.reference] = True, True, True
        tags[k, j.hypothesis], lost[k, j.reference] = p.tokens, p.lost
    groups = {name: k for k, name in enumerate(dict.fromkeys(p.group for p in pairs))}
    return Batch(
        *torch.from_numpy(whole),
        *torch.from_numpy(masks),
        torch.from_numpy(np.stack([p.targets for p in pairs])),
        torch.tensor([p.quality for p in pairs], dtype=torch.float32),
        torch.tensor([groups[p.group] for p in pairs]),
        torch.from_numpy(tags),
        torch.from_numpy(lost),
    )


class Scores(NamedTuple):
    """What the reader says of a batch."""

    pair: Tensor
    """(batch, len(OUTPUTS))."""
    tags: Tensor
    """Log odds, (batch, width, 3)."""
    lost: Tensor
    """Log odds, (batch, width)."""


class Reader(nn.Module):
    """MiniLM, or the larger MPNet that teaches it, with heads."""

    def __init__(self, dropout: float = 0.05, model: str = "minilm") -> None:
        super().__init__()
        from transformers import AutoConfig, AutoModel

        folder = str(find_model(model).folder)
        config = AutoConfig.from_pretrained(folder, hidden_dropout_prob=dropout, attention_probs_dropout_prob=dropout)
        how = {} if model == "mpnet" else {"attn_implementation": "sdpa"}
        self.bert = AutoModel.from_pretrained(folder, config=config, add_pooling_layer=False, **how)
        self.first_position = self.bert.config.pad_token_id + 1 if model == "mpnet" else 0
        self.own_ids: Tensor | None
        self.register_buffer("own_ids", _numbers_of(folder) if model == "mpnet" else None, persistent=False)
        for name, parameter in self.bert.named_parameters():
            parameter.requires_grad = not ((name.startswith("embeddings.") and "LayerNorm" not in name) or "relative" in name)
        size = self.bert.config.hidden_size
        self.signs, self.sides = nn.Embedding(N_SIGNS, size), nn.Embedding(2, size)
        nn.init.zeros_(self.signs.weight)
        nn.init.zeros_(self.sides.weight)
        self.tag, self.pair = nn.Linear(size, len(TAGS) + 1), nn.Linear(3 * size, len(OUTPUTS))
        for head in (self.tag, self.pair):
            nn.init.normal_(head.weight, std=0.01, generator=torch.Generator().manual_seed(1))
            nn.init.zeros_(head.bias)
        with torch.no_grad():
            self.tag.bias.fill_(-2.0)

    def forward(self, batch: Batch) -> Scores:
        ids = batch.ids if self.own_ids is None else self.own_ids[batch.ids]
        embedded = self.bert.embeddings.word_embeddings(ids) + self.signs(batch.signs) + self.sides(batch.sides)
        with torch.autocast(ids.device.type, torch.bfloat16, enabled=ids.device.type == "cuda"):
            places = batch.positions + self.first_position
            states = self.bert(inputs_embeds=embedded, position_ids=places, attention_mask=batch.present.long()).last_hidden_state
        states = states.float()
        token = self.tag(states)
        pooled = torch.cat([states[:, 0], _mean(states, batch.hypothesis), _mean(states, batch.reference)], dim=-1)
        return Scores(self.pair(pooled), token[..., :3], token[..., 3])


def _numbers_of(folder: str) -> Tensor:
    """For each word piece of MiniLM its number in MPNet's vocabulary, which holds the same pieces."""
    theirs = json.loads((Path(folder) / "tokenizer.json").read_text(encoding="utf-8"))["model"]["vocab"]
    ours = json.loads((find_model("minilm").folder / "tokenizer.json").read_text(encoding="utf-8"))["model"]["vocab"]
    special = {"[CLS]": "<s>", "[SEP]": "</s>", "[PAD]": "<pad>", "[MASK]": "<mask>"}
    out = torch.zeros(max(ours.values()) + 1, dtype=torch.long)
    for piece, number in ours.items():
        out[number] = theirs[special.get(piece, piece)]
    return out


def _mean(states: Tensor, mask: Tensor) -> Tensor:
    weight = mask.float()[..., None]
    return (states * weight).sum(dim=1) / weight.sum(dim=1).clamp(min=1)


WEIGHTS = {"odds": 1.0, "mqm": 3.0, "da": 0.3, "rank": 0.7, "tags": 3.0, "lost": 1.0}


def loss_of(scores: Scores, batch: Batch) -> Tensor:
    """The sum of all losses of a batch; unknown targets count nothing."""
    parts = {
        "odds": bce(scores.pair[:, :N_ODDS], batch.targets[:, :N_ODDS]),
        "mqm": square(scores.pair[:, 3], batch.targets[:, 3]),
        "da": square(scores.pair[:, 4:6], batch.targets[:, 4:6]),
        "rank": _ranking(scores.pair[:, 6], batch),
        "tags": bce(scores.tags, batch.tags),
        "lost": bce(scores.lost, batch.lost),
    }
    return torch.stack([WEIGHTS[name] * value for name, value in parts.items()]).sum()


def bce(odds: Tensor, target: Tensor) -> Tensor:
    """Cross entropy of log odds where the target, a probability, is known."""
    known = ~target.isnan()
    return F.binary_cross_entropy_with_logits(odds[known], target[known]) if known.any() else odds.sum() * 0


def square(value: Tensor, target: Tensor) -> Tensor:
    """Squared distance, linear for large ones, where the target is known."""
    known = ~target.isnan()
    return F.smooth_l1_loss(value[known], target[known], beta=0.5) if known.any() else value.sum() * 0


def _ranking(value: Tensor, batch: Batch) -> Tensor:
    """Pairs of one group: the better one higher, weighted by how far apart they are."""
    gap = batch.quality[:, None] - batch.quality[None, :]
    counts = (batch.group[:, None] == batch.group[None, :]) & (gap > 0.4)
    if not counts.any():
        return value.sum() * 0
    weight = (gap[counts] / 3).clamp(max=1.0)
    return (weight * F.softplus(-(value[:, None] - value[None, :])[counts])).sum() / weight.sum()


def batches(pairs: Sequence[Labelled], budget: int) -> Iterator[list[int]]:
    """Indices of pairs in batches of at most `budget` tokens, padding included, ascending in length."""
    order = sorted(range(len(pairs)), key=lambda k: len(pairs[k].joint.ids))
    batch: list[int] = []
    for k in order:
        if batch and len(pairs[k].joint.ids) * (len(batch) + 1) > budget:
            yield batch
            batch = []
        batch.append(k)
    if batch:
        yield batch


class Predictions(NamedTuple):
    """Scores of pairs in their order."""

    pair: np.ndarray
    tags: list[np.ndarray]
    lost: list[np.ndarray]


@torch.no_grad()
def predict(model: Reader, pairs: Sequence[Labelled], budget: int = 4096) -> Predictions:
    """Scores of all pairs."""
    model.eval()
    device = next(model.parameters()).device
    pair = np.zeros((len(pairs), len(OUTPUTS)))
    tags: list[np.ndarray] = [np.zeros(0)] * len(pairs)
    lost: list[np.ndarray] = [np.zeros(0)] * len(pairs)
    for chosen in batches(pairs, budget):
        scores = model(Batch(*(t.to(device) for t in batch_of([pairs[k] for k in chosen]))))
        pair[chosen] = scores.pair.cpu().numpy()
        for row, k in enumerate(chosen):
            j = pairs[k].joint
            tags[k], lost[k] = scores.tags[row, j.hypothesis].cpu().numpy(), scores.lost[row, j.reference].cpu().numpy()
    return Predictions(pair, tags, lost)


def state_of(model: Reader) -> Mapping[str, Tensor]:
    """What was trained, by name, without the word embeddings."""
    return {
        name: value.detach().cpu()
        for name, value in model.state_dict().items()
        if not any(fixed in name for fixed in ("word_embeddings", "position", "token_type", "relative"))
    }


def averaged(work: Path, names: Sequence[str]) -> dict[str, Tensor]:
    """The mean of the weights that several readers have in WORK."""
    states = [torch.load(work / f"reader-{name}.pt") for name in names]
    return {key: sum(state[key] for state in states) / len(states) for key in states[0]}
