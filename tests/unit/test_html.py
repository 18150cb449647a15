"""`report.html`: what it shows, and that nothing in it can run or be fetched."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import zlib
from html.parser import HTMLParser
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

import evaluator
from evaluator.reports.headline import what_broke
from evaluator.reports.html import SCRIPTS, render_html
from evaluator.reports.marks import SEVERITIES, Piece, answering, pieces_of
from evaluator.reports.packed import pack, spans
from evaluator.reports.paragraphs import Builder, place_in_words, reading_order
from evaluator.reports.plots import ticks_of
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


@pytest.mark.model
def test_the_page_says_the_verdict_and_leads_to_every_paragraph(sample_page: str) -> None:
    reader = read(sample_page)
    assert "10 of 23 paragraphs are likely broken" in reader.text
    ids = {value for name, value in reader.attributes if name == "id"}
    links = {value for name, value in reader.attributes if name == "href"}
    assert {f"segment-{n}" for n in range(1, 24)} <= ids
    assert {f"#segment-{n}" for n in range(1, 24)} <= links
    assert all(link[1:] in ids for link in links)


@pytest.mark.model
def test_the_lost_words_are_marked_on_the_reference(sample_page: str) -> None:
    assert re.search(r'<mark class="critical" tabindex="0" title="critical, accuracy/omission: [^"]*">Postponement of</mark>', sample_page)


@pytest.mark.model
def test_worst_come_first(sample_page: str) -> None:
    cards = re.findall(r'class="risk">risk (\d\.\d\d)</span> <span class="tag (\w+)"', sample_page)
    graves = [(SEVERITIES.index(severity), float(risk)) for risk, severity in cards]
    assert len(graves) == 10
    assert graves == sorted(graves, reverse=True)


@pytest.mark.model
def test_only_its_own_script_runs_and_nothing_is_fetched(sample_page: str) -> None:
    reader = read(sample_page)
    assert not {"img", "iframe", "link", "object", "form"} & set(reader.tags)
    assert not [name for name, _ in reader.attributes if name.startswith("on") or name in ("src", "style")]
    digests = []
    for tag in ("style", "script"):
        (text,) = re.findall(f"<{tag}>(.*?)</{tag}>", sample_page, re.DOTALL)
        digests.append(f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'")
    policy = f"default-src 'none'; style-src {digests[0]}; script-src {digests[1]}; require-trusted-types-for 'script'; trusted-types 'none'; base-uri 'none'"
    assert ("content", f"{policy}; form-action 'none'") in reader.attributes


def test_the_script_makes_no_markup_of_text() -> None:
    folder = Path(str(files("evaluator.reports"))) / "templates" / "script"
    script = "".join(path.read_text(encoding="utf-8") for path in folder.glob("*.js"))
    assert sorted(path.stem for path in folder.glob("*.js")) == sorted(SCRIPTS)
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function|fetch\(|XMLHttpRequest|import\(", script)


def test_the_data_holds_every_row() -> None:
    run = evaluator.evaluate(
        ["The dam held.", "", "It rained."], {"a": ["The dam broke.", "", "It rained."], "b": ["It held.", "", "Rain 😀."]}, metrics=["chrf"]
    )
    builder = Builder(run.evaluation)
    columns = run.evaluation.tables["segments"].columns
    packed = pack(builder, reading_order(columns))
    head = json.loads(packed.head)
    assert (head["rows"], head["systems"]) == (len(columns["system"]), ["a", "b"])
    numbers = {one["name"]: column_of(one, text) for one, text in zip(head["columns"], packed.columns, strict=True)}
    scale = next(one for one in head["columns"] if one["name"] == "chrf")
    shown = [None if value == scale["missing"] else (value + scale["offset"]) / scale["scale"] for value in numbers["chrf"]]
    assert shown == [None if value is None else round(value, 2) for value in columns["chrf"]]
    texts = [segment for block in packed.blocks for segment in json.loads(zlib.decompress(base64.b64decode(block)))]
    assert {row[0]: row[1] for _, _, rows in texts for row in rows} == dict(enumerate(columns["hypothesis"]))


def column_of(stated: dict[str, Any], text: str) -> list[int]:
    data = zlib.decompress(base64.b64decode(text))
    n = len(data) // stated["bytes"]
    return [sum(data[plane * n + i] << 8 * plane for plane in range(stated["bytes"])) for i in range(n)]


def test_marks_are_counted_as_browsers_count() -> None:
    pieces = [Piece("a😀 ", "", ""), Piece("b😀", "major", "why"), Piece("c", "", "")]
    assert spans(pieces) == [[4, 7, 2, "why"]]


def test_places_in_words() -> None:
    assert [place_in_words(w, b, 23) for w, b in ((0, 22), (1, 21), (2, 20), (10, 12), (11, 11), (12, 10), (22, 0))] == [
        "worst of 23", "2nd worst of 23", "3rd worst of 23", "11th worst of 23", "12th worst of 23", "11th best of 23", "best of 23",
    ]  # fmt: skip
    assert [place_in_words(0, 0, total) for total in (23, 1)] == ["equal in all 23", "the only one"]


@pytest.mark.parametrize(
    "scores",
    [
        {"far": ("1e9", "-2e9", "3"), "farther": ("1e30", "-1e30", "0")},
        {"level": ("1e17", "1e17", "1e17"), "high": ("1e15", "1e15", "1000000000000001")},
        {"early": ("1", "2", "nan"), "late": ("nan", "nan", "3")},
        {"none": ("nan", "nan", "nan")},
    ],
    ids=["far", "level", "apart", "none"],
)
def test_odd_imported_scores_have_a_page(tmp_path: Path, scores: dict[str, tuple[str, ...]]) -> None:
    for name, values in scores.items():
        (tmp_path / f"{name}.csv").write_text("\n".join(("score", *values)) + "\n", encoding="utf-8")
    files = {name: str(tmp_path / f"{name}.csv") for name in scores}
    texts = ["The dam held.", "It rained.", "Nobody came."]
    run = evaluator.evaluate(texts, {"a": texts}, metrics=["bleu"], scores=files).evaluation
    packed = pack(Builder(run), reading_order(run.tables["segments"].columns))
    stated = json.loads(packed.head)["columns"]
    for one, text in zip(stated, packed.columns, strict=True):
        if one["name"] in scores:
            shown = [None if value == one["missing"] else (value + one["offset"]) / one["scale"] for value in column_of(one, text)]
            given = [None if value == "nan" else float(value) for value in scores[one["name"]]]
            far = max(abs(value) for value in given if value is not None)
            assert shown == [None if value is None else pytest.approx(value, abs=far * 1e-8) for value in given]
    page = render_html(run)
    for name, values in scores.items():
        assert (f"<figcaption>{name}</figcaption>" in page) == (set(values) != {"nan"})
    assert "early against late" not in page


def test_axes_have_round_marks() -> None:
    assert [tick.label for tick in ticks_of(0, 100, 100)] == ["0", "20", "40", "60", "80", "100"]
    assert [tick.label for tick in ticks_of(0.81, 0.93, 100)] == ["0.825", "0.850", "0.875", "0.900", "0.925"]
    assert [tick.label for tick in ticks_of(-1.2, 1.1, 100)] == ["-1.0", "-0.5", "0.0", "0.5", "1.0"]


@pytest.mark.slow
@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_and_names_are_shown_as_text(text: str) -> None:
    plain = evaluator.evaluate(["The dam held.", "It rained."], {"a": ["The dam broke.", "It rained."], "b": ["It held.", "Rain."]}, metrics=["chrf"])
    name = re.sub("[\u2028\u202e\x1b]", "", text[:40])  # such names are refused before anything is scored
    hostile = evaluator.evaluate([text, "It rained."], {name: [text + " more", "It rained."], "b": [text, text]}, metrics=["chrf"])
    page = render_html(hostile.evaluation)
    reader = read(page)
    assert set(reader.tags) <= set(read(render_html(plain.evaluation)).tags) | {"span"}
    assert len(re.findall("<script(?! type=.text/plain)", page)) == 2  # the head of the data, and the script
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
    assert '20 more segments are in <a href="#segments">the table</a>' in page


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


@pytest.mark.model
def test_adequacy_stands_beside_novelty_first() -> None:
    run = evaluator.evaluate(
        ["The dam held.", "It rained."], {"a": ["The dam stood firm.", "It rained."]}, metrics=["bleu", "chrf", "ter", "bertscore", "novelty"]
    )
    summaries = re.findall(r"<summary>([^<]* against [^<]*)</summary>", render_html(run.evaluation))
    assert summaries[0] == "fidelity against Novelty"
    assert len(summaries) == len(set(summaries)) == 11


def test_the_headline_names_what_a_detector_knows_before_what_the_reader_points_at() -> None:
    phrase = {"severity": "major", "category": "accuracy/mistranslation", "detector": "tokens", "text": "cart", "counterpart": "wagon", "message": ""}
    gender = {"severity": "major", "category": "accuracy/gender", "detector": "gender", "text": "his", "counterpart": "her", "message": ""}
    assert what_broke([phrase, gender], "", "") == what_broke([gender, phrase], "", "") == "“her” became “his”"
