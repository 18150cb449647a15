"""The OpenVINO graph against torch, and how many threads it takes."""

from __future__ import annotations

import gc
import json
import struct
import sys
import weakref
from pathlib import Path

import numpy as np
import pytest

from evaluator.embed import graph
from evaluator.embed.bert import BertEncoder
from evaluator.embed.embedder import ModelEmbedder, open_embedder
from evaluator.embed.weights import Weights
from evaluator.metrics.bertscore import BertScoreMetric
from evaluator.types import EvaluatorError

pytestmark = pytest.mark.model

TEXTS = ["the ferry sails at noon", "nobody was hurt", "", "a word", "the ferry sails at noon and nobody was hurt in the storm " * 9]


def by_torch(embedder: ModelEmbedder, layers: tuple[int, ...]) -> BertEncoder:
    return BertEncoder(embedder.spec, "cpu", False, layers)


@pytest.mark.parametrize("also", [(), (0, 3, 6)])
def test_the_graph_gives_the_vectors_of_torch(also: tuple[int, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    embedder = open_embedder("minilm", 4, "cpu", also=also)
    ids = embedder.token_ids(TEXTS)
    mine = embedder.vectors(ids)
    assert embedder.runtime.startswith("openvino-")
    monkeypatch.setattr(embedder, "_encoder", by_torch(embedder, embedder.layers))
    for a, b in zip(mine, embedder.vectors(ids), strict=True):
        assert a.shape == b.shape
        assert np.abs(a - b).max() < 5e-6


def test_vectors_do_not_depend_on_what_else_is_embedded() -> None:
    embedder = open_embedder("minilm", 3, "cpu")
    ids = embedder.token_ids(TEXTS)
    together = embedder.vectors(ids)
    for one, expected in zip(ids, together, strict=True):
        assert np.abs(embedder.vectors([one])[0] - expected).max() < 5e-6


def test_the_signature_names_runtime_and_precision() -> None:
    for precision in ("fp32", "bf16"):
        signature = BertScoreMetric(open_embedder("minilm", None, "cpu", precision=precision)).prepare([["the cat"]]).signature.corpus
        assert f"dtype:{precision}" in signature
        assert "runtime:openvino-" in signature or "runtime:torch-" in signature


def test_torch_does_where_openvino_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(graph, "is_installed", lambda _: False)
    assert open_embedder("minilm", 3, "cpu").runtime.startswith("torch-")


def test_threads_are_those_of_torch_or_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    assert graph.n_threads() == 1
    torch.set_num_threads(before)
    monkeypatch.delitem(sys.modules, "torch")
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    assert graph.n_threads() == 3
    monkeypatch.setenv("OMP_NUM_THREADS", "many")
    assert graph.n_threads() >= 1


def test_damaged_weights_are_an_error(tmp_path: Path) -> None:
    file = tmp_path / "model.safetensors"
    header = json.dumps({"bert.x": {"dtype": "F16", "shape": [2], "data_offsets": [0, 4]}}).encode()
    file.write_bytes(struct.pack("<Q", len(header)) + header + np.array([1, 2], dtype="<f2").tobytes())
    weights = Weights([file])
    assert weights.read("x").tolist() == [1.0, 2.0]
    assert weights.readable()
    with pytest.raises(EvaluatorError, match="they have no embeddings"):
        weights.read("embeddings.word_embeddings.weight")
    for damaged in (file.read_bytes()[:-1], b"", b"\xff" * 40, struct.pack("<Q", 3) + b"[1]"):
        file.write_bytes(damaged)
        with pytest.raises(EvaluatorError, match="damaged"):
            Weights([file])


def test_an_error_while_vectors_are_taken_is_raised() -> None:
    embedder = open_embedder("minilm", 3, "cpu")

    def take(k: int, hidden: object) -> None:
        raise ValueError(f"no room for batch {k}")

    with pytest.raises(ValueError, match="no room for batch 0"):
        embedder._encoder.hidden_of([graph.Batch(np.array([[101, 102]]), np.array([2]))], take)
    assert embedder.vectors([[101, 2000, 102]])[0].shape == (3, 384)


def test_an_embedder_is_freed_when_no_one_holds_it() -> None:
    embedder = open_embedder("minilm", 3, "cpu")
    embedder.vectors([[101, 2000, 102]])
    encoder = weakref.ref(embedder._encoder)
    del embedder
    gc.collect()
    assert encoder() is None
