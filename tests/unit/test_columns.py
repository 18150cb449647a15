"""Tables taken as columns: what one look at many cells gives is what a look at each gives, and no row is a call of its own."""

from __future__ import annotations

import csv
import json
import re
import sys
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluator.cells import _CONTROL, printable
from evaluator.check.characters import _ODD
from evaluator.compare.resample import draw_counts
from evaluator.frames import separated_rows
from evaluator.readers.inputs import group_table
from evaluator.readers.separated import _WHOLE, is_quoted
from evaluator.readers.tables import read_tsv
from evaluator.reports import packed
from evaluator.request import Request
from evaluator.score.jobs import list_jobs
from evaluator.streams.plan import Job, make_shards
from evaluator.streams.shard import run_shard
from evaluator.streams.shard_work import Tools
from tests.own_code import is_ours

CELLS: st.SearchStrategy[Any] = st.one_of(
    st.binary(max_size=3), st.text(alphabet='ab ,"\n\r\t;é'), st.none(), st.booleans(), st.integers(), st.floats(allow_nan=True)
)


@given(st.lists(st.tuples(CELLS, CELLS, CELLS), max_size=8), st.sampled_from([",", "\t"]))
def test_rows_are_those_of_the_csv_module(rows: list[tuple[Any, ...]], separator: str) -> None:
    def plain(value: Any) -> str:
        if isinstance(value, bool):
            return str(value).lower()
        return "" if value is None or value != value else repr(value) if isinstance(value, float) else str(value)

    written = ""
    for row in rows:
        out = StringIO(newline="")
        csv.writer(out, delimiter=separator, lineterminator="\r\n").writerow([plain(value) for value in row])  # "\n" alone would not quote "\r"
        written += out.getvalue().removesuffix("\r\n") + "\n"
    assert separated_rows([list(column) for column in zip(*rows, strict=True)] or [[], [], []], separator) == written


def test_a_table_of_one_column_has_no_empty_line() -> None:
    assert separated_rows([["a", "", None]]) == 'a\n""\n""\n'


def quoted_cell_by_cell(text: str) -> bool:
    """How `is_quoted` tells before it looks at rows that span lines: every cell of the file, one by one."""
    cells = [cell for line in text.removesuffix("\n").split("\n")[1:] for cell in line.split("\t") if cell.strip()]
    whole = [cell for cell in cells if len(cell) > 1 and _WHOLE.fullmatch(cell)]
    texts = [cell for cell in cells if not re.fullmatch(r"-?\d+(?:\.\d+)?", cell)]
    with_comma = [cell for cell in texts if "," in cell]
    return (
        any('""' in cell[1:-1] for cell in whole)
        or bool(whole and len(whole) == len(texts))
        or (len(whole) > 1 and len(with_comma) > 1 and all(cell in whole for cell in with_comma) and all("," in cell for cell in whole))
    )


LINES = st.lists(st.tuples(*(2 * [st.sampled_from(['"a, b"', '"a"', "a", "a, b", "3.5", "", '"say ""no"""', ' "x"', '"'])])), max_size=6)


@given(LINES)
def test_quoting_is_told_as_from_every_cell(lines: list[tuple[str, str]]) -> None:
    text = "".join("\t".join(line) + "\n" for line in [("reference", "hypothesis"), *lines])
    assert is_quoted(text, "\t") == quoted_cell_by_cell(text)  # rows of equal width: none spans lines


@pytest.mark.parametrize("n", [7, 1000, 12_501])
def test_draws_in_pieces_are_those_of_one_call(n: int) -> None:
    drawn = np.random.default_rng(3).integers(n, size=(50, n), dtype=np.int32)
    counts = np.concatenate(list(draw_counts(n, 50, 3)))
    assert (counts == [np.bincount(row, minlength=n) for row in drawn]).all()


@pytest.mark.parametrize("pattern", [_CONTROL, _ODD])
def test_what_is_looked_for_is_never_what_python_prints(pattern: re.Pattern[str]) -> None:
    assert not [hex(code) for code in range(sys.maxunicode + 1) if pattern.match(chr(code)) and chr(code).isprintable()]
    assert printable("a\u00a0b\u200bc") == "a\u00a0b\\u200bc"


TEXTS = st.text(alphabet='ab "\\\n\t\u200b\u00a0é', max_size=6)


@given(st.lists(st.tuples(TEXTS, TEXTS, TEXTS), min_size=1, max_size=5))
def test_texts_of_a_page_are_packed_together_as_one_by_one(rows: list[tuple[str, str, str]]) -> None:
    source, reference, hypothesis = map(list, zip(*rows, strict=True))
    n = len(rows)
    columns = {"source": source, "reference": reference, "hypothesis": hypothesis, "reason": [""] * n, "system": ["a"] * n}

    class Texts:
        """What of `paragraphs.Builder` packing texts asks for."""

        several = False

        def __init__(self) -> None:
            self.columns = columns

        def findings(self, k: int) -> list[Any]:
            return []

        def categories(self) -> list[str]:
            return []

    builder: Any = Texts()
    keys = [(("d", k + 1), [k]) for k in range(n)]
    assert list(packed._entries(builder, keys, [])) == [packed._entry(builder, [k], []) for k in range(n)]
    expected = [[printable(s), [printable(r)], [[k, printable(h)]]] for k, (s, r, h) in enumerate(rows)]
    assert [json.loads(entry) for entry in packed._entries(builder, keys, [])] == expected


def calls_of(work: Callable[[], object]) -> int:
    """Calls of functions of ours while `work` runs, however long they take."""
    calls = 0

    def count(frame: Any, event: str, arg: Any) -> None:
        nonlocal calls
        calls += event == "call" and is_ours(frame.f_code.co_filename)

    sys.setprofile(count)
    try:
        work()
    finally:
        sys.setprofile(None)
    return calls


def table(path: Path, n: int) -> Path:
    lines = [f"The river number {i} rose, and the night was long.\tThe river {i} rose and the night was “long”." for i in range(n)]
    path.write_text("\n".join(["reference\thypothesis", *lines]) + "\n", encoding="utf-8")
    return path


@pytest.mark.slow
def test_a_stream_makes_a_call_a_row_at_most(tmp_path: Path) -> None:
    job = Job(Request(table="", metrics=("bleu", "chrf")))
    tools = Tools(job.request)

    def calls(n: int) -> int:
        (shard,) = make_shards([str(table(tmp_path / f"{n}.tsv", n))])
        return calls_of(lambda: run_shard(job, shard, tmp_path / "out", lambda *_: None, tools))

    assert calls(24_576) - calls(8192) <= 1.5 * 16_384  # reading gives a line to each row


def test_a_table_in_memory_is_read_and_listed_in_few_calls_a_row(tmp_path: Path) -> None:
    def calls(n: int) -> int:
        path = str(table(tmp_path / f"{n}.tsv", n))
        return calls_of(lambda: list_jobs(group_table(read_tsv(path))))

    assert calls(4000) - calls(2000) <= 3 * 2000  # a pair, and the number of its text


def test_only_the_package_is_counted_wherever_the_project_lies() -> None:
    assert is_ours(read_tsv.__code__.co_filename)
    assert not is_ours(__file__)
    assert not is_ours(pytest.__file__)
