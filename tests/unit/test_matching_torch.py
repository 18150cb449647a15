"""Matching on a GPU, run on a processor: the scores of the usual way, whatever is in a group or a chunk."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from evaluator.embed.bert import BertEncoder
from evaluator.embed.embedder import ModelEmbedder, open_embedder
from evaluator.metrics import matching, matching_torch
from evaluator.metrics.matching import Ids, idf_weights, match_pairs
from evaluator.types import FloatArray
from tests.tiny_models import make_model

pytestmark = pytest.mark.model

TEXTS = [
    "The mayor did not open the new bridge on Monday.",
    "The mayor opened the new bridge on Monday.",
    "Rain.",
    "",
    "About 300 people came to see it, and they stayed for two hours in the rain without an umbrella.",
    "no",
    "a lamp and a chair " * 150,
]
PAIRS = [(a, b) for a in TEXTS for b in TEXTS] + [(TEXTS[0], TEXTS[1])]


@pytest.fixture(scope="module", name="embedder")
def _embedder() -> ModelEmbedder:
    embedder = open_embedder("minilm", device="cpu")
    embedder._encoder = BertEncoder(embedder.spec, "cpu", False, embedder.layers)
    return embedder


def pairs_of(embedder: ModelEmbedder) -> list[tuple[Ids, Ids]]:
    ids = dict(zip(TEXTS, map(tuple, embedder.token_ids(TEXTS)), strict=True))
    return [(ids[a], ids[b]) for a, b in PAIRS]


def both_ways(embedder: ModelEmbedder, monkeypatch: pytest.MonkeyPatch, *, idf: bool = False) -> tuple[FloatArray, FloatArray, list[int]]:
    pairs, done = pairs_of(embedder), [0]
    weights = idf_weights([reference for _, reference in pairs]) if idf else None
    usual = match_pairs(embedder, pairs, weights, lambda _: None)
    monkeypatch.setattr(matching, "compares_on_gpu", lambda _: True)
    there = match_pairs(embedder, pairs, weights, lambda n: done.append(n))
    return usual, there, done


@pytest.mark.parametrize("idf", [False, True])
def test_both_ways_give_the_same_scores_and_report_every_pair(embedder: ModelEmbedder, monkeypatch: pytest.MonkeyPatch, idf: bool) -> None:
    usual, there, done = both_ways(embedder, monkeypatch, idf=idf)
    assert np.abs(usual - there).max() < 1e-6
    assert sum(done) == len(PAIRS)
    assert (usual[:3] > 0.5).any()


@pytest.mark.parametrize(("cells", "live"), [(1, 250_000), (3000, 40)])
def test_groups_and_chunks_of_any_size_change_nothing(embedder: ModelEmbedder, monkeypatch: pytest.MonkeyPatch, cells: int, live: int) -> None:
    monkeypatch.setattr(matching_torch, "CELLS", cells)
    monkeypatch.setattr(matching, "GPU_LIVE_TOKENS", live)
    usual, there, _ = both_ways(embedder, monkeypatch)
    assert np.abs(usual - there).max() < 1e-6


def test_of_several_layers_the_models_own_is_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    embedder = open_embedder("minilm", device="cpu", also=(1,))
    embedder._encoder = BertEncoder(embedder.spec, "cpu", False, embedder.layers)
    usual, there, _ = both_ways(embedder, monkeypatch)
    assert np.abs(usual - there).max() < 1e-6


def test_models_of_the_hub_are_compared_there_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    embedder = open_embedder(str(make_model("roberta", tmp_path / "model")), 2, "cpu")
    usual, there, _ = both_ways(embedder, monkeypatch)
    assert np.abs(usual - there).max() < 1e-6
