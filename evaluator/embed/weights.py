"""Tensors of safetensors files, mapped and not copied.

Source: https://github.com/huggingface/safetensors, "Format": eight bytes with the length of a JSON header, the header, the numbers.
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evaluator.types import EvaluatorError

DTYPES = {"F32": "<f4", "F16": "<f2"}
"""What NumPy reads; bfloat16 it does not."""
LONGEST_HEADER = 100_000_000


def _is_entry(entry: Any) -> bool:
    """True for what a header states of a tensor: a type, a shape, and as many bytes as the two take."""
    if not isinstance(entry, dict) or not isinstance(entry.get("dtype"), str):
        return False
    shape, offsets = entry.get("shape"), entry.get("data_offsets")
    if not isinstance(shape, list) or not isinstance(offsets, list) or len(offsets) != 2:
        return False
    if not all(type(number) is int and number >= 0 for number in (*shape, *offsets)):
        return False
    size = np.dtype(DTYPES[entry["dtype"]]).itemsize if entry["dtype"] in DTYPES else None
    return size is None or math.prod(shape) * size == offsets[1] - offsets[0]


class Weights:
    """The tensors of a model by name; `bert.` in front of names is left out.

    Raises:
        EvaluatorError: a file that is no safetensors file, or is cut short.
    """

    def __init__(self, files: list[Path]) -> None:
        self._places: dict[str, tuple[Path, int, dict[str, Any]]] = {}
        for file in files:
            try:
                with open(file, "rb") as opened:
                    size = int.from_bytes(opened.read(8), "little")
                    header = json.loads(opened.read(size)) if 0 < size < LONGEST_HEADER else None
            except (OSError, ValueError, RecursionError):
                header = None
            if not isinstance(header, dict):
                raise EvaluatorError(f"The weights in {file} are damaged: no header of a safetensors file.")
            for name, entry in header.items():
                if name != "__metadata__":
                    if not _is_entry(entry):
                        raise EvaluatorError(f"The weights in {file} are damaged: the header does not say type, shape and place of {name[:60]!r}.")
                    if 8 + size + int(entry["data_offsets"][1]) > file.stat().st_size:
                        raise EvaluatorError(f"The weights in {file} are damaged: {name} ends beyond the end of the file.")
                    self._places[name.removeprefix("bert.")] = (file, 8 + size, entry)

    def names(self) -> list[str]:
        """Names of all tensors."""
        return list(self._places)

    def __contains__(self, name: object) -> bool:
        return name in self._places

    def readable(self) -> bool:
        """True when NumPy reads all of them."""
        return all(entry["dtype"] in DTYPES for _, _, entry in self._places.values() if entry["dtype"].startswith(("F", "BF")))

    def read(self, name: str) -> NDArray[np.float32]:
        """A tensor as float32; one of float32 stays in the file until it is used.

        Raises:
            EvaluatorError: there is none of that name.
        """
        if name not in self._places:
            raise EvaluatorError(f"The weights are not those of a BERT encoder: they have no {name}.")
        file, start, entry = self._places[name]
        mapped = np.memmap(file, dtype=DTYPES[entry["dtype"]], mode="c", offset=start + int(entry["data_offsets"][0]), shape=tuple(entry["shape"]))
        return np.asarray(mapped, dtype=np.float32)

    def table(self, name: str) -> NDArray[np.float32]:
        """A matrix whose rows are looked up."""
        return self.read(name)
