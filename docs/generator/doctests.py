"""Examples in docstrings as code in the site: Markdown takes `>>>` for a quotation in a quotation."""

from __future__ import annotations

import re
from typing import Any

from griffe import Extension

EXAMPLE = re.compile(r"^>>> .*(?:\n(?!\s*$).*)*", re.MULTILINE)
"""From a prompt to the next blank line."""


def fenced(text: str) -> str:
    """The text of a docstring with each example in a fence."""
    return EXAMPLE.sub(lambda example: f"```pycon\n{example[0]}\n```", text)


class Doctests(Extension):
    """Fences the examples of every docstring."""

    def on_object(self, *, obj: Any, **_: Any) -> None:
        """Change the docstring of one object, if it has one."""
        if obj.docstring is not None:
            obj.docstring.value = fenced(obj.docstring.value)
