"""JSON and JSON Lines as rows: lists and lines of texts or objects, and pandas' and Datasets' tables by columns."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from evaluator.readers.text import split_lines
from evaluator.types import EvaluatorError


class JsonRow(NamedTuple):
    """One element."""

    where: str
    """`line 3` or `element 3`, for messages."""
    value: Any


def json_rows(path: str, text: str, form: str) -> list[JsonRow]:
    """The elements of a list, the lines of JSON Lines, or the rows of an object that holds columns.

    Args:
        path: for messages.
        text: the content.
        form: `json` or `jsonl`.

    Raises:
        EvaluatorError: not JSON, or an object that is no table.
    """
    if form == "jsonl":
        return [JsonRow(f"line {number}", _load(f"{path}, line {number}", line)) for number, line in enumerate(split_lines(text), 1) if line.strip()]
    loaded = _load(path, text)
    if isinstance(loaded, dict):
        loaded = _rows_of_columns(path, loaded)
    if not isinstance(loaded, list):
        raise EvaluatorError(f"{path} holds one JSON {type(loaded).__name__}; it must be a list with one text or object per segment.")
    return [JsonRow(f"element {number}", value) for number, value in enumerate(loaded, 1)]


def _load(where: str, text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise EvaluatorError(f"{where}: not JSON: {error}.") from None


def _rows_of_columns(path: str, loaded: Mapping[str, Any]) -> list[Any]:
    """Rows from what `DataFrame.to_json` writes with each `orient`, from {column: list}, or from the only list in an object."""
    columns, data = loaded.get("columns"), loaded.get("data")
    if isinstance(columns, list) and isinstance(data, list):  # orient="split"
        return [dict(zip(map(str, columns), row, strict=False)) for row in data if isinstance(row, list)]
    if isinstance(data, list) and isinstance(loaded.get("schema"), dict):  # orient="table"
        return data
    values = list(loaded.values())
    if values and all(isinstance(value, list) for value in values) and not any(isinstance(x, (dict, list)) for x in values[0]):
        lengths = {name: len(value) for name, value in loaded.items()}
        if len(set(lengths.values())) > 1:
            raise EvaluatorError(
                f"{path} has columns of different length: {', '.join(f'{name} {n}' for name, n in lengths.items())}; each needs one text per row."
            )
        return [dict(zip(loaded, row, strict=True)) for row in zip(*values, strict=True)]
    if values and all(isinstance(value, dict) for value in values):
        inner = [set(value) for value in values]
        if all(keys == inner[0] for keys in inner) and all(key.isdecimal() for key in inner[0]):  # orient="columns": {column: {row: text}}
            return [{name: column[row] for name, column in loaded.items()} for row in values[0]]
        return values  # orient="index": {row: {column: text}}
    return _only_list(path, loaded)


def _only_list(path: str, loaded: Mapping[str, Any]) -> list[Any]:
    """The list in an object that holds one beside other things, or the object itself where it holds neither list nor object."""
    values = list(loaded.values())
    lists = [value for value in values if isinstance(value, list)]
    if len(lists) == 1 and lists[0]:
        return lists[0]
    if values and not any(isinstance(value, (list, dict)) for value in values):
        return [dict(loaded)]  # one object alone, as a file of one line has it
    raise EvaluatorError(f"{path} is a JSON object with {', '.join(map(repr, list(loaded)[:5]))}; it must be a list with one text or object per segment.")
