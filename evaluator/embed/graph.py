"""The forward pass of BERT and MPNet as an OpenVINO graph, built in memory from safetensors weights.

Twice as quick to start as torch, and the only runtime of the default path. Nothing is exported
and no file is written: making the graph takes 0.2 s, so there is no cache to grow stale.

Source: the layers of `bert.py`, whose numbers it gives to 1e-6, and for MPNet `mpnet.py`.
"""

from __future__ import annotations

import os
import sys
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from evaluator.embed import VectorArray
from evaluator.embed.models import ModelSpec, weight_files
from evaluator.embed.mpnet import MODEL_TYPE as MPNET
from evaluator.embed.mpnet import MPNetWeights
from evaluator.embed.packed import PackedFile
from evaluator.embed.runtime import load_openvino
from evaluator.embed.weights import Weights
from evaluator.extras import is_installed

MAX_STREAMS = 8
"""Batches that go through side by side, each on threads of its own."""
PRECISIONS = {"fp32": "f32", "bf16": "bf16"}


class Batch(NamedTuple):
    """Texts of about equal length."""

    ids: NDArray[np.int64]
    """(batch, width), padded at the right."""
    lengths: NDArray[np.int64]
    """Tokens of each row, (batch,)."""


def n_threads() -> int:
    """Threads that a model may use: torch's number where torch was loaded, OMP_NUM_THREADS, or the processors of this process."""
    torch = sys.modules.get("torch")
    if torch is not None and hasattr(torch, "get_num_threads"):
        return int(torch.get_num_threads())
    stated = os.environ.get("OMP_NUM_THREADS", "")
    if stated.isdigit() and int(stated):
        return int(stated)
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def can_build(spec: ModelSpec, precision: str) -> bool:
    """True where OpenVINO is installed, computes in this precision on this processor, and reads these weights.

    Whether the model is BERT as published is `models.can_run`'s to say.
    """
    if not is_installed("openvino"):
        return False
    weights = open_weights(spec)
    if not isinstance(weights, PackedFile) and not weights.readable():
        return False
    return precision == "fp32" or "BF16" in _core().get_property("CPU", "OPTIMIZATION_CAPABILITIES")


def open_weights(spec: ModelSpec) -> Weights | MPNetWeights | PackedFile:
    """The tensors of a model under BERT's names, in whichever form they are stored."""
    if spec.packed:
        return PackedFile(spec.packed)
    weights = Weights(weight_files(spec.folder))
    return MPNetWeights(weights, int(spec.config["pad_token_id"])) if spec.config["model_type"] == MPNET else weights


class TensorSource(Protocol):
    """Tensors of an encoder by name."""

    def read(self, name: str) -> NDArray[np.float32]:
        """One of them."""


class Input(NamedTuple):
    """One pass through the graph."""

    embedded: VectorArray
    """(batch, width, dimension)."""
    mask: NDArray[np.float32]
    """Added to attention: 0 or -inf, and for MPNet a bias by distance; each axis is that of (batch, heads, width, width) or 1."""


class Graph:
    """The layers of an encoder, compiled, cut after the highest of the layers whose states are kept."""

    def __init__(self, spec: ModelSpec, weights: TensorSource, precision: str, layers: Sequence[int]) -> None:
        threads = n_threads()
        streams = min(threads, MAX_STREAMS)
        settings = {
            "INFERENCE_PRECISION_HINT": PRECISIONS[precision],
            "EXECUTION_MODE_HINT": "PERFORMANCE",
            "INFERENCE_NUM_THREADS": threads,
            "NUM_STREAMS": streams,
            "ENABLE_CPU_PINNING": False,
        }
        self.name = f"openvino-{load_openvino().__version__.split('-')[0]}"
        self._graph = _Builder(spec, weights).model(tuple(layers))
        compiled = _core().compile_model(self._graph, "CPU", settings)
        self._requests = [compiled.create_infer_request() for _ in range(streams)]

    def states_of(self, inputs: Iterable[Input], take: Callable[[int, VectorArray], None]) -> None:
        """Hand over the hidden states of each input in order, float32 (layers, batch, width, dimension), as they are ready.

        Requests are waited for here: a callback would run in a thread of OpenVINO's, which must not be the last to hold this graph.
        """
        running: deque[tuple[int, Any]] = deque()

        def finish() -> Any:
            k, request = running.popleft()
            request.wait()
            take(k, np.stack([output.data for output in request.output_tensors]))
            return request

        try:
            for k, given in enumerate(inputs):
                request = finish() if len(running) == len(self._requests) else self._requests[k]
                request.start_async([given.embedded, given.mask])
                running.append((k, request))
            while running:
                finish()
        finally:
            for _, request in running:
                request.wait()


