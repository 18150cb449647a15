"""All pairs of systems on all metrics: tests, intervals, ranks, as rows of `pairs.csv`.

`compare_systems` is the entry point. What is done is decided in `plan.py`, the numbers come from
`randomization.py` and `bootstrap.py`, the words from `verdicts.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np

from evaluator.compare.agreement import human_agreement
from evaluator.compare.bootstrap import MDE_FACTOR, ResampleSummary, bootstrap_scores, sacrebleu_p_values, signed_p_values, spread_of
from evaluator.compare.formulas import Formula, make_formula
from evaluator.compare.plan import ALPHA, MIN_DOCUMENTS, ComparisonData, MetricData, Plan, check_plan
from evaluator.compare.randomization import randomization_p_values
from evaluator.compare.ranks import Standing, standings
from evaluator.compare.resample import by_unit, group_size, in_groups
from evaluator.compare.verdicts import Outcome, notes_of, verdict
from evaluator.corrections import correct
from evaluator.types import EvaluatorError, FloatArray


@dataclass(frozen=True, slots=True)
class Result:
    """What one metric says of all systems."""

    metric: str
    scores: FloatArray
    """float64 (n_systems,)."""
    ci_low: FloatArray
    ci_high: FloatArray
    standings: Sequence[Standing]
    """Empty with one system."""
    pairs: Sequence[dict[str, Any]]
    """Rows of pairs.csv, in the order of `np.triu_indices`."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """A finished comparison."""

    results: Sequence[Result]
    """In the order of the metrics."""
    unit: str
    """segment or document."""
    notes: Sequence[str]
    """What a reader should be warned of."""


def compare_systems(contest: ComparisonData, plan: Plan) -> Comparison:
    """Every pair of systems on every metric, from statistics alone.

    Raises:
        EvaluatorError: a plan that cannot be done, or statistics that do not fit each other.
    """
    check_plan(plan)
    check_contest(contest)
    if contest.sums is not None and plan.test == "sacrebleu-bs" and contest.sums.n_segments > len(contest.sums.sizes["segment"]):
        raise EvaluatorError(
            f"sacreBLEU's bootstrap draws single segments, and of these {contest.sums.n_segments:,} sums of neighbours were kept; use --test ar or bootstrap, "
            "or score with `evaluator score --no-stream`."
        )
    unit = choose_unit(contest, plan)
    formulas = [make_formula(subject.formula) for subject in contest.subjects]
    statistics = [drawn_units(contest, subject, unit, plan) for subject in contest.subjects]
    resampled = _resampled(statistics, formulas, plan)
    spreads = [spread_of(scores) for scores in resampled]
    p_values = _p_values(contest, plan, statistics, formulas, unit, resampled)
    results = [
        _result(contest, k, plan, unit, formulas[k].corpus(subject.statistics.sum(axis=1)), spreads[k], p_values[k])
        for k, subject in enumerate(contest.subjects)
    ]
    other = _other_p_values(contest, plan, formulas, unit) if _documents_known(contest) and plan.test != "sacrebleu-bs" else None
    n_units = statistics[0].shape[1] if statistics else 0
    rows = [row for result in results for row in result.pairs]
    return Comparison(results, unit, notes_of(contest, plan, unit, n_units, rows, other))


def choose_unit(contest: ComparisonData, plan: Plan) -> str:
    """What is exchanged or drawn as a whole: segment or document.

    Raises:
        EvaluatorError: documents are asked for and not known.
    """
    if plan.unit == "document" and contest.documents is None and not contest.n_documents:
        raise EvaluatorError(
            "--unit document needs to know the documents, and all segments are of one. Give a table with a column document, or --documents FILE when scoring."
        )
    if plan.unit != "auto":
        return plan.unit
    return "document" if _documents_known(contest) and plan.test != "sacrebleu-bs" else "segment"


def _documents_known(contest: ComparisonData) -> bool:
    return contest.n_documents >= MIN_DOCUMENTS


def check_contest(contest: ComparisonData) -> None:
    """Refuse statistics whose shapes do not fit.

    Raises:
        EvaluatorError: names the metric and both numbers.
    """
    for subject in contest.subjects:
        shape = subject.statistics.shape
        if len(shape) != 3 or shape[0] != len(contest.systems):
            raise EvaluatorError(f"The statistics of {subject.metric} have the shape {shape}; for {len(contest.systems)} systems it is (systems, segments, n).")
        if not shape[1]:
            raise EvaluatorError(f"The statistics of {subject.metric} hold 0 segments; at least one is needed.")
        if contest.documents is not None and len(contest.documents) != shape[1]:
            raise EvaluatorError(f"There are documents for {len(contest.documents)} segments and statistics of {subject.metric} for {shape[1]}.")


def drawn_units(contest: ComparisonData, subject: MetricData, unit: str, plan: Plan) -> FloatArray:
    """Statistics of what is exchanged or drawn as a whole, float64 (n_systems, n_units, n_stats).

    Args:
        contest: whose documents they are.
        subject: the metric.
        unit: segment or document.
        plan: sacreBLEU's bootstrap draws single segments however many there are.
    """
    if contest.sums is not None:
        return subject.statistics if unit == "segment" or subject.by_document is None else subject.by_document
    return _in_units(subject.statistics, contest, unit, plan)


def _in_units(statistics: FloatArray, contest: ComparisonData, unit: str, plan: Plan) -> FloatArray:
    units = by_unit(statistics, contest.documents if unit == "document" else None)
    return units if plan.test == "sacrebleu-bs" else in_groups(units, group_size(units.shape[1]))


def _resampled(statistics: list[FloatArray], formulas: list[Formula], plan: Plan) -> list[FloatArray]:
    """For each metric the bootstrap's scores, float64 (n_systems, resamples)."""
    return bootstrap_scores(statistics, formulas, plan.n_resamples, plan.seed) if statistics else []


