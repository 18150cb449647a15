"""What a release needs: each extra is tried in an environment of its own, the version is in one place, the citation file is valid."""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml

import evaluator
from evaluator.cli import COMMANDS
from evaluator.extras import EXTRAS, PARTS
from tests.conftest import ROOT


@pytest.fixture(scope="module")
def install() -> ModuleType:
    """`benchmarks/release/install.py`, which is a program and no module of a package."""
    spec = importlib.util.spec_from_file_location("release_install", ROOT / "benchmarks" / "release" / "install.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def test_every_extra_is_tried_with_a_command_and_with_one_that_it_lacks(install: ModuleType) -> None:
    assert set(install.USES) >= {"core", *EXTRAS}
    for name, use in install.USES.items():
        assert {use.command[0], use.lacking[0]} <= set(COMMANDS), name
        assert use.names in {part.extra for part in PARTS.values()}, name
        assert use.names != name


def test_without_a_compiler_none_is_found(install: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "tools").mkdir()
    compiler = tmp_path / "tools" / "cc"
    compiler.write_text("#!/bin/sh\n", encoding="utf-8")
    compiler.chmod(0o755)
    monkeypatch.setenv("PATH", str(compiler.parent))
    monkeypatch.setenv("CC", "cc")
    found = {
        with_compiler: install.Installer(sys.executable, "", False, with_compiler).environment(tmp_path / "environment") for with_compiler in (True, False)
    }
    assert shutil.which("cc", path=found[True]["PATH"]) == str(compiler)
    assert shutil.which("cc", path=found[False]["PATH"]) is None
    assert "CC" not in found[False]


def test_the_sdist_has_what_git_tracks_and_nothing_else_that_lies_there() -> None:
    included = set(tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["hatch"]["build"]["targets"]["sdist"]["only-include"])
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False).stdout.splitlines()
    if tracked:  # a checkout; an unpacked sdist has no git
        assert included == {name.split("/")[0] for name in tracked} - {".ci", ".gitignore"}
    assert all((ROOT / name).exists() for name in included)


def test_unknown_extras_are_refused(install: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        install.main(["suites"])
    assert "no extra is called suites: they are core, " in capsys.readouterr().err


def test_no_file_but_the_module_and_the_changelog_states_the_version() -> None:
    stated = re.compile(rf"evaluator(?:-| |==|>=){re.escape(evaluator.__version__)}(?![\d.])|version: *['\"]?{re.escape(evaluator.__version__)}(?![\d.])")
    pages = [
        *(ROOT / "docs").rglob("*.md"),
        *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CITATION.cff", "Makefile", "mkdocs.yml", "pyproject.toml")),
    ]
    assert not [path.name for path in pages if stated.search(path.read_text(encoding="utf-8"))]
    assert stated.search(f"version:evaluator-{evaluator.__version__}`")


def test_the_citation_file_has_what_its_schema_asks_for_and_no_version() -> None:
    citation: dict[str, Any] = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert {"cff-version", "message", "title", "authors"} <= set(citation)
    assert citation["cff-version"] == "1.2.0"
    assert not {"version", "date-released"} & set(citation), "evaluator/version.py is the one place"
    assert citation["license"] == "Apache-2.0"
    assert all({"type", "title", "authors"} <= set(work) for work in citation["references"])


def test_the_page_on_releases_names_commands_that_there_are(install: ModuleType) -> None:
    page = (ROOT / "docs" / "release.md").read_text(encoding="utf-8")
    targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    named = re.findall(r"(?:`|^ {4})make ([a-z]+)", page, re.MULTILINE)
    assert {"test", "package", "audit", "sbom"} <= set(named) <= set(targets)
    for line in re.findall(r"install\.py (.*?)(?:  |$)", page, re.MULTILINE):
        assert set(re.findall(r"--[a-z-]+", line)) <= {"--package", "--python", "--no-compiler", "--lowest", "--torch", "--uv"}
