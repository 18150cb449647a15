"""Texts that line up by number: which lines are segments, and which line goes with which."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from evaluator.alignment.shift import likeness
from evaluator.types import AlignedPair, Document, Inputs, TextAlignment

LINE_MODES = ("line", "none")


class Spine(NamedTuple):
    """The reference as the sequence of segments that every other text is aligned to."""

    document: Document
    segments: tuple[str, ...]
    lines: tuple[int, ...] | None
    """Line number (0-based) of each segment, None where lines are not segments."""


def find_spine(inputs: Inputs, mode: str) -> Spine:
    """The segments of the first reference: its lines or its paragraphs."""
    reference = inputs.references[0]
    others = [*inputs.references[1:], *inputs.systems.values(), *([inputs.source] if inputs.source else [])]
    same = [document for document in others if same_line_structure(reference, document)]
    joined = reference.wrapped and mode not in LINE_MODES and (len(same) < len(others) or all(document.wrapped for document in others))
    if mode == "paragraph" or joined:
        return Spine(reference, reference.paragraphs, None)
    # A line that is blank in the reference but not in a text with the same lines is a segment.
    kept = [i for i, line in enumerate(reference.lines) if line.strip() or any(document.lines[i].strip() for document in same)]
    return Spine(reference, tuple(reference.lines[i] for i in kept), tuple(kept))


def same_line_structure(reference: Document, document: Document) -> bool:
    """True when line i of one is line i of the other: as many lines, and words that do not speak against it.

    With as many filled lines on both sides but blank lines at other places these are either empty
    segments or separators that moved; whichever pairs lines more alike is right.
    """
    if len(reference.lines) != len(document.lines):
        return False
    if reference.segmented and document.segmented:
        return True  # the segments are marked: an empty one is an empty segment, not a separator
    blank = [[not line.strip() for line in one.lines] for one in (reference, document)]
    if blank[0] == blank[1]:
        return True
    filled = [[line for line, empty in zip(one.lines, blanks, strict=True) if not empty] for one, blanks in zip((reference, document), blank, strict=True)]
    if len(filled[0]) != len(filled[1]):
        return True
    return likeness(reference.lines, document.lines) >= likeness(*filled)


def line_by_line(spine: Spine, document: Document, mode: str) -> list[str] | None:
    """The document's text for each segment when it lines up, else None."""
    if spine.lines is not None and same_line_structure(spine.document, document):
        return [document.lines[i] for i in spine.lines]
    filled = [i for i, segment in enumerate(spine.segments) if segment.strip()]
    texts = [line for line in document.lines if line.strip()] if mode in LINE_MODES else document.paragraphs
    if len(texts) != len(filled):
        return None
    place = dict(zip(filled, texts, strict=True))
    return [place.get(i, "") for i in range(len(spine.segments))]


def numbered(name: str, spine: Spine, texts: Sequence[str]) -> TextAlignment:
    """The alignment of texts paired by line, in numbers of non-blank paragraphs."""
    pairs = []
    i = j = 0
    for segment, text in zip(spine.segments, texts, strict=True):
        here, there = bool(segment.strip()), bool(text.strip())
        if here or there:
            pairs.append(AlignedPair((i,) * here, (j,) * there))
        i, j = i + here, j + there
    return TextAlignment(name, tuple(pairs), tuple(s for s in spine.segments if s.strip()), tuple(t for t in texts if t.strip()))
