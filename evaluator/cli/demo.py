"""`evaluator demo`: the main job on the article pair that ships."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import evaluator
from evaluator.cli import score
from evaluator.types import EvaluatorError

HELP = """usage: evaluator demo [OPTIONS of evaluator score]

Scores the article pair that ships with evaluator.

examples:
  evaluator demo
  evaluator demo -m bleu chrf
"""


def sample_folder() -> Path:
    """The sample pair: inside the installed package, or in the source tree.

    Raises:
        EvaluatorError: it is in neither.
    """
    package = Path(evaluator.__file__).parent
    for folder in (package / "sample", package.parent / "benchmarks" / "sample"):
        if (folder / "reference.txt").is_file():
            return folder
    raise EvaluatorError("The sample article pair is not installed; reinstall evaluator.")


def run(arguments: Sequence[str]) -> int:
    """Run the command: `score` on the sample, with any further options of `score`."""
    if {"-h", "--help"} & set(arguments):
        print(HELP, end="")
        return 0
    folder = sample_folder()
    return score.run([f"--reference={folder / 'reference.txt'}", f"--input=rewrite={folder / 'rewrite.txt'}", *arguments])
