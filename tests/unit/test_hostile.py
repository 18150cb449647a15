"""Files made to harm: they run nothing, fetch nothing, write nowhere else, and take bounded time and memory; one message says what they are."""

from __future__ import annotations

import gzip
import json
import os
import resource
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from evaluator.alignment.cuts import find_extras
from evaluator.check import Overlap, preflight_notes
from evaluator.metrics.overlap import OVERLAP, corpus_chrf
from evaluator.readers import bounds, chunks
from evaluator.readers.inputs import group_table, read_inputs, read_table
from evaluator.readers.tables import table_in_memory
from evaluator.types import EvaluatorError
from tests.conftest import Cli

Write = Callable[[str, str | bytes], Path]
N = 20_000
"""Characters: quadratic time would be hundreds of millions of steps."""
original_open = open
MOST = 2.0
"""Seconds of CPU time for any of them, most of a thousand times what it takes."""


def seconds_of(work: Callable[[], object]) -> float:
    began = time.process_time()
    with suppress(EvaluatorError):
        work()
    return time.process_time() - began


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.sgm", "<seg" + ' a="1"' * 60 + "\n<seg id=1>x</seg>"),
        ("b.sgm", "<doc><seg id=1>x</seg>" + "<seg " * N),
        ("c.sgm", "<seg id=1>" + "<seg " * N),
        ("a.vtt", "WEBVTT\n\n00:00.000 --> 00:01.000" + " a:a:a:a" * 60 + " x\ntext\n"),
        ("a.srt", "1\n00:00:00,000 --> 00:00:01,000\n" + "<i " * N + "\n\n00:00" + "-" * N + "\n"),
        ("spaces.txt", " " * N + "x\n"),
        ("comments.txt", "<!---->" * N + "<a><b/></a>"),
        ("doctype.xml", "<!DOCTYPE a [" + "]" * N + "<a/>"),
        ("links.md", "[" * N + "](\n"),
        ("links2.md", "[a](" * N + "\n"),
        ("rule.csv", "reference|hypothesis\n" + " " * N + "x\n"),
        ("braces.json", "[" * N),
        ("quotes.tsv", "reference\thypothesis\n" + '"' * N + "\tx\n"),
    ],
)
def test_no_text_makes_a_reader_take_time_without_end(write: Write, name: str, text: str) -> None:
    path = write(name, text)
    assert seconds_of(lambda: read_inputs([str(path)], {"a": str(path)})) < MOST
    assert seconds_of(lambda: read_table(str(path))) < MOST


@pytest.mark.parametrize("text", ["[" * N + "](x", '"a"' + " " * N + "x", "." * N + "x", "<a " * N, "&" * N, "**a " * N, "«" * N, "(" * N, "\u0301" * N])
def test_no_paragraph_makes_checks_or_cuts_take_time_without_end(text: str) -> None:
    evalset = group_table(table_in_memory("t", {"reference": [text], "hypothesis": [text + "."]}))
    assert seconds_of(lambda: preflight_notes(evalset, Overlap(OVERLAP, corpus_chrf))) < MOST
    assert seconds_of(lambda: find_extras("The dam broke.", text)) < MOST


def test_a_gzip_bomb_is_refused_before_it_fills_the_memory(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, "MAX_UNPACKED", 1 << 16)
    bomb = write("bomb.txt.gz", gzip.compress(b"a\n" * 5_000_000))
    with pytest.raises(EvaluatorError, match="unpacks to more than"):
        read_inputs([str(bomb)], {"a": str(bomb)})
    fine = write("fine.txt.gz", gzip.compress(b"a dam broke\n" * 1000))
    assert len(read_inputs([str(fine)], {"a": str(fine)}).references[0].lines) == 1000


def test_a_parquet_bomb_is_refused_before_it_fills_the_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import pyarrow
    import pyarrow.parquet

    monkeypatch.setattr(bounds, "MAX_UNPACKED", 1 << 20)
    path = tmp_path / "bomb.parquet"
    pyarrow.parquet.write_table(pyarrow.table({"reference": ["a" * 5000] * 20_000, "hypothesis": ["b"] * 20_000}), path)
    assert path.stat().st_size < 100_000
    with pytest.raises(EvaluatorError, match="unpacks to more than"):
        read_table(str(path))


