"""Tables with named columns."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from evaluator.readers.inputs import group_table, read_table
from evaluator.types import EvaluatorError

Write = Callable[[str, str | bytes], Path]
ROWS = [
    {"system": "a", "document": "d", "reference": 'He said "no", twice.', "hypothesis": "He said no\ntwice.", "source": "Er sagte nein."},
    {"system": "a", "document": "e", "reference": "NA", "hypothesis": "", "source": "null"},
    {"system": "b", "document": "d", "reference": 'He said "no", twice.', "hypothesis": " = 1+1 ", "source": "Er sagte nein."},
    {"system": "b", "document": "e", "reference": "NA", "hypothesis": "nan", "source": "null"},
]


def _write_table(folder: Path, suffix: str) -> Path:
    path = folder / f"t.{suffix}"
    rows = [dict(row) for row in ROWS]
    if suffix == "tsv":
        for row in rows:
            row["hypothesis"] = row["hypothesis"].replace("\n", " ")
        path.write_text("\n".join("\t".join(row) for row in [list(rows[0]), *(list(r.values()) for r in rows)]) + "\n", encoding="utf-8")
    elif suffix == "csv":
        pd.DataFrame(rows).to_csv(path, index=False)
    elif suffix == "jsonl":
        path.write_text("\n".join(json.dumps(row) for row in rows) + "\n\n", encoding="utf-8")
    else:
        pd.DataFrame(rows).to_parquet(path)
    return path


@pytest.mark.parametrize("suffix", ["tsv", "csv", "jsonl", "parquet"])
def test_every_table_form_gives_the_texts_verbatim(tmp_path: Path, suffix: str) -> None:
    evalset = group_table(read_table(str(_write_table(tmp_path, suffix))))
    assert [system.name for system in evalset.systems] == ["a", "b"]
    first, second = evalset.systems[0].pairs
    assert first.references == ('He said "no", twice.',)
    assert first.hypothesis == ROWS[0]["hypothesis"].replace("\n", " " if suffix == "tsv" else "\n")
    assert (second.references, second.hypothesis, second.alignment, second.document, second.segment) == (("NA",), "", "1-0", "e", 1)
    assert evalset.systems[1].pairs[1].hypothesis == "nan"


def test_short_column_names_are_understood(write: Write) -> None:
    evalset = group_table(read_table(str(write("t.tsv", "src\tmt\tref\tid\nq\th\tr\t7\n"))))
    assert evalset.systems[0].pairs[0].source == "q"
    assert evalset.systems[0].name == "t"


def test_further_references_are_columns(write: Write) -> None:
    evalset = group_table(read_table(str(write("t.tsv", "reference\thypothesis\treference_2\nr\th\tr2\ns\ti\t\n"))))
    assert evalset.n_references == 2
    assert [pair.references for pair in evalset.systems[0].pairs] == [("r", "r2"), ("s", None)]


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("t.tsv", "referense\thypothesis\na\tb\n", "no column 'reference'. Is it referense?"),
        ("t.tsv", "reference\nb\n", "no column 'hypothesis'"),
        ("t.tsv", "reference\thypothesis\na\n", "line 2: 1 cells, but the header names 2"),
        ("t.tsv", "reference\thypothesis\treference\na\tb\tc\n", "names the column 'reference' twice"),
        ("t.tsv", "reference\tref\thypothesis\na\tb\tc\n", "mean the same"),
        ("t.tsv", "reference\thypothesis\n", "no rows"),
        ("t.csv", 'reference,hypothesis\n"a,b\n', "not RFC 4180"),
        ("t.csv", "reference,hypothesis\na,b,c\n", "line 2: 3 cells"),
        ("t.jsonl", '{"reference": "a", "hypothesis": "b"}\n{oops\n', "line 2: not JSON"),
        ("t.jsonl", '["a"]\n', "str instead of an object"),
        ("t.jsonl", '{"reference": "a", "hypothesis": null}\n', "line 1, column hypothesis: null instead of text"),
        ("t.jsonl", '{"reference": "a", "hypothesis": 7}\n', "int instead of text"),
        ("t.jsonl", '{"reference": "a", "hypothesis": "\\ud800"}\n', "surrogate"),
        ("t.parquet", "no parquet", "is not a Parquet file"),
        ("t.tsv", "reference\thypothesis\treference_3\na\tb\tc\n", "number further references"),
        ("t.csv", "\ufeff", "no column 'reference'"),
        ("t.jsonl", "\ufeff\n", "no column 'reference'"),
        ("t.jsonl", "[" * 200000, "not JSON"),
        ("t.jsonl", '{"reference": "a", "hypothesis": "b"}\n{"system": "x", "reference": "a", "hypothesis": "b"}\n', "column system: null"),
        ("t.txt", "a\n", "alone is not enough"),
    ],
)
def test_tables_that_cannot_be_used_are_refused(write: Write, name: str, content: str, words: str) -> None:
    with pytest.raises(EvaluatorError) as error:
        read_table(str(write(name, content)))
    assert words in str(error.value)


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ("a\tr1\th\nb\tr1\th\nb\tr2\th\n", "'b' has 2 rows, 'a' has 1"),
        ("a\tr1\th\nb\tOTHER\th\n", "row 3: segment 1 of system 'b' has another document or reference"),
    ],
)
def test_systems_with_other_references_are_refused(write: Write, rows: str, words: str) -> None:
    table = read_table(str(write("t.tsv", "system\treference\thypothesis\n" + rows)))
    with pytest.raises(EvaluatorError) as error:
        group_table(table)
    assert words in str(error.value)
