"""What moved the scores between two runs, and in which segments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from evaluator.diff.settings import OF_DEVICE, Difference, compare_settings
from evaluator.options import OF_RUN
from evaluator.run_json import Manifest, MetricEntry
from evaluator.signatures import OF_DIAGNOSIS, DiagnosisChange, changed_diagnosis
from evaluator.types import Evaluation, EvaluatorError, is_inserted

MAX_SEGMENTS = 5
MOVES = {name: option.declared.moves for name, option in OF_RUN.items()}
"""By option, which scores another value can move."""
OF_RISK = ("diagnosis threshold", "diagnosis prior", "diagnosis calibration_sha256")
"""What moves risk and flags, and no score."""
REASONS = ("hypothesis", "reference", "alignment", "setting")
"""What changed in a segment; `setting` where its texts are the same."""


@dataclass(frozen=True, slots=True)
class MovedSegment:
    """One segment whose score moved."""

    document: str
    segment: int
    before: float
    after: float
    reason: str
    """One of `REASONS`."""
    hypothesis: str
    """The text afterwards."""


@dataclass(frozen=True, slots=True)
class Movement:
    """One system's score by one metric that is not the same."""

    system: str
    metric: str
    before: float
    after: float
    moved: Mapping[str, int]
    """How many segments moved, by reason."""
    causes: tuple[Difference, ...]
    """The differences of settings that bear on this score."""
    segments: tuple[MovedSegment, ...]
    """Those that moved most."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """All that is different between two runs."""

    settings: tuple[Difference, ...]
    movements: tuple[Movement, ...]
    only: tuple[str, ...]
    """Systems and metrics that one run alone has."""
    diagnosis: DiagnosisChange | None = None
    """Both versions where the runs have diagnoses by different ones, so that what they made cannot be compared."""


def explain(before: Evaluation, after: Evaluation) -> Explanation:
    """What moved scores from one run to the other.

    Raises:
        EvaluatorError: the runs have no system or no metric in common.
    """
    settings = compare_settings(before.manifest, after.manifest)
    metrics = [_metrics(run.manifest) for run in (before, after)]
    systems = [list(run.manifest.systems) for run in (before, after)]
    common = [name for name in systems[0] if name in systems[1]]
    titles = [title for title in metrics[0] if title in metrics[1]]
    if not common or not titles:
        what, names = ("system", systems) if not common else ("metric", [list(one) for one in metrics])
        raise EvaluatorError(f"The runs have no {what} in common: {', '.join(names[0])} against {', '.join(names[1])}.")
    rows = [_rows(run) for run in (before, after)]
    movements = []
    for title in titles:
        for system in common:
            scores = [_score(run, system, title) for run in (before, after)]
            if scores[0] != scores[1] and None not in scores:
                movements.append(_movement(system, metrics[0][title], scores, rows, settings))
    only = [f"{name} ({'before' if name in systems[0] else 'after'})" for name in dict.fromkeys([*systems[0], *systems[1]]) if name not in common]
    only += [f"{name} ({'before' if name in metrics[0] else 'after'})" for name in dict.fromkeys([*metrics[0], *metrics[1]]) if name not in titles]
    return Explanation(tuple(settings), tuple(movements), tuple(only), changed_diagnosis(before.manifest.diagnosis, after.manifest.diagnosis))


def _metrics(manifest: Manifest) -> dict[str, MetricEntry]:
    """By title the metrics asked for, and fidelity where the run was diagnosed."""
    metrics = {one.title: one for one in manifest.metrics}
    made = (one for one in manifest.compared or () if one.name in OF_DIAGNOSIS)
    return metrics | {one.title: MetricEntry(one.name, one.title, (one.column,), one.unit_scale, one.higher_is_better) for one in made}


def _score(run: Evaluation, system: str, title: str) -> Any:
    """A corpus score; that of fidelity is in statistics.csv alone."""
    table = run.tables["statistics"].columns
    scores = {(of, metric): score for of, metric, score in zip(table["system"], table["metric"], table["score"], strict=True)}
    columns = run.tables["scores"].columns
    return columns[title][columns["system"].index(system)] if title in columns else scores.get((system, title))


Row = Mapping[str, Any]


def _rows(run: Evaluation) -> dict[str, list[Row]]:
    """Rows of segments.csv that are not inserted, by system."""
    columns = run.tables["segments"].columns
    rows: dict[str, list[Row]] = {}
    for values in zip(*columns.values(), strict=True):
        row = dict(zip(columns, values, strict=True))
        if not is_inserted(row["alignment"]):
            rows.setdefault(row["system"], []).append(row)
    return rows


def _matched(one: Sequence[Row], two: Sequence[Row]) -> list[tuple[Row, Row]]:
    """Rows of the same segment: by place where both runs have as many, else by document and number."""
    if len(one) == len(two):
        return list(zip(one, two, strict=True))
    by_segment = {(row["document"], row["segment"]): row for row in two}
    return [(row, by_segment[key]) for row in one if (key := (row["document"], row["segment"])) in by_segment]


def _movement(
    system: str, metric: MetricEntry, scores: Sequence[float], rows: Sequence[Mapping[str, Sequence[Row]]], settings: Sequence[Difference]
) -> Movement:
    column = metric.columns[-1]
    moved = []
    for one, two in _matched(rows[0][system], rows[1][system]):
        if one[column] != two[column] and one[column] is not None and two[column] is not None:
            moved.append(MovedSegment(two["document"], two["segment"], one[column], two[column], _reason(one, two), two["hypothesis"]))
    counts = {reason: n for reason in REASONS if (n := sum(segment.reason == reason for segment in moved))}
    moved.sort(key=lambda segment: -abs(segment.after - segment.before))
    causes = tuple(one for one in settings if _bears(one, system, metric.name, counts))
    return Movement(system, metric.title, scores[0], scores[1], counts, causes, tuple(moved[:MAX_SEGMENTS]))


def _reason(one: Row, two: Row) -> str:
    if one["hypothesis"] != two["hypothesis"]:
        return "alignment" if one["alignment"] != two["alignment"] else "hypothesis"
    references = [name for name in {*one, *two} if name.startswith("reference")]
    return "reference" if any(one.get(name) != two.get(name) for name in references) else "setting"


def _bears(one: Difference, system: str, metric: str, counts: Mapping[str, int]) -> bool:
    """True where a difference can have moved this score; a setting cannot where every moved text is new."""
    if one.cause == "input":
        return one.what in (f"system {system}", "table", "alignment") or one.what.startswith("reference")
    if one.cause == "segments":  # their number; how they are grouped moves no score
        return one.before.split()[0] != one.after.split()[0]
    if one.cause == "option" and one.what.startswith("metric_options."):
        return one.what.split(".")[1] in ((metric, "novelty") if metric == "paraphrase" else (metric,))
    if one.cause == "option" and (one.what.startswith("comparison.") or MOVES.get(one.what) == "nothing"):
        return False
    if one.cause in ("model", "device") or (one.cause == "option" and MOVES.get(one.what) in ("bertscore", "models")):
        aligned = one.cause != "option" and not one.what.startswith(("model ", "diagnosis "))  # the model that aligned decides every score
        return aligned or _bears_of_model(one, metric)
    return bool(counts.get("setting")) or not counts


def _bears_of_model(one: Difference, metric: str) -> bool:
    """True where a difference of a model bears on what the model makes: the diagnosis has its own, on the same device."""
    if one.what.startswith("diagnosis "):
        return metric in OF_DIAGNOSIS and one.what not in OF_RISK
    shared = MOVES.get(one.what) == "models" or one.what in [f"model {name}" for name in OF_DEVICE]
    return metric == "bertscore" or (metric in OF_DIAGNOSIS and shared)
