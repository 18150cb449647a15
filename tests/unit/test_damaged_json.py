"""JSON beside the texts that is damaged, of another kind, or nested without end: one message, or the same as no file."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from evaluator.embed.weights import Weights
from evaluator.types import EvaluatorError
from tests.conftest import Cli

Write = Callable[[str, str | bytes], Path]
DEEP = "[" * 200_000


def safetensors(header: Any) -> bytes:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + bytes(8)


@pytest.mark.parametrize(
    "header",
    [
        {"a": []},
        {"a": {"dtype": "F32", "shape": [2]}},
        {"a": {"dtype": 7, "shape": [2], "data_offsets": [0, 8]}},
        {"a": {"dtype": "F32", "shape": [-2], "data_offsets": [0, 8]}},
        {"a": {"dtype": "F32", "shape": [2], "data_offsets": ["0", "8"]}},
        {"a": {"dtype": "F32", "shape": [2], "data_offsets": [0]}},
        {"a": {"dtype": "F32", "shape": [3], "data_offsets": [0, 8]}},
        {"a": {"dtype": "F32", "shape": [1000000], "data_offsets": [0, 4000000]}},
        DEEP.encode(),
    ],
)
def test_damaged_weights_are_one_message(write: Write, header: Any) -> None:
    with pytest.raises(EvaluatorError, match="are damaged"):
        Weights([write("model.safetensors", safetensors(header))])


def test_whole_weights_are_read(write: Write) -> None:
    weights = Weights([write("model.safetensors", safetensors({"bert.a": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}}))])
    assert weights.read("a").tolist() == [0.0, 0.0]


@pytest.mark.parametrize("text", ["[]", "7", '{"stream": []}', '{"stream": {"config": []}}', DEEP])
def test_a_stream_into_a_run_folder_that_is_damaged_is_one_message(write: Write, cli: Cli, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    path = write("t.tsv", "reference\thypothesis\nIt rained.\tIt rains.\n")
    monkeypatch.chdir(path.parent)
    Path("run").mkdir()
    Path("run/run.json").write_text(text, encoding="utf-8")
    result = cli("score", "t.tsv", "--stream", "-m", "bleu", "-o", "run")
    assert (result.code, "The run folder run exists" in result.err) == (2, True)


def test_calibrations_nested_without_end_are_one_message(write: Write, cli: Cli) -> None:
    texts = write("r.txt", "It rained.\n"), write("h.txt", "It rains.\n")
    result = cli("score", *texts, "-m", "bleu", "--diagnose", "on", "--calibration", write("c.json", DEEP), "-b")
    assert (result.code, "is no calibration file" in result.err) == (2, True), result.err
