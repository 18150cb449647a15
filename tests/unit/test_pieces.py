"""Long pairs in pieces: both texts whole, in order, within the limit, and sentence beside its own sentence."""

from __future__ import annotations

import itertools
import random
import re
from collections.abc import Callable, Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluator.diagnosis.cutting import anchors, beads, pieces
from evaluator.diagnosis.cutting.anchors import Anchor, longest_chain
from evaluator.diagnosis.cutting.pieces import MAX_WORDS, PiecePair, cut_pair
from evaluator.diagnosis.cutting.units import CLAUSE, SENTENCE, read_units
from evaluator.diagnosis.sides import WORD

SYLLABLES = "ba ke lo mi nu pra ste cor vin dal tem por ish ran el gos fer und lac mon".split()
SMALL = "the of and to in a was that for on with as by at from".split()


def _sentence(rng: random.Random) -> str:
    """A sentence of its own: invented words among small ones, 10 to 30 of them."""
    words = [rng.choice(SMALL) if rng.random() < 0.5 else "".join(rng.choices(SYLLABLES, k=rng.randint(2, 3))) for _ in range(rng.randint(10, 30))]
    if rng.random() < 0.5:
        words[len(words) // 2] += ","
    return " ".join(words).capitalize() + rng.choice("." * 9 + "?!")


def _sentences(n: int, seed: int = 0) -> list[str]:
    rng = random.Random(seed)
    return [_sentence(rng) for _ in range(n)]


def _edited(sentence: str, rng: random.Random, share: float = 0.2) -> str:
    """The sentence with a share of its words replaced."""
    return " ".join("".join(rng.choices(SYLLABLES, k=3)) if rng.random() < share and word.isalpha() else word for word in sentence.split())


def _texts(reference: str, hypothesis: str) -> list[tuple[str, str]]:
    return [(reference[a:b], hypothesis[c:d]) for a, b, c, d in cut_pair(reference, hypothesis)]


def assert_whole(reference: str, hypothesis: str, cut: Sequence[PiecePair]) -> None:
    """Both texts whole and in order, each side within the limit, nothing empty on both sides."""
    for text, ranges in ((reference, [p[:2] for p in cut]), (hypothesis, [p[2:] for p in cut])):
        assert [a for a, _ in ranges] == [0, *(b for _, b in ranges[:-1])]
        assert ranges[-1][1] == len(text)
        for a, b in ranges:
            assert a <= b
            assert len(WORD.findall(text[a:b])) <= MAX_WORDS
    assert len(cut) == 1 or all(p.reference_end > p.reference_start or p.hypothesis_end > p.hypothesis_start for p in cut)


def _apart(reference: Sequence[str], hypothesis: Sequence[str], pairs: Sequence[tuple[int, int]], joint: str = " ") -> list[tuple[int, int]]:
    """The pairs of sentences of which no more than a few words stand in one piece."""
    cut = cut_pair(joint.join(reference), joint.join(hypothesis))
    assert_whole(joint.join(reference), joint.join(hypothesis), cut)
    sides = []
    for sentences, ranges in ((reference, [p[:2] for p in cut]), (hypothesis, [p[2:] for p in cut])):
        ends = np.cumsum([len(sentence) + len(joint) for sentence in sentences]).tolist()
        middles = [end - len(joint) - len(sentence) / 2 for end, sentence in zip(ends, sentences, strict=True)]
        sides.append([next(k for k, (a, b) in enumerate(ranges) if a <= middle < b) for middle in middles])
    return [(i, j) for i, j in pairs if sides[0][i] != sides[1][j]]


ALPHABET = st.sampled_from([*"abcXYZ09 .,;!?-–'\"”)\n_", "the ", "ferry ", "U.S. ", "Dr. ", "3.5 ", "中", "文", "。", "，", "น", "้", "é", "🚢"])
TEXTS = st.lists(ALPHABET, max_size=900).map("".join)


@settings(max_examples=120, deadline=None)
@given(TEXTS, TEXTS)
def test_pieces_are_both_texts_whole_and_within_the_limit(reference: str, hypothesis: str) -> None:
    assert_whole(reference, hypothesis, cut_pair(reference, hypothesis))


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(0, 40), st.integers(0, 40), st.sampled_from([" ", "", "\n"]))
def test_pieces_of_sentences_are_whole_too(seed: int, n: int, m: int, joint: str) -> None:
    rng = random.Random(seed)
    some = [_sentence(rng) for _ in range(n)]
    others = [_edited(rng.choice(some), rng) if some and rng.random() < 0.7 else _sentence(rng) for _ in range(m)]
    reference, hypothesis = joint.join(some), joint.join(others)
    assert_whole(reference, hypothesis, cut_pair(reference, hypothesis))


