"""The cache of statistics as commands open it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from evaluator.types import EvaluatorError
from evaluator.user_folders import cache_folder

if TYPE_CHECKING:
    from evaluator.cache import Cache

MEGABYTES = "EVALUATOR_CACHE_MB"


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
