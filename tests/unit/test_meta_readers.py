"""Human scores of every form, and how they find the segments that metrics scored."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from evaluator.readers.human_files import read_judged
from evaluator.readers.human_matching import match_judgements
from evaluator.readers.human_mqm import mark_of, score_of
from evaluator.readers.human_rows import JudgedRow, Mark
from evaluator.types import EvaluatorError

Write = Callable[[str, str | bytes], Path]
HEADER = "system\tdoc\tdoc_id\tseg_id\trater\tsource\ttarget\tcategory\tseverity\n"


def test_rows_of_mqm_become_one_judgement_per_rater_with_googles_weights(write: Write) -> None:
    path = write(
        "mqm.tsv",
        HEADER
        + "a\td\t1\t1\tr1\tsrc\tThe <v>damn</v> held.\tAccuracy/Mistranslation\tMajor\n"
        + "a\td\t1\t1\tr1\tsrc\tThe damn held<v>.</v>\tFluency/Punctuation\tMinor\n"
        + 'a\td\t1\t1\tr2\tsrc\tThe "damn held.\tNo-error\tno-error\n'
        + "a\td\t1\t2\tr1\tsrc\tIt <v>rains\tNon-translation!\tMajor\n"
        + "a\td\t1\t3\tr1\tsrc\tIt poured.\tAccuracy/Omission\tNeutral\n",
    )
    judged = read_judged(str(path))
    assert judged.scale == "MQM"
    found = {(row.segment, row.rater): row for row in judged.rows}
    assert {key: row.score for key, row in found.items()} == {("1", "r1"): -5.1, ("1", "r2"): 0.0, ("2", "r1"): -25.0, ("3", "r1"): 0.0}
    assert found["1", "r1"].hypothesis == "The damn held."
    assert found["1", "r1"].marks == (Mark(4, 8, "Accuracy/Mistranslation", "major"), Mark(13, 14, "Fluency/Punctuation", "minor"))
    assert found["1", "r2"].hypothesis == 'The "damn held.'
    assert found["2", "r1"].marks is not None
    assert found["2", "r1"].marks[0][:2] == (3, 8)
    assert "1 errors have no place" in judged.notes[0]


def test_offsets_of_a_mark_count_without_the_tags() -> None:
    assert mark_of("<v>A</v> dam", "x", "minor")[:2] == (0, 1)
    assert mark_of("A dam", "x", "minor")[:2] == (None, None)
    assert str(score_of([])) == "0.0"


def test_lists_of_errors_are_raters(write: Write) -> None:
    style = {"start": 0, "end": 3, "category": "Style", "severity": "Minor"}
    omission = {"start": None, "end": None, "category": "Accuracy/Omission", "severity": "critical"}
    common = {"document": "d", "segment": "1", "references": ["R"]}
    rows = [
        {**common, "system": "a", "hypothesis": "abcdef", "raters": [[style], []]},
        {**common, "system": "Human-B.0", "hypothesis": "x", "raters": [[omission]]},
    ]
    judged = read_judged(str(write("m.jsonl", "\n".join(map(json.dumps, rows)))))
    assert [(row.system, row.rater, row.score, row.by_human) for row in judged.rows] == [
        ("a", "rater 1", -1.0, False), ("a", "rater 2", 0.0, False), ("Human-B.0", "rater 1", -5.0, True),
    ]  # fmt: skip
    assert judged.rows[0].reference == "R"


def test_scores_beside_lists_of_errors_are_taken_when_asked_for(write: Write) -> None:
    minor = {"start": 0, "end": 1, "category": "Style", "severity": "minor"}
    rows = [
        {"system": "a", "document": "d", "segment": 1, "hypothesis": "x", "raters": [[minor], []], "esa_scores": [80, None]},
        {"system": "a", "document": "d", "segment": 2, "hypothesis": "y", "raters": [[], []]},
    ]
    path = str(write("human.jsonl", "\n".join(map(json.dumps, rows))))
    judged = read_judged(path, column="esa_scores")
    assert [row.score for row in judged.rows] == pytest.approx([80, np.nan, np.nan, np.nan], nan_ok=True)
    assert judged.scale == "ESA"
    assert judged.rows[0].marks is not None
    assert judged.rows[0].marks[0].severity == "minor"
    weighed = read_judged(path)
    assert [row.score for row in weighed.rows] == [-1, 0, 0, 0]
    assert "--human-column esa_scores takes them" in weighed.notes[0]


@pytest.mark.parametrize(
    ("scores", "message"), [([80], "1 scores of 2 raters"), (80, "'80' of 2 raters"), ([80, "good"], "'good' is no score"), (None, "no column 'esa_scores'")]
)
def test_scores_that_are_not_one_per_rater_are_refused(write: Write, scores: object, message: str) -> None:
    row = {"system": "a", "document": "d", "segment": 1, "hypothesis": "x", "raters": [[], []], **({} if scores is None else {"esa_scores": scores})}
    with pytest.raises(EvaluatorError, match=message):
        read_judged(str(write("human.jsonl", json.dumps(row))), column="esa_scores")


def test_esa_keeps_people_apart_and_spans_that_cannot_be(write: Write) -> None:
    common = {"doc_id": "d", "system": "a", "tgt": "abc"}
    places = [(0, 2, "major"), ("missing", "missing", "minor"), (2, 9, "minor")]
    spans = [[{"start_i": start, "end_i": end, "severity": severity}] for start, end, severity in places]
    rows = [
        {**common, "line_id": 4, "annotator": "p1", "esa_score": 80, "esa_spans": spans[0]},
        {**common, "line_id": 4, "annotator": "p2", "esa_score": "60", "esa_spans": spans[1]},
        {**common, "line_id": 5, "annotator": "p2", "esa_score": 10, "esa_spans": spans[2]},
    ]
    judged = read_judged(str(write("e.jsonl", "\n".join(map(json.dumps, rows)))))
    assert [(row.segment, row.rater, row.score) for row in judged.rows] == [("4", "p1", 80.0), ("4", "p2", 60.0), ("5", "p2", 10.0)]
    assert judged.rows[0].marks == (Mark(0, 2, "", "major"),)
    assert judged.rows[1].marks == judged.rows[2].marks == (Mark(None, None, "", "minor"),)
    assert "1 marked spans lie outside" in judged.notes[0]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.tsv", "reference\tscore\nx\t1\n", "no column of systems"),
        ("a.csv", "system,segment,reading\na,1,2\n", "no column of human scores"),
        ("a.csv", "system,human_score\na,good\n", "line 2, column human_score: 'good' is no score"),
        ("a.csv", "system,human_score\na,inf\n", "is no score"),
        ("a.csv", "system,human_score\n ,1\n", "the system's name is empty"),
        ("a.csv", "system,human_score\n", "a header and no rows"),
        ("a.tsv", HEADER + "a\td\t1\t1\tr\ts\tt\tStyle\t\n", "needs a system and a severity"),
        ("a.jsonl", '{"system": "a", "hypothesis": "ab", "errors": [{"start": 0, "end": 3, "severity": "minor"}]}', "no part of a hypothesis of 2 characters"),
        ("a.jsonl", '{"system": "a", "hypothesis": "ab", "raters": [5]}', "one list of errors per rater"),
        ("a.mqm.seg.score", "a 1 2 x\n", "'x' is no score"),
    ],
)
def test_a_wrong_file_gets_one_message(write: Write, name: str, content: str, message: str) -> None:
    with pytest.raises(EvaluatorError, match=message):
        read_judged(str(write(name, content)))


def scored(*rows: tuple[str, str, str, str]) -> list[JudgedRow]:
    return [JudgedRow(*row) for row in rows]


RUN = scored(("a", "x", "1", "one"), ("a", "x", "2", "two"), ("a", "y", "1", "one"), ("b", "x", "1", "uno"), ("b", "x", "2", "dos"), ("b", "y", "1", "tres"))


@pytest.mark.parametrize(
    ("text", "way"),
    [
        ("system\tdoc\tseg\tscore\na\tx\t2\t5\na\ty\t1\t7\nb\tx\t1\t1\n", "document and segment"),
        ("system\tseg\tscore\na\t2\t5\na\t3\t7\nb\t1\t1\n", "segment number over the whole set"),
        ("system\thyp\tscore\na\ttwo\t5\na\tone\t0\na\tone\t7\nb\tuno\t1\n", "text"),
    ],
)
def test_judgements_find_their_segments_in_every_numbering(write: Write, text: str, way: str) -> None:
    matched = match_judgements(RUN, read_judged(str(write("h.tsv", text))))
    assert [matched.gold[0, 1], matched.gold[0, 2], matched.gold[1, 0]] == [5, 7, 1]
    assert matched.systems == ("a", "b")
    assert f"matched by {way}" in matched.notes[-1]


def test_scores_without_any_segment_go_by_order_where_all_are_there(write: Write) -> None:
    matched = match_judgements(RUN, read_judged(str(write("h.mqm.seg.score", "a 1\na 2\na None\nb 4\nb 5\nb 6\n"))))
    assert np.array_equal(matched.gold, np.array([[1, 2, np.nan], [4, 5, 6]]), equal_nan=True)
    with pytest.raises(EvaluatorError, match="segments that were scored"):
        match_judgements(RUN, read_judged(str(write("h.mqm.seg.score", "a 1\na 2\nb 4\nb 5\n"))))


def test_other_texts_and_other_systems_are_refused(write: Write) -> None:
    with pytest.raises(EvaluatorError, match="0 of 2 judgements are of segments that were scored"):
        match_judgements(RUN, read_judged(str(write("h.tsv", "system\tdoc\tseg\thyp\tscore\na\tx\t1\tother\t5\nb\tx\t1\tother\t7\n"))))
    with pytest.raises(EvaluatorError, match="none of which was scored"):
        match_judgements(RUN, read_judged(str(write("h.tsv", "system\tdoc\tseg\tscore\nc\tx\t1\t5\n"))))
    twice = scored(("a", "x", "1", "one"), ("a", "x", "1", "one"))
    with pytest.raises(EvaluatorError, match="scored twice"):
        match_judgements(twice, read_judged(str(write("h.tsv", "system\tdoc\tseg\tscore\na\tx\t1\t5\n"))))
    unequal = scored(("a", "", "", ""), ("a", "", "", ""), ("b", "", "", ""))
    with pytest.raises(EvaluatorError, match="'b' has 1 scored segments, 'a' has 2"):
        match_judgements(unequal, read_judged(str(write("h.tsv", "system\tscore\na\t5\nb\t1\n"))))


def test_raters_stay_apart_and_their_mean_is_the_human_score(write: Write) -> None:
    text = "system\tdoc\tseg\trater\tscore\na\tx\t1\tp\t1\na\tx\t1\tq\t3\nb\tx\t1\tq\t5\n"
    matched = match_judgements(RUN, read_judged(str(write("h.tsv", text))))
    assert matched.raters is not None
    assert np.array_equal(matched.raters[:, :, 0], np.array([[1, np.nan], [3, 5]]), equal_nan=True)
    assert np.array_equal(matched.gold[:, 0], [2, 5])


def test_missing_systems_are_named(write: Write) -> None:
    matched = match_judgements(RUN, read_judged(str(write("h.tsv", "system\tdoc\tseg\tscore\na\tx\t1\t5\na\tx\t2\t5\nrefA\tx\t2\t5\n"))))
    notes = " ".join(matched.notes)
    assert "no human scores of b" in notes
    assert "human scores of refA too" in notes
