"""Whether a run is worse than an earlier one, and in which segments: for continuous integration."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from evaluator.compare.plan import ALPHA, ComparisonData, MetricData, Plan
from evaluator.compare.runs import contest_of, segment_rows
from evaluator.compare.systems import compare_systems
from evaluator.compare.versions import check_same_version, not_compared, of_diagnosis
from evaluator.corrections import correct
from evaluator.digits import decimals
from evaluator.plugins import did_you_mean
from evaluator.signatures import changed_diagnosis, diagnosis_signature
from evaluator.types import Evaluation, EvaluatorError, GateCheck, WorseSegment


@dataclass(frozen=True, slots=True)
class Limits:
    """What a run must keep."""

    max_drop: Mapping[str, float] = field(default_factory=dict)
    """By metric, points by which it may be worse than the baseline."""
    max_critical: int | None = None
    """Critical findings that a system may have."""


def check_gate(run: Evaluation, baseline: Evaluation | None, limits: Limits, plan: Plan) -> list[GateCheck]:
    """Every rule: the limits given; without any, that no metric is significantly worse and no system has more critical findings.

    What two versions of the diagnosis made is not compared: a last check says so.

    Raises:
        EvaluatorError: runs that cannot be compared, or nothing to check.
    """
    if baseline is None and (limits.max_drop or limits.max_critical is None):
        raise EvaluatorError("Nothing to compare with: give --baseline RUN_DIR, or --max-critical N for the run alone.")
    checks: list[GateCheck] = []
    if limits.max_critical is not None:
        checks += _critical_at_most(run, limits.max_critical)
    if baseline is None:
        return checks
    same = matching_systems(run, baseline)
    check_same_segments(run, baseline)
    if limits.max_drop:
        check_same_version(run, baseline, limits.max_drop)
        checks += _drops(run, baseline, same, limits.max_drop)
    elif limits.max_critical is None:
        checks += _significantly_worse(run, baseline, same, plan)
        checks += _more_critical(run, baseline, same)
        checks += not_compared(run, baseline)
    return checks


def matching_systems(run: Evaluation, baseline: Evaluation) -> list[tuple[str, str]]:
    """Pairs of names, the run's and the baseline's; two single systems match whatever they are called.

    Raises:
        EvaluatorError: a system that the baseline does not have.
    """
    ours, theirs = list(run.manifest.systems), list(baseline.manifest.systems)
    if len(ours) == len(theirs) == 1:
        return [(ours[0], theirs[0])]
    for name in ours:
        if name not in theirs:
            raise EvaluatorError(f"The baseline has no system {name!r}.{did_you_mean(name, theirs)} Systems are matched by name.")
    return [(name, name) for name in ours]


def check_same_segments(run: Evaluation, baseline: Evaluation) -> None:
    """Refuse runs over other segments or references.

    Raises:
        EvaluatorError: names both numbers, or the first segment that differs.
    """
    keys = [_keys(run), _keys(baseline)]
    if len(keys[0]) != len(keys[1]):
        raise EvaluatorError(f"The run has {len(keys[0])} segments, the baseline {len(keys[1])}; both must score the same references.")
    for ours, theirs in zip(*keys, strict=True):
        if ours != theirs:
            raise EvaluatorError(
                f"Segment {ours[1]} of {ours[0]} has the reference {ours[2][:40]!r} in the run, {theirs[2][:40]!r} in the baseline; score the same references."
            )


def _keys(evaluation: Evaluation) -> list[tuple[str, int, str]]:
    """Document, number and reference of each segment; a single document's name does not matter."""
    columns = evaluation.tables["segments"].columns
    rows = segment_rows(evaluation)[0]
    many = len({columns["document"][row] for row in rows}) > 1
    return [(columns["document"][row] if many else "the text", columns["segment"][row], columns["reference"][row]) for row in rows]


def _both(run: Evaluation, baseline: Evaluation, pair: tuple[str, str]) -> tuple[list[MetricData], list[MetricData]]:
    """Subjects that both runs have and that one version made, each with the one system of the pair."""
    ours, theirs = contest_of(run), contest_of(baseline)
    known = {subject.metric: subject for subject in theirs.subjects}
    both = [subject for subject in ours.subjects if subject.metric in known]
    if not both:
        raise EvaluatorError(f"The runs have no metric in common: {_titles(ours)} against {_titles(theirs)}.")
    if changed := changed_diagnosis(baseline.manifest.diagnosis, run.manifest.diagnosis):
        both = [subject for subject in both if subject.metric not in of_diagnosis(run.manifest)]
        if not both:
            raise EvaluatorError(
                f"The runs have only what the diagnosis makes in common, and it is {changed.after} in the run and {changed.before} in the baseline; "
                "such scores cannot be compared. Score the baseline's texts again."
            )
    for subject in both:
        _check_signatures(_signed(subject, run), _signed(known[subject.metric], baseline))
    places = ours.systems.index(pair[0]), theirs.systems.index(pair[1])
    return [_one(subject, places[0]) for subject in both], [_one(known[subject.metric], places[1]) for subject in both]


