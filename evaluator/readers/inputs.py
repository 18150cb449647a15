"""What the user handed in, files or texts in memory, as `Inputs` or as an `EvalSet`."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from evaluator.plugins import READERS, did_you_mean, load_part
from evaluator.readers.tables import TextTable
from evaluator.readers.text import document_of, read_text
from evaluator.types import Document, EvalSet, EvaluatorError, InputFile, Inputs, SegmentPair, System

TextSource = str | os.PathLike[str] | Sequence[str]
"""A path, or segments in memory."""
TABLE_SUFFIXES = {".tsv": "tsv", ".csv": "csv", ".jsonl": "jsonl", ".parquet": "parquet", ".xml": "xml"}


def system_name(path: str) -> str:
    """The name that a file gives its system: its own without the ending."""
    name = Path(path).name.removesuffix(".gz")
    return Path(name).stem if Path(name).suffix in (".txt", ".hyp", ".out", ".md") else name


def table_name(path: str) -> str:
    """The name of the one system of a table that names none: the file's without the ending."""
    return Path(path.removesuffix(".gz")).stem


def is_table(path: str) -> bool:
    """True when the file's ending is that of a table with named columns."""
    return _ending(path) in TABLE_SUFFIXES


def _ending(path: str) -> str:
    return Path(path.lower().removesuffix(".gz")).suffix


def read_inputs(references: Sequence[TextSource], systems: Mapping[str, TextSource], source: TextSource | None = None) -> Inputs:
    """Every text read.

    Raises:
        EvaluatorError: a text that cannot be read.
    """
    streams = [str(text) for text in (*references, *systems.values(), source) if isinstance(text, (str, os.PathLike))]
    if streams.count("-") > 1:
        raise EvaluatorError(f"Standard input (-) is named {streams.count('-')} times; it can be read once.")
    return Inputs(
        tuple(_document(text, "reference" if i == 0 else f"reference {i + 1}") for i, text in enumerate(references)),
        {name: _document(text, f"systems[{name!r}]") for name, text in systems.items()},
        None if source is None else _document(source, "source"),
    )


def _document(text: TextSource, name: str) -> Document:
    if not isinstance(text, (str, os.PathLike)):
        return document_of(name, text)
    path = os.fspath(text)
    if is_table(path):
        raise EvaluatorError(f"{path} is a table; give it alone, with columns reference, hypothesis and system, or name a text file.")
    return read_text(path)


def input_files(inputs: Inputs) -> list[InputFile]:
    """Where the texts came from, for `run.json`."""
    named = [("reference", "", document) for document in inputs.references]
    named += [("system", name, document) for name, document in inputs.systems.items()]
    named += [("source", "", inputs.source)] if inputs.source else []
    return [InputFile(role, name, document.name, document.sha256) for role, name, document in named]


def read_table(path: str) -> TextTable:
    """A table by its ending.

    Raises:
        EvaluatorError: an ending that no table reader knows, or a table that cannot be read.
    """
    if not is_table(path):
        raise EvaluatorError(f"{path} alone is not enough: give a system file after it, or one table ({', '.join(TABLE_SUFFIXES)}) with named columns.")
    reader: Callable[[str], TextTable] = load_part(READERS[TABLE_SUFFIXES[_ending(path)]])
    return reader(path)


def group_table(table: TextTable, only: Sequence[str] = ()) -> EvalSet:
    """The rows by system; every system must have the same references in the same order.

    Args:
        table: the rows.
        only: systems to keep; none for all.

    Raises:
        EvaluatorError: systems whose rows differ in number or reference, or one that is not in the table.
    """
    columns = table.columns
    n = len(columns["reference"])
    stem = table_name(table.path)
    names = columns.get("system", [stem] * n)
    rows: dict[str, list[int]] = {}
    for row, name in enumerate(names):
        if not name.strip():
            raise EvaluatorError(f"{table.path}, row {row + table.first_row}: the system's name is empty; every row needs one.")
        rows.setdefault(name, []).append(row)
    for name in only:
        if name not in rows:
            raise EvaluatorError(f"{table.path} has no system {name!r}.{did_you_mean(name, rows)}")
    rows = {name: own for name, own in rows.items() if not only or name in only}
    further = [name for name in columns if name.startswith("reference_")]
    systems = []
    spine: list[tuple[str, ...]] = []
    for name, own in rows.items():
        keys = [(columns.get("document", [stem] * n)[r], columns["reference"][r], *(columns[f][r] for f in further)) for r in own]
        spine = spine or keys
        _same_segments(table, name, own, keys, next(iter(rows)), spine)
        systems.append(System(name, tuple(_pairs(columns, own, keys))))
    return EvalSet(tuple(systems), 1 + len(further))


def _pairs(columns: Mapping[str, list[str]], rows: Sequence[int], keys: Sequence[tuple[str, ...]]) -> list[SegmentPair]:
    counts: dict[str, int] = {}
    pairs = []
    for row, (document, reference, *further) in zip(rows, keys, strict=True):
        counts[document] = counts.get(document, 0) + 1
        references = (reference, *(text or None for text in further))
        hypothesis = columns["hypothesis"][row]
        alignment = "1-1" if hypothesis.strip() or not reference.strip() else "1-0"
        source, domain = (columns[name][row] if name in columns else "" for name in ("source", "domain"))
        pairs.append(SegmentPair(document, counts[document], alignment, references, hypothesis, source, domain))
    return pairs


def _short(key: tuple[str, ...]) -> str:
    return repr(" / ".join(text[:40] + "…" * (len(text) > 40) for text in key[:2]))


def _same_segments(table: TextTable, name: str, rows: Sequence[int], keys: Sequence[tuple[str, ...]], first: str, spine: Sequence[tuple[str, ...]]) -> None:
    for at, (row, key) in enumerate(zip(rows, keys, strict=True)):
        if at < len(spine) and key != spine[at]:
            raise EvaluatorError(
                f"{table.path}, row {row + table.first_row}: segment {at + 1} of system {name!r} has another document or reference than segment {at + 1} "
                f"of {first!r} ({_short(key)} against {_short(spine[at])}). All systems need the same references in the same order."
            )
    if len(keys) != len(spine):
        raise EvaluatorError(
            f"{table.path}: system {name!r} has {len(keys)} rows, {first!r} has {len(spine)}. All systems need the same references in the same order."
        )
