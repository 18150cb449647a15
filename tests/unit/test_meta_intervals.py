"""Resampled statistics are the statistics of the drawn segments, and ranks follow the tests."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import numpy as np
import pytest

from evaluator import meta
from evaluator.corrections import correct
from evaluator.meta import bootstrap
from evaluator.meta.bootstrap import Resampler, accuracy_of_systems, interval, pearson_of_systems
from evaluator.meta.grouping import as_groups
from evaluator.meta.material import MetaInputs, MetricColumns, select_systems
from evaluator.meta.pearson import correlations
from evaluator.meta.ranks import place_metrics
from evaluator.meta.study import MetaPlan, run_study
from evaluator.meta.system_draws import accuracy_of_drawn, draw_systems, mean_of_pairs, pair_counts, pearson_of_drawn
from evaluator.meta.ties import tie_pairs
from evaluator.types import EvaluatorError, FloatArray

DRAWS = 12


def scores(seed: int) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Human and metric scores and which cells count."""
    rng = np.random.default_rng(seed)
    gold = rng.integers(0, 4, (5, 30)).astype(float)
    metric = np.round(gold + rng.normal(0, 2, gold.shape), 1)
    gold[rng.random(gold.shape) < 0.1] = np.nan
    return gold, metric, (~np.isnan(gold)).astype(float)


