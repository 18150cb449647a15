"""The counting code, compiled and NumPy's, against sacreBLEU: odd text, long text, every option."""

from __future__ import annotations

import importlib
import math
import os
import pickle
import random
import shutil
from typing import Any

import numpy as np
import pytest

import evaluator.metrics as ours
from evaluator.metrics import kernel, lexical
from evaluator.metrics.counting import Setting

peer: Any = importlib.import_module("sacrebleu.metrics")

PARTS = [
    "the", "cat", "sat", "on", "a", "mat", ".", ",", "...", ",,", "1,886", "3.5-4", "-", "--", "5-", "-5", "'s", "dog's", "U.S.", "(hi)", "((", "“no”",
    "<skipped>", "<skip<skipped>ped>", "&quot;", "&amp;lt;", "&lt;b&gt;", "&", "<", "a-\nb", "-\n", "\n", "\x1c", "\x1d\x1e\x1f", "\x85", "\u2028", "\u2029",
    "\u00a0", "\u3000", "\u200b", "\ufeff", "\t", "\r\n", "\0", "\ud800", "\udfff", "🙂", "👩‍👩‍👧", "日本語のテキスト", "。、", "Ünïcode", "İ", "ß", "ΑΣ", "ﬁ",
    "\u2001\u2a6d\u9fbb\u9fbc", "\U0002f81a", "!", "?!", "$5", "100%", "e.g.,", ".5", "5.", "٣", "½", "x" * 70,
]  # fmt: skip
CASES: list[tuple[str, dict[str, Any]]] = [
    ("BLEU", {}),
    ("BLEU", {"lowercase": True, "smooth_method": "add-k", "effective_order": True}),
    ("BLEU", {"tokenize": "none", "smooth_method": "none", "max_ngram_order": 1}),
    ("BLEU", {"tokenize": "char", "smooth_method": "floor", "smooth_value": 0.0, "max_ngram_order": 7}),
    ("BLEU", {"tokenize": "zh", "smooth_method": "add-k", "smooth_value": 0.3}),
    ("BLEU", {"tokenize": "intl", "smooth_method": "floor", "effective_order": True}),
    ("CHRF", {}),
    ("CHRF", {"word_order": 2}),
    ("CHRF", {"word_order": 3, "char_order": 1, "beta": 1, "lowercase": True}),
    ("CHRF", {"whitespace": True, "eps_smoothing": True, "word_order": 1}),
    ("CHRF", {"char_order": 9, "beta": 3}),
    ("CHRF", {"char_order": 0, "word_order": 2}),
    ("TER", {}),
    ("TER", {"case_sensitive": True}),
    ("TER", {"normalized": True, "no_punct": True}),
    ("TER", {"normalized": True, "asian_support": True}),
    ("TER", {"no_punct": True, "asian_support": True, "case_sensitive": True}),
]
KERNELS = ["compiled", "without"]
COUNTED = [(*case, kernel) for case in CASES for kernel in KERNELS if (case[0], kernel) != ("TER", "without")]
"""Without the kernel sacreBLEU's own code counts TER: `tests/golden/ter.json` has what it must count."""


