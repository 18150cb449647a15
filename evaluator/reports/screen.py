"""Text as a terminal prints it: a console with no habits of its own, blocks of lines, and how much of a screen they take."""

from __future__ import annotations

import re
from collections.abc import Sequence
from io import StringIO
from typing import NamedTuple

from rich.console import Console, RenderableType
from rich.text import Text

_CODES = re.compile("\x1b\\[[0-9;]*m")
"""Escape codes of colours, which take no room."""


class Block(NamedTuple):
    """Lines that stand together; blocks are parted by a blank line."""

    lines: list[str]
    whole: bool = True
    """Whether nothing was left out or cut."""

    def height(self, columns: int) -> int:
        """How many lines of a screen it takes."""
        return screen_lines(_CODES.sub("", "\n".join(self.lines)), columns)


def plain_console(out: StringIO, columns: int, color: bool) -> Console:
    """A console that writes what it is given and nothing of its own."""
    return Console(file=out, width=max(columns, 72), force_terminal=color, no_color=not color, highlight=False, emoji=False, markup=False, legacy_windows=False)


def printed(parts: Sequence[RenderableType], columns: int, color: bool, *, soft_wrap: bool = False) -> list[str]:
    """Lines as a console prints them, wrapped at words, or with `soft_wrap` as long as they are, for what is copied."""
    out = StringIO()
    console = plain_console(out, columns, color)
    for part in parts:
        console.print(part, soft_wrap=soft_wrap)
    return [line.rstrip() for line in out.getvalue().removesuffix("\n").split("\n")] if parts else []


def cut_to_lines(texts: Sequence[Text], columns: int, color: bool, most: int = 1) -> Block:
    """Each text in at most so many lines; what is cut ends with an ellipsis."""
    lines, whole = [], True
    for text in texts:
        room = max(columns, 72) * most
        if text.cell_len > room:
            whole = False
            text.truncate(room - 2 * (most > 1) * columns // 10, overflow="ellipsis")  # words that do not fit at the end of a line take room too
        lines += printed([text], columns, color)
    return Block(lines, whole)


def screen_lines(text: str, columns: int) -> int:
    """How many lines of a screen a text without escape codes takes."""
    return sum(max(1, -(-len(line) // columns)) for line in text.removesuffix("\n").split("\n"))
