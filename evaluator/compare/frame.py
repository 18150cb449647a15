"""`paired_tests`: rows of `pairs.csv` as a pandas frame, from statistics that anybody made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from evaluator.compare.plan import SEED, ComparisonData, MetricData, Plan
from evaluator.compare.systems import compare_systems
from evaluator.frames import PAIRS, to_pandas
from evaluator.plugins import did_you_mean
from evaluator.types import EvaluatorError, FloatArray, Table

if TYPE_CHECKING:
    import pandas as pd

FORMULAS: dict[str, dict[str, Any]] = {
    "bleu": {"kind": "bleu"},
    "chrf": {"kind": "chrf", "order": 6},
    "chrf++": {"kind": "chrf", "order": 8},
    "ter": {"kind": "ter"},
    "bertscore": {"kind": "ratio", "of": 2, "by": 3},
    "mean": {"kind": "mean"},
}
"""What a name stands for: the metrics with their default options, and the mean of one score per segment."""
TITLES = {"bleu": "BLEU", "chrf": "chrF2", "chrf++": "chrF2++", "ter": "TER", "bertscore": "BERTScore-F1", "mean": "mean"}


def paired_tests(
    statistics: Mapping[str, Any],
    metric: str | Mapping[str, Any] = "mean",
    *,
    name: str | None = None,
    documents: Sequence[str] | None = None,
    higher_is_better: bool | None = None,
    signature: str = "",
    test: str = "ar",
    unit: str = "auto",
    resamples: int | None = None,
    correction: str = "holm",
    seed: int = SEED,
) -> pd.DataFrame:
    """All pairs of systems, columns as pairs.csv.

    Args:
        statistics: system to sufficient statistics, (n_segments, n_stats), as
            `_extract_corpus_statistics` of the metric classes gives them and `stats.npz` stores
            them; or one score per segment, (n_segments,), for `mean`.
        metric: bleu, chrf, chrf++, ter or bertscore with their default options, mean, or a formula
            of its own as `run.json` has it, such as {"kind": "bleu", "smooth_method": "floor"}.
        name: what the column `metric` says; None for the metric's own title.
        documents: for each segment its document.
        higher_is_better: False for error rates; None knows it of ter.
        signature: of the metric, for `human_agreement`.
        test: ar, bootstrap or sacrebleu-bs.
        unit: auto, segment or document.
        resamples: None for 10,000 (sacrebleu-bs: 1,000).
        correction: holm, bh or none.
        seed: of the generator.

    Raises:
        EvaluatorError: fewer than two systems, unequal numbers of segments, or an unknown option.

    >>> frame = paired_tests({"a": [0.9, 0.8, 0.7], "b": [0.1, 0.2, 0.3]})
    >>> float(frame["delta"][0].round(3)), float(frame["p_value"][0].round(2))
    (0.6, 0.25)
    """
    formula = _formula(metric)
    data = MetricData(
        metric=name or (TITLES[metric] if isinstance(metric, str) else str(metric["kind"])),
        statistics=_stacked(statistics, formula),
        formula={"kind": "ratio"} if formula["kind"] == "mean" else formula,
        higher_is_better=formula["kind"] != "ter" if higher_is_better is None else higher_is_better,
        unit_scale=formula["kind"] in ("mean", "ratio"),
        signature=signature,
    )
    plan = Plan(test, unit, resamples, correction, seed)
    rows = compare_systems(ComparisonData(tuple(statistics), (data,), documents), plan).results[0].pairs
    return to_pandas(Table("pairs", {column.name: [row[column.name] for row in rows] for column in PAIRS}))


def _formula(metric: str | Mapping[str, Any]) -> Mapping[str, Any]:
    if not isinstance(metric, str):
        return metric
    if metric not in FORMULAS:
        raise EvaluatorError(f"There is no formula for {metric!r}.{did_you_mean(metric, FORMULAS)}")
    return FORMULAS[metric]


def _stacked(statistics: Mapping[str, Any], formula: Mapping[str, Any]) -> FloatArray:
    """(n_systems, n_segments, n_stats)."""
    arrays = [_array(system, values, formula) for system, values in statistics.items()]
    if len(arrays) < 2:
        raise EvaluatorError(f"There is {len(arrays)} system to compare; give at least two.")
    first = next(iter(statistics))
    for system, array in zip(statistics, arrays, strict=True):
        if array.shape != arrays[0].shape:
            raise EvaluatorError(f"The statistics of {system!r} have the shape {array.shape}, those of {first!r} {arrays[0].shape}; the shapes must match.")
    return np.stack(arrays)


def _array(system: str, values: Any, formula: Mapping[str, Any]) -> FloatArray:
    """(n_segments, n_stats); scores become [score, 1], or [0, 0] where undefined."""
    array = np.asarray(values, dtype=np.float64)
    if formula["kind"] == "mean" and array.ndim == 1:
        defined = ~np.isnan(array)
        return np.stack([np.where(defined, array, 0.0), defined.astype(np.float64)], axis=1)
    if array.ndim != 2 or formula["kind"] == "mean":
        expected = "(segments,)" if formula["kind"] == "mean" else "(segments, statistics)"
        raise EvaluatorError(f"The statistics of {system!r} have the shape {array.shape}; expected {expected}.")
    return array
