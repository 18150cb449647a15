"""Tables as pandas, Datasets and spreadsheets write them: read as the texts that they hold, or answered with the cause."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
import sacrebleu

from evaluator.readers.batches import open_batches
from evaluator.readers.inputs import group_table, read_table
from evaluator.types import EvaluatorError
from tests.conftest import Cli

Write = Callable[[str, str | bytes], Path]
PAIRS = [
    ('He called it "a mess".', 'It was "a mess", he said.'),
    ("Two, three, or four?", "Two or three; or four."),
    ("It rained all day.", "It rained the whole day."),
]
FRAME = pd.DataFrame(PAIRS, columns=["reference", "hypothesis"])
Save = Callable[[pd.DataFrame, Path], object]
WRITERS: dict[str, tuple[str, Save]] = {
    "to_csv": ("t.csv", lambda f, p: f.to_csv(p, index=False)),
    "to_csv with index": ("t.csv", lambda f, p: f.to_csv(p)),
    "to_csv with a named index": ("t.csv", lambda f, p: f.rename_axis("row").to_csv(p)),
    "tabs": ("t.tsv", lambda f, p: f.to_csv(p, sep="\t", index=False)),
    "tabs with index": ("t.tsv", lambda f, p: f.to_csv(p, sep="\t")),
    "tabs called .csv": ("t.csv", lambda f, p: f.to_csv(p, sep="\t", index=False)),
    "tabs called .txt": ("t.txt", lambda f, p: f.to_csv(p, sep="\t", index=False)),
    "commas called .tsv": ("t.tsv", lambda f, p: f.to_csv(p, index=False)),
    "semicolons": ("t.csv", lambda f, p: f.to_csv(p, sep=";", index=False)),
    "tabs, all quoted": ("t.tsv", lambda f, p: f.to_csv(p, sep="\t", index=False, quoting=csv.QUOTE_ALL)),
    "tabs, texts quoted, index": ("t.tsv", lambda f, p: f.to_csv(p, sep="\t", quoting=csv.QUOTE_NONNUMERIC)),
    "Windows line ends and a blank last line": ("t.tsv", lambda f, p: p.write_bytes(f.to_csv(sep="\t", index=False, lineterminator="\r\n").encode() + b"\r\n")),
    "a byte-order mark": ("t.csv", lambda f, p: f.to_csv(p, index=False, encoding="utf-8-sig")),
    "capital names": ("t.csv", lambda f, p: f.rename(columns=str.title).to_csv(p, index=False)),
    "JSON records": ("t.json", lambda f, p: f.to_json(p, orient="records")),
    "JSON lines": ("t.jsonl", lambda f, p: f.to_json(p, orient="records", lines=True)),
    "JSON columns": ("t.json", lambda f, p: f.to_json(p)),
    "JSON index": ("t.json", lambda f, p: f.to_json(p, orient="index")),
    "JSON split": ("t.json", lambda f, p: f.to_json(p, orient="split")),
    "JSON table": ("t.json", lambda f, p: f.to_json(p, orient="table")),
    "lists by column": ("t.json", lambda f, p: p.write_text(json.dumps(f.to_dict(orient="list")))),
    "an array over lines called .jsonl": ("t.jsonl", lambda f, p: p.write_text(json.dumps(f.to_dict(orient="records"), indent=1))),
    "Parquet": ("t.parquet", lambda f, p: f.to_parquet(p)),
}  # fmt: skip


@pytest.mark.parametrize("writer", WRITERS)
def test_what_pandas_writes_is_read(tmp_path: Path, writer: str) -> None:
    name, save = WRITERS[writer]
    save(FRAME, tmp_path / name)
    (system,) = group_table(read_table(str(tmp_path / name))).systems
    assert [(pair.references[0], pair.hypothesis) for pair in system.pairs] == PAIRS


@pytest.mark.parametrize("name", ["t.csv", "t.json", "t.parquet"])
def test_a_list_of_references_in_a_cell_is_several_references(tmp_path: Path, name: str) -> None:
    frame = pd.DataFrame({"reference": [["It's on.", 'Say "on".'], ["One."]], "hypothesis": ["h", "i"]})
    writers: dict[str, Callable[[Path], object]] = {"csv": frame.to_csv, "json": frame.to_json, "parquet": frame.to_parquet}
    writers[name.split(".")[1]](tmp_path / name)
    evalset = group_table(read_table(str(tmp_path / name)))
    assert [pair.references for pair in evalset.systems[0].pairs] == [("It's on.", 'Say "on".'), ("One.", None)]


QUOTATIONS = 'reference\thypothesis\n"It is late," he said.\t"It is late."\n"Go!"\t"Go," she said.\nIt rained.\tIt poured.\n'


def test_quotation_marks_of_texts_stay_in_tabs(cli: Cli, write: Write) -> None:
    path = write("t.tsv", QUOTATIONS)
    table = read_table(str(path))
    assert table.columns["hypothesis"] == ['"It is late."', '"Go," she said.', "It poured."]
    assert "2 cells stand in quotation marks, which were kept" in table.notes[0]
    assert "2 cells stand in quotation marks" in cli("score", path, "-m", "bleu", "-b", "-o", path.parent / "run").err
    all_quoted = write("u.tsv", 'reference\thypothesis\n"Go!"\t"Go."\n')
    assert read_table(str(all_quoted)).columns["reference"] == ["Go!"]
    bare = read_table(str(all_quoted), quoting=False)
    assert (bare.columns["reference"], bare.notes) == (['"Go!"'], ())
    result = cli("score", all_quoted, "--no-quoting", "-m", "bleu", "-o", path.parent / "bare", "-q")
    assert result.code == 0
    with open(path.parent / "bare" / "segments.csv", encoding="utf-8", newline="") as file:
        assert next(csv.DictReader(file))["reference"] == '"Go!"'
    assert json.loads((path.parent / "bare" / "run.json").read_text(encoding="utf-8"))["options"]["quoting"] is False
    assert "every number is the same" in cli("verify", path.parent / "bare").out


def test_cells_with_a_comma_that_a_spreadsheet_quoted_are_read(write: Write) -> None:
    path = write("t.tsv", 'reference\thypothesis\n"Two, three."\tTwo and three.\nOne.\t"One, or so."\n')
    assert read_table(str(path)).columns["reference"] == ["Two, three.", "One."]


def test_a_line_break_in_a_quoted_cell_of_a_tab_separated_table_is_read(write: Write) -> None:
    path = write("t.tsv", 'reference\thypothesis\n"One\ntwo."\tOne two.\nThree.\tThree.\n')
    assert read_table(str(path)).columns["reference"] == ["One\ntwo.", "Three."]


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("t.tsv", "It rained all day.\tIt rained the whole day.\n", "has no header line: its first line is 'It rained all day. | It rained"),
        ("t.csv", "0,1\na b,c d\n", "has no header line"),
        ("t.csv", 'reference,hypothesis\n"He said" she said,b\n', "use --no-quoting if they are all text"),
        ("t.csv", "reference,hypothesis\nOne, two,b\n", "3 cells, but the header names 2 columns. A text with a comma must stand in quotation marks."),
        ("t.tsv", 'reference\thypothesis\n"a ""b"""\t"c" d\n', "not RFC 4180"),
        ("t.json", '{"reference": ["a", "b"], "hypothesis": ["c"]}', "columns of different length: reference 2, hypothesis 1"),
        ("t.json", '[["a", "b"]]', "list instead of an object"),
        ("t.jsonl", '{"reference": ["a", "b"], "reference_2": "c", "hypothesis": "d"}\n', "keep one of the two"),
        ("t.jsonl", '{"reference": ["a", 7], "hypothesis": "d"}\n', "int instead of text"),
        ("t.jsonl", '{"reference": [], "hypothesis": "d"}\n{"reference": [null], "hypothesis": "d"}\n', ""),
    ],
)
def test_what_cannot_be_read_names_the_cause(write: Write, name: str, content: str, words: str) -> None:
    if not words:  # no reference at all is an empty segment, as an empty cell is
        assert read_table(str(write(name, content))).columns["reference"] == ["", ""]
        return
    with pytest.raises(EvaluatorError) as error:
        read_table(str(write(name, content)))
    assert words in str(error.value)


