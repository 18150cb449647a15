"""Tests, intervals, ranks and words of a comparison, against slow oracles and sacreBLEU itself."""

from __future__ import annotations

import importlib
import itertools
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from evaluator.compare import CORRECTIONS, TESTS, ComparisonData, MetricData, Plan, compare_systems, paired_tests
from evaluator.compare.bootstrap import bootstrap_scores, null_factor
from evaluator.compare.formulas import make_formula
from evaluator.compare.ranks import Standing, standings
from evaluator.compare.resample import DRAWN_AT_ONCE, Products, by_unit, draw_counts, group_size, in_groups, swap_masks
from evaluator.corrections import correct
from evaluator.metrics.adapters import BleuMetric, ChrfMetric, ChrfPlusMetric, LexicalMetric, TerMetric
from evaluator.types import EvaluatorError, FloatArray

sacrebleu: Any = importlib.import_module("sacrebleu.metrics")
significance: Any = importlib.import_module("sacrebleu.significance")

WORDS = "the a dam held broke nobody somebody was were hurt today crews went home early late strike ferry sailed".split()


def _texts(seed: int, n: int, changed: float = 0.0) -> list[str]:
    """Sentences at random, those of one seed alike but for a share of changed words."""
    rng, change = np.random.default_rng(seed), np.random.default_rng(seed + 1 + int(1000 * changed))
    out = []
    for _ in range(n):
        words = [WORDS[k] for k in rng.integers(len(WORDS), size=rng.integers(4, 15))]
        out.append(" ".join(WORDS[change.integers(len(WORDS))] if change.random() < changed else word for word in words))
    return out


@pytest.fixture(scope="module")
def reference() -> list[str]:
    return _texts(1, 120)


@pytest.fixture(scope="module")
def hypotheses() -> dict[str, list[str]]:
    return {name: _texts(1, 120, share) for name, share in (("a", 0.3), ("b", 0.33), ("c", 0.5))}


PEERS: tuple[tuple[str, str, dict[str, int]], ...] = (("bleu", "BLEU", {}), ("chrf", "CHRF", {}), ("chrf++", "CHRF", {"word_order": 2}), ("ter", "TER", {}))


@pytest.mark.slow
@pytest.mark.parametrize(("name", "peer", "options"), PEERS, ids=[name for name, _, _ in PEERS])
@pytest.mark.parametrize(("test", "theirs"), [("ar", "ar"), ("sacrebleu-bs", "bs")])
def test_p_values_equal_sacrebleus_paired_tests(
    name: str, peer: str, options: dict[str, int], test: str, theirs: str, reference: list[str], hypotheses: dict[str, list[str]]
) -> None:
    metric = getattr(sacrebleu, peer)(references=[reference], **options)
    statistics = {system: metric._extract_corpus_statistics(texts, None) for system, texts in hypotheses.items()}
    _, table = significance.PairedTest(list(hypotheses.items()), {name: metric}, None, test_type=theirs, n_samples=500, n_jobs=1)()
    results = next(values for key, values in table.items() if key != "System")
    frame = paired_tests(statistics, name, test=test, resamples=500)
    assert frame["p_value"].tolist()[:2] == [result.p_value for result in results[1:]]
    assert frame["score_b"].tolist()[:2] == pytest.approx([float(result.score) for result in results[1:]], abs=1e-9)


def test_intervals_have_the_width_of_sacrebleus(reference: list[str], hypotheses: dict[str, list[str]]) -> None:
    metric = sacrebleu.CHRF(references=[reference])
    statistics = np.stack([np.array(metric._extract_corpus_statistics(texts, None), dtype=float) for texts in hypotheses.values()])
    _, table = significance.PairedTest(list(hypotheses.items()), {"chrF": metric}, None, test_type="bs", n_samples=1000, n_jobs=1)()
    subject = MetricData("chrF2", statistics, {"kind": "chrf"})
    result = compare_systems(ComparisonData(tuple(hypotheses), (subject,)), Plan(resamples=1000)).results[0]
    halves = (result.ci_high - result.ci_low) / 2
    assert halves.tolist() == pytest.approx([float(one.ci) for one in table["chrF2"]], abs=1e-4)


