"""The run folder: whole or not at all, verbatim, read back the same."""

from __future__ import annotations

import csv
import os
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import evaluator
from evaluator import atomic
from evaluator.results import csv_text, new_run_folder
from evaluator.types import EvaluatorError, Table
from tests.conftest import Cli

ODD = ['say "no"', "a,b", "two\nlines", "carriage\rreturn", "=1+1", "NA", " lead", "\u2028", "<script>alert(1)</script>", ""]


def _run() -> evaluator.Run:
    return evaluator.evaluate([f"{text} reference" for text in ODD], {"a b": ODD}, metrics=["chrf", "ter"])


def test_cells_hold_the_text_verbatim_in_pandas_and_in_load(tmp_path: Path) -> None:
    folder = _run().save(tmp_path / "run")
    frame = pd.read_csv(folder / "segments.csv", keep_default_na=False)
    assert frame["hypothesis"].tolist() == ODD
    assert evaluator.load(folder).segments["hypothesis"].tolist() == ODD


def test_a_run_reads_back_equal(tmp_path: Path) -> None:
    run = _run()
    back = evaluator.load(run.save(tmp_path / "run"))
    for name in ("segments", "findings", "scores", "statistics"):
        pd.testing.assert_frame_equal(getattr(run, name), getattr(back, name))
    assert dict(back.manifest) == dict(run.manifest)
    assert all(np.array_equal(run.evaluation.statistics[k], back.evaluation.statistics[k]) for k in run.evaluation.statistics)


def test_the_same_run_gives_the_same_bytes(tmp_path: Path) -> None:
    folders = [_run().save(tmp_path / name) for name in ("one", "two")]
    names = sorted(path.name for path in folders[0].iterdir())
    assert names == ["findings.csv", "report.html", "report.md", "run.json", "scores.csv", "segments.csv", "statistics.csv", "stats.npz"]
    assert all((folders[0] / name).read_bytes() == (folders[1] / name).read_bytes() for name in names)


def test_floats_are_the_shortest_text_that_reads_back() -> None:
    assert csv_text(Table("scores", {"x": [0.1 + 0.2, 1e-7, 100.0, float("nan"), None], "y": [True, False, None, 3, "t"]})) == (
        "x,y\n0.30000000000000004,true\n1e-07,false\n100.0,\n,3\n,t\n"
    )


def test_a_failed_run_leaves_nothing(tmp_path: Path) -> None:
    target = tmp_path / "new" / "deep" / "run"
    with pytest.raises(RuntimeError, match="boom"), new_run_folder(target) as staging:
        (staging.folder / "segments.csv").write_text("half")
        raise RuntimeError("boom")
    assert list(tmp_path.iterdir()) == []


def test_an_existing_run_is_kept_without_force_and_replaced_with_it(tmp_path: Path) -> None:
    folder = _run().save(tmp_path / "run")
    (folder / "report.md").write_text("old")
    with pytest.raises(EvaluatorError, match="exists; use force=True to replace it"):
        _run().save(folder)
    assert (folder / "report.md").read_text() == "old"
    _run().save(folder, force=True)
    assert (folder / "report.md").read_text() != "old"
    (folder / "my notes.txt").write_text("precious")
    with pytest.raises(EvaluatorError, match="holds my notes.txt, which no run wrote"):
        _run().save(folder, force=True)
    assert (folder / "my notes.txt").read_text() == "precious"


