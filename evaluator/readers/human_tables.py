"""Tables (TSV, CSV, JSON, Parquet) with scores by people, by metrics, or by both: a row per system and segment, or per judgement.

Columns are known by the names that WMT's and mt-metrics-eval's files give them (`ALIASES`); any
other column of numbers is a metric.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from evaluator.extras import importing
from evaluator.plugins import did_you_mean
from evaluator.readers.bounds import read_parquet_rows
from evaluator.readers.forms import ending_of
from evaluator.readers.human_rows import JudgedFile, JudgedRow
from evaluator.readers.jsonrows import json_rows
from evaluator.readers.separated import read_cells
from evaluator.readers.source import decode, read_bytes
from evaluator.readers.testsets import is_human
from evaluator.types import EvaluatorError

ALIASES = {
    "system": ("system", "sys", "system_id", "system_name", "system-id"),
    "document": ("document", "doc", "doc_id", "document_id"),
    "segment": ("segment", "seg", "seg_id", "segment_id", "global_seg_id", "line_id"),
    "hypothesis": ("hypothesis", "hyp", "mt", "translation", "target", "tgt", "output"),
    "reference": ("reference", "ref"),
    "rater": ("rater", "annotator", "rater_id", "annotator_id"),
    "by_human": ("is_human",),
    "scale": ("scale",),
}
SCORES = ("human_score", "human", "mqm", "mqm_score", "esa", "esa_score", "da", "da_z", "z_score", "score")
"""Columns of scores by people, the first that is there."""
NO_METRIC = ("year", "pair", "lp", "domain", "source", "src", "human_raw", "n_ratings", "alignment", "reason", "severity", "flagged", "row")
"""Columns of known tables that are no metric although they may hold numbers."""
NOTHING = ("", "none", "nan", "na", "null")


class Rows(NamedTuple):
    """A table before its columns mean anything."""

    header: list[str]
    rows: list[tuple[str, Mapping[str, Any]]]
    """Where a row stands, and its cells by name."""
    notes: tuple[str, ...] = ()

    def sha256(self) -> str:
        """A digest of the cells, for tables in memory."""
        return hashlib.sha256(json.dumps([self.header, [dict(cells) for _, cells in self.rows]], default=str).encode()).hexdigest()


class ReadRows(NamedTuple):
    """Rows and the file that they came from."""

    path: str
    table: Rows
    sha256: str


def read_rows_of(path: str, quoting: bool, is_header: Callable[[Sequence[str]], bool]) -> ReadRows:
    """The rows of a file whose header `is_header` knows."""
    data = read_bytes(path)
    return ReadRows(path, read_rows(path, data, quoting, is_header), hashlib.sha256(data).hexdigest())


def read_rows(path: str, data: bytes, quoting: bool = True, is_header: Callable[[Sequence[str]], bool] | None = None) -> Rows:
    """The rows of a table by its ending; `is_header` tells the separator of one without a column of systems.

    Raises:
        EvaluatorError: no table, or a damaged one.
    """
    kind = ending_of(path)
    if kind == ".parquet":
        return _parquet(path, data)
    text = decode(data, path)
    if kind in (".json", ".jsonl"):
        listed = json_rows(path, text, "json" if text.lstrip("\ufeff \t\r\n")[:1] == "[" else "jsonl")
        for row in listed:
            if not isinstance(row.value, dict):
                raise EvaluatorError(f"{path}, {row.where}: {type(row.value).__name__} instead of an object with named fields.")
        return Rows(list(dict.fromkeys(name for row in listed for name in row.value)), [(row.where, row.value) for row in listed])
    found = read_cells(path, text, "csv" if kind == ".csv" else "tsv", is_header or _names_a_system, quoting)
    repeated = next((name for name in found.header if name and found.header.count(name) > 1), None)
    if repeated:
        raise EvaluatorError(f"{path} names the column {repeated!r} twice.")
    rows = zip(found.lines, zip(*found.columns, strict=True), strict=True)
    return Rows(found.header, [(f"line {line}", dict(zip(found.header, cells, strict=True))) for line, cells in rows], found.notes)


def _names_a_system(cells: Sequence[str]) -> bool:
    return bool({cell.lower() for cell in cells} & set(ALIASES["system"]))


def _parquet(path: str, data: bytes) -> Rows:
    with importing("parquet"):
        table = read_parquet_rows(data, path)
    return Rows(list(table.column_names), [(f"row {i}", row) for i, row in enumerate(table.to_pylist(), 1)])


def read_judged_table(path: str, *, column: str | None = None, quoting: bool = True, human: bool = True) -> JudgedFile:
    """A table's rows with scores by people (`human`), or with those of metrics.

    Args:
        path: the file.
        column: the column of human scores; None for the first of `SCORES`.
        quoting: False takes quotation marks in TSV and CSV as they are.
        human: False reads every other column of numbers as a metric, and human scores only where a column of `SCORES` but `score` has them.

    Raises:
        EvaluatorError: no column of systems or scores, or a cell that is no number.
    """
    data = read_bytes(path)
    return judged_table(path, hashlib.sha256(data).hexdigest(), read_rows(path, data, quoting), column=column, human=human)


def judged_table(path: str, sha256: str, table: Rows, *, column: str | None = None, human: bool = True) -> JudgedFile:
    """Rows that were read already, as `read_judged_table` says."""
    named = {wanted: _first(table.header, names) for wanted, names in ALIASES.items()}
    if named["system"] is None:
        raise EvaluatorError(f"{path} has no column of systems; it has {', '.join(table.header[:12])}. Call the column `system`.")
    score = _score_column(path, table.header, column, human)
    metrics = [] if human else _metric_columns(path, table, {*filter(None, named.values()), score})
    if not human and not metrics:
        raise EvaluatorError(f"{path} has no column of numbers beside {', '.join(filter(None, named.values()))}; a metric is a column of numbers.")
    rows = tuple(_row(f"{path}, {where}", cells, named, score, metrics) for where, cells in table.rows)
    if not rows:
        raise EvaluatorError(f"{path} has a header and no rows.")
    scales = list(dict.fromkeys(str(cells.get(named["scale"] or "", "")) for _, cells in table.rows))
    return JudgedFile(path, sha256, rows, scales[0] if named["scale"] and len(scales) == 1 else _scale_of(score or ""), table.notes)


def _first(header: Sequence[str], names: Iterable[str]) -> str | None:
    lower = {name.strip().lower(): name for name in reversed(header)}
    return next((lower[name] for name in names if name in lower), None)


def _score_column(path: str, header: Sequence[str], column: str | None, human: bool) -> str | None:
    if column is not None:
        if column not in header:
            raise EvaluatorError(f"{path} has no column {column!r}.{did_you_mean(column, header)}")
        return column
    found = _first(header, SCORES if human else [name for name in SCORES if name != "score"])
    if found is None and human:
        raise EvaluatorError(f"{path} has no column of human scores ({', '.join(SCORES)}); it has {', '.join(header[:12])}. Name it with --human-column.")
    return found


def _scale_of(column: str) -> str:
    return next((scale for scale in ("MQM", "ESA", "DA") if scale.lower() in column.lower().split("_")), "")


def _metric_columns(path: str, table: Rows, taken: set[str | None]) -> list[str]:
    """Columns in which every cell is a number or nothing, and some cell is a number.

    Raises:
        EvaluatorError: a column in which most cells are numbers and some are neither, which must not be left out in silence.
    """
    out = []
    for name in table.header:
        if name in taken or name.strip().lower() in NO_METRIC:
            continue
        numbers = [number_of(cells.get(name)) for _, cells in table.rows]
        wrong = numbers.count(None)
        right = sum(number is not None and not math.isnan(number) for number in numbers)
        if 0 < wrong < right:
            where, cells = table.rows[numbers.index(None)]
            raise EvaluatorError(f"{path}, {where}, column {name}: {str(cells.get(name))[:40]!r} is no number, and {right} of {len(numbers)} cells are.")
        if right and not wrong:
            out.append(name)
    return out


def _row(where: str, cells: Mapping[str, Any], named: Mapping[str, str | None], score: str | None, metrics: Sequence[str]) -> JudgedRow:
    def text(wanted: str) -> str:
        name = named[wanted]
        value = None if name is None else cells.get(name)
        return "" if value is None else str(value)

    system = text("system")
    if not system.strip():
        raise EvaluatorError(f"{where}: the system's name is empty; every row needs one.")
    given = "" if score is None else cells.get(score)
    value = number_of(given)
    if value is None:
        raise EvaluatorError(f"{where}, column {score}: {str(given)[:40]!r} is no score.")
    said = text("by_human").strip().lower()
    return JudgedRow(
        system=system,
        document=text("document"),
        segment=text("segment"),
        hypothesis=text("hypothesis"),
        reference=text("reference"),
        score=value,
        rater=text("rater"),
        by_human=said in ("1", "true", "yes") if said else is_human(system),
        metrics={name: math.nan if (number := number_of(cells.get(name))) is None else number for name in metrics},
    )


def number_of(value: Any) -> float | None:
    """A cell's number, NaN for an empty one, None for what is neither."""
    if value is None:
        return math.nan
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    if isinstance(value, str) and value.strip().lower() in NOTHING:
        return math.nan
    try:
        number = float(value)
    except ValueError:
        return None
    return None if math.isinf(number) else number
