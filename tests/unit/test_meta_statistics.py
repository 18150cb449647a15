"""The statistics of `evaluator.meta` beside a slow oracle, SciPy, and published values."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import kendalltau, pearsonr, rankdata

from evaluator import meta
from evaluator.meta import hybrids, permutation
from evaluator.meta.auc_exchange import compare_auc
from evaluator.meta.grouping import GROUPINGS
from evaluator.meta.kendall import inversions
from evaluator.types import EvaluatorError, FloatArray
from tests.unit import meta_oracle

SEEDS = range(12)


def scores(seed: int, *, holes: bool = True, levels: int = 4) -> tuple[FloatArray, FloatArray]:
    """Human and metric scores with many ties, some of them missing; the number of systems and segments varies."""
    rng = np.random.default_rng(seed)
    shape = (int(rng.integers(2, 8)), int(rng.integers(3, 60)))
    gold, metric = rng.integers(0, levels, shape).astype(float), rng.integers(0, levels + 2, shape) / 4
    if holes:
        gold[rng.random(shape) < 0.2] = np.nan
        metric[rng.random(shape) < 0.1] = np.nan
    return gold, metric


@pytest.mark.parametrize("grouping", GROUPINGS)
@pytest.mark.parametrize("seed", SEEDS)
def test_pearson_and_kendall_are_those_of_their_definitions(seed: int, grouping: str) -> None:
    gold, metric = scores(seed)
    groups = meta_oracle.groups_of(gold.tolist(), metric.tolist(), grouping)
    assert meta.pearson(gold, metric, grouping) == pytest.approx(meta_oracle.averaged(groups, meta_oracle.pearson), rel=1e-12, abs=1e-12, nan_ok=True)
    for variant in "bc":
        expected = meta_oracle.averaged(groups, lambda pairs, variant=variant: meta_oracle.kendall(pairs, variant))  # type: ignore[misc]
        assert meta.kendall(gold, metric, variant, grouping) == pytest.approx(expected, rel=1e-12, abs=1e-12, nan_ok=True)


@pytest.mark.parametrize("n", [2, 3, 24, 25, 31, 100, 1500])
def test_kendall_is_scipys_for_every_size(n: int) -> None:
    rng = np.random.default_rng(n)
    for levels, variant in itertools.product((2, 7, 10**6), "bc"):
        gold, metric = rng.integers(0, levels, n), rng.normal(0, 1, n).round(1)
        assert meta.kendall(gold, metric, variant) == pytest.approx(kendalltau(gold, metric, variant=variant).statistic, abs=1e-12, nan_ok=True)


@given(st.lists(st.integers(0, 9), min_size=1, max_size=120))
@settings(max_examples=80)
def test_inversions_are_counted(sequence: list[int]) -> None:
    expected = sum(a > b for a, b in itertools.combinations(sequence, 2))
    assert inversions(np.array([sequence, sequence[::-1]]))[0] == expected


@pytest.mark.parametrize("grouping", GROUPINGS)
@pytest.mark.parametrize("seed", SEEDS)
def test_acc_eq_finds_the_best_and_smallest_epsilon(seed: int, grouping: str) -> None:
    gold, metric = scores(seed)
    groups = meta_oracle.groups_of(gold.tolist(), metric.tolist(), grouping)
    found = meta.acc_eq(gold, metric, grouping)
    best, epsilon = meta_oracle.best_accuracy(groups)
    assert [found.value, found.epsilon] == pytest.approx([best, epsilon], abs=1e-12)
    assert found.untied == pytest.approx(meta_oracle.accuracy_at(groups, 0.0), abs=1e-12)
    assert found.all_ties == pytest.approx(meta_oracle.accuracy_at(groups, math.inf), abs=1e-12)
    given_epsilon = meta.acc_eq(gold, metric, grouping, epsilon=0.25)
    assert given_epsilon.value == pytest.approx(meta_oracle.accuracy_at(groups, 0.25), abs=1e-12)
    differences = [(g1 == g2, abs(m1 - m2)) for group in groups for (g1, m1), (g2, m2) in itertools.combinations(group, 2)]
    assert found.metric_ties == pytest.approx(sum(m <= found.epsilon for _, m in differences) / len(differences))
    assert found.gold_ties == pytest.approx(sum(tied for tied, _ in differences) / len(differences))


def test_a_metric_that_knows_nothing_is_called_degenerate() -> None:
    rng = np.random.default_rng(0)
    gold = (rng.random((6, 80)) < 0.1).astype(float)
    found = meta.acc_eq(gold, rng.normal(0, 1, gold.shape))
    assert found.degenerate
    assert found.value == pytest.approx(found.all_ties, abs=0.01)
    assert not meta.acc_eq(gold, gold + rng.normal(0, 0.1, gold.shape)).degenerate


def test_values_of_mt_metrics_evals_own_tests() -> None:
    """google-research/mt-metrics-eval, stats_test.py: numbers as printed there."""
    gold, metric = [[1, 2, 3], [4, 5, 6]], [[2, 1, 4], [3, 3, 7]]
    assert [round(meta.pearson(gold, metric, by), 3) for by in ("none", "system", "item")] == [0.776, 0.760, 1.0]
    assert [round(meta.kendall(gold, metric, "b", by), 3) for by in ("none", "system", "item")] == [0.552, 0.575, 1.0]
    assert [round(meta.kendall(gold, metric, "c", by), 3) for by in ("none", "system")] == [0.556, 0.611]
    gold_list, metric_list = [1, 2, 2, 3, 4], [2, 1, 1.5, 5, 3]
    assert meta.kendall(gold_list, metric_list) == pytest.approx(0.316227766)
    assert meta.kendall(gold_list, metric_list, "c") == pytest.approx(0.32)
    assert [meta.acc_eq(gold_list, metric_list, "none", epsilon=e).value for e in (0, 2)] == [0.6, 0.4]
    assert meta.acc_eq(gold_list, metric_list, "none").value == 0.7
    assert round(meta.spa([[1, 2, 3], [2, 3, 4]], [[2, 2, 4], [1, 3, 5]]), 3) == 0.872


def test_pairwise_accuracy_counts_a_tie_as_right_only_beside_a_tie() -> None:
    assert meta.pairwise_accuracy([1, 2, 3], [1, 1, 2]).agreed == 2
    assert meta.pairwise_accuracy([1, 1, 3], [5, 5, 6]).value == 1.0
    assert math.isnan(meta.pairwise_accuracy([1, np.nan], [1, 2]).value)


def test_spa_is_one_for_the_human_scores_themselves_and_takes_segments_that_both_systems_have() -> None:
    rng = np.random.default_rng(4)
    gold = rng.normal(0, 1, (4, 50))
    assert meta.spa(gold, gold * 3 + 1) == pytest.approx(1.0, abs=0.002)
    assert meta.spa(gold, -gold) < 0.6
    gold[0, :10] = np.nan
    assert meta.spa(gold, gold) == 1.0


@pytest.mark.parametrize("seed", SEEDS)
def test_auc_is_the_share_of_pairs_within_bins(seed: int) -> None:
    rng = np.random.default_rng(seed)
    labels, values, bins = rng.integers(0, 2, 40).astype(float), rng.integers(0, 5, 40).astype(float), rng.integers(0, 3, 40)
    values[::7] = np.nan
    for strata in (bins, np.zeros(40, dtype=int)):
        assert meta.auc(labels, values, strata).value == pytest.approx(meta_oracle.auc(labels.tolist(), values.tolist(), strata.tolist()), nan_ok=True)


def exchanged_auc(serious: FloatArray, a: FloatArray, b: FloatArray, bins: FloatArray, swapped: tuple[int, ...]) -> float:
    """Difference of AUC after the ranks within bins of some segments were exchanged, pair by pair."""
    one, other = (np.empty(a.shape), np.empty(a.shape))
    for scores, ranks in ((a, one), (b, other)):
        for stratum in np.unique(bins):
            ranks[bins == stratum] = rankdata(scores[bins == stratum])
    for segment in swapped:
        one[:, segment], other[:, segment] = other[:, segment].copy(), one[:, segment].copy()
    labels, strata = serious.ravel().tolist(), bins.ravel().astype(int).tolist()
    return meta_oracle.auc(labels, one.ravel().tolist(), strata) - meta_oracle.auc(labels, other.ravel().tolist(), strata)


@pytest.mark.parametrize("seed", range(4))
def test_the_test_of_auc_counts_every_exchange_of_segments(seed: int) -> None:
    rng = np.random.default_rng(seed)
    serious, bins = rng.integers(0, 2, (2, 3, 5)).astype(float)
    a, b = rng.integers(0, 4, (2, 3, 5)).astype(float)
    a[:, 4] = b[:, 4] = 1.0
    found = compare_auc(serious, a, b, bins)
    observed = exchanged_auc(serious, a, b, bins, ())
    assert found.delta == pytest.approx(observed)
    assert found.delta == pytest.approx(meta.auc(serious, a, bins).value - meta.auc(serious, b, bins).value)
    exchanges = [tuple(np.flatnonzero(chosen).tolist()) for chosen in itertools.product((False, True), repeat=5)]
    reached = [exchanged_auc(serious, a, b, bins, chosen) >= observed - 1e-9 for chosen in exchanges]
    assert found.exact
    assert found.p_value == pytest.approx(np.mean(reached))


def test_the_test_of_auc_says_what_it_cannot_compare() -> None:
    assert math.isnan(compare_auc([1, 1], [1, 2], [2, 1]).p_value)
    assert compare_auc([1, 0, 1], [1, 2, 3], [2, 4, 6]).p_value == 1.0  # the same order
    with pytest.raises(EvaluatorError, match="they must be equal"):
        compare_auc([1, 0], [1, 2, 3], [1, 2, 3])


@pytest.mark.slow
def test_systems_of_a_segment_are_exchanged_together() -> None:
    """Six versions of each text are no six texts: a rejection of a true null stays rare."""
    rejected = {"segments": 0, "cells": 0}
    for seed in range(60):
        rng = np.random.default_rng(seed)
        quality = rng.normal(0, 1, 40)
        serious = (quality + rng.normal(0, 1, (6, 40)) < 0).astype(float)
        a, b = (quality + 1.5 * rng.normal(0, 1, 40) + 0.3 * rng.normal(0, 1, (6, 40)) for _ in "ab")
        rejected["segments"] += compare_auc(serious, a, b, draws=99, seed=seed).p_value <= 0.05
        rejected["cells"] += compare_auc(serious.ravel(), a.ravel(), b.ravel(), draws=99, seed=seed).p_value <= 0.05
    assert rejected["segments"] <= 8
    assert rejected["cells"] >= 2 * rejected["segments"]


@pytest.mark.parametrize("grouping", GROUPINGS)
@pytest.mark.parametrize("statistic", ["pearson", "kendall_b", "kendall_c"])
@pytest.mark.parametrize("by_sorting", [False, True])
def test_exchanged_scores_give_the_statistic_of_the_exchanged_scores(statistic: str, grouping: str, by_sorting: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if by_sorting:
        monkeypatch.setattr(hybrids, "LARGEST_FORM", 0)
    for seed in range(4):
        gold, a = scores(seed)
        rng = np.random.default_rng(seed)
        b = rng.integers(0, 5, gold.shape).astype(float)
        gold[np.isnan(a)] = np.nan
        one, other = (permutation.standardized(np.where(np.isnan(gold), np.nan, x)) for x in (a, b))
        masks = rng.random((5, *gold.shape)) < 0.5
        found = permutation.difference_function(gold, one, other, statistic, grouping)(masks)
        for mask, difference in zip(masks, found, strict=True):
            values = []
            for hybrid in (np.where(mask, one, other), np.where(mask, other, one)):
                groups = meta_oracle.groups_of(gold.tolist(), hybrid.tolist(), grouping)
                of = meta_oracle.pearson if statistic == "pearson" else lambda pairs: meta_oracle.kendall(pairs, statistic[-1])
                values.append(np.nan_to_num(meta_oracle.averaged(groups, of)))
            assert difference == pytest.approx(values[0] - values[1], abs=1e-9)


def test_a_test_of_few_systems_counts_every_exchange() -> None:
    gold, a, b = [1.0, 2.0, 3.0, 5.0], [1.0, 2.0, 4.0, 5.0], [3.0, 1.0, 4.0, 2.0]
    found = meta.perm_both(gold, a, b)
    za, zb = (np.array(x) - np.mean(x) for x in (a, b))
    za, zb = za / za.std(), zb / zb.std()
    differences = []
    for keep in itertools.product([True, False], repeat=4):
        one, other = np.where(keep, za, zb), np.where(keep, zb, za)
        differences.append(pearsonr(gold, one).statistic - pearsonr(gold, other).statistic)
    assert found.exact
    assert found.delta == pytest.approx(differences[0])
    assert found.p_value == pytest.approx(np.mean([d >= differences[0] - 1e-9 for d in differences]))


def test_the_test_of_acc_eq_is_a_sign_test_of_pairs() -> None:
    rng = np.random.default_rng(5)
    gold = rng.integers(0, 4, (4, 30)).astype(float)
    a, b = gold + rng.normal(0, 1, gold.shape), gold + rng.normal(0, 2, gold.shape)
    found = meta.perm_both(gold, a, b, "acc_eq", "item")
    one, other = meta.acc_eq(gold, a), meta.acc_eq(gold, b)
    assert found.exact
    assert found.delta == pytest.approx(one.value - other.value)
    won = lost = 0
    for item in range(30):
        for i, j in itertools.combinations(range(4), 2):
            truth = np.sign(gold[i, item] - gold[j, item])
            right = []
            for x, epsilon in ((a, one.epsilon), (b, other.epsilon)):
                difference = x[i, item] - x[j, item]
                right.append((0 if abs(difference) <= epsilon else np.sign(difference)) == truth)
            won, lost = won + (right[0] and not right[1]), lost + (right[1] and not right[0])
    expected = sum(math.comb(won + lost, k) for k in range(won, won + lost + 1)) / 2 ** (won + lost)
    assert found.p_value == pytest.approx(expected)


def test_groups_of_unequal_size_weigh_their_pairs_in_the_test_of_acc_eq() -> None:
    rng = np.random.default_rng(6)
    gold = rng.integers(0, 4, (6, 40)).astype(float)
    gold[rng.random(gold.shape) < 0.3] = np.nan
    a, b = np.nan_to_num(gold) + rng.normal(0, 1, gold.shape), np.nan_to_num(gold) + rng.normal(0, 3, gold.shape)
    found = meta.perm_both(gold, a, b, "acc_eq", "item")
    assert not found.exact
    assert found.delta == pytest.approx(meta.acc_eq(gold, a).value - meta.acc_eq(gold, b).value)
    assert found.p_value < 0.05


@pytest.mark.parametrize("statistic", permutation.STATISTICS)
def test_a_metric_is_not_better_than_itself(statistic: str) -> None:
    gold, metric = scores(1, holes=False)
    if statistic == "pairwise_accuracy":
        gold, metric = gold.mean(axis=1), metric.mean(axis=1)
    found = meta.perm_both(gold, metric, metric, statistic, "item" if statistic == "acc_eq" else "none")
    assert (found.p_value, found.delta) == (1.0, 0.0)


def test_p_values_of_two_metrics_of_equal_worth_are_uniform() -> None:
    p = []
    for seed in range(200):
        rng = np.random.default_rng(seed)
        gold = rng.normal(0, 1, (3, 30))
        a, b = gold + rng.normal(0, 1, gold.shape), gold + rng.normal(0, 1, gold.shape)
        p.append(meta.perm_both(gold, a, b, "pearson", draws=99, seed=seed).p_value)
    assert 0.02 <= np.mean(np.array(p) <= 0.05) <= 0.09


def test_draws_do_not_depend_on_the_size_of_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    gold, metric = scores(3, holes=False)
    other = metric[:, ::-1]
    whole = meta.perm_both(gold, metric, other, "kendall_b", "item", draws=100)
    monkeypatch.setattr(permutation, "_BLOCK_CELLS", 1)
    assert meta.perm_both(gold, metric, other, "kendall_b", "item", draws=100) == whole


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: meta.pearson([1, 2], [1, 2, 3]), "shape 2, metric scores 3"),
        (lambda: meta.pearson([1, 2], [1, 2], "item"), "needs a matrix"),
        (lambda: meta.pearson([[1, 2]], [[1, 2]], "items"), "Did you mean item"),
        (lambda: meta.kendall([1, np.inf], [1, 2]), "finite"),
        (lambda: meta.kendall([1, 2], [1, 2], "d"), "no variant 'd'"),
        (lambda: meta.acc_eq([1, 2], [1, 2], "none", epsilon=-1), "0 or more"),
        (lambda: meta.spa([1, 2, 3], [1, 2, 3]), "at least two systems"),
        (lambda: meta.perm_both([1, 2], [1, 2], [2, 1], "spearman"), "no test of 'spearman'"),
        (lambda: meta.auc([1, 0], [1, 2, 3]), "2 labels, 3 scores"),
    ],
)
def test_wrong_arguments_get_one_message(call: object, message: str) -> None:
    with pytest.raises(EvaluatorError, match=message):
        call()  # type: ignore[operator]


def test_a_constant_metric_has_no_value() -> None:
    assert math.isnan(meta.pearson([1, 2, 3], [5, 5, 5]))
    assert math.isnan(meta.kendall([1, 2, 3], [5, 5, 5]))
    assert math.isnan(meta.perm_both([1, 2, 3], [5, 5, 5], [1, 2, 3]).p_value)
    assert math.isnan(meta.pearson([1, 2, 3], [0.1 + 0.2, 0.3, 0.3]))
