"""A part of `benchmarks/faults/run.py`: a fault at every change that a command makes on the disk loses nothing."""

from __future__ import annotations

import random
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from evaluator import atomic
from tests.conftest import ROOT

sys.path.insert(0, str(ROOT))

from benchmarks.faults.cases import Case, cases
from benchmarks.faults.run import Bench, Tally, trials

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform != "linux", reason="forks, and reads /proc")]
CASES: Mapping[str, Case] = {case.name: case for case in cases(None)}


@pytest.mark.parametrize(("name", "kind"), [("score --force", "kill"), ("score --force", "fill"), ("report", "interrupt"), ("meta", "deny")])
def test_a_fault_at_every_change_of_the_disk_loses_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, kind: str) -> None:
    monkeypatch.setattr(atomic, "FRESH", 0.0)
    bench = Bench(CASES[name], tmp_path / "home", None)
    tally = Tally()
    for label, fault, rules in trials(bench, kind, 6, random.Random(1)):
        bench.trial(fault, label, tally, rules)
    assert tally.injected >= 6
    assert tally.failed > 0
    assert not [*tally.lost, *tally.tracebacks, *tally.leftovers, *tally.other]
