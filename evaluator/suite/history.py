"""`history.csv` of a suite: every result that its runs ever had, system by system, for a run folder holds the last one alone."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from evaluator.results import csv_text, write_whole
from evaluator.suite.tables import Finished
from evaluator.types import Evaluation, EvaluatorError, Table

NAME = "history.csv"
COLUMNS = {
    "finished": "UTC time of the result",
    "run": "folder of the run, relative to the folder of the suite",
    "fingerprint": "that of the run; a new result is a fingerprint that differs from the one before",
    "set": "name of the test set",
    "version": "version of its card; empty without one",
    "options": "the combination of the matrix; empty without one",
    "evaluator": "version of evaluator",
    "metric": "metric as printed in papers",
    "signature": "everything that decides the number; scores with different signatures are not compared",
    "system": "name of the system",
    "score": "corpus score in full precision; empty where undefined",
    "ci_low": "lower end of its 95 % interval",
    "ci_high": "upper end of it",
    "segments": "segments scored",
    "system_texts": "digest of the system's texts: a different one is another version of the system",
    "reference_texts": "digest of the references, ignoring white space; scores against different references are not compared",
}


class Noted(NamedTuple):
    """One system's score by one metric in one result."""

    finished: str
    run: str
    fingerprint: str
    set: str
    version: str
    options: str
    evaluator: str
    metric: str
    signature: str
    system: str
    score: float | None
    ci_low: float | None
    ci_high: float | None
    segments: int
    system_texts: str
    reference_texts: str


def fingerprint_of(run: Finished) -> str:
    """The digest of what a run of a suite was made from."""
    return str((run.evaluation.manifest.suite or {})["fingerprint"])


def note_results(folder: Path, runs: Sequence[Finished], times: Mapping[tuple[str, str], str], now: str) -> list[Noted]:
    """Add the results that are not the last ones of their runs, and return all, oldest first.

    Args:
        folder: that of the suite.
        runs: its finished runs.
        times: when the index says that a run folder with a fingerprint was finished.
        now: the time of a result that the index does not have, or has from an earlier time at which the same was so.
    """
    noted = read_history(folder / NAME)
    last = {one.run: (one.fingerprint, one.finished) for one in noted}
    new: list[Noted] = []
    for run in runs:
        fingerprint = fingerprint_of(run)
        before, when = last.get(run.folder, ("", ""))
        if before != fingerprint:
            recorded = times.get((run.folder, fingerprint), "")
            new += noted_of(run, fingerprint, recorded if recorded > when else now)
    if new:
        rows = [*noted, *new]
        write_whole(folder / NAME, csv_text(Table("history", {name: [getattr(row, name) for row in rows] for name in COLUMNS})))
    return [*noted, *new]


def noted_of(run: Finished, fingerprint: str, finished: str) -> Iterator[Noted]:
    """The lines of one result."""
    manifest, columns = run.evaluation.manifest, run.evaluation.tables["statistics"].columns
    titles = {one.title for one in manifest.metrics}
    version = str(manifest["suite"].get("version", ""))
    texts, references = _system_texts(run.evaluation), _reference_texts(run.evaluation)
    names = ("metric", "signature", "system", "score", "ci_low", "ci_high", "n_segments")
    for metric, signature, system, score, low, high, segments in zip(*(columns[name] for name in names), strict=True):
        if metric in titles:
            place = (finished, run.folder, fingerprint, run.set_name, version, run.combination, manifest.evaluator)
            yield Noted(*place, metric, signature, system, score, low, high, segments, texts[system], references)


def _system_texts(evaluation: Evaluation) -> dict[str, str]:
    columns = evaluation.tables["segments"].columns
    own: dict[str, list[str]] = {name: [] for name in evaluation.manifest.systems}
    for system, text in zip(columns["system"], columns["hypothesis"], strict=True):
        own[system].append(text)
    return {name: _digest("\n".join(texts)) for name, texts in own.items()}


def _reference_texts(evaluation: Evaluation) -> str:
    """One digest for all references; beads of an aligned article may be cut elsewhere, which changes no word."""
    columns = evaluation.tables["segments"].columns
    first = evaluation.manifest.systems[0]
    rows = [i for i, name in enumerate(columns["system"]) if name == first]
    names = [name for name in columns if name == "reference" or name.startswith("reference_")]
    return _digest("\n".join(" ".join(" ".join(columns[name][i] or "" for i in rows).split()) for name in names))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def read_history(path: Path) -> list[Noted]:
    """All results noted; none where there is no file.

    Raises:
        EvaluatorError: another file is there.
    """
    if not path.is_file():
        return []
    try:
        with open(path, encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(io.StringIO(file.read(), newline=""), strict=True))
        return [_parsed(row) for row in rows]
    except (KeyError, TypeError, ValueError, csv.Error) as error:
        raise EvaluatorError(
            f"{path} is not the history of a suite: it needs the columns {', '.join(COLUMNS)} with numbers where they belong ({error}). "
            "Move it away; the runs that are there begin a new one."
        ) from None


def _parsed(row: Mapping[str, str]) -> Noted:
    score, low, high = (float(row[name]) if row[name] else None for name in ("score", "ci_low", "ci_high"))
    texts = {name: row[name] for name in COLUMNS if name not in ("score", "ci_low", "ci_high", "segments")}
    if None in texts.values():
        raise ValueError("a row is short")
    return Noted(score=score, ci_low=low, ci_high=high, segments=int(row["segments"]), **texts)
