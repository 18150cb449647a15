"""Cuts a long input into stretches that can be aligned alone, so that cost grows with length.

Anchors are pairs of paragraphs that share rare 5-grams and prefer each other. The reference is cut
into pieces, where possible between two anchors that are neighbours on both sides, so that no bead is
cut in two; each hypothesis paragraph goes where its anchor is, or in proportion between the anchors
around it. Moved blocks come along with their anchors; what lands in the wrong stretch is left over
there and tried again by `aligner.py`.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from evaluator.alignment.features import Features
from evaluator.alignment.pairs import IntArray

LARGEST = 128
"""Paragraphs on the longer side up to which an input is aligned in one piece."""
_TARGET = 64
"""Reference paragraphs after which the next safe cut is taken; at twice as many any cut is."""
_NEAR = 8
"""Paragraphs on either side within which another anchor confirms one."""
_RARE = 4
"""Most paragraphs a side that may hold a 5-gram for it to count as rare."""


@dataclass(frozen=True)
class Stretch:
    """A part of both texts to be aligned alone."""

    rows: IntArray
    """int64: reference paragraphs, ascending."""
    columns: IntArray
    """int64: hypothesis paragraphs, ascending."""
    ordered: bool = True
    """False where nothing says that the two parts run in parallel."""


def find_anchors(features: Features, rows: IntArray, columns: IntArray) -> list[tuple[int, int]]:
    """Pairs (reference, hypothesis) that share more rare 5-grams than either shares with another."""
    reference = features.presence[rows]
    hypothesis = features.presence[columns + features.n_reference]
    frequency = [np.bincount(part.indices, minlength=part.shape[1]) for part in (reference, hypothesis)]
    rare = np.flatnonzero((frequency[0] > 0) & (frequency[1] > 0) & (np.maximum(*frequency) <= _RARE))
    reference, hypothesis = reference[:, rare], hypothesis[:, rare]
    shared = (reference @ hypothesis.T).tocsr()
    row, favourite = _favourites(shared)
    column, back = _favourites(shared.T.tocsr())
    suitor = np.full(len(columns), -1, dtype=np.int64)
    suitor[column] = back
    good = suitor[favourite] == row
    return list(zip(rows[row[good]].tolist(), columns[favourite[good]].tolist(), strict=True))


def _favourites(shared: sparse.csr_matrix) -> tuple[IntArray, IntArray]:
    """For rows that share anything: the row, and its best column, the first of equals."""
    row = np.repeat(np.arange(shared.shape[0]), np.diff(shared.indptr))
    order = np.lexsort((shared.indices, -shared.data, row))
    first = np.unique(row[order], return_index=True)[1]
    best = order[first]
    return row[best].astype(np.int64), shared.indices[best].astype(np.int64)


def longest_chain(values: Sequence[int]) -> list[int]:
    """Indices of the longest increasing subsequence; O(n log n), the same choice every time."""
    tails: list[int] = []
    holders: list[int] = []
    before: list[int] = []
    for index, value in enumerate(values):
        place = bisect_left(tails, value)
        before.append(holders[place - 1] if place else -1)
        tails[place : place + 1] = [value]
        holders[place : place + 1] = [index]
    chain = []
    index = holders[-1] if holders else -1
    while index >= 0:
        chain.append(index)
        index = before[index]
    return chain[::-1]


def cut_stretches(features: Features, rows: IntArray, columns: IntArray) -> list[Stretch]:
    """The stretches of two texts: together every paragraph once."""
    n, m = len(rows), len(columns)
    if max(n, m) <= LARGEST:
        return [Stretch(rows, columns)]
    place = np.full(n, -1, dtype=np.int64)
    for i, j in _keep_supported(find_anchors(features, rows, columns)):
        place[np.searchsorted(rows, i)] = np.searchsorted(columns, j)
    starts = _cut_rows(place)
    home = np.searchsorted(starts, _expect_rows(place, m), side="right") - 1
    stretches = []
    for k, part in enumerate(np.split(np.arange(n), starts[1:])):
        here = np.flatnonzero(home == k)
        stretches += _split_evenly(rows[part], columns[here], ordered=bool((place[part] >= 0).any()))
    return stretches


def _keep_supported(anchors: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The anchors (in reference order) with another one near by: one that stands alone may be chance,
    and would draw the paragraphs after it away."""
    if len(anchors) < 2:
        return anchors
    points = np.array(anchors, dtype=np.int64)
    close = (np.abs(np.diff(points, axis=0)) <= _NEAR).all(axis=1)
    supported = np.concatenate([close, [False]]) | np.concatenate([[False], close])
    return [anchor for anchor, keep in zip(anchors, supported.tolist(), strict=True) if keep]


def _cut_rows(place: IntArray) -> IntArray:
    """Where the pieces of the reference begin, the first at 0.

    Args:
        place: int64 (n,): the column of each row's anchor, or -1.
    """
    starts = [0]
    for i in range(1, len(place)):
        safe = place[i] >= 0 and place[i - 1] >= 0 and abs(place[i] - place[i - 1]) == 1
        if i - starts[-1] >= (_TARGET if safe else 2 * _TARGET):
            starts.append(i)
    return np.array(starts, dtype=np.int64)


def _expect_rows(place: IntArray, m: int) -> IntArray:
    """int64 (m,): about which row each column should belong to.

    Between two anchors that run in parallel the rows are shared out; elsewhere, beside a moved block,
    a column goes with the anchor before it.
    """
    anchored = np.flatnonzero(place >= 0)
    anchored = anchored[np.argsort(place[anchored], kind="stable")]
    known_columns = np.concatenate([[-1], place[anchored], [m]])
    known_rows = np.concatenate([[-1], anchored, [len(place)]])
    before = np.searchsorted(known_columns, np.arange(m), side="right") - 1
    width = known_columns[before + 1] - known_columns[before]
    rise = known_rows[before + 1] - known_rows[before]
    parallel = (rise >= 0) & ((rise <= 4 * width + _TARGET) | (len(anchored) == 0))
    step = np.where(parallel, rise / width, 0.0)
    expected = known_rows[before] + step * (np.arange(m) - known_columns[before])
    return np.asarray(np.clip(expected, 0, len(place) - 1), dtype=np.int64)


def _split_evenly(rows: IntArray, columns: IntArray, *, ordered: bool) -> list[Stretch]:
    """One stretch, or proportional pieces where too many columns fall to it."""
    pieces = -(-len(columns) // (4 * LARGEST)) or 1
    parts = zip(np.array_split(rows, pieces), np.array_split(columns, pieces), strict=True)
    return [Stretch(r, c, ordered=ordered and pieces == 1) for r, c in parts]
