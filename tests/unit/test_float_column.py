"""Scores of segments: one array from the metric to the file and the comparison."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest

import evaluator
from evaluator.compare import contest_of
from evaluator.float_column import FloatColumn
from evaluator.results import read_run

REFERENCES = ["The pier was rebuilt in spring.", "Nobody saw the heron leave.", "Two boats were painted."]
SYSTEMS = {"a": ["The pier was built in spring.", "", "Two boats were painted."], "b": ["A pier was rebuilt.", "Nobody saw it.", "Boats."]}


def test_a_column_reads_like_the_list_that_it_stands_for() -> None:
    column = FloatColumn.of([0.1, None, float("nan"), -2.0])
    assert list(column) == [0.1, None, None, -2.0]
    assert (column[0], column[1], column[-1], len(column)) == (0.1, None, -2.0, 4)
    assert column[1:] == [None, None, -2.0]
    assert column == [0.1, None, None, -2.0] == column
    assert column != [0.1, None, None, 2.0]
    assert column != 3
    assert all(type(value) in (float, type(None)) for value in column)
    assert pickle.loads(pickle.dumps(column)) == column
    with pytest.raises(IndexError):
        column[4]
    np.testing.assert_array_equal(np.asarray(column), [0.1, np.nan, np.nan, -2.0])


@pytest.mark.parametrize("stored", [False, True])
def test_scores_are_one_array_in_tables_and_comparisons(stored: bool, tmp_path: Path) -> None:
    run = evaluator.evaluate(REFERENCES, SYSTEMS, metrics=["chrf", "bleu"])
    evaluation = read_run(run.save(tmp_path / "run")) if stored else run.evaluation
    columns = evaluation.tables["segments"].columns
    assert all(isinstance(columns[name], FloatColumn) for name in ("chrf", "bleu", "fidelity", "risk"))
    scores = next(one.segment_scores for one in contest_of(evaluation).subjects if one.metric == "chrF2")
    assert scores is not None
    np.testing.assert_array_equal(scores.ravel(), columns["chrf"].array)
    assert run.segments["chrf"].tolist() == list(columns["chrf"])
    assert columns["risk"] == [None] * 6


def test_frames_are_the_callers_own() -> None:
    run = evaluator.evaluate(REFERENCES, SYSTEMS, metrics=["chrf"])
    before = list(run.evaluation.tables["segments"].columns["chrf"])
    frame = run.segments
    frame.loc[:, "chrf"] = 0.0
    assert list(run.evaluation.tables["segments"].columns["chrf"]) == before == run.segments["chrf"].tolist()