@pytest.mark.parametrize(("reference", "hypothesis"), [("", ""), ("  ", "a"), ("One. Two.", "Two. One."), ("word " * MAX_WORDS, "other " * MAX_WORDS)])
def test_a_pair_within_the_limit_is_one_piece(reference: str, hypothesis: str) -> None:
    assert cut_pair(reference, hypothesis) == (PiecePair(0, len(reference), 0, len(hypothesis)),)


@pytest.mark.parametrize("text", ["word " * 700, "a-" * 700, "! " * 700, "z" * 5000, "Yes. " * 700, "ferry, " * 700, "中" * 700, "1 " * 700])
def test_texts_without_a_sentence_to_tell_from_another_are_cut_alike_on_both_sides(text: str) -> None:
    cut = cut_pair(text, text)
    assert_whole(text, text, cut)
    assert all(p[:2] == p[2:] for p in cut)


@pytest.mark.parametrize("other", ["", "   ", "Short.", "!"])
def test_a_side_that_says_nothing_is_survived(other: str) -> None:
    long = " ".join(_sentences(40))
    for pair in ((long, other), (other, long)):
        assert_whole(*pair, cut_pair(*pair))


def test_identical_texts_are_cut_at_the_same_places_at_sentences() -> None:
    text = " ".join(_sentences(60))
    cut = cut_pair(text, text)
    assert all(p[:2] == p[2:] for p in cut)
    assert all(text[: p.reference_end].rstrip()[-1] in ".?!" for p in cut)
    words = [len(WORD.findall(text[p.reference_start : p.reference_end])) for p in cut]
    assert sum(words) / len(words) > 0.8 * MAX_WORDS


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("share", [0.0, 0.2, 0.4])
def test_reworded_sentences_stay_with_theirs(seed: int, share: float) -> None:
    reference = _sentences(80, seed)
    hypothesis = [_edited(sentence, random.Random(seed), share) for sentence in reference]
    assert not _apart(reference, hypothesis, [(k, k) for k in range(80)])


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("flip", [False, True])
@pytest.mark.parametrize("lost", [range(30, 31), range(30, 34), range(30, 60), range(0, 20), range(20, 80), range(0, 80, 7)])
def test_sentences_around_lost_or_added_ones_stay_with_theirs(lost: Sequence[int], flip: bool, seed: int) -> None:
    reference = _sentences(80, seed)
    kept = [k for k in range(80) if k not in lost]
    hypothesis = [_edited(reference[k], random.Random(seed)) for k in kept]
    pairs = [(k, at) for at, k in enumerate(kept)]
    if flip:
        reference, hypothesis, pairs = hypothesis, reference, [(b, a) for a, b in pairs]
    # Beside a lost stretch one sentence may fall to the wrong side of it.
    assert len(_apart(reference, hypothesis, pairs)) <= 1


def test_a_short_loss_goes_with_a_neighbour_and_a_long_one_stands_alone() -> None:
    reference = _sentences(60)
    for lost, alone in ((range(20, 23), False), (range(20, 45), True)):
        cut = _texts(" ".join(reference), " ".join(s for k, s in enumerate(reference) if k not in lost))
        empty = [mine for mine, theirs in cut if not theirs.strip()]
        assert bool(empty) == alone
        assert all(len(WORD.findall(text)) > MAX_WORDS * 0.7 for text in empty)


@pytest.mark.parametrize("change", [lambda s: s.replace(",", "."), lambda s: s.replace(".", ","), lambda s: s.replace(".", ";").lower()])
def test_split_and_joined_sentences_stay_with_theirs(change: Callable[[str], str]) -> None:
    reference = _sentences(80)
    hypothesis = [change(sentence) if k % 3 else sentence for k, sentence in enumerate(reference)]
    for pair in ((reference, hypothesis), (hypothesis, reference)):
        assert len(_apart(*pair, [(k, k) for k in range(80)])) <= 1


@pytest.mark.parametrize("both", [False, True])
def test_texts_without_marks_are_cut_at_the_same_words(both: bool) -> None:
    marked = _sentences(80)
    bare = [re.sub(r"[^\w\s]", "", sentence).lower() for sentence in marked]
    reference = bare if both else marked
    assert not _apart(reference, bare, [(k, k) for k in range(80)])
    for mine, theirs in _texts(" ".join(reference), " ".join(bare)):
        assert re.findall(r"\w+", mine.lower())[:2] == theirs.split()[:2]


