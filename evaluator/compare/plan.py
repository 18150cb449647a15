"""What a comparison is asked to do, and what it is given to compare."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from evaluator.plugins import did_you_mean
from evaluator.types import EvaluatorError, FloatArray

TESTS = {
    "ar": "paired approximate randomization",
    "bootstrap": "signed two-sided paired bootstrap",
    "sacrebleu-bs": "sacreBLEU's paired bootstrap",
}
UNITS = ("auto", "segment", "document")
CORRECTIONS = {"holm": "Holm", "bh": "Benjamini-Hochberg", "none": "uncorrected"}
RESAMPLES = {"ar": 10_000, "bootstrap": 10_000, "sacrebleu-bs": 1_000}
"""Without a number of one's own; 1,000 is sacreBLEU's for its bootstrap."""
FEWEST_RESAMPLES = 100
FEWEST_DOCUMENTS = 30
"""From here on `auto` resamples documents; below, too few can be drawn to hold the 5 %."""
ALPHA = 0.05
SEED = 12345


@dataclass(frozen=True, slots=True)
class Plan:
    """How systems are compared."""

    test: str = "ar"
    unit: str = "auto"
    resamples: int | None = None
    """None takes the test's own number."""
    correction: str = "holm"
    seed: int = SEED

    @property
    def n_resamples(self) -> int:
        """The number of resamples, asked for or the test's own."""
        return RESAMPLES[self.test] if self.resamples is None else self.resamples


@dataclass(frozen=True, slots=True)
class Subject:
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
class Contest:
    """All that is compared: systems, metrics and the documents of the segments."""

    systems: tuple[str, ...]
    subjects: tuple[Subject, ...]
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
        EvaluatorError: an unknown test, unit or correction, or too few resamples.
    """
    for value, known, what in ((plan.test, TESTS, "test"), (plan.unit, UNITS, "unit of resampling"), (plan.correction, CORRECTIONS, "correction")):
        if value not in known:
            raise EvaluatorError(f"There is no {what} {value!r}.{did_you_mean(value, known)}")
    if plan.n_resamples < FEWEST_RESAMPLES:
        raise EvaluatorError(f"--resamples is {plan.resamples}; a test needs at least {FEWEST_RESAMPLES}.")
    if plan.seed < 0:
        raise EvaluatorError(f"--seed is {plan.seed}; it must be 0 or more.")
    if plan.test == "sacrebleu-bs" and plan.unit == "document":
        raise EvaluatorError("sacreBLEU's bootstrap draws segments; use --test bootstrap to draw documents, or --unit segment.")
