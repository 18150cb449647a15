"""The run folder: written whole or not at all, and read back.

CSV is UTF-8, comma-separated, RFC 4180 quoted, with a header and line feeds.
"""

from __future__ import annotations

import csv
import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np

from evaluator.frames import TABLES, check_frame, format_cell, kind_of, parse_cell
from evaluator.types import Evaluation, EvaluatorError, Table

MANIFEST = "run.json"
STATISTICS = "stats.npz"


@contextmanager
def new_run_folder(target: Path, *, force: bool = False) -> Iterator[Path]:
    """A temporary folder beside `target` that takes its place when the block ends well.

    The place is tried before any work is done, so that an unwritable folder is known early.

    Args:
        target: the run folder to be.
        force: replace an existing run folder; other folders are never replaced.

    Raises:
        EvaluatorError: the folder exists, or cannot be made or filled.
    """
    _check_target(target, force)
    made = [parent for parent in target.absolute().parents if not parent.exists()]
    try:
        target.absolute().parent.mkdir(parents=True, exist_ok=True)
        staging = Path(tempfile.mkdtemp(prefix=f".{target.name[:100]}-", dir=target.absolute().parent))
    except OSError as error:
        raise EvaluatorError(f"The run folder {target} cannot be made: {_words(error)}. Choose another place with -o DIR.") from None
    try:
        yield staging
        _put_in_place(staging, target, force)
    except OSError as error:
        raise EvaluatorError(f"The run folder {target} could not be written: {_words(error)}. Nothing was left behind.") from error
    finally:
        shutil.rmtree(staging, ignore_errors=True)
        if not target.exists():
            for parent in made:
                _remove_if_empty(parent)


def _words(error: OSError) -> str:
    return f"{error.strerror or error}"


def _remove_if_empty(folder: Path) -> None:
    try:
        folder.rmdir()
    except OSError:
        return


def _check_target(target: Path, force: bool) -> None:
    if not os.path.lexists(target):
        return
    if target.is_symlink() or not target.is_dir():
        raise EvaluatorError(f"{target} exists and is not a folder; choose another place with -o DIR.")
    if not any(target.iterdir()):
        return
    if not (target / MANIFEST).is_file():
        raise EvaluatorError(f"The folder {target} exists and is not a run folder (no {MANIFEST}); choose another place with -o DIR.")
    if not force:
        raise EvaluatorError(f"The run folder {target} exists; use --force to replace it, or another place with -o DIR.")


def _put_in_place(staging: Path, target: Path, force: bool) -> None:
    _check_target(target, force)  # again: another run may have finished meanwhile
    os.chmod(staging, 0o777 & ~_umask())
    if target.exists():
        old = Path(tempfile.mkdtemp(prefix=f".{target.name[:100]}-old-", dir=target.absolute().parent))
        os.replace(target, old / "run")
        try:
            os.replace(staging, target)
        except OSError:
            os.replace(old / "run", target)
            raise
        finally:
            shutil.rmtree(old, ignore_errors=True)
    else:
        os.replace(staging, target)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def write_run(evaluation: Evaluation, folder: Path, extra: Mapping[str, str]) -> None:
    """Fill a folder with a run's files.

    Args:
        evaluation: the run.
        folder: an empty folder.
        extra: further files by name, such as report.md.
    """
    for table in evaluation.tables.values():
        write_text(folder / f"{table.name}.csv", csv_text(table))
    for name, text in extra.items():
        write_text(folder / name, text)
    write_text(folder / MANIFEST, json.dumps(evaluation.manifest, ensure_ascii=False, indent=1) + "\n")
    with open(folder / STATISTICS, "wb") as file:
        np.savez_compressed(file, **evaluation.statistics)  # type: ignore[arg-type]


def write_text(path: Path, text: str) -> None:
    """Write text as UTF-8, line ends as they are."""
    with open(path, "w", encoding="utf-8", newline="") as file:
        file.write(text)


class _LineFeeds(StringIO):
    """Takes rows ended by CR LF and ends them by LF.

    With "\\n" as its own line end the csv module would not quote a cell that holds "\\r".
    """

    def write(self, row: str) -> int:
        return super().write(row.removesuffix("\r\n") + "\n")


def csv_text(table: Table) -> str:
    """The table as CSV; cells are verbatim, undefined is empty."""
    out = _LineFeeds(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(table.columns)
    writer.writerows([format_cell(value) for value in row] for row in zip(*table.columns.values(), strict=True))
    return out.getvalue()


def read_run(folder: Path) -> Evaluation:
    """A run folder read back with its types.

    Raises:
        EvaluatorError: not a run folder, or one that lacks a file or column.
    """
    if not (folder / MANIFEST).is_file():
        raise EvaluatorError(f"{folder} is not a run folder: it has no {MANIFEST}.")
    try:
        manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        tables = {name: _read_csv(folder / f"{name}.csv", name) for name in TABLES}
        with np.load(folder / STATISTICS) as stored:
            statistics = {name: stored[name] for name in stored.files}
    except (OSError, ValueError, csv.Error) as error:
        raise error if isinstance(error, EvaluatorError) else EvaluatorError(f"The run folder {folder} cannot be read: {error}.") from None
    return Evaluation(tables, statistics, manifest)


def _read_csv(path: Path, name: str) -> Table:
    csv.field_size_limit(2**31 - 1)
    with open(path, encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file, strict=True)
    kinds = [kind_of(name, column) for column in header]
    columns = {column: [parse_cell(row[i], kind) for row in rows] for i, (column, kind) in enumerate(zip(header, kinds, strict=True))}
    return check_frame(Table(name, columns))
