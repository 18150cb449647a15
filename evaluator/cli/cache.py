"""`evaluator cache info|clear`."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from evaluator.cli.caching import MEGABYTES, open_cache
from evaluator.cli.parser import Parser, one_of
from evaluator.user_folders import CACHE

ACTIONS = ("info", "clear")
EXAMPLES = ("evaluator cache info", "evaluator cache clear")
SUMMARY = (
    "Shows or empties the cache of segment statistics, which score, compare and bench use between runs (--no-cache leaves it alone). "
    f"{CACHE} names its folder, {MEGABYTES} its bound."
)


def run(arguments: Sequence[str]) -> int:
    """Run the command."""
    parser = Parser("cache", SUMMARY, EXAMPLES)
    parser.add_argument("action", nargs="?", default="info", metavar="ACTION", help=f"{' or '.join(ACTIONS)}; default info")
    action = one_of(parser.parse(arguments).action, ACTIONS, "action")
    cache = open_cache()
    if action == "clear":
        cache.clear()
        print(f"cleared: {cache.path}")
        return 0
    info = cache.info()
    print(f"{info.path}\n{info.entries} entries, {info.megabytes:.1f} of {info.bound} MB")
    for message in cache.messages:
        print(f"note: {message}", file=sys.stderr)
    return 0