@pytest.mark.parametrize("stream", [False, True])
def test_parquet_text_that_is_no_utf8_is_one_message(tmp_path: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch, stream: bool) -> None:
    import pyarrow
    import pyarrow.parquet

    monkeypatch.chdir(tmp_path)
    broken = pyarrow.array([b"\xff\xfe", b"fine"]).view(pyarrow.string())
    pyarrow.parquet.write_table(pyarrow.table({"reference": broken, "hypothesis": ["a", "b"]}), "t.parquet")
    result = cli("score", "t.parquet", "-m", "bleu", "-o", "run", *(["--stream"] if stream else []))
    assert (result.code, "t.parquet is" in result.err, Path("run").exists()) == (2, True, False), result.err


def test_a_line_without_end_does_not_fill_the_memory_of_a_stream(write: Write, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chunks, "MAX_LINE", 4 * chunks.CHUNK)
    path = write("t.tsv.gz", gzip.compress(b"reference\thypothesis\na\tb\n" + bytes(b"x" * (8 << 20))))
    monkeypatch.chdir(path.parent)
    result = cli("score", "t.tsv.gz", "--stream", "-m", "bleu", "-o", "run", "--workers", "1")
    assert (result.code, "has a line of more than 4 MiB" in result.err) == (2, True), result.err


class Growing:
    """A file that somebody writes to while it is read."""

    def __init__(self, path: str) -> None:
        self.path, self.file = path, original_open(path, "rb")

    def __enter__(self) -> Growing:
        return self

    def __exit__(self, *_: object) -> None:
        self.file.close()

    def __getattr__(self, name: str) -> object:
        return getattr(self.file, name)

    def read(self) -> bytes:
        data: bytes = self.file.read()
        with original_open(self.path, "ab") as more:
            more.write(b"three\n")
        return data


def test_a_file_that_changes_while_it_is_read_is_said(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write("a.txt", "one\ntwo\n")
    monkeypatch.setattr("builtins.open", lambda place, *_: Growing(place))
    with pytest.raises(EvaluatorError, match="changed while it was read: from 8 to 14 bytes"):
        bounds.read_file(path)


def test_a_device_without_end_is_refused(cli: Cli, write: Write) -> None:
    result = cli("score", write("a.txt", "x\n"), "/dev/zero", "-m", "bleu")
    assert (result.code, "/dev/zero is a device" in result.err) == (2, True)


LAUGHS = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "\n".join(f"{chr(98 + k)}: &{chr(98 + k)} [{','.join(['*' + chr(97 + k)] * 9)}]" for k in range(9))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param(LAUGHS, "more than 100000 values", marks=pytest.mark.slow),
        ("a: &a [*a]", "nested too deeply"),
        ("suite: !!python/object/apply:os.system ['touch ran']", "sets"),
        ("suite: !!python/name:os.system x", "cannot be read as"),
        ("options: {resamples: 0x" + "f" * 6000 + "}", "more than 64 bits"),
        ("x: " + "y" * 1_100_000, "characters, and what a suite is read from has at most"),
        ("[" * 5000, "nested too deeply"),
        pytest.param("[a," * 5000, "nested too deeply", marks=pytest.mark.slow),
        ("a: !!binary x\nb: !!timestamp 2001-99-99\nc: !!int x\nd: !!float x", "cannot be read as"),
        ("suite: ../../out\nsets: []", "it names a folder"),
        ("sets: [{name: ../up, reference: r.txt}]", "it names a folder"),
        ("sets: [{reference: r.txt, card: ../../../etc/passwd}]", "a set has one of"),
    ],
)
def test_a_suite_made_to_harm_is_one_message(write: Write, cli: Cli, monkeypatch: pytest.MonkeyPatch, text: str, words: str) -> None:
    path = write("s.yaml", text + "\n")
    monkeypatch.chdir(path.parent)
    began = time.process_time()
    for command in (["validate", "s.yaml"], ["bench", "s.yaml", "-o", "results"]):
        result = cli(*command)
        assert (result.code, words in result.err) == (2, True), result.err[:500]
        assert len(result.err) < 4000
    assert time.process_time() - began < 10
    assert sorted(os.listdir()) == ["s.yaml"]


