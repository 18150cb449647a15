"""Words that two long texts surely share, in order: the rough path that their alignment follows.

What stands once in both texts is paired, runs of three words first, then what stands once between
two such pairs, and so on; only the longest chain in order is kept. The work grows with the length
of the texts, n log n for the chains.

Source: the patience diff of Bram Cohen, here over stems and with runs of words.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import NamedTuple

ORDERS = (3, 2, 1, 1)
"""Words in a run, for each pass; the last finds what is single only between the anchors of the pass before."""
SMALL_GAP = 60
"""Words between two anchors up to which chance cannot lead far astray."""


class Anchor(NamedTuple):
    """A unit of each text, taken for the same word in the same place."""

    reference: int
    hypothesis: int


def find_anchors(reference: Sequence[str], hypothesis: Sequence[str]) -> list[Anchor]:
    """The anchors of two texts, ascending on both sides.

    Args:
        reference: keys of its units; empty ones are passed over.
        hypothesis: the same.
    """
    rows, columns = ([i for i, key in enumerate(keys) if key] for keys in (reference, hypothesis))
    a, b = [reference[i] for i in rows], [hypothesis[j] for j in columns]
    anchors: list[Anchor] = []
    for order in ORDERS:
        anchors = list(_refined(a, b, anchors, order))
    return [Anchor(rows[i], columns[j]) for i, j in anchors]


def _refined(a: Sequence[str], b: Sequence[str], anchors: Sequence[Anchor], order: int) -> Iterator[Anchor]:
    """The anchors and those found between them."""
    before = Anchor(-1, -1)
    for anchor in (*anchors, Anchor(len(a), len(b))):
        yield from _between(a, b, before, anchor, order)
        if anchor.reference < len(a):
            yield anchor
        before = anchor


def _between(a: Sequence[str], b: Sequence[str], before: Anchor, after: Anchor, order: int) -> list[Anchor]:
    """The chain of runs that are single on both sides between two anchors."""
    mine = _single(a, before.reference + 1, after.reference, order)
    theirs = _single(b, before.hypothesis + 1, after.hypothesis, order)
    shared = [Anchor(i, theirs[run]) for run, i in mine.items() if run in theirs]
    chain = longest_chain(shared)
    gap = min(after.reference - before.reference, after.hypothesis - before.hypothesis)
    # The longest chain of n pairs in random order has about 2 sqrt(n): no more than chance is no path.
    by_chance = gap > SMALL_GAP and len(chain) < min(len(shared), 2.5 * math.sqrt(len(shared)))
    return [] if by_chance else chain


def _single(words: Sequence[str], start: int, end: int, order: int) -> dict[tuple[str, ...], int]:
    """Place of each run of words that stands once in a range, ascending."""
    places: dict[tuple[str, ...], int] = {}
    for i in range(start, end - order + 1):
        run = tuple(words[i : i + order])
        places[run] = -1 if run in places else i
    return {run: i for run, i in places.items() if i >= 0}


def longest_chain(pairs: Sequence[Anchor]) -> list[Anchor]:
    """The longest subsequence that ascends on the hypothesis side too, of pairs ascending on the reference side."""
    ends: list[int] = []
    tails: list[int] = []
    previous: list[int] = []
    for k, pair in enumerate(pairs):
        at = bisect_left(ends, pair.hypothesis)
        previous.append(tails[at - 1] if at else -1)
        ends[at : at + 1] = [pair.hypothesis]
        tails[at : at + 1] = [k]
    chain, k = [], tails[-1] if tails else -1
    while k >= 0:
        chain.append(pairs[k])
        k = previous[k]
    return chain[::-1]
