"""What a comparison is asked to do, and what it is given to compare."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from evaluator.option_checks import check_options
from evaluator.options import OF_COMPARISON, RESAMPLES, ComparisonOptions
from evaluator.types import EvaluatorError, FloatArray

TESTS = OF_COMPARISON["test"].declared.choices
UNITS = tuple(OF_COMPARISON["unit"].declared.choices)
CORRECTIONS = OF_COMPARISON["correction"].declared.choices
MIN_DOCUMENTS = 30
"""From here on `auto` resamples documents; below, too few can be drawn to hold the 5 %."""
ALPHA = 0.05
SEED: int = OF_COMPARISON["seed"].default


@dataclass(frozen=True, slots=True)
class Plan(ComparisonOptions):
    """How systems are compared."""

    @property
    def n_resamples(self) -> int:
        """The number of resamples, asked for or the test's own."""
        return RESAMPLES[self.test] if self.resamples is None else self.resamples


@dataclass(frozen=True, slots=True)
class MetricData:
    """One metric's statistics of all systems."""

    metric: str
    """As printed in papers, such as `chrF2`."""
    statistics: FloatArray
    """float64 (n_systems, n_segments, n_stats); zeros where a segment was left out."""
    formula: Mapping[str, Any]
    """How summed statistics become a score; see `formulas.py`."""
    segment_scores: FloatArray | None = None
    """float64 (n_systems, n_segments) for wins and losses; None makes them of the statistics."""
    higher_is_better: bool = True
    unit_scale: bool = False
    signature: str = ""
    n_segments: Sequence[int] | None = None
    """For each system the segments scored; None for all."""
    by_document: FloatArray | None = None
    """Statistics of documents where only sums are known, in groups as `statistics` then are; see `Sums`."""
    wins: Sequence[tuple[int, int, int]] | None = None
    """For each pair wins, losses and ties where only sums are known."""


@dataclass(frozen=True, slots=True)
class Sums:
    """A set of which no single segment is kept: statistics come as those of the units that are exchanged or drawn, in groups where there are many."""

    n_segments: int
    n_documents: int
    """1 where documents are not known."""
    sizes: Mapping[str, FloatArray]
    """By unit, segment or document, the segments in each, float64 (n_units,)."""


@dataclass(frozen=True, slots=True)
class ComparisonData:
    """All that is compared: systems, metrics and the documents of the segments."""

    systems: tuple[str, ...]
    subjects: tuple[MetricData, ...]
    documents: Sequence[str] | None = None
    """For each segment its document; None where documents are not known."""
    sums: Sums | None = None
    """Where only sums are known; None where statistics are those of segments."""

    @property
    def n_documents(self) -> int:
        """How many documents there are; 0 where they are not known."""
        if self.sums is not None:
            return self.sums.n_documents if self.sums.n_documents > 1 else 0
        return len(set(self.documents)) if self.documents is not None else 0


def check_plan(plan: Plan) -> None:
    """Refuse what no test can do, before any work.

    Raises:
        EvaluatorError: an unknown test, unit or correction, too few resamples, or a test that cannot draw the unit.
    """
    check_options(OF_COMPARISON, plan)
    if plan.test == "sacrebleu-bs" and plan.unit == "document":
        raise EvaluatorError("sacreBLEU's bootstrap draws segments; use --test bootstrap to draw documents, or --unit segment.")
