"""What reports show, and that text from files is shown and never obeyed."""

from __future__ import annotations

import csv
import io
import json
import re

import pytest

import evaluator
from evaluator.reports.markdown import render_markdown
from evaluator.reports.paper import latex_table
from evaluator.reports.safe import latex, markdown, printable
from evaluator.reports.tables import render_bare, render_csv, render_json
from evaluator.reports.terminal import render_terminal
from evaluator.reports.view import View, make_view

HOSTILE = "<script>alert(1)</script> | [x](javascript:alert(1)) `code` \x1b[31mred\x1b]0;title\x07 \u202eevil **bold** & $x$"


@pytest.fixture(scope="module")
def one() -> View:
    return make_view(evaluator.evaluate(["the dam held", "a b"], {"nmt": ["the dam held", "a"]}, metrics=["bleu", "chrf"]).evaluation)


@pytest.fixture(scope="module")
def hostile() -> View:
    texts = [HOSTILE, "x"]
    run = evaluator.evaluate(
        texts, {"<img src=x>": ["something else entirely", "y"], "a|b": texts}, metrics=["chrf", "bertscore"], device="cpu", diagnose="off"
    )
    return make_view(run.evaluation)


def test_json_of_one_system_has_the_shape_of_sacrebleu(one: View) -> None:
    from sacrebleu.metrics.bleu import BLEU
    from sacrebleu.metrics.chrf import CHRF

    expected = []
    for metric in (BLEU(), CHRF()):
        score = metric.corpus_score(["the dam held", "a"], [["the dam held", "a b"]])
        expected.append(score.format(2, False, str(metric.get_signature()), is_json=True))
    assert render_json(one, 2) == "[\n" + ",\n".join(expected) + "\n]\n"


@pytest.mark.model
def test_json_of_several_systems_has_numbers_and_signatures(hostile: View) -> None:
    rows = json.loads(render_json(hostile, 1))
    assert [row["system"] for row in rows] == ["<img src=x>", "a|b"]
    assert rows[1]["chrF2"] == 100.0
    assert rows[1]["signatures"]["chrF2"].startswith("nrefs:1|case:mixed")


@pytest.mark.model
def test_bare_scores(one: View, hostile: View) -> None:
    assert render_bare(one, 3).split() == [score.shown(3) for score in one.systems[0].scores]
    assert render_bare(hostile, 1).splitlines()[1] == "a|b\t100.0\t1.0000"


@pytest.mark.model
def test_csv_is_read_by_the_csv_module(hostile: View) -> None:
    rows = list(csv.DictReader(io.StringIO(render_csv(hostile, 1))))
    assert rows[1] == {"system": "a|b", "chrF2": "100.0", "BERTScore-F1": "1.0000", "segments": "2"}


@pytest.mark.model
def test_latex_escapes_names(hostile: View) -> None:
    text = latex_table(hostile, 1)
    assert r"\textless{}img src=x\textgreater{} &" in text
    assert latex("a_b & 50% {x} \\") == r"a\_b \& 50\% \{x\} \textbackslash{}"


@pytest.mark.model
def test_the_terminal_never_sees_an_escape_from_a_text(hostile: View) -> None:
    text = render_terminal(hostile, columns=80, color=False, width=1)
    assert not any(ord(c) < 32 and c != "\n" for c in text)
    assert "\u202e" not in text
    assert "Lowest by BERTScore recall" in text
    assert "␛[31mred" in text.replace("\n", "")


@pytest.mark.model
def test_markdown_never_holds_a_tag_or_link_from_a_text(hostile: View) -> None:
    text = render_markdown(hostile)
    assert "<script" not in text
    assert "<img" not in text
    assert not re.search(r"(?<!\\)\]\(", text)
    assert "| a\\|b |" in text
    assert "\x1b" not in text


@pytest.mark.model
def test_flagged_hostile_texts_are_shown_and_never_obeyed() -> None:
    run = evaluator.evaluate([HOSTILE + " and nobody was hurt"], {"a": [HOSTILE + " and everybody was killed <img src=x>"]}, metrics=["bertscore"])
    view = make_view(run.evaluation)
    assert view.judged == 1
    text, page = render_terminal(view, columns=80, color=False, width=1), render_markdown(view)
    assert not any(ord(c) < 32 and c != "\n" for c in text + page)
    assert "<script" not in page
    assert "<img" not in page


def test_without_bertscore_no_lowest_list_is_shown(one: View) -> None:
    assert "Lowest" not in render_markdown(one)
    assert "Diagnosis: off" in render_markdown(one)


@pytest.mark.parametrize(("text", "shown"), [("a\x1bb", "a␛b"), ("a\tb", "a b"), ("a\u202eb", "a\\u202eb"), ("a\nb", "a␊b"), ("naïve 日本", "naïve 日本")])
def test_control_characters_are_shown(text: str, shown: str) -> None:
    assert printable(text) == shown


def test_markdown_keeps_plain_text_readable() -> None:
    assert markdown("U.S. on Feb. 24 (1,886 tanks) – “no”") == "U.S. on Feb. 24 (1,886 tanks) – “no”"
