"""Values with provenance."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import evaluator
from evaluator.metrics import BLEU, CHRF, TER, kernel

# sacrebleu 2.6.0, its own command on benchmarks/sample with blank lines removed:
# sacrebleu reference.txt -i rewrite.txt -m bleu chrf ter -w 10
SAMPLE = {"BLEU": 64.5115206692, "chrF2": 82.1716282620, "TER": 22.8045325779}


def test_the_sample_pair_scores_what_sacrebleus_command_prints(sample: tuple[list[str], list[str]]) -> None:
    run = evaluator.evaluate(sample[0], {"rewrite": sample[1]}, metrics=["bleu", "chrf", "ter"])
    assert {name: round(run.scores[name][0], 10) for name in SAMPLE} == SAMPLE


def test_the_readme_example_of_sacrebleu() -> None:
    # README of sacreBLEU, section "Using SacreBLEU from Python".
    references = [
        ["The dog bit the man.", "It was not unexpected.", "The man bit him first."],
        ["The dog had bit the man.", "No one was surprised.", "The man had bitten the dog."],
    ]
    system = ["The dog bit the man.", "It wasn't surprising.", "The man had just bitten him."]
    assert BLEU().corpus_score(system, references).score == pytest.approx(48.530827009929865, abs=1e-12)
    assert str(BLEU().corpus_score(system, references)).startswith("BLEU = 48.53 82.4/50.0/45.5/37.5 (BP = 0.943")
    assert round(CHRF().corpus_score(system, references).score, 2) == 59.73


def test_an_identical_hypothesis_needs_no_edit() -> None:
    assert TER().corpus_score(["a b c"], [["a b c"]]).score == 0.0


MADE = json.loads((Path(__file__).parent / "ter.json").read_text(encoding="utf-8"))
"""What sacreBLEU 2.6.0 counts, by `make_ter.py`: without the kernel its own code runs here too, and a comparison with it now would be with itself."""


@pytest.mark.parametrize("case", MADE["cases"], ids=lambda case: f"{case['options']}-{case['references']}")
@pytest.mark.parametrize("counted", ["compiled", "without"])
def test_ter_is_what_sacrebleu_counted(case: dict[str, Any], counted: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if counted == "without":
        monkeypatch.setattr(kernel, "compiled", None)
    elif kernel.compiled is None:
        pytest.skip("no C compiler, no kernel")
    hypotheses, references = MADE["hypotheses"], MADE["references"][: case["references"]]
    metric = TER(**case["options"])
    statistics = metric._extract_corpus_statistics(hypotheses, references)
    assert [list(row) for row in statistics] == case["statistics"]
    assert metric.segment_scores(statistics).tolist() == case["sentences"]
    scored = metric.corpus_score(hypotheses, references)
    assert (scored.score, str(scored)) == (case["score"], case["text"])
    assert str(metric.get_signature()).rpartition("|version:")[0] == case["signature"].rpartition("|version:")[0]


def test_the_stored_ter_is_of_texts_that_options_and_references_tell_apart() -> None:
    edits = {json.dumps(case["statistics"]) for case in MADE["cases"]}
    assert len(edits) == len(MADE["cases"])
