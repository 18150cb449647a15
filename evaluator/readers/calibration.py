"""Calibration files: a prior and a threshold that `evaluator annotate import` fitted to judged material."""

from __future__ import annotations

import hashlib
import json
from typing import NamedTuple

from evaluator.readers.source import decode, read_bytes
from evaluator.types import EvaluatorError

FORMAT = "evaluator-calibration-1"


class Calibration(NamedTuple):
    """What a file sets."""

    path: str
    sha256: str
    diagnosis: str
    """Version of the diagnosis that it was fitted for."""
    prior: float
    threshold: float


def read_calibration(path: str) -> Calibration:
    """The calibration of a file.

    Raises:
        EvaluatorError: no calibration file, or a number that is no probability.
    """
    data = read_bytes(path)
    try:
        stored = json.loads(decode(data, path))
    except (ValueError, RecursionError) as error:
        raise EvaluatorError(f"{path} is no calibration file: it is not JSON ({error}).") from None
    if not isinstance(stored, dict) or stored.get("format") != FORMAT:
        raise EvaluatorError(f"{path} is no calibration file: its format is not {FORMAT}. evaluator annotate import writes one.")
    numbers = []
    for name in ("prior", "threshold"):
        value = stored.get(name)
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value < 1:
            raise EvaluatorError(f"{path}: {name} is {str(value)[:20]!r}; it must be a number above 0 and below 1.")
        numbers.append(float(value))
    return Calibration(path, hashlib.sha256(data).hexdigest(), str(stored.get("diagnosis")), *numbers)
