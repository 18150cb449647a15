"""What every registered metric must do, present and future."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest

from evaluator.compare.formulas import make_formula
from evaluator.embed.embedder import ModelEmbedder
from evaluator.plugins import METRICS, Metric, create_metric, metric_class
from evaluator.types import EvaluatorError

HYPOTHESES = ["the ferry sails at noon today", "nobody was hurt in the storm", "", "three crews went home early"]
REFERENCES = [["the ferry sails at midday today", "no one was hurt in the storm", "the strike goes on", "three crews went home early"]]


def _make(name: str, minilm: ModelEmbedder) -> Metric:
    return create_metric(name, {"embedder": minilm} if getattr(metric_class(name), "needs_embedder", False) else {})


def _nothing(_: int) -> None:
    return None


@pytest.mark.parametrize("name", METRICS)
def test_a_registered_metric_has_its_name_and_columns(name: str, minilm: ModelEmbedder) -> None:
    metric = _make(name, minilm)
    assert metric.name == name
    assert metric.title
    statistics = metric.statistics(HYPOTHESES, [0, 1, 2, 3], REFERENCES, _nothing)
    assert statistics.dtype == np.float64
    assert len(statistics) == 4
    scores = metric.segment_scores(statistics)
    assert set(metric.columns) <= set(scores)
    assert all(values.shape == (4,) for values in scores.values())
    assert "nrefs:1" in metric.signature()
    assert "version:" in metric.segment_signature()


@pytest.mark.parametrize("name", METRICS)
def test_identity_scores_best_unless_novelty_is_asked_for_and_empty_worst(name: str, minilm: ModelEmbedder) -> None:
    metric = _make(name, minilm)
    texts = [str(text) for text in REFERENCES[0]]
    ends = [metric.corpus_score(metric.statistics(h, range(4), REFERENCES, _nothing).sum(axis=0)) for h in (texts, HYPOTHESES, [""] * 4)]
    best, middle, worst = ends if metric.higher_is_better else [-x for x in ends]
    if getattr(metric, "rewards_copies", True):
        assert best > middle > worst
    else:
        assert middle > best == worst == 0


@pytest.mark.parametrize("name", METRICS)
def test_shards_add_up_to_the_whole(name: str, minilm: ModelEmbedder) -> None:
    whole = _make(name, minilm).statistics(HYPOTHESES, range(4), REFERENCES, _nothing)
    parts = [_make(name, minilm).statistics(HYPOTHESES[i : i + 2], range(2), [REFERENCES[0][i : i + 2]], _nothing) for i in (0, 2)]
    assert np.allclose(np.vstack(parts), whole, atol=2e-6 if name == "bertscore" else 0, rtol=0)


@pytest.mark.parametrize("name", METRICS)
def test_the_formula_gives_the_scores_of_the_metric(name: str, minilm: ModelEmbedder) -> None:
    metric = _make(name, minilm)
    statistics = metric.statistics(HYPOTHESES, range(4), REFERENCES, _nothing)
    sums = np.stack([statistics.sum(axis=0), statistics[:2].sum(axis=0), statistics[3]])
    assert make_formula(metric.formula).corpus(sums) == pytest.approx([metric.corpus_score(row) for row in sums], abs=1e-9)
    assert json.loads(json.dumps(metric.formula)) == dict(metric.formula)  # run.json has it


@pytest.mark.parametrize("name", METRICS)
def test_progress_counts_every_hypothesis(name: str, minilm: ModelEmbedder) -> None:
    for references in (REFERENCES, [*REFERENCES, *REFERENCES]):
        done: list[int] = []
        _make(name, minilm).statistics(HYPOTHESES, range(4), references, done.append)
        assert sum(done) == 4


@pytest.mark.parametrize("name", METRICS)
def test_an_empty_hypothesis_is_the_worst_segment(name: str, minilm: ModelEmbedder) -> None:
    metric = _make(name, minilm)
    column = metric.columns[-1]
    score = metric.segment_scores(metric.statistics(HYPOTHESES, range(4), REFERENCES, _nothing))[column][2]
    assert score == (0.0 if metric.higher_is_better else 100.0)
    assert not math.isnan(score)


def test_unknown_names_and_options_are_answered_with_the_nearest() -> None:
    with pytest.raises(EvaluatorError, match="no metric 'blue'. Did you mean bleu"):
        create_metric("blue", {})
    with pytest.raises(EvaluatorError, match="bleu has no option 'tokenise'. Did you mean tokenize"):
        create_metric("bleu", {"tokenise": "zh"})
    with pytest.raises(EvaluatorError, match="char_order is 0; it must be at least 1"):
        create_metric("chrf", {"char_order": 0})
