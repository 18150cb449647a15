"""What a study is made from: human scores, metric scores, and what is known of systems and segments."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from evaluator.meta.systems import outliers
from evaluator.types import EvaluatorError, FloatArray

CorpusScore = Callable[[FloatArray], FloatArray]
"""From weights of cells, float64 (..., n_systems, n_segments), to system scores (..., n_systems)."""


@dataclass(frozen=True, slots=True)
class MetricColumns:
    """One metric's scores, higher is better."""

    name: str
    segments: FloatArray
    """float64 (n_systems, n_segments); NaN where there is none."""
    corpus: CorpusScore | None = None
    """The metric's own score of a system; None takes the mean of segments."""


@dataclass(frozen=True, slots=True)
class MetaInputs:
    """Scores of the same systems and segments by people and by metrics."""

    systems: tuple[str, ...]
    gold: FloatArray
    """Human scores, higher is better, float64 (n_systems, n_segments); NaN where nobody judged."""
    metrics: tuple[MetricColumns, ...]
    raters: FloatArray | None = None
    """Single raters' scores, float64 (n_raters, n_systems, n_segments), NaN where one did not judge; None with one rater."""
    serious: FloatArray | None = None
    """1 where people found a serious error, 0 where not, NaN where unknown; (n_systems, n_segments)."""
    serious_by_rater: FloatArray | None = None
    """The same by each rater alone, (n_raters, n_systems, n_segments)."""
    lengths: FloatArray | None = None
    """Length of each segment, (n_systems, n_segments) of anything that grows with it."""
    notes: tuple[str, ...] = field(default=())

    @property
    def known(self) -> NDArray[np.bool_]:
        """Cells that count: judged, and scored by every metric."""
        scored = [~np.isnan(metric.segments) for metric in self.metrics]
        return np.asarray(np.logical_and.reduce([~np.isnan(self.gold), *scored]))


def check_material(material: MetaInputs) -> None:
    """Nothing, when shapes agree and something can be judged.

    Raises:
        EvaluatorError: shapes that differ, no metric, a name twice, or no cell that counts.
    """
    shape = (len(material.systems), material.gold.shape[-1])
    for name, array in (("human scores", material.gold), *((f"scores by {metric.name}", metric.segments) for metric in material.metrics)):
        if array.shape != shape:
            raise EvaluatorError(f"{name} have the shape {array.shape}, and there are {shape[0]} systems of {shape[1]} segments.")
    names = [metric.name for metric in material.metrics]
    if not names:
        raise EvaluatorError("There is no metric to judge.")
    if len(set(names)) < len(names):
        raise EvaluatorError(f"Two metrics are called {next(n for n in names if names.count(n) > 1)!r}; each needs its own name.")
    if not material.known.any():
        raise EvaluatorError(_nothing(material))


def _nothing(material: MetaInputs) -> str:
    judged = int((~np.isnan(material.gold)).sum())
    scored = ", ".join(f"{metric.name} {int((~np.isnan(metric.segments)).sum())}" for metric in material.metrics)
    return f"No segment has both a human score and a score of every metric: people judged {judged}, and of scores there are {scored}."


def select_systems(material: MetaInputs, kept: Sequence[int] | NDArray[np.intp]) -> MetaInputs:
    """The material of some systems alone; metrics' own system scores are kept."""
    index = np.asarray(kept)

    def corpus_of(corpus: CorpusScore) -> CorpusScore:
        def score(weights: FloatArray) -> FloatArray:
            full = np.zeros((*weights.shape[:-2], len(material.systems), weights.shape[-1]))
            full[..., index, :] = weights
            return corpus(full)[..., index]

        return score

    metrics = tuple(MetricColumns(m.name, m.segments[index], corpus_of(m.corpus) if m.corpus else None) for m in material.metrics)
    return replace(
        material,
        systems=tuple(material.systems[i] for i in index),
        gold=material.gold[index],
        metrics=metrics,
        raters=None if material.raters is None else material.raters[:, index],
        serious=None if material.serious is None else material.serious[index],
        serious_by_rater=None if material.serious_by_rater is None else material.serious_by_rater[:, index],
        lengths=None if material.lengths is None else material.lengths[index],
    )


def system_means(segments: FloatArray, weights: FloatArray) -> FloatArray:
    """Mean of each system's segments under weights of cells; NaN where no cell counts.

    Args:
        segments: float64 (n_systems, n_segments).
        weights: float64 (..., n_systems, n_segments), 0 where a cell does not count.
    """
    filled = np.where(np.isnan(segments), 0.0, segments)
    total = weights.sum(axis=-1)
    return np.where(total > 0, (weights * filled).sum(axis=-1) / np.where(total > 0, total, 1.0), np.nan)


def system_scores(metric: MetricColumns, weights: FloatArray) -> FloatArray:
    """A metric's system scores under weights of cells."""
    return metric.corpus(weights) if metric.corpus else system_means(metric.segments, weights)


def without_outliers(material: MetaInputs) -> NDArray[np.bool_]:
    """Which systems are no outliers by their human scores."""
    return ~outliers(system_means(material.gold, material.known.astype(np.float64)))