def test_xml_entities_are_neither_unfolded_nor_fetched(write: Write, cli: Cli) -> None:
    secret = write("secret.txt", "the secret\n")
    laughs = "".join(f'<!ENTITY {chr(98 + k)} "{f"&{chr(97 + k)};" * 10}">' for k in range(9))
    document = "<dataset><doc id='d'><src><p><seg id='1'>s</seg></p></src><ref translator='A'><p><seg id='1'>&{0};</seg></p></ref>"
    document += "<hyp system='x'><p><seg id='1'>h</seg></p></hyp></doc></dataset>"
    for name, entities in (("laughs.xml", f'<!ENTITY a "lol">{laughs}'), ("outside.xml", f'<!ENTITY j SYSTEM "file://{secret}">')):
        path = write(name, f"<?xml version='1.0'?><!DOCTYPE dataset [{entities}]>" + document.replace("{0}", "j"))
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        result = cli("score", path, "-m", "bleu", "-b")
        assert (result.code, "the secret" in result.out + result.err) == (2, False)
        assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200_000


def test_links_out_of_the_results_are_not_written_through(write: Write, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    precious = write("precious.txt", "precious\n")
    write("r.txt", "It rained.\n")
    write("h.txt", "It rains.\n")
    write("t.tsv", "reference\thypothesis\nIt rained.\tIt rains.\n")
    write("s.yaml", "suite: s\nmetrics: [bleu]\noptions: {resamples: 100}\nsets: [{name: one, reference: r.txt, system_files: [h.txt]}]\n")
    monkeypatch.chdir(precious.parent)
    for place, command in {
        "results/s/.lock": ["bench", "s.yaml", "-o", "results"],
        "results/index.csv": ["bench", "s.yaml", "-o", "results"],
        "run.partial": ["score", "t.tsv", "--stream", "-m", "bleu", "-o", "run", "--workers", "1"],
    }.items():
        Path(place).parent.mkdir(parents=True, exist_ok=True)
        target = precious if place != "run.partial" else precious.parent / "elsewhere"
        (precious.parent / "elsewhere").mkdir(exist_ok=True)
        Path(place).symlink_to(target)
        result = cli(*command)
        assert (result.code, "is a symbolic link" in result.err) == (2, True), (place, result.err)
        assert precious.read_text(encoding="utf-8") == "precious\n"
        assert not any((precious.parent / "elsewhere").iterdir())
        Path(place).unlink()


def test_reports_replace_a_link_and_leave_what_it_led_to(write: Write, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    precious = write("precious.txt", "precious\n")
    write("r.txt", "It rained.\n")
    monkeypatch.chdir(precious.parent)
    assert cli("score", "r.txt", "a=r.txt", "-m", "bleu", "-o", "run", "--no-report", "-q").code == 0
    Path("run/report.html").symlink_to(precious)
    assert cli("report", "run").code == 0
    assert (precious.read_text(encoding="utf-8"), Path("run/report.html").is_symlink()) == ("precious\n", False)


def test_a_test_set_with_half_a_surrogate_in_a_name_is_one_message(write: Write, cli: Cli) -> None:
    row = {"doc_id": "d\ud800", "src_text": "s", "refs": {"refA": {"ref": "r"}}, "tgt_text": {"sys\ud800": "h"}}
    path = write("t.jsonl", "".join(json.dumps({**row, "doc_id": f"d{k}\ud800"}) + "\n" for k in range(2)))
    result = cli("score", path, "-m", "bleu", "-o", path.parent / "run")
    assert (result.code, "half a surrogate pair" in result.err) == (2, True), result.err
