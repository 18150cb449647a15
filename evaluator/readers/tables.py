"""Tables with named columns (TSV, CSV, JSON, Parquet) as rows of text.

The columns are `reference` and `hypothesis`, and `system`, `document`, `domain`, `source`,
`reference_2…` where there; the short names of COMET (`ref`, `mt`, `src`) and the like are
understood, whatever their case. Nothing is converted: a number in a JSON text column is an error.
A cell with a list in the column reference holds several references.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from evaluator.extras import importing
from evaluator.plugins import READERS, did_you_mean, load_part
from evaluator.readers.bounds import read_parquet_rows
from evaluator.readers.forms import FORMS, form_of
from evaluator.readers.jsonrows import JsonRow, json_rows
from evaluator.readers.separated import first_line, layout_of, read_cells
from evaluator.readers.source import decode, read_bytes
from evaluator.readers.testset_tables import rows_of_test_set
from evaluator.readers.testsets import is_test_set, pair_of, read_test_set
from evaluator.readers.text_columns import text_columns
from evaluator.types import EvaluatorError

ALIASES = {
    "reference": ("ref", "reference_1"),
    "hypothesis": ("hyp", "mt", "translation", "candidate", "prediction"),
    "source": ("src",),
    "system": ("sys", "system_name"),
    "document": ("doc", "doc_id", "document_id"),
    "domain": (),
}
BAD = "is_bad_source"
"""Column of WMT24++ whose true rows are left out."""


@dataclass(frozen=True, slots=True)
class TextTable:
    """The columns that matter, each a list of texts of one length."""

    path: str
    sha256: str
    columns: Mapping[str, list[str]]
    """By canonical name; reference and hypothesis are always there."""
    first_row: int
    """What messages call the first row: 2 in files with a header line."""
    notes: tuple[str, ...] = ()
    """How the file was read and what was left out."""
    unit: str = "row"
    """What a segment is."""


def read_tsv(path: str, quoting: bool = True) -> TextTable:
    """A table of a `.tsv` file, tab-separated if its header does not say otherwise."""
    return _read_separated(path, "tsv", quoting)


def read_csv(path: str, quoting: bool = True) -> TextTable:
    """A table of a `.csv` file with RFC 4180 quoting, comma-separated if its header does not say otherwise."""
    return _read_separated(path, "csv", quoting)


def _read_separated(path: str, kind: str, quoting: bool) -> TextTable:
    data = read_bytes(path)
    text = decode(data, path)
    layout = layout_of(text, kind, is_header)
    if not layout.named:
        return _without_header(path, text[layout.start :], layout.separator)
    found = read_cells(path, text, kind, is_header, quoting)
    repeated = {name for name in found.header if name and found.header.count(name) > 1}
    if repeated:
        raise EvaluatorError(f"{path} names the column {sorted(repeated)[0]!r} twice.")
    return _table(path, data, dict(zip(found.header, found.columns, strict=True)), found.lines, 2, notes=found.notes)


def _without_header(path: str, text: str, separator: str) -> TextTable:
    """What a file called a table is when its first line names no columns: JSON or WMT's XML, or no table.

    Raises:
        EvaluatorError: no table; the message says what the file is or lacks.
    """
    form = form_of(text, path)
    if form in ("json", "jsonl"):
        return read_jsonl(path)
    if form == "xml":
        table: TextTable = load_part(READERS["xml"])(path)
        return table
    if form != "text":
        raise EvaluatorError(f"{path} is no table: it is {FORMS[form]}. Give a system file after it.")
    first = first_line(text)
    wanted_columns(path, [cell.strip().strip('"').strip() for cell in first.split(separator)])
    raise EvaluatorError(f"{path} has no header line: its first line is {first[:60]!r}.")


def is_header(cells: Sequence[str]) -> bool:
    """True where cells name a reference and a hypothesis."""
    names = {cell.lower() for cell in cells}
    return all(names & {name, *ALIASES[name], *(("target",) if name == "reference" else ())} for name in ("reference", "hypothesis"))


def looks_like_table(path: str) -> str | None:
    """`tsv`, `csv`, `jsonl` or `xml` for a file whose content is such a table whatever its ending; else None."""
    if path == "-":
        return None
    text = decode(read_bytes(path), path)
    form = form_of(text, path)
    if form == "xml":
        return "xml"
    if form in ("json", "jsonl"):
        return "jsonl"
    layout = layout_of(text, "tsv", is_header)
    return None if not layout.named else "tsv" if layout.separator == "\t" else "csv"


def read_jsonl(path: str, names: Sequence[str] = (), pair: str = "") -> TextTable:
    """One JSON object per line, a list of objects, columns as pandas writes them, or a test set with outputs of systems.

    Args:
        path: the file.
        names: of the references, where it is a test set that holds several.
        pair: the language pair to keep, or empty.
    """
    data = read_bytes(path)
    text = decode(data, path)
    start = text.lstrip("\ufeff \t\r\n")
    rows = json_rows(path, text, "json" if start[:1] == "[" or _is_one_object(start) else "jsonl")
    for row in rows:
        if not isinstance(row.value, dict):
            raise EvaluatorError(f"{path}, {row.where}: {type(row.value).__name__} instead of an object with named fields.")
    digest = hashlib.sha256(data).hexdigest()
    if rows and is_test_set(rows) and not _has_hypothesis(rows[0]):
        columns = rows_of_test_set(read_test_set(path, rows, "json", digest, pair), names)
        return TextTable(path, digest, columns.columns, 1, columns.notes, columns.unit)
    if names:
        raise EvaluatorError(f"--references names {', '.join(names)}, and {path} holds no references by name; its columns reference, reference_2 … all count.")
    kept = [row for row in rows if not pair or pair_of(row.value) == pair]
    if pair and not kept:
        raise EvaluatorError(f"{path} has nothing of {pair}.")
    found = list(dict.fromkeys(name for row in kept for name in row.value))
    return _table(path, data, {name: [row.value.get(name) for row in kept] for name in found}, [row.where for row in kept], 1)


def _is_one_object(start: str) -> bool:
    """True for an object over several lines, or one line of columns."""
    first, _, rest = start.partition("\n")
    if not first.startswith("{"):
        return False
    try:
        value = json.loads(first)
    except (ValueError, RecursionError):
        try:
            return isinstance(json.loads(start), dict)
        except (ValueError, RecursionError):
            return False
    return not rest.strip() and not any(not isinstance(value.get(name, []), (list, dict)) for name in (*ALIASES["hypothesis"], "hypothesis"))


def _has_hypothesis(row: JsonRow) -> bool:
    return any(name in row.value for name in ("hypothesis", *ALIASES["hypothesis"]))


def read_parquet(path: str) -> TextTable:
    """A Parquet table."""
    data = read_bytes(path)
    with importing("parquet"):
        table = read_parquet_rows(data, path)
    columns = {name: column.to_pylist() for name, column in zip(table.column_names, table.columns, strict=True)}
    return _table(path, data, columns, range(1, table.num_rows + 1), 1)


def table_in_memory(name: str, columns: Mapping[str, Sequence[Any]]) -> TextTable:
    """A table of columns in memory, None where a cell is missing; messages count its rows from 0.

    Raises:
        EvaluatorError: columns of unequal length, none of texts, or cells that are no text.
    """
    counts = {column: len(cells) for column, cells in columns.items()}
    if len(set(counts.values())) > 1:
        raise EvaluatorError(f"The columns of the {name} differ in length: {', '.join(f'{column} has {n}' for column, n in counts.items())}.")
    rows = [(f"row {i}", dict(zip(columns, cells, strict=True))) for i, cells in enumerate(zip(*columns.values(), strict=True))]
    listed = {column: list(cells) for column, cells in columns.items()}
    return _table(name, json.dumps(rows, ensure_ascii=True, default=str).encode(), listed, [where for where, _ in rows], 0)


def _table(path: str, data: bytes, given: Mapping[str, list[Any]], where: Sequence[int | str], first_row: int, notes: Sequence[str] = ()) -> TextTable:
    """The table of a file's columns.

    Args:
        path: the file.
        data: its bytes.
        given: columns by the file's own names.
        where: for each row its line, or the place in words.
        first_row: what messages call the first row.
        notes: how the file was read.
    """
    notes = list(notes)
    if BAD in given:
        good = [i for i, mark in enumerate(given[BAD]) if mark not in (True, 1, "1", "true", "True", "TRUE")]
        notes += [f"{path}: {len(where) - len(good)} of {len(where)} rows are marked {BAD} and left out."] if len(good) < len(where) else []
        given, where = {name: [values[i] for i in good] for name, values in given.items()}, [where[i] for i in good]
    columns = text_columns(path, given, where, wanted_columns(path, list(given)))
    if not columns["reference"]:
        raise EvaluatorError(f"{path} has a header and no rows.")
    return TextTable(path, hashlib.sha256(data).hexdigest(), columns, first_row, tuple(notes))


def wanted_columns(path: str, names: list[str]) -> dict[str, str]:
    """Canonical name to the name in the file, in a fixed order."""
    wanted = {}
    lower = {name.strip().lower(): name for name in reversed(names)}
    for canonical, short in ALIASES.items():
        given = [lower[name] for name in (canonical, *short) if name in lower]
        if canonical == "reference" and not given and "target" in lower and "source" in lower:
            given = [lower["target"]]  # WMT24++ with a column of hypotheses beside
        if len(given) > 1:
            raise EvaluatorError(f"{path} has the columns {' and '.join(given)}, which mean the same; keep one.")
        if given:
            wanted[canonical] = given[0]
    for required in ("reference", "hypothesis"):
        if required not in wanted:
            if not wanted and len(names) > 1 and _is_text(names):
                raise EvaluatorError(
                    f"{path} has no header line: its first line is {' | '.join(names)[:60]!r}. Put one above it that names the columns, such as reference and "
                    "hypothesis, or give two text files."
                )
            if len(names) == 1 and names[0] and not wanted:
                raise EvaluatorError(
                    f"{path} has no header line that names columns: its first line is {names[0][:60]!r}. Name reference and hypothesis in it, parted by tabs, "
                    "commas, semicolons or |, or by another character that a line sep= above says; or give two text files."
                )
            near = did_you_mean(required, names).replace("Did you mean", "Is it").replace("Known:", "It has:")
            raise EvaluatorError(f"{path} has no column {required!r}.{near} Rename the column to {required}.")
    further = {int(m[2]): name for name in names if (m := re.fullmatch(r"(reference|ref)_(\d+)", name.lower())) and name not in wanted.values()}
    if sorted(further) != list(range(2, len(further) + 2)):
        raise EvaluatorError(f"{path} has the columns {', '.join(further.values())}; number further references reference_2, reference_3 and so on.")
    return {**wanted, **{f"reference_{k}": further[k] for k in sorted(further)}}


def _is_text(names: Sequence[str]) -> bool:
    """True where the first line holds texts, or the numbers that pandas gives columns without names."""
    return any(len(name.split()) > 2 for name in names) or all(name.strip().isdecimal() or not name.strip() for name in names)
