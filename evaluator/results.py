"""The run folder: written whole or not at all, and read back.

CSV is UTF-8, comma-separated, RFC 4180 quoted, with a header and line feeds.
"""

from __future__ import annotations

import csv
import json
import os
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from evaluator.atomic import PARTIAL, put_folder, staging_beside, words_of
from evaluator.atomic import write_text as write_text
from evaluator.atomic import write_whole as write_whole
from evaluator.float_column import FloatColumn
from evaluator.frames import NOT_ALWAYS, TABLES, check_frame, guarded, kind_of, parse_cells, separated_rows, unguarded
from evaluator.run_checks import check_statistics, check_tables, read_arrays
from evaluator.run_json import NAME, Manifest
from evaluator.types import Evaluation, EvaluatorError, FloatArray, Table

MANIFEST = NAME
STATISTICS = "stats.npz"
STREAM = "stream"
"""In run.json where rows were scored batch by batch, and sums alone were kept of them."""
WORST = "worst.csv"
"""The worst segments of a stream, with the columns of segments.csv."""
DAMAGE = (zipfile.BadZipFile, zlib.error, RuntimeError, MemoryError, OverflowError)
"""What a damaged archive or JSON nested without end raises beside OSError and ValueError; RuntimeError: encrypted, packed in another way, too deep."""
ROWS_AT_ONCE = 8192
"""Rows of a table written together."""
OWN_FILES = {
    MANIFEST, STATISTICS, "report.html", "report.md", "report.tex", "segments", "segments.tsv", "segments.jsonl", "segments.parquet", WORST,
    *(f"{name}.csv" for name in TABLES),
}  # fmt: skip
"""What a run folder may hold for --force to replace it."""


@dataclass(frozen=True, slots=True)
class Staging:
    """A run folder in the making."""

    folder: Path
    """Where files are written."""
    target: Path
    """Where they will be."""


@contextmanager
def new_run_folder(target: Path, *, force: bool = False) -> Iterator[Staging]:
    """A temporary folder beside `target` that takes its place when the block ends well.

    The place is tried before any work is done, so that an unwritable folder is known early.

    Args:
        target: the run folder to be.
        force: replace an existing run folder; other folders are never replaced.

    Raises:
        EvaluatorError: the folder exists, or cannot be made or filled.
    """
    made: list[Path] = []
    done = False
    try:
        with ExitStack() as stack:
            try:
                check_target(target, force)
                made = [parent for parent in target.absolute().parents if not parent.exists()]
                target.absolute().parent.mkdir(parents=True, exist_ok=True)
                staging = stack.enter_context(staging_beside(target))
            except OSError as error:
                raise EvaluatorError(f"The run folder {target} cannot be made: {words_of(error)}. Choose another place with -o DIR.") from None
            yield Staging(staging, target)
            with _writing(target):
                check_target(target, force)  # again: another run may have finished meanwhile
                put_folder(staging, target, replace=force)
            done = True
    finally:
        if not done:
            _remove_empty(made)


