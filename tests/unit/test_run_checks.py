"""Run folders whose parts do not belong together: one message, exit 2, whatever command reads them."""

from __future__ import annotations

import json
import random
import shutil
import sys
import zipfile
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import evaluator
from evaluator.cli import main
from evaluator.compare.formulas import make_formula, n_statistics
from evaluator.run_json import Manifest
from evaluator.types import EvaluatorError
from tests.conftest import ROOT, Cli

sys.path.insert(0, str(ROOT))

from benchmarks.fuzz.fields import COMMANDS, VALUES, combinations, put

REFERENCE = ["The kettle is warm.", "Two doors were shut.", "Rain fell all night."]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("checks")
    run = evaluator.evaluate(REFERENCE, {"a": REFERENCE[::-1], "b": REFERENCE}, metrics=["bleu", "chrf"], resamples=100, diagnose="off")
    run.save(folder / "run")
    return folder


@pytest.fixture
def bad(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of the run to damage; commands run beside it."""
    monkeypatch.chdir(home)
    shutil.copytree(home / "run", home / "bad")
    yield home / "bad"
    shutil.rmtree(home / "bad")


def is_read(stored: Any) -> bool:
    try:
        Manifest.read(stored)
    except EvaluatorError:
        return False
    return True


@pytest.mark.slow
def test_run_json_with_any_type_in_any_field_is_one_message(bad: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A sample; `benchmarks/fuzz/fields.py` tries all."""
    good = json.loads((bad / "run.json").read_text(encoding="utf-8"))
    changed = [(path, put(good, path, VALUES[name])) for path, name in combinations(good)]
    passing = [(path, stored) for path, stored in changed if is_read(stored)]
    assert len(changed) - len(passing) > 500  # the others are refused by the types alone, each with a message
    for path, stored in random.Random(3).sample(passing, 12):
        (bad / "run.json").write_text(json.dumps(stored), encoding="utf-8")
        for arguments in COMMANDS.values():
            code = main(arguments)
            err = capsys.readouterr().err
            assert code in (0, 1, 2), (path, arguments, err)
            assert code != 2 or (err.count("evaluator: error: ") == 1 and len(err) < 600), (path, arguments, err)


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        (("systems",), ["x"], "run.json names the systems 'x', scores.csv 'a', 'b'"),
        (("systems",), [], "it must name each system once"),
        (("systems",), ["a", "a"], "it must name each system once"),
        (("metrics",), [], "metrics is empty"),
        (("metrics", 0, "title"), "BLEUX", "metrics[0].title is 'BLEUX', which is no column of scores in scores.csv"),
        (("metrics", 0, "columns"), ["document"], "metrics[0].columns is 'document', which is no column of scores in segments.csv"),
        (("compared", 1, "statistics"), "x", "compared[1].statistics is 'x', of which stats.npz has no statistics; it has 'bleu', 'chrf'"),
        (("compared", 1, "name"), "x", "compared[1].statistics is 'chrf', which is the name of no metric in compared"),
        (("compared", 1, "column"), "x", "compared[1].column is 'x'"),
        (("compared", 1, "title"), "x", "compared[1].statistics: statistics.csv has no row of 'x'"),
        (("compared",), None, "pairs.csv has the metric"),
        (("diagnosis",), {"threshold": []}, "diagnosis.threshold is []; it must be a number"),
        (("stream",), {"x": 1}, "worst.csv"),
        (("comparison", "test"), "", "There is no test ''."),
        (("comparison", "correction"), "x", "There is no correction 'x'."),
        (("comparison", "resamples"), 10**30, f"comparison.resamples is {10**30}; it must be 10,000,000 or less"),
    ],
)
def test_what_run_json_names_must_be_there(bad: Path, cli: Cli, path: tuple[Any, ...], value: Any, words: str) -> None:
    good = json.loads((bad / "run.json").read_text(encoding="utf-8"))
    (bad / "run.json").write_text(json.dumps({**good, "diagnosis": value} if path == ("diagnosis",) else put(good, path, value)), encoding="utf-8")
    for arguments in COMMANDS.values():
        result = cli(*arguments)
        assert result.code == 2, arguments
        assert result.err.startswith("evaluator: error: The run folder bad is damaged: ")
        assert words in result.err


@pytest.mark.parametrize(
    ("formula", "words"),
    [
        ({"kind": ["bleu"]}, "no formula ['bleu']"),
        ({"kind": "bleu", "order": "4"}, "order of the formula bleu is '4'; it must be a whole number of 1 or more"),
        ({"kind": "bleu", "order": 40}, "takes 82 statistics of each segment, and stats.npz has 10"),
        ({"kind": "bleu", "smooth_method": {}}, "smooth_method of the formula bleu is {}; it must be one of none, floor, add-k, exp"),
        ({"kind": "chrf", "beta": None}, "beta of the formula chrf is None"),
        ({"kind": "ter", "order": 1}, "The formula ter has no parameter 'order'"),
    ],
)
def test_a_formula_that_cannot_be_counted_is_refused(bad: Path, cli: Cli, formula: dict[str, Any], words: str) -> None:
    good = json.loads((bad / "run.json").read_text(encoding="utf-8"))
    (bad / "run.json").write_text(json.dumps(put(good, ("compared", 0, "formula"), formula)), encoding="utf-8")
    result = cli(*COMMANDS["compare"])
    assert (result.code, words in result.err) == (2, True), result.err


