"""The pages on checking and on suites name everything that there is."""

from __future__ import annotations

import pytest

from evaluator.check import CHECKS
from evaluator.cli import bench, check, explain_diff, validate, verify
from evaluator.suite import card, config, history, index, options, tables
from tests.conftest import ROOT

BENCH = (ROOT / "docs" / "bench.md").read_text(encoding="utf-8")
CHECK = (ROOT / "docs" / "check.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", CHECKS)
def test_the_page_on_checking_names_it(name: str) -> None:
    assert f"`{name}`" in CHECK
    assert name in check.build().format_help()


@pytest.mark.parametrize("name", [*index.COLUMNS, *tables.COLUMNS, *history.COLUMNS, *card.ROLES, *card.FORMS])
def test_the_page_on_suites_names_it(name: str) -> None:
    assert f"`{name}`" in BENCH


@pytest.mark.parametrize("columns", [index.COLUMNS, tables.COLUMNS, history.COLUMNS])
def test_the_page_on_suites_says_what_columns_mean(columns: dict[str, str]) -> None:
    assert all(f"| `{name}` | {meaning} |" in BENCH for name, meaning in columns.items())


@pytest.mark.parametrize("name", [*config.KEYS, *config.SET_KEYS, *card.KEYS])
def test_the_page_on_suites_names_every_key(name: str) -> None:
    assert f"{name}:" in BENCH or f"`{name}`" in BENCH


@pytest.mark.parametrize("command", [bench, validate, verify, explain_diff], ids=lambda module: module.__name__)
def test_the_page_on_suites_names_every_option(command: object) -> None:
    known = {option for option in command.build()._option_string_actions if option.startswith("--") and option != "--help"}  # type: ignore[attr-defined]
    short = {"--output": "-o", "--quiet": "-q", "--reference": "-r", "--input": "-i", "--source": "-s"}
    assert not [option for option in known if option not in BENCH and short.get(option, "?") not in BENCH]


def test_options_of_a_suite_are_options_of_a_request() -> None:
    from evaluator.compare import Plan
    from evaluator.request import Request

    assert {*options.KNOWN} <= {*Request.__dataclass_fields__, *Plan.__dataclass_fields__}
