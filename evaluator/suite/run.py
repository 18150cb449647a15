"""Runs a suite: one folder per run, finished ones left alone, and then the tables over all.

A kill at any moment leaves finished run folders, which are whole, and temporary ones, which are removed at the next
start; so a suite that was interrupted resumes where it stopped and ends with the same bytes.
"""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from evaluator.pipeline import evaluate
from evaluator.plugins import StatisticsStore
from evaluator.results import MANIFEST, new_run_folder, read_run, write_whole
from evaluator.run import fill_folder
from evaluator.score import StartWork
from evaluator.suite.config import SuiteConfig
from evaluator.suite.index import append_line, locked, read_lines
from evaluator.suite.plan import PlannedRun
from evaluator.suite.tables import Finished
from evaluator.suite.writing import STATE, TABLES, write_tables
from evaluator.types import Evaluation, EvaluatorError, SeveralErrors

Log = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class SuiteResult:
    """What a suite left behind."""

    folder: Path
    done: int
    """Runs made now."""
    kept: int
    """Runs that were finished before."""


def run_suite(config: SuiteConfig, runs: Sequence[PlannedRun], root: Path, store: StatisticsStore | None, start_work: StartWork, log: Log) -> SuiteResult:
    """Make the runs that are not finished and the tables over all.

    Args:
        config: the suite.
        runs: its runs.
        root: the folder of results; the suite's is in it.
        store: the cache of statistics.
        start_work: starts the progress of each metric.
        log: takes a line for each run.

    Raises:
        EvaluatorError: another process runs the suite, or runs failed: all of them, once the others are made.
    """
    folder = root / config.name
    with locked(folder):
        _clean(folder, runs)
        todo = [run for run in runs if not is_finished(folder / run.name, run)]
        failed = _make_all(config, runs, todo, folder, store, start_work, log)
        if failed:
            raise SeveralErrors(f"{len(failed)} of {len(runs)} runs failed, the others are in {folder}:", failed)
        known = read_lines(root / "index.csv")
        unlisted = [run for run in runs if (f"{config.name}/{run.name}", run.fingerprint) not in known]
        if unlisted or not _are_written(runs, folder):
            (folder / STATE).unlink(missing_ok=True)
            finished = [Finished(run.set_name, run.combination, run.name, run.domain, read_run(folder / run.name)) for run in runs]
            for run, one in zip(runs, finished, strict=True):
                if run in unlisted:
                    _index(config, run, root, one.evaluation)
            write_tables(config.name, finished, folder)
            write_whole(folder / STATE, _state(runs))  # last: it says that the others are whole
    return SuiteResult(folder, len(todo), len(runs) - len(todo))


def _make_all(
    config: SuiteConfig, runs: Sequence[PlannedRun], todo: Sequence[PlannedRun], folder: Path, store: StatisticsStore | None, start_work: StartWork, log: Log
) -> list[str]:
    """Make what is to do, and return what failed."""
    failed: list[str] = []
    clock = _Clock(todo)
    for number, run in enumerate(runs, 1):
        label = f"[{number}/{len(runs)}] {run.name}"
        if run not in todo:
            log(f"{label}: finished before")
            continue
        log(f"{label}: {run.n_systems} systems, {run.n_segments} segments{clock.estimate()}")
        try:
            _make(config, run, folder, store, start_work)
        except EvaluatorError as error:
            failed.append(f"{run.name}: {error}")
            log(f"{label}: failed")
        clock.count(run)
        (folder / STATE).unlink(missing_ok=True)
    return failed


def is_finished(folder: Path, run: PlannedRun) -> bool:
    """True when a run folder records the fingerprint of the run."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        return bool(manifest["suite"]["fingerprint"] == run.fingerprint)
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return False


def _clean(folder: Path, runs: Sequence[PlannedRun]) -> None:
    """Remove what a killed process left half-made, and nothing else."""
    starts = (*(f".{run.name[:60]}-" for run in runs), *(f".{name}." for name in (*TABLES, STATE)))
    for path in folder.iterdir():
        if path.name.startswith(starts):
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)


def _make(config: SuiteConfig, run: PlannedRun, folder: Path, store: StatisticsStore | None, start_work: StartWork) -> None:
    with new_run_folder(folder / run.name, force=True) as staging:
        evaluation = evaluate(replace(run.request, store=store), start_work)
        suite = {"name": config.name, "set": run.set_name, "version": run.version, "options": run.combination, "fingerprint": run.fingerprint}
        fill_folder(replace(evaluation, manifest=evaluation.manifest.changed(suite=suite)), staging)


def _state(runs: Sequence[PlannedRun]) -> str:
    """What the tables over all were made of."""
    domains = {run.name: run.domain for run in runs if run.domain}
    return json.dumps({"runs": {run.name: run.fingerprint for run in runs}, "domains": domains}, indent=1) + "\n"


def _are_written(runs: Sequence[PlannedRun], folder: Path) -> bool:
    """True when the tables over all were made of these very runs."""
    try:
        return (folder / STATE).read_text(encoding="utf-8") == _state(runs) and all((folder / name).is_file() for name in TABLES)
    except OSError:
        return False


def _index(config: SuiteConfig, run: PlannedRun, root: Path, evaluation: Evaluation) -> None:
    manifest, scores = evaluation.manifest, evaluation.tables["scores"].columns
    first = manifest.metrics[0]
    values = [(score, system) for score, system in zip(scores[first.title], scores["system"], strict=True) if score is not None]
    best = (max if first.higher_is_better else min)(values, key=lambda one: one[0]) if values else (None, "")
    append_line(
        root / "index.csv",
        {
            "finished": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
            "suite": config.name,
            "run": f"{config.name}/{run.name}",
            "set": run.set_name,
            "version": run.version,
            "options": run.combination,
            "systems": str(len(scores["system"])),
            "segments": str(manifest.segments.count if manifest.segments else ""),
            "metrics": " ".join(one.title for one in manifest.metrics),
            "best": best[1],
            "score": "" if best[0] is None else repr(best[0]),
            "evaluator": manifest.evaluator,
            "fingerprint": run.fingerprint,
        },
    )


class _Clock:
    """Guesses the rest of the time from what was done: systems times segments times metrics."""

    def __init__(self, todo: Sequence[PlannedRun]) -> None:
        self._left = sum(map(_work, todo))
        self._done = 0
        self._start = time.monotonic()

    def count(self, run: PlannedRun) -> None:
        """A run is finished."""
        self._done += _work(run)
        self._left -= _work(run)

    def estimate(self) -> str:
        """`; about 3 min left`, once something was done."""
        if not self._done:
            return ""
        seconds = (time.monotonic() - self._start) / self._done * self._left
        return f"; about {seconds / 60:.0f} min left" if seconds >= 90 else f"; about {seconds:.0f} s left"


def _work(run: PlannedRun) -> int:
    return max(1, run.n_systems * run.n_segments * len(run.request.metrics))
