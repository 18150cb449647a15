"""One batch scored: statistics and columns as a run in memory has them, row by row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from evaluator.frames import FINDINGS
from evaluator.protocol import Metric, MetricRecord, record_of
from evaluator.score import MetricScores
from evaluator.streams.rows import Rows
from evaluator.types import Advance, Diagnosis, EvalSet, FloatArray, SegmentPair, System, Table
from evaluator.wiring import diagnose_systems, scores_of_diagnosis

if TYPE_CHECKING:
    from evaluator.diagnosis.judge import Judge

JUDGED = ("fidelity", "risk", "severity", "flagged", "reason")


@dataclass(frozen=True, slots=True)
class ScoredBatch:
    """What is known of a batch's rows."""

    metrics: Sequence[tuple[MetricRecord, FloatArray]]
    """Records and statistics, float64 (n_rows, n_stats); zeros where a row was left out."""
    columns: Mapping[str, list[Any]]
    """Scores by column; None where undefined."""
    scored: Sequence[bool]
    """False for a row that is empty on both sides."""
    diagnoses: Sequence[Diagnosis | None] | None = None


def _silent(what: str, total: int) -> Advance:  # noqa: ARG001
    return lambda _: None


def score_batch(rows: Rows, metrics: Sequence[Metric], judge: Judge | None, pairs: Sequence[SegmentPair] | None) -> ScoredBatch:
    """The rows scored by every metric, and diagnosed where there is a judge.

    Args:
        rows: the batch.
        metrics: the metrics.
        judge: what diagnoses, or None.
        pairs: the rows as segment pairs, for the judge.
    """
    hypotheses = rows.texts["hypothesis"]
    written = [bool(text.strip()) for text in hypotheses]
    scored = [there or any((stream[i] or "").strip() for stream in rows.references) for i, there in enumerate(written)]
    whole = all(scored)
    at = range(len(hypotheses)) if whole else [i for i, one in enumerate(scored) if one]
    texts = hypotheses if whole else [hypotheses[i] for i in at]
    references = rows.references if whole else [[stream[i] for i in at] for stream in rows.references]
    omitted = ~np.array(written, dtype=bool)[at if not whole else slice(None)]
    sources = rows.texts.get("source", [])
    sources = sources if whole else [sources[i] for i in at] if sources else []
    found: list[tuple[MetricRecord, FloatArray]] = []
    columns: dict[str, list[Any]] = {}
    for metric in metrics:
        prepared = metric.prepare(references if texts else [["-"] for _ in references], sources if texts else ["-"])
        counts = prepared.count(texts or ["-"], range(len(texts) or 1), lambda _: None)
        statistics = counts.statistics[: len(texts)]  # none where every row of the batch is blank
        record = record_of(metric, prepared.signature, (*prepared.notes(texts), *counts.notes), counts.unreadable)
        found.append((record, statistics if whole else _spread(statistics, at, len(hypotheses))))
        for name, scores in _with_omitted(metric, statistics, omitted).items():
            full = scores if whole else _spread(scores, at, len(hypotheses), np.nan)
            columns[name] = _cells(full, whole_numbers=name == "bertscore_ref")
    if judge is None or pairs is None:
        return ScoredBatch(found, columns, scored)
    evalset = EvalSet((System("", tuple(pairs)),), len(rows.references))
    diagnoses = diagnose_systems(evalset, judge, _silent)
    novelty = [MetricScores(one, s[None], [{name: np.array(columns[name], dtype=np.float64) for name in one.columns}], (), ()) for one, s in found]
    paraphrase, fidelity = scores_of_diagnosis(evalset, novelty, diagnoses, judge.manifest())
    for one in (*paraphrase, *fidelity):
        found.append((one.metric, one.statistics[0]))
        columns |= {name: _cells(values, whole_numbers=False) for row in one.rows for name, values in row.items()}
    return ScoredBatch(found, columns, scored, diagnoses[0])


