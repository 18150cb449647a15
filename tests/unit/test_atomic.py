"""Files and folders are in their place whole or not at all; what killed processes left is taken away, and nothing else."""

from __future__ import annotations

import errno
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from evaluator import atomic
from evaluator.atomic import PARTIAL, put_folder, remove_abandoned, staging_beside, write_files, write_folder, write_whole
from evaluator.types import EvaluatorError

HELD = """
import sys, time
from pathlib import Path
from evaluator.atomic import staging_beside
with staging_beside(Path(sys.argv[1])) as folder:
    (folder / "half").write_text("half")
    print("ready", flush=True)
    time.sleep(60)
"""


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def make_old(path: Path) -> None:
    os.utime(path, (time.time() - 3600,) * 2)


def test_all_files_are_written_aside_before_the_first_is_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_files(tmp_path, {"a": "1", "b": "2"})
    original, places = open, []

    def full(path: object, *args: object, **options: object) -> object:
        places.append(path)
        if len(places) == 2:
            raise OSError(errno.ENOSPC, "No space left on device")
        return original(path, *args, **options)  # type: ignore[call-overload]

    monkeypatch.setattr("builtins.open", full)
    with pytest.raises(EvaluatorError, match="b cannot be written: No space left on device"):
        write_files(tmp_path, {"a": "new", "b": "new"})
    monkeypatch.undo()
    assert (names(tmp_path), (tmp_path / "a").read_text(), (tmp_path / "b").read_text()) == (["a", "b"], "1", "2")


def test_a_folder_is_exchanged_in_one_step_where_the_system_can(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_folder(tmp_path / "run", {"old": "1"})
    exchanged = []
    original = atomic._exchange

    def exchange(one: Path, other: Path) -> bool:
        exchanged.append((one, other))
        return original(one, other)

    monkeypatch.setattr(atomic, "_exchange", exchange)
    with staging_beside(tmp_path / "run") as staging:
        (staging / "new").write_text("2")
        put_folder(staging, tmp_path / "run", replace=True)
    assert (names(tmp_path), names(tmp_path / "run")) == (["run"], ["new"])
    assert len(exchanged) == 1


def test_a_folder_that_another_process_made_meanwhile_is_not_replaced(tmp_path: Path) -> None:
    with staging_beside(tmp_path / "run") as staging:
        (staging / "mine").write_text("1")
        write_folder(tmp_path / "run", {"theirs": "2"})
        with pytest.raises(OSError, match="not empty"):
            put_folder(staging, tmp_path / "run", replace=False)
    assert (names(tmp_path), names(tmp_path / "run")) == (["run"], ["theirs"])


def test_what_a_killed_process_left_is_removed_and_what_a_living_one_works_on_stays(tmp_path: Path) -> None:
    target = tmp_path / "run"
    for kept in (".run-settings", ".run", f".other-x{PARTIAL}", "run.txt"):
        (tmp_path / kept).mkdir()
        make_old(tmp_path / kept)
    maker = subprocess.Popen([sys.executable, "-c", HELD, str(target)], stdout=subprocess.PIPE)
    assert maker.stdout is not None
    assert maker.stdout.readline() == b"ready\n"
    (left,) = [path for path in tmp_path.iterdir() if path.name.startswith(".run-") and path.name.endswith(PARTIAL)]
    make_old(left)
    remove_abandoned(target)
    assert left.exists()
    maker.send_signal(signal.SIGKILL)
    maker.wait()
    maker.stdout.close()
    (left / "half").exists()
    make_old(left)
    remove_abandoned(target)
    assert names(tmp_path) == [".other-x" + PARTIAL, ".run", ".run-settings", "run.txt"]


def test_what_was_begun_a_moment_ago_is_left_alone(tmp_path: Path) -> None:
    fresh = tmp_path / f".a.123{PARTIAL}"
    fresh.write_text("half")
    write_whole(tmp_path / "a", "1")
    assert names(tmp_path) == [fresh.name, "a"]
    make_old(fresh)
    write_whole(tmp_path / "a", "2")
    assert names(tmp_path) == ["a"]


def test_a_link_that_looks_like_a_leftover_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "precious").mkdir()
    (tmp_path / "precious" / "x").write_text("x")
    (tmp_path / f".run-x{PARTIAL}").symlink_to(tmp_path / "precious")
    make_old(tmp_path / "precious")
    remove_abandoned(tmp_path / "run")
    assert (tmp_path / "precious" / "x").exists()


def test_ctrl_c_while_unfinished_work_is_removed_leaves_none_of_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    original, calls = shutil.rmtree, []

    def interrupted(folder: Path, ignore_errors: bool = False) -> None:
        calls.append(folder)
        if len(calls) == 1:
            raise KeyboardInterrupt
        original(folder, ignore_errors=ignore_errors)

    monkeypatch.setattr(shutil, "rmtree", interrupted)
    with pytest.raises(KeyboardInterrupt), staging_beside(tmp_path / "run") as staging:
        (staging / "half").write_text("half")
    assert names(tmp_path) == []
