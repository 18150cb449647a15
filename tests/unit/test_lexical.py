"""The drop-ins against sacreBLEU itself, and the inputs that it scores silently wrong."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import evaluator.metrics as ours
from evaluator.types import EvaluatorError

peer: Any = importlib.import_module("sacrebleu.metrics")  # untyped: the package does not export its names

TEXT = st.one_of(
    st.text(max_size=30),
    st.lists(st.sampled_from(["the", "cat", "sat", "1,886", "“no”", "U.S.", "日本", "&amp;", "\u00a0", "\x1c", "🙂", "-", "."]), max_size=15).map(" ".join),
)
CASES: list[tuple[str, dict[str, Any]]] = [
    ("BLEU", {}),
    ("BLEU", {"lowercase": True, "smooth_method": "floor", "max_ngram_order": 2}),
    ("BLEU", {"tokenize": "intl", "effective_order": True, "smooth_method": "add-k"}),
    ("BLEU", {"tokenize": "zh"}),
    ("CHRF", {}),
    ("CHRF", {"word_order": 2, "beta": 3, "lowercase": True}),
    ("CHRF", {"whitespace": True, "eps_smoothing": True}),
    ("TER", {}),
    ("TER", {"normalized": True, "no_punct": True, "asian_support": True, "case_sensitive": True}),
]


@pytest.mark.parametrize(("name", "options"), CASES, ids=str)
@settings(max_examples=25, deadline=None)
@given(data=st.lists(st.tuples(TEXT, TEXT, TEXT), min_size=1, max_size=4))
def test_scores_statistics_and_signatures_equal_sacrebleu(name: str, options: dict[str, Any], data: list[tuple[str, str, str]]) -> None:
    hypotheses, *references = (list(column) for column in zip(*data, strict=True))
    theirs, mine = getattr(peer, name)(**options), getattr(ours, name)(**options)
    expected, got = theirs.corpus_score(hypotheses, references), mine.corpus_score(hypotheses, references)
    assert (got.score, str(got), str(mine.get_signature())) == (expected.score, str(expected), str(theirs.get_signature()))
    statistics = mine._extract_corpus_statistics(hypotheses, references)
    assert [list(map(float, s)) for s in statistics] == [list(map(float, s)) for s in theirs._extract_corpus_statistics(hypotheses, references)]
    sentences = [theirs._compute_score_from_stats(list(s)).score for s in statistics]
    assert mine.segment_scores(statistics).tolist() == sentences
    cached = getattr(ours, name)(references=references, **options)
    assert cached.corpus_score(hypotheses, None).score == expected.score
    assert mine.sentence_score(hypotheses[0], [r[0] for r in references]).score == theirs.sentence_score(hypotheses[0], [r[0] for r in references]).score


@pytest.mark.parametrize("name", ["BLEU", "CHRF", "TER"])
@pytest.mark.parametrize(
    ("hypotheses", "references", "words"),
    [
        (["a b", "c d", "e f"], [["a b"], ["c d"], ["e f"]], "transposed"),
        (["a b", "c d"], ["a b", "c d"], "flat list"),
        (["a b", "c d"], [["a b"]], "stream 1 has 1 segments, hypotheses 2"),
        (["a b", "c d"], [["a b", "c d", "e f"]], "stream 1 has 3 segments, hypotheses 2"),
        (["a b", "c d"], [["a b", "c d"], ["a b"]], "stream 2 has 1 segments"),
        (["a b", "c d"], [["a b", None], ["a b", None]], "segment 2 has no reference"),
        ([], [[]], "0 hypotheses"),
        ("a b", [["a b"]], "wrap it in a list"),
    ],
)
def test_reference_lists_that_sacrebleu_scores_wrong_are_refused(name: str, hypotheses: Any, references: Any, words: str) -> None:
    with pytest.raises(EvaluatorError, match=words):
        getattr(ours, name)().corpus_score(hypotheses, references)


@pytest.mark.parametrize("name", ["BLEU", "CHRF", "TER"])
def test_cached_references_of_another_length_are_refused(name: str) -> None:
    metric = getattr(ours, name)(references=[["a", "b", "c"]])
    with pytest.raises(EvaluatorError, match="2 hypotheses against 3"):
        metric.corpus_score(["a", "b"], None)
    with pytest.raises(EvaluatorError, match="stream 2 has 1 segments, the first stream 2"):
        getattr(ours, name)(references=[["a", "b"], ["c"]])


def test_missing_references_are_allowed_where_another_is_there() -> None:
    references: Sequence[Sequence[str | None]] = [["the cat sat on it", "a dog"], [None, "the dog ran off"]]
    hypotheses = ["the cat sat on it", "the dog ran off now"]
    for name in ("BLEU", "CHRF", "TER"):
        assert getattr(ours, name)().corpus_score(hypotheses, references).score == getattr(peer, name)().corpus_score(hypotheses, references).score


@pytest.mark.parametrize("tokenizer", sorted(ours.BLEU.TOKENIZERS))
def test_every_tokenizer_works_or_says_what_it_needs(tokenizer: str, monkeypatch: pytest.MonkeyPatch) -> None:
    import urllib.request

    def offline(*_: object) -> None:
        raise OSError("no network in tests")

    monkeypatch.setattr(urllib.request, "urlopen", offline)
    try:
        theirs = peer.BLEU(tokenize=tokenizer)
    except (ImportError, RuntimeError, OSError):
        with pytest.raises(EvaluatorError, match=f"'{tokenizer}' is not ready: .* needs: pip install"):
            ours.BLEU(tokenize=tokenizer)
        return
    text = ["The ferry, cut off: 1,250 people waited. 渡轮停了。"]
    mine = ours.BLEU(tokenize=tokenizer)
    assert (
        mine.corpus_score(text, [["The ferry cut off 1250 people; 渡轮停了。"]]).score
        == theirs.corpus_score(text, [["The ferry cut off 1250 people; 渡轮停了。"]]).score
    )
    assert str(mine.get_signature()) == str(theirs.get_signature())


@pytest.mark.parametrize(("options", "words"), [({"tokenize": "13b"}, "Did you mean 13a"), ({"smooth_method": "expo"}, "Did you mean exp")])
def test_unknown_names_are_answered_with_the_nearest(options: dict[str, str], words: str) -> None:
    with pytest.raises(EvaluatorError, match=words):
        ours.BLEU(**options)  # type: ignore[arg-type]


def test_sacrebleu_significance_takes_our_classes(sample: tuple[list[str], list[str]]) -> None:
    from sacrebleu.significance import PairedTest

    reference, rewrite = sample
    systems: Any = [("base", rewrite), ("other", [*rewrite[1:], rewrite[0]])]
    metrics: list[Any] = [peer, ours]
    results: list[Any] = [PairedTest(systems, {"BLEU": m.BLEU(references=[reference])}, None, test_type="ar", n_samples=50)()[1] for m in metrics]
    assert [(r.score, r.p_value) for r in results[0]["BLEU"][1:]] == [(r.score, r.p_value) for r in results[1]["BLEU"][1:]]
