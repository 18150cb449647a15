"""`docs/meta.md` names what there is, and its example gives what it prints."""

from __future__ import annotations

import doctest
import importlib
import re
import shlex
from pathlib import Path

import pytest

from evaluator import meta
from evaluator.cli import meta as command
from evaluator.meta.columns import META, META_PAIRS
from evaluator.meta.spans import EVERYTHING
from evaluator.meta.statistics import STATISTICS
from evaluator.python.meta_result import FILES
from evaluator.readers.human_files import FORMS
from tests.conftest import ROOT, Cli

PAGE = (ROOT / "docs" / "meta.md").read_text(encoding="utf-8")
MODULES = ("auc", "contrast", "kendall", "pearson", "permutation", "ranks", "spans", "systems", "ties")


@pytest.mark.parametrize("name", [*STATISTICS, *FILES, EVERYTHING, *(column.name for column in (*META, *META_PAIRS))])
def test_the_page_names_it(name: str) -> None:
    assert f"`{name}`" in PAGE


@pytest.mark.parametrize("option", [option for option in command.build()._option_string_actions if option.startswith("--") and option != "--help"])
def test_the_page_names_the_option(option: str) -> None:
    assert option in PAGE


def test_the_page_names_every_form_and_function() -> None:
    assert all(f"| {form} |" in PAGE for form in FORMS)
    assert all(f"`{name}`" in PAGE for name in meta.__all__ if name.islower() and name != "pearson")


@pytest.mark.parametrize("module", MODULES)
def test_examples_in_docstrings_hold(module: str) -> None:
    results = doctest.testmod(importlib.import_module(f"evaluator.meta.{module}"))
    assert results.attempted
    assert not results.failed


def test_the_example_prints_what_the_page_shows(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("scores.csv", "human.csv"):
        block = re.search(rf"`{name}`:\n\n```\n(.*?)```", PAGE, re.DOTALL)
        assert block is not None
        (tmp_path / name).write_text(block[1], encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    shown = PAGE.split("```\n$ ")[1].split("```")[0].splitlines()
    done = cli(*shlex.split(shown[0])[1:], "-o", tmp_path / "out")
    assert done.code == 0, done.err
    assert [line for line in done.out.splitlines() if line] == [line for line in shown[1:] if line]
    pairs = (tmp_path / "out" / "meta_pairs.csv").read_text(encoding="utf-8").splitlines()
    assert "0.1875" in pairs[1]
    assert pairs[1].endswith("16,true")
