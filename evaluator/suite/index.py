"""`results/index.csv`: one line per finished run, added atomically, and the lock of a suite."""

from __future__ import annotations

import csv
import fcntl
import io
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from evaluator.types import EvaluatorError

COLUMNS = {
    "finished": "UTC time at which the line was added",
    "suite": "name of the suite",
    "run": "folder of the run, relative to the folder of the index",
    "set": "name of the test set",
    "version": "version of its card; empty without one",
    "options": "the combination of the matrix; empty without one",
    "systems": "how many systems",
    "segments": "how many segments",
    "metrics": "metrics as printed in papers, separated by spaces",
    "best": "the best system by the first metric",
    "score": "its score",
    "evaluator": "version of evaluator",
    "fingerprint": "digest of options, versions and inputs; a run folder that records the same one is finished",
}


def append_line(path: Path, row: Mapping[str, str]) -> bool:
    """Add a run's line unless its run and fingerprint are there already; False when they are.

    One write under a lock: several suites may end at once, and a line torn by a kill is dropped.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    refuse_link(path)
    with open(path, "a+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        data = file.read()
        whole = data[: data.rfind(b"\n") + 1]
        if len(whole) < len(data):
            file.truncate(len(whole))
        if (row["run"], row["fingerprint"]) in _keys(path, whole):
            return False
        out = io.StringIO(newline="")
        writer = csv.DictWriter(out, list(COLUMNS), lineterminator="\n")
        if not whole:
            writer.writeheader()
        writer.writerow({name: row[name] for name in COLUMNS})
        file.write(out.getvalue().encode("utf-8"))
        file.flush()
        os.fsync(file.fileno())
    return True


def refuse_link(path: Path) -> None:
    """Refuse to write through a symbolic link, which may lead out of the results.

    Raises:
        EvaluatorError: the path is one.
    """
    if path.is_symlink():
        raise EvaluatorError(f"{path} is a symbolic link, and what it leads to is not written to; take the link away.")


def read_lines(path: Path) -> set[tuple[str, str]]:
    """(run, fingerprint) of every whole line."""
    data = path.read_bytes() if path.is_file() else b""
    return _keys(path, data[: data.rfind(b"\n") + 1])


def read_index(path: Path) -> list[dict[str, str]]:
    """Every whole line by column, oldest first; none where there is no file.

    Raises:
        EvaluatorError: another file is there, or a line lacks a cell.
    """
    data = path.read_bytes() if path.is_file() else b""
    _keys(path, data[: data.rfind(b"\n") + 1])
    text = data[: data.rfind(b"\n") + 1].decode("utf-8")
    lines = list(csv.DictReader(io.StringIO(text, newline="")))
    for number, line in enumerate(lines, 2):
        lacking = [name for name in COLUMNS if line.get(name) is None]
        if lacking:
            raise EvaluatorError(f"{path}: row {number} has no {', '.join(lacking)}; the columns are {', '.join(COLUMNS)}. Mend the row, or take it out.")
    return lines


def _keys(path: Path, data: bytes) -> set[tuple[str, str]]:
    try:
        return {(line["run"], line["fingerprint"]) for line in csv.DictReader(io.StringIO(data.decode("utf-8"), newline=""))}
    except (KeyError, UnicodeDecodeError, csv.Error):
        raise EvaluatorError(
            f"{path} is not an index of suites: it has no readable columns run and fingerprint. Move it away, or give another place with -o DIR."
        ) from None


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Keep other processes from running the same suite at the same time.

    Raises:
        EvaluatorError: one does.
    """
    folder.mkdir(parents=True, exist_ok=True)
    refuse_link(folder / ".lock")
    with open(folder / ".lock", "a", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise EvaluatorError(f"Another process is running the suite in {folder}; wait for it, or give another place with -o DIR.") from None
        yield