PARTED = pd.DataFrame({"reference": ["It rained, they say; or not.", "She left."], "hypothesis": ["It was raining.", "She has left."]})


@pytest.mark.parametrize("name", ["t.csv", "t.tsv", "t.txt"])
@pytest.mark.parametrize("above", ["", "sep=%s\n", '"sep=%s"\r\n', "SEP=%s\n\n"])
@pytest.mark.parametrize("separator", [";", "|", "\t", ",", "~"])
def test_cells_are_parted_as_the_header_or_a_line_above_it_says(write: Write, name: str, above: str, separator: str) -> None:
    path = write(name, (above % separator if above else "") + PARTED.to_csv(sep=separator, index=False))
    if separator == "~" and not above:
        with pytest.raises(EvaluatorError, match=r"alone is not enough" if name == "t.txt" else r"parted by tabs, commas, semicolons or \|"):
            read_table(str(path))
        return
    table = read_table(str(path))
    assert [table.columns[str(name)] for name in PARTED] == [list(PARTED[name]) for name in PARTED]


@pytest.mark.parametrize(("name", "above", "separator"), [("t.csv", "sep=;\r\n", ";"), ("t.tsv", "sep=\t\n", "\t"), ("t.csv", "", "|")])
def test_a_streamed_table_is_parted_likewise(write: Write, name: str, above: str, separator: str) -> None:
    text = above + PARTED.to_csv(sep=separator, index=False) + "torn" + separator + "a" + separator + "b\n"
    file = open_batches(str(write(name, text)))
    (batch,) = list(file.batches)
    assert [batch.columns[str(name)] for name in PARTED] == [list(PARTED[name]) for name in PARTED]
    assert [bad.number for bad in batch.bad] == [text.count("\n")]
    with pytest.raises(EvaluatorError, match=f"line {text.count(chr(10))}: 3 cells"):
        read_table(str(write(name, text)))


