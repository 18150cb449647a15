"""Columns of a table as texts: one look at a whole column, cell by cell only where something is no plain text.

A cell with a list in the column reference holds several references. What columns are called is in `tables.py`.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping, Sequence
from typing import Any

from evaluator.readers.text import check_encodable
from evaluator.types import EvaluatorError

AT_ONCE = 4096
"""Cells that are tried as UTF-8 together."""


def text_columns(path: str, given: Mapping[str, list[Any]], where: Sequence[int | str], wanted: Mapping[str, str]) -> dict[str, list[str]]:
    """The wanted columns by canonical name.

    Args:
        path: the file, for messages.
        given: columns by the file's own names.
        where: for each row its line, or the place in words.
        wanted: by canonical name that of the file.

    Raises:
        EvaluatorError: a cell that is no text.
    """
    spread = _several(given[wanted["reference"]])
    columns = {canonical: _texts(canonical, given[name], f"column {name}", path, where) for canonical, name in wanted.items()}
    return {**columns, **_references_of(path, given[wanted["reference"]], where, wanted, spread)} if spread else columns


def _texts(canonical: str, values: list[Any], column: str, path: str, where: Sequence[int | str]) -> list[str]:
    """A column of texts; one look tells nearly always that every cell is one, and the place in words is made only where it is not."""
    if set(map(type, values)) == {str} and _encodable(values):
        return values
    return [_cell(canonical, value, f"{_place(path, at)}, {column}") for value, at in zip(values, where, strict=True)]


def _encodable(values: Sequence[str]) -> bool:
    try:
        for start in range(0, len(values), AT_ONCE):
            "".join(values[start : start + AT_ONCE]).encode()
    except UnicodeEncodeError:
        return False
    return True


def _place(path: str, at: int | str) -> str:
    return f"{path}, {at if isinstance(at, str) else f'line {at}'}"


def _cell(canonical: str, value: Any, where: str) -> str:
    if canonical in ("system", "document", "domain") and isinstance(value, int):
        value = str(value)  # numbered, as some exports have them
    if canonical.startswith("reference_") and value is None:
        return ""  # a row without this reference: missing
    if canonical == "reference" and isinstance(value, list):
        return ""  # filled by `_references_of`
    return _text(value, where)


def _several(values: Sequence[Any]) -> int:
    """The most references that a row has in one cell; 0 where cells hold one text."""
    if not any(value[:1] == "[" if type(value) is str else isinstance(value, list) for value in values):
        return 0
    lists = [_as_list(value) for value in values]
    if not any(one is not None for one in lists) or any(one is None for one in lists if not isinstance(one, list)):
        return 0
    return max((len(one) for one in lists if one is not None), default=0)


def _as_list(value: Any) -> list[Any] | None:
    """The list in a cell, as JSON and Parquet have it, or as pandas writes it into CSV."""
    if isinstance(value, list):
        return value
    if isinstance(value, str) and value[:1] == "[" and re.fullmatch(r"\[\s*['\"].*['\"]\s*\]", value, re.DOTALL):
        try:
            found = ast.literal_eval(value)
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            return None
        return found if isinstance(found, list) and all(isinstance(one, str) for one in found) else None
    return None


def _references_of(path: str, values: Sequence[Any], where: Sequence[int | str], wanted: Mapping[str, str], most: int) -> dict[str, list[str]]:
    """Columns of references from lists; a row with fewer lacks the others."""
    if any(name.startswith("reference_") for name in wanted):
        raise EvaluatorError(f"{path} has a list of references in the column {wanted['reference']} and further columns of references; keep one of the two.")
    columns: dict[str, list[str]] = {("reference" if k == 0 else f"reference_{k + 1}"): [] for k in range(most)}
    for value, at in zip(values, where, strict=True):
        texts = _as_list(value) or []
        place = f"{_place(path, at)}, column {wanted['reference']}"
        for k, column in enumerate(columns.values()):
            column.append(_text(texts[k], place) if k < len(texts) and texts[k] is not None else "")
    return columns


def _text(value: object, where: str) -> str:
    if not isinstance(value, str):
        kind = "null" if value is None else type(value).__name__
        raise EvaluatorError(f"{where}: {kind} instead of text; write an empty text for an empty segment.")
    check_encodable(value, where)
    return value
