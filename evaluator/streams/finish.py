"""From finished shards to a run: sums put together, tables, statistics, report."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from itertools import combinations
from typing import Any

import numpy as np

from evaluator.compare import ComparisonData, MetricData, Sums, compare_systems, with_comparison
from evaluator.frames import SEGMENTS, check_frame, empty_table
from evaluator.readers.calibration import read_calibration
from evaluator.run_json import Manifest
from evaluator.streams.merged import Merged, Spool
from evaluator.streams.shard_work import Tools
from evaluator.streams.state import MOST_LEFT_OUT
from evaluator.streams.worst import MOST
from evaluator.types import Evaluation, InputFile, Table

CHUNK = 1 << 20
"""Segment scores compared at once."""


def merged_evaluation(merged: Merged, tools: Tools) -> Evaluation:
    """The run: the same scores, statistics and pairs as of all rows in memory; of the segments the worst ones."""
    compared = [entry for entry in merged.manifest["compared"] if not entry.get("part")]
    statistics = {entry["statistics"]: merged.stacked(entry["statistics"], "segment") for entry in compared}
    tables = {table.name: table for table in (_worst(merged), empty_table("findings"), _scores(merged, tools), _statistics(merged, tools, compared))}
    evaluation = Evaluation(tables, statistics, Manifest.read(_manifest(merged)))
    contest = _contest(merged, evaluation, compared)
    evaluation = with_comparison(evaluation, compare_systems(contest, merged.job.request.plan), merged.job.request.plan)
    further = {f"{entry['statistics']}.document": merged.stacked(entry["statistics"], "document") for entry in compared if "document" in merged.units}
    sizes = {f"units.{unit}": merged.sums[merged.systems[0]][unit][:, 0] for unit in merged.units}
    return Evaluation(evaluation.tables, {**evaluation.statistics, **further, **sizes}, evaluation.manifest)


def _corpus(merged: Merged, tools: Tools, entry: Mapping[str, Any], system: str) -> tuple[float | None, str]:
    """Score and details of one system; the metric's own, or a mean."""
    total = merged.total(system, entry["statistics"])
    metric = next((one for one in tools.metrics if one.declared.name == entry["statistics"]), None)
    if metric is not None:
        return _number(metric.corpus_score(total)), metric.details(total)
    return _number(total[0] / total[1] if total[1] else math.nan), ""


def _number(value: float) -> float | None:
    return None if math.isnan(value) else float(value)


def _scores(merged: Merged, tools: Tools) -> Table:
    columns: dict[str, list[Any]] = {"system": list(merged.systems)}
    entries = {entry["name"]: entry for entry in merged.manifest["compared"]}
    for metric in merged.manifest["metrics"]:
        columns[metric["title"]] = [_corpus(merged, tools, entries[metric["name"]], system)[0] for system in merged.systems]
    columns["segments"] = [merged.n_scored(system) for system in merged.systems]
    judged = merged.manifest["diagnosis"] is not None
    for name in ("flagged", "critical", "major", "minor"):
        columns[name] = [merged.counts(system)[name] if judged else None for system in merged.systems]
    return check_frame(Table("scores", columns))


def _statistics(merged: Merged, tools: Tools, compared: Sequence[Mapping[str, Any]]) -> Table:
    table = empty_table("statistics")
    for system in merged.systems:
        for entry in compared:
            score, details = _corpus(merged, tools, entry, system)
            row = {
                "system": system,
                "metric": entry["title"],
                "signature": _signature(merged, entry),
                "score": score,
                "n_segments": _n_segments(merged, system, entry),
                "n_documents": merged.n_documents(system),
                "details": details,
            }
            for name, values in table.columns.items():
                values.append(row.get(name))
    return check_frame(table)


def _signature(merged: Merged, entry: Mapping[str, Any]) -> str:
    known = merged.manifest["signatures"].get(entry["title"])
    return str(known["corpus"]) if known else str(merged.facts[0]["further_signatures"][entry["name"]])


def _n_segments(merged: Merged, system: str, entry: Mapping[str, Any]) -> int:
    partly = entry["name"] not in {metric["name"] for metric in merged.manifest["metrics"]} or any(
        entry["name"] in facts["unreadable"] for facts in merged.facts
    )
    return merged.n_read(system, entry["statistics"]) if partly else merged.n_scored(system)


def _contest(merged: Merged, evaluation: Evaluation, compared: Sequence[Mapping[str, Any]]) -> ComparisonData:
    wins = _wins(merged, compared)
    subjects = tuple(
        MetricData(
            metric=entry["title"],
            statistics=evaluation.statistics[entry["statistics"]],
            formula=entry["formula"],
            higher_is_better=entry["higher_is_better"],
            unit_scale=entry["unit_scale"],
            signature=_signature(merged, entry),
            n_segments=[_n_segments(merged, system, entry) for system in merged.systems],
            by_document=merged.stacked(entry["statistics"], "document") if "document" in merged.units else None,
            wins=wins[k],
        )
        for k, entry in enumerate(compared)
    )
    n_documents = sum(one["all_documents"] for one in merged.parts(merged.systems[0])) if "document" in merged.units else 1
    sizes = {unit: merged.sums[merged.systems[0]][unit][:, 0] for unit in merged.units}
    return ComparisonData(tuple(merged.systems), subjects, None, Sums(merged.n_segments, n_documents, sizes))


