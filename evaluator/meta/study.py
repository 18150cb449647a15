"""A study: every statistic of every metric with interval, rank and cluster, as rows of `meta.csv` and `meta_pairs.csv`."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np

from evaluator.corrections import correct
from evaluator.meta.bootstrap import RESAMPLES
from evaluator.meta.columns import META, META_PAIRS
from evaluator.meta.grouping import GROUPINGS
from evaluator.meta.material import MetaInputs, check_material, select_systems, system_means, without_outliers
from evaluator.meta.permutation import DRAWS, SEED
from evaluator.meta.ranks import place_metrics
from evaluator.meta.raters import RATER, describe_agreement, rater_agreement
from evaluator.meta.statistics import STATISTICS, StatisticData, Value
from evaluator.plugins import did_you_mean
from evaluator.types import EvaluatorError, Table

FEWEST_SYSTEMS = 3


@dataclass(frozen=True, slots=True)
class MetaPlan:
    """What a study computes."""

    statistics: tuple[str, ...] = tuple(STATISTICS)
    groupings: tuple[str, ...] = GROUPINGS
    resamples: int = RESAMPLES
    """Of the intervals; 0 for none."""
    draws: int = DRAWS
    """Exchanges of the tests between metrics; 0 for none."""
    seed: int = SEED


class Study(NamedTuple):
    """What came out."""

    meta: Table
    pairs: Table
    notes: tuple[str, ...]


def check_plan(plan: MetaPlan) -> None:
    """Nothing, when the plan can be followed.

    Raises:
        EvaluatorError: an unknown statistic or grouping, or numbers below 0.
    """
    for name in plan.statistics:
        if name not in STATISTICS:
            raise EvaluatorError(f"There is no statistic {name!r}.{did_you_mean(name, STATISTICS)}")
    for name in plan.groupings:
        if name not in GROUPINGS:
            raise EvaluatorError(f"There is no grouping {name!r}.{did_you_mean(name, GROUPINGS)}")
    for option, number in (("--resamples", plan.resamples), ("--draws", plan.draws), ("--seed", plan.seed)):
        if number < 0:
            raise EvaluatorError(f"{option} is {number}; it must be 0 or more.")


def run_study(material: MetaInputs, plan: MetaPlan | None = None) -> Study:
    """Every statistic of the plan that the material allows; what is undefined has an empty value and says why.

    Raises:
        EvaluatorError: a plan that cannot be followed, or material of which nothing can be judged.
    """
    plan = plan or MetaPlan()
    check_plan(plan)
    check_material(material)
    material = _with_scores(material)
    rows: list[dict[str, Any]] = []
    pairs: list[dict[str, Any]] = []
    for subject in _subjects(material, plan):
        values = [subject.value(k) for k in range(len(material.metrics))]
        tests = _tests(subject, values, plan)
        rows += _rows(subject, values, tests)
        rows += _people(subject)
        pairs += tests
    meta = Table("meta", {column.name: [row.get(column.name) for row in rows] for column in META})
    return Study(meta, Table("meta_pairs", {column.name: [row[column.name] for row in pairs] for column in META_PAIRS}), _notes(material))


def with_rows(study: Study, rows: Sequence[dict[str, Any]], notes: Sequence[str]) -> Study:
    """The study with further rows of meta.csv and notes."""
    columns = {column.name: [*study.meta.columns[column.name], *(row.get(column.name) for row in rows)] for column in META}
    return Study(Table("meta", columns), study.pairs, (*study.notes, *notes))


def _with_scores(material: MetaInputs) -> MetaInputs:
    """The material of systems that have a cell that counts; a note names the others."""
    has = np.asarray(material.known.any(axis=1))
    if has.all():
        return material
    named = ", ".join(name for name, known in zip(material.systems, has.tolist(), strict=True) if not known)
    kept = select_systems(material, np.flatnonzero(has))
    return replace(kept, notes=(*material.notes, f"No segment of {named} has both a human score and a score of every metric; left out."))


def _subjects(material: MetaInputs, plan: MetaPlan) -> list[StatisticData]:
    """What is computed, in the order of the table; system level once more without outliers where there are some."""
    kept = without_outliers(material)
    reduced = select_systems(material, np.flatnonzero(kept)) if not kept.all() and kept.sum() >= FEWEST_SYSTEMS else None
    out = []
    for name in plan.statistics:
        kind = STATISTICS[name]
        if not kind.possible(material):
            continue
        for grouping in [g for g in kind.groupings if g in plan.groupings or g not in GROUPINGS]:
            subject = StatisticData(kind, grouping, material, plan.resamples, plan.seed)
            out.append(subject)
            if kind.level == "system" and reduced is not None:
                out.append(replace(subject, grouping="without outliers", material=reduced))
    return out


def _tests(subject: StatisticData, values: Sequence[Value], plan: MetaPlan) -> list[dict[str, Any]]:
    """A test of each pair of metrics, the better one first."""
    rows: list[dict[str, Any]] = []
    known = [k for k, value in enumerate(values) if not math.isnan(value.value)] if plan.draws else []
    for i, j in itertools.combinations(sorted(known, key=lambda k: (-values[k].value, k)), 2):
        found = subject.test(i, j, plan.draws)
        if math.isnan(found.p_value):
            continue
        names = subject.material.metrics
        rows.append(
            {
                "level": subject.kind.level, "statistic": subject.kind.name, "grouping": subject.grouping, "metric_a": names[i].name, "metric_b": names[j].name,
                "delta": found.delta, "p_value": found.p_value, "p_holm": None, "test": subject.kind.test, "n_draws": found.draws or None, "exact": found.exact,
            }
        )  # fmt: skip
    for row, corrected in zip(rows, correct(np.array([row["p_value"] for row in rows], dtype=np.float64), "holm").tolist(), strict=True):
        row["p_holm"] = corrected
    return rows


def _rows(subject: StatisticData, values: Sequence[Value], tests: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    known = [k for k, value in enumerate(values) if not math.isnan(value.value)]
    place = {subject.material.metrics[k].name: at for at, k in enumerate(known)}
    better = {(place[row["metric_a"]], place[row["metric_b"]]): row["p_value"] for row in tests}
    places = dict(zip(known, place_metrics([values[k].value for k in known], better), strict=True)) if tests else {}
    return [
        {
            "level": subject.kind.level,
            "statistic": subject.kind.name,
            "grouping": subject.grouping,
            "metric": subject.material.metrics[k].name,
            "value": _cell(value.value),
            "ci_low": _cell(value.ci_low),
            "ci_high": _cell(value.ci_high),
            "rank": places[k].rank if k in places else None,
            "cluster": places[k].cluster if k in places else None,
            "n_systems": len(subject.material.systems),
            "n_segments": int(subject.material.known.sum()),
            "details": value.details,
            "ci_low_systems": _cell(value.over_systems.low),
            "ci_high_systems": _cell(value.over_systems.high),
        }
        for k, value in enumerate(values)
    ]


def _people(subject: StatisticData) -> list[dict[str, Any]]:
    """The row of raters against each other, where there are several."""
    found = rater_agreement(subject)
    if found is None:
        return []
    details = describe_agreement(found, tuple(metric.name for metric in subject.material.metrics))
    row = dict.fromkeys(column.name for column in META)
    row |= {"level": subject.kind.level, "statistic": subject.kind.name, "grouping": subject.grouping, "metric": RATER, "value": _cell(found.value)}
    return [row | {"n_systems": len(subject.material.systems), "n_segments": found.n_segments, "details": details}]


def _cell(number: float) -> float | None:
    return None if math.isnan(number) else number


def _notes(material: MetaInputs) -> tuple[str, ...]:
    notes = list(material.notes)
    known = material.known
    judged = ~np.isnan(material.gold)
    if lost := int((judged & ~known).sum()):
        notes.append(f"{lost} of {int(judged.sum())} judged segments lack the score of some metric and are left out for all.")
    kept = without_outliers(material)
    if not kept.all():
        means = system_means(material.gold, known.astype(np.float64))
        named = ", ".join(f"{material.systems[i]} ({means[i]:.3g})" for i in np.flatnonzero(~kept))
        notes.append(f"Outliers by their human scores: {named}; a system-level correlation may rest on them alone, so it is also given without them.")
    if (n := len(material.systems)) < FEWEST_SYSTEMS:
        notes.append(f"Systems: {n}; statistics of systems need at least {FEWEST_SYSTEMS}.")
    return tuple(notes)
