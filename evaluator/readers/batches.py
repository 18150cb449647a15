"""Tables row by row, in batches: what a file of any size holds in memory at one time is one batch.

TSV, CSV, JSON Lines and Parquet, the first three also packed (`.gz`, `.zst`). Columns keep the names that the file
gives them; `wanted` says which of them are reference, hypothesis and so on. A row that cannot be read is no
error of the file: it comes with its number and the reason, and who reads decides.
Whole tables in memory, and everything that is no plain table, are in `tables.py`.
"""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from evaluator.extras import require
from evaluator.readers.chunks import TextChunks, decoded_lines, lines_of
from evaluator.readers.separated import is_quoted, layout_of, refuse_markdown
from evaluator.readers.tables import BAD, is_header, wanted_columns
from evaluator.types import EvaluatorError

ROWS = 4096
"""Rows in a batch: enough for the kernel, and less than a megabyte of text."""
SAMPLE = 1 << 22
"""Bytes of a tab-separated file that show whether it is quoted."""
FORMS = {".tsv": "tsv", ".csv": "csv", ".jsonl": "jsonl", ".parquet": "parquet"}
PACKED = (".gz", ".zst")


class BadRow(NamedTuple):
    """A row that cannot be scored."""

    number: int
    """The line that it ends on; in Parquet the number of the row, from 1."""
    reason: str


class Batch(NamedTuple):
    """Some rows, one after another."""

    columns: Mapping[str, list[Any]]
    """By the file's own names."""
    numbers: list[int]
    """What messages call each row."""
    bad: list[BadRow]
    """Rows between these that could not be taken apart."""


@dataclass(slots=True)
class BatchFile:
    """A file opened for reading in batches."""

    path: str
    form: str
    names: list[str]
    """Columns in the file's order."""
    batches: Iterator[Batch]
    wanted: Mapping[str, str]
    """Reference, hypothesis and so on: what the file calls them."""
    types: Mapping[str, Any] = field(default_factory=dict)
    """By column its Arrow type, where the file says it."""
    read: Callable[[], int] = lambda: 0
    """Bytes of the file read so far."""
    sha256: Callable[[], str] = lambda: ""
    """Digest of the content, unpacked, once all has been read."""


def stream_form(path: str) -> str | None:
    """`tsv`, `csv`, `jsonl` or `parquet` for a file that can be read in batches, by its ending; else None."""
    lower = path.lower()
    packed = next((ending for ending in PACKED if lower.endswith(ending)), "")
    form = FORMS.get(Path(lower.removesuffix(packed)).suffix)
    return None if packed and form == "parquet" else form


def open_batches(path: str, quoting: bool = True, rows: int | None = None) -> BatchFile:
    """The file, ready to give its batches.

    Args:
        path: the file; its ending says what it is.
        quoting: False takes quotation marks as they are.
        rows: the most in a batch; None takes `ROWS`.

    Raises:
        EvaluatorError: it cannot be read, or lacks a column that is needed.
    """
    rows = rows or ROWS
    form = stream_form(path)
    if form is None:
        raise EvaluatorError(
            f"{path} cannot be streamed; tables that can are {', '.join(FORMS)}, all but Parquet also as {' and '.join(PACKED)}. Use --no-stream."
        )
    if form == "parquet":
        file = _open_parquet(path, rows)
    else:
        text = TextChunks(path)
        file = _open_jsonl(path, text, rows) if form == "jsonl" else _open_separated(path, text, form, quoting, rows)
        file.read, file.sha256 = text.position, text.digest
    if BAD in file.names:
        raise EvaluatorError(f"{path} marks rows to leave out ({BAD}), which a stream does not; use --no-stream, or take those rows out.")
    return file


def count_rows_at_least(path: str, most: int) -> bool:
    """True where a table has more than `most` rows; nothing beyond is read."""
    if stream_form(path) == "parquet":
        return int(_parquet_file(path).metadata.num_rows) > most
    source = TextChunks(path)
    seen = 0
    while seen <= most and (data := source.chunk()):
        seen += data.count(b"\n")
    return seen > most