def _wins(merged: Merged, compared: Sequence[Mapping[str, Any]]) -> list[list[tuple[int, int, int]]]:
    """By metric and pair the segments where one or the other is better, from the scores that shards left on disk."""
    pairs = list(combinations(merged.systems, 2))
    counts = np.zeros((len(compared), len(pairs), 3), dtype=np.int64)
    if not pairs:
        return [[] for _ in compared]
    spooled = {system: Spool(merged, system, len(compared)) for system in merged.systems}
    flip = np.array([1.0 if entry["higher_is_better"] else -1.0 for entry in compared])
    for start in range(0, merged.n_segments, CHUNK):
        part = {system: spool.rows(start, min(start + CHUNK, merged.n_segments)) * flip for system, spool in spooled.items()}
        for p, (a, b) in enumerate(pairs):
            counts[:, p, 0] += (part[a] > part[b]).sum(axis=0)
            counts[:, p, 1] += (part[a] < part[b]).sum(axis=0)
            counts[:, p, 2] += (part[a] == part[b]).sum(axis=0)
    return [[(int(w), int(lost), int(t)) for w, lost, t in of_metric] for of_metric in counts]


def _manifest(merged: Merged) -> dict[str, Any]:
    """run.json of the whole: that of the first shard, with inputs and segments of all."""
    manifest = dict(merged.manifest)
    first = merged.parts(merged.systems[0])
    listed = [one["listed"] for one in first]
    manifest["systems"] = list(merged.systems)
    blank = {system: _left_out(merged.parts(system)) for system in merged.systems}
    manifest["segments"] = {
        "count": merged.n_segments,
        "unit": "row",
        "documents": sum(one["all_documents"] for one in first),
        "sha256": listed[0] if len(listed) == 1 else hashlib.sha256("\n".join(listed).encode()).hexdigest(),
        "left_out": {system: found for system, found in blank.items() if found},
    }
    manifest["inputs"] = [
        {"role": "table", "name": "", "path": shard.path, "sha256": facts["sha256"]} for shard, facts in zip(merged.shards, merged.facts, strict=True)
    ]
    if merged.job.request.calibration is not None:
        calibration = read_calibration(merged.job.request.calibration)
        manifest["inputs"].append(asdict(InputFile("calibration", "", calibration.path, calibration.sha256)))
    manifest["unreadable"] = {name: found for facts in merged.facts for name, found in facts["unreadable"].items()}
    manifest["options"] = {**manifest["options"], "only_flagged": merged.job.only_flagged, "out_format": merged.job.out_format}
    rejected = sum(facts["rejected"] for facts in merged.facts)
    manifest["stream"] = {
        "config": merged.job.digest,
        "rows": sum(facts["rows"] for facts in merged.facts),
        "rejected": rejected,
        "shards": len(merged.shards),
    }
    notes = dict.fromkeys([*manifest["notes"], *(note for facts in merged.facts for note in facts["notes"])])
    lost = [f"{rejected:,} rows could not be scored and were rejected."] if rejected else []
    manifest["notes"] = [*lost, *notes, *_stream_notes(merged)]  # what is not scored comes first: of many notes a terminal shows the first
    return manifest


def _left_out(parts: Sequence[Mapping[str, Any]]) -> list[int]:
    """Numbers of segments without text, those of the first shards where there are very many."""
    out: list[int] = []
    before = 0
    for one in parts:
        out += [before + number for number in one["blank"]]
        before += one["n_segments"]
    return out[:MOST_LEFT_OUT]


def _stream_notes(merged: Merged) -> list[str]:
    n = sum(facts["rows"] for facts in merged.facts)
    files = f" of {len(merged.shards):,} files" if len(merged.shards) > 1 else ""
    notes = [
        f"Streamed: scores, statistics and comparison are of all {n:,} rows{files}, the report's segments the {MOST} worst by {merged.facts[0]['by']}; "
        "what check notes is of the first rows."
    ]
    blank = sum(one["n_blank"] for state in merged.states for one in state.systems)
    if blank > MOST_LEFT_OUT:
        notes.append(f"{blank:,} rows are empty on both sides and left out; run.json lists {MOST_LEFT_OUT:,} of them.")
    if any(one["forgotten"] for state in merged.states for one in state.systems):
        notes.append("There were more documents than are remembered by name: one that comes back after 100,000 others counts as another.")
    return notes


def _worst(merged: Merged) -> Table:
    """The worst rows of all shards, with the columns of segments.csv."""
    by = merged.facts[0]["by"]
    down = by == "risk" or not next((m["higher_is_better"] for m in merged.manifest["metrics"] if by in m["columns"]), True)
    rows = [row for facts in merged.facts for row in facts["worst"]]
    rows.sort(key=lambda row: -row[by] if down else row[by])
    rows = rows[:MOST]
    known = [column.name for column in SEGMENTS] + ["domain", *(name for metric in merged.manifest["metrics"] for name in metric["columns"])]
    names = [name for name in rows[0] if name in known or name.startswith("reference_")] if rows else known
    return check_frame(Table("segments", {name: [row[name] for row in rows] for name in names}))
