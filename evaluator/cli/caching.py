"""Where the cache lies, and how large it may be: the environment says it, or the platform's custom."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from evaluator.types import EvaluatorError

if TYPE_CHECKING:
    from evaluator.cache import Cache

FOLDER = "EVALUATOR_CACHE"
MEGABYTES = "EVALUATOR_CACHE_MB"


def cache_folder(environment: Mapping[str, str] = os.environ, platform: str = sys.platform) -> Path:
    """EVALUATOR_CACHE, or `evaluator` in the platform's folder for caches."""
    if environment.get(FOLDER):
        return Path(environment[FOLDER]).expanduser()
    if platform == "win32" and environment.get("LOCALAPPDATA"):
        return Path(environment["LOCALAPPDATA"]) / "evaluator" / "cache"
    if platform == "darwin":
        return Path("~/Library/Caches/evaluator").expanduser()
    return Path(environment.get("XDG_CACHE_HOME") or "~/.cache").expanduser() / "evaluator"


def open_cache() -> Cache:
    """The user's cache; nothing is touched before its first use.

    Raises:
        EvaluatorError: a bound that is no number.
    """
    from evaluator.cache import DEFAULT_MEGABYTES, Cache

    given = os.environ.get(MEGABYTES)
    if given and not given.isdecimal():
        raise EvaluatorError(f"{MEGABYTES} is {given!r}; it must be a whole number of megabytes.")
    return Cache(cache_folder(), int(given) if given else DEFAULT_MEGABYTES)
