"""Statistics from a store of earlier runs where it has them, counted where not.

The store sits above the metrics: whatever counts a row, the same texts and options have the same row.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from evaluator.plugins import StatisticsStore
from evaluator.protocol import Metric, Streams
from evaluator.types import Advance, FloatArray

MIN_TEXTS = 100
"""Hypotheses from which the store is asked; fewer are scored in less time than it takes to open."""


@dataclass(frozen=True, slots=True)
class CachedStatistics:
    """A store, and the settings of the metrics that it keeps."""

    store: StatisticsStore
    settings: Mapping[str, bytes]
    """By metric name."""


@dataclass(frozen=True, slots=True)
class Texts:
    """What is scored: texts and the segments that they are of."""

    hypotheses: Sequence[str]
    segments: Sequence[int]
    """For each its 0-based place in the streams."""
    references: Streams
    sources: Sequence[str] = ()

    def some(self, places: Sequence[int]) -> Texts:
        """Some of the texts, with the references of these alone."""
        needed = sorted({self.segments[i] for i in places})
        at = {segment: k for k, segment in enumerate(needed)}
        return Texts(
            [self.hypotheses[i] for i in places],
            [at[self.segments[i]] for i in places],
            [[stream[segment] for segment in needed] for stream in self.references],
            [self.sources[segment] for segment in needed] if self.sources else (),
        )


def text_digests(texts: Texts) -> list[bytes]:
    """For each hypothesis the digest of it, its references and its source."""
    # Lengths keep texts apart that would read the same when written one after another.
    streams = [*texts.references, *([texts.sources] if texts.sources else [])]
    theirs = ["".join("-" if text is None else f"{len(text)}:{text}" for text in beside) for beside in zip(*streams, strict=True)]
    blake = hashlib.blake2b
    pairs = zip(texts.hypotheses, texts.segments, strict=True)
    return [blake(f"{len(text)}:{text}{theirs[i]}".encode(), digest_size=16).digest() for text, i in pairs]


def cached_statistics(metric: Metric, texts: Texts, advance: Advance, cache: CachedStatistics, digests: Sequence[bytes]) -> FloatArray:
    """What counting all texts gives, row for row; only what the store does not have is counted.

    The first row is always counted and compared with the stored one: a store whose numbers are not the
    metric's (another program or a defect wrote them) is not used.
    """
    setting = cache.settings[metric.declared.name]
    rows = cache.store.fetch(setting, digests)
    expected = _count(metric, texts.some([0]), _silent).tobytes()
    if rows[0] is not None and rows[0] != expected:
        rows = [None] * len(rows)
    rows = [row if row is not None and len(row) == len(expected) else None for row in rows]
    missing = [i for i, row in enumerate(rows) if row is None and i > 0]
    advance(len(rows) - len(missing))
    fresh = [] if rows[0] is not None else [0]
    rows[0] = expected
    if missing:
        for i, row in zip(missing, _count(metric, texts.some(missing), advance), strict=True):
            rows[i] = row.tobytes()
        fresh += missing
    if fresh:
        cache.store.keep(setting, [digests[i] for i in fresh], [rows[i] or b"" for i in fresh])
    return np.frombuffer(b"".join(row or b"" for row in rows), dtype=np.float64).reshape(len(rows), -1)


def _count(metric: Metric, texts: Texts, advance: Advance) -> FloatArray:
    return metric.prepare(texts.references, texts.sources).count(texts.hypotheses, texts.segments, advance).statistics


def _silent(_: int) -> None:
    return None
