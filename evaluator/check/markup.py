"""Plain text that looks like markup, or whose characters are escaped as in HTML."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate

from evaluator.check.characters import JoinedText
from evaluator.check.problems import Problem, place, short

_ENTITY = re.compile(r"&(?:amp|lt|gt|quot|apos|nbsp|[a-zA-Z]{3,8}|#\d{2,6}|#[xX][0-9a-fA-F]{2,5});")
_SPECIAL = re.compile(r"<(?:unk|pad|mask|bos|eos|extra_id_\d+)>|<\|[a-z_]{2,30}\|>|\[(?:UNK|PAD|CLS|SEP|MASK)\]|<(?:UNK|PAD|MASK|BOS|EOS)>")
_TAG = re.compile(r"<(?!(?i:(?:unk|pad|mask|bos|eos)>))/?[a-zA-Z][a-zA-Z0-9:-]{0,15}(?:\s+[a-zA-Z:-]+\s*=\s*[\"'][^<>]*|\s*)/?>")
_BLOCK = re.compile(r"(?m)^[ \t]*(?:#{1,6} \S|```|~~~|\|.*\|[ \t]*$|\[[^\]\n]+\]: \S)")
_INLINE = re.compile(r"\*\*\S(?:[^*\n]*\S)?\*\*|\[[^\[\]\n]+\]\((?:https?:|/|#|mailto:)[^)\s]*\)")
"""Headings, fences, tables, link targets; bold and links. Not lists and emphasis, whose signs plain text has too."""
_TIMING = re.compile(r"(?m)^[ \t]*(?:\d+:)?\d{1,2}:\d\d[.,]\d{1,3} *--> *(?:\d+:)?\d{1,2}:\d\d[.,]\d{1,3}")
MIN_SHARE = 0.01
"""Share of lines; in untouched WMT22 texts at most 0.3 % of lines hold a tag, with one exception: 11 % of a system's, which are its own."""

_JSON_STRING = re.compile(r'\s*"(?:[^"\\]|\\.)*+"\s*+(?:,\s*+)?')
MIN_QUOTED = 0.5
"""Share of lines wholly in quotation marks; dialogue has fewer, and its sentences go on behind them."""
MIN_TABBED = 0.05
"""Share of lines with a tab from which a text looks like a table; a stray one is a space to every metric."""

_TOKENS = ("<unk", "<UNK", "<pad", "<mask", "<MASK", "<eos", "<extra_id", "<|", "[UNK", "[PAD", "[MASK", "[SEP")
_MARKDOWN = "holds Markdown such as {example}; give the text alone, or scores count its marks"
_KINDS = (
    ("holds HTML entities such as {example}; unescape them (Python: html.unescape), or scores count them as text", _ENTITY, ("&",)),
    ("holds tags as HTML or XML has them, such as {example}; give the text alone, or scores count them as words", _TAG, ("<",)),
    ("holds special tokens of a model such as {example}, no text of a translation; scores count them as words", _SPECIAL, _TOKENS),
    (_MARKDOWN, _BLOCK, ("# ", "```", "~~~", "|", "]: ")),
    (_MARKDOWN, _INLINE, ("**", "](")),
    ("holds the timing of subtitles such as {example}; give the .srt or .vtt file itself, or the text alone", _TIMING, ("-->",)),
)

_BEYOND = (_TAG, _SPECIAL)
"""What may span lines, or stand in lines without any of its signs; the others are looked for in the lines that have one."""


def markup_problems(page: JoinedText) -> Iterator[Problem]:
    """One finding for each kind of markup that enough lines hold."""
    yield from _columns(page)
    yield from _json_strings(page)
    least = max(1.0, MIN_SHARE * len(page.lines))
    starts = list(accumulate(map(len, page.lines), lambda start, length: start + length + 1, initial=0))
    for words, pattern, signs in _KINDS:
        found = _found(page, starts, pattern, signs)
        at = list(dict.fromkeys(line for line, _ in found))
        if len(at) >= least and any(sign in page.whole for sign in signs):
            lines = tuple(page.numbers[i] for i in at)
            message = words.format(example=short(found[0][1].strip()))
            yield Problem("markup", page.name, f"{message} ({len(lines)} of {len(page.lines)} lines: {place(lines)})", len(lines), lines)


def _found(page: JoinedText, starts: Sequence[int], pattern: re.Pattern[str], signs: Sequence[str]) -> list[tuple[int, str]]:
    """0-based line and text of each match."""
    if pattern in _BEYOND:
        return [(bisect_right(starts, match.start()) - 1, match[0]) for match in pattern.finditer(page.whole)]
    at = sorted({bisect_right(starts, offset) - 1 for sign in signs for offset in _offsets(page.whole, sign)})
    return [(i, match[0]) for i in at for match in pattern.finditer(page.lines[i])]


def _offsets(text: str, sign: str) -> Iterator[int]:
    offset = text.find(sign)
    while offset >= 0:
        yield offset
        offset = text.find(sign, offset + len(sign))


def _json_strings(page: JoinedText) -> Iterator[Problem]:
    """Lines that are strings of JSON: a list that was cut or renamed, which is read as the plain text that it could be too."""
    if page.whole.count('"') < 2 * MIN_QUOTED * len(page.lines):
        return
    at = [i for i, line in enumerate(page.lines) if _JSON_STRING.fullmatch(line)]
    if len(at) >= max(3.0, MIN_QUOTED * len(page.lines)):
        lines = tuple(page.numbers[i] for i in at)
        message = (
            f"has whole lines in quotation marks such as {short(page.lines[at[0]].strip())}, as strings of JSON ({len(lines)} of {len(page.lines)} lines: "
            f"{place(lines)}); give the whole JSON list, or the texts alone, or scores count the marks"
        )
        yield Problem("markup", page.name, message, len(lines), lines)


def _columns(page: JoinedText) -> Iterator[Problem]:
    if page.whole.count("\t") < max(1.0, MIN_TABBED * len(page.lines)):
        return
    at = [i for i, line in enumerate(page.lines) if "\t" in line.strip()]
    if len(at) >= max(1.0, MIN_TABBED * len(page.lines)):
        lines = tuple(page.numbers[i] for i in at)
        message = (
            f"holds tabs as a table has them ({len(lines)} of {len(page.lines)} lines: {place(lines)}); give the column of the texts alone, or scores count all"
        )
        yield Problem("markup", page.name, message, len(lines), lines)
