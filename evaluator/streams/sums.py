"""Statistics of a set whose size nobody knows yet, in constant memory: totals, and sums over neighbours.

What a test exchanges or an interval draws are single segments (documents) up to 30,000 of them, and groups of
neighbours above that, whose size depends on the number alone (`compare.resample.group_size`). So the groups can be
kept while rows come in: whenever there are too many, two neighbours become one.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from evaluator.compare.resample import group_size, in_groups
from evaluator.types import FloatArray

MOST_NAMES = 200_000
"""Documents that are remembered by name; of more, those that began first are taken for finished."""


class UnitSums:
    """Sums over groups of neighbouring units.

    Args:
        n_stats: numbers in a row.
    """

    def __init__(self, n_stats: int) -> None:
        self.size = 1
        """Units in a group."""
        self.n_units = 0
        self._rows = np.zeros((256, n_stats))

    @property
    def rows(self) -> FloatArray:
        """float64 (n_groups, n_stats)."""
        return self._rows[: -(-self.n_units // self.size)]

    def add(self, units: NDArray[np.int64], rows: FloatArray) -> None:
        """Add rows.

        Args:
            units: for each row the number of its unit, (n,).
            rows: float64 (n, n_stats).
        """
        if not len(units):
            return
        self.n_units = max(self.n_units, int(units.max()) + 1)
        self.coarsen(group_size(self.n_units))
        needed = -(-self.n_units // self.size)
        if needed > len(self._rows):
            self._rows = np.concatenate([self._rows, np.zeros((max(needed, 2 * len(self._rows)) - len(self._rows), self._rows.shape[1]))])
        groups = units // self.size
        starts = np.flatnonzero(np.diff(groups, prepend=-1))
        sums = np.add.reduceat(rows, starts, axis=0)
        if (np.diff(groups) >= 0).all():
            self._rows[groups[starts]] += sums
        else:  # a group comes back where documents are not in one piece; `+=` with an index would count it once
            np.add.at(self._rows, groups[starts], sums)

    def coarsen(self, size: int) -> None:
        """Make groups of `size` units, a multiple of what they are."""
        if size > self.size:
            rows = in_groups(self.rows[None], size // self.size)[0]
            self.size = size
            self._rows = np.ascontiguousarray(rows)


class Names:
    """Numbers for documents in order of appearance, in bounded memory, and a counter for each."""

    def __init__(self) -> None:
        self.n = 0
        """How many there were."""
        self.n_scored = 0
        """Those with a scored segment."""
        self.forgotten = False
        """True once there were more than can be remembered: a document that comes back after so many others counts as another."""
        self._known: dict[str, list[int]] = {}

    def number(self, name: str) -> tuple[int, int]:
        """(0-based number of the document, how often it was asked for, this time included)."""
        found = self._known.get(name)
        if found is None:
            if len(self._known) >= MOST_NAMES:
                self.forgotten = True
                for old in list(self._known)[: MOST_NAMES // 2]:
                    del self._known[old]
            found = self._known[name] = [self.n, 0, 0]
            self.n += 1
        found[1] += 1
        return found[0], found[1]

    def numbers(self, names: Sequence[str]) -> tuple[list[int], list[int]]:
        """What `number` gives for one name after another: the numbers of the documents, and how often each was asked for."""
        if names and names.count(names[0]) == len(names):  # a table that names no documents is one
            number, first = self.number(names[0])
            self._known[names[0]][1] += len(names) - 1
            return [number] * len(names), list(range(first, first + len(names)))
        found = [self.number(name) for name in names]
        return [number for number, _ in found], [times for _, times in found]

    def mark_scored(self, name: str) -> None:
        """Count the document once among those with a scored segment."""
        found = self._known[name]
        self.n_scored += not found[2]
        found[2] = 1


def running_total(total: FloatArray, rows: FloatArray) -> FloatArray:
    """The total with rows added one after another, as sacreBLEU adds them: batches change no digit."""
    return np.asarray(np.concatenate([total[None], rows]).cumsum(axis=0)[-1])
