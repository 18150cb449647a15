"""The aligner's properties, without a model unless said: nothing here depends on tuned numbers."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import evaluator
from evaluator.alignment.aligner import align_articles, align_paragraphs
from evaluator.alignment.cuts import find_cuts, find_extras
from evaluator.types import AlignedPair, EvaluatorError

Pair = tuple[list[str], list[str]]


def _beads(reference: Sequence[str], hypothesis: Sequence[str]) -> list[tuple[tuple[int, ...], tuple[int, ...], bool]]:
    return [(pair.reference, pair.hypothesis, pair.moved) for pair in align_paragraphs(reference, hypothesis)]


def test_a_text_aligns_with_itself_and_with_its_rewrite(sample: Pair) -> None:
    straight = [((i,), (i,), False) for i in range(23)]
    assert _beads(sample[0], sample[0]) == straight
    assert _beads(*sample) == straight


@pytest.mark.parametrize("lost", range(23))
def test_one_removed_paragraph_is_the_only_omission(sample: Pair, lost: int) -> None:
    reference, rewrite = sample
    expected = [((i,), (i - (i > lost),) if i != lost else (), False) for i in range(23)]
    assert _beads(reference, [text for i, text in enumerate(rewrite) if i != lost]) == expected


@pytest.mark.parametrize("place", [0, 1, 9, 22, 23])
def test_one_inserted_paragraph_is_the_only_insertion(sample: Pair, place: int) -> None:
    reference, rewrite = sample
    changed = [*rewrite[:place], "Win two tickets to the summer opera in our reader quiz!", *rewrite[place:]]
    pairs = align_paragraphs(reference, changed)
    assert AlignedPair((), (place,)) in pairs
    assert [pair for pair in pairs if pair.reference] == [AlignedPair((i,), (i + (i >= place),)) for i in range(23)]
    assert pairs.index(AlignedPair((), (place,))) == place, "an insertion follows the paragraph it follows"


@pytest.mark.parametrize("first", [1, 7, 13])
def test_two_swapped_paragraphs_find_each_other(sample: Pair, first: int) -> None:
    reference, rewrite = sample
    order = list(range(23))
    order[first], order[first + 5] = order[first + 5], order[first]
    beads = _beads(reference, [rewrite[i] for i in order])
    assert {(r, h) for r, h, _ in beads} == {((i,), (order.index(i),)) for i in range(23)}
    assert {r[0] for r, _, moved in beads if moved} <= {first, first + 5, *range(first, first + 6)}
    assert any(moved for _, _, moved in beads)


def test_a_reversed_article_finds_itself(sample: Pair) -> None:
    reference, rewrite = sample
    found = {(r, h) for r, h, _ in _beads(reference, rewrite[::-1])}
    assert len(found & {((i,), (22 - i,)) for i in range(23)}) >= 21


def test_merged_and_split_paragraphs_make_one_bead(sample: Pair) -> None:
    reference, rewrite = sample
    cut = rewrite[11].index(". ") + 1
    changed = [rewrite[0], f"{rewrite[1]} {rewrite[2]}", *rewrite[3:11], rewrite[11][:cut], rewrite[11][cut:], *rewrite[12:]]
    beads = _beads(reference, changed)
    assert ((1, 2), (1,), False) in beads
    assert ((11,), (10, 11), False) in beads


def test_an_article_collapsed_into_three_is_found(sample: Pair) -> None:
    reference, rewrite = sample
    parts = [range(8), range(8, 15), range(15, 23)]
    beads = _beads(reference, [" ".join(rewrite[i] for i in part) for part in parts])
    assert beads == [(tuple(part), (k,), False) for k, part in enumerate(parts)]


@settings(max_examples=30, deadline=None)
@given(st.data())
def test_every_paragraph_is_in_exactly_one_bead_whatever_the_texts(data: st.DataObject) -> None:
    words = st.lists(st.sampled_from(["ferry", "crew", "", " ", "日本", "Hi.", "x" * 300]), max_size=5).map(" ".join)
    reference, hypothesis = data.draw(st.lists(words, max_size=8)), data.draw(st.lists(words, max_size=8))
    pairs = align_paragraphs(reference, hypothesis)
    assert sorted(i for pair in pairs for i in pair.reference) == list(range(len(reference)))
    assert sorted(j for pair in pairs for j in pair.hypothesis) == list(range(len(hypothesis)))
    assert pairs == align_paragraphs(reference, hypothesis)


def test_one_paragraph_is_never_given_to_two_that_are_alike() -> None:
    assert _beads(["ferry crew crew crew"] * 2, ["ferry"]) == [((0,), (0,), False), ((1,), (), False)]


def test_unrelated_articles_are_told_from_versions(sample: Pair) -> None:
    rng = random.Random(3)
    words = "market river engine school violin garden planet budget winter bridge coffee museum".split()
    other = [" ".join(rng.choices(words, k=30)) for _ in range(20)]
    assert align_articles(*sample).is_related
    assert not align_articles(sample[0], other).is_related
    assert align_articles(*sample).confidence > 0.9


def test_a_thousand_paragraphs_with_edits_align_in_linear_memory() -> None:
    rng = random.Random(5)
    words = [f"{a}{b}{c}" for a in "bdfgklmnprst" for b in "aeiou" for c in ("n", "r", "st", "ck")]
    reference = [" ".join(rng.choices(words, k=rng.randint(6, 40))) for _ in range(1000)]
    lost = set(rng.sample(range(1000), 20))
    hypothesis = [text for i, text in enumerate(reference) if i not in lost]
    pairs = align_paragraphs(reference, hypothesis)
    assert {pair.reference[0] for pair in pairs if not pair.hypothesis} == lost


@pytest.mark.model
def test_the_public_function_takes_lists_and_a_model(sample: Pair) -> None:
    reference, rewrite = sample
    for model in (None, "minilm"):
        pairs = evaluator.align(reference, [*rewrite[:4], *rewrite[5:]], model=model)
        assert AlignedPair((4,), ()) in pairs
        assert len(pairs) == 23
    with pytest.raises(EvaluatorError, match="Did you mean minilm"):
        evaluator.align(reference, rewrite, model="minilmm")
    with pytest.raises(EvaluatorError, match="must be a list of texts"):
        evaluator.align("one text", rewrite)
    assert evaluator.align([], []) == []
    assert evaluator.align((t for t in reference), pd.Series(rewrite, index=range(5, 28)), model=None) == evaluator.align(reference, rewrite, model=None)
    with pytest.raises(EvaluatorError, match="is int; reference_paragraphs must"):
        evaluator.align([1], rewrite)  # type: ignore[list-item]


@pytest.mark.parametrize(
    ("reference", "hypothesis", "side", "text"),
    [
        ("The dam held until dawn, officials said.", " date 2031-03-14 The dam held until dawn, officials said.", "hypothesis", "date 2031-03-14"),
        ("The dam held until dawn, officials said.", "PORT VEIL (News): The dam held until dawn, officials said.", "hypothesis", "PORT VEIL (News):"),
        (
            "The dam held until dawn, officials said. Read more on page nine.",
            "The dam held until dawn, officials said.",
            "reference",
            "Read more on page nine.",
        ),
    ],
)
def test_beginnings_and_ends_without_counterpart_are_found(reference: str, hypothesis: str, side: str, text: str) -> None:
    (extra,) = find_extras(reference, hypothesis)
    assert (extra.side, {"reference": reference, "hypothesis": hypothesis}[side][extra.start : extra.end]) == (side, text)


def test_equal_and_merely_reworded_texts_have_no_extras() -> None:
    assert find_extras("The dam held.", "The dam held.") == []
    assert find_extras("Contributing: The Harbour Agency", "Contributed by: Harbour Agency") == []


def test_cuts_stand_at_sentence_ends(sample: Pair) -> None:
    reference, rewrite = sample
    text = f"{rewrite[1]} {rewrite[2]} {rewrite[3]}"
    assert find_cuts(reference[1:4], text) == [len(rewrite[1]) + 1, len(rewrite[1]) + len(rewrite[2]) + 2]
    assert find_cuts(["a b", "c d", "e"], "x") == []