def test_a_table_that_markdown_draws_is_refused(write: Write) -> None:
    text = "| reference | hypothesis |\n|---|:--|\n| It rained. | It was raining. |\n"
    for name in ("t.txt", "t.csv"):
        with pytest.raises(EvaluatorError, match="is a table in Markdown; write it with tabs"):
            read_table(str(write(name, text)))
    with pytest.raises(EvaluatorError, match="is a table in Markdown"):
        open_batches(str(write("t.csv", text)))


JSON_TABLES: dict[str, Callable[[], str]] = {
    "records": lambda: PARTED.to_json(orient="records"),
    "lines": lambda: PARTED.to_json(orient="records", lines=True),
    "columns": lambda: PARTED.to_json(),
}


@pytest.mark.parametrize("name", ["t.csv", "t.tsv", "t.txt", "t"])
@pytest.mark.parametrize("form", list(JSON_TABLES))
def test_json_is_json_under_any_name(write: Write, name: str, form: str) -> None:
    table = read_table(str(write(name, JSON_TABLES[form]())))
    assert [table.columns[str(name)] for name in PARTED] == [list(PARTED[name]) for name in PARTED]


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("t.csv", '[{"reference": "a", "hypothesis": "b"},', "begins like JSON and is not"),
        ("t.tsv", '{"reference": "a"}\n{"reference": "b"}\n', "has no column 'hypothesis'"),
        ("t.csv", '["a", "b"]\n', "str instead of an object with named fields"),
        ("t.csv", "<html><body><table></table></body></html>", "is HTML"),
        ("t.tsv", "1\n00:00:01,000 --> 00:00:02,000\nA text.\n", "is no table: it is SubRip subtitles"),
        ("t.csv", "It rained;It was raining\nShe left;She has left\n", "has no header line: its first line is 'It rained | It was"),
        ("t.csv", "It rained all day.\nShe left.\n", "has no header line that names columns: its first line is 'It rained all day.'"),
    ],
)
def test_what_is_called_a_table_and_is_none_says_what_it_is(write: Write, name: str, content: str, words: str) -> None:
    with pytest.raises(EvaluatorError) as error:
        read_table(str(write(name, content)))
    assert words in str(error.value)


def test_json_texts_called_a_table_are_texts_and_a_table_called_a_text_is_none(cli: Cli, write: Write) -> None:
    reference, hypothesis = write("r.csv", json.dumps(list(PARTED["reference"]))), write("h.txt", "\n".join(PARTED["hypothesis"]) + "\n")
    expected = sacrebleu.corpus_bleu(list(PARTED["hypothesis"]), [list(PARTED["reference"])]).score
    assert cli("score", reference, hypothesis, "-m", "bleu", "-b", "-w", "10").out.strip() == f"{expected:.10f}"
    for name in ("t.csv", "u.txt"):
        result = cli("score", write(name, PARTED.to_csv(index=False)), write("h3.txt", "a\nb\nc\n"), "-m", "bleu", "-b")
        assert (result.code, result.out, f"{name} is a table; give it alone" in result.err) == (2, "", True)
