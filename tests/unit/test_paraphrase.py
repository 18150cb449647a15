"""Novelty beside adequacy: a copy is worst, nonsense does not win."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import evaluator
from evaluator.metrics.paraphrase import copied_share, longest_copy, words
from evaluator.plugins import create_metric
from evaluator.types import EvaluatorError
from tests.conftest import Cli

WORDS = st.lists(st.sampled_from("abc"), max_size=12)
REFERENCE = ["The dam broke on Monday and nobody in the valley was hurt.", "The council will vote on the new bridge next week."]
COPY = list(REFERENCE)
REWRITE = ["On Monday the dam gave way, but no one living in the valley came to harm.", "Next week a vote on the new bridge is due in the council."]
NONSENSE = ["Purple engines whisper beneath forgotten calendars daily.", "Seventeen loud apples translate every silent harbour poorly."]


def test_a_copy_has_no_novelty_and_other_words_have_all() -> None:
    run = evaluator.evaluate(REFERENCE, {"copy": COPY, "rewrite": REWRITE, "nonsense": NONSENSE}, metrics=["novelty"], resamples=100)
    scores = dict(zip(run.scores["system"], run.scores["Novelty"], strict=True))
    assert scores["copy"] == 0
    assert 0 < scores["rewrite"] < scores["nonsense"] == 100
    segments = run.segments[run.segments["system"] == "copy"]
    assert segments["copied_ngrams"].tolist() == [100, 100]
    assert segments["copied_span"].tolist() == [12, 10]
    assert segments["self_bleu"].tolist() == pytest.approx([100, 100])
    assert "nrefs:1|case:lc|order:4" in run.statistics["signature"][0]
    assert "longest copied span = 11.0 words" in run.statistics["details"][0]


@pytest.mark.model
def test_paraphrase_prefers_a_rewrite_to_a_copy_and_to_nonsense(tmp_path: Path) -> None:
    systems = {"copy": COPY, "rewrite": REWRITE, "nonsense": NONSENSE}
    run = evaluator.evaluate(REFERENCE, systems, metrics=["novelty", "bertscore"], device="cpu", resamples=100)
    scores = dict(zip(run.scores["system"], run.scores["Paraphrase"], strict=True))
    assert scores["copy"] == 0
    assert scores["rewrite"] > scores["nonsense"]
    assert run.scores["BERTScore-F1"].idxmax() == 0  # what a bare score prefers
    both = run.segments[["fidelity", "novelty", "paraphrase"]]
    for fidelity, novelty, paraphrase in both.itertuples(index=False):
        assert paraphrase == pytest.approx(2 * fidelity * novelty / (fidelity + novelty) if fidelity + novelty else 0)
    assert "Paraphrase" in set(run.pairs["metric"])
    back = evaluator.load(run.save(tmp_path / "run"))
    assert back.segments["paraphrase"].tolist() == run.segments["paraphrase"].tolist()


@pytest.mark.model
def test_without_a_diagnosis_there_is_no_paraphrase_column() -> None:
    run = evaluator.evaluate(REFERENCE, {"a": REWRITE}, metrics=["novelty", "bertscore"], diagnose="off", device="cpu")
    assert "paraphrase" not in run.segments


def test_omitted_segments_and_further_references_count() -> None:
    run = evaluator.evaluate(REFERENCE, {"a": ["", REWRITE[1]]}, references=[REWRITE], metrics=["novelty"])
    assert run.segments["novelty"].tolist() == [0, 0]


def _slow_share(own: list[str], reference: list[str], order: int) -> float:
    shares = []
    for n in range(1, order + 1):
        grams = [" ".join(own[i : i + n]) for i in range(len(own) - n + 1)]
        theirs = [" ".join(reference[i : i + n]) for i in range(len(reference) - n + 1)]
        if grams:
            shares.append(len([gram for gram in grams if gram in theirs]) / len(grams))
    return sum(shares) / len(shares) if shares else 0.0


def _slow_span(own: list[str], reference: list[str]) -> int:
    spans = [own[i:j] for i in range(len(own)) for j in range(i + 1, len(own) + 1)]
    return max((len(s) for s in spans if any(reference[k : k + len(s)] == s for k in range(len(reference)))), default=0)


@given(WORDS, WORDS)
def test_shares_and_spans_are_those_of_a_slow_count(own: list[str], reference: list[str]) -> None:
    assert copied_share(own, [reference], 4) == pytest.approx(_slow_share(own, reference, 4))
    assert longest_copy(own, [reference]) == _slow_span(own, reference)
    assert longest_copy(own, [reference, own]) == len(own)


def test_words_ignore_case_and_marks_and_split_scripts_without_blanks() -> None:
    assert words("The dam's broken -- “gone”!") == ["the", "dam's", "broken", "gone"]
    assert words("大坝 broke") == ["大", "坝", "broke"]


def test_the_option_is_checked(cli: Cli) -> None:
    with pytest.raises(EvaluatorError, match="order is 0"):
        create_metric("novelty", {"order": 0})
    assert "novelty" in cli("list", "metrics").out


@pytest.mark.parametrize(
    ("text", "expected"),
    [("\u0915\u0941\u091b \u0939\u093f\u0928\u094d\u0926\u0940\u0964", ["\u0915\u0941\u091b", "\u0939\u093f\u0928\u094d\u0926\u0940"]),
     ("cafe\u0301 noir", ["cafe\u0301", "noir"]), ("\u0643\u064e\u062a\u064e\u0628 \u0647\u0648", ["\u0643\u064e\u062a\u064e\u0628", "\u0647\u0648"])],
)  # fmt: skip
def test_vowel_signs_and_accents_do_not_split_words(text: str, expected: list[str]) -> None:
    assert words(text) == expected
