"""Which statistics a run keeps: joined insertions, left-out segments, undefined values."""

from __future__ import annotations

import importlib
import math
from typing import Any

import pytest

from evaluator.metrics.adapters import BleuMetric, ChrfMetric, TerMetric
from evaluator.score import make_tables, score_systems
from evaluator.score.jobs import join_insertions
from evaluator.types import Advance, EvalSet, EvaluatorError, SegmentPair, System

peer: Any = importlib.import_module("sacrebleu.metrics")  # untyped: the package does not export its names


def _silent(what: str, total: int) -> Advance:
    return lambda _: None


def _system(name: str, *rows: tuple[int, str, str, str]) -> System:
    return System(name, tuple(SegmentPair("d", segment, alignment, (reference,), hypothesis) for segment, alignment, reference, hypothesis in rows))


WITH_INSERTION = _system(
    "a", (0, "0-1", "", "Advertisement."), (1, "1-1", "the dam held well", "the dam held"), (1, "0-1", "", "Buy now!"), (2, "1-0", "nobody was hurt", "")
)


def test_insertions_join_the_segment_they_follow_and_the_first() -> None:
    assert join_insertions(WITH_INSERTION) == ["Advertisement. the dam held Buy now!", ""]


def test_corpus_scores_pay_for_insertions_and_segment_scores_do_not() -> None:
    evalset = EvalSet((WITH_INSERTION,), 1)
    tables = make_tables(evalset, score_systems(evalset, [ChrfMetric(), TerMetric()], _silent))
    joined = ["Advertisement. the dam held Buy now!", ""]
    references = [["the dam held well", "nobody was hurt"]]
    assert tables["scores"].columns["chrF2"] == [peer.CHRF().corpus_score(joined, references).score]
    assert tables["scores"].columns["TER"] == [peer.TER().corpus_score(joined, references).score]
    chrf = tables["segments"].columns["chrf"]
    assert chrf == [None, peer.CHRF().sentence_score("the dam held", ["the dam held well"]).score, None, 0.0]
    assert tables["segments"].columns["ter"][3] == 100.0


def test_an_omitted_segment_scores_worst() -> None:
    evalset = EvalSet((_system("a", (1, "1-0", "nobody was hurt at all", "")),), 1)
    tables = make_tables(evalset, score_systems(evalset, [BleuMetric(), ChrfMetric(), TerMetric()], _silent))
    assert [tables["segments"].columns[name] for name in ("bleu", "chrf", "ter")] == [[0.0], [0.0], [100.0]]


def test_a_segment_empty_on_both_sides_is_left_out_and_counted() -> None:
    a = _system("a", (1, "1-1", "the dam held", "the dam held"), (2, "1-1", "", ""))
    b = _system("b", (1, "1-1", "the dam held", "the dam held"), (2, "1-1", "", "stray"))
    evalset = EvalSet((a, b), 1)
    tables = make_tables(evalset, score_systems(evalset, [ChrfMetric()], _silent))
    assert tables["segments"].columns["chrf"] == [100.0, None, 100.0, 0.0]
    assert tables["scores"].columns["segments"] == [1, 2]
    assert tables["statistics"].columns["n_segments"] == [1, 2]


def test_nothing_to_score_is_an_error() -> None:
    evalset = EvalSet((_system("a", (1, "1-1", "", " ")),), 1)
    with pytest.raises(EvaluatorError, match="nothing to score"):
        score_systems(evalset, [ChrfMetric()], _silent)


def test_corpus_ter_over_three_references_equals_sacrebleu_to_the_digit() -> None:
    texts = [("a b c d", "a c", "b c d"), ("x y", "x y z", "y"), ("k l m n o", "k", "l m")] * 7
    hypotheses = ["a b d", "y x", "k m o l"] * 7
    pairs = tuple(SegmentPair("d", i + 1, "1-1", r, h) for i, (r, h) in enumerate(zip(texts, hypotheses, strict=True)))
    evalset = EvalSet((System("a", pairs),), 3)
    tables = make_tables(evalset, score_systems(evalset, [TerMetric()], _silent))
    assert tables["scores"].columns["TER"] == [peer.TER().corpus_score(hypotheses, [list(s) for s in zip(*texts, strict=True)]).score]


def test_each_distinct_hypothesis_of_a_segment_is_scored_once() -> None:
    counted: list[int] = []
    rows = [(1, "1-1", "the dam held", "the dam held"), (2, "1-1", "nobody was hurt", "somebody was hurt")]
    evalset = EvalSet((_system("a", *rows), _system("b", *rows)), 1)

    def start(what: str, total: int) -> Advance:
        counted.append(total)
        return lambda _: None

    scores = score_systems(evalset, [ChrfMetric()], start)
    assert counted == [2]
    assert scores[0].statistics.shape == (2, 2, 18)
    assert not math.isnan(scores[0].rows[1]["chrf"].sum())
