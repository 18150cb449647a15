"""Texts from files made harmless where they are shown, and the small tables that a notebook shows.

Below all rooms: values of `types` show themselves with it, reports take `printable` from here.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape

_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]")
MAX_ROWS = 100
"""Rows of a table in a notebook."""
LEFT = ' style="text-align:left"'
_NUMBER = re.compile(r"[-+–]?[\d.,]*")


def printable(text: str) -> str:
    """The text on one line with control and direction characters shown, not obeyed.

    >>> printable("a\\x1b[31mb\\tc")
    'a␛[31mb c'
    """
    if text.isprintable():  # Python prints none of these, and tells so in a hundredth of the time
        return text
    return _CONTROL.sub(_shown, text.replace("\t", " "))


def _shown(match: re.Match[str]) -> str:
    code = ord(match.group())
    return chr(0x2400 + code) if code < 0x20 else f"\\u{code:04x}"


def html_text(text: object) -> str:
    """A value as the text of an element or attribute: nothing in it is markup.

    >>> html_text("<b>5 & 6</b>")
    '&lt;b&gt;5 &amp; 6&lt;/b&gt;'
    """
    return escape(printable(str(text)), quote=True)


def html_table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """A table of at most `MAX_ROWS` rows, and how many more there are; its only style puts columns of texts on the left, which notebooks put on the right.

    >>> html_table(["a"], [["<i>"]])
    '<table><thead><tr><th style="text-align:left">a</th></tr></thead><tbody><tr><td style="text-align:left">&lt;i&gt;</td></tr></tbody></table>'
    """
    shown = rows[:MAX_ROWS]
    sides = [LEFT if any(not _NUMBER.fullmatch(str(row[i])) for row in shown) else "" for i in range(len(head))]
    titles = "".join(f"<th{side}>{html_text(title)}</th>" for side, title in zip(sides, head, strict=True))
    body = "".join(f"<tr>{''.join(f'<td{side}>{html_text(cell)}</td>' for side, cell in zip(sides, row, strict=True))}</tr>" for row in shown)
    more = f"<p>{len(rows) - MAX_ROWS} more rows</p>" if len(rows) > MAX_ROWS else ""
    return f"<table><thead><tr>{titles}</tr></thead><tbody>{body}</tbody></table>{more}"