def _open_separated(path: str, source: TextChunks, kind: str, quoting: bool, rows: int) -> BatchFile:
    start = b""
    while len(start) < SAMPLE and (data := source.chunk()):
        start += data
    if not start.strip():
        raise EvaluatorError(f"{path} is empty; it must hold at least one row.")
    text = start.decode("utf-8-sig", "surrogateescape")
    sample = text[: text.rfind("\n") + 1] or text
    separator, _, above_header = layout_of(sample, kind, is_header)
    above, sample = sample[:above_header].count("\n"), sample[above_header:]
    refuse_markdown(path, sample, separator)
    quoted = quoting and (separator != "\t" or is_quoted(sample, separator))
    parts = lines_of(source, start.removeprefix(b"\xef\xbb\xbf")[len(text[:above_header].encode("utf-8", "surrogateescape")) :])
    if quoted:
        rows_of = _quoted_rows(path, parts, separator, above)
        _, header = next(rows_of, (1, []))
    else:
        lines = _bare_lines(parts, above)
        _, first = next(lines, (1, ""))
        header = first.split(separator)
    names = [name.strip() for name in header]
    repeated = {name for name in names if name and names.count(name) > 1}
    if repeated:
        raise EvaluatorError(f"{path} names the column {sorted(repeated)[0]!r} twice.")
    batches = _batches(rows_of, names, rows) if quoted else _bare_batches(lines, separator, names, rows)
    return BatchFile(path, kind, names, batches, wanted_columns(path, names))


def _bare_lines(parts: Iterator[list[bytes]], above: int) -> Iterator[tuple[int, str]]:
    """Lines that are no blanks alone, with their numbers; the first is the header whatever it holds."""
    number = above
    for lines in parts:
        for line in decoded_lines(lines):
            number += 1
            if line.strip(" ") or number == above + 1:
                yield number, line


def _bare_batches(lines: Iterator[tuple[int, str]], separator: str, names: Sequence[str], rows: int) -> Iterator[Batch]:
    """As many lines as a batch has, taken apart at once: all cells one after another, and of them every width-th."""
    width = len(names)
    while held := list(islice(lines, rows)):
        bad = [
            BadRow(number, f"{line.count(separator) + 1} cells, but the header names {width} columns")
            for number, line in held
            if line.count(separator) != width - 1
        ]
        good = held if not bad else [one for one in held if one[1].count(separator) == width - 1]
        cells = separator.join([line for _, line in good]).split(separator) if good else []
        yield Batch({name: cells[k::width] for k, name in enumerate(names)}, [number for number, _ in good], bad)


def _quoted_rows(path: str, parts: Iterator[list[bytes]], separator: str, above: int) -> Iterator[tuple[int, list[str]]]:
    csv.field_size_limit(2**31 - 1)
    text = (raw.decode("utf-8", "surrogateescape") + "\n" for lines in parts for raw in lines)
    reader = csv.reader(text, delimiter=separator, strict=True)
    try:
        for cells in reader:
            if cells:
                yield above + reader.line_num, cells
    except csv.Error as error:
        raise EvaluatorError(
            f"{path}, line {above + reader.line_num}: not RFC 4180 CSV: {error}. Where a quotation does not end, the rows after it cannot be read; "
            "double quotation marks inside a quoted text, or use --no-quoting if they are all text."
        ) from None


def _batches(rows_of: Iterator[tuple[int, list[str]]], names: Sequence[str], rows: int) -> Iterator[Batch]:
    """Rows turned into columns."""
    width = len(names)
    held: list[list[str]] = []
    numbers: list[int] = []
    bad: list[BadRow] = []
    for number, cells in rows_of:
        if len(cells) == width:
            held.append(cells)
            numbers.append(number)
        else:
            bad.append(BadRow(number, f"{len(cells)} cells, but the header names {width} columns"))
        if len(held) + len(bad) >= rows:
            yield _batch(held, names, numbers, bad)
            held, numbers, bad = [], [], []
    if held or bad:
        yield _batch(held, names, numbers, bad)


