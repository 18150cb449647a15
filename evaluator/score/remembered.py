"""Statistics from a store of earlier runs where it has them, from the metric where not.

The store sits above the metrics: whatever computes a row, the same texts and options have the same row.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from evaluator.plugins import Metric, StatisticsStore
from evaluator.types import Advance, FloatArray

FEWEST = 100
"""Hypotheses from which the store is asked; fewer are scored in less time than it takes to open."""

Streams = Sequence[Sequence[str | None]]


@dataclass(frozen=True, slots=True)
class Remembered:
    """A store, and the settings of the metrics that it keeps."""

    store: StatisticsStore
    settings: Mapping[str, bytes]
    """By metric name."""


def text_digests(hypotheses: Sequence[str], segments: Sequence[int], references: Streams) -> list[bytes]:
    """For each hypothesis the digest of it and its references."""
    # Lengths keep texts apart that would read the same when written one after another.
    theirs = ["".join("-" if text is None else f"{len(text)}:{text}" for text in texts) for texts in zip(*references, strict=True)]
    blake = hashlib.blake2b
    return [blake(f"{len(text)}:{text}{theirs[i]}".encode(), digest_size=16).digest() for text, i in zip(hypotheses, segments, strict=True)]


def remembered_statistics(
    metric: Metric, hypotheses: Sequence[str], segments: Sequence[int], references: Streams, advance: Advance, memory: Remembered, digests: Sequence[bytes]
) -> FloatArray:
    """What `metric.statistics` gives, row for row; only what the store does not have is computed.

    One row is always computed, so that the metric has seen references, and compared with the stored one: a
    store that does not fit the metric is not used.
    """
    setting = memory.settings[metric.name]
    rows = memory.store.fetch(setting, digests)
    first = _computed(metric, hypotheses, segments, references, [0])
    expected = first.tobytes()
    if rows[0] is not None and rows[0] != expected:
        rows = [None] * len(hypotheses)
    rows = [row if row is not None and len(row) == len(expected) else None for row in rows]
    missing = [i for i, row in enumerate(rows) if row is None and i > 0]
    advance(len(hypotheses) - len(missing))
    fresh = [] if rows[0] is not None else [0]
    rows[0] = expected
    if missing:
        computed = _computed(metric, hypotheses, segments, references, missing, advance)
        for i, row in zip(missing, computed, strict=True):
            rows[i] = row.tobytes()
        fresh += missing
    if fresh:
        memory.store.keep(setting, [digests[i] for i in fresh], [rows[i] or b"" for i in fresh])
    return np.frombuffer(b"".join(row or b"" for row in rows), dtype=np.float64).reshape(len(rows), -1).copy()


def _computed(
    metric: Metric, hypotheses: Sequence[str], segments: Sequence[int], references: Streams, places: Sequence[int], advance: Advance | None = None
) -> FloatArray:
    """Statistics of some hypotheses; the metric sees the references of these alone."""
    needed = sorted({segments[i] for i in places})
    at = {segment: k for k, segment in enumerate(needed)}
    streams = [[stream[segment] for segment in needed] for stream in references]
    return metric.statistics([hypotheses[i] for i in places], [at[segments[i]] for i in places], streams, advance or _silent)


def _silent(_: int) -> None:
    return None
