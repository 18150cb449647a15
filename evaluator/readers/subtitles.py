"""Subtitles, SubRip (.srt) and WebVTT (.vtt): one cue is one segment.

Parsed here, strictly. pysubs2 1.8, the kept library for both forms, is made for editing: it leaves
`&amp;` in texts, adds the identifier of the next cue to the text of the one before, and takes a
timing that is wrong (`->`) for text. Each of these changes scores without a word.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from evaluator.readers.streams import OWN, TextFile
from evaluator.readers.text import split_lines
from evaluator.types import EvaluatorError

_SRT_TIMING = re.compile(r"\s*\d{1,3}:\d{1,2}:\d{1,2}[,.]\d{1,3}\s*-->\s*\d{1,3}:\d{1,2}:\d{1,2}[,.]\d{1,3}(?:\s+[XY][12]:\s*\d+)*\s*")
_VTT_TIMING = re.compile(r"\s*(?:\d{2,}:)?\d\d:\d\d\.\d{3}\s*-->\s*(?:\d{2,}:)?\d\d:\d\d\.\d{3}(?:\s++[^\s:]++:\S++)*+\s*+")
_ARROW = re.compile(r"^\s*(?:\d+:)?\d{1,2}:\d{1,2}.*[-=–—]>")
_SRT_TAGS = re.compile(r"</?(?:i|b|u|s|font)(?:\s[^<>]*)?>|\{\\an?\d\}|\{\\[^{}]*\}", re.IGNORECASE)
_VTT_TAGS = re.compile(r"</?(?:c|i|b|u|v|lang|ruby|rt)(?:[.\s][^<>]*)?>|<(?:\d{2,}:)?\d\d:\d\d\.\d{3}>")
_ENTITIES = {"&amp;": "&", "&lt;": "<", "&gt;": ">", "&nbsp;": "\u00a0", "&lrm;": "\u200e", "&rlm;": "\u200f"}


class Cue(NamedTuple):
    """One subtitle."""

    line: int
    """1-based line of its timing."""
    text: str


def read_srt(path: str, text: str, sha256: str) -> TextFile:
    """The cues of a SubRip file in order.

    Raises:
        EvaluatorError: a block that has no timing.
    """
    cues = []
    blocks = list(_blocks(split_lines(text)))
    for number, (first, lines) in enumerate(blocks):
        at = 1 if len(lines) > 1 and lines[0].strip().isdecimal() else 0
        if not _SRT_TIMING.fullmatch(lines[at]):
            raise EvaluatorError(_no_timing(path, first + at, lines[at], "00:00:01,000 --> 00:00:02,000", number))
        cues.append(Cue(first + at, _joined(path, first + at + 1, lines[at + 1 :], _SRT_TAGS)))
    return _file(path, "srt", sha256, cues)


def read_vtt(path: str, text: str, sha256: str) -> TextFile:
    """The cues of a WebVTT file in order; comments, styles, regions and identifiers are no text.

    Raises:
        EvaluatorError: a block that has no timing.
    """
    cues = []
    for number, (first, lines) in enumerate(_blocks(split_lines(text))):
        if number == 0:
            continue  # the header, with what stands below it
        if re.match(r"(?:NOTE|STYLE|REGION)(?:\s|$)", lines[0]) and not any(map(_VTT_TIMING.fullmatch, lines[:2])):
            continue
        at = 1 if len(lines) > 1 and "-->" not in lines[0] else 0
        if not _VTT_TIMING.fullmatch(lines[at]):
            raise EvaluatorError(_no_timing(path, first + at, lines[at], "00:01.000 --> 00:02.000", number))
        text = _joined(path, first + at + 1, lines[at + 1 :], _VTT_TAGS)
        cues.append(Cue(first + at, re.sub("&(?:amp|lt|gt|nbsp|lrm|rlm);", lambda entity: _ENTITIES[entity[0]], text)))
    return _file(path, "vtt", sha256, cues)


def _blocks(lines: tuple[str, ...]) -> Iterator[tuple[int, list[str]]]:
    """(1-based line, lines) of each block between blank lines."""
    block: list[str] = []
    for number, line in enumerate((*lines, ""), 1):
        if line.strip():
            block.append(line)
        elif block:
            yield number - len(block), block
            block = []


def _joined(path: str, first: int, lines: list[str], tags: re.Pattern[str]) -> str:
    """A cue's lines as one segment: where a subtitle breaks its line is layout."""
    for number, line in enumerate(lines, first):
        if _ARROW.match(line):
            raise EvaluatorError(f"{path}, line {number}: {line[:40]!r} looks like the timing of a cue inside another one; cues are separated by a blank line.")
    return " ".join(" ".join(tags.sub("", line) for line in lines).split())


def _no_timing(path: str, number: int, line: str, form: str, block: int) -> str:
    return f"{path}, line {number}: {line[:40]!r} instead of the timing of cue {block + 1}, such as {form}. A blank line ends a cue."


def _file(path: str, form: str, sha256: str, cues: list[Cue]) -> TextFile:
    if not cues:
        raise EvaluatorError(f"{path} has no cue.")
    return TextFile(path, form, "cue", sha256, {OWN: [cue.text for cue in cues]})
