"""Beads to one hypothesis text per reference paragraph: joined, or cut at a sentence boundary."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from evaluator.align.similarity import likeness
from evaluator.types import AlignedPair

SENTENCE_END = re.compile(r"(?<=[.!?。！？…])[\"'”’»)\]]*\s+(?=\S)|(?<=[。！？])(?=\S)")


class Unit(NamedTuple):
    """A reference paragraph with its text of the other side, or an inserted paragraph."""

    place: int
    """0-based number of the reference paragraph; for an insertion that of the one before, -1 at the start."""
    alignment: str
    text: str
    cut_in_words: bool = False
    """True when the text was cut where no sentence ends."""


def regroup(reference: Sequence[str], other: Sequence[str], beads: Sequence[AlignedPair]) -> list[Unit]:
    """Units in reading order of the reference, each insertion after the paragraph it follows."""
    units: list[Unit] = []
    last = -1
    for bead in beads:
        shape = f"{len(bead.reference)}-{len(bead.hypothesis)}{' moved' if bead.moved else ''}"
        texts = [other[j] for j in bead.hypothesis]
        if not bead.reference:
            units += [Unit(last, "0-1", text) for text in texts]
            continue
        pieces, in_words = split_between(" ".join(texts), [reference[i] for i in bead.reference])
        units += [Unit(i, shape, piece, in_words) for i, piece in zip(bead.reference, pieces, strict=True)]
        last = bead.reference[-1]
    return units


def split_between(text: str, references: Sequence[str]) -> tuple[list[str], bool]:
    """The text in one piece a reference, and whether it had to be cut inside a sentence.

    The cuts are the sentence boundaries (else word boundaries) that make each piece most alike
    its reference.
    """
    if len(references) == 1 or not text.strip():
        return [text, *[""] * (len(references) - 1)], False
    ends = [match.end() for match in SENTENCE_END.finditer(text)]
    in_words = len(ends) < len(references) - 1
    if in_words:
        ends = [match.end() for match in re.finditer(r"\s+(?=\S)", text)]
    pieces = []
    start = 0
    for k, reference in enumerate(references[:-1]):
        left = len(references) - 2 - k
        rest = " ".join(references[k + 1 :])
        options = [end for end in ends if end > start][: -left or None]
        if not options:
            pieces.append("")
            continue
        end = max(options, key=lambda end: _fit(text[start:end], reference) + _fit(text[end:], rest))
        pieces.append(text[start:end].rstrip())
        start = end
    return [*pieces, text[start:]], in_words


def _fit(piece: str, reference: str) -> float:
    return likeness(piece, reference) * len(reference)
