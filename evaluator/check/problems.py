"""One thing that is likely wrong with the inputs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

NAMED = 8
"""Most lines that a message names."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding of the preflight."""

    check: str
    """Name of the check, one of `CHECKS`."""
    text: str
    """Which text: its path or name."""
    message: str
    """What is wrong, in one line, without the name of the text."""
    count: int
    """How many lines, files or characters; what the check counts."""
    lines: tuple[int, ...] = ()
    """1-based lines (segments of a table), in order; empty where the whole text is meant."""
    severity: str = "major"
    """`minor` where so few lines are concerned that no corpus score shows it, else `major`."""


def place(lines: Sequence[int]) -> str:
    """`line 3` or `lines 3, 7, 9 and 12 more`."""
    named = ", ".join(map(str, lines[:NAMED])) + (f" and {len(lines) - NAMED} more" if len(lines) > NAMED else "")
    return f"line{'s' * (len(lines) > 1)} {named}"


def short(text: str, most: int = 40) -> str:
    """A text in quotes, cut to a readable length."""
    return repr(text if len(text) <= most else text[: most - 1] + "…")
