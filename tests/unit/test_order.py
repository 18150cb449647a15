"""Worst first means severity, then risk, then fidelity, whatever the order of the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

import evaluator
from evaluator.reports.order import gravity, reading_place
from evaluator.reports.view import make_view
from evaluator.results import read_run
from tests.conftest import Cli

ROWS = [
    # system, document, segment, severity, risk, fidelity
    ("b", "one", 1, "major", 0.9, 10.0),
    ("b", "one", 2, "critical", 0.5, 40.0),
    ("b", "two", 1, "critical", 0.5, 20.0),
    ("a", "one", 1, "critical", 0.5, None),
    ("a", "one", 2, "critical", 0.7, 90.0),
    ("a", "two", 1, "critical", 0.5, 20.0),
]
COLUMNS = dict(zip(("system", "document", "segment", "severity", "risk", "fidelity"), map(list, zip(*ROWS, strict=True)), strict=True))


def test_severity_comes_before_risk_and_risk_before_fidelity() -> None:
    order = sorted(range(len(ROWS)), key=gravity(COLUMNS))
    assert [ROWS[k][:3] for k in order] == [("a", "one", 2), ("a", "two", 1), ("b", "two", 1), ("b", "one", 2), ("a", "one", 1), ("b", "one", 1)]


def test_equal_rows_follow_the_text_and_then_the_name() -> None:
    order = sorted(range(len(ROWS)), key=reading_place(COLUMNS))
    assert [ROWS[k][1:3] + ROWS[k][:1] for k in order][:3] == [("one", 1, "a"), ("one", 1, "b"), ("one", 2, "a")]


REFERENCE = "The mayor did not attend the meeting.\nAbout 300 people came.\nThe bridge was opened in May.\n"
BROKEN = "The mayor attended the meeting.\nAbout 900 people came.\nThe bridge was opened in May.\n"


@pytest.mark.model
def test_the_order_of_the_command_line_moves_no_list(cli: Cli, tmp_path: Path) -> None:
    for name, text in (("ref.txt", REFERENCE), ("x.txt", BROKEN), ("y.txt", BROKEN)):
        (tmp_path / name).write_text(text, encoding="utf-8")
    told = []
    for names in (("x.txt", "y.txt"), ("y.txt", "x.txt")):
        folder = tmp_path / names[0].removesuffix(".txt")
        result = cli(
            "score", tmp_path / "ref.txt", *(tmp_path / name for name in names), "-o", folder, "--diagnose", "on", "-m", "chrf", "--lang", "en", "--no-report"
        )
        assert result.code == 0, result.err
        worst = evaluator.load(folder).worst(6)[["system", "segment"]].values.tolist()
        told.append((worst, [(row.system, row.segment) for row in make_view(read_run(folder)).flagged]))
    assert told[0] == told[1]
    assert [tuple(row) for row in told[0][0][:4]] == told[0][1]
    assert {system for system, _ in told[0][1]} == {"x", "y"}
