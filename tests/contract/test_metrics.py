"""What every registered metric must do, present and future."""

from __future__ import annotations

import dataclasses
import inspect
import json
import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from evaluator.compare.formulas import make_formula
from evaluator.embed.embedder import ModelEmbedder
from evaluator.frames import OPTIONAL, TABLES, kind_of
from evaluator.plugins import METRICS, create_metric, metric_class, metric_options
from evaluator.protocol import Metric
from evaluator.types import EvaluatorError, FloatArray

HYPOTHESES = ["the ferry sails at noon today", "nobody was hurt in the storm", "", "three crews went home early"]
REFERENCES = [["the ferry sails at midday today", "no one was hurt in the storm", "the strike goes on", "three crews went home early"]]
GOLDEN = {
    "bleu": 55.83254253226464,  # sacreBLEU 2.6.0
    "chrf": 68.73385110640326,  # sacreBLEU 2.6.0
    "chrf++": 68.47945731169457,  # sacreBLEU 2.6.0
    "ter": 31.818181818181817,  # sacreBLEU 2.6.0
    # By hand: of the first text 5/6 words, 3/5, 2/4 and 1/3 sequences are the reference's, of the second 5/6, 4/5, 3/4 and 2/3.
    "novelty": (100 * (1 - (5 / 6 + 3 / 5 + 2 / 4 + 1 / 3) / 4) + 100 * (1 - (5 / 6 + 4 / 5 + 3 / 4 + 2 / 3) / 4)) / 4,
    "bertscore": 0.7154446,  # bert-score 0.3.12, layer 3 of MiniLM; it ends on the empty text, which counts as 0
}
"""Corpus scores of the texts above as another program gives them, or by hand."""
PROVIDED = ("embedder", "lang")


def _make(name: str, minilm: ModelEmbedder) -> Metric:
    return create_metric(name, {}, embedder=minilm)


def _nothing(_: int) -> None:
    return None


def _count(metric: Metric, hypotheses: Sequence[str] = HYPOTHESES, references: Sequence[Sequence[str | None]] = REFERENCES) -> FloatArray:
    return metric.prepare(references).count(hypotheses, range(len(hypotheses)), _nothing).statistics


def test_every_metric_has_a_golden_value() -> None:
    assert set(GOLDEN) == set(METRICS)


@pytest.mark.parametrize("name", METRICS)
def test_the_corpus_score_is_that_of_another_program(name: str, minilm: ModelEmbedder) -> None:
    metric = _make(name, minilm)
    assert metric.corpus_score(_count(metric).sum(axis=0)) == pytest.approx(GOLDEN[name], abs=1e-5)


@pytest.mark.parametrize("name", METRICS)
def test_a_registered_metric_is_what_it_declares(name: str, minilm: ModelEmbedder) -> None:
    metric = _make(name, minilm)
    declared = metric.declared
    assert (declared.name, metric.title) == (name, declared.title)
    statistics = _count(metric)
    assert statistics.dtype == np.float64
    assert len(statistics) == 4
    scores = metric.segment_scores(statistics)
    assert {column.name for column in declared.scores} <= set(scores) <= {column.name for column in declared.columns}
    assert all(values.shape == (4,) for values in scores.values())
    assert all(declared.scale.holds(score) for score in scores[declared.scores[-1].name])
    assert all(column.meaning.endswith(".") for column in declared.columns)
    assert declared.summary


@pytest.mark.parametrize("name", METRICS)
def test_columns_have_a_type_and_no_name_of_another_metric(name: str) -> None:
    for column in metric_class(name).declared.columns:
        assert kind_of("segments", column.name) == ("float" if column.is_score else next(known.kind for known in OPTIONAL if known.name == column.name))
        assert column.name not in [known.name for known in TABLES["segments"]]
        assert not [other for other in METRICS if other != name and column.name in [known.name for known in metric_class(other).declared.columns]]


@pytest.mark.parametrize("name", METRICS)
def test_declared_options_are_those_of_the_constructor(name: str) -> None:
    keywords = [parameter for parameter in inspect.signature(metric_class(name)).parameters if parameter not in PROVIDED]
    options = metric_options(name)
    assert sorted(option.name for option in options) == sorted(keywords)
    assert all(option.kind and option.default is not inspect.Parameter.empty and option.help for option in options)


@pytest.mark.parametrize("name", METRICS)
def test_the_signature_says_what_decides_the_number(name: str, minilm: ModelEmbedder) -> None:
    metric = _make(name, minilm)
    for n in (1, 2):
        signature = metric.prepare(REFERENCES * n).signature
        assert f"nrefs:{n}" in signature.corpus
        assert "version:" in (signature.segment or signature.corpus)


