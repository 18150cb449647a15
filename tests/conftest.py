"""What several tests share: the sample pair, the command line in this process, the packaged model."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import settings

from evaluator.cli import main
from evaluator.embed.embedder import ModelEmbedder, open_embedder

os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
os.environ["EVALUATOR_CACHE"] = tempfile.mkdtemp(prefix="evaluator-cache-")  # never the user's; commands that tests start inherit it
atexit.register(shutil.rmtree, os.environ["EVALUATOR_CACHE"], ignore_errors=True)
# Shared machines are slow now and then; and what runs on a submission is the same each time.
settings.register_profile("evaluator", deadline=None, derandomize=bool(os.environ.get("CI")))
settings.load_profile("evaluator")

ROOT = Path(__file__).parent.parent
SAMPLE = ROOT / "benchmarks" / "sample"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what a place or a fixture shows; `make quick` leaves it out."""
    for item in items:
        if "browser" in item.path.relative_to(ROOT).parts:
            item.add_marker("browser")
        if "fuzz" in item.path.relative_to(ROOT).parts:
            item.add_marker("slow")
        if "minilm" in getattr(item, "fixturenames", ()):
            item.add_marker("model")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave files unread of which `-m` leaves every test out: the imports of torch and of a browser's driver take seconds."""
    wanted = str(config.getoption("markexpr"))
    if "not browser" in wanted and collection_path.name == "browser":
        return True
    if "not model" in wanted and collection_path.suffix == ".py":
        return True if "\npytestmark = pytest.mark.model\n" in collection_path.read_text(encoding="utf-8") else None
    return None


class Result(NamedTuple):
    """What a command did."""

    code: int
    out: str
    err: str


Cli = Callable[..., Result]


@pytest.fixture
def cli(capsys: pytest.CaptureFixture[str]) -> Cli:
    """Runs a command in this process."""

    def run(*arguments: object) -> Result:
        capsys.readouterr()
        code = main([str(argument) for argument in arguments])
        shown = capsys.readouterr()
        return Result(code, shown.out, shown.err)

    return run


@pytest.fixture(scope="session")
def sample() -> tuple[list[str], list[str]]:
    """The sample pair's paragraphs."""
    reference, rewrite = (
        [line for line in (SAMPLE / name).read_text(encoding="utf-8").split("\n") if line.strip()] for name in ("reference.txt", "rewrite.txt")
    )
    return reference, rewrite


@pytest.fixture(scope="session")
def minilm() -> ModelEmbedder:
    """The packaged model."""
    return open_embedder("minilm", device="cpu")


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, str | bytes], Path]:
    """Writes a file in the test's folder and returns its path."""

    def make(name: str, content: str | bytes) -> Path:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return make
