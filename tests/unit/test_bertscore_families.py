"""BERTScore of models of every family against the bert-score package, on models made here."""

from __future__ import annotations

import contextlib
import shutil
import warnings
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from evaluator.embed import VectorArray
from evaluator.embed.embedder import open_embedder
from evaluator.embed.graph import Batch
from evaluator.metrics import BERTScorer
from evaluator.metrics.matching import match_pairs
from evaluator.types import EvaluatorError
from tests.tiny_models import FAMILIES, make_model

pytestmark = pytest.mark.model

CANDIDATES = ["The ferry sails at noon.", "nobody was hurt, the crew said", "A", "12 (twelve) crews!", "the ferry " * 30]
REFERENCES = ["the ferry leaves at midday.", "Nobody hurt.", "a crew", "twelve crews", "the ferry " * 25 + "sails"]
TOLERANCE = 1e-5
# bert-score is asked for batches of one: with more, a token whose best cosine is below 0 is given
# the 0 of its padding, and the number depends on the batch (seen with the tiny DistilBERT).


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("models")
    return {family: str(make_model(family, folder)) for family in FAMILIES}


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _both(model: str, layer: int = 2, **options: Any) -> tuple[Any, Any]:
    import bert_score

    theirs = bert_score.BERTScorer(model_type=model, num_layers=layer, device="cpu", nthreads=0, **options)
    return theirs, BERTScorer(model_type=model, num_layers=layer, device="cpu", nthreads=0, **options)


def _worst(theirs: Any, ours: Any) -> float:
    return max(float((a - b).abs().max()) for a, b in zip(theirs, ours, strict=True))


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("layer", [0, 2, 3])
def test_scores_equal_the_bert_score_package(models: dict[str, str], family: str, layer: int) -> None:
    if (family, layer) == ("deberta-v2", 0):  # bert-score: UnboundLocalError inside transformers
        with pytest.raises(EvaluatorError, match="name a layer from 1 to 3"):
            BERTScorer(model_type=models[family], num_layers=0, device="cpu")
        return
    theirs, ours = _both(models[family], layer)
    with _quiet():
        expected, got = theirs.score(CANDIDATES, REFERENCES, batch_size=1), ours.score(CANDIDATES, REFERENCES)
    assert _worst(expected, got) <= TOLERANCE
    assert float(expected[2].std()) > 0.01, "the tiny model tells texts apart"
    assert theirs.hash == ours.hash


@pytest.mark.parametrize("family", FAMILIES)
def test_idf_equals_the_bert_score_package(models: dict[str, str], family: str) -> None:
    theirs, ours = _both(models[family], idf=True, idf_sents=REFERENCES)
    with _quiet():
        assert _worst(theirs.score(CANDIDATES, REFERENCES, batch_size=1), ours.score(CANDIDATES, REFERENCES)) <= TOLERANCE


@pytest.mark.parametrize("family", FAMILIES)
def test_several_references_equal_the_bert_score_package(models: dict[str, str], family: str) -> None:
    references = [[REFERENCES[i], CANDIDATES[i - 1], REFERENCES[i - 2]][: 1 + i % 3] for i in range(5)]
    theirs, ours = _both(models[family])
    with _quiet():
        assert _worst(theirs.score(CANDIDATES, references, batch_size=1), ours.score(CANDIDATES, references)) <= TOLERANCE


@pytest.mark.parametrize("family", ["bert", "roberta", "t5"])
def test_all_layers_equal_the_bert_score_package(models: dict[str, str], family: str) -> None:
    theirs, ours = _both(models[family], all_layers=True)
    with _quiet():
        expected, got = theirs.score(CANDIDATES, REFERENCES, batch_size=1), ours.score(CANDIDATES, REFERENCES)
    assert got[0].shape == expected[0].shape == (4, 5)
    assert _worst(expected, got) <= TOLERANCE


@pytest.mark.parametrize("all_layers", [False, True])
def test_rescaling_with_a_file_equals_the_bert_score_package(models: dict[str, str], tmp_path: Path, all_layers: bool) -> None:
    baseline = tmp_path / "base.tsv"
    baseline.write_text("LAYER,P,R,F\n" + "".join(f"{i},0.{i}1,0.{i}2,0.{i}3\n" for i in range(4)))
    theirs, ours = _both(models["bert"], lang="en", rescale_with_baseline=True, baseline_path=str(baseline), all_layers=all_layers)
    with _quiet():
        assert _worst(theirs.score(CANDIDATES, REFERENCES, batch_size=1), ours.score(CANDIDATES, REFERENCES)) <= TOLERANCE
    assert torch.equal(theirs.baseline_vals, ours.baseline_vals)
    assert theirs.hash == ours.hash
    assert ours.hash.endswith("-custom-rescaled")