@contextmanager
def _writing(target: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise EvaluatorError(f"The run folder {target} could not be written: {words_of(error)}. Nothing was left behind.") from error


def _remove_empty(folders: Sequence[Path]) -> None:
    for folder in folders:
        with suppress(OSError):
            folder.rmdir()


def check_target(target: Path, force: bool) -> None:
    """Refuse a folder that is in the way.

    Raises:
        EvaluatorError: it exists, and is no run folder or must not be replaced.
    """
    try:
        os.lstat(target)
    except FileNotFoundError:
        return
    if target.is_symlink() or not target.is_dir():
        raise EvaluatorError(f"{target} exists and is not a folder; choose another place with -o DIR.")
    if not any(target.iterdir()):
        return
    if not (target / MANIFEST).is_file():
        raise EvaluatorError(f"The folder {target} exists and is not a run folder (no {MANIFEST}); choose another place with -o DIR.")
    foreign = sorted(path.name for path in target.iterdir() if path.name not in OWN_FILES and not path.name.endswith(PARTIAL))
    if force and foreign:
        raise EvaluatorError(f"The run folder {target} holds {', '.join(foreign[:5])}, which no run wrote; move that away or choose another place with -o DIR.")
    if not force:
        raise EvaluatorError(f"The run folder {target} exists; use --force to replace it, or another place with -o DIR.")


def write_run(evaluation: Evaluation, staging: Staging, extra: Mapping[str, str]) -> None:
    """Fill a folder with a run's files.

    Args:
        evaluation: the run; where its manifest has `spreadsheet_safe`, cells that a spreadsheet would run are guarded.
        staging: an empty folder.
        extra: further files by name, such as report.md.

    Raises:
        EvaluatorError: a file could not be written.
    """
    with _writing(staging.target):
        for table in evaluation.tables.values():
            with open(staging.folder / f"{table.name}.csv", "w", encoding="utf-8", newline="") as file:
                file.writelines(csv_parts(table, evaluation.manifest.spreadsheet_safe))
        for name, text in extra.items():
            write_text(staging.folder / name, text)
        write_text(staging.folder / MANIFEST, json.dumps(evaluation.manifest.json, ensure_ascii=False, indent=1) + "\n")
        _write_arrays(staging.folder / STATISTICS, evaluation.statistics)


def _write_arrays(path: Path, arrays: Mapping[str, FloatArray]) -> None:
    """What np.savez_compressed writes, at the level that takes a third of the time for a tenth more bytes."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as file:
        for name, array in arrays.items():
            with file.open(f"{name}.npy", "w", force_zip64=True) as member:
                np.lib.format.write_array(member, np.asanyarray(array), allow_pickle=False)


def csv_text(table: Table, spreadsheet_safe: bool = False) -> str:
    """The table as CSV; cells are verbatim unless `spreadsheet_safe`, undefined is empty."""
    return "".join(csv_parts(table, spreadsheet_safe))


def csv_parts(table: Table, spreadsheet_safe: bool = False) -> Iterator[str]:
    """The text of `csv_text` some rows at a time, so that a large table is not in memory once more as text."""
    if spreadsheet_safe:
        cells = {name: [guarded(v) if isinstance(v, str) else v for v in values] for name, values in table.columns.items()}
        table = Table(table.name, {guarded(name): values for name, values in cells.items()})
    yield separated_rows([[name] for name in table.columns])
    n = max(map(len, table.columns.values()), default=0)
    for start in range(0, n, ROWS_AT_ONCE):
        yield separated_rows([values[start : start + ROWS_AT_ONCE] for values in table.columns.values()])


def read_run(folder: Path) -> Evaluation:
    """A run folder read back with its types.

    Raises:
        EvaluatorError: not a run folder, or one that lacks a file or column.
    """
    if not (folder / MANIFEST).is_file():
        raise EvaluatorError(f"{folder} is not a run folder: it has no {MANIFEST}.")
    try:
        manifest = _read_manifest(folder)
        present = [name for name in TABLES if name not in NOT_ALWAYS or (folder / f"{name}.csv").exists()]
        text = unguarded if manifest.spreadsheet_safe else str
        # Of a stream the worst segments are read; all of them may be more than memory holds.
        streamed = manifest.stream is not None
        tables = {
            name: _read_csv(folder / (WORST if streamed and name == "segments" else f"{name}.csv"), name, text)
            for name in present
            if not (streamed and name == "findings")
        }
        if streamed and "findings" in present:
            tables["findings"] = read_shown_findings(folder / "findings.csv", tables["segments"], text)
        run = Evaluation(tables, {}, manifest)
        check_tables(run)
        with open(folder / STATISTICS, "rb") as file:
            run = replace(run, statistics=read_arrays(file, run))
        check_statistics(run)
    except EvaluatorError as error:
        raise EvaluatorError(f"The run folder {folder} is damaged: {error}") from None
    except (OSError, ValueError, TypeError, EOFError, csv.Error, *DAMAGE) as error:
        words = (str(error).splitlines() or ["no more is known"])[0]
        raise EvaluatorError(f"The run folder {folder} is damaged: {type(error).__name__}: {words[:200]}") from None
    return run


def _read_manifest(folder: Path) -> Manifest:
    return Manifest.read(json.loads((folder / MANIFEST).read_text(encoding="utf-8")))


def read_shown_findings(path: Path, segments: Table, text: Callable[[str], str] = str) -> Table:
    """Of the findings of a stream those of the segments at hand; `row` counts in these.

    Args:
        path: findings.csv of all rows, of which no more than these are held.
        segments: the worst segments.
        text: what undoes the guard of cells.
    """
    names = ("system", "document", "segment")
    place = {key: k for k, key in enumerate(zip(*(map(str, segments.columns[name]) for name in names), strict=True))}
    found = _read_csv(path, "findings", text, lambda cells: tuple(map(text, cells[: len(names)])) in place)
    rows = [place[key] for key in zip(*(map(str, found.columns[name]) for name in names), strict=True)]
    return Table("findings", {**found.columns, "row": rows})


def _read_csv(path: Path, name: str, text: Callable[[str], str], keep: Callable[[Sequence[str]], bool] | None = None) -> Table:
    csv.field_size_limit(2**31 - 1)
    rows = []
    with open(path, encoding="utf-8", newline="") as file:
        reader = csv.reader(file, strict=True)
        header = next(reader, [])
        for i, row in enumerate(reader):
            if len(row) != len(header):
                raise EvaluatorError(f"{path}: row {i + 1} has {len(row)} cells, the header names {len(header)} columns.")
            if keep is None or keep(row):
                rows.append(row)
    columns: dict[str, Sequence[Any]] = {}
    for column, cells in zip(map(text, header), zip(*rows, strict=True) if rows else [()] * len(header), strict=True):
        kind = kind_of(name, column)
        values = parse_cells(cells if text is str or kind != "str" else [text(cell) for cell in cells], kind)
        columns[column] = FloatColumn.of(values) if name == "segments" and kind == "float" else values
    return check_frame(Table(name, columns))


def refuse_stream(evaluation: Evaluation, what: str) -> None:
    """Refuse a run that holds sums alone where every segment is needed.

    Args:
        evaluation: the run.
        what: who needs them, at the start of a sentence.

    Raises:
        EvaluatorError: it is a stream.
    """
    if evaluation.manifest.stream is not None:
        n = evaluation.manifest.stream["rows"]
        raise EvaluatorError(f"{what} needs every segment, and of this run's {n:,} rows only sums were kept; `evaluator score --no-stream` keeps all.")
