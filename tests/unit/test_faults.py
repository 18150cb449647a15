"""A part of `benchmarks/faults/run.py`: a fault at every change that a command makes on the disk loses nothing."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from evaluator import atomic
from evaluator.cli.shortage import NO_MEMORY, NO_THREAD, shortage_of
from tests.conftest import ROOT

sys.path.insert(0, str(ROOT))

from benchmarks.faults.cases import Case, cases, write_inputs
from benchmarks.faults.machine import CHILD
from benchmarks.faults.run import Bench, Tally, trials

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform != "linux", reason="forks, and reads /proc")]
CASES: Mapping[str, Case] = {case.name: case for case in cases(None)}


@pytest.mark.parametrize(
    ("name", "kind"),
    [("score --force", "kill"), ("score --force", "fill"), ("report", "interrupt"), ("meta", "deny"), ("score", "filelimit"), ("score", "clock")],
)
def test_a_fault_at_every_change_of_the_disk_loses_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, kind: str) -> None:
    monkeypatch.setattr(atomic, "FRESH", 0.0)
    bench = Bench(CASES[name], tmp_path / "home", None)
    tally = Tally()
    for label, fault, rules in trials(bench, kind, 6, random.Random(1)):
        bench.trial(fault, label, tally, rules)
    assert tally.injected >= 4
    assert tally.failed > 0 or kind == "clock"
    assert not [*tally.lost, *tally.tracebacks, *tally.leftovers, *tally.other]


@pytest.mark.parametrize("megabytes", [40, 80, 100, 190])
def test_too_little_memory_from_the_first_import_on_is_one_message(tmp_path: Path, megabytes: int) -> None:
    write_inputs(tmp_path / "in", None)
    before = sorted(path.name for path in (tmp_path / "in").iterdir())
    variables = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}
    arguments = ["meta", "run", "--human", "human.tsv"] if megabytes == 190 else CASES["score"].arguments  # where SciPy is loaded, which did not end
    command = [sys.executable, "-c", CHILD, str(megabytes * 2**20), "", *arguments]
    done = subprocess.run(command, cwd=tmp_path / "in", env=variables, capture_output=True, text=True, check=False, timeout=120)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1), done.stderr
    assert done.stderr.startswith(("evaluator: error: there is not enough memory", "evaluator: error: the system lets no further thread start"))
    assert sorted(path.name for path in (tmp_path / "in").iterdir()) == before


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (MemoryError(), NO_MEMORY),
        (OSError(12, "Cannot allocate memory"), NO_MEMORY),
        (ImportError("libstdc++.so.6: failed to map segment from shared object"), NO_MEMORY),
        (SystemError("error return without exception set"), NO_MEMORY),
        (RuntimeError("[enforce fail at alloc_cpu.cpp:117] DefaultCPUAllocator: can't allocate memory: you tried to allocate 8 bytes"), NO_MEMORY),
        (RuntimeError("can't start new thread"), NO_THREAD),
        (OSError(2, "No such file or directory"), None),
        (ImportError("No module named 'x'"), None),
        (ValueError("out of memory"), None),
    ],
)
def test_what_libraries_raise_for_lack_of_memory_is_known(error: Exception, message: str | None) -> None:
    assert shortage_of(error) == message
    outer = ValueError("while reading")
    outer.__cause__ = error
    assert shortage_of(outer) == message
