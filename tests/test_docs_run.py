"""Every command that a page shows is run on small texts; what is too large for a test is parsed alone, with the reason."""

from __future__ import annotations

import os
import re
import runpy
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple
from unittest import mock

import pytest

from tests.conftest import ROOT, Cli
from tests.docs_world import write_inputs
from tests.test_docs_commands import PAGES, commands

TEXTS = {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in (*PAGES, *sorted((ROOT / "benchmarks").rglob("README.md")))}
LEXICAL = ("-m", "bleu", "chrf", "--diagnose", "off")
"""What a command without `-m` is given: that the default model scores is tested elsewhere, and takes a hundred times as long."""
STORED = {"results/run1": "pairs.tsv", "results/new": "pairs.tsv", "results/files": "ref.txt nmt.txt -s src.txt"}
FILLED = {
    "verify RUN_DIR -r": "verify results/files -r",
    "RUN_DIR": "results/run1",
    "BEFORE": "results/run1",
    "AFTER": "results/new",
    "CONFIG.yaml": "configs/quick.yaml",
    "REFERENCE [NAME=]SYSTEM": "ref.txt a.txt",
    "SOURCE": "src.txt",
    "--data FOLDER": "--data benchmarks",
    "--root FOLDER": "--root .",
}
"""What stands for what the reader fills in."""
PARSED = {
    "--engine ray": "needs a cluster of Ray: tests/unit/test_ray.py",
    "bench configs/wmt22.yaml": "needs WMT's texts; tests/unit/test_suite.py reads its cards",
    "annotate ": "one after another, between people's answers: tests/unit/test_annotate.py",
    "--calibration": "needs people's answers: tests/unit/test_annotate.py",
    "--human human.": "its files stand on the page, or come from annotators: tests/unit/test_meta_docs.py, test_annotate.py",
    "score ref.txt -": "reads standard input: tests/test_cli.py",
    "benchmarks/sample/reference.txt": "with the model: tests/test_docs.py compares what it prints",
    "check --model": "an option without its inputs",
    "report results/SUITE": "tests/unit/test_suite_page.py",
}


def inline(page: str) -> Iterator[str]:
    """What stands behind `evaluator` between backticks, with at least one argument.

    >>> list(inline("Write `evaluator list metrics`, never `evaluator`, or `evaluator score`."))
    ['list metrics']
    """
    text = re.sub(r"^ *```.*?^ *```", "", page, flags=re.MULTILINE | re.DOTALL)
    yield from (found.strip() for found in re.findall(r"`(?:[^`\n]*[|] )?evaluator ([a-z-]+ [^`\n]*)`", text))


def documented() -> list[str]:
    """Each different command of the pages but the tutorials, which run as a whole."""
    pages = [text for name, text in TEXTS.items() if "tutorials" not in name]
    return sorted({line for page in pages for line in (*commands(page), *inline(page))})


def reason(line: str) -> str | None:
    """Why a command is parsed alone; None where it is run."""
    return next((why for part, why in PARSED.items() if part in line), None)


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with every input and the stored runs that the pages speak of."""
    from evaluator.cli import main

    folder = tmp_path_factory.mktemp("world")
    write_inputs(folder)
    for name in ("configs", "benchmarks"):
        (folder / name).symlink_to(ROOT / name)
    with mock.patch("sys.stdout"), mock.patch("sys.stderr"), pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        for run, inputs in STORED.items():
            assert main(["score", *inputs.split(), *LEXICAL, "-o", run]) == 0
    return folder


def filled(line: str) -> list[str]:
    """A command's arguments, with names of files for what is left open."""
    line = re.sub(r" \.\.\.| …", "", line)
    for placeholder, value in FILLED.items():
        line = line.replace(placeholder, value)
    words = shlex.split(os.path.expandvars(re.sub(r"[\[\]]", "", line)))
    if words[0] != "score" or "--help" in words:
        return words
    alone = ("--workers", "1") if "shards" in words[1] and "--workers" not in words else ()  # further processes take seconds to start
    return [*words, *alone, *(() if "-m" in words else LEXICAL)]


RUN = list({tuple(filled(line)): line for line in documented() if reason(line) is None}.values())
"""Two pages may write one command with other placeholders."""


