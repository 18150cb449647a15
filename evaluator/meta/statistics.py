"""The statistics of a study: how each is computed from material, resampled, tested and described."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from evaluator.meta.auc import bins_of, serious_auc
from evaluator.meta.auc_exchange import compare_auc
from evaluator.meta.bootstrap import Percentiles, Resampler, accuracy_of_systems, interval, pearson_of_systems
from evaluator.meta.grouping import as_groups, mean_of_known
from evaluator.meta.hybrids import needs_sorting
from evaluator.meta.kendall import count_pairs, tau
from evaluator.meta.material import MetaInputs, system_means, system_scores
from evaluator.meta.pearson import correlations, pearson
from evaluator.meta.permutation import Permutation, perm_both
from evaluator.meta.system_draws import accuracy_of_drawn, draw_systems, mean_of_pairs, pair_counts, pearson_of_drawn
from evaluator.meta.systems import pairwise_accuracy, spa
from evaluator.meta.ties import TieCalibration, acc_eq, tie_pairs
from evaluator.types import FloatArray

FEWEST_SYSTEMS = 3
COSTLY_DRAWS = 200
"""Exchanges where each needs sorting."""
WITHIN = "within length bins"
NO_INTERVAL = Percentiles(math.nan, math.nan)


class Value(NamedTuple):
    """A statistic of one metric."""

    value: float
    ci_low: float
    ci_high: float
    details: str
    over_systems: Percentiles = NO_INTERVAL
    """The interval over systems and segments, of statistics of systems."""


class ScorePairs(NamedTuple):
    """Scores of one metric beside people's, NaN in the same cells."""

    gold: FloatArray
    metric: FloatArray


@dataclass(frozen=True, slots=True)
class StatisticData:
    """One statistic in one grouping, of every metric."""

    kind: Statistic
    grouping: str
    material: MetaInputs
    resamples: int
    seed: int

    def cells(self, k: int) -> ScorePairs:
        """The cells of metric k that count."""
        unknown = ~self.material.known
        return ScorePairs(np.where(unknown, np.nan, self.material.gold), np.where(unknown, np.nan, self.material.metrics[k].segments))

    def system_scores(self, k: int) -> ScorePairs:
        """System scores by people and by metric k, float64 (n_systems,)."""
        weights = self.material.known.astype(np.float64)
        return ScorePairs(system_means(self.material.gold, weights), system_scores(self.material.metrics[k], weights))

    def resampler(self) -> Resampler:
        """Draws of segments, the same for all metrics of the material."""
        return _resampler(self.material.known.tobytes(), self.material.known.shape, self.resamples, self.seed)

    def drawn_systems(self) -> FloatArray:
        """How often each system was drawn, float64 (resamples, n_systems), the same for all metrics."""
        return draw_systems(len(self.material.systems), self.resamples, self.seed)

    def value(self, k: int) -> Value:
        """The statistic of metric k."""
        few = _too_few(self)
        if few:
            return Value(math.nan, math.nan, math.nan, few)
        found, details = self.kind.compute(self, k)
        if math.isnan(found):
            return Value(math.nan, math.nan, math.nan, details or _undefined(self, k))
        if not self.resamples:
            return Value(found, math.nan, math.nan, details)
        ends = interval(self.kind.resample(self, k))
        wider = interval(self.kind.over_systems(self, k)) if self.kind.over_systems else NO_INTERVAL
        return Value(found, ends.low, ends.high, details, wider)

    def test(self, i: int, j: int, draws: int) -> Permutation:
        """Whether metric i is better than metric j."""
        return self.kind.compare(self, i, j, draws)


@dataclass(frozen=True, slots=True)
class Statistic:
    """One statistic."""

    name: str
    level: str
    groupings: tuple[str, ...]
    compute: Callable[[StatisticData, int], tuple[float, str]]
    resample: Callable[[StatisticData, int], FloatArray]
    compare: Callable[[StatisticData, int, int, int], Permutation]
    test: str = "perm-both"
    possible: Callable[[MetaInputs], bool] = lambda _: True
    over_systems: Callable[[StatisticData, int], FloatArray] | None = None
    """As `resample`, with systems drawn too."""


@lru_cache(maxsize=4)
def _resampler(known: bytes, shape: tuple[int, int], resamples: int, seed: int) -> Resampler:
    return Resampler(np.frombuffer(known, dtype=bool).reshape(shape).astype(np.float64), resamples, seed)


def _too_few(subject: StatisticData) -> str:
    n = len(subject.material.systems)
    if subject.kind.level == "system" and n < FEWEST_SYSTEMS:
        return f"undefined: {n} system{'s' * (n > 1)}, and at least {FEWEST_SYSTEMS} are needed"
    if subject.grouping == "item" and n < (FEWEST_SYSTEMS if subject.kind.name == "pearson" else 2):
        return f"undefined: {n} system{'s' * (n > 1)} per segment"
    return ""


