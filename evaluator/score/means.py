"""Metrics that are the mean of one score per segment: external scores, and fidelity."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from evaluator.protocol import WIDEST_UNIT_SCALE, MetricRecord, Signature
from evaluator.score.systems import MetricScores, segment_totals
from evaluator.score.tables import Diagnoses
from evaluator.types import EvalSet, FloatArray, ImportedScores


def imported_scores(evalset: EvalSet, imported: ImportedScores) -> MetricScores:
    """External scores as those of a metric; a segment that any system lacks is left out for all."""
    values = np.stack([imported.values[system.name] for system in evalset.systems])
    kept = np.where(np.isnan(values).any(axis=0), np.nan, values)
    largest = float(np.nanmax(np.abs(values), initial=0.0))
    metric = MetricRecord(
        imported.name,
        imported.name,
        (imported.name,),
        higher_is_better=imported.higher_is_better,
        unit_scale=largest <= WIDEST_UNIT_SCALE,
        signature=Signature(imported.signature),
        notes=imported.notes,
    )
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
            [np.nan if one is None else one.fidelity for pair, one in zip(system.pairs, own_diagnoses, strict=True) if not pair.inserted]
            for system, own_diagnoses in zip(evalset.systems, diagnoses, strict=True)
        ]
    )
    return _mean_scores(_of_diagnosis("fidelity", "fidelity", signature), values, [])


def paraphrase_scores(evalset: EvalSet, diagnoses: Diagnoses, novelty: MetricScores, signature: str) -> MetricScores:
    """Fidelity and novelty in one number, their harmonic mean: a copy has none, and nonsense has little.

    Args:
        evalset: the systems.
        diagnoses: those of each row, with their fidelity.
        novelty: the scores of the metric `novelty`.
        signature: of the diagnosis; that of novelty is added.
    """
    rows = []
    for own_diagnoses, own in zip(diagnoses, novelty.rows, strict=True):
        fidelity = np.array([np.nan if one is None else one.fidelity for one in own_diagnoses])
        new = own["novelty"]
        both = fidelity + new
        rows.append({"paraphrase": np.where(both > 0, 2 * fidelity * new / np.where(both > 0, both, 1.0), np.where(np.isnan(both), np.nan, 0.0))})
    values = np.array(
        [
            [value for pair, value in zip(system.pairs, row["paraphrase"], strict=True) if not pair.inserted]
            for system, row in zip(evalset.systems, rows, strict=True)
        ]
    )
    signature_text = f"fidelity:{signature}|novelty:{novelty.metric.signature.corpus}".replace("|", ";")
    return _mean_scores(_of_diagnosis("paraphrase", "Paraphrase", signature_text), values, rows)


def _of_diagnosis(name: str, title: str, signature: str) -> MetricRecord:
    """The record of a score of 0-100 that the diagnosis gives, alone or with others."""
    return MetricRecord(name, title, (name,), higher_is_better=True, unit_scale=False, signature=Signature(signature))


def _mean_scores(metric: MetricRecord, values: FloatArray, rows: Sequence[Mapping[str, FloatArray]]) -> MetricScores:
    """Scores float64 (n_systems, n_segments) as statistics [score, 1]; NaN as [0, 0]."""
    defined = ~np.isnan(values)
    statistics = np.stack([np.where(defined, values, 0.0), defined.astype(np.float64)], axis=2)
    means = [float(total / n) if n else float("nan") for total, n in segment_totals(statistics)]
    return MetricScores(metric, statistics, rows, means, [""] * len(means), [int(n) for n in defined.sum(axis=1)])
