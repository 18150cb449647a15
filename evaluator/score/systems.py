"""Maps metrics over an `EvalSet`: each distinct text of a segment (`jobs.py`) is scored once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from evaluator.protocol import Counts, Metric, MetricRecord, Prepared, record_of
from evaluator.score.cached import MIN_TEXTS, CachedStatistics, Texts, cached_statistics, text_digests
from evaluator.score.jobs import Jobs, list_jobs
from evaluator.types import Advance, EvalSet, EvaluatorError, FloatArray

StartWork = Callable[[str, int], Advance]
"""Called with what is about to be done and how many units; returns what to call as they finish."""


@dataclass(frozen=True, slots=True)
class MetricScores:
    """What one metric says of all systems."""

    metric: MetricRecord
    statistics: FloatArray
    """float64 (n_systems, n_segments, n_stats); zeros where a segment was left out."""
    rows: Sequence[Mapping[str, FloatArray]]
    """For each system its columns, each float64 (n_rows,); NaN for rows that are not scored."""
    corpus: Sequence[float]
    """For each system its score; NaN where undefined."""
    details: Sequence[str]
    """For each system what the metric says beside its score."""
    n_segments: Sequence[int] | None = None
    """For each system the segments that have a score; None where that is every segment with text."""


def score_systems(evalset: EvalSet, metrics: Sequence[Metric], start_work: StartWork, cache: CachedStatistics | None = None) -> list[MetricScores]:
    """Statistics and segment scores of every system by every metric, in the metrics' order.

    Args:
        evalset: the systems.
        metrics: the metrics.
        start_work: starts the progress of each.
        cache: what earlier runs counted; it changes no number.

    Raises:
        EvaluatorError: nothing to score, a metric without the source that it needs, or scores off a metric's scale.
    """
    jobs = list_jobs(evalset)
    check_sources(metrics, jobs.texts)
    kept = cache.settings if cache is not None and len(jobs.texts.hypotheses) >= MIN_TEXTS else {}
    digests = text_digests(jobs.texts) if kept else []
    out = []
    for metric in metrics:
        advance = start_work(metric.title, len(jobs.texts.hypotheses))
        prepared = metric.prepare(jobs.texts.references, jobs.texts.sources)
        if cache is not None and metric.declared.name in kept:
            counts = Counts(cached_statistics(metric, jobs.texts, advance, cache, digests))
        else:
            counts = prepared.count(jobs.texts.hypotheses, jobs.texts.segments, advance)
        out.append(_scores(metric, prepared, counts, jobs))
    return out


def check_sources(metrics: Sequence[Metric], texts: Texts) -> None:
    """Refuse metrics that need the source where there is none.

    Raises:
        EvaluatorError: such a metric.
    """
    for metric in metrics:
        if "source" in metric.declared.needs and not texts.sources:
            raise EvaluatorError(f"The metric {metric.declared.name} needs the source text, and there is none. Give it with -s FILE, or leave the metric out.")


def _scores(metric: Metric, prepared: Prepared, counts: Counts, jobs: Jobs) -> MetricScores:
    """What was counted of the texts, laid out by system."""
    # One more row, of zeros, for what is left out.
    padded = np.vstack([counts.statistics, np.zeros((1, counts.statistics.shape[1]))])
    statistics = padded[jobs.joined]
    columns = _checked(metric, metric.segment_scores(counts.statistics))
    rows = [_row_scores(metric, columns, jobs, system) for system in range(len(jobs.rows))]
    notes = (*prepared.notes(jobs.texts.hypotheses), *counts.notes)
    totals = segment_totals(statistics)
    # A metric that cannot read some texts counts the others in its formula's denominator.
    by = metric.formula.get("by") if counts.unreadable else None
    read = None if by is None else [int(n) for n in (statistics[:, :, by] > 0).sum(axis=1)]
    return MetricScores(
        record_of(metric, prepared.signature, notes, counts.unreadable),
        statistics,
        rows,
        [metric.corpus_score(total) for total in totals],
        [metric.details(total) for total in totals],
        read,
    )


def _checked(metric: Metric, columns: Mapping[str, FloatArray]) -> Mapping[str, FloatArray]:
    """The columns, once they are those declared and the metric's own scores are on its scale.

    Raises:
        EvaluatorError: the class does not do what it declares.
    """
    declared = metric.declared
    missing = [column.name for column in declared.scores if column.name not in columns]
    unknown = [name for name in columns if name not in [column.name for column in declared.columns]]
    if missing or unknown:
        said = f"gives no column {missing[0]!r}, which it declares" if missing else f"gives the column {unknown[0]!r}, which it does not declare"
        raise EvaluatorError(f"The metric {declared.name} {said}.")
    own = declared.scores[-1].name
    off = [float(score) for score in columns[own] if not declared.scale.holds(score)]
    if off:
        raise EvaluatorError(
            f"The metric {declared.name} gives {own} {off[0]:g}, which is off the scale that it declares: {declared.scale}. "
            "An omitted segment scores the worst of the scale, so it must be right: correct `scale` in the metric's declaration."
        )
    return columns


def _row_scores(metric: Metric, columns: Mapping[str, FloatArray], jobs: Jobs, system: int) -> dict[str, FloatArray]:
    """Scores by column; NaN for insertions and segments left out, the scale's worst for omitted ones.

    Their own formulas would be kinder: TER with a longer second reference, chrF with epsilon.
    """
    worst = {column.name: metric.declared.scale.worst for column in metric.declared.scores}
    rows = {}
    for name, values in columns.items():
        own = np.append(values, np.nan)[jobs.rows[system]]
        rows[name] = np.where(jobs.omitted[system], worst[name], own) if name in worst else own
    return rows


def segment_totals(statistics: FloatArray) -> FloatArray:
    """Statistics summed over segments, float64 (n_systems, n_stats).

    Added one after another as sacreBLEU does, so that thirds of a reference length in TER give
    its very digits; NumPy's own sum adds in pairs.
    """
    return np.asarray(statistics.cumsum(axis=1)[:, -1])
