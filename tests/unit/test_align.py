"""Pairing: line by line where texts line up, as articles where not, never in silence."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluator.alignment import pair_inputs
from evaluator.alignment.aligner import align_paragraphs
from evaluator.alignment.regroup import cut_between, regroup
from evaluator.readers.text import document_of
from evaluator.types import AlignedPair, Document, EvalSet, EvaluatorError, Inputs


def _lines(name: str, lines: Sequence[str]) -> Document:
    return Document(name, tuple(lines), tuple(line for line in lines if line.strip()), False, "")


def _pair(reference: Sequence[str], *systems: Sequence[str], mode: str = "auto", **more: object) -> EvalSet:
    inputs = Inputs((_lines("ref.txt", reference),), {f"s{i}": _lines(f"s{i}.txt", lines) for i, lines in enumerate(systems)}, **more)  # type: ignore[arg-type]
    return pair_inputs(inputs, mode)


def _rows(evalset: EvalSet, system: int = 0) -> list[tuple[int, str, str, str]]:
    return [(p.segment, p.alignment, p.references[0] or "", p.hypothesis) for p in evalset.systems[system].pairs]


def test_equal_numbers_of_lines_are_paired_by_number() -> None:
    assert _rows(_pair(["a", "b"], ["x", "y"])) == [(1, "1-1", "a", "x"), (2, "1-1", "b", "y")]


def test_blank_lines_between_paragraphs_do_not_count() -> None:
    assert _rows(_pair(["a", "b", "c"], ["x", "", "y", "", "z"])) == [(1, "1-1", "a", "x"), (2, "1-1", "b", "y"), (3, "1-1", "c", "z")]


def test_lines_blank_on_both_sides_are_separators() -> None:
    assert [row[0] for row in _rows(_pair(["a", "", "b"], ["x", "", "y"]))] == [1, 2]


def test_a_line_blank_on_one_side_is_an_empty_segment() -> None:
    assert _rows(_pair(["a", "b", "", "d"], ["x", "", "y", "z"])) == [(1, "1-1", "a", "x"), (2, "1-0", "b", ""), (3, "1-1", "", "y"), (4, "1-1", "d", "z")]


def test_all_systems_have_the_same_segments() -> None:
    evalset = _pair(["a", "", "c"], ["x", "", "z"], ["x", "y", "z"])
    assert [row[0] for row in _rows(evalset, 0)] == [row[0] for row in _rows(evalset, 1)] == [1, 2, 3]
    assert _rows(evalset, 0)[1] == (2, "1-1", "", "")


def test_a_system_has_the_same_rows_whoever_is_beside_it() -> None:
    alone, beside = _pair(["L1", "", "L3"], ["L1", "extra", "L3"]), _pair(["L1", "", "L3"], ["L1", "extra", "L3"], ["L1", "L3"])
    assert _rows(alone, 0) == _rows(beside, 0)
    assert _rows(beside, 1) == [(1, "1-1", "L1", "L1"), (2, "1-1", "", ""), (3, "1-1", "L3", "L3")]


def test_line_mode_scores_a_shift_with_a_note(sample: tuple[list[str], list[str]]) -> None:
    reference, rewrite = sample
    evalset = _pair(reference, [*rewrite[:5], *rewrite[6:], "One more line."], mode="line")
    assert "is shifted against" in evalset.notes[0]
    assert len(_rows(evalset)) == 23


WRAPPED = ["The ferry crews walked off the job before", "dawn on Friday, and the islands were cut off", "from the capital.", ""] * 3


def test_wrapped_lines_are_joined_with_a_note_but_never_in_line_mode() -> None:
    reference, hypothesis = (Document(n, tuple(WRAPPED[:-1]), ("p1", "p2", "p3"), True, "") for n in ("r", "h"))
    shorter = Document("h", tuple(WRAPPED[:-2]), ("p1", "p2", "p3"), True, "")
    assert len(_rows(pair_inputs(Inputs((reference,), {"a": hypothesis})))) == 3
    assert len(_rows(pair_inputs(Inputs((reference,), {"a": hypothesis}), "line"))) == 9
    joined = pair_inputs(Inputs((reference,), {"a": shorter}))
    assert [row[3] for row in _rows(joined)] == ["p1", "p2", "p3"]
    assert "look wrapped" in joined.notes[0]
    with pytest.raises(EvaluatorError, match="has 8 non-blank lines, r has 9"):
        pair_inputs(Inputs((reference,), {"a": shorter}), "line")


def test_unequal_segment_files_are_refused_with_both_numbers(sample: tuple[list[str], list[str]]) -> None:
    reference, rewrite = sample
    with pytest.raises(EvaluatorError, match=r"s0.txt has 22 non-blank lines, ref.txt has 23; the first without a partner is number 5 .*--align paragraph"):
        _pair(reference, [*rewrite[:4], *rewrite[5:]], mode="line")


def test_a_test_set_that_lost_a_line_is_never_realigned() -> None:
    reference = [f"Sentence number {i} of the test set is here." for i in range(400)]
    with pytest.raises(EvaluatorError, match="s0.txt has 399 non-blank lines, ref.txt has 400"):
        _pair(reference, reference[:200] + reference[201:])


def test_a_shift_is_reported_and_not_scored(sample: tuple[list[str], list[str]]) -> None:
    reference, rewrite = sample
    with pytest.raises(EvaluatorError, match=r"shifted against ref.txt: its segments \d+ to \d+ match those 1 later"):
        _pair(reference, [*rewrite[:5], *rewrite[6:], "One more line."])


def test_unrelated_articles_are_refused(sample: tuple[list[str], list[str]]) -> None:
    other = [f"Zyx wvu {i} qqq jjj kkk xxx vvv www zzz {i}." for i in range(9)]
    with pytest.raises(EvaluatorError, match="have nothing to do with each other"):
        _pair(sample[0], other)


def test_unknown_mode_is_refused() -> None:
    with pytest.raises(EvaluatorError, match="Did you mean paragraph"):
        _pair(["a"], ["b"], mode="paragraf")


def test_omitted_inserted_merged_and_split_paragraphs(sample: tuple[list[str], list[str]]) -> None:
    reference, rewrite = sample
    changed = [*rewrite[:1], f"{rewrite[1]} {rewrite[2]}", *rewrite[3:6], "Subscribe to our paper for just two crowns a week!", *rewrite[6:11], *rewrite[12:]]
    evalset = _pair(reference, changed)
    rows = _rows(evalset)
    assert [row[1] for row in rows[:3]] == ["1-1", "2-1", "2-1"]
    assert rows[1][3] == rewrite[1]
    assert rows[2][3] == rewrite[2]
    assert (6, "0-1", "", "Subscribe to our paper for just two crowns a week!") in rows
    assert (12, "1-0", reference[11], "") in rows
    assert "22 of 23 reference paragraphs covered, 1 inserted" in evalset.notes[0]


def test_two_hypothesis_paragraphs_for_one_are_joined() -> None:
    units = regroup(["a b."], ["a.", "b."], [AlignedPair((0,), (0, 1))]).units
    assert [(unit.alignment, unit.text) for unit in units] == [("1-2", "a. b.")]


def test_a_text_without_sentence_ends_is_cut_between_words() -> None:
    pieces = cut_between(["the ferry sailed north the crew went home"], ["The ferry sailed north.", "The crew went home."])
    assert pieces == ["the ferry sailed north", "the crew went home"]


@settings(max_examples=20, deadline=None)
@given(st.data())
def test_every_paragraph_is_in_exactly_one_bead(data: st.DataObject) -> None:
    words = st.lists(st.sampled_from("ferry crew island strike harbour vote diesel navy".split()), min_size=1, max_size=6).map(" ".join)
    reference, hypothesis = data.draw(st.lists(words, max_size=7)), data.draw(st.lists(words, max_size=7))
    beads = align_paragraphs(reference, hypothesis)
    assert sorted(i for bead in beads for i in bead.reference) == list(range(len(reference)))
    assert sorted(j for bead in beads for j in bead.hypothesis) == list(range(len(hypothesis)))


def test_a_text_aligns_with_itself(sample: tuple[list[str], list[str]]) -> None:
    assert align_paragraphs(sample[0], sample[0]) == [AlignedPair((i,), (i,)) for i in range(23)]


@pytest.mark.parametrize("lost", [0, 7, 22])
def test_one_lost_paragraph_is_found(sample: tuple[list[str], list[str]], lost: int) -> None:
    reference, rewrite = sample
    beads = align_paragraphs(reference, [text for i, text in enumerate(rewrite) if i != lost])
    assert AlignedPair((lost,), ()) in beads
    assert sum(len(bead.reference) == len(bead.hypothesis) == 1 for bead in beads) == 22


def test_further_references_are_brought_to_the_first(sample: tuple[list[str], list[str]]) -> None:
    reference, rewrite = sample
    inputs = Inputs((_lines("reference", reference), _lines("reference 2", rewrite[1:])), {"a": _lines("a", rewrite)})
    evalset = pair_inputs(inputs)
    first, second = evalset.systems[0].pairs[:2]
    assert first.references == (reference[0], None)
    assert second.references == (reference[1], rewrite[1])


def test_an_article_collapsed_and_cut_again_is_itself(sample: tuple[list[str], list[str]]) -> None:
    for references in sample:
        assert cut_between([" ".join(references)], references) == [text.rstrip() for text in references]


def test_separators_at_other_places_are_no_segments() -> None:
    assert _rows(_pair(["A", "", "B", "C", "D"], ["A", "B", "", "C", "D"])) == [(i + 1, "1-1", c, c) for i, c in enumerate("ABCD")]


def test_equal_numbers_in_another_order_are_refused_or_noted(sample: tuple[list[str], list[str]]) -> None:
    reference, rewrite = sample
    for order in (rewrite[::-1], rewrite[5:] + rewrite[:5]):
        with pytest.raises(EvaluatorError, match="in another order|is shifted"):
            _pair(reference, order)
    assert "in another order" in _pair(reference, rewrite[::-1], mode="line").notes[0]


def test_equal_numbers_with_nothing_in_common_are_scored_with_a_note(sample: tuple[list[str], list[str]]) -> None:
    evalset = _pair(sample[0][:6], [f"Zyx wvu {i} qqq jjj kkk xxx." for i in range(6)])
    assert "almost nothing in common" in evalset.notes[0]


def test_lists_of_segments_are_never_aligned_as_articles(sample: tuple[list[str], list[str]]) -> None:
    reference, rewrite = sample
    with pytest.raises(EvaluatorError, match="a has 22 non-blank lines, reference has 23"):
        pair_inputs(Inputs((document_of("reference", reference),), {"a": document_of("a", rewrite[1:])}))


def test_the_source_must_line_up() -> None:
    evalset = _pair(["a", "b"], ["x", "y"], source=_lines("src.txt", ["q", "r"]))
    assert [pair.source for pair in evalset.systems[0].pairs] == ["q", "r"]
    with pytest.raises(EvaluatorError, match="src.txt has 1 non-blank lines, ref.txt has 2 segments; the source needs"):
        _pair(["a", "b"], ["x", "y"], source=_lines("src.txt", ["q"]))