@pytest.mark.parametrize(
    "metric",
    [
        BleuMetric(), BleuMetric(smooth_method="floor"), BleuMetric(smooth_method="floor", smooth_value=0.5), BleuMetric(smooth_method="add-k"),
        BleuMetric(smooth_method="none"), BleuMetric(effective_order=True), BleuMetric(max_ngram_order=2), ChrfMetric(), ChrfMetric(eps_smoothing=True),
        ChrfMetric(beta=1, char_order=4), ChrfPlusMetric(), TerMetric(),
    ],
    ids=lambda metric: metric.declared.name + str(sorted(metric.formula.items())),
)  # fmt: skip
def test_formulas_are_those_of_the_metrics(metric: LexicalMetric) -> None:
    # Empty, one-word and hopeless texts reach every branch: no match, no n-gram of an order, no reference.
    references = ["", "word", "the dam held", "nobody was hurt in the storm today", "x y", "crews went home early"]
    hypotheses = ["noise", "word", "", "nobody was hurt in the rain today", "z", "crews went home"]
    statistics = metric.prepare([references]).count(hypotheses, range(6), lambda _: None).statistics
    formula = make_formula(metric.formula)
    sums = np.stack([statistics[list(some)].sum(axis=0) for n in range(1, 7) for some in itertools.combinations(range(6), n)])
    assert formula.corpus(sums) == pytest.approx([metric.corpus_score(row) for row in sums], abs=1e-9)
    assert formula.segment(statistics) == pytest.approx(metric.segment_scores(statistics)[metric.declared.name], abs=1e-9)


def test_an_unknown_formula_is_answered_with_the_nearest() -> None:
    with pytest.raises(EvaluatorError, match="no formula 'blue'. Did you mean bleu"):
        make_formula({"kind": "blue"})


