"""Ray's actors: the bytes of a local run, also when a worker is killed. Runs where evaluator[ray] is installed."""

from __future__ import annotations

import os
import signal
import threading
import time
from pathlib import Path

import pytest

from evaluator.streams import engines
from evaluator.streams.run import finish, working_folder
from tests.unit.test_streams import bytes_of, job_of, make_folder, silent

ray = pytest.importorskip("ray")


def actors() -> list[int]:
    """Processes of this test's actors."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if path.read_bytes().startswith(b"ray::Scorer"):
                found.append(int(path.parent.name))
        except OSError:
            continue
    return found


@pytest.mark.parametrize("killed", [False, True])
def test_actors_leave_the_bytes_of_a_local_run(tmp_path: Path, killed: bool) -> None:
    from evaluator.streams.ray_engine import run_ray

    job, shards = job_of(make_folder(tmp_path, 5, 400))
    engines.run_here(job, shards, working_folder(tmp_path / "a"), silent)
    said: list[str] = []
    rows: list[int] = []
    victims: list[int] = []
    before = set(actors())

    def kill_one() -> None:
        until = time.monotonic() + 120
        while time.monotonic() < until and not victims:
            busy = [pid for pid in set(actors()) - before if b"run" in Path(f"/proc/{pid}/cmdline").read_bytes()]
            if busy:
                os.kill(busy[0], signal.SIGKILL)
                victims.append(busy[0])
            time.sleep(0.002)

    if killed:
        threading.Thread(target=kill_one, daemon=True).start()
    run_ray(job, shards, working_folder(tmp_path / "b"), None, 2, lambda n, read: rows.append(n), said.append)
    assert bool(victims) == killed
    assert bool([line for line in said if "was lost" in line]) == killed
    for name in "ab":
        finish(job, shards, tmp_path / name, force=False, reports=True, rejects=None)
    assert bytes_of(tmp_path / "a") == bytes_of(tmp_path / "b")
