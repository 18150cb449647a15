"""All finished shards of a run as one: their sums, and their segment scores on disk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from evaluator.compare.resample import group_size, in_groups
from evaluator.streams.plan import Job, Shard
from evaluator.streams.shard import state_of
from evaluator.streams.state import UNITS, ShardState, read_state
from evaluator.types import EvaluatorError, FloatArray


class Merged:
    """All shards of a run, their sums read when they are asked for.

    Args:
        job: what was asked for.
        shards: all of them, done.
        folder: where their states are.
    """

    def __init__(self, job: Job, shards: Sequence[Shard], folder: Path) -> None:
        self.job, self.shards, self.folder = job, shards, folder
        self.states = [read_state(state_of(folder, shard), arrays=False) for shard in shards]
        self.facts = [state.facts for state in self.states]
        self.manifest: dict[str, Any] = dict(self.facts[0]["manifest"])
        self.systems = list(dict.fromkeys(one["name"] for state in self.states for one in state.systems))
        self._check()
        self.units = [unit for unit in UNITS if all(unit in one["units"] for state in self.states for one in state.systems)]
        self.n_segments = self._sum(self.systems[0], "n_segments")
        sizes = {unit: group_size(sum(one["units"][unit][1] for one in self.parts(self.systems[0]))) for unit in self.units}
        self.sums = {system: self._sums_of(system, sizes) for system in self.systems}

    def parts(self, system: str) -> list[Mapping[str, Any]]:
        """What each shard states of one system."""
        return [one for state in self.states for one in state.systems if one["name"] == system]

    def _sum(self, system: str, name: str) -> int:
        return sum(int(one[name]) for one in self.parts(system))

    def _check(self) -> None:
        """Refuse shards that were scored in different ways, and systems over different references."""
        for shard, facts in zip(self.shards, self.facts, strict=True):
            if facts["manifest"]["signatures"] != self.manifest["signatures"]:
                raise EvaluatorError(
                    f"{shard.path} is not scored as {self.shards[0].path} is (another number of references?): {facts['manifest']['signatures']} "
                    f"against {self.manifest['signatures']}. Stream files of one kind together."
                )
        first = self.systems[0]
        for system in self.systems[1:]:
            n, expected = self._sum(system, "n_segments"), self._sum(first, "n_segments")
            if n != expected:
                raise EvaluatorError(f"System {system!r} has {n} rows, {first!r} has {expected}. All systems need the same references in the same order.")
            if [one["spine"] for one in self.parts(system)] != [one["spine"] for one in self.parts(first)]:
                raise EvaluatorError(
                    f"System {system!r} has other documents or references than {first!r}, or in another order; --no-stream names the first row that differs."
                )

    def _sums_of(self, system: str, sizes: Mapping[str, int]) -> dict[str, FloatArray]:
        """Arrays of one system by `metric/total`, `metric/unit` and `unit`; groups begin anew with every shard."""
        out: dict[str, list[FloatArray]] = {}
        for shard in self.shards:
            state = read_state(state_of(self.folder, shard))
            for k, one in enumerate(state.systems):
                if one["name"] == system:
                    _take(out, state, k, one, sizes)
        totals = {name: np.sum(parts, axis=0) if len(parts) > 1 else parts[0] for name, parts in out.items() if name.endswith("/total")}
        return {name: totals[name] if name in totals else np.concatenate(parts) for name, parts in out.items()}

    def total(self, system: str, metric: str) -> FloatArray:
        """Summed statistics, float64 (n_stats,)."""
        return self.sums[system][f"{metric}/total"]

    def stacked(self, metric: str, unit: str) -> FloatArray:
        """float64 (n_systems, n_groups, n_stats)."""
        return np.stack([self.sums[system][f"{metric}/{unit}"] for system in self.systems])

    def counts(self, system: str) -> dict[str, int]:
        """Flagged segments and findings by severity."""
        return {name: sum(one["counts"].get(name, 0) for one in self.parts(system)) for name in ("flagged", "critical", "major", "minor")}

    def n_documents(self, system: str) -> int:
        """Documents with a scored segment."""
        return self._sum(system, "n_documents")

    def n_read(self, system: str, metric: str) -> int:
        """Segments that the metric could read."""
        return sum(int(one["n_read"].get(metric, 0)) for one in self.parts(system))

    def n_scored(self, system: str) -> int:
        """Segments with text."""
        return self._sum(system, "n_scored")


def _take(out: dict[str, list[FloatArray]], state: ShardState, k: int, facts: Mapping[str, Any], sizes: Mapping[str, int]) -> None:
    for name, array in state.arrays.items():
        owner, _, kind = name.partition("/")
        if owner != str(k):
            continue
        unit = kind.rpartition("/")[2]
        if unit in UNITS:
            if unit not in sizes:
                continue
            array = in_groups(array[None], sizes[unit] // facts["units"][unit][0])[0]
        out.setdefault(kind, []).append(array)


class Spool:
    """One system's segment scores in all shards, one after another."""

    def __init__(self, merged: Merged, system: str, n_metrics: int) -> None:
        self._parts: list[Any] = []
        for shard, state in zip(merged.shards, merged.states, strict=True):
            for k, one in enumerate(state.systems):
                if one["name"] == system and one["n_segments"]:
                    path = state_of(merged.folder, shard).with_suffix(f".scores.{k}.f8")
                    self._parts.append(np.memmap(path, dtype=np.float64, mode="r").reshape(-1, n_metrics))
        self._ends = np.cumsum([len(part) for part in self._parts])

    def rows(self, start: int, stop: int) -> FloatArray:
        """Scores of some segments, float64 (stop - start, n_metrics)."""
        out = []
        for part, end in zip(self._parts, self._ends, strict=True):
            first = end - len(part)
            if first < stop and end > start:
                out.append(np.asarray(part[max(0, start - first) : stop - first]))
        return np.concatenate(out)
