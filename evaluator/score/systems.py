"""Maps metrics over an `EvalSet`: each distinct hypothesis of a segment is scored once.

Corpus statistics are those of a segment's hypothesis joined with the paragraphs inserted after
it, so that precision pays for insertions; segment scores are those of the hypothesis alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from evaluator.plugins import Described, Metric
from evaluator.score.remembered import FEWEST, Remembered, remembered_statistics, text_digests
from evaluator.types import Advance, EvalSet, EvaluatorError, FloatArray, System

StartWork = Callable[[str, int], Advance]
"""Called with what is about to be done and how many units; returns what to call as they finish."""


@dataclass(frozen=True, slots=True)
class MetricScores:
    """What one metric says of all systems."""

    metric: Described
    statistics: FloatArray
    """float64 (n_systems, n_segments, n_stats); zeros where a segment was left out."""
    rows: Sequence[Mapping[str, FloatArray]]
    """For each system its columns, each float64 (n_rows,); NaN for rows that are not scored."""
    n_segments: Sequence[int] | None = None
    """For each system the segments that have a score; None where that is every segment with text."""


def score_systems(evalset: EvalSet, metrics: Sequence[Metric], start_work: StartWork, memory: Remembered | None = None) -> list[MetricScores]:
    """Statistics and segment scores of every system by every metric, in the metrics' order.

    Args:
        evalset: the systems.
        metrics: the metrics.
        start_work: starts the progress of each.
        memory: what earlier runs computed; it changes no number.
    """
    references = reference_streams(evalset)
    joined = [join_insertions(system) for system in evalset.systems]
    alone = [[pair.hypothesis for pair in system.pairs if not pair.inserted] for system in evalset.systems]
    blank = blank_references(references)
    jobs: dict[tuple[str, int], int] = {}
    for texts in (*joined, *alone):
        for segment, text in enumerate(texts):
            if text.strip() or not blank[segment]:
                jobs.setdefault((text, segment), len(jobs))
    if not jobs:
        raise EvaluatorError("There is nothing to score: every segment is empty on both sides.")
    hypotheses, segments = [text for text, _ in jobs], [segment for _, segment in jobs]
    memory = memory if len(jobs) >= FEWEST else None
    digests = text_digests(hypotheses, segments, references) if memory else []
    out = []
    for metric in metrics:
        advance = start_work(metric.title, len(jobs))
        if memory and metric.name in memory.settings:
            statistics = remembered_statistics(metric, hypotheses, segments, references, advance, memory, digests)
        else:
            statistics = metric.statistics(hypotheses, segments, references, advance)
        # One more row, of zeros, for what is left out.
        padded = np.vstack([statistics, np.zeros((1, statistics.shape[1]))])
        stacked = np.stack([padded[[jobs.get((t, i), -1) for i, t in enumerate(texts)]] for texts in joined])
        scores = metric.segment_scores(statistics)
        worst = 0.0 if metric.higher_is_better else 100.0
        rows = [_row_scores(system, scores, jobs, worst) for system in evalset.systems]
        # A metric that cannot read some texts counts the others in its formula's denominator.
        read = [int((one[:, metric.formula["by"]] > 0).sum()) for one in stacked] if getattr(metric, "unreadable", None) else None
        out.append(MetricScores(metric, stacked, rows, read))
    return out


def _row_scores(system: System, scores: Mapping[str, FloatArray], jobs: Mapping[tuple[str, int], int], worst: float) -> dict[str, FloatArray]:
    """Scores by column; NaN for insertions and segments left out, the worst for omitted ones.

    Their own formulas would be kinder: TER with a longer second reference, chrF with epsilon.
    """
    at = []
    segment = 0
    for pair in system.pairs:
        at.append(-1 if pair.inserted else jobs.get((pair.hypothesis, segment), -1))
        segment += not pair.inserted
    omitted = np.array([not pair.inserted and not pair.hypothesis.strip() for pair in system.pairs]) & (np.array(at) >= 0)
    return {name: np.where(omitted & (name != "bertscore_ref"), worst, np.append(values, np.nan)[at]) for name, values in scores.items()}


def blank_references(references: Sequence[Sequence[str | None]]) -> list[bool]:
    """For each segment whether no reference has text for it."""
    return [all(not (text or "").strip() for text in texts) for texts in zip(*references, strict=True)]


def reference_streams(evalset: EvalSet) -> list[list[str | None]]:
    """One list a reference, each with one text a segment."""
    spine = [pair.references for pair in evalset.systems[0].pairs if not pair.inserted]
    return [[references[k] for references in spine] for k in range(evalset.n_references)]


def join_insertions(system: System) -> list[str]:
    """Each segment's hypothesis with the inserted paragraphs around it, joined by one space.

    Insertions belong to the segment they follow; those before the first to the first.
    """
    texts: list[list[str]] = []
    before: list[str] = []
    for pair in system.pairs:
        if not pair.inserted:
            texts.append([*before, pair.hypothesis] if pair.hypothesis else before)
            before = []
        elif texts:
            texts[-1] = [*texts[-1], pair.hypothesis]
        else:
            before.append(pair.hypothesis)
    return [" ".join(parts) for parts in texts]


def segment_totals(statistics: FloatArray) -> FloatArray:
    """Statistics summed over segments, float64 (n_systems, n_stats).

    Added one after another as sacreBLEU does, so that thirds of a reference length in TER give
    its very digits; NumPy's own sum adds in pairs.
    """
    return np.asarray(statistics.cumsum(axis=1)[:, -1])


def scored_segments(evalset: EvalSet) -> list[list[bool]]:
    """For each system and segment whether it was scored: False where it is empty on both sides."""
    blank = blank_references(reference_streams(evalset))
    return [[bool(text.strip()) or not empty for text, empty in zip(join_insertions(system), blank, strict=True)] for system in evalset.systems]
