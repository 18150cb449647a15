"""A text cut where findings begin and end, so that a page can mark each piece."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from evaluator.reports.safe import printable

SEVERITIES = ("minor", "major", "critical")


class Piece(NamedTuple):
    """A stretch of text under the same findings."""

    text: str
    """Control and direction characters shown, not obeyed."""
    severity: str
    """The worst of its findings; empty where there is none."""
    told: str
    """What they say, for a reader who points at it."""


def pieces_of(text: str, findings: Sequence[dict[str, Any]]) -> list[Piece]:
    """The text in pieces.

    Args:
        text: a cell of segments.csv.
        findings: rows of findings.csv on this side of it; those without a place mark nothing.
    """
    if not findings:
        return [Piece(printable(text), "", "")] if text else []
    placed = [f for f in findings if f["start"] is not None and f["end"] is not None and f["start"] < f["end"]]
    edges = sorted({0, len(text), *(f["start"] for f in placed), *(f["end"] for f in placed)})
    out = []
    for start, end in pairwise(edges):
        over = [f for f in placed if f["start"] <= start and end <= f["end"]]
        worst = max((f["severity"] for f in over), key=SEVERITIES.index, default="")
        out.append(Piece(printable(text[start:end]), worst, "; ".join(dict.fromkeys(told(f) for f in over))))
    return out


def answering(text: str, findings: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The findings of the other side, placed on their counterparts here; one whose words stand here twice or not at all is left out."""
    out = []
    for finding in findings:
        words = finding["counterpart"]
        if words and text.count(words) == 1:
            start = text.index(words)
            out.append({**finding, "start": start, "end": start + len(words)})
    return out


def told(finding: dict[str, Any]) -> str:
    """One finding in words: severity, category, message."""
    return printable(f"{finding['severity']}, {finding['category']}: {finding['message']}")
