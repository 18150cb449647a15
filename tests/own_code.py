"""Which code is the package's own: a clone may lie in a folder of its name, with an environment and all libraries below it."""

from __future__ import annotations

import os
import traceback
from pathlib import Path

import evaluator

PACKAGE = str(Path(evaluator.__file__).parent) + os.sep


def is_ours(filename: str) -> bool:
    """True for a module of the package."""
    return filename.startswith(PACKAGE)


def place_of(error: BaseException) -> str:
    """The error's type, and the last line of ours that it went through."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if is_ours(frame.filename)]
    return type(error).__name__ + (f" at {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "")
