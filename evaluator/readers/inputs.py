"""What the user handed in, files or texts in memory, as `Inputs` or as an `EvalSet`."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from evaluator.plugins import READERS, TEXT_READERS, did_you_mean, load_part
from evaluator.readers.forms import ending_of, form_of
from evaluator.readers.matching import Read, bring_together
from evaluator.readers.separated import layout_of
from evaluator.readers.source import decode, read_bytes
from evaluator.readers.streams import TextFile
from evaluator.readers.tables import TextTable, is_header, looks_like_table
from evaluator.readers.testsets import PAIR
from evaluator.readers.text import document_of, text_document
from evaluator.types import Document, EvalSet, EvaluatorError, InputFile, Inputs, SegmentPair, System

TextSource = str | os.PathLike[str] | Sequence[str]
"""A path, or segments in memory."""
TABLE_SUFFIXES = {".tsv": "tsv", ".csv": "csv", ".jsonl": "jsonl", ".json": "jsonl", ".parquet": "parquet", ".xml": "xml"}
TEXT_SUFFIXES = (".txt", ".hyp", ".out", ".md", ".srt", ".vtt", ".sgm", ".sgml", ".json", ".jsonl")
"""Endings that are no part of a system's name."""


def system_name(path: str) -> str:
    """The name that a file gives its system: its own without the ending."""
    name = Path(split_pair(path).path).name.removesuffix(".gz")
    return Path(name).stem if Path(name).suffix in TEXT_SUFFIXES else name


def table_name(path: str) -> str:
    """The name of the one system of a table that names none: the file's without the ending."""
    return Path(split_pair(path).path.removesuffix(".gz")).stem


@dataclass(frozen=True, slots=True)
class FilePair:
    """A path with the language pair that is meant."""

    path: str
    pair: str
    """Empty where none is named."""


def split_pair(path: str) -> FilePair:
    """FILE:PAIR of a test set that holds several language pairs; a file whose own name has a colon stays whole."""
    file, colon, pair = path.rpartition(":")
    if colon and PAIR.fullmatch(pair) and not Path(path).exists() and ending_of(file) in (".json", ".jsonl"):
        return FilePair(file, pair)
    return FilePair(path, "")


def is_table(path: str) -> bool:
    """True when the file's ending is that of a table with named columns."""
    return ending_of(split_pair(path).path) in TABLE_SUFFIXES


def read_inputs(references: Sequence[TextSource], systems: Mapping[str, TextSource], source: TextSource | None = None, names: Sequence[str] = ()) -> Inputs:
    """Every text read; files that mark their segments are matched to one sequence of segments.

    Args:
        references: the first is the one that segments are those of.
        systems: by name.
        source: the source text.
        names: the references to take from files that hold several; none for those by people.

    Raises:
        EvaluatorError: a text that cannot be read.
    """
    streams = [str(text) for text in (*references, *systems.values(), source) if isinstance(text, (str, os.PathLike))]
    if streams.count("-") > 1:
        raise EvaluatorError(f"Standard input (-) is named {streams.count('-')} times; it can be read once.")
    first = [_read(text, "reference", "reference" if i == 0 else f"reference {i + 1}") for i, text in enumerate(references)]
    outputs = {name: _read(text, "system", f"systems[{name!r}]") for name, text in systems.items()}
    beside = None if source is None else _read(source, "source", "source")
    plain = [file for file in (*first, *outputs.values(), beside) if isinstance(file, Document)]
    if not names and len(plain) == len(first) + len(outputs) + (beside is not None):
        texts = {name: file for name, file in outputs.items() if isinstance(file, Document)}
        return Inputs(tuple(plain[: len(first)]), texts, plain[-1] if beside is not None else None)
    return bring_together(first, outputs, beside, names)


def _read(text: TextSource, role: str, name: str) -> Read:
    if not isinstance(text, (str, os.PathLike)):
        return document_of(name, text)
    given = split_pair(os.fspath(text))
    path = given.path
    ending = ending_of(path)
    if ending == ".parquet":
        raise _a_table(path)
    data = read_bytes(path)
    content = decode(data, path)
    if layout_of(content, "tsv", is_header).named:
        raise _a_table(path)
    form = form_of(content, path)
    if form == "text" and ending in (".tsv", ".csv"):
        raise _a_table(path)
    if form == "xml":
        raise EvaluatorError(f"{path} is a WMT test set in XML; give it alone, with references and systems in it, or name text files.")
    digest = hashlib.sha256(data).hexdigest()
    if form == "text":
        return text_document(path, content, digest)
    if form in ("json", "jsonl"):
        reader = load_part(TEXT_READERS["json"])
        read: TextFile = reader(path, content, form, digest, role, given.pair)
    else:
        read = load_part(TEXT_READERS[form])(path, content, digest)
    return replace(read, path=os.fspath(text)) if given.pair else read