@pytest.mark.parametrize("n", [1, 7, 32, 1001])
def test_blocks_of_resamples_are_sacrebleus_own_numbers(n: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("evaluator.compare.resample.BLOCK", 4096)
    masks = np.concatenate(list(swap_masks(n, 200, 5)))
    assert np.array_equal(masks, np.random.default_rng(5).integers(2, size=(200, n), dtype=bool))
    drawn = np.random.default_rng(5).choice(n, size=(200, n), replace=True)
    counts = np.concatenate(list(draw_counts(n, 200, 5)))
    assert np.array_equal(counts, np.stack([np.bincount(row, minlength=n) for row in drawn]))


def test_many_resamples_of_a_small_set_are_counted_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    counted: list[int] = []
    bincount = np.bincount

    def counting(drawn: NDArray[np.int32], minlength: int) -> NDArray[np.intp]:
        counted.append(len(drawn))
        return bincount(drawn, minlength=minlength)

    monkeypatch.setattr(np, "bincount", counting)
    counts = np.concatenate(list(draw_counts(7, 10_000, 5)))
    assert (counts.sum(axis=1) == 7).all()
    assert (len(counted), sum(counted), max(counted) <= DRAWN_AT_ONCE) == (5, 70_000, True)


def test_blocks_stay_small_whatever_the_size() -> None:
    assert max(block.nbytes for block in draw_counts(200_000, 100, 1)) <= 8 << 20
    assert max(len(block) for block in swap_masks(200_001, 64, 1)) <= 8


def test_products_sum_the_statistics_of_whole_and_broken_numbers() -> None:
    rng = np.random.default_rng(0)
    whole, broken, large = rng.integers(9, size=(3, 50, 4)).astype(float), rng.random((3, 50, 2)), rng.integers(2**40, size=(3, 50, 1)).astype(float)
    weights = rng.integers(3, size=(20, 50))
    for found, statistics in zip(Products([whole, broken, large], 50).sums(weights), (whole, broken, large), strict=True):
        assert np.allclose(found, np.einsum("rn,snk->ksr", weights, statistics), rtol=1e-13, atol=0)


SCORES = st.lists(st.floats(-1, 1, allow_nan=False, width=32), min_size=2, max_size=40)


@settings(max_examples=40)
@given(data=st.data(), test=st.sampled_from(sorted(TESTS)), seed=st.integers(0, 5))
def test_swapping_two_systems_flips_delta_and_keeps_p(data: st.DataObject, test: str, seed: int) -> None:
    a = data.draw(SCORES)
    b = data.draw(st.lists(st.floats(-1, 1, allow_nan=False, width=32), min_size=len(a), max_size=len(a)))
    options: Any = {"test": test, "resamples": 100, "seed": seed}
    one, two = (paired_tests(systems, **options).iloc[0] for systems in ({"a": a, "b": b}, {"b": b, "a": a}))
    assert one["delta"] == -two["delta"]
    assert one["p_value"] == two["p_value"]
    assert (one["ci_low"], one["ci_high"]) == (-two["ci_high"], -two["ci_low"])
    assert (one["wins"], one["losses"], one["ties"]) == (two["losses"], two["wins"], two["ties"])
    assert 1 / 101 <= one["p_value"] <= 1


@pytest.mark.parametrize(
    ("test", "unit"), [("ar", "segment"), ("ar", "document"), ("bootstrap", "segment"), ("bootstrap", "document"), ("sacrebleu-bs", "segment")]
)
def test_paired_test_of_identical_systems_gives_p_1(test: str, unit: str) -> None:
    scores = np.random.default_rng(3).random(60).tolist()
    row = paired_tests({"a": scores, "b": list(scores)}, test=test, unit=unit, documents=[f"d{i // 3}" for i in range(60)]).iloc[0]
    assert row["p_value"] == row["p_holm"] == 1
    assert row["mde80"] == 0
    assert row["verdict"].startswith("no difference")


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others() -> None:
    rng = np.random.default_rng(4)
    systems = {name: rng.random(50) for name in "abc"}
    frames = [paired_tests(systems, seed=seed).drop(columns="seed").to_csv() for seed in (0, 0, 1)]
    assert frames[0] == frames[1]
    assert frames[0] != frames[2]


def test_exchanges_of_few_segments_are_as_rare_as_they_can_be() -> None:
    # Two systems that differ in three segments of 200: all 8 exchanges can be counted, 2 of them are as large.
    # sacreBLEU counts strictly larger gaps alone and calls this significant.
    base = np.full(200, 0.5)
    better = base.copy()
    better[:3] += 0.4
    row = paired_tests({"a": better, "b": base}).iloc[0]
    assert row["p_value"] == pytest.approx(0.25, abs=0.02)


@pytest.mark.slow
@settings(max_examples=30)
@given(gaps=st.lists(st.integers(-4, 4), min_size=1, max_size=9))
def test_randomization_of_few_segments_agrees_with_all_exchanges(gaps: list[int]) -> None:
    p = paired_tests({"a": [float(x) for x in gaps], "b": [0.0] * len(gaps)}, resamples=4000)["p_value"][0]
    sums = [abs(sum(s * x for s, x in zip(signs, gaps, strict=True))) for signs in itertools.product((1, -1), repeat=len(gaps))]
    exact = sum(x >= abs(sum(gaps)) for x in sums) / len(sums)
    assert p == pytest.approx(exact, abs=0.04)


def test_the_bootstrap_test_is_two_sided_about_the_observed_difference() -> None:
    rng = np.random.default_rng(8)
    a, b = rng.normal(0.1, 1, 80), rng.normal(0, 1, 80)
    row = paired_tests({"a": a, "b": b}, test="bootstrap", resamples=2000).iloc[0]
    z = (a - b).mean() / ((a - b).std(ddof=1) / math.sqrt(80))
    assert row["p_value"] == pytest.approx(math.erfc(abs(z) / math.sqrt(2)), abs=0.04)
    assert row["mde80"] == pytest.approx(2.80 * (a - b).std(ddof=0) / math.sqrt(80), rel=0.05)


def test_the_bootstrap_takes_the_spread_about_zero() -> None:
    # One document has half of the segments and all of the difference: drawn or not, the mean moves little about
    # itself, and the plain test is sure. Under the null the sign of that one document is a coin.
    a = np.array([1.0] * 30 + [0.01 * (-1) ** k for k in range(30)])
    documents = ["large"] * 30 + [f"small{k}" for k in range(30)]
    row = paired_tests({"a": a, "b": np.zeros(60)}, test="bootstrap", unit="document", documents=documents, resamples=1000).iloc[0]
    assert row["p_value"] > 0.1
    delta, sizes = float(a.mean()), np.array([30.0] + [1.0] * 30)
    parts = np.array([30.0, *a[30:]])
    without = (parts.sum() - parts) / (60 - sizes)
    spread_about = (parts - delta * sizes) ** 2
    assert null_factor(without, delta, sizes) == pytest.approx(math.sqrt((parts**2).sum() / spread_about.sum()))


def test_documents_are_drawn_whole_and_auto_takes_them_from_30_on() -> None:
    rng = np.random.default_rng(9)
    of_document = np.repeat(rng.normal(0.05, 0.3, 40), 5)  # segments of a document share their difference
    systems = {"a": of_document, "b": np.zeros(200)}
    documents = [f"d{i // 5}" for i in range(200)]
    by_document, by_segment = (paired_tests(systems, documents=documents, unit=unit).iloc[0] for unit in ("auto", "segment"))
    assert by_document["unit"] == "document"
    assert by_document["n_documents"] == 40
    assert by_document["mde80"] > 1.9 * by_segment["mde80"]
    assert by_document["p_value"] > by_segment["p_value"]
    assert paired_tests(systems, documents=[f"d{i // 7}" for i in range(200)]).iloc[0]["unit"] == "segment"  # 29 documents


def test_documents_need_not_be_contiguous() -> None:
    statistics = np.arange(24, dtype=float).reshape(2, 6, 2)
    names = ["x", "y", "x", "z", "y", "x"]
    expected = [[statistics[k][[i for i, n in enumerate(names) if n == name]].sum(axis=0).tolist() for name in "xyz"] for k in range(2)]
    assert by_unit(statistics, names).tolist() == expected


def test_a_segment_without_a_score_counts_for_nobody() -> None:
    row = paired_tests({"a": [1.0, math.nan, 3.0], "b": [0.0, math.nan, 1.0]}).iloc[0]
    assert (row["score_a"], row["score_b"]) == (2.0, 0.5)
    assert (row["wins"], row["losses"], row["ties"]) == (2, 0, 0)


def test_an_undefined_score_is_empty_and_no_verdict() -> None:
    row = paired_tests({"a": [math.nan, math.nan], "b": [0.0, 1.0]}, test="bootstrap").iloc[0]
    assert math.isnan(row["delta"])
    assert row["p_value"] == 1
    assert row["verdict"] == "undefined: a score is missing"


def test_error_rates_win_when_lower() -> None:
    rng = np.random.default_rng(2)
    low = rng.random(200)
    row = paired_tests({"good": low, "bad": low + 0.2}, higher_is_better=False).iloc[0]
    assert (row["wins"], row["losses"]) == (200, 0)
    assert row["verdict"].startswith("good > bad on mean by 0.2000 [0.2000, 0.2000] (lower is better), p = .0001")


@settings(max_examples=60)
@given(p=st.lists(st.floats(0, 1), min_size=1, max_size=12))
def test_holm_and_bh_agree_with_their_definitions(p: list[float]) -> None:
    values = np.array(p)
    order = sorted(range(len(p)), key=lambda i: p[i])
    for correction in CORRECTIONS:
        found = correct(values, correction)
        for place, i in enumerate(order):
            if correction == "none":
                expected = p[i]
            elif correction == "holm":
                expected = max(min(1.0, (len(p) - k) * p[order[k]]) for k in range(place + 1))
            else:
                expected = min(min(1.0, len(p) * p[order[k]] / (k + 1)) for k in range(place, len(p)))
            assert found[i] == pytest.approx(expected, abs=1e-12)


def test_ranks_and_clusters_follow_the_wmt_rule() -> None:
    goodness = np.array([3.0, 5.0, 4.9, 1.0])
    apart = np.ones((4, 4), dtype=bool)
    apart[1, 2] = apart[2, 1] = False
    assert standings(goodness, apart) == [Standing(3, 3, 2), Standing(1, 2, 1), Standing(1, 2, 1), Standing(4, 4, 3)]
    # 0 beats 3 but not 2: no boundary between them, for all above must beat all below.
    apart[0, 2] = apart[2, 0] = False
    assert [one.cluster for one in standings(goodness, apart)] == [1, 1, 1, 2]
    assert standings(goodness, np.zeros((4, 4), dtype=bool)) == [Standing(1, 4, 1)] * 4


def test_holm_families_are_the_pairs_of_one_metric() -> None:
    rng = np.random.default_rng(5)
    values = {name: rng.normal(shift, 1, 60) for name, shift in (("a", 0.0), ("b", 0.35), ("c", 0.4))}
    statistics = np.stack([np.stack([x, np.ones(60)], axis=1) for x in values.values()])
    subjects = tuple(MetricData(f"m{k}", statistics, {"kind": "ratio"}) for k in range(3))
    found = compare_systems(ComparisonData(tuple(values), subjects), Plan(resamples=500))
    alone = paired_tests(values, resamples=500)["p_holm"].tolist()
    assert [[row["p_holm"] for row in result.pairs] for result in found.results] == [alone] * 3


def _mean_subject(name: str, *rows: FloatArray, up: bool = True) -> MetricData:
    return MetricData(name, np.stack([np.stack([row, np.ones(len(row))], axis=1) for row in rows]), {"kind": "ratio"}, higher_is_better=up)


def _notes(contest: ComparisonData, **plan: Any) -> str:
    return "\n".join(compare_systems(contest, Plan(**plan)).notes)


def test_a_warning_when_nothing_can_be_significant() -> None:
    rng = np.random.default_rng(1)
    rows = [rng.random(40) for _ in range(12)]
    contest = ComparisonData(tuple("abcdefghijkl"), (_mean_subject("m", *rows),))
    assert "Nothing can be significant: with 40 segments and 1,000 resamples the smallest p is 0.001, times 66 pairs 0.066" in _notes(contest, resamples=1000)
    assert "Nothing" not in _notes(contest, resamples=10_000)
    assert "Nothing" not in _notes(contest, resamples=1000, correction="none")
    few = ComparisonData(("a", "b"), (_mean_subject("m", rows[0][:4], rows[1][:4]),))
    assert "with 4 segments" in _notes(few)
    verdict = compare_systems(few, Plan()).results[0].pairs[0]["verdict"]
    assert verdict.endswith("with 4 segments no gap can be significant")


def test_a_warning_when_documents_are_few_and_when_only_segments_are_significant() -> None:
    rng = np.random.default_rng(9)
    a = np.repeat(rng.normal(0.13, 0.5, 32), 8)
    contest = ComparisonData(("a", "b"), (_mean_subject("m", a, np.zeros(256)),), [f"d{i // 8}" for i in range(256)])
    for unit in ("auto", "segment"):
        assert "Significant only if segments were independent, not by document: a and b on m" in _notes(contest, unit=unit)
    few = ComparisonData(("a", "b"), (_mean_subject("m", a, np.zeros(256)),), [f"d{i // 64}" for i in range(256)])
    assert "there are 4 documents, fewer than 30" in _notes(few)
    assert "Resampled by document, of which there are 4" in _notes(few, unit="document")


def test_a_warning_when_metrics_disagree_on_the_winner() -> None:
    rng = np.random.default_rng(6)
    noise = rng.random(100)
    against = ComparisonData(("a", "b"), (_mean_subject("up", noise + 0.3, noise), _mean_subject("down", noise + 0.3, noise, up=False)))
    assert "The metrics disagree on which system is better: a by up, b by down." in _notes(against)
    unsure = ComparisonData(("a", "b"), (_mean_subject("x", noise, noise[::-1] + 1e-3), _mean_subject("y", noise + 1e-3, noise[::-1])))
    assert "The best system depends on the metric: b by x, a by y." in _notes(unsure)
    assert "sacrebleu-bs is there for comparison with older papers" in _notes(unsure, test="sacrebleu-bs")


@pytest.mark.parametrize(
    ("plan", "words"),
    [
        ({"test": "bootstrp"}, "no test 'bootstrp'. Did you mean bootstrap"),
        ({"unit": "docment"}, "no unit of resampling 'docment'. Did you mean document"),
        ({"correction": "holms"}, "no correction 'holms'. Did you mean holm"),
        ({"resamples": 99}, "--resamples is 99; it must be 100 or more"),
        ({"seed": -1}, "--seed is -1"),
        ({"unit": "document"}, "needs to know the documents"),
        ({"unit": "document", "test": "sacrebleu-bs"}, "sacreBLEU's bootstrap draws segments"),
    ],
)
def test_plans_that_no_test_can_do_are_refused(plan: dict[str, Any], words: str) -> None:
    with pytest.raises(EvaluatorError, match=words):
        paired_tests({"a": [1.0, 2.0], "b": [1.0, 1.0]}, **plan)


def test_statistics_that_do_not_fit_are_refused() -> None:
    with pytest.raises(EvaluatorError, match="There is 1 system to compare"):
        paired_tests({"a": [1.0]})
    with pytest.raises(EvaluatorError, match=r"'b' have the shape \(3, 2\), those of 'a' \(2, 2\)"):
        paired_tests({"a": [1.0, 2.0], "b": [1.0, 2.0, 3.0]})
    with pytest.raises(EvaluatorError, match="no formula for 'blue'. Did you mean bleu"):
        paired_tests({"a": [[1.0]], "b": [[1.0]]}, "blue")
    with pytest.raises(EvaluatorError, match="documents for 1 segments and statistics of mean for 2"):
        paired_tests({"a": [1.0, 2.0], "b": [1.0, 2.0]}, documents=["d"])


def test_seed_0_is_a_seed() -> None:
    rng = np.random.default_rng(0)
    a, b = rng.random(40), rng.random(40)
    masks = np.random.default_rng(0).integers(2, size=(1000, 40), dtype=bool)
    gaps = np.abs((np.where(masks, a, b) - np.where(masks, b, a)).mean(axis=1))
    expected = (np.sum(gaps > abs((a - b).mean()) + 1e-12) + 1) / 1001
    assert paired_tests({"a": a, "b": b}, seed=0, resamples=1000)["p_value"][0] == expected


@pytest.mark.parametrize("n", [1, 29_999, 30_000, 30_001, 131_073, 10**6, 10**9])
def test_neighbours_are_drawn_together_only_above_thirty_thousand_units(n: int) -> None:
    size = group_size(n)
    assert (size == 1) == (n <= 30_000)
    assert size & (size - 1) == 0  # a power of two, so that running sums of half the size can be added
    assert n <= 30_000 or 8_192 <= -(-n // size) <= 16_384


@pytest.mark.slow
def test_groups_of_neighbours_add_up_and_keep_the_width_of_an_interval() -> None:
    rng = np.random.default_rng(3)
    scores = rng.normal(50, 20, size=20_000)
    statistics = np.stack([scores, np.ones_like(scores)], axis=1)[None]
    grouped = in_groups(statistics, 16)
    assert grouped.shape == (1, 1250, 2)
    assert np.allclose(grouped.sum(axis=1), statistics.sum(axis=1))
    formula = [make_formula({"kind": "ratio", "of": 0, "by": 1})]
    widths = [np.std(bootstrap_scores([s], formula, 2_000, 1)[0]) for s in (statistics, grouped)]
    assert widths[1] == pytest.approx(widths[0], rel=0.08)
