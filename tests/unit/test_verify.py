"""A run reproduced from its lockfile, and what moved a score between two runs."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

import evaluator
from evaluator.diff import compare_numbers, compare_settings, explain
from evaluator.diff.numbers import TOLERANCE
from evaluator.run_json import Manifest
from evaluator.types import Evaluation, EvaluatorError, Table
from tests.conftest import SAMPLE, Cli

Write = Callable[[str, str | bytes], Path]
REFERENCE = [f"the {word} sails at noon from pier {k} and nobody is left behind" for k, word in enumerate(["ferry", "barge", "yacht", "canoe"] * 5)]
GOOD = [text.replace("noon", "midday") for text in REFERENCE]


@pytest.fixture
def texts(write: Write) -> dict[str, Path]:
    files = {"ref.txt": REFERENCE, "ref2.txt": [text.replace("nobody", "no one") for text in REFERENCE], "a.txt": GOOD, "b.txt": REFERENCE[::-1][::-1]}
    files["b.txt"] = [text.replace("pier", "quay") for text in REFERENCE]
    return {name: write(name, "\n".join(lines) + "\n") for name, lines in files.items()}


@pytest.fixture
def run(texts: dict[str, Path], tmp_path: Path, cli: Cli) -> Path:
    documents = tmp_path / "docs.txt"
    documents.write_text("".join(f"doc{k // 4}\tnews\n" for k in range(len(REFERENCE))))
    options = ["-m", "bleu", "chrf", "ter", "-tok", "intl", "--documents", documents, "--resamples", "100"]
    assert cli("score", "-r", texts["ref.txt"], texts["ref2.txt"], "-i", texts["a.txt"], texts["b.txt"], *options, "-o", tmp_path / "run").code == 0
    return tmp_path / "run"


def test_a_run_is_had_again_from_its_inputs(run: Path, cli: Cli) -> None:
    result = cli("verify", run)
    assert (result.code, result.out) == (0, f"{run}: every number is the same\n")
    assert cli("verify", run, "--texts").code == 0
    assert sorted(path.name for path in run.parent.iterdir() if path.name.startswith(".")) == []


def test_a_copied_run_with_moved_inputs_is_had_again(run: Path, texts: dict[str, Path], tmp_path: Path, cli: Cli) -> None:
    there = tmp_path / "clone"
    shutil.copytree(run, there / "run")
    for path in [*texts.values(), tmp_path / "docs.txt"]:
        shutil.move(path, there / path.name)
    lost = cli("verify", there / "run")
    assert lost.code == 2
    assert "does not exist. Say where it is now" in lost.err
    (there / "run" / "run.json").write_text((there / "run" / "run.json").read_text().replace(f"{tmp_path}/", ""))  # as a run made with relative paths
    assert cli("verify", there / "run", "--root", there).code == 0


def test_moved_inputs_can_be_named(run: Path, texts: dict[str, Path], tmp_path: Path, cli: Cli) -> None:
    moved = shutil.move(texts["a.txt"], tmp_path / "elsewhere.txt")
    assert cli("verify", run, "-i", f"a={moved}").code == 0
    assert cli("verify", run, "-i", f"c={moved}").err.startswith("evaluator: error: The run has no system 'c'; it has a, b.")


def test_a_changed_input_is_named_with_the_cells_that_it_moved(run: Path, texts: dict[str, Path], cli: Cli) -> None:
    texts["a.txt"].write_text("\n".join([*GOOD[:3], "something else entirely", *GOOD[4:]]) + "\n")
    result = cli("verify", run, "--format", "json")
    assert result.code == 1
    found = json.loads(result.out)
    assert [(one["cause"], one["what"]) for one in found["settings"]] == [("input", "system a")]
    assert any(one["what"] == "segments.csv, a, doc0, 4: bleu" for one in found["numbers"])
    assert not any("segments.csv, b" in one["what"] for one in found["numbers"])
    assert "NOT the same" in cli("verify", run).out


def test_one_changed_digit_of_a_stored_score_is_found(run: Path, cli: Cli) -> None:
    path = run / "scores.csv"
    text = path.read_text()
    digit = text.split("\n")[1].split(",")[1]
    path.write_text(text.replace(digit, digit[:-1] + ("1" if digit[-1] != "1" else "2")))
    result = cli("verify", run)
    assert result.code == 1
    assert f"score: scores.csv, a: BLEU: {digit[:-1]}" in result.out


def test_other_versions_are_told_and_do_not_fail(run: Path, cli: Cli) -> None:
    manifest = json.loads((run / "run.json").read_text())
    manifest["versions"]["numpy"] = "1.0.0"
    (run / "run.json").write_text(json.dumps(manifest))
    result = cli("verify", run)
    assert result.code == 0
    assert "version: numpy: 1.0.0 -> " in result.out
    assert "every number is the same, with the differences above" in result.out


def test_a_run_of_texts_in_memory_is_verified_from_its_segments(tmp_path: Path, cli: Cli) -> None:
    evaluator.evaluate(REFERENCE, {"a": GOOD}, metrics=["bleu", "ter"]).save(tmp_path / "memory")
    assert "--texts" in cli("verify", tmp_path / "memory").err
    assert cli("verify", tmp_path / "memory", "--texts").code == 0


def test_an_aligned_article_is_verified_both_ways(tmp_path: Path, cli: Cli) -> None:
    cli("score", SAMPLE / "reference.txt", SAMPLE / "rewrite.txt", "-m", "chrf", "-o", tmp_path / "run")
    assert cli("verify", tmp_path / "run").code == 0
    assert cli("verify", tmp_path / "run", "--texts").code == 0


def test_a_run_compared_anew_is_verified_with_its_new_plan(run: Path, tmp_path: Path, cli: Cli) -> None:
    assert cli("compare", run, "--test", "bootstrap", "--resamples", "200", "-o", tmp_path / "again").code == 0
    assert cli("verify", tmp_path / "again").code == 0


def test_the_lockfile_says_what_was_scored(tmp_path: Path) -> None:
    run = evaluator.evaluate(["one text", "", "two"], {"a": ["one text", "", ""], "b": ["one text", "x", "two"]}, metrics=["chrf"])
    stated = run.manifest["segments"]
    assert (stated["count"], stated["documents"]) == (3, 1)
    assert stated["left_out"] == {"a": [2]}


@pytest.mark.model
def test_the_lockfile_names_weights_tokenizer_device_and_threads(tmp_path: Path) -> None:
    run = evaluator.evaluate(["one text"], {"a": ["one text"]}, metrics=["bertscore"], diagnose="off", device="cpu")
    model = run.manifest["model"]
    assert len(model["weights_sha256"]) == len(model["tokenizer_sha256"]) == 64
    assert (model["device"], model["precision"]) == ("cpu", "fp32")
    assert model["threads"] >= 1


def _with(run: Evaluation, table: str, column: str, change: float) -> Evaluation:
    columns = {**run.tables[table].columns}
    columns[column] = [value + change if isinstance(value, float) else value for value in columns[column]]
    return replace(run, tables={**run.tables, table: Table(table, columns)})


@pytest.mark.model
def test_lexical_numbers_must_be_equal_and_neural_ones_close() -> None:
    run = evaluator.evaluate(["one text", "another one"], {"a": ["one text", "another two"]}, metrics=["chrf", "bertscore"], diagnose="off").evaluation
    assert compare_numbers(run, run) == []
    assert len(compare_numbers(run, _with(run, "segments", "chrf", 1e-12))) == 2
    assert compare_numbers(run, _with(run, "segments", "bertscore_f1", TOLERANCE / 2)) == []
    assert len(compare_numbers(run, _with(run, "segments", "bertscore_f1", TOLERANCE * 2))) == 2


def test_explain_diff_names_the_input_and_the_segments_that_moved() -> None:
    one = evaluator.evaluate(REFERENCE, {"a": GOOD, "b": REFERENCE}, metrics=["chrf", "ter"], resamples=100).evaluation
    changed = [*GOOD[:3], "something else entirely", *GOOD[4:]]
    two = evaluator.evaluate(REFERENCE, {"a": changed, "b": REFERENCE}, metrics=["chrf", "ter"], resamples=100).evaluation
    found = explain(one, two)
    assert [(m.system, m.metric) for m in found.movements] == [("a", "chrF2"), ("a", "TER")]
    for movement in found.movements:
        assert [(c.cause, c.what) for c in movement.causes] == [("input", "system a")]
        assert dict(movement.moved) == {"hypothesis": 1}
        assert [segment.segment for segment in movement.segments] == [4]
    assert explain(one, one).movements == ()


def test_explain_diff_names_the_option_of_the_metric_that_moved() -> None:
    cased = [text.upper() if k % 2 else text for k, text in enumerate(GOOD)]
    one = evaluator.evaluate(REFERENCE, {"a": cased}, metrics=["bleu", "chrf"]).evaluation
    two = evaluator.evaluate(REFERENCE, {"a": cased}, metrics=["bleu", "chrf"], metric_options={"bleu": {"lowercase": True}}).evaluation
    (movement,) = explain(one, two).movements
    assert movement.metric == "BLEU"
    assert [(c.cause, c.what) for c in movement.causes] == [("option", "metric_options.bleu.lowercase")]
    assert dict(movement.moved) == {"setting": 10}


@pytest.mark.model
def test_explain_diff_names_version_model_and_device() -> None:
    run = evaluator.evaluate(["one text"], {"a": ["one test"]}, metrics=["bertscore"], diagnose="off", device="cpu").evaluation
    stored = json.loads(json.dumps(run.manifest.json))
    stored["versions"]["torch"] = "0.0"
    stored["model"].update(device="cuda", weights_sha256="0" * 64)
    other = Manifest.read(stored)
    assert [one.cause for one in compare_settings(run.manifest, other)] == ["version", "model", "device"]
    moved = replace(_with(_with(run, "scores", "BERTScore-F1", 0.1), "segments", "bertscore_f1", 0.1), manifest=other)
    (movement,) = explain(run, moved).movements
    assert [cause.cause for cause in movement.causes] == ["version", "model", "device"]


def test_explain_diff_on_the_command_line(run: Path, texts: dict[str, Path], tmp_path: Path, cli: Cli) -> None:
    texts["a.txt"].write_text("\n".join([*GOOD[:3], "something else entirely", *GOOD[4:]]) + "\n")
    options = ["-m", "bleu", "chrf", "--resamples", "100", "-o", tmp_path / "two"]
    cli("score", "-r", texts["ref.txt"], texts["ref2.txt"], "-i", texts["a.txt"], texts["b.txt"], *options)
    result = cli("explain-diff", run, tmp_path / "two")
    assert result.code == 0
    assert "input: system a: " in result.out
    assert "option: metric_options.bleu.tokenize: intl -> not given" in result.out
    assert "in one run alone: TER (before)" in result.out
    assert "a, chrF2: " in result.out
    assert "something else entirely" in result.out
    assert "no score moved" in cli("explain-diff", run, run).out
    assert json.loads(cli("explain-diff", run, run, "--format", "json").out)["movements"] == []
    assert cli("explain-diff", run).code == 2


def test_runs_without_a_common_system_are_refused() -> None:
    one, two = (evaluator.evaluate(REFERENCE, {name: GOOD}, metrics=["chrf"]).evaluation for name in "ab")
    with pytest.raises(EvaluatorError, match="no system in common: a against b"):
        explain(one, two)


@pytest.mark.parametrize("text", ["{}", "[]"])
def test_a_lockfile_that_lacks_what_is_verified_is_told(run: Path, cli: Cli, text: str) -> None:
    (run / "run.json").write_text(text)
    for arguments in (("verify", run), ("explain-diff", run, run)):
        result = cli(*arguments)
        assert (result.code, "is damaged: run.json has no evaluator, inputs" in result.err) == (2, True)


def test_explain_diff_blames_no_model_for_a_lexical_score() -> None:
    one = evaluator.evaluate(REFERENCE, {"a": GOOD}, metrics=["bleu"]).evaluation
    two = evaluator.evaluate(REFERENCE, {"a": GOOD}, metrics=["bleu"], metric_options={"bleu": {"max_ngram_order": 2}}).evaluation
    other = two.manifest.changed(options={**two.manifest.options, "model": "another", "num_layers": 3, "lang": "de"})
    (movement,) = explain(one, replace(two, manifest=other)).movements
    assert [cause.what for cause in movement.causes] == ["metric_options.bleu.max_ngram_order"]