def _batch(held: list[list[str]], names: Sequence[str], numbers: list[int], bad: list[BadRow]) -> Batch:
    columns = [list(column) for column in zip(*held, strict=True)] if held else [[] for _ in names]
    return Batch(dict(zip(names, columns, strict=True)), numbers, bad)


def _open_jsonl(path: str, source: TextChunks, rows: int) -> BatchFile:
    found = _json_rows(lines_of(source, b""), rows)
    first, bad = next(found, ([], []))
    names = list(dict.fromkeys(name for _, row in first for name in row))
    if not names:
        reason = f" line {bad[0].number}: {bad[0].reason}." if bad else " it is empty."
        raise EvaluatorError(f"{path} holds no JSON object with named fields:{reason}")

    def batches() -> Iterator[Batch]:
        yield _json_batch(first, bad, names)
        for listed, wrong in found:
            yield _json_batch(listed, wrong, names)

    return BatchFile(path, "jsonl", names, batches(), wanted_columns(path, names))


def _json_rows(parts: Iterator[list[bytes]], rows: int) -> Iterator[tuple[list[tuple[int, dict[str, Any]]], list[BadRow]]]:
    good: list[tuple[int, dict[str, Any]]] = []
    bad: list[BadRow] = []
    number = 0
    for lines in parts:
        for raw in lines:
            number += 1
            line = raw.removeprefix(b"\xef\xbb\xbf") if number == 1 else raw
            if not line.strip():
                continue
            try:
                value = json.loads(line)
            except (ValueError, RecursionError) as error:
                bad.append(BadRow(number, f"not JSON: {error}"))
                continue
            if isinstance(value, dict):
                good.append((number, value))
            else:
                bad.append(BadRow(number, f"{type(value).__name__} instead of an object with named fields"))
            if len(good) + len(bad) >= rows:
                yield good, bad
                good, bad = [], []
    if good or bad:
        yield good, bad


def _json_batch(listed: list[tuple[int, dict[str, Any]]], bad: list[BadRow], names: Sequence[str]) -> Batch:
    known = set(names)
    strange = [(number, row) for number, row in listed if not row.keys() <= known]
    if strange:  # columns are fixed once the first batch is written
        bad = [*bad, *(BadRow(number, f"has the field {next(iter(row.keys() - known))!r}, which no row of the first {ROWS:,} has") for number, row in strange)]
        numbers = {number for number, _ in strange}
        listed = [one for one in listed if one[0] not in numbers]
    return Batch({name: [row.get(name) for _, row in listed] for name in names}, [number for number, _ in listed], bad)


def _parquet_file(path: str) -> Any:
    require("parquet")
    import pyarrow
    import pyarrow.parquet

    try:
        return pyarrow.parquet.ParquetFile(str(Path(path).expanduser()))
    except (pyarrow.ArrowException, OSError) as error:
        raise EvaluatorError(f"{path} is not a Parquet file: {str(error).splitlines()[0]}.") from None


def _open_parquet(path: str, rows: int) -> BatchFile:
    import os

    file = _parquet_file(path)
    schema = file.schema_arrow
    size, total = os.path.getsize(Path(path).expanduser()), max(1, file.metadata.num_rows)
    done = 0

    def batches() -> Iterator[Batch]:
        nonlocal done
        import pyarrow

        try:
            for batch in file.iter_batches(rows, use_threads=False):
                batch.validate(full=True)  # text that is no UTF-8
                columns = {name: batch.column(k).to_pylist() for k, name in enumerate(batch.schema.names)}
                numbers = list(range(done + 1, done + batch.num_rows + 1))
                done += batch.num_rows
                yield Batch(columns, numbers, [])
        except (pyarrow.ArrowException, OSError) as error:
            raise EvaluatorError(f"{path} is damaged after row {done}: {str(error).splitlines()[0]}.") from None

    def digest() -> str:
        with open(Path(path).expanduser(), "rb") as raw:
            return hashlib.file_digest(raw, "sha256").hexdigest()

    types = {one.name: one.type for one in schema}
    return BatchFile(path, "parquet", list(schema.names), batches(), wanted_columns(path, list(schema.names)), types, lambda: size * done // total, digest)
