"""A run's tables and statistics as a contest, and a comparison written back into its tables."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from evaluator.compare.formulas import make_formula, n_statistics
from evaluator.compare.plan import ComparisonData, MetricData, Plan, Sums
from evaluator.compare.systems import Comparison
from evaluator.frames import NOT_ALWAYS, PAIRS, check_frame
from evaluator.plugins import did_you_mean
from evaluator.run_json import ComparedEntry
from evaluator.types import Evaluation, EvaluatorError, FloatArray, Table, is_inserted


def contest_of(evaluation: Evaluation, metrics: Sequence[str] | None = None) -> ComparisonData:
    """What a run lets us compare.

    Args:
        evaluation: the run.
        metrics: names as in `compared` of run.json, such as bleu or bertscore_r; None for all but parts.

    Raises:
        EvaluatorError: a metric that the run does not have, or a run without what comparing needs.
    """
    if evaluation.manifest.compared is None:
        raise EvaluatorError("This run was written before runs could be compared: run.json has no `compared`. Score again.")
    entries = chosen_entries(evaluation.manifest.compared, metrics)
    for entry in entries:
        make_formula(entry.formula)
        if (held := evaluation.statistics[entry.statistics].shape[-1]) < (needed := n_statistics(entry.formula)):
            raise EvaluatorError(f"run.json: the formula of {entry.title} takes {needed} statistics of each segment, and stats.npz has {held}.")
    if evaluation.manifest.stream is not None:
        return _streamed(evaluation, entries)
    rows = segment_rows(evaluation)
    documents = [evaluation.tables["segments"].columns["document"][row] for row in rows[0]]
    return ComparisonData(
        systems=evaluation.manifest.systems,
        subjects=tuple(_subject(evaluation, entry, rows) for entry in entries),
        documents=documents if len(set(documents)) > 1 else None,
    )


def _streamed(evaluation: Evaluation, entries: Sequence[ComparedEntry]) -> ComparisonData:
    """A run of which sums over units are stored, and wins of segments in pairs.csv."""
    stored, systems = evaluation.statistics, evaluation.manifest.systems
    table = evaluation.tables["statistics"].columns
    counts = {(s, m): n for s, m, n in zip(table["system"], table["metric"], table["n_segments"], strict=True)}
    signatures = dict(zip(table["metric"], table["signature"], strict=True))
    pairs = evaluation.tables["pairs"].columns if "pairs" in evaluation.tables else {"metric": []}
    subjects = []
    for entry in entries:
        owner = next(one.title for one in evaluation.manifest.compared or () if one.name == entry.statistics)
        if entry.part:
            raise EvaluatorError(f"{entry.title} is a part of {owner}, of which a stream counted no wins; compare the run by {owner}.")
        rows = [k for k, metric in enumerate(pairs["metric"]) if metric == entry.title]
        subjects.append(
            MetricData(
                metric=entry.title,
                statistics=stored[entry.statistics],
                formula=entry.formula,
                higher_is_better=entry.higher_is_better,
                unit_scale=entry.unit_scale,
                signature=signatures[owner],
                n_segments=[counts[system, owner] for system in systems],
                by_document=stored.get(f"{entry.statistics}.document"),
                wins=[(pairs["wins"][k], pairs["losses"][k], pairs["ties"][k]) for k in rows],
            )
        )
    sizes = {name.removeprefix("units."): array for name, array in stored.items() if name.startswith("units.")}
    segments = evaluation.manifest.segments
    n_segments, n_documents = (segments.count, segments.documents) if segments is not None else (0, 1)
    return ComparisonData(systems, tuple(subjects), None, Sums(n_segments, n_documents if "document" in sizes else 1, sizes))


def chosen_entries(entries: Sequence[ComparedEntry], metrics: Sequence[str] | None) -> list[ComparedEntry]:
    """The entries of `compared` asked for, by name or title.

    Raises:
        EvaluatorError: a name that is not there.
    """
    if metrics is None:
        return [entry for entry in entries if not entry.part]
    known = {word.lower(): entry for entry in entries for word in (entry.title, entry.name)}
    for metric in metrics:
        if metric.lower() not in known:
            raise EvaluatorError(f"The run has no metric {metric!r}.{did_you_mean(metric, known, listed=[entry.name for entry in entries])}")
    return [known[metric.lower()] for metric in dict.fromkeys(metrics)]


def segment_rows(evaluation: Evaluation) -> list[list[int]]:
    """For each system the rows of segments.csv that are segments, in order; inserted paragraphs are not."""
    columns = evaluation.tables["segments"].columns
    rows: dict[str, list[int]] = {name: [] for name in evaluation.manifest.systems}
    for row, (system, alignment) in enumerate(zip(columns["system"], columns["alignment"], strict=True)):
        if not is_inserted(alignment):
            rows[system].append(row)
    return list(rows.values())


def _subject(evaluation: Evaluation, entry: ComparedEntry, rows: Sequence[Sequence[int]]) -> MetricData:
    table = evaluation.tables["statistics"].columns
    signatures = dict(zip(table["metric"], table["signature"], strict=True))
    counts = {(s, m): n for s, m, n in zip(table["system"], table["metric"], table["n_segments"], strict=True)}
    owner = next(one.title for one in evaluation.manifest.compared or () if one.name == entry.statistics)
    statistics = evaluation.statistics[entry.statistics]
    if any(len(own) != statistics.shape[1] for own in rows):
        raise EvaluatorError(f"The run is damaged: segments.csv has {len(rows[0])} segments, stats.npz {statistics.shape[1]} for {entry.name}.")
    return MetricData(
        metric=entry.title,
        statistics=statistics,
        formula=entry.formula,
        segment_scores=_column(evaluation, entry.column, rows),
        higher_is_better=entry.higher_is_better,
        unit_scale=entry.unit_scale,
        signature=signatures[owner],
        n_segments=[counts[system, owner] for system in evaluation.manifest.systems],
    )


def _column(evaluation: Evaluation, name: str, rows: Sequence[Sequence[int]]) -> FloatArray:
    """A column of segments.csv, float64 (n_systems, n_segments); NaN where empty."""
    values = np.asarray(evaluation.tables["segments"].columns[name], dtype=np.float64)
    return np.array([values[own] for own in rows])


def with_comparison(evaluation: Evaluation, comparison: Comparison, plan: Plan, further: Sequence[Table] = ()) -> Evaluation:
    """The run with intervals, ranks and clusters in `statistics`, and `pairs` where there are two systems and more.

    What an earlier comparison left in the run is replaced; `further` are buckets and n-grams.
    """
    systems = evaluation.manifest.systems
    tables = {name: table for name, table in evaluation.tables.items() if name not in NOT_ALWAYS}
    tables["statistics"] = _filled(evaluation.tables["statistics"], comparison, systems)
    if len(systems) > 1:
        rows = [row for result in comparison.results for row in result.pairs]
        tables["pairs"] = check_frame(Table("pairs", {column.name: [_cell(row[column.name]) for row in rows] for column in PAIRS}))
    tables.update({table.name: table for table in further})
    stated = {
        "test": plan.test,
        "unit": comparison.unit,
        "resamples": plan.n_resamples,
        "seed": plan.seed,
        "correction": plan.correction,
        "notes": list(comparison.notes),
    }
    return replace(evaluation, tables=tables, manifest=evaluation.manifest.changed(comparison=stated))


def _filled(table: Table, comparison: Comparison, systems: Sequence[str]) -> Table:
    columns = {name: list(values) for name, values in table.columns.items()}
    results = {result.metric: result for result in comparison.results}
    for row, (system, metric) in enumerate(zip(columns["system"], columns["metric"], strict=True)):
        k = systems.index(system)
        found = results.get(metric)
        for name in ("ci_low", "ci_high"):
            columns[name][row] = _cell(float(getattr(found, name)[k])) if found else None
        for name in ("rank_low", "rank_high", "cluster"):
            columns[name][row] = getattr(found.standings[k], name) if found and found.standings else None
    return Table("statistics", columns)


def _cell(value: Any) -> Any:
    return None if isinstance(value, float) and math.isnan(value) else value
