"""Scores to tables: the columns that `frames.py` lists, filled."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from evaluator.float_column import FloatColumn
from evaluator.frames import check_frame, empty_table, kind_of
from evaluator.score.jobs import scored_segments
from evaluator.score.systems import MetricScores
from evaluator.types import Diagnosis, EvalSet, Table

DIAGNOSIS = ("fidelity", "risk", "severity", "flagged", "reason")
"""Columns that stay empty where nothing was diagnosed."""


Diagnoses = Sequence[Sequence[Diagnosis | None]]
"""For each system and row what was said of it; None for rows that were not judged."""
Scored = Sequence[Sequence[bool]]
"""For each system and segment whether it was scored."""


def make_tables(evalset: EvalSet, scores: Sequence[MetricScores], diagnoses: Diagnoses | None = None, further: Sequence[MetricScores] = ()) -> dict[str, Table]:
    """All tables of a run, by file stem; without diagnoses its columns stay empty.

    Args:
        evalset: the systems.
        scores: a column each in segments and scores.
        diagnoses: what was said of each row.
        further: what is in `statistics` alone.
    """
    scored = scored_segments(evalset)
    tables = [
        segment_table(evalset, scores, diagnoses),
        finding_table(evalset, diagnoses),
        score_table(evalset, scores, scored, diagnoses),
        statistics_table(evalset, [*scores, *further], scored),
    ]
    return {table.name: check_frame(table) for table in tables}


def segment_table(evalset: EvalSet, scores: Sequence[MetricScores], diagnoses: Diagnoses | None = None) -> Table:
    """One row a system and segment, and a row for each inserted paragraph."""
    rows = [(system, pair) for system in evalset.systems for pair in system.pairs]
    columns: dict[str, Sequence[Any]] = {
        "system": [system.name for system, _ in rows],
        "document": [pair.document for _, pair in rows],
        "segment": [pair.segment for _, pair in rows],
        "alignment": [pair.alignment for _, pair in rows],
        "source": [pair.source for _, pair in rows],
        "reference": [pair.references[0] or "" for _, pair in rows],
        "hypothesis": [pair.hypothesis for _, pair in rows],
    }
    if any(pair.domain for _, pair in rows):
        columns["domain"] = [pair.domain for _, pair in rows]
    for k in range(1, evalset.n_references):
        columns[f"reference_{k + 1}"] = [pair.references[k] or "" for _, pair in rows]
    for one in scores:
        for name in one.rows[0]:
            values = FloatColumn(np.concatenate([system[name] for system in one.rows]))
            columns[name] = [None if v is None else int(v) for v in values] if kind_of("segments", name) == "int" else values
    judged = [one for system in diagnoses for one in system] if diagnoses is not None else [None] * len(rows)
    for name in DIAGNOSIS:
        empty = "" if name in ("severity", "reason") else None
        columns[name] = [empty if one is None else getattr(one, name) for one in judged]
    return Table("segments", {**columns, **{name: FloatColumn.of(columns[name]) for name in ("fidelity", "risk")}})


def finding_table(evalset: EvalSet, diagnoses: Diagnoses | None) -> Table:
    """One row a finding, in the order of segments.csv."""
    table = empty_table("findings")
    if diagnoses is None:
        return table
    row = -1
    for k, system in enumerate(evalset.systems):
        for i, pair in enumerate(system.pairs):
            row += 1
            one = diagnoses[k][i]
            for finding in one.findings if one is not None else ():
                place = {"system": system.name, "document": pair.document, "segment": pair.segment, "row": row}
                for name, values in table.columns.items():
                    values.append(place[name] if name in place else getattr(finding, name))
    return table


def score_table(evalset: EvalSet, scores: Sequence[MetricScores], scored: Scored, diagnoses: Diagnoses | None = None) -> Table:
    """One row a system, one column a metric: the table of a paper."""
    columns: dict[str, list[Any]] = {"system": [system.name for system in evalset.systems]}
    for one in scores:
        columns[one.metric.title] = [_number(score) for score in one.corpus]
    columns["segments"] = [sum(own) for own in scored]
    judged = [[one for one in system if one is not None] for system in diagnoses] if diagnoses is not None else None
    columns["flagged"] = [sum(one.flagged for one in system) for system in judged] if judged else [None] * len(evalset.systems)
    for name in ("critical", "major", "minor"):
        counts = [sum(f.severity == name for one in system for f in one.findings) for system in judged] if judged else [None] * len(evalset.systems)
        columns[name] = counts
    return Table("scores", columns)


def statistics_table(evalset: EvalSet, scores: Sequence[MetricScores], scored: Scored) -> Table:
    """One row a system and metric, with its signature and details."""
    table = empty_table("statistics")
    for k, system in enumerate(evalset.systems):
        documents = {pair.document for pair, used in zip(system.segments, scored[k], strict=True) if used}
        for one in scores:
            row = {
                "system": system.name,
                "metric": one.metric.title,
                "signature": one.metric.signature.corpus,
                "score": _number(one.corpus[k]),
                "n_segments": sum(scored[k]) if one.n_segments is None else one.n_segments[k],
                "n_documents": len(documents),
                "details": one.details[k],
            }
            for name, values in table.columns.items():
                values.append(row.get(name))
    return table


def _number(value: float) -> float | None:
    return None if math.isnan(value) else float(value)