class GraphEncoder:
    """A BERT or MPNet encoder over single texts."""

    def __init__(self, spec: ModelSpec, precision: str, layers: Sequence[int]) -> None:
        weights = open_weights(spec)
        # Rows are looked up here: the graph would hold two copies of the whole table.
        self._words = weights.table("embeddings.word_embeddings.weight")
        self._positions = weights.read("embeddings.position_embeddings.weight")
        self._bias = weights.bias() if isinstance(weights, MPNetWeights) else None
        if self._bias is None:
            self._positions = self._positions + weights.read("embeddings.token_type_embeddings.weight")[0]
        self._graph = Graph(spec, weights, precision, layers)
        self.name = self._graph.name

    def hidden_of(self, batches: Sequence[Batch], take: Callable[[int, VectorArray], None]) -> None:
        """Hand over the hidden states of each batch in order, float32 (layers, batch, width, dimension), as they are ready."""
        self._graph.states_of((self._input(batch) for batch in batches), take)

    def _input(self, batch: Batch) -> Input:
        absent = np.arange(batch.ids.shape[1]) >= batch.lengths[:, None]
        mask = np.where(absent, np.float32(-np.inf), np.float32(0))[:, None, None, :]
        if self._bias is not None:
            mask = mask + self._bias(batch.ids.shape[1])
        return Input(self._words[batch.ids] + self._positions[: batch.ids.shape[1]], mask)


def _core() -> Any:
    return load_openvino().Core()


class _Builder:
    """Makes the graph of one model."""

    def __init__(self, spec: ModelSpec, weights: TensorSource) -> None:
        self._ops: Any = load_openvino().opset13
        self._weights = weights
        self._heads = int(spec.config["num_attention_heads"])
        self._size = int(spec.config["hidden_size"])
        self._eps = float(spec.config.get("layer_norm_eps", 1e-12))
        self._mask = [-1, self._heads, -1, -1] if spec.config["model_type"] == MPNET else [-1, 1, 1, -1]

    def model(self, layers: tuple[int, ...]) -> Any:
        """The graph: embeddings (batch, width, dimension) and what attention adds (see `Input`) to the hidden states of each layer kept."""
        ops = self._ops
        embedded, mask = ops.parameter([-1, -1, self._size], np.float32), ops.parameter(self._mask, np.float32)
        x = self._norm("embeddings.LayerNorm.", embedded)
        states = {0: x}
        for layer in range(max(layers)):
            states[layer + 1] = x = self._layer(f"encoder.layer.{layer}.", x, mask)
        return load_openvino().Model([ops.result(states[layer]) for layer in layers], [embedded, mask], "bert")

    def _constant(self, name: str) -> Any:
        return self._ops.constant(self._weights.read(name), shared_memory=True)

    def _whole(self, *values: int) -> Any:
        return self._ops.constant(np.array(values, dtype=np.int64))

    def _layer(self, prefix: str, x: Any, mask: Any) -> Any:
        ops = self._ops

        def heads(part: str) -> Any:
            parted = ops.reshape(self._linear(f"{prefix}attention.self.{part}.", x), self._whole(0, 0, self._heads, self._size // self._heads), True)
            return ops.transpose(parted, self._whole(0, 2, 1, 3))

        attended = ops.scaled_dot_product_attention(heads("query"), heads("key"), heads("value"), mask)
        attended = ops.reshape(ops.transpose(attended, self._whole(0, 2, 1, 3)), self._whole(0, 0, self._size), True)
        x = self._norm(f"{prefix}attention.output.LayerNorm.", ops.add(self._linear(f"{prefix}attention.output.dense.", attended), x))
        inner = ops.gelu(self._linear(f"{prefix}intermediate.dense.", x), "erf")
        return self._norm(f"{prefix}output.LayerNorm.", ops.add(self._linear(f"{prefix}output.dense.", inner), x))

    def _linear(self, prefix: str, x: Any) -> Any:
        return self._ops.add(self._ops.matmul(x, self._constant(f"{prefix}weight"), False, True), self._constant(f"{prefix}bias"))

    def _norm(self, prefix: str, x: Any) -> Any:
        ops = self._ops
        centred = ops.mvn(x, self._whole(-1), True, self._eps, "inside_sqrt")
        return ops.add(ops.multiply(centred, self._constant(f"{prefix}weight")), self._constant(f"{prefix}bias"))
