"""What a comparison says in plain words: one verdict per pair, and what to be warned of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from evaluator.compare.plan import ALPHA, CORRECTIONS, MIN_DOCUMENTS, ComparisonData, Plan
from evaluator.compare.randomization import smallest_p
from evaluator.digits import WIDTH, shown_p, shown_score
from evaluator.types import FloatArray

NAMED = 5
"""Most pairs that a warning names."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """One pair on one metric, in numbers; fields as in pairs.csv."""

    metric: str
    system_a: str
    system_b: str
    score_a: float
    score_b: float
    delta: float
    ci_low: float
    ci_high: float
    p_value: float
    p_corrected: float
    plan: Plan
    unit: str
    n_segments: int
    n_documents: int
    wins: int
    losses: int
    ties: int
    human_agreement: float | None
    mde80: float
    higher_is_better: bool
    unit_scale: bool


def verdict(outcome: Outcome) -> str:
    """One sentence; people's agreement is never claimed for a difference that the test does not show."""
    if outcome.p_value == 1.0 and outcome.delta == 0 and outcome.mde80 == 0:
        return f"no difference: both systems have the same {outcome.metric} in every resample"
    if outcome.delta != outcome.delta:
        return "undefined: a score is missing"
    if outcome.p_corrected > ALPHA:
        return _inconclusive(outcome)
    flip = -1 if outcome.delta < 0 else 1
    first_is_better = (outcome.delta > 0) == outcome.higher_is_better
    better, worse = (outcome.system_a, outcome.system_b) if first_is_better else (outcome.system_b, outcome.system_a)
    low, high = sorted((flip * outcome.ci_low, flip * outcome.ci_high))
    amount = f"{_shown(abs(outcome.delta), outcome)} [{_shown(low, outcome)}, {_shown(high, outcome)}]"
    lower = "" if outcome.higher_is_better else " (lower is better)"
    people = outcome.human_agreement
    agree = "" if people is None else f", people agree with gaps like this about {people:.0f} % of the time"
    return f"{better} > {worse} on {outcome.metric} by {amount}{lower}, {_p_words(outcome)}{agree}"


def _inconclusive(outcome: Outcome) -> str:
    n, what = (outcome.n_documents, "document") if outcome.unit == "document" else (outcome.n_segments, "segment")
    verdict = f"inconclusive: differs by {_shown(abs(outcome.delta), outcome)}, {_p_words(outcome)}"
    units = f"{n} {what}{'s' * (n != 1)}"
    if smallest_p(outcome.plan.test, n, outcome.plan.n_resamples) > ALPHA:
        return f"{verdict}; with {units} no gap can be significant"
    if abs(outcome.delta) >= outcome.mde80:
        return f"{verdict}; the gap is within what {units} can show, and may still be chance"
    return f"{verdict}; with {units} only gaps of {_shown(outcome.mde80, outcome)} or more can be seen"


def _shown(value: float, outcome: Outcome) -> str:
    """A score, on a scale of 100 with one more decimal where it would show nothing."""
    plain = outcome.unit_scale or abs(value) >= 0.095 or value == 0
    return shown_score(value, outcome.unit_scale, WIDTH if plain else WIDTH + 1)


def _p_words(outcome: Outcome) -> str:
    name = CORRECTIONS[outcome.plan.correction].split("-")[0]
    corrected = f" ({name} {shown_p(outcome.p_corrected)})" if outcome.plan.correction != "none" and outcome.p_corrected != outcome.p_value else ""
    return f"p = {shown_p(outcome.p_value)}{corrected}"


def notes_of(contest: ComparisonData, plan: Plan, unit: str, n_units: int, rows: Sequence[Mapping[str, Any]], other: Sequence[FloatArray] | None) -> list[str]:
    """Warnings about the comparison as a whole.

    Args:
        contest: what was compared.
        plan: how.
        unit: segment or document.
        n_units: how many.
        rows: of pairs.csv.
        other: for each metric the corrected p-values with the other unit; None where documents are not known.
    """
    n_pairs = len(contest.systems) * (len(contest.systems) - 1) // 2
    if not n_pairs:
        return []
    notes = [
        _out_of_reach(plan, unit, n_units, n_pairs),
        _few_documents(contest, unit),
        _only_by_segment(rows, unit, other),
        *_disagreements(contest, rows),
        _sacrebleu(plan),
    ]
    return [note for note in notes if note]