def _undefined(subject: StatisticData, k: int) -> str:
    cells = subject.system_scores(k) if subject.kind.level == "system" else subject.cells(k)
    for who, scores in (("human scores", cells.gold), (f"scores of {subject.material.metrics[k].name}", cells.metric)):
        known = scores[~np.isnan(scores)]
        if len(known) and (known == known[0]).all():
            return f"undefined: the {who} are constant ({known[0]:g})"
    return "undefined: constant within every group"


def _by_system(function: Callable[[FloatArray, FloatArray], float]) -> Callable[[StatisticData, int], tuple[float, str]]:
    def compute(subject: StatisticData, k: int) -> tuple[float, str]:
        scores = subject.system_scores(k)
        return function(scores.gold, scores.metric), ""

    return compute


def _accuracy(subject: StatisticData, k: int) -> tuple[float, str]:
    scores = subject.system_scores(k)
    if np.ptp(scores.metric) == 0:
        return math.nan, ""
    found = pairwise_accuracy(scores.gold, scores.metric)
    return found.value, f"{found.agreed} of {found.pairs} pairs"


def _spa(subject: StatisticData, k: int) -> tuple[float, str]:
    cells = subject.cells(k)
    return (math.nan, "") if np.nanmax(cells.metric) == np.nanmin(cells.metric) else (spa(cells.gold, cells.metric), "")


def _segment_pearson(subject: StatisticData, k: int) -> tuple[float, str]:
    cells = subject.cells(k)
    groups = as_groups(cells.gold, cells.metric, subject.grouping)
    return _averaged(correlations(groups.gold, groups.metric), subject.grouping)


def _kendall(variant: str) -> Callable[[StatisticData, int], tuple[float, str]]:
    def compute(subject: StatisticData, k: int) -> tuple[float, str]:
        cells = subject.cells(k)
        groups = as_groups(cells.gold, cells.metric, subject.grouping)
        return _averaged(tau(count_pairs(groups.gold, groups.metric), variant), subject.grouping)

    return compute


def _averaged(values: FloatArray, grouping: str) -> tuple[float, str]:
    defined = int((~np.isnan(values)).sum())
    what = {"item": "segments", "system": "systems"}.get(grouping, "")
    said = f"mean over {defined} of {len(values)} {what}; the others are constant" if defined < len(values) and what and defined else ""
    return float(mean_of_known(values)), said


def describe_ties(found: TieCalibration) -> str:
    """What must be known to read acc_eq."""
    text = (
        f"epsilon {found.epsilon:.6g}; metric ties {found.metric_ties:.3f} of pairs, people {found.gold_ties:.3f}; tying everything gives {found.all_ties:.5f}"
    )
    return f"{text}; DEGENERATE: best by tying (nearly) everything" if found.degenerate else text


def _acc_eq(subject: StatisticData, k: int) -> tuple[float, str]:
    cells = subject.cells(k)
    if np.nanmax(cells.metric) == np.nanmin(cells.metric):
        return math.nan, ""
    found = acc_eq(cells.gold, cells.metric, subject.grouping)
    return found.value, describe_ties(found) if found.n_pairs else "undefined: no segment has two systems"


def _auc(subject: StatisticData, k: int) -> tuple[float, str]:
    within = subject.grouping == WITHIN
    if within and subject.material.lengths is None:
        return math.nan, "undefined: no texts are known, and so no lengths"
    found = serious_auc(subject.material, k, within=within)
    if math.isnan(found.value):
        return math.nan, f"undefined: {found.serious} segments with a serious error and {found.others} without"
    return found.value, f"{found.serious} segments with a serious error against {found.others}" + ("; in deciles of length" if found.bins > 1 else "")


def _resample_systems(statistic: Callable[[FloatArray, FloatArray], FloatArray]) -> Callable[[StatisticData, int], FloatArray]:
    return lambda subject, k: statistic(*subject.resampler().systems(subject.material.gold, subject.material.metrics[k]))


def _draw_systems(statistic: Callable[[FloatArray, FloatArray, FloatArray], FloatArray]) -> Callable[[StatisticData, int], FloatArray]:
    return lambda subject, k: statistic(*subject.resampler().systems(subject.material.gold, subject.material.metrics[k]), subject.drawn_systems())


def _resample_spa(subject: StatisticData, k: int) -> FloatArray:
    return np.asarray(1.0 - np.nanmean(subject.resampler().spa_errors(*subject.cells(k)), axis=1))


