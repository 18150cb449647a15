"""Beads to one hypothesis text per reference paragraph: joined, or cut where the next one begins."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, pairwise
from typing import NamedTuple

from evaluator.types import AlignedPair

MAX_CUTS = 3
"""Cuts of one bead that a note shows."""


class Unit(NamedTuple):
    """A reference paragraph with its text of the other side, or an inserted paragraph."""

    place: int
    """0-based number of the reference paragraph; for an insertion that of the one before, -1 at the start."""
    alignment: str
    text: str


class Regrouped(NamedTuple):
    """The units of one text, and where paragraphs were cut."""

    units: list[Unit]
    notes: list[str]


def regroup(reference: Sequence[str], other: Sequence[str], beads: Sequence[AlignedPair]) -> Regrouped:
    """Units in reading order of the reference, each insertion after the paragraph it follows.

    Args:
        reference: paragraphs.
        other: paragraphs of the other side.
        beads: in the order of `align_paragraphs`: insertions follow the bead of the one before.
    """
    placed: list[tuple[tuple[int, int], Unit]] = []
    notes = []
    last = -1
    for bead in beads:
        shape = f"{len(bead.reference)}-{len(bead.hypothesis)}{' moved' if bead.moved else ''}" if bead.hypothesis else "1-0"
        texts = [other[j] for j in bead.hypothesis]
        if not bead.reference:
            placed += [((last, k + 1), Unit(last, "0-1", text)) for k, text in enumerate(texts, len(placed))]
            continue
        pieces = cut_between(texts, [reference[i] for i in bead.reference])
        placed += [((i, 0), Unit(i, shape, piece)) for i, piece in zip(bead.reference, pieces, strict=True)]
        if len(bead.reference) > 1 and bead.hypothesis:
            cuts = [f"…{a[-25:]}|{b[:25]}…" for a, b in pairwise(pieces)]
            more = f" and {len(cuts) - MAX_CUTS} more" if len(cuts) > MAX_CUTS else ""
            notes.append(f"segments {', '.join(str(i + 1) for i in bead.reference)} share one text, cut at {' / '.join(cuts[:MAX_CUTS])}{more}")
        last = bead.reference[-1]
    return Regrouped([unit for _, unit in sorted(placed, key=lambda one: one[0])], notes)


def cut_between(texts: Sequence[str], references: Sequence[str]) -> list[str]:
    """The texts joined by spaces, in one piece per reference; pieces may be empty."""
    text = " ".join(texts)
    if len(references) == 1 or not text.strip():
        return [text, *[""] * (len(references) - 1)]
    from evaluator.alignment.cuts import find_cuts

    joints = [end + k for k, end in enumerate(accumulate(map(len, texts[:-1])), 1)]
    edges = [0, *find_cuts(references, text, joints), len(text)]
    pieces = [text[a:b].rstrip() for a, b in pairwise(edges)]
    return [*pieces, *[""] * (len(references) - len(pieces))]