def _p_values(
    contest: ComparisonData, plan: Plan, statistics: list[FloatArray], formulas: list[Formula], unit: str, resampled: list[FloatArray]
) -> list[FloatArray]:
    """For each metric the p-values of all pairs; 1 where nothing differs.

    Args:
        contest: what is compared.
        plan: how.
        statistics: by unit.
        formulas: the metrics'.
        unit: what they are of.
        resampled: the bootstrap's scores, for its test.
    """
    if not statistics or len(contest.systems) < 2:
        return [np.empty(0) for _ in statistics]
    if plan.test == "ar":
        return randomization_p_values(statistics, formulas, plan.n_resamples, plan.seed)
    if plan.test == "bootstrap":
        ones = np.ones((1, contest.subjects[0].statistics.shape[1], 1))
        sizes = contest.sums.sizes[unit] if contest.sums is not None else _in_units(ones, contest, unit, plan)[0, :, 0]
        raw = [signed_p_values(r, s, f, sizes) for r, s, f in zip(resampled, statistics, formulas, strict=True)]
    else:
        raw = [sacrebleu_p_values(s, f, plan.n_resamples, plan.seed) for s, f in zip(statistics, formulas, strict=True)]
    return [np.where(_same(s), 1.0, p) for s, p in zip(statistics, raw, strict=True)]


def _same(statistics: FloatArray) -> FloatArray:
    """For each pair whether all statistics are equal."""
    return np.array([np.array_equal(statistics[i], statistics[j]) for i, j in zip(*np.triu_indices(len(statistics), 1), strict=True)])


def _other_p_values(contest: ComparisonData, plan: Plan, formulas: list[Formula], unit: str) -> list[FloatArray]:
    """The corrected p-values by segment where documents are resampled, and the other way, to warn where only segments make them small."""
    unit = "document" if unit == "segment" else "segment"
    statistics = [drawn_units(contest, subject, unit, plan) for subject in contest.subjects]
    resampled = _resampled(statistics, formulas, plan) if plan.test == "bootstrap" else []
    return [correct(p, plan.correction) for p in _p_values(contest, plan, statistics, formulas, unit, resampled)]