@pytest.mark.parametrize("name", METRICS)
def test_nothing_depends_on_what_was_scored_before(name: str, minilm: ModelEmbedder) -> None:
    used, fresh = _make(name, minilm), _make(name, minilm)
    before = dict(vars(used))
    first = used.prepare([[*REFERENCES[0], "ሰላም ለዓለም"], [None, *REFERENCES[0]]])
    noted = first.count([*HYPOTHESES, "word " * 700], range(5), _nothing)
    again, alone = used.prepare(REFERENCES), fresh.prepare(REFERENCES)
    assert again.signature == alone.signature
    assert first.signature != again.signature
    assert again.notes(HYPOTHESES) == alone.notes(HYPOTHESES)
    counts = [one.count(HYPOTHESES, range(4), _nothing) for one in (again, again, alone)]
    assert all(one.statistics.tobytes() == counts[0].statistics.tobytes() for one in counts)
    assert [(one.notes, one.unreadable) for one in counts] == [((), None)] * 3
    assert vars(used) == before
    assert first.count([*HYPOTHESES, "word " * 700], range(5), _nothing).notes == noted.notes


@pytest.mark.parametrize("name", METRICS)
def test_what_is_prepared_cannot_be_changed(name: str, minilm: ModelEmbedder) -> None:
    prepared: Any = _make(name, minilm).prepare(REFERENCES)
    assert dataclasses.is_dataclass(prepared)
    for attribute in ("signature", dataclasses.fields(prepared)[0].name):
        with pytest.raises((dataclasses.FrozenInstanceError, AttributeError)):
            setattr(prepared, attribute, None)


@pytest.mark.parametrize("name", METRICS)
def test_identity_scores_best_unless_novelty_is_asked_for_and_empty_worst(name: str, minilm: ModelEmbedder) -> None:
    metric = _make(name, minilm)
    texts = [str(text) for text in REFERENCES[0]]
    ends = [metric.corpus_score(_count(metric, h).sum(axis=0)) for h in (texts, HYPOTHESES, [""] * 4)]
    best, middle, worst = ends if metric.declared.scale.higher_is_better else [-x for x in ends]
    if metric.declared.rewards_copies:
        assert best > middle > worst
        assert ends[0] == pytest.approx(metric.declared.scale.best, abs=1e-5)
    else:
        assert middle > best == worst == 0


@pytest.mark.parametrize("name", METRICS)
def test_shards_add_up_to_the_whole(name: str, minilm: ModelEmbedder) -> None:
    metric = _make(name, minilm)
    parts = [_count(metric, HYPOTHESES[i : i + 2], [REFERENCES[0][i : i + 2]]) for i in (0, 2)]
    assert np.allclose(np.vstack(parts), _count(metric), atol=2e-6 if name == "bertscore" else 0, rtol=0)


@pytest.mark.parametrize("name", METRICS)
def test_the_formula_gives_the_scores_of_the_metric(name: str, minilm: ModelEmbedder) -> None:
    metric = _make(name, minilm)
    statistics = _count(metric)
    sums = np.stack([statistics.sum(axis=0), statistics[:2].sum(axis=0), statistics[3]])
    assert make_formula(metric.formula).corpus(sums) == pytest.approx([metric.corpus_score(row) for row in sums], abs=1e-9)
    assert json.loads(json.dumps(metric.formula)) == dict(metric.formula)  # run.json has it


@pytest.mark.parametrize("name", METRICS)
def test_progress_counts_every_hypothesis(name: str, minilm: ModelEmbedder) -> None:
    for references in (REFERENCES, [*REFERENCES, *REFERENCES]):
        done: list[int] = []
        _make(name, minilm).prepare(references).count(HYPOTHESES, range(4), done.append)
        assert sum(done) == 4


@pytest.mark.parametrize("name", METRICS)
def test_an_empty_hypothesis_is_the_worst_segment(name: str, minilm: ModelEmbedder) -> None:
    metric = _make(name, minilm)
    score = metric.segment_scores(_count(metric))[metric.declared.scores[-1].name][2]
    assert score == metric.declared.scale.worst
    assert not math.isnan(score)


def test_unknown_names_and_options_are_answered_with_the_nearest() -> None:
    with pytest.raises(EvaluatorError, match="no metric 'blue'. Did you mean bleu"):
        create_metric("blue", {})
    with pytest.raises(EvaluatorError, match="bleu has no option 'tokenise'. Did you mean tokenize"):
        create_metric("bleu", {"tokenise": "zh"})
    with pytest.raises(EvaluatorError, match="char_order is 0; it must be at least 1"):
        create_metric("chrf", {"char_order": 0})
