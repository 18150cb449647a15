"""The BERT encoder's forward pass, read straight from safetensors or a packed file.

transformers computes the same numbers but takes four times as long to import as the
article pair takes to score, so the packaged model does without it.

Source: Devlin et al. 2019; layer names as in the published checkpoints.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from importlib.metadata import version
from typing import Any, TypeVar

import torch
import torch.nn.functional as F

from evaluator.embed import VectorArray
from evaluator.embed.graph import Batch
from evaluator.embed.models import ModelSpec, weight_files
from evaluator.embed.packed import PackedFile
from evaluator.types import EvaluatorError

T = TypeVar("T")


def torch_name() -> str:
    """The runtime as signatures name it."""
    return f"torch-{version('torch').split('+')[0]}"


class Copied:
    """A tensor on its way to the processor: what is put on the GPU meanwhile does not wait for it, nor it for that."""

    def __init__(self, tensor: torch.Tensor) -> None:
        self._done = None
        self._here = tensor
        if tensor.is_cuda:
            self._here = torch.empty(tensor.shape, dtype=tensor.dtype, pin_memory=True)
            self._here.copy_(tensor, non_blocking=True)
            self._done = torch.cuda.Event()  # type: ignore[no-untyped-call]
            self._done.record(torch.cuda.current_stream(tensor.device))

    def array(self) -> Any:
        """The numbers, once they are there."""
        if self._done is not None:
            self._done.synchronize()
        return self._here.numpy()


def one_ahead(started: Iterable[T]) -> Iterator[T]:
    """What an iterator gives, each asked for one earlier: while one is worked on, the next is under way."""
    waiting: list[T] = []
    for one in started:
        waiting.append(one)
        if len(waiting) > 1:
            yield waiting.pop(0)
    yield from waiting


def hidden_by(hidden: Callable[[torch.Tensor, torch.Tensor], torch.Tensor], batches: Sequence[Batch], take: Callable[[int, VectorArray], None]) -> None:
    """Hand over the states of each batch, from a function of torch tensors."""
    states = (Copied(hidden(torch.from_numpy(batch.ids), torch.from_numpy(batch.lengths))) for batch in batches)
    for k, one in enumerate(one_ahead(states)):
        take(k, one.array())


def mask_of(lengths: torch.Tensor, width: int, device: str) -> torch.Tensor | None:
    """Which tokens attention sees, bool (batch, 1, 1, width); None where that is all of them."""
    present = torch.arange(width) < lengths[:, None]
    return None if bool(present.all()) else present[:, None, None, :].to(device, non_blocking=True)


class BertLayers:
    """The layers of a BERT encoder over what was looked up for each token.

    Args:
        config: the model's.
        weights: its tensors by name.
        kept: layers whose states are kept; the highest is the last that is computed.
    """

    def __init__(self, config: Mapping[str, Any], weights: Mapping[str, torch.Tensor], kept: Sequence[int]) -> None:
        self._heads = int(config["num_attention_heads"])
        self._eps = float(config.get("layer_norm_eps", 1e-12))
        self._weights = weights
        self._kept = tuple(kept)

    def states(self, embedded: torch.Tensor, mask: torch.Tensor | None) -> list[torch.Tensor]:
        """States of the layers kept, each (batch, width, dimension).

        Args:
            embedded: sums of embeddings, (batch, width, dimension).
            mask: see `mask_of`.
        """
        x = self._norm("embeddings.LayerNorm.", embedded)
        states = {0: x}
        for layer in range(max(self._kept)):
            x = self._layer(f"encoder.layer.{layer}.", x, mask)
            if layer + 1 in self._kept:
                states[layer + 1] = x
        return [states[layer] for layer in self._kept]

    def _layer(self, prefix: str, x: torch.Tensor, mask: torch.Tensor | None) -> torch.Tensor:
        batch, width, size = x.shape

        def heads(part: str) -> torch.Tensor:
            return self._linear(f"{prefix}attention.self.{part}.", x).view(batch, width, self._heads, -1).transpose(1, 2)

        attended = F.scaled_dot_product_attention(heads("query"), heads("key"), heads("value"), attn_mask=mask)
        attended = attended.transpose(1, 2).reshape(batch, width, size)
        x = self._norm(f"{prefix}attention.output.LayerNorm.", self._linear(f"{prefix}attention.output.dense.", attended) + x)
        inner = F.gelu(self._linear(f"{prefix}intermediate.dense.", x))
        return self._norm(f"{prefix}output.LayerNorm.", self._linear(f"{prefix}output.dense.", inner) + x)

    def _linear(self, prefix: str, x: torch.Tensor) -> torch.Tensor:
        return F.linear(x, self._weights[f"{prefix}weight"], self._weights[f"{prefix}bias"])

    def _norm(self, prefix: str, x: torch.Tensor) -> torch.Tensor:
        return F.layer_norm(x, (x.shape[-1],), self._weights[f"{prefix}weight"], self._weights[f"{prefix}bias"], self._eps)


class BertEncoder:
    """A BERT encoder cut after the highest of the layers whose states are kept."""

    def __init__(self, spec: ModelSpec, device: str, bf16: bool, layers: Sequence[int]) -> None:
        self._bf16 = bf16
        self._weights = _read_weights(spec, device)
        self._layers = BertLayers(spec.config, self._weights, layers)
        self._device = device
        self.name = torch_name()

    def hidden_of(self, batches: Sequence[Batch], take: Callable[[int, VectorArray], None]) -> None:
        """Hand over the hidden states of each batch, float32 (layers, batch, width, dimension)."""
        hidden_by(self.hidden, batches, take)

    def hidden(self, ids: torch.Tensor, lengths: torch.Tensor) -> torch.Tensor:
        """Hidden states of the layers kept, float32 (layers, batch, width, dimension), where they were computed.

        Args:
            ids: token ids, int64 (batch, width), padded at the right.
            lengths: tokens of each row, int64 (batch,).
        """
        with torch.inference_mode(), torch.autocast(self._device.split(":")[0], torch.bfloat16, enabled=self._bf16):
            mask = mask_of(lengths, ids.shape[1], self._device)
            return torch.stack(self._layers.states(self._embed(ids.to(self._device)), mask)).float()

    def _embed(self, ids: torch.Tensor) -> torch.Tensor:
        w = self._weights
        x = F.embedding(ids, w["embeddings.word_embeddings.weight"])
        return x + w["embeddings.token_type_embeddings.weight"][0] + w["embeddings.position_embeddings.weight"][: ids.shape[1]]


def _read_weights(spec: ModelSpec, device: str) -> dict[str, torch.Tensor]:
    if spec.packed:
        packed = PackedFile(spec.packed)
        return {name: torch.tensor(packed.read(name), device=device) for name in packed.names()}
    from safetensors.torch import load_file

    loaded: dict[str, Any] = {}
    for file in weight_files(spec.folder):
        loaded.update(load_file(file, device=device))
    weights = {name.removeprefix("bert."): value.float() for name, value in loaded.items()}
    if "embeddings.word_embeddings.weight" not in weights:
        raise EvaluatorError(f"The weights in {spec.folder} are not those of a BERT encoder: they have no embeddings.word_embeddings.weight.")
    return weights
