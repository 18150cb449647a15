"""The docs name everything that there is, and nothing that there is not."""

from __future__ import annotations

import argparse
import doctest
import importlib
import re
import shlex
from pathlib import Path

import pytest

from evaluator.check import spacing
from evaluator.cli import COMMANDS, comparing, gate
from evaluator.cli import compare as compare_command
from evaluator.cli.score_options import FORMATS, build_parser
from evaluator.compare import BUCKETERS, CORRECTIONS, TESTS, UNITS
from evaluator.embed.models import PRESETS
from evaluator.frames import BUCKETS, NGRAMS, PAIRS, TABLES
from evaluator.plugins import METRICS, READERS, SCORE_READERS, metric_options
from evaluator.reports.columns import columns_readme, metrics_page
from tests.conftest import ROOT

COMPARE = (ROOT / "docs" / "compare.md").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = [path for path in ROOT.rglob("*.md") if ".venv" not in path.parts and path.parent.name != "sample"]


def test_the_columns_page_is_generated() -> None:
    assert (ROOT / "results" / "README.md").read_text(encoding="utf-8") == columns_readme()
    assert all(column.name in columns_readme() for columns in TABLES.values() for column in columns)


def test_the_page_on_metrics_is_generated() -> None:
    page = (ROOT / "docs" / "metrics.md").read_text(encoding="utf-8")
    assert metrics_page(page) == page
    assert all(f"| `{name}` |" in page and f"`{option.name}`" in page for name in METRICS for option in metric_options(name))


@pytest.mark.parametrize("metric", METRICS)
def test_the_command_line_has_the_options_that_metrics_declare(metric: str) -> None:
    known = build_parser()._option_string_actions
    for option in metric_options(metric):
        assert all(flag in known for flag in option.flags)


@pytest.mark.parametrize(
    "name", [*PRESETS, *COMMANDS, "segments.csv", "findings.csv", "scores.csv", "statistics.csv", "pairs.csv", "run.json", "stats.npz", "report.md"]
)
def test_the_readme_names_it(name: str) -> None:
    assert re.search(rf"(?<![\w+]){re.escape(name.lower())}(?![\w+])", README.lower())


@pytest.mark.parametrize("name", [*TESTS, *UNITS, *CORRECTIONS, *BUCKETERS, *SCORE_READERS, *(column.name for column in (*PAIRS, *BUCKETS, *NGRAMS))])
def test_the_page_on_comparing_names_it(name: str) -> None:
    assert f"`{name}`" in COMPARE


def test_the_page_on_comparing_names_every_option_of_comparing() -> None:
    options = {"--documents", "--scores", "--lower-is-better", "--buckets", "--ngrams", "--baseline", "--max-drop", "--max-critical"}
    parser = argparse.ArgumentParser(add_help=False)
    comparing.add_comparison_options(parser)
    options |= set(parser._option_string_actions)
    assert options <= set(compare_command.build()._option_string_actions) | {"--baseline", "--max-drop", "--max-critical"}
    assert not [option for option in options if option not in COMPARE]
    assert all(option in " ".join(gate.EXAMPLES) for option in ("--baseline", "--max-drop", "--max-critical"))


def test_the_page_on_tokenizers_names_every_language_that_is_noted() -> None:
    page = (ROOT / "docs" / "tokenizers.md").read_text(encoding="utf-8")
    named = {spacing.CHINESE, spacing.JAPANESE, spacing.KOREAN}
    assert all(writing.name in page and f"--tokenize {writing.tokenizers[0]}" in page for writing in named)
    assert not [name for name in spacing.OTHERS if name not in page]


def test_the_page_on_python_names_every_function() -> None:
    page = (ROOT / "docs" / "python.md").read_text(encoding="utf-8")
    assert all(f"evaluator.{name}(" in page for name in ("check", "compare", "evaluate", "gate", "verify"))
    assert all(name in page for name in ("reference_names", "quoting", "documents", "source", "references"))


@pytest.mark.parametrize("suffix", [name for name in READERS if name != "text"])
def test_the_readme_names_the_ending(suffix: str) -> None:
    assert f".{suffix}" in README


WITH_EXAMPLES = (
    "evaluator", "evaluator.api", "evaluator.metrics.lexical", "evaluator.cells", "evaluator.diagnosis.judge", "evaluator.compare.frame",
    "evaluator.plugins", "evaluator.wording", "evaluator.corrections", "evaluator.compare.agreement", "evaluator.digits", "evaluator.run",
    "evaluator.reports.brief", "evaluator.reports.headline", "evaluator.reports.plots",
)  # fmt: skip


@pytest.mark.parametrize("module", WITH_EXAMPLES)
def test_examples_in_docstrings_hold(module: str) -> None:
    imported = importlib.import_module(module)
    for name in (*dir(imported), *getattr(imported, "__all__", ())):  # what is loaded on first use would change the module while doctest walks through it
        getattr(imported, name, None)
    results = doctest.testmod(imported)
    assert results.attempted
    assert not results.failed


def test_every_option_in_the_readme_exists() -> None:
    known = set(build_parser()._option_string_actions)
    lines = [line.split("#")[0] for line in README.splitlines() if "evaluator score" in line and not line.startswith("-")]
    used = {word for line in lines for word in re.findall(r"(?<=\s)--?[a-z][\w-]*", line)}
    assert used
    assert used <= known, used - known


def test_every_format_is_described_in_the_help() -> None:
    assert all(name in build_parser().format_help() for name in FORMATS)


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), target


def headings(page: Path) -> set[str]:
    """Anchors of a page's headings, as GitHub and mkdocs make them."""
    text = re.sub(r"^ *```.*?^ *```", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    titles = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\s-]", "", title.lower()).strip().replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_to_headings_lead_to_one(page: Path) -> None:
    links = re.findall(r"\]\(([^)#:\s]*)#([^)\s]+)\)", page.read_text(encoding="utf-8"))
    assert [anchor for target, anchor in links if anchor not in headings(page.parent / target if target else page)] == []


@pytest.mark.model
def test_the_terminal_excerpt_of_the_readme_is_what_is_printed(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from evaluator.cli import main

    excerpt = README.split("```\n$ ")[1].split("```")[0]
    command, *lines = excerpt.splitlines()
    monkeypatch.chdir(ROOT)
    assert main([*shlex.split(command)[1:], "-o", str(tmp_path / "run")]) == 0
    shown = capsys.readouterr().out.splitlines()
    for line in lines:
        if line and line != "..." and not line.startswith("written:"):
            assert line in shown
