"""The site: every page is in its navigation, the reference has every public name, and the tutorials print what they show."""

from __future__ import annotations

import ast
import importlib
import inspect
import re
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

import evaluator
from docs.generator import hooks
from evaluator import meta, metrics
from tests.conftest import ROOT, Cli

DOCS = ROOT / "docs"
TUTORIALS = sorted((DOCS / "tutorials").glob("*.md"))
REFERENCE = "\n".join(path.read_text(encoding="utf-8") for path in (DOCS / "reference").glob("*.md"))
PROTOCOL = ("Counts", "Declaration", "Metric", "Option", "Prepared", "Scale", "ScoreColumn", "SegmentMean", "Signature", "Unreadable")
"""What the page on writing a metric imports or speaks of."""
CONFIG: dict[str, Any] = yaml.safe_load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"))


def entries(nav: Any) -> Iterator[str]:
    """Paths of the pages in a navigation."""
    if isinstance(nav, str):
        yield nav
        return
    for item in nav.values() if isinstance(nav, dict) else nav:
        yield from entries(item)


def test_every_page_is_in_the_navigation_once() -> None:
    pages = {path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.md")}
    assert sorted(entries(CONFIG["nav"])) == sorted(pages | set(hooks.BORROWED))


@pytest.mark.parametrize("page", [*(path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.md")), *hooks.BORROWED])
def test_links_lead_to_pages_of_the_site(page: str) -> None:
    source = ROOT / hooks.BORROWED[page] if page in hooks.BORROWED else DOCS / page
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", hooks.site_links(source.read_text(encoding="utf-8"), page)):
        there = (DOCS / page).parent / target
        assert there.is_file() or there.resolve().relative_to(DOCS).as_posix() in hooks.BORROWED, target


@pytest.mark.parametrize(
    "name",
    [
        *(f"evaluator.{name}" for name in evaluator.__all__),
        *(f"evaluator.metrics.{name}" for name in metrics.__all__),
        *(f"evaluator.meta.{name}" for name in meta.__all__),
        *(
            f"evaluator.protocol.{name}"
            for name in ("Counts", "Declaration", "Metric", "Option", "Prepared", "Scale", "ScoreColumn", "SegmentMean", "Signature")
        ),
        "evaluator.compare.paired_tests",
    ],
)
def test_the_reference_has_every_public_name(name: str) -> None:
    assert re.search(rf"(?:^::: |heading: |^## ){re.escape(name)}(?:$|,)", REFERENCE.replace("\\_", "_"), re.MULTILINE)


@pytest.mark.parametrize("name", re.findall(r"^::: (\S+)", REFERENCE, re.MULTILINE))
def test_what_the_reference_names_is_there_and_described(name: str) -> None:
    module, _, member = name.rpartition(".")
    value = getattr(importlib.import_module(module), member)
    assert not inspect.ismodule(value), "a module of that name hides the function in the site"
    assert value.__doc__


@pytest.mark.parametrize(
    ("page", "fetched"),
    [
        ('<script src="https://cdn.example/x.js"></script>', ["https://cdn.example/x.js"]),
        (
            '<link rel="stylesheet" href="//fonts.example/a.css"><link rel="preconnect" href="https://fonts.example">',
            ["//fonts.example/a.css", "https://fonts.example"],
        ),
        ('<img srcset="a.png 1x, http://x.example/b.png 2x">', ["http://x.example/b.png"]),
        (
            "<style>@import 'https://x.example/c.css'; p { background: url(https://x.example/d.png) }</style>",
            ["https://x.example/c.css", "https://x.example/d.png"],
        ),
        ('<a href="https://doi.org/10.1/1">paper</a><script src="../assets/a.js"></script><code>url(https://x.example)</code>', []),
    ],
)
def test_what_a_page_fetches_from_elsewhere_is_found(tmp_path: Path, page: str, fetched: list[str]) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "page.html").write_text(page, encoding="utf-8")
    assert hooks.fetched_from_elsewhere(tmp_path) == [f"sub/page.html: {address}" for address in fetched]


def test_fonts_and_mirrors_are_off() -> None:
    assert CONFIG["theme"]["font"] is False
    assert CONFIG["strict"] is True
    assert not {"repo_url", "site_url", "extra_css", "extra_javascript"} & set(CONFIG)


class Block(NamedTuple):
    """A fenced block of a page."""

    language: str
    text: str


def blocks(page: str) -> list[Block]:
    """The fenced blocks of a page in their order.

    >>> blocks("```console\\n$ evaluator list\\n```\\n")
    [Block(language='console', text='$ evaluator list\\n')]
    """
    return [Block(*found) for found in re.findall(r"^```(\w*)\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)]


def shows(excerpt: str, printed: str) -> bool:
    """Whether an excerpt is what was printed; a line `...` stands for any lines, blank lines and spaces at the ends of lines for nothing."""
    lines = [line.rstrip() for line in printed.splitlines() if line.strip()]
    wanted = [line.rstrip() for line in excerpt.splitlines() if line.strip()]
    pattern = "".join("(?:.*\n)*?" if line.strip() == "..." else re.escape(line) + "\n" for line in wanted)
    return re.fullmatch(pattern, "".join(f"{line}\n" for line in lines)) is not None


def run_console(text: str, cli: Cli) -> None:
    """Runs the commands of a block; each must print what is shown below it and, unless `echo $?` follows, end with 0."""
    steps = [(command, shown) for command, shown in re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", text, re.MULTILINE)]
    assert steps
    assert "".join(f"$ {command}\n{shown}" for command, shown in steps) == text
    code = 0
    for number, (command, shown) in enumerate(steps):
        if command == "echo $?":
            assert shown == f"{code}\n"
            continue
        program, *arguments = shlex.split(command)
        assert program == "evaluator"
        done = cli(*arguments)
        code = done.code
        told = number + 1 < len(steps) and steps[number + 1][0] == "echo $?"
        assert told or code == 0, (command, done.err)
        assert shows(shown, done.out), f"{command} printed:\n{done.out}"


@pytest.mark.slow
@pytest.mark.parametrize(
    "tutorial", [pytest.param(path, marks=[pytest.mark.model] if path.stem in ("annotating", "sample") else [], id=path.stem) for path in TUTORIALS]
)
def test_a_tutorial_prints_what_it_shows(tutorial: Path, cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(shutil.copytree(DOCS / "tutorials" / "files", tmp_path / "files"))
    found = blocks(tutorial.read_text(encoding="utf-8"))
    assert {block.language for block in found} <= {"console", "python", "text"}
    names: dict[str, Any] = {}
    printed: str | None = None
    for block in found:
        if block.language == "console":
            run_console(block.text, cli)
        elif block.language == "python":
            capsys.readouterr()
            exec(compile(ast.parse(block.text), str(tutorial), "exec"), names)
            printed = capsys.readouterr().out
        else:
            assert printed is not None
            assert shows(block.text, printed), printed
            printed = None
    assert printed is None, f"not shown:\n{printed}"


def test_an_excerpt_that_was_not_printed_is_noticed() -> None:
    assert shows("a\n...\nd\n", "a\nb\n\nc\nd\n")
    assert not shows("a\n...\n", "b\n")
    assert not shows("a\n", "a\nb\n")
    assert not shows("a\nb\n", "a\n")
