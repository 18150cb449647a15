"""Metrics that are the mean of one score a segment: those made elsewhere, and fidelity."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from evaluator.score.systems import MetricScores
from evaluator.score.tables import Diagnoses
from evaluator.types import EvalSet, FloatArray, ImportedScores

WIDEST_UNIT_SCALE = 2.0
"""Scores within this of zero are shown with the digits of a scale of 1."""


@dataclass(frozen=True, slots=True)
class MeanMetric:
    """The part of a metric that needs no texts; statistics are [score, 1], or zeros where undefined."""

    name: str
    title: str
    columns: tuple[str, ...]
    unit_scale: bool
    higher_is_better: bool
    stated: str
    """The signature."""
    notes: tuple[str, ...] = ()
    formula: Mapping[str, Any] = field(default_factory=lambda: {"kind": "ratio", "of": 0, "by": 1})

    def corpus_score(self, summed: FloatArray) -> float:
        """The mean of the segments that have a score."""
        return float(summed[0] / summed[1]) if summed[1] else float("nan")

    def details(self, summed: FloatArray) -> str:  # noqa: ARG002
        """Nothing beside the score."""
        return ""

    def signature(self) -> str:
        """Where the scores come from."""
        return self.stated

    def segment_signature(self) -> str:
        """The same."""
        return self.stated


def imported_scores(evalset: EvalSet, imported: ImportedScores) -> MetricScores:
    """Scores made elsewhere as those of a metric; a segment that any system lacks is left out for all."""
    values = np.stack([imported.values[system.name] for system in evalset.systems])
    kept = np.where(np.isnan(values).any(axis=0), np.nan, values)
    largest = float(np.nanmax(np.abs(values), initial=0.0))
    unit_scale = largest <= WIDEST_UNIT_SCALE
    metric = MeanMetric(imported.name, imported.name, (imported.name,), unit_scale, imported.higher_is_better, imported.signature, imported.notes)
    rows = []
    for system, scores in zip(evalset.systems, kept, strict=True):
        column = np.full(len(system.pairs), np.nan)
        column[[i for i, pair in enumerate(system.pairs) if not pair.inserted]] = scores
        rows.append({imported.name: column})
    return _mean_scores(metric, kept, rows)


def fidelity_scores(evalset: EvalSet, diagnoses: Diagnoses, signature: str) -> MetricScores:
    """The diagnosis's fidelity as a metric; its column is in segments.csv already."""
    values = np.array(
        [
            [np.nan if one is None else one.fidelity for pair, one in zip(system.pairs, said, strict=True) if not pair.inserted]
            for system, said in zip(evalset.systems, diagnoses, strict=True)
        ]
    )
    return _mean_scores(MeanMetric("fidelity", "fidelity", ("fidelity",), False, True, signature), values, [])


def paraphrase_scores(evalset: EvalSet, diagnoses: Diagnoses, novelty: MetricScores, signature: str) -> MetricScores:
    """Fidelity and novelty in one number, their harmonic mean: a copy has none, and nonsense has little.

    Args:
        evalset: the systems.
        diagnoses: what was said of each row, with its fidelity.
        novelty: the scores of the metric `novelty`.
        signature: of the diagnosis; that of novelty is added.
    """
    rows = []
    for said, own in zip(diagnoses, novelty.rows, strict=True):
        fidelity = np.array([np.nan if one is None else one.fidelity for one in said])
        new = own["novelty"]
        both = fidelity + new
        rows.append({"paraphrase": np.where(both > 0, 2 * fidelity * new / np.where(both > 0, both, 1.0), np.where(np.isnan(both), np.nan, 0.0))})
    values = np.array(
        [
            [value for pair, value in zip(system.pairs, row["paraphrase"], strict=True) if not pair.inserted]
            for system, row in zip(evalset.systems, rows, strict=True)
        ]
    )
    stated = f"fidelity:{signature}|novelty:{novelty.metric.signature()}".replace("|", ";")
    return _mean_scores(MeanMetric("paraphrase", "Paraphrase", ("paraphrase",), False, True, stated), values, rows)


def _mean_scores(metric: MeanMetric, values: FloatArray, rows: Sequence[Mapping[str, FloatArray]]) -> MetricScores:
    """Scores float64 (n_systems, n_segments) as statistics [score, 1]; NaN as [0, 0]."""
    defined = ~np.isnan(values)
    statistics = np.stack([np.where(defined, values, 0.0), defined.astype(np.float64)], axis=2)
    return MetricScores(metric, statistics, rows, [int(n) for n in defined.sum(axis=1)])