def _out_of_reach(plan: Plan, unit: str, n_units: int, n_pairs: int) -> str:
    least = smallest_p(plan.test, n_units, plan.n_resamples)
    if plan.correction == "none" or least * n_pairs <= ALPHA:
        return ""
    return (
        f"Nothing can be significant: with {n_units} {unit}s and {plan.n_resamples:,} resamples the smallest p is {least:.2g}, "
        f"times {n_pairs} pair{'s' * (n_pairs > 1)} {least * n_pairs:.2g}, above {ALPHA}. More {unit}s, more --resamples or fewer systems are needed."
    )


def _few_documents(contest: ComparisonData, unit: str) -> str:
    n = contest.n_documents
    if not 1 < n < MIN_DOCUMENTS:
        return ""
    if unit == "document":
        return f"Resampled by document, of which there are {n}; below {MIN_DOCUMENTS} intervals are too narrow and bootstrap p-values too small."
    return f"Resampled by segment: there are {n} documents, fewer than {MIN_DOCUMENTS}. Segments of one document resemble each other: p-values are too small."


def _only_by_segment(rows: Sequence[Mapping[str, Any]], unit: str, other: Sequence[FloatArray] | None) -> str:
    if other is None:
        return ""
    pairs = []
    for row, p in zip(rows, (p for one in other for p in one), strict=True):
        by_segment, by_document = (p, row["p_holm"]) if unit == "document" else (row["p_holm"], p)
        pairs += [_named(row)] * bool(by_segment <= ALPHA < by_document)
    if not pairs:
        return ""
    return f"Significant only if segments were independent, not by document: {_listed(pairs)}. They are not independent; do not claim these."


def _disagreements(contest: ComparisonData, rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Where one metric says a, another b, both significantly; and where the best system depends on the metric."""
    better: dict[tuple[str, str], dict[str, list[str]]] = {}
    up = {subject.metric: subject.higher_is_better for subject in contest.subjects}
    for row in rows:
        if row["p_holm"] <= ALPHA:
            winner = row["system_a"] if (row["delta"] > 0) == up[row["metric"]] else row["system_b"]
            better.setdefault((row["system_a"], row["system_b"]), {}).setdefault(winner, []).append(row["metric"])
    split = [", ".join(f"{winner} by {' and '.join(metrics)}" for winner, metrics in winners.items()) for winners in better.values() if len(winners) > 1]
    return [f"The metrics disagree on which system is better: {_listed(split, '; ')}."] if split else _best_differs(up, rows)


def _best_differs(up: Mapping[str, bool], rows: Sequence[Mapping[str, Any]]) -> list[str]:
    best: dict[str, list[str]] = {}
    for metric, higher in up.items():
        scores = {row[f"system_{side}"]: row[f"score_{side}"] for row in rows if row["metric"] == metric for side in "ab"}
        defined = {system: score for system, score in scores.items() if score == score}
        if defined and len(set(defined.values())) > 1:
            winner = max(defined, key=lambda system: defined[system] if higher else -defined[system])
            best.setdefault(winner, []).append(metric)
    if len(best) < 2:
        return []
    leaders = ", ".join(f"{system} by {' and '.join(metrics)}" for system, metrics in best.items())
    return [f"The best system depends on the metric: {leaders}. No two metrics contradict each other significantly."]


def _sacrebleu(plan: Plan) -> str:
    if plan.test != "sacrebleu-bs":
        return ""
    return (
        "sacrebleu-bs is there for comparison with older papers: it takes absolute differences before centring them and rejects a true null "
        "12 % of the time at the 5 % level. The default test, ar, keeps the 5 %."
    )


def _named(row: Mapping[str, Any]) -> str:
    return f"{row['system_a']} and {row['system_b']} on {row['metric']}"


def _listed(names: Sequence[str], separator: str = ", ") -> str:
    return separator.join(names[:NAMED]) + (f" and {len(names) - NAMED} more" if len(names) > NAMED else "")
