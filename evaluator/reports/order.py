"""The order in which paragraphs are shown worst first: by severity, risk and fidelity, never by the order of the command line."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from evaluator.reports.marks import SEVERITIES

Key = Callable[[int], tuple[Any, ...]]
"""What rows of segments.csv are sorted by."""


def gravity(columns: Mapping[str, Sequence[Any]]) -> Key:
    """A key that sorts judged rows worst first: the worst finding, then the highest risk, then the lowest fidelity, then reading order and name."""
    place = reading_place(columns)

    def key(k: int) -> tuple[Any, ...]:
        severity, fidelity = columns["severity"][k], columns["fidelity"][k]
        rank = SEVERITIES.index(severity) if severity in SEVERITIES else -1
        return -rank, -columns["risk"][k], 100.0 if fidelity is None else fidelity, *place(k)

    return key


def reading_place(columns: Mapping[str, Sequence[Any]]) -> Key:
    """A key that sorts rows as the text is read, and systems of one segment by name."""
    documents: dict[str, int] = {}
    for name in columns["document"]:
        documents.setdefault(name, len(documents))
    return lambda k: (documents[columns["document"][k]], columns["segment"][k], columns["system"][k])