def _signed(subject: MetricData, evaluation: Evaluation) -> MetricData:
    """The subject, signed as now where the diagnosis made it: stored runs may have signed the prior too, which does not change it."""
    if subject.metric not in of_diagnosis(evaluation.manifest):
        return subject
    return replace(subject, signature=diagnosis_signature(evaluation.manifest.diagnosis or {}, evaluation.manifest.evaluator))


def _check_signatures(ours: MetricData, theirs: MetricData) -> None:
    """Imported scores are signed with their files, which differ from run to run; all others must agree."""
    if ours.signature != theirs.signature and not ours.signature.startswith("imported:"):
        raise EvaluatorError(f"{ours.metric} is signed {ours.signature} in the run and {theirs.signature} in the baseline; such scores cannot be compared.")
    if ours.higher_is_better != theirs.higher_is_better:
        raise EvaluatorError(f"{ours.metric} counts as better when higher in one run and when lower in the other.")


def _titles(contest: ComparisonData) -> str:
    return ", ".join(subject.metric for subject in contest.subjects)


def _one(subject: MetricData, place: int) -> MetricData:
    scores = subject.segment_scores
    return MetricData(
        subject.metric,
        subject.statistics[place : place + 1],
        subject.formula,
        None if scores is None else scores[place : place + 1],
        subject.higher_is_better,
        subject.unit_scale,
        subject.signature,
    )


def _pooled(ours: MetricData, theirs: MetricData) -> MetricData:
    """Both as the two systems of one contest, the run first."""
    assert ours.segment_scores is not None  # contest_of gives them
    assert theirs.segment_scores is not None
    scores = np.concatenate([ours.segment_scores, theirs.segment_scores])
    statistics = np.concatenate([ours.statistics, theirs.statistics])
    return MetricData(ours.metric, statistics, ours.formula, scores, ours.higher_is_better, ours.unit_scale, ours.signature)


def _rows(run: Evaluation, baseline: Evaluation, pair: tuple[str, str], plan: Plan) -> list[tuple[MetricData, Mapping[str, Any]]]:
    """For each metric in common the two systems' subject and row of pairs.csv, run minus baseline."""
    ours, theirs = _both(run, baseline, pair)
    subjects = tuple(_pooled(a, b) for a, b in zip(ours, theirs, strict=True))
    contest = ComparisonData(("run", "baseline"), subjects, contest_of(run).documents)
    results = compare_systems(contest, plan).results
    return [(subject, result.pairs[0]) for subject, result in zip(subjects, results, strict=True)]


def _drops(run: Evaluation, baseline: Evaluation, same: Sequence[tuple[str, str]], limits: Mapping[str, float]) -> list[GateCheck]:
    checks = []
    for pair in same:
        found = {subject.metric: (subject, row) for subject, row in _rows(run, baseline, pair, Plan(resamples=100))}
        names = {entry.name: entry.title for entry in run.manifest.compared or ()}
        titles = {**{title.lower(): title for title in names.values()}, **names}
        for name, limit in limits.items():
            title = titles.get(name.lower())
            if title not in found:
                raise EvaluatorError(f"--max-drop names {name!r}, which the runs do not both have.{did_you_mean(name, titles, listed=names)}")
            subject, row = found[title]
            drop = -row["delta"] if subject.higher_is_better else row["delta"]
            kept = not drop > limit  # an undefined score breaks no limit that a number could
            words = f"{_change(pair[0], subject, row)}, {'within' if kept else 'worse than'} the limit of {limit:g}"
            checks.append(GateCheck(kept, words, () if kept else worse_segments(run, baseline, pair, subject)))
    return checks


def _significantly_worse(run: Evaluation, baseline: Evaluation, same: Sequence[tuple[str, str]], plan: Plan) -> list[GateCheck]:
    found = [(pair, *one) for pair in same for one in _rows(run, baseline, pair, plan)]
    corrected = correct(np.array([row["p_value"] for _, _, row in found]), plan.correction)
    checks = []
    for (pair, subject, row), p in zip(found, corrected, strict=True):
        worse = (row["delta"] < 0) == subject.higher_is_better and row["delta"] != 0 and p <= ALPHA
        words = f"{_change(pair[0], subject, row)}, p = {p:.4f} over {len(found)} checks: {'significantly worse' if worse else 'not significantly worse'}"
        checks.append(GateCheck(not worse, words, worse_segments(run, baseline, pair, subject) if worse else ()))
    return checks


