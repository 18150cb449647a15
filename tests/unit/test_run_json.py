"""`run.json` as typed parts: what is read, what is refused in one message, and what is kept byte for byte."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

import evaluator
from evaluator.run_json import Manifest
from evaluator.types import EvaluatorError
from tests.conftest import Cli

REFERENCE, GOOD = ["The kettle is warm.", "Two doors were shut."], ["The kettle is hot.", "Two doors were closed."]
FEWEST: dict[str, Any] = {"evaluator": "0", "systems": ["a"], "inputs": [], "options": {}, "metrics": [], "versions": {}}
"""What every run.json has."""
PACKAGE = Path(evaluator.__file__).parent


@pytest.fixture(scope="module")
def run() -> evaluator.Run:
    return evaluator.evaluate(REFERENCE, {"a": GOOD, "b": GOOD[::-1]}, metrics=["chrf", "bleu"], resamples=100)


def test_parts_are_typed(run: evaluator.Run) -> None:
    manifest = run.evaluation.manifest
    assert manifest.systems == ("a", "b")
    assert [metric.title for metric in manifest.metrics] == ["chrF2", "BLEU"]
    assert manifest.signatures["chrF2"].corpus.startswith("nrefs:1|")
    assert manifest.segments is not None
    assert manifest.segments.count == 2
    assert manifest.comparison is not None
    assert manifest.comparison.resamples == 100
    assert manifest.compared is not None
    assert [entry.formula["kind"] for entry in manifest.compared] == ["chrf", "bleu"]


def test_scripts_read_it_as_json(run: evaluator.Run) -> None:
    assert run.manifest["systems"] == ["a", "b"]
    assert json.loads(json.dumps(dict(run.manifest))) == dict(run.manifest)


def test_what_another_version_wrote_is_read_and_written_back_as_it_was(run: evaluator.Run, tmp_path: Path) -> None:
    folder = run.save(tmp_path / "run")
    stored = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    for name in ("unreadable", "align_model", "segments"):
        del stored[name]
    older = {"of_tomorrow": {"x": [1, None]}, **stored}
    text = json.dumps(older, ensure_ascii=False, indent=1) + "\n"
    (folder / "run.json").write_text(text, encoding="utf-8")
    back = evaluator.load(folder)
    assert back.manifest.segments is None
    assert back.save(tmp_path / "again").joinpath("run.json").read_text(encoding="utf-8") == text


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"systems": "a"}, "systems is 'a'; it must be a list."),
        ({"systems": ["a", 3]}, "systems[1] is 3; it must be text."),
        ({"inputs": [{"role": "system", "name": "a", "path": None, "sha256": "0"}]}, "inputs[0].path is None; it must be text."),
        ({"inputs": [{"role": "system"}]}, "inputs[0] has no name, path, sha256."),
        ({"versions": {"numpy": 2}}, "versions.numpy is 2; it must be text."),
        ({"metrics": [{"name": "x", "title": "X", "unit_scale": "no"}]}, "metrics[0].unit_scale is 'no'; it must be true or false."),
        ({"segments": {"count": True, "documents": 1, "sha256": "", "left_out": {}}}, "segments.count is True; it must be a whole number."),
        ({"segments": 7}, "segments is 7; it must be an object."),
        ({"comparison": {"test": "ar", "unit": "segment", "resamples": 9}}, "comparison has no seed, correction."),
        ({"diagnosis": "on"}, "diagnosis is 'on'; it must be an object."),
        ({"compared": {}}, "compared is {}; it must be a list."),
    ],
)
def test_a_wrong_type_is_one_message(run: evaluator.Run, tmp_path: Path, cli: Cli, change: dict[str, Any], words: str) -> None:
    with pytest.raises(EvaluatorError, match=re.escape(f"run.json: {words}")):
        Manifest.read({**FEWEST, **change})
    folder = run.save(tmp_path / "run")
    stored = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    (folder / "run.json").write_text(json.dumps({**stored, **change}), encoding="utf-8")
    result = cli("verify", folder)
    assert (result.code, result.err) == (2, f"evaluator: error: The run folder {folder} is damaged: run.json: {words}\n")


def test_what_every_run_has_is_named_where_it_is_missing() -> None:
    with pytest.raises(EvaluatorError, match=r"run.json has no evaluator, inputs, metrics, options, systems, versions\."):
        Manifest.read([])


def test_a_changed_manifest_is_another_one(run: evaluator.Run) -> None:
    manifest = run.evaluation.manifest
    changed = manifest.changed(notes=["x"], comparison=None)
    assert (changed.notes, changed.comparison) == (("x",), None)
    assert list(changed) == [name for name in manifest if name != "comparison"]
    assert manifest.comparison is not None


def test_evaluator_itself_looks_nothing_up_by_string() -> None:
    found = re.compile(r"\b(evaluation|run|stored|baseline|view|before|after)\.manifest(\.get\(|\[)")
    assert [str(path) for path in PACKAGE.rglob("*.py") if found.search(path.read_text(encoding="utf-8"))] == []
