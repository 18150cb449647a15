"""Markup, JSON and subtitles as files: the texts score as plain text does, whatever the file is called, or the file is refused."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from evaluator.readers.inputs import read_inputs
from evaluator.readers.sgml import read_sgml
from evaluator.types import EvaluatorError
from tests.conftest import Cli

Write = Callable[[str, str | bytes], Path]
REFERENCE = ["The lighthouse was shut down in May.", "Nobody minded, “really” & truly.", "Ships under 300 t use the new channel."]
HYPOTHESIS = ["The lighthouse was closed in May.", "Nobody minded, “really” & truly so.", "Ships below 300 t take the new channel."]


def _sgml(texts: Sequence[str], kind: str = "refset") -> str:
    segments = "".join(f'<seg id="{i}">{text.replace("&", "&amp;")}</seg>\n' for i, text in enumerate(texts, 1))
    return f'<{kind} setid="s" srclang="any" trglang="en">\n<doc docid="d1" genre="news">\n<p>\n{segments}</p>\n</doc>\n</{kind}>\n'


def _srt(texts: Sequence[str]) -> str:
    return "\r\n".join(
        f"{i}\r\n00:00:0{i},000 --> 00:00:0{i},900\r\n<i>{' '.join(t.split()[:3])}</i>\r\n{' '.join(t.split()[3:])}\r\n" for i, t in enumerate(texts, 1)
    )


def _vtt(texts: Sequence[str]) -> str:
    cues = "".join(f"cue-{i}\n00:0{i}.000 --> 00:0{i}.900 align:start\n<v Ann>{t.replace('&', '&amp;')}</v>\n\n" for i, t in enumerate(texts))
    return f"WEBVTT - made for a test\nKind: captions\n\nNOTE nobody\nreads this\n\nSTYLE\n::cue {{ color: red }}\n\n{cues}"


FORMS: dict[str, tuple[str, Callable[[Sequence[str]], str]]] = {
    "SGML": ("x.sgm", _sgml),
    "SGML called .txt": ("x.txt", lambda texts: _sgml(texts, "tstset")),
    "SGML in capitals, two segments per line": ("x.txt", lambda t: _sgml(t).replace("</seg>\n", "</seg>").replace("<seg", "<SEG").replace("</seg", "</SEG")),
    "SGML with a declaration": ("x.xml", lambda t: f'<?xml version="1.0"?>\n<!DOCTYPE mteval SYSTEM "a.dtd">\n<mteval>\n{_sgml(t)}</mteval>\n'),
    "SubRip": ("x.srt", _srt),
    "SubRip without an ending": ("x", _srt),
    "WebVTT": ("x.vtt", _vtt),
    "WebVTT called .txt": ("x.txt", _vtt),
    "a JSON list": ("x.json", lambda texts: json.dumps(texts, indent=1)),
    "a JSON list on one line, called .txt": ("x.txt", lambda texts: json.dumps(texts)),
    "JSON objects": ("x.json", lambda texts: json.dumps([{"id": i, "text": t} for i, t in enumerate(texts)])),
    "a JSON list in an object": ("x.json", lambda texts: json.dumps({"version": 1, "data": [{"text": t} for t in texts]})),
    "JSON Lines of texts": ("x.jsonl", lambda texts: "".join(json.dumps(t) + "\n" for t in texts)),
    "JSON Lines of objects": ("x.jsonl", lambda texts: "".join(json.dumps({"sentence": t, "n": 1}) + "\n" for t in texts) + "\n"),
    "JSON Lines without an ending": ("x.out", lambda texts: "".join(json.dumps({"text": t}) + "\n" for t in texts)),
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("form", FORMS)
def test_a_form_that_marks_segments_scores_as_the_texts_do(cli: Cli, write: Write, form: str) -> None:
    plain = [write(f"{name}.txt", "\n".join(texts) + "\n") for name, texts in (("r", REFERENCE), ("h", HYPOTHESIS))]
    expected = cli("score", *plain, "-m", "bleu", "chrf", "ter", "-b", "-w", "8", "-o", plain[0].parent / "plain")
    name, make = FORMS[form]
    files = [write(f"{side}-{name}", make(texts)) for side, texts in (("ref", REFERENCE), ("hyp", HYPOTHESIS))]
    for pair, folder in ((files, "both"), ([plain[0], files[1]], "one")):
        found = cli("score", *pair, "-m", "bleu", "chrf", "ter", "-b", "-w", "8", "-o", plain[0].parent / folder)
        assert (found.code, found.out) == (0, expected.out), found.err
        assert "note: Read as" in found.err


def test_one_text_alone_is_one_segment(write: Write) -> None:
    for name, content in (("a.jsonl", '"One."\n'), ("b.jsonl", '{"text": "One."}\n'), ("c.json", '["One."]'), ("d.json", '{"text": "One."}')):
        inputs = read_inputs([str(write("r.txt", "One.\n"))], {"s": str(write(name, content))})
        assert inputs.systems["s"].lines == ("One.",)


def test_segments_are_found_by_document_and_number(write: Write) -> None:
    turned = _sgml(HYPOTHESIS).replace('id="1"', 'id="X"').replace('id="2"', 'id="1"').replace('id="X"', 'id="2"')
    inputs = read_inputs([str(write("r.sgm", _sgml(REFERENCE)))], {"s": str(write("h.sgm", turned))})
    assert inputs.systems["s"].lines == (HYPOTHESIS[1], HYPOTHESIS[0], HYPOTHESIS[2])
    assert (inputs.documents, inputs.unit) == (("d1",) * 3, "segment")
    with pytest.raises(EvaluatorError, match=r"has 2 segments, .*r.sgm has 3; it lacks 1, the first is 'd1 3'"):
        read_inputs([str(write("r.sgm", _sgml(REFERENCE)))], {"s": str(write("h.sgm", _sgml(HYPOTHESIS[:2])))})


def test_several_references_in_one_sgml_file_are_all_taken() -> None:
    two = _sgml(REFERENCE).replace('docid="d1"', 'docid="d1" sysid="ref1"') + _sgml(HYPOTHESIS[:2]).replace('docid="d1"', 'docid="d1" sysid="ref2"')
    file = read_sgml("r.sgm", two, "")
    assert list(file.streams) == ["ref1", "ref2"]
    assert list(file.streams["ref2"]) == [*HYPOTHESIS[:2], None]


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("x.txt", "<!DOCTYPE html>\n<html><body><p>One.</p></body></html>\n", "is HTML"),
        ("x.txt", "<p>One.</p>\n<p>Two.</p>\n", "is HTML"),
        ("x.html", "Just text\n", "is HTML"),
        ("x.txt", '<?xml version="1.0"?>\n<xliff version="1.2"><file/></xliff>', "is XLIFF"),
        ("x.xlf", "whatever\n", "is XLIFF"),
        ("x.tmx", '<?xml version="1.0"?><tmx version="1.4"><body/></tmx>', "is TMX"),
        ("x.xml", '<?xml version="1.0"?><tt xmlns="http://www.w3.org/ns/ttml"><p>One.</p></tt>', "is TTML"),
        ("x.xml", '<?xml version="1.0"?><notes><note>One.</note></notes>', "its root is <notes>"),
        ("x.md", "# Title\n\nOne **bold** word.\n", "is Markdown"),
        ("x.rtf", "{\\rtf1 One.}", "is RTF"),
        ("x.srt", "One.\nTwo.\n", "neither a cue's timing"),
        ("x.srt", "1\n00:00:01,000 --> 00:00:02,000\nOne.\n\n2\n00:00:03,000 -> 00:00:04,000\nTwo.\n", "line 6: '00:00:03,000 -> 00:00:04,000' instead"),
        ("x.srt", "1\n00:00:01,000 --> 00:00:02,000\nOne.\n2\n00:00:03,000 --> 00:00:04,000\nTwo.\n", "inside another one"),
        ("x.vtt", "WEBVTT\n\nOne.\nTwo.\n", "instead of the timing"),
        ("x.sgm", "One.\nTwo.\n", "has no <seg>"),
        ("x.sgm", '<refset><doc docid="d"><seg id="1">One.<seg id="2">Two.</seg></doc></refset>', "does not end before the next"),
        ("x.sgm", '<refset><doc docid="d"><seg id="1">One.</seg><seg id="1">Two.</seg></doc></refset>', "is there twice"),
        ("x.json", '["One.", "Two."', "begins like JSON and is not"),
        ("x.json", '["One.", 2]', "element 2: int instead"),
        ("x.json", '{"a": 1}', "no field holds the text"),
        ("x.json", "[]", "empty JSON list"),
        ("x.jsonl", '{"text": "One."}\n{"txt": "Two."}\n', "line 2: no field 'text'"),
        ("x.jsonl", '{"text": "One."}\n{"text": null}\n', "line 2, field text: null instead"),
        ("x.jsonl", '{"a": "One.", "b": "Two."}\n', "no field holds the text"),
        ("x.jsonl", '{"translation": {"en": "One."}}\n', "dict instead of text"),
        ("x.jsonl", '{"reference": "r", "hypothesis": "h"}\n', "is a table; give it alone"),
        ("x.jsonl", '{"text": "\\ud800"}\n', "surrogate"),
    ],
)  # fmt: skip
def test_what_has_no_one_clear_meaning_is_refused_with_the_way_out(cli: Cli, write: Write, name: str, content: str, words: str) -> None:
    reference = write("ref.txt", "One.\nTwo.\n")
    result = cli("score", reference, write(name, content), "-m", "bleu", "-b", "-o", reference.parent / "run")
    assert result.code == 2
    assert words in result.err
    assert result.err.count("\n") == 1


@pytest.mark.parametrize(
    "content",
    [
        "<3 this.\nI <b>love</b> it.\n", "[Applause] Thank you.\n[Music]\n", '"Quoted."\n"Again."\n', "{sic} as written\nTwo.\n",
        "7\n8\n", "# 1 in the charts\nTwo.\n",
        "WEBVTTX\nTwo.\n", "a --> b\nTwo.\n", "<unk> is a token\nTwo.\n",
    ],
)  # fmt: skip
def test_text_that_only_begins_like_markup_stays_text(write: Write, content: str) -> None:
    path = str(write("a.txt", content))
    inputs = read_inputs([path], {"s": str(write("b.txt", "One.\nTwo.\n"))})
    assert inputs.references[0].lines == tuple(content.removesuffix("\n").split("\n"))


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (["Fish &amp; chips are here.", "The &quot;old&quot; pier shut."], "HTML entities such as '&amp;'"),
        (["The <b>pier</b> shut.", "Ships wait."], "tags as HTML or XML has them, such as '<b>'"),
        (["The **pier** shut.", "Ships wait."], "holds Markdown such as '**pier**'"),
        (["## The pier", "Ships wait."], "holds Markdown such as '## T'"),
        (["1 00:00:01,000 then", "00:00:01,000 --> 00:00:02,000"], "the timing of subtitles"),
    ],
)
def test_text_that_looks_like_markup_is_a_finding_of_check_and_a_note_of_score(cli: Cli, write: Write, lines: list[str], words: str) -> None:
    good = ["The pier was shut.", "Ships are waiting.", *(f"Day {k} of the strike has passed." for k in range(9))]
    reference, system = write("r.txt", "\n".join(good) + "\n"), write("s.txt", "\n".join([lines[0], lines[1], *good[2:]]) + "\n")
    checked = cli("check", reference, system, "--model", "none")
    assert checked.code == 1
    assert words in checked.out or ("entities" in words and "look tokenized or escaped" in checked.out)
    scored = cli("score", reference, system, "-m", "bleu", "-b", "-o", reference.parent / "run")
    assert "note: check: s: " in scored.err


def test_plain_markdown_without_marks_is_text(write: Write) -> None:
    inputs = read_inputs([str(write("a.md", "One line.\nTwo lines.\n"))], {"s": str(write("b.txt", "One.\nTwo.\n"))})
    assert inputs.references[0].lines == ("One line.", "Two lines.")