def test_force_never_replaces_what_is_not_a_run_folder(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("precious")
    with pytest.raises(EvaluatorError, match="is not a run folder"):
        _run().save(tmp_path, force=True)
    with pytest.raises(EvaluatorError, match="is not a folder"):
        _run().save(tmp_path / "thesis.txt", force=True)
    assert (tmp_path / "thesis.txt").read_text() == "precious"


def test_a_replaced_run_survives_a_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = _run().save(tmp_path / "run")
    before = (folder / "scores.csv").read_bytes()
    original = os.replace
    monkeypatch.setattr(atomic, "_exchange", lambda *_: False)  # as on a file system that cannot do it in one step
    for error in (OSError(28, "No space left on device"), KeyboardInterrupt()):

        def fail_at_the_second(source: str, target: str, error: BaseException = error, calls: list[int] = []) -> None:  # noqa: B006
            calls.append(1)
            if len(calls) == 2:
                raise error
            original(source, target)

        monkeypatch.setattr(os, "replace", fail_at_the_second)
        with pytest.raises((EvaluatorError, KeyboardInterrupt)), new_run_folder(folder, force=True):
            pass
        assert (folder / "scores.csv").read_bytes() == before
        assert [path.name for path in tmp_path.iterdir()] == ["run"]


def test_an_error_of_the_work_itself_is_not_called_a_write_error(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="no CUDA library"), new_run_folder(tmp_path / "run"):
        raise OSError("no CUDA library")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("damage", ["segments.csv", "stats.npz", "run.json", "scores.csv"])
def test_damaged_run_folders_are_refused(tmp_path: Path, damage: str) -> None:
    folder = _run().save(tmp_path / "run")
    whole = (folder / damage).read_bytes()
    (folder / damage).write_bytes({"segments.csv": b"system\na\n", "stats.npz": whole[:-40], "run.json": b"[1]", "scores.csv": whole + b"x,1\n"}[damage])
    with pytest.raises(EvaluatorError, match="lacks the columns|is damaged|cells, the header"):
        evaluator.load(folder)
    with pytest.raises(EvaluatorError, match="not a run folder"):
        evaluator.load(tmp_path)


def test_a_spreadsheet_safe_run_folder_reads_back_the_same(tmp_path: Path) -> None:
    texts = ["=1+1", "'=1", "''tis", " @SUM(1)", "-5 degrees", "＝1", "plain = text", '=HYPERLINK("x")']
    run = evaluator.evaluate(texts, {"=cmd": [f"{text} " for text in texts], "b": texts}, metrics=["chrf"])
    run.save(tmp_path / "plain")
    run.save(tmp_path / "safe", spreadsheet_safe=True)
    with open(tmp_path / "safe" / "segments.csv", encoding="utf-8", newline="") as file:
        cells = [cell for row in csv.reader(file) for cell in row]
    assert not [cell for cell in cells if re.match(r"\s*[=+\-@＝＋－＠]", cell)]
    assert {"'=1+1", "''=1", "''tis", "' @SUM(1)", "'=cmd", "plain = text"} <= set(cells)
    safe, plain = evaluator.load(tmp_path / "safe"), evaluator.load(tmp_path / "plain")
    assert safe.segments.equals(plain.segments)
    assert safe.evaluation.tables == plain.evaluation.tables
    assert (tmp_path / "safe" / "report.html").read_bytes() == (tmp_path / "plain" / "report.html").read_bytes()
    safe.save(tmp_path / "again")
    assert (tmp_path / "again" / "segments.csv").read_bytes() == (tmp_path / "plain" / "segments.csv").read_bytes()


def test_the_commands_write_and_print_spreadsheet_safe(cli: Cli, tmp_path: Path, write: Callable[[str, str], Path]) -> None:
    reference, system = write("ref.txt", "=1+1\nIt rained.\n"), write("sys.txt", "@SUM(2)\nIt rained.\n")
    result = cli("score", reference, f"@cmd={system}", f"b={system}", "-m", "chrf", "-o", tmp_path / "run", "--spreadsheet-safe", "--format", "csv", "-q")
    assert result.code == 0, result.err
    assert result.out.splitlines()[1].startswith("'@cmd,")
    assert ",'=1+1,'@SUM(2)," in (tmp_path / "run" / "segments.csv").read_text(encoding="utf-8")
    result = cli("compare", tmp_path / "run", "-o", tmp_path / "again", "--spreadsheet-safe", "--format", "csv", "-q")
    assert result.code == 0, result.err
    assert ",'@cmd," in result.out
    assert evaluator.load(tmp_path / "again").segments["reference"][0] == "=1+1"
