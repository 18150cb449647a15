"""The lists that public functions return, which a notebook shows as tables; they are lists in every other way."""

from __future__ import annotations

from evaluator.cells import html_table
from evaluator.check import Problem
from evaluator.types import AlignedPair, Diagnosis, shown_fidelity


class Diagnoses(list[Diagnosis]):
    """What `diagnose` returns."""

    def _repr_html_(self) -> str:
        rows = [
            [i, f"{one.risk:.3f}", shown_fidelity(one), one.severity, "yes" if one.flagged else "", len(one.findings), one.reason] for i, one in enumerate(self)
        ]
        return html_table(["", "risk", "fidelity", "severity", "flagged", "findings", "reason"], rows)


class Problems(list[Problem]):
    """What `check` returns."""

    def _repr_html_(self) -> str:
        if not self:
            return "<p>nothing found</p>"
        return html_table(["check", "severity", "text", "finding", "count"], [[one.check, one.severity, one.text, one.message, one.count] for one in self])


class AlignedPairs(list[AlignedPair]):
    """What `align` returns."""

    def _repr_html_(self) -> str:
        rows = [[_numbers(one.reference), _numbers(one.hypothesis), "moved" if one.moved else "", f"{one.score:.2f}"] for one in self]
        return html_table(["reference", "hypothesis", "", "probability"], rows)


def _numbers(paragraphs: tuple[int, ...]) -> str:
    return ", ".join(map(str, paragraphs)) or "–"
