"""What a metric declares and does. Whoever writes a metric starts here; `docs/metrics.md` has an example.

A metric is a class with one `Declaration` and the methods of `Metric`. Its objects never change: `prepare` takes
the references and returns an object that counts, so that nothing depends on what was scored before.
Registries of names are in `plugins.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal, NamedTuple, Protocol, TypeAlias

from evaluator.types import Advance, EvaluatorError, FloatArray

Streams: TypeAlias = Sequence[Sequence[str | None]]
"""References, one stream per reference, each (n_segments,); None where a reference lacks the segment."""
Need = Literal["vectors", "language", "source"]
"""vectors: the constructor takes `embedder`, the loaded model; language: it takes `lang`, None where it is not known;
source: `prepare` gets the source texts, and a run without them is refused."""
NEEDS: tuple[Need, ...] = ("vectors", "language", "source")
WIDEST_UNIT_SCALE = 2.0
"""Scores within this of zero are shown with the digits of a scale of 1."""
TOLERANCE = 1e-6
"""Share of a scale's width by which rounding may pass its ends."""


@dataclass(frozen=True, slots=True)
class Scale:
    """What a metric's numbers mean: which end is good, what an omitted segment scores, and where scores end.

    >>> error_rate = Scale(best=0, worst=1)
    >>> error_rate.higher_is_better, error_rate.unit_scale, error_rate.holds(1.2), Scale(best=0, worst=100, open_end=True).holds(120)
    (False, True, False, True)
    """

    best: float
    """Score of a segment that is as good as can be."""
    worst: float
    """Score of an omitted segment."""
    open_end: bool = False
    """True where scores may be worse than `worst`: TER over 100, BERTScore below 0."""

    def __post_init__(self) -> None:
        if self.best == self.worst:
            raise EvaluatorError(f"A scale's best and worst are both {self.best:g}; they say which way is better and must differ.")

    @property
    def higher_is_better(self) -> bool:
        """False for error rates."""
        return self.best > self.worst

    @property
    def unit_scale(self) -> bool:
        """True for scores around 0..1; decides the digits shown."""
        return max(abs(self.best), abs(self.worst)) <= WIDEST_UNIT_SCALE

    def holds(self, score: float) -> bool:
        """True for a score on the scale, and for NaN."""
        share = (score - self.worst) / (self.best - self.worst)
        return not share > 1 + TOLERANCE and (self.open_end or not share < -TOLERANCE)

    def __str__(self) -> str:
        return f"{self.worst:g} (omitted{', or worse' if self.open_end else ''}) to {self.best:g} (best)"


@dataclass(frozen=True, slots=True)
class ScoreColumn:
    """A column of segments.csv that a metric fills."""

    name: str
    meaning: str
    """One sentence for `results/README.md`."""
    title: str = ""
    """As printed where the column is compared on request, such as BERTScore-R; empty where it cannot be."""
    statistic: int = 0
    """With `title`: which of the statistics takes the place of `of` in the metric's formula."""
    is_score: bool = True
    """False for what tells something else than a score, such as which reference was chosen: omitted segments keep it."""


@dataclass(frozen=True, slots=True)
class Option:
    """An option of a metric: a keyword argument of its constructor, which states its type and default."""

    name: str
    help: str
    flags: tuple[str, ...] = ()
    """Options of the command line that set it, as sacreBLEU and bert-score call them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Declaration:
    """Everything that is known of a metric before it is made."""

    name: str
    """Registry name, such as `bleu`."""
    title: str
    """As papers print it; an object says it with its options, such as chrF2++."""
    summary: str
    """One line for `evaluator list metrics` and the docs, with the source."""
    scale: Scale
    columns: tuple[ScoreColumn, ...]
    """The last score among them is the metric's own, on its scale."""
    options: tuple[Option, ...] = ()
    """All of the constructor's keywords but those of `needs`."""
    needs: tuple[Need, ...] = ()
    language_options: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """By language the options that it takes where the user chose none."""
    rewards_copies: bool = True
    """False where a copy of the reference is no good score."""
    counted_by: Callable[[], str] | None = None
    """What computes it on this machine, in words, where that is worth a line."""

    def __post_init__(self) -> None:
        unknown = [need for need in self.needs if need not in NEEDS]
        if unknown:
            raise EvaluatorError(f"{self.name} needs {unknown[0]!r}, which nothing provides; there are {', '.join(NEEDS)}.")
        if not any(column.is_score for column in self.columns):
            raise EvaluatorError(f"{self.name} declares no column with a score.")

    @property
    def scores(self) -> tuple[ScoreColumn, ...]:
        """Columns that hold scores, the metric's own last."""
        return tuple(column for column in self.columns if column.is_score)


