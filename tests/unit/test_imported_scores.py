"""Scores made by other programs: formats, directions, and what is wrong with a file."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

import evaluator
from evaluator.plugins import SCORE_READERS, load_part
from evaluator.types import EvaluatorError

Write = Callable[[str, str | bytes], Path]
REFERENCE = ["the dam held", "nobody was hurt", "crews went home"]
SYSTEMS = {"a": ["the dam held", "nobody was hurt", "crews left"], "b": ["a dam broke", "somebody was hurt", "crews went"]}
SCORES = {"a": [0.9, 0.8, 0.7], "b": [0.2, 0.3, 0.4]}


def _comet(systems: Mapping[str, list[str]] = SYSTEMS) -> str:
    return json.dumps(
        {f"out/{n}.txt": [{"src": "x", "mt": t, "ref": r, "COMET": s} for t, r, s in zip(systems[n], REFERENCE, SCORES[n], strict=True)] for n in systems}
    )


def _metricx(system: str | None = None) -> str:
    rows = [(n, t, s) for n in SYSTEMS for t, s in zip(SYSTEMS[n], SCORES[n], strict=True) if system in (None, n)]
    return "".join(json.dumps({"hypothesis": t, "prediction": s, **({} if system else {"system_id": n})}) + "\n" for n, t, s in rows)


def _seg_score(missing: bool = False) -> str:
    return "".join(f"{n}\t{'None' if missing and (n, k) == ('b', 1) else s}\n" for n in SYSTEMS for k, s in enumerate(SCORES[n]))


def _column(name: str = "quality", tab: str = ",") -> str:
    return f"system{tab}{name}\n" + "".join(f"{n}{tab}{s}\n" for n in SYSTEMS for s in SCORES[n])


def _run(scores: Mapping[str, str | Mapping[str, str]], systems: Mapping[str, list[str]] = SYSTEMS, lower: tuple[str, ...] = ()) -> evaluator.Run:
    return evaluator.evaluate(REFERENCE, systems, metrics=["chrf"], scores=scores, lower_is_better=lower)


FILES = [("comet.json", _comet()), ("x.jsonl", _metricx()), ("x.seg.score", _seg_score()), ("q.csv", _column()), ("q.tsv", _column("score", "\t"))]


@pytest.mark.parametrize(("name", "content"), FILES, ids=[name for name, _ in FILES])
def test_every_format_becomes_a_metric_of_equal_standing(write: Write, name: str, content: str) -> None:
    run = _run({"quality": str(write(name, content))})
    assert run.segments["quality"].tolist() == [*SCORES["a"], *SCORES["b"]]
    assert run.scores["quality"].tolist() == pytest.approx([0.8, 0.3])
    row = run.pairs[run.pairs["metric"] == "quality"].iloc[0]
    assert row["delta"] == pytest.approx(0.5)
    lower = name.endswith(".jsonl")
    assert (row["wins"], row["losses"]) == ((0, 3) if lower else (3, 0))
    direction = "lower" if lower else "higher"
    assert any(f"quality: external scores, {direction} is better" in note for note in run.manifest["notes"])
    assert f"higher:{'no' if lower else 'yes'}|sha256:" in run.statistics[run.statistics["metric"] == "quality"]["signature"].iloc[0]
    assert [file["role"] for file in run.manifest["inputs"]][-1] == "scores"


def test_a_run_with_imported_scores_reads_back_and_is_compared_again(write: Write, tmp_path: Path) -> None:
    from evaluator import pipeline
    from evaluator.compare import Plan

    run = _run({"quality": str(write("q.csv", _column()))}, lower=("quality",))
    back = evaluator.load(run.save(tmp_path / "run"))
    assert back.pairs.equals(run.pairs)
    again = pipeline.compare(back.evaluation, Plan(test="bootstrap", resamples=200), ["quality"])
    assert again.tables["pairs"].columns["metric"] == ["quality"]
    assert again.tables["pairs"].columns["wins"] == [0]


def test_files_of_one_system_each_are_named_by_their_file_or_by_hand(write: Write) -> None:
    files = {name: str(write(f"{name}.jsonl", _metricx(name))) for name in SYSTEMS}
    named = evaluator.evaluate(REFERENCE, SYSTEMS, metrics=["chrf"], scores={"metricx": files})
    assert named.scores["metricx"].tolist() == pytest.approx([0.8, 0.3])
    only = _run({"metricx": files["a"]}, {"other": SYSTEMS["a"]})
    assert only.scores["metricx"].tolist() == pytest.approx([0.8])


def test_a_missing_score_leaves_the_segment_out_for_all_and_is_counted(write: Write) -> None:
    run = _run({"quality": str(write("x.seg.score", _seg_score(missing=True)))})
    assert [math.isnan(value) for value in run.segments["quality"]] == [False, True, False] * 2
    assert run.scores["quality"].tolist() == pytest.approx([0.8, 0.3])
    assert run.statistics[run.statistics["metric"] == "quality"]["n_segments"].tolist() == [2, 2]
    assert run.pairs[run.pairs["metric"] == "quality"]["n_segments"].tolist() == [2]
    assert any("1 segments lack a score of some system" in note for note in run.manifest["notes"])


def test_files_of_a_whole_task_may_hold_more_systems(write: Write) -> None:
    run = _run({"quality": str(write("x.seg.score", _seg_score() + "c 0.1\n" * 3))})
    assert run.scores["quality"].tolist() == pytest.approx([0.8, 0.3])


def test_a_file_that_names_no_system_of_several_is_refused(write: Write) -> None:
    with pytest.raises(EvaluatorError, match="scores of 'out', which is no system of this run \\(a, b\\). Say whose they are: scores={\"quality\": {system: "):
        _run({"quality": str(write("out.jsonl", _metricx("a")))})


BROKEN = [
    ("c.json", "[1]", "is not what comet-score --to_json writes"),
    ("c.json", "{", "c.json: not JSON"),
    ("c.json", _comet({"a": SYSTEMS["a"]}), "There are no scores of 'b' by quality in .*c.json, which must hold those of every system"),
    ("c.json", _comet().replace("out/b", "out/c"), "There are no scores of 'b' by quality in .*c.json, which has others of out/c.txt"),
    (
        "c.json",
        _comet().replace("nobody was hurt", "everybody was hurt", 1),
        "segment 2 of 'a': 'everybody was hurt' was scored, the run has 'nobody was hurt'",
    ),
    ("c.json", _comet().replace("0.9", '"high"'), "segment 1, COMET: 'high' is no score"),
    ("m.jsonl", '{"score": 1}\n', "line 1: no field `prediction`"),
    ("m.jsonl", _metricx() + _metricx("b"), "scores of 'm'"),
    ("s.seg.score", "a 0.5\n" * 2 + "b 0.5\n" * 3, "has 2 scores of 'a', which has 3 segments"),
    ("s.seg.score", "a\n", "line 1: 'a' instead of a system and its score"),
    ("s.seg.score", _seg_score() + "a b c\n", "line 7: 'c' is no score"),
    ("q.csv", _column("other"), "no column 'quality' or 'score'; it has system, other"),
    ("q.csv", "system,quality\na\n", "row 2: 1 cells, but the header names 2"),
    ("q.csv", _column().replace("0.9", "inf"), "'inf' is no score"),
    ("q.xlsx", "x", "no reader of scores knows this ending"),
]


@pytest.mark.parametrize(("name", "content", "words"), BROKEN, ids=[words for _, _, words in BROKEN])
def test_what_is_wrong_with_a_file_is_said(write: Write, name: str, content: str, words: str) -> None:
    with pytest.raises(EvaluatorError, match=words):
        _run({"quality": str(write(name, content))})


@pytest.mark.parametrize("name", ["chrf", "BLEU", "risk", "system", "fidelity", "Paraphrase", "reference_2", "bertscore_p", " ", "a\x1b"])
def test_names_that_are_taken_or_unfit_are_refused(write: Write, name: str) -> None:
    with pytest.raises(EvaluatorError, match="is taken by a column or metric|is empty or holds a control"):
        _run({name: str(write("q.csv", _column("score")))})


def test_directions_are_given_for_imported_scores_alone(write: Write) -> None:
    with pytest.raises(EvaluatorError, match="lower_is_better names 'qualty', of which there are no scores. Did you mean quality"):
        _run({"quality": str(write("q.csv", _column()))}, lower=("qualty",))


@pytest.mark.parametrize("name", SCORE_READERS)
def test_every_registered_reader_of_scores_is_there(name: str) -> None:
    assert callable(load_part(SCORE_READERS[name]))
    assert "NAME=FILE" in SCORE_READERS[name].summary
