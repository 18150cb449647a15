"""Sufficient statistics of real systems, made once and kept: what the scripts beside this one compare."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from evaluator.plugins import create_metric


class Scored(NamedTuple):
    """Systems over one test set."""

    systems: list[str]
    statistics: dict[str, Any]
    """By metric, float64 (n_systems, n_segments, n_stats)."""
    formulas: dict[str, Any]
    documents: list[str] | None


def lines(path: Path) -> list[str]:
    """The lines of a file, split at line feeds alone."""
    return path.read_text(encoding="utf-8").removesuffix("\n").split("\n")


def score(folder: Path, metrics: list[str], cache: Path, systems: list[str] | None = None) -> Scored:
    """Statistics of the systems in `folder/sys` against the first reference, from the cache where they are there."""
    paths = [path for path in sorted((folder / "sys").glob("*.txt")) if systems is None or path.stem in systems]
    reference = lines(sorted(folder.glob("ref.*.txt"))[0])
    cache.mkdir(parents=True, exist_ok=True)
    statistics, formulas = {}, {}
    for name in metrics:
        metric = create_metric(name, {}, embedder=_minilm() if name == "bertscore" else None)
        formulas[name] = dict(metric.formula)
        kept = cache / f"{folder.name}.{name}.{'+'.join(path.stem for path in paths)}.npy"
        if not kept.exists():
            hypotheses = [text for path in paths for text in lines(path)]
            counts = metric.prepare([reference]).count(hypotheses, list(range(len(reference))) * len(paths), lambda _: None)
            np.save(kept, counts.statistics.reshape(len(paths), len(reference), -1))
        statistics[name] = np.load(kept)
    known = folder / "docs.txt"
    documents = [line.split("\t")[0] for line in lines(known)] if known.exists() else None
    return Scored([path.stem for path in paths], statistics, formulas, documents)


def _minilm() -> Any:
    from evaluator.embed.embedder import open_embedder

    return open_embedder("minilm", device="cpu")
