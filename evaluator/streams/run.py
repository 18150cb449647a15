"""The whole way of a stream: shards run, put together, and the run folder in its place."""

from __future__ import annotations

import csv
import json
import os
import shutil
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from evaluator.frames import FINDINGS, unguarded
from evaluator.results import MANIFEST, STREAM, WORST, new_run_folder, read_shown_findings, write_text
from evaluator.run import fill_folder
from evaluator.streams.finish import merged_evaluation
from evaluator.streams.merged import Merged
from evaluator.streams.plan import Job, Shard
from evaluator.streams.shard import is_done, output_of, state_of
from evaluator.streams.shard_work import Tools
from evaluator.types import Evaluation, EvaluatorError

Run = Callable[[Sequence[Shard], Path], None]
"""Runs shards into a working folder."""


def working_folder(target: Path) -> Path:
    """Where shards leave their files until all are done; beside the run folder, so that a killed run goes on."""
    return target.with_name(f"{target.name}.partial")


def is_finished(target: Path, job: Job) -> bool:
    """True where the run folder holds this very stream."""
    try:
        stored = json.loads((target / MANIFEST).read_text(encoding="utf-8"))
        return bool(stored[STREAM]["config"] == job.digest)
    except (OSError, ValueError, LookupError, TypeError, RecursionError):
        return False


def unfinished(job: Job, shards: Sequence[Shard], folder: Path) -> list[Shard]:
    """Shards that are not done."""
    return [shard for shard in shards if not is_done(folder, job, shard)]


def finish(job: Job, shards: Sequence[Shard], target: Path, *, force: bool, reports: bool, rejects: Path | None) -> Evaluation:
    """Tables over all shards, and the run folder in its place; the working folder is removed.

    Raises:
        EvaluatorError: shards that do not fit together, or a folder that is in the way.
    """
    folder = working_folder(target)
    merged = Merged(job, shards, folder)
    found = folder / "findings.csv"
    _join_findings(merged, found)
    evaluation = merged_evaluation(merged, Tools(job.request))
    shown = read_shown_findings(found, evaluation.tables["segments"], unguarded if job.spreadsheet_safe else str)
    evaluation = replace(evaluation, tables={**evaluation.tables, "findings": shown})
    with new_run_folder(target, force=force) as staging:
        fill_folder(evaluation, staging, spreadsheet_safe=job.spreadsheet_safe, reports=reports)
        os.replace(staging.folder / "segments.csv", staging.folder / WORST)
        _place_segments(job, shards, folder, staging.folder)
        shutil.copyfile(found, staging.folder / "findings.csv")
        if rejects is not None:
            _join_rejects(shards, folder, rejects)
    shutil.rmtree(folder, ignore_errors=True)
    return evaluation


def _place_segments(job: Job, shards: Sequence[Shard], folder: Path, staging: Path) -> None:
    """The shards' output: `segments.csv` of one, a folder of several. Linked, so that a kill in this moment loses none."""
    if len(shards) == 1:
        _link(output_of(folder, job, shards[0]), staging / f"segments.{job.out_format}")
        return
    (staging / "segments").mkdir()
    for shard in shards:
        output = output_of(folder, job, shard)
        _link(output, staging / "segments" / output.name)


def _link(source: Path, place: Path) -> None:
    try:
        os.link(source, place)
    except OSError:  # a file system without links
        shutil.copyfile(source, place)


def _join_findings(merged: Merged, place: Path) -> None:
    """Findings of all shards; rows count through all outputs."""
    offset = 0
    at = [column.name for column in FINDINGS].index("row")
    with open(place, "w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow([column.name for column in FINDINGS])
        for shard, facts in zip(merged.shards, merged.facts, strict=True):
            path = state_of(merged.folder, shard).with_suffix(".findings.csv")
            if path.exists():
                with open(path, encoding="utf-8", newline="") as file:
                    writer.writerows([*row[:at], str(int(row[at]) + offset), *row[at + 1 :]] for row in csv.reader(file))
            offset += facts["written"]


def _join_rejects(shards: Sequence[Shard], folder: Path, place: Path) -> None:
    """What could not be scored: file, row and reason; written aside and renamed."""
    partial = place.with_name(f".{place.name}.{os.getpid()}")
    try:
        write_text(partial, "file,row,reason\n")
        with open(partial, "ab") as out:
            for shard in shards:
                path = state_of(folder, shard).with_suffix(".rejects.csv")
                if path.exists():
                    with open(path, "rb") as file:
                        shutil.copyfileobj(file, out)
        os.replace(partial, place)
    except OSError as error:
        raise EvaluatorError(f"{place} cannot be written: {error.strerror or error}.") from None
    finally:
        with suppress(OSError):
            partial.unlink()
