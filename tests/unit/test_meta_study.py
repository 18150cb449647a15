"""The program that judges our own metrics: its table, where a lexical metric is ahead, and which pairs it takes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from evaluator.meta.material import MetaInputs, MetricColumns
from evaluator.meta.study import MetaPlan, Study, run_study
from evaluator.readers.human_files import read_judged
from tests.conftest import ROOT


@pytest.fixture
def program(monkeypatch: pytest.MonkeyPatch) -> Any:
    """benchmarks/meta/study.py, imported as it runs: beside its own files."""
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks" / "meta"))
    import study

    return study


def tiny_study() -> Study:
    """Four systems; chrF is what people say, BERTScore is noise."""
    rng = np.random.default_rng(4)
    gold = rng.normal(0, 1, (4, 30)) + np.arange(4)[:, None]
    noise = MetricColumns("BERTScore layer 3", rng.normal(0, 1, gold.shape))
    return run_study(MetaInputs(tuple("abcd"), gold, (MetricColumns("chrF", gold), noise)), MetaPlan(("pearson",), ("none", "item"), 50, 50))


def test_the_table_marks_the_best_and_says_where_a_lexical_metric_is_ahead(program: Any) -> None:
    text = program.render_study([("a set", tiny_study())], {"chrF"})
    assert "**a set**: 4 systems, 120 judged translations" in text
    rows = {line.split(" | ")[0].strip("| "): line for line in text.splitlines() if line.startswith("| ")}
    assert rows["chrF"].startswith("| chrF | **1.000** [1.00, 1.00]")
    assert "†" in rows["BERTScore layer 3"]
    assert "by item" not in text  # Pearson by item is not one of the study's columns
    assert "A lexical metric is ahead in Pearson: chrF 1.000 over BERTScore layer 3" in text
    assert "p = .0" in text
    assert "No lexical metric is ahead" in program.render_study([("a set", tiny_study())], {"TER"})


def test_every_nth_segment_is_taken_with_all_systems_and_without_people(program: Any, tmp_path: Path) -> None:
    rows = [f"{system}\td\t{i}\tref {i}\thyp {i}\t0" for i in range(6) for system in ("a", "b", "refB")]
    path = tmp_path / "human.tsv"
    path.write_text("\n".join(["system\tdoc\tseg\treference\thypothesis\thuman_score", *rows]) + "\n", encoding="utf-8")
    judged = read_judged(str(path))
    assert {(row.system, row.segment) for row in program.every(judged, 3).rows} == {("a", "0"), ("b", "0"), ("a", "3"), ("b", "3")}
    held_out = program.chosen_rows(judged, "ted", {("ted", "ref 2", "hyp 2"), ("bio", "ref 3", "hyp 3")})
    assert {row.segment for row in held_out.rows} == {"2"}
    assert len(program.chosen_rows(judged, "ted", set()).rows) == 12


def test_scores_of_another_diagnosis_are_not_taken_from_the_folder(program: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[bool] = []

    def score(_rows: object, diagnosed: bool) -> dict[str, Any]:
        made.append(diagnosed)
        return {"risk": np.array([float(len(made))])}

    monkeypatch.setattr(program, "score", score)
    for digest, expected in (("one", 1.0), ("one", 1.0), ("two", 2.0), ("one", 1.0)):
        monkeypatch.setattr(program, "diagnosis_digest", lambda digest=digest: digest)
        assert program.stored_scores([], True, tmp_path)["risk"][0] == expected
    assert made == [True, True]
