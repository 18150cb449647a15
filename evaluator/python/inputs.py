"""Texts and tables in memory: a `str` or path is a file, any other sequence holds texts.

pandas, polars, pyarrow and NumPy are known by what their objects can do, so that none is imported here.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from evaluator.check import check_system_names
from evaluator.readers.inputs import TextSource, system_name
from evaluator.readers.tables import TextTable, table_in_memory
from evaluator.types import EvaluatorError

Path = str | os.PathLike[str]
UNNAMED = "system"
"""Name of the one system that is given as texts without a name."""
TABLE = "table"
"""How messages call a table in memory."""


def table_of(value: Any) -> TextTable | None:
    """A frame, a dict of lists or a list of dicts as a table; None for anything else.

    Raises:
        EvaluatorError: it has no columns reference and hypothesis, or cells that are no text.
    """
    if isinstance(value, (str, os.PathLike)):
        return None
    columns = columns_of(value)
    if columns is None and isinstance(value, Sequence) and value and all(isinstance(row, Mapping) for row in value):
        names = dict.fromkeys(name for row in value for name in row)
        columns = {str(name): [row.get(name) for row in value] for name in names}
    if columns is None:
        return None
    return table_in_memory(TABLE, {name: [_cell(cell) for cell in cells] for name, cells in columns.items()})


def columns_of(value: Any) -> dict[str, list[Any]] | None:
    """The columns of a frame or a dict of lists; None for anything else."""
    if hasattr(value, "to_pydict"):  # pyarrow
        return {str(name): list(cells) for name, cells in value.to_pydict().items()}
    if isinstance(value, Mapping):
        return {str(name): _listed(cells, f"{TABLE}[{name!r}]") for name, cells in value.items()}
    if hasattr(value, "columns") and hasattr(value, "__getitem__"):  # pandas, polars
        names = list(value.columns)
        if len(set(names)) < len(names):
            raise EvaluatorError(f"The frame has two columns of one name among {', '.join(map(str, names))}; keep one.")
        return {str(name): _listed(value[name], f"column {name!r}") for name in names}
    return None


def _cell(value: Any) -> Any:
    """A cell as plain Python; what pandas uses for a missing one is None."""
    value = value.item() if hasattr(value, "item") and not isinstance(value, str) else value
    if value is None or (isinstance(value, float) and math.isnan(value)) or type(value).__name__ in ("NAType", "NaTType"):
        return None
    return str(value) if isinstance(value, str) else list(value) if isinstance(value, (list, tuple)) or hasattr(value, "tolist") else value


def texts_of(value: Any, name: str) -> TextSource:
    """A path as it is, or texts as a list.

    Args:
        value: a path, or any sequence of texts.
        name: how messages call it.

    Raises:
        EvaluatorError: no texts, a text where a path is meant, or a missing value.
    """
    if isinstance(value, (str, os.PathLike)):
        path = os.fspath(value)
        if "\n" in path or (" " in path and path != "-" and not os.path.exists(path)):
            shown = path if len(path) <= 40 else path[:39] + "…"
            raise EvaluatorError(f"{name} is {shown!r}: a str is the path of a file, and there is none of that name. Texts are given as a list: [text, …].")
        return path
    if columns_of(value) is not None:
        raise EvaluatorError(f"{name} is a {type(value).__name__}; give one of its columns, or a list of texts.")
    texts = _listed(value, name)
    for i, text in enumerate(texts):
        if _cell(text) is None:
            raise EvaluatorError(f"{name}[{i}] is missing ({text!r}); write '' for an empty segment.")
    return [str(text) if isinstance(text, str) else text for text in texts]


def _listed(value: Any, name: str) -> list[Any]:
    """The elements of any sequence of one dimension."""
    if isinstance(value, (bytes, bytearray, str)) or not isinstance(value, Iterable):
        raise EvaluatorError(f"{name} is {type(value).__name__}; it must be a list of texts.")
    if getattr(value, "ndim", 1) != 1:
        raise EvaluatorError(f"{name} has {value.ndim} dimensions; it must be a list of texts.")  # type: ignore[attr-defined]
    for method in ("tolist", "to_pylist", "to_list"):
        if hasattr(value, method):
            return list(getattr(value, method)())
    return list(value)


def systems_of(value: Any) -> dict[str, TextSource]:
    """Systems by name: a mapping, a frame with one column per system, files named after themselves, or the texts of one system.

    Raises:
        EvaluatorError: texts of several systems without names, or names of files among texts.
    """
    named = columns_of(value) if not isinstance(value, Mapping) else value
    if named is not None:
        return {name: texts_of(texts, f"systems[{name!r}]") for name, texts in named.items()}
    if isinstance(value, (str, os.PathLike)):
        return _files([value])
    elements = _listed(value, "systems")
    if elements and all(isinstance(one, os.PathLike) for one in elements):
        return _files(elements)
    if any(not isinstance(one, str) and isinstance(one, Iterable) for one in elements):
        raise EvaluatorError(f"systems holds {len(elements)} lists without names; give {{name: list of texts}}.")
    if elements and all(isinstance(one, str) and os.path.isfile(one) for one in elements):
        raise EvaluatorError(
            f"systems is a list of {len(elements)} names of files, and a list holds texts: give {{name: file}}, or the files as pathlib.Path: "
            f"{elements[0][:60]!r}."
        )
    name = getattr(value, "name", None)
    return {name if isinstance(name, str) and name.strip() else UNNAMED: texts_of(value if hasattr(value, "tolist") else elements, "systems")}


def _files(paths: Sequence[Path]) -> dict[str, TextSource]:
    named = [(system_name(os.fspath(path)), texts_of(path, "systems")) for path in paths]
    check_system_names([(name, str(path)) for name, path in named])
    return dict(named)


def references_of(reference: Any, additional: Any) -> list[TextSource]:
    """The reference and the additional ones.

    Raises:
        EvaluatorError: a flat list of texts where lists of texts are meant.
    """
    if isinstance(additional, (str, os.PathLike)):
        additional = [additional]
    listed = list(additional)
    if len(listed) > 1 and all(isinstance(one, str) and not os.path.isfile(one) for one in listed):
        raise EvaluatorError(f"references holds {len(listed)} texts; it is a list of further references, each a file or a list: wrap it as [references].")
    return [texts_of(reference, "reference"), *(texts_of(one, f"reference {k}") for k, one in enumerate(listed, 2))]
