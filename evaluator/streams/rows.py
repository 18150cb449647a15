"""A batch of a table as segments: texts by meaning, what cannot be scored with its reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from evaluator.readers.batches import BadRow, Batch

LABELS = ("system", "document", "domain")
"""Columns that may be numbered."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of a batch that can be scored, each sequence (n,)."""

    texts: Mapping[str, list[str]]
    """By canonical name; reference and hypothesis are always there."""
    references: list[list[str | None]]
    """One stream a reference; None where a row lacks it."""
    further: Mapping[str, list[Any]]
    """The file's other columns, as they are."""
    bad: list[BadRow]
    """What cannot be scored, in the file's order."""

    def __len__(self) -> int:
        return len(self.texts["hypothesis"])


def rows_of(batch: Batch, wanted: Mapping[str, str]) -> Rows:
    """The rows of a batch; those with a cell that is no text are left out and named."""
    bad: dict[int, str] = {}
    for canonical, name in wanted.items():
        if _all_plain(canonical, batch.columns[name]):
            continue
        for i, value in enumerate(batch.columns[name]):
            plain = type(value) is str and value.isascii() and "\0" not in value and (canonical != "system" or value.strip())
            if not plain and i not in bad and (reason := _problem(canonical, name, value)):
                bad[i] = reason
    columns = batch.columns
    if bad:
        kept = [i for i in range(len(batch.numbers)) if i not in bad]
        columns = {name: [values[i] for i in kept] for name, values in columns.items()}
    texts = {canonical: list(map(_text, columns[name])) if canonical in LABELS or canonical.startswith("reference_") else columns[name]
             for canonical, name in wanted.items()}  # fmt: skip
    given = set(wanted.values())
    further = {name: values for name, values in columns.items() if name not in given}
    named = [*batch.bad, *(BadRow(batch.numbers[i], reason) for i, reason in bad.items())]
    return Rows(texts, _streams(texts), further, sorted(named))


def _all_plain(canonical: str, values: Sequence[Any]) -> bool:
    """True where one look at the column tells that every cell is text without fault, as nearly always."""
    if set(map(type, values)) != {str} or (canonical == "system" and not all(map(str.strip, values))):
        return False
    text = "".join(values)
    try:
        return "\0" not in text and (text.isascii() or bool(text.encode()))
    except UnicodeEncodeError:
        return False


def _streams(texts: Mapping[str, list[str]]) -> list[list[str | None]]:
    """References as a run in memory has them: an empty cell is a missing one, in every column; where all are empty the segment is."""
    columns = [texts["reference"], *(values for name, values in texts.items() if name.startswith("reference_"))]
    if len(columns) == 1:
        return [list(columns[0])]
    streams: list[list[str | None]] = [[text or None for text in values] for values in columns]
    for i, cells in enumerate(zip(*columns, strict=True)):
        if not any(cells):
            streams[0][i] = ""
    return streams


def _text(value: Any) -> str:
    return "" if value is None else value if isinstance(value, str) else str(value)


def _problem(canonical: str, name: str, value: Any) -> str:
    """Why a cell is no text; empty where it is."""
    if isinstance(value, str):
        return _text_problem(canonical, name, value)
    if (canonical in LABELS and isinstance(value, int)) or (canonical.startswith("reference_") and value is None):
        return ""
    return f"column {name}: {'null' if value is None else type(value).__name__} instead of text"


def _text_problem(canonical: str, name: str, text: str) -> str:
    if "\0" in text:
        return f"column {name}: a NUL character"
    if canonical == "system" and not text.strip():
        return f"column {name}: the system's name is empty"
    try:
        text.encode()
    except UnicodeEncodeError as error:
        return f"column {name}: not UTF-8 text at character {error.start}"
    return ""
