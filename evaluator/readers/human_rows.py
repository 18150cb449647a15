"""Judgements by people and scores of metrics, a row each, whatever file they come from.

`human_tables.py` reads tables, `human_marks.py` MQM and ESA files; what they read is matched to
systems and segments later, by whoever has both sides.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple


class Mark(NamedTuple):
    """One error that a person marked."""

    start: int | None
    """First character of the hypothesis, 0-based; None where the error has no place in it."""
    end: int | None
    """One past the last."""
    category: str
    severity: str
    """In small letters: minor, major, critical, neutral."""


@dataclass(frozen=True, slots=True)
class JudgedRow:
    """What one person, or the mean of several, judged of one segment of one system; or what metrics did."""

    system: str
    document: str
    segment: str
    """As the file has it; empty where it has none."""
    hypothesis: str = ""
    """Empty where the file does not hold the text."""
    reference: str = ""
    score: float = float("nan")
    """By people, as the file has it."""
    rater: str = ""
    by_human: bool = False
    """True where the system is a person who translated."""
    marks: tuple[Mark, ...] | None = None
    """None where nobody was asked for errors."""
    metrics: Mapping[str, float] = field(default_factory=dict)
    """Scores of metrics, NaN where there is none."""


@dataclass(frozen=True, slots=True)
class JudgedFile:
    """The rows of a file."""

    path: str
    sha256: str
    rows: tuple[JudgedRow, ...]
    scale: str
    """MQM, ESA, DA and so on; empty where the file does not say."""
    notes: tuple[str, ...] = ()