def test_text_without_blanks_is_cut_at_its_own_stops() -> None:
    rng = random.Random(3)
    signs = [chr(0x4E00 + k) for k in range(600)]
    reference = ["".join(rng.choices(signs, k=9)) + "，" + "".join(rng.choices(signs, k=rng.randint(4, 20))) + rng.choice("。！？") for _ in range(60)]
    hypothesis = [sentence[:3] + rng.choice(signs) + sentence[4:] for k, sentence in enumerate(reference) if k not in (20, 21, 40)]
    kept = [k for k in range(60) if k not in (20, 21, 40)]
    assert not _apart(reference, hypothesis, [(k, at) for at, k in enumerate(kept)], "")
    for mine, theirs in _texts("".join(reference), "".join(hypothesis)):
        assert mine[-1] in "。！？"
        assert theirs[-1] in "。！？"
        assert len(mine) <= MAX_WORDS


def test_unrelated_texts_advance_together() -> None:
    reference, hypothesis = " ".join(_sentences(150, 1)), " ".join(_sentences(150, 2))
    cut = cut_pair(reference, hypothesis)
    assert_whole(reference, hypothesis, cut)
    shares = [(p.reference_end / len(reference), p.hypothesis_end / len(hypothesis)) for p in cut]
    assert max(abs(a - b) for a, b in shares) < 0.15


def test_stops_end_sentences_and_abbreviations_do_not() -> None:
    text = 'Dr. Odenko left at 3.5 p.m., she said. "It rained!" Nobody came…\nThe end'
    units = read_units(text)
    starts = [text[start:] for start, grade in zip(units.starts, units.breaks, strict=True) if grade == SENTENCE]
    assert starts == [text, '"It rained!" Nobody came…\nThe end', "Nobody came…\nThe end", "The end"]
    assert [text[a : a + 3] for a, grade in zip(units.starts, units.breaks, strict=True) if grade == CLAUSE] == ["she"]


@given(st.lists(st.integers(0, 30), max_size=12))
def test_the_longest_chain_is_the_longest(places: list[int]) -> None:
    pairs = [Anchor(i, j) for i, j in enumerate(places)]
    chain = longest_chain(pairs)
    assert all(a.reference < b.reference and a.hypothesis < b.hypothesis for a, b in itertools.pairwise(chain))
    best = [0] * len(places)
    for k, place in enumerate(places):
        best[k] = 1 + max((best[i] for i in range(k) if places[i] < place), default=0)
    assert len(chain) == max(best, default=0)
    assert set(chain) <= set(pairs)


@pytest.mark.parametrize("related", [True, False])
def test_the_work_grows_with_the_length_and_not_with_its_square(related: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    counts = {"beads": 0, "runs": 0}
    of, single = beads._Scores.of, anchors._single

    def counting_of(self: beads._Scores, end: beads.Point, shape: tuple[int, int]) -> float:
        counts["beads"] += 1
        return of(self, end, shape)

    def counting_single(words: Sequence[str], start: int, end: int, order: int) -> dict[tuple[str, ...], int]:
        counts["runs"] += end - start
        return single(words, start, end, order)

    monkeypatch.setattr(beads._Scores, "of", counting_of)
    monkeypatch.setattr(anchors, "_single", counting_single)
    work = []
    for n in (60, 240):
        counts.update(beads=0, runs=0)
        reference = _sentences(n)
        hypothesis = [_edited(s, random.Random(1)) for s in reference] if related else _sentences(n, 9)
        cut_pair(" ".join(reference), " ".join(hypothesis))
        work.append(dict(counts))
    assert work[1]["beads"] < 5 * work[0]["beads"]
    assert work[1]["runs"] < 5 * work[0]["runs"]


def test_a_word_that_is_no_word_does_not_fill_a_piece_with_tokens() -> None:
    data = " ".join("x7" * 30 for _ in range(110))
    cuts = cut_pair(data, data)
    assert len(cuts) > 3
    assert max(p.reference_end - p.reference_start for p in cuts) < 2000


def test_the_limit_is_the_one_of_the_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    text = " ".join(_sentences(12))
    monkeypatch.setattr(pieces, "MAX_WORDS", 10**6)
    assert len(cut_pair(text, text)) == 1