def _result(contest: ComparisonData, k: int, plan: Plan, unit: str, scores: FloatArray, spread: ResampleSummary, p_values: FloatArray) -> Result:
    subject = contest.subjects[k]
    corrected = correct(p_values, plan.correction)
    pairs = [_row(outcome) for outcome in _outcomes(contest, subject, plan, unit, scores, spread, p_values, corrected)]
    places = _standings(subject, scores, corrected) if len(scores) > 1 else []
    return Result(subject.metric, scores, spread.scores.low, spread.scores.high, places, pairs)


def _standings(subject: MetricData, scores: FloatArray, corrected: FloatArray) -> list[Standing]:
    significant = np.zeros((len(scores), len(scores)), dtype=bool)
    significant[np.triu_indices(len(scores), 1)] = corrected <= ALPHA
    return standings(scores if subject.higher_is_better else -scores, significant | significant.T)


def _outcomes(
    contest: ComparisonData,
    subject: MetricData,
    plan: Plan,
    unit: str,
    scores: FloatArray,
    spread: ResampleSummary,
    p_values: FloatArray,
    corrected: FloatArray,
) -> list[Outcome]:
    counted = subject.wins if subject.wins is not None else _counted_wins(subject)
    return [
        Outcome(
            metric=subject.metric,
            system_a=contest.systems[i],
            system_b=contest.systems[j],
            score_a=float(scores[i]),
            score_b=float(scores[j]),
            delta=float(scores[i] - scores[j]),
            ci_low=float(spread.deltas.low[pair]),
            ci_high=float(spread.deltas.high[pair]),
            p_value=float(p_values[pair]),
            p_corrected=float(corrected[pair]),
            plan=plan,
            unit=unit,
            n_segments=_n_segments(subject, i, j),
            n_documents=contest.n_documents or 1,
            wins=counted[pair][0],
            losses=counted[pair][1],
            ties=counted[pair][2],
            human_agreement=human_agreement(subject.signature, float(scores[i] - scores[j]), _n_segments(subject, i, j)),
            mde80=MDE_FACTOR * float(spread.errors[pair]),
            higher_is_better=subject.higher_is_better,
            unit_scale=subject.unit_scale,
        )
        for pair, (i, j) in enumerate(combinations(range(len(scores)), 2))
    ]


def _n_segments(subject: MetricData, i: int, j: int) -> int:
    """Segments that both systems of a pair have a score for."""
    return subject.statistics.shape[1] if subject.n_segments is None else min(subject.n_segments[i], subject.n_segments[j])


def _counted_wins(subject: MetricData) -> list[tuple[int, int, int]]:
    """For each pair the segments where the first is better, the second, and neither."""
    won = _wins(subject)
    pairs = combinations(range(len(won)), 2)
    return [(int(np.sum(won[i] > won[j])), int(np.sum(won[i] < won[j])), int(np.sum(won[i] == won[j]))) for i, j in pairs]


def _wins(subject: MetricData) -> FloatArray:
    """Segment scores turned so that more is better, float64 (n_systems, n_segments); NaN wins and loses nothing."""
    scores = subject.segment_scores if subject.segment_scores is not None else make_formula(subject.formula).segment(subject.statistics)
    return scores if subject.higher_is_better else -scores


def _row(outcome: Outcome) -> dict[str, Any]:
    """One row of pairs.csv."""
    named = {name: getattr(outcome, name) for name in Outcome.__slots__ if name not in ("plan", "p_corrected", "higher_is_better", "unit_scale")}
    return {
        **named,
        "p_holm": outcome.p_corrected,
        "test": outcome.plan.test,
        "n_resamples": outcome.plan.n_resamples,
        "seed": outcome.plan.seed,
        "verdict": verdict(outcome),
    }