def _change(system: str, subject: MetricData, row: Mapping[str, Any]) -> str:
    digits = decimals(subject.unit_scale)
    lower = "" if subject.higher_is_better else ", lower is better"
    return f"{subject.metric} of {system}: {row['score_b']:.{digits}f} before, {row['score_a']:.{digits}f} now ({row['delta']:+.{digits + 1}f}{lower})"


def worse_segments(run: Evaluation, baseline: Evaluation, pair: tuple[str, str], subject: MetricData) -> tuple[WorseSegment, ...]:
    """Segments whose score by the metric got worse, worst first."""
    assert subject.segment_scores is not None
    now, before = subject.segment_scores if subject.higher_is_better else -subject.segment_scores
    places = [evaluation.manifest.systems.index(name) for evaluation, name in zip((run, baseline), pair, strict=True)]
    rows, old_rows = segment_rows(run)[places[0]], segment_rows(baseline)[places[1]]
    columns, old = run.tables["segments"].columns, baseline.tables["segments"].columns
    digits = decimals(subject.unit_scale)
    out = []
    for at in np.argsort(now - before, kind="stable"):
        if not now[at] < before[at]:
            break
        row, old_row = rows[at], old_rows[at]
        change = f"{subject.metric} {abs(before[at]):.{digits}f} to {abs(now[at]):.{digits}f}"
        texts = (columns["reference"][row], old["hypothesis"][old_row], columns["hypothesis"][row])
        out.append(WorseSegment(columns["document"][row], columns["segment"][row], change, *texts))
    return tuple(out)


def critical_count(evaluation: Evaluation, system: str) -> int:
    """Critical findings of one system.

    Raises:
        EvaluatorError: the run was not diagnosed.
    """
    scores = evaluation.tables["scores"].columns
    count = scores["critical"][scores["system"].index(system)]
    if count is None:
        raise EvaluatorError("--max-critical counts findings, and the run was not diagnosed. Score it with --diagnose on.")
    return int(count)


def _critical_at_most(run: Evaluation, most: int) -> list[GateCheck]:
    checks = []
    for system in run.manifest.systems:
        count = critical_count(run, system)
        words = f"critical findings of {system}: {count}, {'within' if count <= most else 'more than'} the limit of {most}"
        checks.append(GateCheck(count <= most, words, () if count <= most else tuple(_critical_segments(run, system).values())))
    return checks


def _more_critical(run: Evaluation, baseline: Evaluation, same: Sequence[tuple[str, str]]) -> list[GateCheck]:
    """Whether a system has more critical findings than before; nothing where a run was not diagnosed, or by another version."""
    if run.manifest.diagnosis is None or baseline.manifest.diagnosis is None or changed_diagnosis(baseline.manifest.diagnosis, run.manifest.diagnosis):
        return []
    checks = []
    for ours, theirs in same:
        now, before = critical_count(run, ours), critical_count(baseline, theirs)
        words = f"critical findings of {ours}: {before} before, {now} now"
        checks.append(GateCheck(now <= before, words, () if now <= before else _newly_critical(run, baseline, (ours, theirs))))
    return checks


def _newly_critical(run: Evaluation, baseline: Evaluation, pair: tuple[str, str]) -> tuple[WorseSegment, ...]:
    """Segments with other critical findings than before, the baseline's text beside them."""
    now, before = _critical_segments(run, pair[0]), _critical_segments(baseline, pair[1])
    hypotheses = baseline.tables["segments"].columns["hypothesis"]
    old_rows = segment_rows(baseline)[list(baseline.manifest.systems).index(pair[1])]
    return tuple(replace(one, before=hypotheses[old_rows[at]]) for at, one in now.items() if at not in before or before[at].change != one.change)


def _critical_segments(run: Evaluation, system: str) -> dict[int, WorseSegment]:
    """Segments with critical findings, by place in the order of segments; their reasons are joined."""
    findings, columns = run.tables["findings"].columns, run.tables["segments"].columns
    messages: dict[int, list[str]] = {}
    for row, severity, message in zip(*(findings[c] for c in ("row", "severity", "message")), strict=True):
        if severity == "critical":
            messages.setdefault(row, []).append(message)
    rows = segment_rows(run)[list(run.manifest.systems).index(system)]
    return {
        at: WorseSegment(columns["document"][row], columns["segment"][row], "; ".join(messages[row]), columns["reference"][row], "", columns["hypothesis"][row])
        for at, row in enumerate(rows)
        if row in messages
    }