def _with_omitted(metric: Metric, statistics: FloatArray, omitted: Any) -> Mapping[str, FloatArray]:
    """Scores of rows that have text; an omitted hypothesis has the worst of the scale, as in memory."""
    scores = metric.segment_scores(statistics)
    if not omitted.any():
        return scores
    worst = {column.name for column in metric.declared.scores}
    return {name: np.where(omitted, metric.declared.scale.worst, values) if name in worst else values for name, values in scores.items()}


def _spread(values: FloatArray, at: Sequence[int], n: int, empty: float = 0.0) -> FloatArray:
    """Values of some rows among all rows."""
    out = np.full((n, *values.shape[1:]), empty)
    if len(at):
        out[list(at)] = values
    return out


def _cells(values: FloatArray, *, whole_numbers: bool) -> list[Any]:
    """Numbers of a column; None where undefined."""
    if whole_numbers:
        return [None if value != value else int(value) for value in values.tolist()]
    return [None if value != value else value for value in values.tolist()]


def diagnosis_columns(diagnoses: Sequence[Diagnosis | None] | None, n: int) -> dict[str, list[Any]]:
    """The columns of the diagnosis, empty where there is none."""
    return {
        name: ["" if name in ("severity", "reason") else None] * n
        if diagnoses is None
        else [("" if name in ("severity", "reason") else None) if one is None else getattr(one, name) for one in diagnoses]
        for name in JUDGED
    }


def pairs_of(rows: Rows, documents: Sequence[str], segments: Sequence[int]) -> list[SegmentPair]:
    """The rows as the judge sees them."""
    sources = rows.texts.get("source") or [""] * len(rows)
    return [
        SegmentPair(documents[i], segments[i], "1-1" if text.strip() else "1-0", tuple(stream[i] for stream in rows.references), text, sources[i])
        for i, text in enumerate(rows.texts["hypothesis"])
    ]


def segment_columns(rows: Rows, scored: ScoredBatch, names: Sequence[str], documents: Sequence[str], segments: Sequence[int]) -> dict[str, list[Any]]:
    """The columns of segments.csv, and the input's own after them."""
    n = len(rows)
    texts = rows.texts
    there = [bool(text.strip()) for text in texts["hypothesis"]]
    columns: dict[str, list[Any]] = {
        "system": list(names),
        "document": list(documents),
        "segment": list(segments),
        "alignment": ["1-1" if there[i] or not scored.scored[i] else "1-0" for i in range(n)],
        "source": texts.get("source") or [""] * n,
        "reference": texts["reference"],
        "hypothesis": texts["hypothesis"],
    }
    columns |= {name: values for name, values in texts.items() if name == "domain" or name.startswith("reference_")}
    judged = diagnosis_columns(scored.diagnoses, n)
    columns |= {**{name: values for name, values in scored.columns.items() if name not in judged}, **judged}
    taken = [name for name in rows.further if name in columns]
    return columns | {f"input_{name}" if name in taken else name: values for name, values in rows.further.items()}


def findings_table(diagnoses: Sequence[Diagnosis | None], keys: tuple[Sequence[str], Sequence[str], Sequence[int]], row: int, *, only_flagged: bool) -> Table:
    """Rows of findings.csv for a batch.

    Args:
        diagnoses: of the batch's rows.
        keys: system, document and segment of each.
        row: of segments.csv, in which the batch's first row is written.
        only_flagged: True where rows that are not flagged are not written.
    """
    names, documents, segments = keys
    table: dict[str, list[Any]] = {column.name: [] for column in FINDINGS}
    for i, one in enumerate(diagnoses):
        flagged = one is not None and one.flagged
        for finding in one.findings if one is not None and (flagged or not only_flagged) else ():
            place: Mapping[str, Any] = {"system": names[i], "document": documents[i], "segment": segments[i], "row": row}
            for name, values in table.items():
                values.append(place[name] if name in place else getattr(finding, name))
        row += flagged or not only_flagged
    return Table("findings", table)