@pytest.mark.slow
@pytest.mark.parametrize("line", RUN)
def test_a_command_of_the_pages_runs(line: str, world: Path, cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    words = line.split()
    for path in world.iterdir():
        if path.name != "results" or words[0] not in ("score", "bench"):
            (tmp_path / path.name).symlink_to(path)
    monkeypatch.chdir(tmp_path)
    for name, value in {"DATA": ".", "RESULTS": "results", "SLURM_ARRAY_TASK_ID": "0", "SLURM_ARRAY_TASK_COUNT": "1", "SLURM_CPUS_PER_TASK": "1"}.items():
        monkeypatch.setenv(name, value)
    done = cli(*filled(line))
    assert done.code == 0, done.out + done.err


class Parsed(Exception):
    """Raised in place of what a program does once its options are read."""


@pytest.mark.parametrize("line", [line for line in documented() if reason(line) is not None])
def test_a_command_that_is_not_run_is_parsed(line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from evaluator.cli import main
    from evaluator.cli.parser import Parser

    real = Parser.parse

    def stop(parser: Parser, arguments: Sequence[str]) -> None:
        real(parser, arguments)
        raise Parsed

    monkeypatch.setattr(Parser, "parse", stop)
    with pytest.raises(Parsed):
        main(shlex.split(line.replace("…", "FILE")))


def test_each_reason_not_to_run_a_command_is_needed() -> None:
    lines = documented()
    assert len(RUN) > 45
    assert [part for part in PARSED if not any(part in line for line in lines)] == []


class Script(NamedTuple):
    """A program of `benchmarks/` as a page calls it."""

    path: str
    arguments: str
    whole: bool
    """Whether it is a command line, and not a name with an option."""


def scripts() -> list[Script]:
    """Every call of a program in `benchmarks/` on any page, and each name that options follow."""
    found = set()
    for text in TEXTS.values():
        for path, arguments in re.findall(r"python (benchmarks/[\w/-]+\.py)([^&;|#>`\n]*)", text):
            found.add(Script(path, arguments.replace("$seed", "1").replace(" N", " 1").strip(), True))
        for path, arguments in re.findall(r"`(benchmarks/[\w/-]+\.py)([^`\n]*)`", text):
            found.add(Script(path, arguments.strip(), False))
    return sorted(found)


def parse(script: Script, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Starts a program, stops it when it has read its arguments, and returns the options that it lacks."""
    import argparse

    missing: list[str] = []
    real = argparse.ArgumentParser.parse_args

    def stop(parser: argparse.ArgumentParser, *_: Any) -> None:
        if script.whole:
            real(parser)
        missing.extend(word for word in sys.argv[1:] if word.startswith("--") and word.partition("=")[0] not in every_option(parser))
        raise Parsed

    before = set(sys.modules)
    monkeypatch.setattr(argparse.ArgumentParser, "parse_args", stop)
    monkeypatch.setattr(sys, "argv", [script.path, *shlex.split(script.arguments)])
    monkeypatch.syspath_prepend(str((ROOT / script.path).parent))
    try:
        with mock.patch.dict(os.environ), pytest.raises(Parsed):
            runpy.run_path(str(ROOT / script.path), run_name="__main__")
    finally:
        for name in set(sys.modules) - before:  # siblings of the program, whose names others may have too
            if str(ROOT / "benchmarks") in str(getattr(sys.modules[name], "__file__", "")):
                del sys.modules[name]
    return missing


def every_option(parser: Any) -> set[str]:
    """Names of a parser's options, and of its commands'."""
    return {name for action in parser._actions for name in action.option_strings} | {
        name for action in parser._actions if isinstance(action.choices, dict) for one in action.choices.values() for name in every_option(one)
    }


WITHOUT_OPTIONS = ("benchmarks/suite/make_card.py", "benchmarks/reader/plant.py")
"""Read `sys.argv` as it is, or are imported alone."""


@pytest.mark.slow
@pytest.mark.parametrize("path", sorted({script.path for script in scripts()} - set(WITHOUT_OPTIONS)))
def test_a_program_takes_the_options_with_which_the_pages_call_it(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for script in scripts():
        if script.path == path:
            with monkeypatch.context() as patch:
                assert parse(script, patch) == [], script


def test_an_option_that_a_program_lacks_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        assert parse(Script("benchmarks/scale/kills.py", "--colour", False), patch) == ["--colour"]
    with monkeypatch.context() as patch, pytest.raises(SystemExit):
        parse(Script("benchmarks/scale/kills.py", "--colour", True), patch)


def test_programs_that_the_pages_name_exist() -> None:
    named = {name for text in TEXTS.values() for name in re.findall(r"benchmarks/[\w/-]+\.py", text)}
    assert len(named) > 25
    assert [name for name in named if not (ROOT / name).is_file()] == []


def test_targets_of_make_and_extras_that_the_pages_name_exist() -> None:
    targets = {target for text in TEXTS.values() for target in re.findall(r"(?:`|^ *)make ([a-z]+)", text, re.MULTILINE)}
    assert len(targets) > 10
    done = subprocess.run(["make", "-n", *sorted(targets - {"clean"})], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    named = {extra for text in TEXTS.values() for extra in re.findall(r"(?:evaluator|\.)\[([\w,-]+)\]", text)}
    assert named
    assert named <= set(extras)


def test_python_of_the_readme_runs() -> None:
    whole, *rest = re.findall(r"^```python\n(.*?)^```", TEXTS["README.md"], re.MULTILINE | re.DOTALL)
    assert "run.save(" in whole  # scores with the model: tests/test_docs_site.py runs the same functions in tutorials
    assert len(rest) == 2
    for block in rest:
        exec(compile(block, "README.md", "exec"), {})