@dataclass(frozen=True, slots=True)
class Signature:
    """Everything that decides a metric's numbers."""

    corpus: str
    segment: str = ""
    """Of single segments; empty where it is the same."""
    peers: Mapping[str, str] = field(default_factory=dict)
    """By package how it would sign the same setting, where it can do it."""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Texts that a metric cannot judge: their cells are empty and they count nowhere."""

    segments: int
    cause: str


class Counts(NamedTuple):
    """What counting texts gave."""

    statistics: FloatArray
    """Sufficient statistics, float64 (n_hypotheses, n_stats): shards of them sum to the same score."""
    notes: tuple[str, ...] = ()
    """What only counting shows; a metric whose statistics are kept between runs has none."""
    unreadable: Unreadable | None = None


class Prepared(Protocol):
    """A metric with the references of a run; frozen, so that the order and number of calls change nothing."""

    @property
    def signature(self) -> Signature:
        """What decides the numbers."""

    def notes(self, hypotheses: Sequence[str]) -> tuple[str, ...]:
        """What a reader of the scores should know of these texts, whether counted now or before."""

    def count(self, hypotheses: Sequence[str], segments: Sequence[int], advance: Advance) -> Counts:
        """Statistics of texts.

        Args:
            hypotheses: texts of all systems, one after another.
            segments: for each the 0-based place of its reference in the streams.
            advance: called with the number of hypotheses just done.
        """


class Metric(Protocol):
    """A metric as additive sufficient statistics."""

    declared: ClassVar[Declaration]

    @property
    def title(self) -> str:
        """Name as printed in papers, options included."""

    @property
    def formula(self) -> Mapping[str, Any]:
        """How summed statistics become the score, as plain data: `kind` bleu, chrf, ter or ratio, and its parameters.

        `compare/formulas.py` has them; {"kind": "ratio", "of": 0, "by": 1} is the mean of one score per segment.
        """

    @property
    def cached(self) -> bool:
        """True where statistics may be kept between runs (they depend on a segment's texts and the options alone)
        and are worth it (a lookup is faster than counting)."""

    def prepare(self, references: Streams, sources: Sequence[str] = ()) -> Prepared:
        """The metric with references.

        Args:
            references: one stream per reference, each (n_segments,).
            sources: the source text of each segment; none where the run has none.
        """

    def segment_scores(self, statistics: FloatArray) -> Mapping[str, FloatArray]:
        """Scores by column, each float64 (n,); NaN where undefined."""

    def corpus_score(self, summed: FloatArray) -> float:
        """Score from statistics summed over segments, float64 (n_stats,); NaN where undefined."""

    def details(self, summed: FloatArray) -> str:
        """What the metric says beside its score, on one line."""


class SegmentMean:
    """Base of a metric whose score is the mean of its segments: statistics [score, 1], or [0, 0] where undefined.

    What is left to write: `declared` and `prepare`.
    """

    declared: ClassVar[Declaration]
    formula: ClassVar[Mapping[str, Any]] = {"kind": "ratio", "of": 0, "by": 1}
    cached = False

    @property
    def title(self) -> str:
        """The declared one."""
        return self.declared.title

    def segment_scores(self, statistics: FloatArray) -> Mapping[str, FloatArray]:
        """See `Metric.segment_scores`."""
        import numpy as np

        return {self.declared.scores[-1].name: np.where(statistics[:, 1] > 0, statistics[:, 0], np.nan)}

    def corpus_score(self, summed: FloatArray) -> float:
        """The mean of the segments that have a score."""
        return float(summed[self.formula["of"]] / summed[self.formula["by"]]) if summed[self.formula["by"]] else float("nan")

    def details(self, summed: FloatArray) -> str:  # noqa: ARG002
        """Nothing beside the score."""
        return ""


@dataclass(frozen=True, slots=True)
class MetricRecord:
    """What a run keeps of a metric; tables and `run.json` are made of it."""

    name: str
    title: str
    columns: tuple[str, ...]
    """Of segments.csv; the last is the metric's own score."""
    higher_is_better: bool
    unit_scale: bool
    signature: Signature
    formula: Mapping[str, Any] = field(default_factory=lambda: {"kind": "ratio", "of": 0, "by": 1})
    parts: tuple[ScoreColumn, ...] = ()
    """Columns that can be compared on request."""
    notes: tuple[str, ...] = ()
    unreadable: Unreadable | None = None


def record_of(metric: Metric, signature: Signature, notes: tuple[str, ...] = (), unreadable: Unreadable | None = None) -> MetricRecord:
    """The record of a metric after its texts were counted."""
    declared = metric.declared
    return MetricRecord(
        declared.name,
        metric.title,
        tuple(column.name for column in declared.scores),
        declared.scale.higher_is_better,
        declared.scale.unit_scale,
        signature,
        metric.formula,
        tuple(column for column in declared.columns if column.title),
        notes,
        unreadable,
    )