@pytest.mark.parametrize("family", FAMILIES)
def test_scores_equal_a_slow_oracle(models: dict[str, str], family: str) -> None:
    """One text at a time, no batches, no padding, the definition written out."""
    from transformers import AutoModel, AutoTokenizer, RobertaTokenizer, T5EncoderModel

    tokenizer: Any = AutoTokenizer.from_pretrained(models[family])
    model: Any = (T5EncoderModel if family == "t5" else AutoModel).from_pretrained(models[family])
    model.eval()

    def encode(text: str) -> tuple[list[int], Any]:
        ids = tokenizer.encode(text, **({"add_prefix_space": True} if isinstance(tokenizer, RobertaTokenizer) else {}))
        with torch.no_grad():
            vectors = model(torch.tensor([ids])).last_hidden_state[0]
        return ids, torch.nn.functional.normalize(vectors, dim=1)

    (h_ids, h), (r_ids, r) = encode(CANDIDATES[0]), encode(REFERENCES[0])
    special = {tokenizer.cls_token_id, tokenizer.sep_token_id}
    similarity = h @ r.T
    p = np.mean([float(similarity[i].max()) for i in range(len(h_ids)) if h_ids[i] not in special])
    q = np.mean([float(similarity[:, j].max()) for j in range(len(r_ids)) if r_ids[j] not in special])
    got = BERTScorer(model_type=models[family], num_layers=3, device="cpu").score(CANDIDATES[:1], REFERENCES[:1])
    assert [float(x[0]) for x in got] == pytest.approx([p, q, 2 * p * q / (p + q)], abs=TOLERANCE)


@pytest.mark.parametrize("family", FAMILIES)
def test_empty_texts_score_0(models: dict[str, str], family: str) -> None:
    p, r, f = BERTScorer(model_type=models[family], num_layers=2, device="cpu").score(["", "the", " \n"], ["the", "", ""])
    assert p.tolist() == r.tolist() == f.tolist() == [0, 0, 0]


@pytest.mark.parametrize("family", FAMILIES)
def test_batch_size_and_company_do_not_change_a_score(models: dict[str, str], family: str) -> None:
    with _quiet():
        one = BERTScorer(model_type=models[family], num_layers=2, device="cpu", batch_size=1).score(CANDIDATES, REFERENCES)
        many = BERTScorer(model_type=models[family], num_layers=2, device="cpu").score(CANDIDATES[::-1] * 2, REFERENCES[::-1] * 2)
    assert _worst(one, [x[:5].flip(0) for x in many]) <= 2e-6


@pytest.mark.parametrize("family", FAMILIES)
def test_long_texts_go_through_in_windows(models: dict[str, str], family: str) -> None:
    embedder = open_embedder(models[family], 2, "cpu")
    short, long = embedder.token_ids(["the crew", "the ferry sails at noon and nobody was hurt " * 12])
    assert len(short) < embedder.limit == 40 < len(long)
    assert [len(v) for v in embedder.vectors([short, long])] == [len(short), len(long)]
    cut = embedder.truncated(long)
    assert len(cut) == 40
    assert cut[-1] == long[-1]
    assert match_pairs(embedder, [(tuple(long), tuple(long))], None, lambda _: None)[0, 2] == pytest.approx(1, abs=1e-4)