def _draw_systems_of_spa(subject: StatisticData, k: int) -> FloatArray:
    errors = subject.resampler().spa_errors(*subject.cells(k))
    return 1.0 - mean_of_pairs(errors, pair_counts(subject.drawn_systems()[: len(errors)]))


def _resample_pearson(subject: StatisticData, k: int) -> FloatArray:
    cells = subject.cells(k)
    if subject.grouping == "item":
        groups = as_groups(cells.gold, cells.metric, "item")
        return subject.resampler().items(correlations(groups.gold, groups.metric))
    return subject.resampler().pearson(subject.material.gold, subject.material.metrics[k].segments, subject.grouping == "system")


def _resample_kendall(variant: str) -> Callable[[StatisticData, int], FloatArray]:
    def resample(subject: StatisticData, k: int) -> FloatArray:
        cells = subject.cells(k)
        if subject.grouping == "item":
            groups = as_groups(cells.gold, cells.metric, "item")
            return subject.resampler().items(tau(count_pairs(groups.gold, groups.metric), variant))
        return subject.resampler().kendall(cells.gold, cells.metric, variant, subject.grouping == "system")

    return resample


def _resample_acc_eq(subject: StatisticData, k: int) -> FloatArray:
    cells = subject.cells(k)
    groups = as_groups(cells.gold, cells.metric, "item")
    return subject.resampler().acc_eq(tie_pairs(groups.gold, groups.metric))


def _resample_auc(subject: StatisticData, k: int) -> FloatArray:
    within = subject.grouping == WITHIN
    return np.array([serious_auc(subject.material, k, within=within, drawn=draw).value for draw in subject.resampler().draws[:COSTLY_DRAWS]])


def _compare_systems(statistic: str) -> Callable[[StatisticData, int, int, int], Permutation]:
    def compare(subject: StatisticData, i: int, j: int, draws: int) -> Permutation:
        gold, other = subject.system_scores(i), subject.system_scores(j)
        return perm_both(gold.gold, gold.metric, other.metric, statistic, draws=draws, seed=subject.seed)

    return compare


def _compare_cells(statistic: str) -> Callable[[StatisticData, int, int, int], Permutation]:
    def compare(subject: StatisticData, i: int, j: int, draws: int) -> Permutation:
        one, other = subject.cells(i), subject.cells(j)
        costly = statistic.startswith("kendall") and needs_sorting(as_groups(one.gold, one.metric, subject.grouping).gold.shape)
        used = min(draws, COSTLY_DRAWS) if costly else draws
        return perm_both(one.gold, one.metric, other.metric, statistic, subject.grouping if statistic != "spa" else "none", draws=used, seed=subject.seed)

    return compare


def _compare_auc(subject: StatisticData, i: int, j: int, draws: int) -> Permutation:
    material = subject.material
    serious = np.where(material.known, material.serious, np.nan) if material.serious is not None else np.full(material.gold.shape, np.nan)
    bins = bins_of(material, subject.grouping == WITHIN)
    return compare_auc(serious, material.metrics[i].segments, material.metrics[j].segments, bins, draws=draws, seed=subject.seed)


ALL = ("none", "item", "system")
STATISTICS: dict[str, Statistic] = {
    "system_pearson": Statistic(
        "pearson", "system", ("all systems",), _by_system(pearson), _resample_systems(pearson_of_systems), _compare_systems("pearson"),
        over_systems=_draw_systems(pearson_of_drawn),
    ),
    "pairwise_accuracy": Statistic(
        "pairwise_accuracy", "system", ("all systems",), _accuracy, _resample_systems(accuracy_of_systems), _compare_systems("pairwise_accuracy"),
        over_systems=_draw_systems(accuracy_of_drawn),
    ),
    "spa": Statistic("spa", "system", ("all systems",), _spa, _resample_spa, _compare_cells("spa"), over_systems=_draw_systems_of_spa),
    "pearson": Statistic("pearson", "segment", ALL, _segment_pearson, _resample_pearson, _compare_cells("pearson")),
    "kendall_b": Statistic("kendall_b", "segment", ALL, _kendall("b"), _resample_kendall("b"), _compare_cells("kendall_b")),
    "kendall_c": Statistic("kendall_c", "segment", ALL, _kendall("c"), _resample_kendall("c"), _compare_cells("kendall_c")),
    "acc_eq": Statistic("acc_eq", "segment", ("item",), _acc_eq, _resample_acc_eq, _compare_cells("acc_eq"), "pairs"),
    "auc": Statistic(
        "auc", "segment", ("all segments", WITHIN), _auc, _resample_auc, _compare_auc, "ranks",
        possible=lambda material: material.serious is not None,
    ),
}  # fmt: skip
"""By the name that users give; `pearson` is the one of segments."""
