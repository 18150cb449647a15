"""`report.html`: what it shows, and that nothing in it can run or be fetched."""

from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

import evaluator
from evaluator.reports.html import render_html
from evaluator.reports.marks import answering, pieces_of
from tests.conftest import SAMPLE, Cli

HOSTILE = (
    "</script><script>alert(1)</script>",
    '<img src=x onerror="alert(1)">',
    '"><a href="javascript:alert(1)">x</a>',
    "line\u2028separator \u202eoverride \x1b[31mred",
    "x" * 100_000,
    "{{ 7 * 7 }} {% raw %}",
)


class Reader(HTMLParser):
    """Tags, attributes, and text in order."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_data(self, data: str) -> None:
        self.text += data


def read(page: str) -> Reader:
    reader = Reader()
    reader.feed(page)
    return reader


@pytest.fixture(scope="module")
def sample_page() -> str:
    return render_html(evaluator.evaluate(SAMPLE / "reference.txt", {"rewrite": SAMPLE / "rewrite.txt"}, metrics=["bleu", "bertscore"]).evaluation)


def test_the_page_says_the_verdict_and_leads_to_every_paragraph(sample_page: str) -> None:
    reader = read(sample_page)
    assert "10 of 23 paragraphs are likely broken" in reader.text
    ids = {value for name, value in reader.attributes if name == "id"}
    links = {value for name, value in reader.attributes if name == "href"}
    assert {f"segment-{n}" for n in range(1, 24)} <= ids
    assert {f"#segment-{n}" for n in range(1, 24)} <= links
    assert all(link[1:] in ids for link in links)


def test_the_lost_words_are_marked_on_the_reference(sample_page: str) -> None:
    assert re.search(r'<mark class="critical" tabindex="0" title="critical, accuracy/omission: [^"]*">Postponement of</mark>', sample_page)


def test_worst_come_first(sample_page: str) -> None:
    risks = [float(risk) for risk in re.findall(r'class="risk">risk (\d\.\d\d)<', sample_page)]
    assert len(risks) == 10
    assert risks == sorted(risks, reverse=True)


def test_nothing_runs_and_nothing_is_fetched(sample_page: str) -> None:
    reader = read(sample_page)
    assert not {"script", "img", "iframe", "link", "object", "form"} & set(reader.tags)
    assert not [name for name, _ in reader.attributes if name.startswith("on") or name in ("src", "style")]
    style = re.search(r"<style>(.*?)</style>", sample_page, re.DOTALL)
    assert style
    digest = base64.b64encode(hashlib.sha256(style.group(1).encode()).digest()).decode()
    assert ("content", f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'") in reader.attributes


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_and_names_are_shown_as_text(text: str) -> None:
    plain = evaluator.evaluate(["The dam held.", "It rained."], {"a": ["The dam broke.", "It rained."], "b": ["It held.", "Rain."]}, metrics=["chrf"])
    name = re.sub("[\u2028\u202e\x1b]", "", text[:40])  # such names are refused before anything is scored
    hostile = evaluator.evaluate([text, "It rained."], {name: [text + " more", "It rained."], "b": [text, text]}, metrics=["chrf"])
    page = render_html(hostile.evaluation)
    reader = read(page)
    assert set(reader.tags) <= set(read(render_html(plain.evaluation)).tags) | {"span"}
    assert not [value for _, value in reader.attributes if value.startswith("javascript:")]
    assert not re.search("[\u2028\u202e\x1b]", page)
    assert text[:12] in reader.text.replace("\\u2028", "\u2028")


def test_same_run_same_bytes() -> None:
    run = evaluator.evaluate(["The dam held."], {"a": ["The dam broke."]}, metrics=["chrf"])
    assert render_html(run.evaluation) == render_html(run.evaluation)


def test_several_systems_stand_under_one_reference_with_their_pairs() -> None:
    run = evaluator.evaluate(["The dam held.", "It rained."], {"a": ["The dam broke.", "It rained."], "b": ["It held.", "Rain fell."]}, metrics=["chrf"])
    page = render_html(run.evaluation)
    assert "2 systems on 2 segments" in page
    assert "The pair with p-values" in page
    assert page.count('class="shelf"') == 2
    assert page.count('class="paragraph"') == 4


def test_a_long_run_says_what_it_leaves_out() -> None:
    lines = [f"Line {n} of the log was read." for n in range(320)]
    page = render_html(evaluator.evaluate(lines, {"a": lines}, metrics=["chrf"]).evaluation)
    assert page.count('class="shelf"') == 300
    assert "20 more segments are in segments.csv" in page


def test_pieces_join_to_the_text_and_the_worst_finding_rules() -> None:
    text = "one two three"
    findings: list[dict[str, Any]] = [
        {"start": 0, "end": 7, "severity": "minor", "category": "style", "message": "m", "counterpart": ""},
        {"start": 4, "end": 13, "severity": "major", "category": "accuracy/name", "message": "n", "counterpart": ""},
        {"start": None, "end": None, "severity": "critical", "category": "c", "message": "o", "counterpart": ""},
    ]
    pieces = pieces_of(text, findings)
    assert "".join(piece.text for piece in pieces) == text
    assert [(piece.text, piece.severity) for piece in pieces] == [("one ", "minor"), ("two", "major"), (" three", "major")]
    assert pieces[1].told == "minor, style: m; major, accuracy/name: n"


def test_a_counterpart_is_marked_where_it_stands_once() -> None:
    finding = {"start": 0, "end": 4, "severity": "critical", "category": "c", "message": "m", "counterpart": "fell"}
    assert [(f["start"], f["end"]) for f in answering("it fell", [finding])] == [(3, 7)]
    assert answering("it fell and fell", [finding]) == []


def test_the_command_writes_reports_of_a_stored_run(cli: Cli, tmp_path: Path) -> None:
    run = evaluator.evaluate(["The dam held."], {"a": ["The dam broke."], "b": ["A dam held."]}, metrics=["chrf"])
    run.save(tmp_path / "run")
    before = (tmp_path / "run" / "report.html").read_text(encoding="utf-8")
    (tmp_path / "run" / "report.html").unlink()
    result = cli("report", tmp_path / "run", "--format", "html", "latex")
    assert result.code == 0
    assert [Path(line).name for line in result.out.splitlines()] == ["report.html", "report.tex"]
    assert (tmp_path / "run" / "report.html").read_text(encoding="utf-8") == before
    assert r"\begin{tabular}" in (tmp_path / "run" / "report.tex").read_text(encoding="utf-8")
    assert run.to_html(tmp_path / "page.html").read_text(encoding="utf-8") == before
    assert cli("report", tmp_path / "run", "--format", "pdf").code == 2
    assert cli("report", tmp_path / "nothing").code == 2