def test_batch_size_is_honoured(models: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    scorer = BERTScorer(model_type=models["bert"], num_layers=1, device="cpu", batch_size=2)
    seen: list[int] = []
    hidden_of = scorer._embedder._encoder.hidden_of

    def watched(batches: Sequence[Batch], take: Callable[[int, VectorArray], None]) -> None:
        seen.extend(len(batch.ids) for batch in batches)
        hidden_of(batches, take)

    monkeypatch.setattr(scorer._embedder._encoder, "hidden_of", watched)
    with _quiet():
        scorer.score(CANDIDATES, REFERENCES)
        assert max(seen) == 2
        scorer.score(CANDIDATES, REFERENCES, batch_size=1)
        assert seen[-1] == 1


def test_bf16_is_near_and_named(models: dict[str, str]) -> None:
    from evaluator.metrics.bertscore import BertScoreMetric

    scores = []
    for precision in ("fp32", "bf16"):
        prepared = BertScoreMetric(open_embedder(models["bert"], 2, "cpu", precision=precision)).prepare([REFERENCES[:4]])
        scores.append(prepared.count(CANDIDATES[:4], range(4), lambda _: None).statistics[:, 2])
        assert f"dtype:{precision}" in prepared.signature.corpus
    assert 0 < abs(scores[0] - scores[1]).max() < 0.05


def test_a_layer_can_be_named_by_a_model_of_the_table(models: dict[str, str]) -> None:
    with pytest.raises(EvaluatorError, match="has no layer 17: it has 3 layers"):
        open_embedder(models["roberta"], "roberta-large", "cpu")
    with pytest.raises(EvaluatorError, match="Did you mean roberta-large"):
        open_embedder(models["roberta"], "roberta-larg", "cpu")
    assert open_embedder(models["roberta"], "2", "cpu").spec.layer == 2
    with pytest.raises(EvaluatorError, match="Which layer of .* not in bert-score's table. Name one of 0 to 3"):
        open_embedder(models["roberta"], None, "cpu")


def test_a_folder_named_like_a_model_of_the_table_takes_its_layer(models: dict[str, str], tmp_path: Path) -> None:
    shutil.copytree(models["bert"], tmp_path / "google" / "bert_uncased_L-2_H-128_A-2")
    with pytest.raises(EvaluatorError, match="Which layer"):
        open_embedder(str(tmp_path / "google" / "bert_uncased_L-2_H-128_A-2"), None, "cpu")
    shutil.copytree(models["bert"], tmp_path / "xlnet-base-cased")
    with pytest.raises(EvaluatorError, match="has no layer 5"):
        open_embedder(str(tmp_path / "xlnet-base-cased"), None, "cpu")


def test_broken_model_folders_are_refused(models: dict[str, str], tmp_path: Path) -> None:
    for name, words in (("config.json", "config.json cannot be read"), ("model.safetensors", "has no model.safetensors")):
        folder = tmp_path / name
        shutil.copytree(models["roberta"], folder)
        (folder / name).unlink()
        with pytest.raises(EvaluatorError, match=words):
            open_embedder(str(folder), 1, "cpu")


def test_a_model_that_is_not_here_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    import huggingface_hub.constants

    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    for name, size in (("roberta-large", " (1425 MB)"), ("someone/some-model", "")):
        with pytest.raises(EvaluatorError) as error:
            open_embedder(name, 1, "cpu")
        assert f"{name}{size} is not on this machine and cannot be downloaded" in str(error.value)
        assert f"hf download {name}" in str(error.value)


def test_a_missing_baseline_is_an_error_and_never_a_wrong_label(models: dict[str, str]) -> None:
    with pytest.raises(EvaluatorError, match="There is no baseline to rescale tiny-bert with for language 'en'"):
        BERTScorer(model_type=models["bert"], num_layers=2, device="cpu", lang="en", rescale_with_baseline=True)
    with pytest.raises(EvaluatorError, match="needs a lang"):
        BERTScorer(model_type=models["bert"], num_layers=2, rescale_with_baseline=True)


def test_signatures_hold_no_path(models: dict[str, str]) -> None:
    from evaluator.metrics.bertscore import BertScoreMetric

    signature = BertScoreMetric(open_embedder(models["roberta"], 2, "cpu")).prepare([["a"]]).signature
    assert "model:tiny-roberta|" in signature.corpus
    assert "/" not in signature.corpus.replace("window:40/10", "")
    assert signature.peers["bert_score"].startswith("tiny-roberta_L2_no-idf_version=0.3.12(hug_trans=")


def test_several_layers_come_from_one_pass_and_change_no_score(models: dict[str, str]) -> None:
    one, several = open_embedder(models["bert"], 2, "cpu"), open_embedder(models["bert"], 2, "cpu", also=(1, 3))
    ids = [tuple(x) for x in one.token_ids([CANDIDATES[0], REFERENCES[0]])]
    assert several.layers == (1, 2, 3)
    assert np.allclose(several.vectors([list(ids[0])])[0][1], one.vectors([list(ids[0])])[0], atol=1e-6)
    scores = [match_pairs(e, [(ids[0], ids[1])], None, lambda _: None) for e in (one, several)]
    assert np.allclose(scores[0], scores[1], atol=1e-6)
    with pytest.raises(EvaluatorError, match="BERT models alone"):
        open_embedder(models["roberta"], 2, "cpu", also=(1,))