def _a_table(path: str) -> EvaluatorError:
    return EvaluatorError(
        f"{path} is a table; give it alone, with columns reference, hypothesis and system, or name a text file (call it .txt if its lines are the texts)."
    )


def input_files(inputs: Inputs) -> list[InputFile]:
    """Where the texts came from, for `run.json`."""
    if inputs.files:
        return list(inputs.files)
    named = [("reference", "", document) for document in inputs.references]
    named += [("system", name, document) for name, document in inputs.systems.items()]
    named += [("source", "", inputs.source)] if inputs.source else []
    return [InputFile(role, name, document.name, document.sha256) for role, name, document in named]


def read_table(path: str, names: Sequence[str] = (), quoting: bool = True) -> TextTable:
    """A table, by its ending or by a header line with the columns of one.

    Args:
        path: the file.
        names: of the references, where it is a test set that holds several.
        quoting: False takes quotation marks in TSV and CSV as they are.

    Raises:
        EvaluatorError: no table, or a table that cannot be read.
    """
    given = split_pair(path)
    ending = ending_of(given.path)
    kind = TABLE_SUFFIXES.get(ending) or looks_like_table(given.path)
    if kind is None:
        raise EvaluatorError(f"{path} alone is not enough: give a system file after it, or one table ({', '.join(TABLE_SUFFIXES)}) with named columns.")
    if names and kind != "jsonl":
        raise EvaluatorError(f"--references names {', '.join(names)}, and {path} is no test set in JSON Lines; its columns reference, reference_2 … all count.")
    options: dict[str, object] = {"quoting": quoting} if kind in ("tsv", "csv") else {"names": names, "pair": given.pair} if kind == "jsonl" else {}
    reader: Callable[..., TextTable] = load_part(READERS[kind])
    return reader(given.path, **options)


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
    rows = _rows_by_system(table) if "system" in columns else {stem: range(n)}
    for name in only:
        if name not in rows:
            raise EvaluatorError(f"{table.path} has no system {name!r}.{did_you_mean(name, rows)}")
    rows = {name: own for name, own in rows.items() if not only or name in only}
    documents = columns.get("document") or [stem] * n  # made once: a list for each row takes minutes at 100,000 rows
    additional = [name for name in columns if name.startswith("reference_")]
    systems = []
    spine: list[tuple[str, ...]] = []
    for name, own in rows.items():
        keys = list(zip(*(_some(texts, own) for texts in (documents, columns["reference"], *(columns[f] for f in additional))), strict=True))
        if spine:
            _same_segments(table, name, own, keys, next(iter(rows)), spine)
        spine = spine or keys
        systems.append(System(name, tuple(_pairs(columns, own, keys))))
    return EvalSet(tuple(systems), 1 + len(additional), tuple(table.notes), unit=table.unit)


def _rows_by_system(table: TextTable) -> dict[str, Sequence[int]]:
    rows: dict[str, list[int]] = {}
    for row, name in enumerate(table.columns["system"]):
        if not name.strip():
            raise EvaluatorError(f"{table.path}, row {row + table.first_row}: the system's name is empty; every row needs one.")
        rows.setdefault(name, []).append(row)
    return dict(rows)


def _some(texts: list[str], rows: Sequence[int]) -> list[str]:
    return texts if len(rows) == len(texts) else [texts[row] for row in rows]


def _pairs(columns: Mapping[str, list[str]], rows: Sequence[int], keys: Sequence[tuple[str, ...]]) -> list[SegmentPair]:
    counts: dict[str, int] = {}
    pairs = []
    beside = [_some(columns[name], rows) if name in columns else [""] * len(rows) for name in ("hypothesis", "source", "domain")]
    for (document, *texts), hypothesis, source, domain in zip(keys, *beside, strict=True):
        counts[document] = number = counts.get(document, 0) + 1
        # An empty cell is a missing reference, in every column; where all are empty the segment is.
        references = tuple([text or None for text in texts]) if any(texts) else (texts[0], *(None for _ in texts[1:]))
        alignment = "1-1" if hypothesis.strip() or not any((text or "").strip() for text in references) else "1-0"
        pairs.append(SegmentPair(document, number, alignment, references, hypothesis, source, domain))
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
