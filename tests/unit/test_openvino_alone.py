"""OpenVINO is imported without its telemetry, which forks a process that may never come back."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.model

PROGRAM = """
import os, sys
forks = []
os.register_at_fork(before=lambda: forks.append(1))
import evaluator
found = evaluator.diagnose(["The mayor opened the bridge."], ["The mayor closed the bridge."], lang="en")
assert found[0] is not None and "openvino" in sys.modules
print([name for name in sys.modules if name.startswith("openvino_telemetry")], forks)
"""


def test_neither_telemetry_nor_forks(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, timeout=120, env={"HOME": str(tmp_path), "PATH": ""})
    assert (done.returncode, done.stdout) == (0, "[] []\n"), done.stderr
    assert not list(tmp_path.iterdir())


def test_others_may_import_the_telemetry_afterwards() -> None:
    program = (
        "from evaluator.embed.runtime import load_openvino as load, TELEMETRY; import sys; load(); print(TELEMETRY in sys.modules); import openvino_telemetry"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stdout) == (0, "False\n"), done.stderr
