"""Which cluster the engine asks Ray for; Ray itself is a stand-in here, so that this runs without the extra."""

from __future__ import annotations

import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from evaluator import extras
from evaluator.streams.ray_engine import run_ray
from evaluator.types import EvaluatorError


@pytest.mark.parametrize(
    ("given", "asked", "told"), [(None, "local", "Ray did not start on this machine"), ("auto", "auto", "There is no Ray cluster at auto")]
)
def test_without_an_address_no_other_cluster_is_joined(given: str | None, asked: str, told: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    seen: list[Any] = []

    def init(**options: Any) -> None:
        seen.append(options["address"])
        raise ConnectionError("nobody answers.")

    monkeypatch.setitem(sys.modules, "ray", SimpleNamespace(init=init))
    monkeypatch.setattr(extras, "is_installed", lambda package: True)
    shard: Any = object()
    job: Any = object()
    with pytest.raises(EvaluatorError, match=f"^{told}: nobody answers"):
        run_ray(job, [shard], tmp_path, given, None, lambda rows, read: None, lambda line: None)
    assert seen == [asked]
