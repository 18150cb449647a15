"""The reader in torch, as it runs on a GPU: OpenVINO's numbers in batches, the same diagnoses, and the device that was asked for."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import evaluator
from evaluator import extras, wiring
from evaluator.diagnosis import reader as module
from evaluator.diagnosis.reader import FILE, Reader, Reading, word_pieces
from evaluator.embed.bert import one_ahead
from evaluator.request import Request
from evaluator.streams import engines
from evaluator.streams.plan import Job
from evaluator.types import EvalSet, SegmentPair, System

pytestmark = pytest.mark.model

PAIRS = [
    ("The mayor did not open the new bridge on Monday.", "The mayor opened the new bridge on Monday."),
    ("About 300 people came to see it.", "Around 300 people came to look at it."),
    ("Rain.", "It rained for two days and two nights, and the cellar of the town hall was under water."),
    ("Two words", "no"),
    ("a lamp " * 240, "the lamp " * 60),
    ("Traffic was heavy for most of the day, officials said.", "Officials said that traffic was heavy nearly all day."),
]


@pytest.fixture(name="in_torch")
def _in_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    """OpenVINO is not there."""
    monkeypatch.setattr(module, "is_installed", lambda package: package != "openvino")
    module.load_reader.cache_clear()


@pytest.fixture(autouse=True)
def _forgotten() -> Any:
    yield
    module.load_reader.cache_clear()


def readings(reader: Reader, pairs: list[tuple[str, str]] = PAIRS) -> list[Reading]:
    out: dict[int, Reading] = {}
    reader.read(pairs, [tuple(word_pieces(pair)) for pair in pairs], out.__setitem__)  # type: ignore[misc]
    return [out[k] for k in range(len(pairs))]


def by_torch(monkeypatch: pytest.MonkeyPatch, precision: str = "fp32") -> Reader:
    monkeypatch.setattr(module, "is_installed", lambda package: package != "openvino")
    return Reader(FILE, "cpu", precision)


@pytest.mark.parametrize("budget", [1, 64, 2048])
def test_torch_reads_in_batches_what_openvino_reads_pair_by_pair(monkeypatch: pytest.MonkeyPatch, budget: int) -> None:
    expected = readings(Reader())
    monkeypatch.setattr("evaluator.embed.joint_torch.TOKEN_BUDGET", budget)
    reader = by_torch(monkeypatch)
    assert reader.runtime.startswith("torch-")
    for a, b in zip(expected, readings(reader), strict=True):
        for name in Reading._fields:
            mine, theirs = getattr(b, name), getattr(a, name)
            assert mine.shape == theirs.shape
            assert mine.dtype == theirs.dtype
            assert np.abs(mine - theirs).max() < 1e-4, name


def test_a_side_without_tokens_has_no_likeness_in_either(monkeypatch: pytest.MonkeyPatch) -> None:
    pairs = [("", "Rain."), ("Rain.", ""), PAIRS[1]]
    for a, b in zip(readings(Reader(), pairs), readings(by_torch(monkeypatch), pairs), strict=True):
        assert np.abs(a.pair - b.pair).max() < 1e-4
        assert np.abs(a.likeness - b.likeness).max() < 1e-4
        assert a.hypothesis.shape == b.hypothesis.shape


def test_bf16_reads_nearly_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    whole, half = (readings(by_torch(monkeypatch, precision)) for precision in ("fp32", "bf16"))
    gaps = [np.abs(a.pair - b.pair).max() for a, b in zip(whole, half, strict=True)]
    assert 0 < max(gaps) < 0.3


def test_a_run_without_openvino_has_the_same_diagnoses_and_says_what_computed(in_torch: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def run() -> Any:
        return evaluator.evaluate([a for a, _ in PAIRS], {"s": [b for _, b in PAIRS]}, metrics=["chrf"], diagnose="on", lang="en")

    without = run()
    monkeypatch.undo()
    module.load_reader.cache_clear()
    usual = run()
    assert [x for x in ("runtime", "dtype") if x in usual.manifest["diagnosis"]] == []
    assert without.manifest["diagnosis"]["runtime"].startswith("torch-")
    assert without.manifest["diagnosis"]["dtype"] == "fp32"
    a, b = usual.segments, without.segments
    assert list(a["severity"]) == list(b["severity"])
    assert list(a["reason"]) == list(b["reason"])
    assert np.abs(a["risk"].astype(float) - b["risk"].astype(float)).max() < 1e-4
    assert list(usual.findings["text"]) == list(without.findings["text"])


@pytest.mark.parametrize(("device", "precision", "expected"), [("cuda:1", "bf16", ("cuda:1", "bf16")), ("cpu", "bf16", ("cpu", "fp32"))])
def test_the_reader_is_opened_on_the_device_and_in_the_precision_of_the_run(
    monkeypatch: pytest.MonkeyPatch, device: str, precision: str, expected: tuple[str, str]
) -> None:
    asked: list[tuple[str, str]] = []
    usual = Reader()

    def load(*arguments: str) -> Reader:
        asked.append(arguments)  # type: ignore[arg-type]
        return usual

    monkeypatch.setattr(module, "load_reader", load)
    monkeypatch.setattr("evaluator.embed.devices.choose_device", lambda name: name)
    pairs = tuple(SegmentPair("d", k + 1, "1-1", (a,), b) for k, (a, b) in enumerate(PAIRS))
    evalset = EvalSet((System("s", pairs),), 1)
    judge, _ = wiring.make_judge(Request(metrics=("chrf",), diagnose="on", device=device, precision=precision, lang="en"), evalset)
    assert judge is not None
    judge.diagnose_batch(PAIRS[:2])
    assert set(asked) == {expected}


def test_a_diagnosis_alone_is_spread_over_gpus_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("torch.cuda.device_count", lambda: 2)
    job = Job(Request(table="t.tsv", metrics=("bleu",), device="cuda", diagnose="on"), "csv", False, False, False, "")
    assert engines.gpus_of(job) == ["cuda:0", "cuda:1"]
    assert engines.gpus_of(replace(job, request=replace(job.request, diagnose="off"))) == []


def test_the_diagnosis_needs_openvino_or_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extras, "is_installed", lambda package: package not in ("openvino", "torch"))
    assert extras.missing("diagnosis") == ["openvino"]
    monkeypatch.setattr(extras, "is_installed", lambda package: package != "openvino")
    assert extras.missing("diagnosis") == []


def test_the_next_one_is_begun_before_one_is_handed_over() -> None:
    begun: list[int] = []

    def started() -> Any:
        for k in range(3):
            begun.append(k)
            yield k

    assert [(k, len(begun)) for k in one_ahead(started())] == [(0, 2), (1, 3), (2, 3)]
    assert list(one_ahead(iter([]))) == []


@pytest.mark.slow
def test_what_is_measured_on_a_gpu_runs_on_a_processor_as_well(tmp_path: Path) -> None:
    """`benchmarks/scale/gpu.py` at a small size: nothing fails, and the scores of both packages are the same."""
    script = Path(__file__).parents[2] / "benchmarks" / "scale" / "gpu.py"
    command = [sys.executable, str(script), "--out", str(tmp_path / "gpu.json"), "--device", "cpu", "--small", "--pairs", "12", "--large-pairs", "12"]
    done = subprocess.run([*command, "--parts", "reader", "large", "--place", str(tmp_path)], capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr
    found = json.loads((tmp_path / "gpu.json").read_text(encoding="utf-8"))
    assert not [name for name, value in found.items() if isinstance(value, dict) and "error" in value]
    assert max(found["large differences"]["evaluator fp32 to bert-score fp32"]) < 1e-5
    assert found["reader fp32"]["pairs"] == 12
    assert found["reader differences"]["fp32 to fp32 on a processor"] == 0
