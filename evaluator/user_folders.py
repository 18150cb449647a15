"""Where a user's files lie that can be made again: the environment says it, or the platform's custom."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

CACHE = "EVALUATOR_CACHE"
"""The variable that names the folder."""


def cache_folder(environment: Mapping[str, str] = os.environ, platform: str = sys.platform) -> Path:
    """EVALUATOR_CACHE, or `evaluator` in the platform's folder for caches."""
    if environment.get(CACHE):
        return Path(environment[CACHE]).expanduser()
    if platform == "win32" and environment.get("LOCALAPPDATA"):
        return Path(environment["LOCALAPPDATA"]) / "evaluator" / "cache"
    if platform == "darwin":
        return Path("~/Library/Caches/evaluator").expanduser()
    return Path(environment.get("XDG_CACHE_HOME") or "~/.cache").expanduser() / "evaluator"