def test_the_formulas_of_our_metrics_are_taken(home: Path) -> None:
    run = evaluator.load(home / "run").evaluation
    for entry in run.manifest.compared or ():
        make_formula(entry.formula)
        assert n_statistics(entry.formula) == run.statistics[entry.statistics].shape[-1]


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("metrics", [1.5], "options.metrics[0] is 1.5; it must be text"),
        ("metrics", 7, "options.metrics is 7; it must be a list"),
        ("buckets", -1, "options.buckets is -1; it must be a list"),
        ("lower_is_better", True, "options.lower_is_better is True; it must be a list"),
        ("metric_options", {"bleu": 1}, "options.metric_options.bleu is 1; it must be an object"),
    ],
)
def test_options_of_a_wrong_type_are_named_by_verify(bad: Path, cli: Cli, name: str, value: Any, words: str) -> None:
    good = json.loads((bad / "run.json").read_text(encoding="utf-8"))
    (bad / "run.json").write_text(json.dumps(put(good, ("options", name), value)), encoding="utf-8")
    result = cli(*COMMANDS["verify"])
    assert (result.code, words in result.err) == (2, True), result.err


def _array(shape: tuple[int, ...], kind: str = "<f8") -> bytes:
    out = BytesIO()
    np.lib.format.write_array_header_1_0(out, {"descr": kind, "fortran_order": False, "shape": shape})
    return out.getvalue()


def _bomb(path: Path) -> None:
    """A few kilobytes that state 80 GB."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name in ("bleu", "chrf"):
            file.writestr(f"{name}.npy", _array((2, 500_000_000, 10)) + bytes(4_000_000))


def _encrypted(path: Path) -> None:
    data = bytearray(path.read_bytes())
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.find(mark) + at] |= 1
    path.write_bytes(data)


def _pickled(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("bleu.npy", _array((1,), "|O") + b"cos\nsystem\n(S'touch ran'\ntR.")


@pytest.mark.parametrize("damage", [_bomb, _encrypted, _pickled, lambda path: path.write_bytes(b""), lambda path: path.write_bytes(path.read_bytes()[:400])])
def test_a_damaged_stats_npz_is_one_message_and_nothing_of_it_runs(bad: Path, cli: Cli, damage: Callable[[Path], Any]) -> None:
    damage(bad / "stats.npz")
    result = cli(*COMMANDS["compare"])
    assert result.code == 2
    assert "The run folder bad is damaged: " in result.err
    assert not Path("ran").exists()


@pytest.mark.parametrize(
    ("name", "old", "new", "words"),
    [
        ("segments.csv", "\na,", "\nz,", "segments.csv has the system 'z', which run.json does not name"),
        ("scores.csv", "\na,", "\nz,", "scores.csv 'z', 'b'"),
        ("statistics.csv", ",BLEU,", ",BLAU,", "statistics.csv has no row of 'BLEU' and the system 'a'"),
        ("pairs.csv", "\nBLEU,", "\nBLAU,", "pairs.csv has the metric 'BLAU'"),
        ("segments.csv", ",1,1-1", ",,1-1", "segments.csv has an empty cell in the column segment, row 1"),
        (
            "findings.csv",
            "message\n",
            "message\na,d,1,99,style,minor,hypothesis,,,x,,d,m\n",
            "row 1: its segment is row 99, and segments.csv has the rows 0 to 5",
        ),
        ("findings.csv", "message\n", "message\na,d,1,0,style,minor,side,,,x,,d,m\n", "side is 'side'; it must be hypothesis or reference"),
        ("findings.csv", "message\n", "message\na,d,1,0,style,minor,hypothesis,0,999,x,,d,m\n", "start and end are 0 and 999"),
    ],
)
def test_tables_that_do_not_fit_the_run_are_named(bad: Path, cli: Cli, name: str, old: str, new: str, words: str) -> None:
    text = (bad / name).read_text(encoding="utf-8")
    assert old in text
    (bad / name).write_text(text.replace(old, new, 1), encoding="utf-8")
    result = cli(*COMMANDS["report"])
    assert (result.code, words in result.err) == (2, True), result.err


def test_json_nested_without_end_is_one_message(bad: Path, cli: Cli) -> None:
    (bad / "run.json").write_text("[" * 200_000, encoding="utf-8")
    result = cli(*COMMANDS["report"])
    assert result.code == 2
    assert "The run folder bad is damaged: RecursionError" in result.err


def test_a_stream_without_its_facts_is_one_message(tmp_path: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("t.tsv").write_text("reference\thypothesis\tsystem\nIt rained.\tIt rains.\ta\nIt rained.\tIt did.\tb\n", encoding="utf-8")
    assert cli("score", "t.tsv", "--stream", "-m", "chrf", "--resamples", "100", "-o", "run", "-q").code == 0
    stored = json.loads(Path("run/run.json").read_text(encoding="utf-8"))
    Path("run/run.json").write_text(json.dumps({**stored, "stream": {}}), encoding="utf-8")
    result = cli("gate", "run", "--baseline", "run")
    assert (result.code, "stream has no rows" in result.err) == (2, True)


def test_a_stream_is_no_source_of_meta(tmp_path: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("t.tsv").write_text("reference\thypothesis\tsystem\nIt rained.\tIt rains.\ta\nIt rained.\tIt did.\tb\n", encoding="utf-8")
    Path("human.tsv").write_text("system\tsegment\tscore\na\t1\t10\nb\t1\t90\n", encoding="utf-8")
    assert cli("score", "t.tsv", "--stream", "-m", "chrf", "--resamples", "100", "-o", "run", "-q").code == 0
    result = cli("meta", "run", "--human", "human.tsv")
    assert (result.code, "evaluator meta needs every segment" in result.err) == (2, True)
