"""Segments written batch by batch: CSV as every run folder has it, TSV, JSON Lines, Parquet."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from evaluator.extras import require
from evaluator.frames import guarded, kind_of, separated_rows
from evaluator.types import EvaluatorError

Columns = Mapping[str, list[Any]]


class Writer(Protocol):
    """Takes rows and ends the file."""

    def write(self, columns: Columns) -> None:
        """Append rows; every call has the same columns."""

    def close(self) -> None:
        """Everything is on disk afterwards."""


def open_writer(path: Path, form: str, types: Mapping[str, Any], spreadsheet_safe: bool) -> Writer:
    """A writer of one file.

    Args:
        path: the file.
        form: csv, tsv, jsonl or parquet.
        types: by column of the input its Arrow type, where it is known.
        spreadsheet_safe: guard cells that a spreadsheet would run.
    """
    if form == "parquet":
        return _ParquetWriter(path, types)
    if form == "jsonl":
        return _JsonWriter(path)
    return _SeparatedWriter(path, "," if form == "csv" else "\t", spreadsheet_safe)


class _SeparatedWriter:
    def __init__(self, path: Path, separator: str, spreadsheet_safe: bool) -> None:
        self._file = open(path, "w", encoding="utf-8", newline="")  # noqa: SIM115
        self._separator, self._safe = separator, spreadsheet_safe
        self._begun = False

    def write(self, columns: Columns) -> None:
        """See `Writer.write`; quoting is that of `results.csv_text`."""
        if not self._begun:
            self._file.write(separated_rows([[guarded(name) if self._safe else name] for name in columns], self._separator))
        self._file.write(separated_rows([self._cells(values) for values in columns.values()], self._separator))
        self._begun = True

    def _cells(self, values: Sequence[Any]) -> Sequence[Any]:
        kinds = set(map(type, values))
        if self._safe and str in kinds:
            values = [guarded(value) if isinstance(value, str) else value for value in values]
        if kinds & {list, dict}:
            values = [json.dumps(value, ensure_ascii=False, default=str) if isinstance(value, (list, dict)) else value for value in values]
        return values

    def close(self) -> None:
        """See `Writer.close`."""
        self._file.close()


class _JsonWriter:
    def __init__(self, path: Path) -> None:
        self._file = open(path, "w", encoding="utf-8", newline="")  # noqa: SIM115
        self._encode = json.JSONEncoder(ensure_ascii=False, separators=(", ", ": "), default=str).encode

    def write(self, columns: Columns) -> None:
        """See `Writer.write`."""
        names = list(columns)
        self._file.writelines(self._encode(dict(zip(names, row, strict=True))) + "\n" for row in zip(*columns.values(), strict=True))

    def close(self) -> None:
        """See `Writer.close`."""
        self._file.close()


class _ParquetWriter:
    def __init__(self, path: Path, types: Mapping[str, Any]) -> None:
        require("parquet", "writing Parquet")
        self._path, self._types = path, types
        self._writer: Any = None
        self._schema: Any = None
        self._held: list[Any] = []

    def write(self, columns: Columns) -> None:
        """See `Writer.write`; batches are joined to row groups of a useful size."""
        import pyarrow

        if self._schema is None:
            self._schema = pyarrow.schema([(name, self._type(name, values)) for name, values in columns.items()])
        try:
            arrays = [pyarrow.array(values, one.type) for values, one in zip(columns.values(), self._schema, strict=True)]
            self._held.append(pyarrow.Table.from_arrays(arrays, schema=self._schema))
        except (pyarrow.ArrowException, TypeError, ValueError) as error:
            raise EvaluatorError(
                f"{self._path.name}: a column changes its type within the input: {str(error).splitlines()[0]}. Use --out-format jsonl, which has no types."
            ) from None
        if len(self._held) >= 16:
            self._flush()

    def _type(self, name: str, values: Sequence[Any]) -> Any:
        import pyarrow

        if name in self._types:
            return self._types[name]
        if name not in ("system", "document", "alignment", "source", "reference", "hypothesis", "domain", "severity", "reason"):
            found = pyarrow.array(values).type
            if not pyarrow.types.is_null(found) and not pyarrow.types.is_integer(found):
                return found
        kinds = {"str": pyarrow.string(), "int": pyarrow.int64(), "float": pyarrow.float64(), "bool": pyarrow.bool_()}
        return kinds[kind_of("segments", name)]

    def _flush(self) -> None:
        import pyarrow
        import pyarrow.parquet

        if self._writer is None:
            self._writer = pyarrow.parquet.ParquetWriter(str(self._path), self._schema, compression="zstd", compression_level=1)
        if self._held:
            self._writer.write_table(pyarrow.concat_tables(self._held).combine_chunks())
            self._held = []

    def close(self) -> None:
        """See `Writer.close`."""
        if self._schema is None:
            import pyarrow

            self._schema = pyarrow.schema([])
        self._flush()
        self._writer.close()
