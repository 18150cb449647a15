"""The pages on checking and on suites name everything that there is."""

from __future__ import annotations

import pytest

from evaluator.check import CHECKS
from evaluator.cli import check
from tests.conftest import ROOT

CHECK = (ROOT / "docs" / "check.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", CHECKS)
def test_the_page_on_checking_names_it(name: str) -> None:
    assert f"`{name}`" in CHECK
    assert name in check.build().format_help()
