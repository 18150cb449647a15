"""BERTScore against the bert-score package and against a slow oracle."""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import evaluator
from evaluator.embed.embedder import ModelEmbedder, batches, open_embedder
from evaluator.embed.models import find_model
from evaluator.embed.tokens import OVERLAP, shares, windows
from evaluator.metrics import BERTScorer, matching
from evaluator.metrics.bertscore import BertScoreMetric
from evaluator.metrics.matching import LIVE_TOKENS, best_matches, idf_weights, match_pairs, weighted_f1
from evaluator.types import EvaluatorError

pytestmark = pytest.mark.model

CANDIDATES = ["The ferry sails at noon.", "Nobody was hurt, officials said.", "A", "Ünïcode – “quotes”… 1,250 crowns", "word " * 700]
REFERENCES = ["The ferry leaves at midday.", "Officials said that three people were hurt.", "The", "Unicode: 1250 crowns", "word " * 600 + "end"]


@pytest.fixture(scope="module")
def folder() -> str:
    return str(find_model("minilm").folder)


@pytest.mark.parametrize("idf", [False, True])
def test_scores_equal_the_bert_score_package(folder: str, idf: bool) -> None:
    import bert_score

    sents = REFERENCES if idf else None
    theirs = bert_score.BERTScorer(model_type=folder, num_layers=5, idf=idf, idf_sents=sents, device="cpu", nthreads=0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        ours = BERTScorer(model_type=folder, num_layers=5, idf=idf, idf_sents=sents, device="cpu")
        for mine, expected in zip(ours.score(CANDIDATES, REFERENCES), theirs.score(CANDIDATES, REFERENCES), strict=True):
            assert torch.allclose(mine, expected, atol=1e-5)


def test_several_references_give_the_separate_maxima_of_bert_score(folder: str) -> None:
    import bert_score

    references = [[a, b] for a, b in zip(REFERENCES[:4], CANDIDATES[3::-1], strict=True)]
    theirs = bert_score.BERTScorer(model_type=folder, num_layers=6, device="cpu").score(CANDIDATES[:4], references)
    ours = BERTScorer(model_type=folder, num_layers=6, device="cpu").score(CANDIDATES[:4], references)
    assert all(torch.allclose(a, b, atol=1e-5) for a, b in zip(ours, theirs, strict=True))


def test_empty_sides_score_0_where_bert_score_raises() -> None:
    p, r, f = BERTScorer("minilm", device="cpu").score(["", "a b", " "], ["a b", "", ""])
    assert p.tolist() == r.tolist() == f.tolist() == [0.0, 0.0, 0.0]


def test_empty_texts_score_0_in_every_layer() -> None:
    scorer = BERTScorer("minilm", device="cpu", all_layers=True)
    assert scorer.num_layers == 3
    assert [x.tolist() for x in scorer.score(["", "a"], ["", ""])] == [[[0.0, 0.0]] * 7] * 3
    assert [tuple(x.shape) for x in scorer.score([], [])] == [(7, 0)] * 3


@pytest.mark.parametrize("limit", [8, 40, 128, 512])
@pytest.mark.parametrize("extra", [0, 1, 2, 50, 700])
def test_windows_hold_every_token_in_order_about_twice(limit: int, extra: int) -> None:
    ids = [1, *range(10, 10 + limit - 2 + extra), 2]
    parts = list(windows(ids, limit, 1, 1))
    assert sum(map(len, parts)) <= 3 * len(ids) + limit
    assert all(len(part) <= limit and part[0] == 1 and part[-1] == 2 for part in parts)
    taken = shares(len(ids), limit, 1, 1)
    assert [token for part, share in zip(parts, taken, strict=True) for token in part[share.skipped :][: share.stop - share.start]] == ids
    for part, share in list(zip(parts, taken, strict=True))[1:-1]:
        assert min(share.skipped, len(part) - share.skipped - (share.stop - share.start)) >= min(OVERLAP, limit // 8), "taken from near an edge"


def test_texts_cut_at_the_limit_are_counted() -> None:
    with pytest.warns(UserWarning, match="1 of 2 texts are longer than the model's 512 tokens"):
        BERTScorer("minilm", device="cpu").score(["word " * 600], ["word"])


@pytest.mark.parametrize(
    ("kwargs", "words"),
    [
        ({"model_type": "minilmm"}, "Did you mean minilm"),
        ({"model_type": "minilm", "num_layers": 7}, "has no layer 7: it has 6 layers"),
        ({"model_type": None}, "needs a model_type or a lang"),
        ({"model_type": "minilm", "device": "gpu"}, "no device 'gpu'"),
    ],
)
def test_wrong_models_layers_and_devices_are_refused(kwargs: dict[str, object], words: str) -> None:
    with pytest.raises(EvaluatorError, match=words):
        BERTScorer(**kwargs)  # type: ignore[arg-type]


def test_unequal_lists_and_missing_idf_are_refused() -> None:
    scorer = BERTScorer("minilm", device="cpu", idf=True)
    with pytest.raises(EvaluatorError, match="no idf weights"):
        scorer.score(["a"], ["a"])
    scorer.compute_idf(["a"])
    with pytest.raises(EvaluatorError, match="2 candidates against 1 references"):
        scorer.score(["a", "b"], ["a"])
    with pytest.raises(EvaluatorError, match="Candidate 1 has 0 references"):
        scorer.score(["a"], [[]])


def test_changed_weights_are_refused(tmp_path: object, monkeypatch: pytest.MonkeyPatch) -> None:
    import evaluator.embed.models as models

    monkeypatch.setattr(models, "digest_of", lambda files: "0" * 64)
    with pytest.raises(EvaluatorError, match="is not the file that minilm stands for"):
        find_model("minilm")


def _oracle(h: Sequence[Sequence[float]], r: Sequence[Sequence[float]], hw: Sequence[float], rw: Sequence[float]) -> tuple[float, float, float]:
    def dot(a: Sequence[float], b: Sequence[float]) -> float:
        return sum(x * y for x, y in zip(a, b, strict=True))

    p = sum(w * max(dot(a, b) for b in r) for a, w in zip(h, hw, strict=True)) / sum(hw)
    q = sum(w * max(dot(a, b) for a in h) for b, w in zip(r, rw, strict=True)) / sum(rw)
    return p, q, 2 * p * q / (p + q)


@given(st.integers(1, 6), st.integers(1, 6), st.integers(0, 2**32 - 1))
def test_greedy_match_equals_the_definition(n: int, m: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    h, r = rng.random((n, 4), dtype=np.float32), rng.random((m, 4), dtype=np.float32)
    hw, rw = rng.random(n) + 0.01, rng.random(m) + 0.01
    assert weighted_f1(best_matches(h, r), hw, rw) == pytest.approx(_oracle(h.tolist(), r.tolist(), hw.tolist(), rw.tolist()), abs=1e-5)


@pytest.mark.parametrize("leading", [(), (3,)])
@pytest.mark.parametrize("cells", [1, 7, 40, 10**6])
def test_matches_do_not_depend_on_the_size_of_the_blocks(leading: tuple[int, ...], cells: int, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    h, r = rng.integers(-4, 5, (*leading, 11, 4)).astype(np.float32), rng.integers(-4, 5, (*leading, 6, 4)).astype(np.float32)
    similarity = h @ r.swapaxes(-1, -2)
    monkeypatch.setattr(matching, "BLOCK_CELLS", cells)
    matches = best_matches(h, r)
    assert matches.hypothesis.tolist() == similarity.max(axis=-1).tolist()
    assert matches.reference.tolist() == similarity.max(axis=-2).tolist()


def test_idf_is_log_of_n_plus_1_over_count_plus_1() -> None:
    weights = idf_weights([[1, 5, 5, 2], [1, 6, 2]])
    assert weights.of((1, 5, 9)).tolist() == [0.0, math.log(3 / 2), math.log(3)]


@settings(max_examples=8, deadline=None)
@given(st.permutations(range(4)), st.integers(1, 3))
def test_scores_do_not_depend_on_order_or_company(minilm: ModelEmbedder, order: Sequence[int], copies: int) -> None:
    ids = [tuple(one) for one in minilm.token_ids([*CANDIDATES[:4], *REFERENCES[:4]])]
    pairs = list(zip(ids[:4], ids[4:], strict=True))
    alone = np.vstack([match_pairs(minilm, [pair], None, lambda _: None) for pair in pairs])
    together = match_pairs(minilm, [pairs[i] for i in order] * copies, None, lambda _: None)
    assert np.allclose(together, np.vstack([alone[list(order)]] * copies), atol=1e-6)


class Counting:
    """An embedder that counts what goes through it and answers with one-hot vectors."""

    def __init__(self) -> None:
        self.seen: list[tuple[int, ...]] = []
        self.largest = 0
        self.n_special = 2
        self.main = None
        self.layers = (0,)
        self.leading: tuple[int, ...] = ()
        self.weightless: frozenset[int] = frozenset()

    def vectors(self, ids: Sequence[list[int]]) -> list[np.ndarray]:
        self.seen += [tuple(one) for one in ids]
        self.largest = max(self.largest, sum(map(len, ids)))
        return [np.eye(8, dtype=np.float32)[[i % 8 for i in one]] for one in ids]


def test_each_text_is_embedded_once_and_in_bounded_portions() -> None:
    embedder = Counting()
    texts = [(0, *range(k, k + 200), 1) for k in range(700)]
    pairs = [(texts[k + 1], texts[k]) for k in range(699)] * 2
    done: list[int] = []
    match_pairs(embedder, pairs, None, done.append)  # type: ignore[arg-type]
    assert len(embedder.seen) == len(set(embedder.seen)) == 700
    assert embedder.largest < LIVE_TOKENS + 1000 < 700 * 202
    assert sum(done) == len(pairs)


@given(st.lists(st.integers(1, 600), max_size=60))
def test_batches_hold_every_text_once_within_the_budget(lengths: list[int]) -> None:
    groups = list(batches(lengths))
    assert sorted(i for batch in groups for i in batch) == list(range(len(lengths)))
    assert all(len(batch) == 1 or len(batch) * max(lengths[i] for i in batch) <= 2048 for batch in groups)


def test_long_paragraphs_are_windowed_and_not_cut(minilm: ModelEmbedder) -> None:
    text = " ".join(f"ferry number {i} sailed to island {i % 7}" for i in range(160))
    (ids,) = minilm.token_ids([text])
    assert len(ids) > 2 * minilm.limit - OVERLAP
    (vectors,) = minilm.vectors([ids])
    assert vectors.shape == (len(ids), 384)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    garbled = minilm.token_ids([text + " zebra quantum xylophone" * 50])[0]
    scores = match_pairs(minilm, [(tuple(ids), tuple(ids)), (tuple(garbled), tuple(ids))], None, lambda _: None)
    assert scores[0, 2] == pytest.approx(1, abs=1e-5)
    assert scores[1, 0] < 0.95, "text after the limit must count"


def test_the_metric_chooses_the_best_reference_by_f1(minilm: ModelEmbedder) -> None:
    metric = BertScoreMetric(minilm)
    references: list[list[str | None]] = [["The ferry sails.", "Nothing alike at all"], ["Bananas are yellow.", "Nobody was hurt."], [None, "Nobody was hurt!"]]
    prepared = metric.prepare(references)
    statistics = prepared.count(["The ferry sails.", "Nobody was hurt."], [0, 1], lambda _: None).statistics
    assert statistics[:, 4].tolist() == [1.0, 2.0]
    assert metric.segment_scores(statistics)["bertscore_ref"].tolist() == [1.0, 2.0]
    assert metric.corpus_score(statistics.sum(axis=0)) == pytest.approx(1, abs=1e-5)
    assert "nrefs:3|model:minilm|weights:53aa51172d14|layer:3" in prepared.signature.corpus


def test_the_embedder_is_found_by_folder_too(folder: str) -> None:
    assert open_embedder(folder, 3, "cpu").spec.layer == 3
    with pytest.raises(EvaluatorError, match="Which layer"):
        open_embedder(folder, None, "cpu")


def test_texts_that_the_model_cannot_read_have_empty_cells_and_count_nowhere() -> None:
    references = ["ሰላም ለዓለም ይሁን", "It rained all day.", "Fine \U0001f44d", "\U0001f389"]
    run = evaluator.evaluate(references, {"s": ["ዋጋው ጨምሯል", "It was raining all day.", "Fine \U0001f44e", "\U0001f621"]}, metrics=["bertscore"])
    scores = run.segments["bertscore_f1"]
    assert scores.isna().tolist() == [True, False, False, True]
    assert run.scores["BERTScore-F1"].iloc[0] == pytest.approx(scores.mean(), abs=1e-9)
    assert run.statistics.loc[run.statistics["metric"] == "BERTScore-F1", "n_segments"].tolist() == [2]
    assert run.manifest["unreadable"]["bertscore"]["segments"] == 2
    assert any("2 hypotheses are not scored" in note for note in run.manifest["notes"])


def test_texts_that_the_model_reads_are_all_scored() -> None:
    run = evaluator.evaluate(["Der Rat tagt in Köln."], {"s": ["In Köln tagt der Rat."]}, metrics=["bertscore"])
    assert run.manifest["unreadable"] == {}
    assert not run.segments["bertscore_f1"].isna().any()
