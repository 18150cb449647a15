"""Tables with named columns (TSV, CSV, JSONL, Parquet) as rows of text.

The columns are `reference` and `hypothesis`, and `system`, `document`, `domain`, `source`,
`reference_2…` where there; the short names of COMET (`ref`, `mt`, `src`) and the like are
understood. Nothing is converted: a number in a JSONL text column is an error.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from evaluator.plugins import did_you_mean
from evaluator.readers.source import decode, read_bytes
from evaluator.readers.text import check_encodable, split_lines
from evaluator.types import EvaluatorError

ALIASES = {
    "reference": ("ref", "reference_1"),
    "hypothesis": ("hyp", "mt", "translation", "candidate"),
    "source": ("src",),
    "system": ("sys", "system_name"),
    "document": ("doc", "doc_id"),
    "domain": (),
}


_QUOTED = re.compile(r'"(?:[^"]|"")*""(?:[^"]|"")*"')
"""A cell in quotes with doubled quotes inside: what pandas makes of a quotation by default."""


@dataclass(frozen=True, slots=True)
class TextTable:
    """The columns that matter, each a list of texts of one length."""

    path: str
    sha256: str
    columns: Mapping[str, list[str]]
    """By canonical name; reference and hypothesis are always there."""
    first_row: int
    """What messages call the first row: 2 in files with a header line."""


def read_tsv(path: str) -> TextTable:
    """A tab-separated table; a tab or quote inside a cell cannot be written in this form."""
    data = read_bytes(path)
    header, *rows = [line.split("\t") for line in split_lines(decode(data, path))]
    return _table(path, data, _checked_rows(path, header, enumerate(rows, 2)), header, 2)


def read_csv(path: str) -> TextTable:
    """A comma-separated table with RFC 4180 quoting."""
    data = read_bytes(path)
    reader = csv.reader(io.StringIO(decode(data, path), newline=""), strict=True)
    csv.field_size_limit(2**31 - 1)
    try:
        header = next(reader, [])
        rows = [(reader.line_num, row) for row in reader if row]
    except csv.Error as error:
        raise EvaluatorError(f"{path}, line {reader.line_num}: not RFC 4180 CSV: {error}.") from None
    return _table(path, data, _checked_rows(path, header, rows), header, 2)


def read_jsonl(path: str) -> TextTable:
    """One JSON object a line; blank lines are skipped."""
    data = read_bytes(path)
    rows = []
    for number, line in enumerate(split_lines(decode(data, path)), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise EvaluatorError(f"{path}, line {number}: not JSON: {error}.") from None
        if not isinstance(row, dict):
            raise EvaluatorError(f"{path}, line {number}: {type(row).__name__} instead of an object with named fields.")
        rows.append((number, row))
    names = list(dict.fromkeys(name for _, row in rows for name in row))
    return _table(path, data, rows, names, 1)


def read_parquet(path: str) -> TextTable:
    """A Parquet table."""
    data = read_bytes(path)
    import pyarrow
    import pyarrow.parquet

    try:
        table = pyarrow.parquet.read_table(pyarrow.BufferReader(data))
    except (pyarrow.ArrowException, OSError) as error:
        raise EvaluatorError(f"{path} is not a Parquet file: {str(error).splitlines()[0]}.") from None
    return _table(path, data, enumerate(table.to_pylist(), 1), table.column_names, 1)


def _checked_rows(path: str, header: list[str], rows: Iterable[tuple[int, list[str]]]) -> Iterator[tuple[int, dict[str, str]]]:
    repeated = {name for name in header if header.count(name) > 1}
    if repeated:
        raise EvaluatorError(f"{path} names the column {sorted(repeated)[0]!r} twice.")
    for number, row in rows:
        if len(row) != len(header):
            raise EvaluatorError(f"{path}, line {number}: {len(row)} cells, but the header names {len(header)} columns.")
        if path.lower().endswith((".tsv", ".tsv.gz")) and any(_QUOTED.fullmatch(cell) for cell in row):
            raise EvaluatorError(f"{path}, line {number}: a cell is quoted as in CSV; TSV has no quoting. Save it as .csv, or without quoting.")
        yield number, dict(zip(header, row, strict=True))


def _table(path: str, data: bytes, rows: Iterable[tuple[int, Mapping[str, Any]]], names: list[str], first_row: int) -> TextTable:
    wanted = _wanted_columns(path, names)
    columns: dict[str, list[str]] = {name: [] for name in wanted}
    for number, row in rows:
        for canonical, given in wanted.items():
            value = row.get(given)
            if canonical in ("system", "document", "domain") and isinstance(value, int):
                value = str(value)  # numbered, as some exports have them
            columns[canonical].append(_text(value, f"{path}, line {number}, column {given}"))
    if not columns["reference"]:
        raise EvaluatorError(f"{path} has a header and no rows.")
    return TextTable(path, hashlib.sha256(data).hexdigest(), columns, first_row)


def _wanted_columns(path: str, names: list[str]) -> dict[str, str]:
    """Canonical name to the name in the file, in a fixed order."""
    wanted = {}
    for canonical, short in ALIASES.items():
        given = [name for name in (canonical, *short) if name in names]
        if len(given) > 1:
            raise EvaluatorError(f"{path} has the columns {' and '.join(given)}, which mean the same; keep one.")
        if given:
            wanted[canonical] = given[0]
    for required in ("reference", "hypothesis"):
        if required not in wanted:
            near = did_you_mean(required, names).replace("Did you mean", "Is it").replace("Known:", "It has:")
            raise EvaluatorError(f"{path} has no column {required!r}.{near} Rename the column to {required}.")
    further = {int(m[2]): name for name in names if (m := re.fullmatch(r"(reference|ref)_(\d+)", name)) and name not in wanted.values()}
    if sorted(further) != list(range(2, len(further) + 2)):
        raise EvaluatorError(f"{path} has the columns {', '.join(further.values())}; number further references reference_2, reference_3 and so on.")
    return {**wanted, **{f"reference_{k}": further[k] for k in sorted(further)}}


def _text(value: object, where: str) -> str:
    if not isinstance(value, str):
        kind = "null" if value is None else type(value).__name__
        raise EvaluatorError(f"{where}: {kind} instead of text; write an empty text for an empty segment.")
    check_encodable(value, where)
    return value
