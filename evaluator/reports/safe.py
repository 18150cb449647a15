"""Text from files made harmless for a terminal, Markdown or LaTeX."""

from __future__ import annotations

import re

_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]")
_MARKDOWN = re.compile(r"([\\`*_\[\]|#~$])")
_LATEX = {
    "\\": r"\textbackslash{}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_", "{": r"\{", "}": r"\}",
    "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "<": r"\textless{}", ">": r"\textgreater{}",
}  # fmt: skip


def printable(text: str) -> str:
    """The text on one line with control and direction characters shown, not obeyed.

    >>> printable("a\\x1b[31mb\\tc")
    'a␛[31mb c'
    """
    return _CONTROL.sub(_shown, text.replace("\t", " "))


def _shown(match: re.Match[str]) -> str:
    code = ord(match.group())
    return chr(0x2400 + code) if code < 0x20 else f"\\u{code:04x}"


def markdown(text: str) -> str:
    """The text as Markdown that shows it: no tag, link, table cell, code or emphasis comes out of it."""
    escaped = printable(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    escaped = _MARKDOWN.sub(r"\\\1", escaped)
    return escaped.replace("://", "&#58;//").replace("www.", "www&#46;").replace("WWW.", "WWW&#46;")


def latex(text: str) -> str:
    """The text with LaTeX's special characters spelled out."""
    return "".join(_LATEX.get(character, character) for character in printable(text))
