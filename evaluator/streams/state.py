"""What a finished shard leaves beside its output: sums, counts and the worst rows, from which the run's tables are made."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from evaluator.protocol import MetricRecord
from evaluator.streams.sums import Names, UnitSums, running_total
from evaluator.types import FloatArray

UNITS = ("segment", "document")
MOST_LEFT_OUT = 1000
"""Segments without text that run.json lists by number; of more only their count."""


@dataclass(slots=True)
class MetricSums:
    """One metric's statistics of one system."""

    total: FloatArray
    """float64 (n_stats,)."""
    by_unit: dict[str, UnitSums]
    n_read: int = 0
    """Segments that the metric could read, where it says which it could not."""


@dataclass(slots=True)
class SystemSums:
    """One system's rows so far."""

    n_segments: int = 0
    n_scored: int = 0
    blank: list[int] = field(default_factory=list)
    """1-based segments with no text on either side."""
    n_blank: int = 0
    counts: dict[str, int] = field(default_factory=lambda: {"flagged": 0, "critical": 0, "major": 0, "minor": 0})
    documents: Names = field(default_factory=Names)
    metrics: dict[str, MetricSums] = field(default_factory=dict)
    sizes: dict[str, UnitSums] = field(default_factory=dict)
    """Segments of each unit."""
    listed: Any = field(default_factory=hashlib.sha256)
    """Documents and numbers of the segments."""
    spine: Any = field(default_factory=hashlib.sha256)
    """Documents and references: the same for all systems."""

    def size_of(self, unit: str) -> UnitSums:
        """Segments of each of the units."""
        return self.sizes.setdefault(unit, UnitSums(1))

    def add(self, metric: MetricRecord, statistics: FloatArray, units: Mapping[str, Any]) -> None:
        """Rows of one metric, float64 (n, n_stats), with the number of each row's unit."""
        own = self.metrics.get(metric.name)
        if own is None:
            own = self.metrics[metric.name] = MetricSums(np.zeros(statistics.shape[1]), {unit: UnitSums(statistics.shape[1]) for unit in units})
        own.total = running_total(own.total, statistics)
        for unit, numbers in units.items():
            own.by_unit[unit].add(numbers, statistics)
        if metric.formula["kind"] == "ratio":
            own.n_read += int((statistics[:, metric.formula["by"]] > 0).sum())


def write_state(path: Path, systems: Mapping[str, SystemSums], facts: Mapping[str, Any]) -> None:
    """Sums as arrays beside their facts in one `.npz`; the caller puts it in place."""
    arrays: dict[str, Any] = {}
    told: dict[str, Any] = {**facts, "systems": []}
    for k, (name, sums) in enumerate(systems.items()):
        told["systems"].append(
            {
                "name": name, "n_segments": sums.n_segments, "n_scored": sums.n_scored,
                "n_documents": sums.documents.n_scored, "all_documents": sums.documents.n,
                "blank": sums.blank, "n_blank": sums.n_blank, "counts": sums.counts, "listed": sums.listed.hexdigest(), "spine": sums.spine.hexdigest(),
                "forgotten": sums.documents.forgotten, "n_read": {name: one.n_read for name, one in sums.metrics.items()},
                "units": {unit: [one.size, one.n_units] for unit, one in sums.sizes.items()},
            }
        )  # fmt: skip
        for unit, one in sums.sizes.items():
            arrays[f"{k}/{unit}"] = one.rows
        for metric, own in sums.metrics.items():
            arrays[f"{k}/{metric}/total"] = own.total
            arrays |= {f"{k}/{metric}/{unit}": rows.rows for unit, rows in own.by_unit.items()}
    arrays["facts"] = np.frombuffer(json.dumps(told, ensure_ascii=False).encode(), dtype=np.uint8)
    with open(path, "wb") as file:  # not compressed: it is read once, and packing takes longer than scoring
        np.savez(file, **{name: _narrow(array) for name, array in arrays.items()})


def _narrow(array: Any) -> Any:
    """Whole numbers in half the bytes."""
    if array.dtype == np.float64 and np.abs(array).max(initial=0) < 2**31 and (array == np.floor(array)).all():
        return array.astype(np.int32)
    return array


@dataclass(frozen=True, slots=True)
class ShardState:
    """A finished shard read back."""

    facts: Mapping[str, Any]
    arrays: Mapping[str, FloatArray]

    @property
    def systems(self) -> Sequence[Mapping[str, Any]]:
        """What is known of each system, in the order of appearance."""
        found: Sequence[Mapping[str, Any]] = self.facts["systems"]
        return found


def read_state(path: Path, arrays: bool = True) -> ShardState:
    """A shard's state, with its sums or without.

    Raises:
        OSError, ValueError, KeyError: there is none, or it is damaged.
    """
    with np.load(path, allow_pickle=False) as stored:
        facts = json.loads(stored["facts"].tobytes())
        return ShardState(facts, {name: stored[name].astype(np.float64) for name in stored.files if name != "facts"} if arrays else {})