@pytest.fixture(params=KERNELS, autouse=True)
def _kernel(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "compiled" and kernel.compiled is None:
        if shutil.which("cc") and "CC" not in os.environ:
            pytest.fail("There is a C compiler, and yet the kernel was not built: make kernel says why.")
        pytest.skip("no C compiler, no kernel")
    if request.param == "without":
        monkeypatch.setattr(kernel, "compiled", None)


def odd_text(rng: random.Random) -> str:
    words = [rng.choice(PARTS) if rng.random() < 0.9 else chr(rng.choice([rng.randrange(0x250), rng.randrange(0x110000)])) for _ in range(rng.randrange(14))]
    return rng.choice(["", " ", "\n"]).join(words) if rng.random() < 0.2 else " ".join(words)


def changed(rng: random.Random, text: str) -> str:
    words = text.split(" ")
    for _ in range(rng.randrange(4)):
        i, j = (rng.randrange(len(words) + 1) for _ in range(2))
        words = words[:i] + words[j : j + 3] + words[i:] if rng.random() < 0.5 else words[:i] + words[i + 1 :]
    return " ".join(words)


def assert_equal(name: str, options: dict[str, Any], hypotheses: list[str], references: list[list[str | None]]) -> None:
    theirs, mine = getattr(peer, name)(**options), getattr(ours, name)(**options)
    expected, got = theirs._extract_corpus_statistics(hypotheses, references), mine._extract_corpus_statistics(hypotheses, references)
    assert got == expected
    assert [[type(x) for x in row] for row in got] == [[type(x) for x in row] for row in expected]
    assert mine.segment_scores(got).tolist() == [float(theirs._compute_score_from_stats(list(row)).score) for row in expected]
    assert mine.segment_scores(np.array(got, dtype=np.float64)).tolist() == mine.segment_scores(got).tolist()
    a, b = theirs.corpus_score(hypotheses, references), mine.corpus_score(hypotheses, references)
    assert (b.score, str(b), str(mine.get_signature())) == (a.score, str(a), str(theirs.get_signature()))
    assert {k: v for k, v in vars(b).items() if k != "_verbose"} == {k: v for k, v in vars(a).items() if k != "_verbose"}


@pytest.mark.parametrize(("name", "options", "_kernel"), COUNTED, ids=str, indirect=["_kernel"])
@pytest.mark.parametrize("seed", range(3))
def test_odd_texts_are_counted_as_by_sacrebleu(name: str, options: dict[str, Any], seed: int) -> None:
    rng = random.Random(seed)
    references: list[list[str | None]] = [[odd_text(rng) for _ in range(40)] for _ in range(seed + 1)]
    hypotheses = [changed(rng, rng.choice(references)[i] or "") if rng.random() < 0.7 else odd_text(rng) for i in range(40)]
    for stream in references[1:]:
        for i in rng.sample(range(40), 15):
            stream[i] = None
    assert_equal(name, options, hypotheses, references)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "options", "_kernel"),
    [one for one in COUNTED if one[:2] in (("BLEU", {}), ("CHRF", {"word_order": 2}), ("TER", {}))],
    ids=str,
    indirect=["_kernel"],
)
def test_long_texts_are_counted_as_by_sacrebleu(name: str, options: dict[str, Any]) -> None:
    rng = random.Random(7)
    sizes = [30, 64, 65, 127, 128, 200, 330, 511, 512, 513] if name != "TER" else [24, 25, 26, 60, 63, 64, 65, 110]
    words = [str(rng.randrange(40)) for _ in range(1200)]
    references = [[" ".join(words[:size]) for size in sizes] for _ in range(2)]
    references[1] = [text[len(text) // 3 :] for text in references[1]]
    hypotheses = [" ".join(rng.sample(words[:size], size - rng.randrange(5))) for size in sizes]
    assert_equal(name, options, hypotheses, [list(stream) for stream in references])
    assert_equal(name, options, [changed(rng, text) for text in references[0]], [list(references[0])])


@pytest.mark.parametrize(("n", "m"), [(1, 0), (0, 1), (1, 80), (80, 1), (2, 130), (130, 2), pytest.param(60, 60, marks=pytest.mark.slow), (700, 690)])
@pytest.mark.parametrize("_kernel", ["compiled"], indirect=True)
def test_ter_of_unequal_lengths_stays_in_the_beam_of_sacrebleu(n: int, m: int) -> None:
    rng = random.Random(n * 1000 + m)
    a, b = ([rng.choice("abcdefghijklmnopqrstuvwxyz") for _ in range(size)] for size in (n, m))
    if n == m:
        b = a[40:] + a[:40]  # a block further away than the beam is wide
    if n > 600:
        b = [*a[5:300], "new", *a[302:]]
    assert_equal("TER", {}, [" ".join(a)], [[" ".join(b)]])


def test_a_word_of_100_kilobytes_is_counted() -> None:
    for name, options in (("BLEU", {}), ("CHRF", {"char_order": 2}), *([("TER", {})] if kernel.compiled else [])):
        assert_equal(name, options, ["ab" * 50_000 + " c"], [["ab" * 50_001]])


@pytest.mark.slow
def test_zh_sets_the_same_characters_apart_as_sacrebleu() -> None:
    every = [chr(c) for c in range(0x110000)]
    apart = peer.BLEU(tokenize="zh").tokenizer._is_chinese_char
    assert [c for c in every if lexical._zh_pattern().fullmatch(c)] == [c for c in every if apart(c)]


def test_scores_take_the_logarithm_of_python() -> None:
    """The very bits of math.log and math.exp, on 20,000 sentences."""
    rng = np.random.default_rng(3)
    totals = np.sort(rng.integers(1, 60, (20_000, 4)), axis=1)[:, ::-1]
    rows = np.hstack([totals[:, :1], rng.integers(1, 60, (20_000, 1)), rng.binomial(totals, 0.6), totals]).astype(np.float64)
    rows[:, 2] = np.maximum(rows[:, 2], 1)
    expected = []
    for length, reference, *rest in rows.tolist():
        precisions, zeros = [], 1
        for hits, all_ in zip(rest[:4], rest[4:], strict=True):
            zeros *= 1 if hits else 2
            precisions.append(100.0 * hits / all_ if hits else 100.0 / (zeros * all_))
        penalty = math.exp(1 - reference / length) if length < reference else 1.0
        expected.append(penalty * math.exp(sum(math.log(p) for p in precisions) / 4))
    assert ours.BLEU().segment_scores(rows).tolist() == expected


def test_cached_references_survive_pickling_and_serve_every_system() -> None:
    references = [["the cat sat on it", "a dog"], ["the cat is there", None]]
    for name in ("BLEU", "CHRF", "TER"):
        metric = getattr(ours, name)(references=references)
        again = pickle.loads(pickle.dumps(metric))
        for system in (["the cat sat", "a dog ran"], ["", "dogs"]):
            assert again._extract_corpus_statistics(system, None) == metric._extract_corpus_statistics(system, None)
        places = [1, 0, 0]
        rows = metric.pair_statistics(["a dog", "the cat", ""], places, lambda _: None)
        single = [metric._extract_corpus_statistics([["a dog", "the cat", ""][k], ""] if p == 0 else ["", "a dog"], None)[p] for k, p in enumerate(places)]
        assert rows.tolist() == [[float(x) for x in row] for row in single]


@pytest.mark.parametrize("name", ["BLEU", "CHRF", "TER"])
def test_what_is_no_text_is_an_error(name: str) -> None:
    with pytest.raises((TypeError, AttributeError)):
        getattr(ours, name)().corpus_score(["a", 5], [["a", "b"]])
    with pytest.raises((TypeError, AttributeError)):
        getattr(ours, name)()._extract_corpus_statistics(["a", None], [["a", "b"]])


def test_orders_beyond_the_kernel_are_sacrebleus_own() -> None:
    assert_equal("BLEU", {"max_ngram_order": 70}, ["a b c d " * 30], [["a b c e " * 30]])
    assert kernel.make_references(Setting("bleu", order=70), [["a"]]) is None


def test_sentences_that_end_in_a_tokenized_period_are_warned_of(caplog: pytest.LogCaptureFixture) -> None:
    ours.BLEU().corpus_score(["the end ."] * 100, [["the end."] * 100])
    assert "tokenized period" in caplog.text
    caplog.clear()
    ours.BLEU(force=True).corpus_score(["the end ."] * 100, [["the end."] * 100])
    assert not caplog.text
