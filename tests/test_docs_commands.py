"""Every command that a page shows is one that there is, with options that it has; tutorials are run whole by test_docs_site.py."""

from __future__ import annotations

import ast
import importlib
import re
import shlex
from collections.abc import Iterator
from functools import cache
from io import StringIO
from pathlib import Path
from unittest import mock

import pytest

import evaluator
from evaluator.cli import COMMANDS, main
from tests.conftest import ROOT

PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
LEFT_OPEN = ("…", "...")
"""Stand for what the reader fills in."""


def commands(page: str) -> Iterator[str]:
    """What blocks of code have behind `evaluator`, without comments, pipes and what follows them.

    >>> list(commands("```\\n$ evaluator list metrics  # all\\nevaluator score a b | less\\n```\\nevaluator says so\\n"))
    ['list metrics', 'score a b']
    """
    for block in re.findall(r"^ *```[^\n]*\n(.*?)^ *```", page, re.MULTILINE | re.DOTALL):
        for line in re.findall(r"^ *(?:\$ )?(?:\w+=\S+ )*evaluator ((?:.*\\\n)*.*)", block, re.MULTILINE):
            yield re.split(r"\s#|\s[|>]|\s2>|;|&&|\s&$", line.replace("\\\n", " "))[0].strip()


@cache
def options_of(command: str) -> frozenset[str]:
    """Options that a command's help names."""
    out = StringIO()
    with mock.patch("sys.stdout", out):
        assert main(["score" if command == "demo" else command, "--help"]) == 0  # demo takes score's options
    return frozenset(name.replace("_", "-") for name in re.findall(r"(?<![\w-])--?[a-zA-Z][\w-]*", out.getvalue()))


def unknown(line: str) -> list[str]:
    """What a command of the docs has that the command line has not."""
    command, *words = shlex.split(line)
    if command.startswith("-") or command in ("COMMAND", "help", *LEFT_OPEN):
        return []
    if command not in COMMANDS:
        return [command]
    used = [word.partition("=")[0].replace("_", "-") for word in words if re.match(r"--?[a-zA-Z]", word)]
    return [f"{command} {option}" for option in used if option not in options_of(command)]


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_commands_of_a_page_exist_with_their_options(page: Path) -> None:
    assert [(line, found) for line in commands(page.read_text(encoding="utf-8")) if (found := unknown(line))] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_python_of_a_page_parses_and_calls_what_there_is(page: Path) -> None:
    for block in re.findall(r"^```python\n(.*?)^```", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL):
        tree = ast.parse(block)
        named = [node for node in ast.walk(tree) if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "evaluator"]
        assert [node.attr for node in named if not hasattr(evaluator, node.attr)] == []
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == "evaluator":
                module = importlib.import_module(node.module or "")
                assert [one.name for one in node.names if not hasattr(module, one.name)] == []


def test_a_wrong_command_or_option_is_noticed() -> None:
    assert sum(len(list(commands(page.read_text(encoding="utf-8")))) for page in PAGES) > 60
    assert unknown("scores a.txt") == ["scores"]
    assert unknown("score a.txt --colour --max_tokens=3") == ["score --colour", "score --max-tokens"]
    assert unknown("score a.txt b.txt -m bleu --sentence-level") == ["score --sentence-level"]
    assert unknown("gate run --baseline old --max-drop chrf=1") == []
