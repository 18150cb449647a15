"""`run.worst`, and frames that are nobody else's."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

import evaluator
from evaluator.reports.page import make_page
from evaluator.run import Run
from evaluator.types import EvaluatorError, Table

TEXTS = ["The dam held all night.", "It rained for a week.", "The road to the coast is closed.", "Nobody came to the quay."]
A = [*TEXTS[:2], "The road is closed.", "Everybody came."]
B = ["The dam broke.", *TEXTS[1:]]


@pytest.fixture(scope="module")
def run() -> evaluator.Run:
    return evaluator.evaluate(TEXTS, {"a": A, "b": B}, metrics=["chrf", "ter"], diagnose="off")


@pytest.mark.parametrize(("metric", "title", "lower_first"), [("chrf", "chrF2", True), ("ter", "TER", False)])
def test_worst_segments_come_first_by_each_metrics_own_direction(run: evaluator.Run, metric: str, title: str, lower_first: bool) -> None:
    own = run.segments[run.segments["system"] == "a"]
    expected = own.sort_values(metric, ascending=lower_first, kind="stable").head(3)
    found = run.worst(3, system="a", metric=metric)
    assert found.index.tolist() == expected.index.tolist()
    assert found.equals(run.segments.loc[found.index])
    assert run.worst(3, system="a", metric=title).index.tolist() == found.index.tolist()
    assert len(run.worst(metric=metric)) == 8


JUDGED = {
    "severity": ["major", "critical", "none", "major", "critical", "minor", "major", "none"],
    "risk": [0.9, 0.3, 0.1, 0.8, 0.7, 0.2, 0.9, 0.1],
    "fidelity": [40.0, 60.0, 99.0, 20.0, 30.0, 80.0, 10.0, 99.0],
    "flagged": [True, False, False, True, True, False, True, False],
}


def test_by_risk_segments_come_in_the_order_of_the_page(run: evaluator.Run) -> None:
    columns: dict[str, Any] = {**run.evaluation.tables["segments"].columns, **JUDGED}
    judged = replace(run.evaluation, tables={**run.evaluation.tables, "segments": Table("segments", columns)})
    found = Run(judged).worst(8)
    assert found.index.tolist() == [4, 6, 0, 3, 1, 5, 2, 7]  # a critical finding that is not flagged comes after all that are
    on_page = {group.system: [card.segment for card in group.cards] for group in make_page(judged).worst}
    for system in ("a", "b"):
        assert Run(judged).worst(2, system=system)["segment"].tolist() == on_page[system]


def test_where_one_is_worse_than_another_both_are_shown(run: evaluator.Run) -> None:
    worse = run.worst(system="a", against="b", metric="chrf")
    assert sorted(worse["segment"]) == [3, 4]
    assert (worse["delta"] < 0).all()
    assert worse["delta"].is_monotonic_increasing
    assert (worse["delta"] == worse["chrf"] - worse["chrf_against"]).all()
    assert worse["hypothesis"].tolist() == [A[s - 1] for s in worse["segment"]]
    assert worse["hypothesis_against"].tolist() == [B[s - 1] for s in worse["segment"]]
    reverse = run.worst(system="b", against="a", metric="ter")
    assert reverse["segment"].tolist() == [1]
    assert reverse["delta"].item() > 0  # of errors more is worse
    assert len(run.worst(1, system="a", against="b", metric="chrf")) == 1
    assert run.worst(0, metric="ter").empty


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({}, "no diagnosis; order by another metric: chrf, ter"),
        ({"metric": "chfr"}, "chrf"),
        ({"metric": "chrf", "system": "c"}, "no system 'c'"),
        ({"metric": "chrf", "against": "b"}, "system="),
        ({"metric": "chrf", "system": "b", "against": "b"}, "another system"),
        ({"metric": "chrf", "n": -1}, "n is -1"),
    ],
)
def test_what_cannot_be_ordered_is_refused(run: evaluator.Run, arguments: dict[str, object], said: str) -> None:
    with pytest.raises(EvaluatorError, match=said):
        run.worst(**arguments)  # type: ignore[arg-type]


def test_a_frame_that_somebody_changes_is_whole_for_the_next(run: evaluator.Run) -> None:
    first = run.segments
    first.loc[0, "chrf"] = -1.0
    first["mine"] = 1
    assert "mine" not in run.segments
    assert run.segments.loc[0, "chrf"] != -1.0
