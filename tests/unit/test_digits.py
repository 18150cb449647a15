"""One number of decimals for a metric's scores, and one test for inserted rows, wherever they are used."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

import evaluator
from evaluator.compare import Plan
from evaluator.compare.verdicts import Outcome, verdict
from evaluator.reports.paragraphs import MetricColumn
from evaluator.reports.ranking import Ranking
from evaluator.reports.view import Score
from evaluator.suite.tables import _grid
from evaluator.types import SegmentPair, is_inserted

PACKAGE = Path(evaluator.__file__).parent


@pytest.mark.parametrize(("value", "unit_scale", "text"), [(0.92968, True, "0.9297"), (0.93, True, "0.9300"), (41.26, False, "41.3"), (100.0, False, "100.0")])
def test_a_score_has_the_same_decimals_in_tables_rankings_paragraphs_and_verdicts(value: float, unit_scale: bool, text: str) -> None:
    outcome = Outcome(
        metric="m", system_a="a", system_b="b", score_a=value, score_b=0.0, delta=value, ci_low=0.0, ci_high=value, p_value=0.01, p_corrected=0.01,
        higher_is_better=True, unit_scale=unit_scale, n_segments=9, n_documents=1, unit="segment",
        wins=9, losses=0, ties=0, human_agreement=None, mde80=0.1, plan=Plan(),
    )  # fmt: skip
    shown = [
        Score("m", value, unit_scale, "", "").shown(1),
        Ranking("m", unit_scale, True, (), (), 0).shown(value, 1),
        MetricColumn("m", "M", True, unit_scale).shown(value),
    ]
    assert shown == [text] * 3
    assert f" by {text} [" in verdict(outcome)


def test_a_leaderboard_writes_a_score_by_its_metrics_scale_and_not_by_its_size() -> None:
    rows = [{"system": "a", "scope": scope, "name": name, "score": 1.23456, "rank": 1} for scope, name in (("all", ""), ("set", "s"))]
    assert _grid(rows, "set", False)[-1] == "| 1 | a | 1.2 | 1.2 |"  # a BLEU of 1.2
    assert _grid(rows, "set", True)[-1] == "| 1 | a | 1.2346 | 1.2346 |"


def test_the_version_is_written_in_one_place() -> None:
    project = tomllib.loads((PACKAGE.parent / "pyproject.toml").read_text(encoding="utf-8"))
    assert project["project"]["dynamic"] == ["version"]
    assert project["tool"]["hatch"]["version"]["path"] == "evaluator/version.py"
    assert [path.name for path in PACKAGE.rglob("*.py") if f'"{evaluator.__version__}"' in path.read_text(encoding="utf-8")] == ["version.py"]


def test_one_function_tells_inserted_rows() -> None:
    assert is_inserted("0-1")
    assert is_inserted("0-2 moved")
    assert not any(map(is_inserted, ("1-1", "1-0", "10-1", "2-0 moved")))
    assert SegmentPair("d", 1, "0-1", ("",), "x").inserted
    compared = [path for path in PACKAGE.rglob("*") if path.suffix in (".py", ".js") and 'swith("0-")' in path.read_text(encoding="utf-8").lower()]
    assert sorted(path.name for path in compared) == ["data.js", "types.py"]