Statistic = Callable[[Resampler, FloatArray, FloatArray], FloatArray]
KINDS: dict[str, tuple[Statistic, Callable[[FloatArray, FloatArray], float]]] = {
    "pearson none": (lambda r, g, m: r.pearson(g, m, False), lambda g, m: meta.pearson(g, m)),
    "pearson system": (lambda r, g, m: r.pearson(g, m, True), lambda g, m: meta.pearson(g, m, "system")),
    "pearson item": (lambda r, g, m: r.items(correlations(*as_groups(g, m, "item"))), lambda g, m: meta.pearson(g, m, "item")),
    "kendall none": (lambda r, g, m: r.kendall(g, m, "b", False), lambda g, m: meta.kendall(g, m, "b")),
    "kendall system": (lambda r, g, m: r.kendall(g, m, "c", True), lambda g, m: meta.kendall(g, m, "c", "system")),
    "acc_eq": (lambda r, g, m: r.acc_eq(tie_pairs(*as_groups(g, m, "item"))), lambda g, m: meta.acc_eq(g, m).value),
    "spa": (lambda r, g, m: 1 - np.nanmean(r.spa_errors(g, m), axis=1), lambda g, m: meta.spa(g, m)),
    "system pearson": (
        lambda r, g, m: pearson_of_systems(*r.systems(g, MetricColumns("m", m))),
        lambda g, m: meta.pearson(np.nanmean(g, axis=1), np.nanmean(np.where(np.isnan(g), np.nan, m), axis=1)),
    ),
    "pairwise accuracy": (
        lambda r, g, m: accuracy_of_systems(*r.systems(g, MetricColumns("m", m))),
        lambda g, m: meta.pairwise_accuracy(np.nanmean(g, axis=1), np.nanmean(np.where(np.isnan(g), np.nan, m), axis=1)).value,
    ),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("block", [1, 4_000_000])
def test_a_resampled_statistic_is_that_of_the_drawn_segments(kind: str, block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bootstrap, "_BLOCK_CELLS", block)
    gold, metric, known = scores(3)
    resampler = Resampler(known, DRAWS, 7)
    resampled, direct = KINDS[kind]
    found = resampled(resampler, gold, metric)
    assert found == pytest.approx([direct(gold[:, draw], metric[:, draw]) for draw in resampler.draws], abs=1e-9)


def test_an_interval_needs_nearly_all_resamples_to_have_a_value() -> None:
    values = np.arange(101.0)
    assert interval(values) == (2.5, 97.5)
    values[:20] = np.nan
    assert np.isnan(interval(values).low)


def test_intervals_hold_the_true_value_about_95_times_of_100() -> None:
    held = 0
    for seed in range(100):
        rng = np.random.default_rng(seed)
        gold = rng.normal(0, 1, (4, 60))
        metric = 0.6 * gold + 0.8 * rng.normal(0, 1, gold.shape)  # a correlation of .6
        ends = interval(Resampler(np.ones(gold.shape), 300, seed).pearson(gold, metric, False))
        held += ends.low <= 0.6 <= ends.high
    assert 88 <= held <= 100


def test_clusters_begin_where_a_metric_of_the_current_one_is_better() -> None:
    better = {(0, 1): 0.2, (0, 2): 0.01, (0, 3): 0.01, (1, 2): 0.2, (1, 3): 0.01, (2, 3): 0.3}
    places = place_metrics([0.9, 0.8, 0.7, 0.6], better)
    assert [place.cluster for place in places] == [1, 1, 2, 2]
    assert [place.rank for place in places] == [1, 1, 2, 3]
    assert correct(np.array([0.01, 0.04, 0.03]), "holm").tolist() == pytest.approx([0.03, 0.06, 0.06])


def test_people_are_judged_as_a_metric_is_and_metrics_against_one_of_them() -> None:
    rng = np.random.default_rng(2)
    truth = rng.normal(0, 1, (4, 50))
    raters = np.stack([truth + rng.normal(0, 1, truth.shape) for _ in range(3)])
    raters[0, :, 40:] = np.nan
    material = MetaInputs(tuple("abcd"), np.nanmean(raters, axis=0), (MetricColumns("m", truth),), raters=raters)
    study = run_study(material, MetaPlan(("pearson",), ("none",), 0, 0))
    rows = {metric: (value, details) for metric, value, details in zip(*(study.meta.columns[n] for n in ("metric", "value", "details")), strict=True)}
    pairs = [(a, b) for a in range(3) for b in range(3) if a != b]
    sizes = [160 if 0 in pair else 200 for pair in pairs]
    expected = np.average([meta.pearson(raters[b], raters[a]) for a, b in pairs], weights=sizes)
    assert rows["rater"][0] == pytest.approx(expected)
    single = np.average([meta.pearson(raters[k], truth) for k in range(3)], weights=[160, 200, 200])
    assert f"m {single:.3f}" in rows["rater"][1]
    assert rows["m"][0] is not None
    assert rows["m"][0] > single


def test_outliers_are_left_out_once_more_and_corpus_scores_go_along() -> None:
    rng = np.random.default_rng(1)
    gold = rng.normal(0, 0.1, (6, 20)) + np.array([0, 0.1, 0.2, 0.3, 0.4, -9])[:, None]
    corpus = MetricColumns("c", gold, lambda weights: 100 * (weights * gold).sum(axis=-1))
    study = run_study(MetaInputs(tuple("abcdef"), gold, (corpus,)), MetaPlan(("system_pearson",), ("none",), 0, 0))
    assert study.meta.columns["grouping"] == ["all systems", "without outliers"]
    assert study.meta.columns["n_systems"] == [6, 5]
    assert study.meta.columns["value"] == pytest.approx([1.0, 1.0])
    assert "Outliers by their human scores: f (-8.99)" in " ".join(study.notes)
    kept = select_systems(MetaInputs(tuple("abcdef"), gold, (corpus,)), [1, 3])
    assert kept.metrics[0].corpus is not None
    assert kept.metrics[0].corpus(np.ones((2, 20))) == pytest.approx(100 * gold[[1, 3]].sum(axis=1))


def test_material_that_does_not_fit_is_refused() -> None:
    gold = np.zeros((2, 3))
    for metrics, message in (
        ((), "no metric"),
        ((MetricColumns("m", np.zeros((2, 4))),), "2 systems of 3 segments"),
        ((MetricColumns("m", gold), MetricColumns("m", gold)), "Two metrics are called 'm'"),
        ((MetricColumns("m", gold * np.nan),), "No segment has both"),
    ):
        with pytest.raises(EvaluatorError, match=message):
            run_study(MetaInputs(("a", "b"), gold, metrics))


def of_pairs(gold: FloatArray, metric: FloatArray) -> float:
    """Share of pairs in the same order, without those of one system's copies."""
    pairs = [(i, j) for i, j in itertools.combinations(range(len(gold)), 2) if gold[i] != gold[j]]
    return float(np.mean([(gold[i] < gold[j]) == (metric[i] < metric[j]) for i, j in pairs])) if pairs else float("nan")


def test_systems_that_were_drawn_twice_count_twice_and_are_no_pair() -> None:
    rng = np.random.default_rng(5)
    gold, metric = rng.normal(0, 1, (2, 40, 5))  # scores of systems in 40 resamples, no two alike
    counts = draw_systems(5, 40, 3)
    assert (counts.sum(axis=1) == 5).all()
    copies = [np.repeat(np.arange(5), row.astype(int)) for row in counts]
    expected = [meta.pearson(g[drawn], m[drawn]) for g, m, drawn in zip(gold, metric, copies, strict=True)]
    assert pearson_of_drawn(gold, metric, counts) == pytest.approx(expected, abs=1e-9, nan_ok=True)
    pairs = [of_pairs(g[drawn], m[drawn]) for g, m, drawn in zip(gold, metric, copies, strict=True)]
    assert accuracy_of_drawn(gold, metric, counts) == pytest.approx(pairs, abs=1e-9, nan_ok=True)


def test_only_pairs_of_two_systems_are_averaged() -> None:
    counts = np.array([[2.0, 1.0, 0.0], [3.0, 0.0, 0.0]])
    assert pair_counts(counts).tolist() == [[2, 0, 0], [0, 0, 0]]
    assert mean_of_pairs(np.array([[0.5, 9.0, 9.0], [9.0, 9.0, 9.0]]), pair_counts(counts)) == pytest.approx([0.5, np.nan], nan_ok=True)


def test_intervals_over_systems_are_wider_and_stand_beside_the_others() -> None:
    rng = np.random.default_rng(2)
    quality = rng.normal(0, 1, (8, 1)) + rng.normal(0, 0.1, (8, 200))
    material = MetaInputs(tuple("abcdefgh"), quality, (MetricColumns("m", quality + rng.normal(0, 1, (8, 1))),))
    plan = MetaPlan(("system_pearson", "pairwise_accuracy", "spa", "pearson"), ("none",), resamples=200, draws=0)
    columns = run_study(material, plan).meta.columns
    for low, high, wider_low, wider_high in zip(*(columns[n][:3] for n in ("ci_low", "ci_high", "ci_low_systems", "ci_high_systems")), strict=True):
        assert wider_high - wider_low > 2 * (high - low)
    assert columns["ci_low_systems"][3] is None
