"""Work from files to reports grows with the number of rows and not faster.

Counted are bytecodes, which a loop inside a comprehension shows as calls would not, at two sizes of every
stage: seconds would depend on the machine. What one bytecode hides (a list made anew for every row) has a
counter of its own.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from evaluator.alignment import pair_inputs
from evaluator.check import preflight_notes
from evaluator.check.characters import character_problems, page_of
from evaluator.pipeline import evaluate
from evaluator.readers.inputs import group_table, read_inputs, read_table
from evaluator.readers.tables import TextTable
from evaluator.reports.html import render_html
from evaluator.request import Request
from evaluator.results import csv_text
from evaluator.types import EvalSet, Evaluation
from tests.own_code import is_ours

SIZES = (250, 500)
MOST = 2.35
"""Twice the rows may take so many times the work; what is done once per run makes it less than 2."""
NOUNS = "river bridge garden letter window market doctor village engine harbour".split()
VERBS = "crosses repairs forgets describes paints guards sells opens visits measures".split()


def silent(what: str, total: int) -> Callable[[int], None]:
    return lambda _: None


def sentence(i: int) -> str:
    return f'The {NOUNS[i % 10]} {VERBS[i // 10 % 10]} the {NOUNS[i // 100 % 10]}, "number {i}" of a long row.'


def texts(n: int) -> tuple[list[str], list[str]]:
    """References and hypotheses; of these every fourth stands in two places, as in large sets of short texts."""
    return [sentence(i) for i in range(n)], [sentence(i - 1 if i % 4 == 3 else i + 7 * (i % 2)) for i in range(n)]


def bytecodes(work: Callable[[], Any]) -> int:
    """Bytecodes that the package's own code runs."""
    count = 0

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        nonlocal count
        if not is_ours(frame.f_code.co_filename):
            return None
        frame.f_trace_opcodes = True
        frame.f_trace_lines = False
        count += event == "opcode"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        work()
    finally:
        sys.settrace(before)
    return count


def write_table(path: Path, n: int) -> str:
    references, hypotheses = texts(n)
    kind = path.suffix
    rows = list(zip(references, hypotheses, strict=True))
    if kind == ".csv":
        quoted = ['"' + '","'.join(cell.replace('"', '""') for cell in row) + '"' for row in rows]
        lines = ["reference,hypothesis", *quoted]
    elif kind == ".jsonl":
        import json

        lines = [json.dumps({"reference": a, "hypothesis": b}) for a, b in rows]
    else:
        lines = ["reference\thypothesis", *("\t".join(row) for row in rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return str(path)


def evalset_of(n: int) -> EvalSet:
    references, hypotheses = texts(n)
    return group_table(TextTable("t.tsv", "", {"reference": references, "hypothesis": hypotheses}, 2))


def run_of(n: int) -> Evaluation:
    references, hypotheses = texts(n)
    return evaluate(Request(references=[references], systems={"a": hypotheses}, metrics=("bleu", "chrf"), align="line"), silent)


def assert_linear(work: Callable[[int], Callable[[], Any]]) -> None:
    """Preparation for a size is not counted, what it returns is."""
    work(SIZES[0])()  # what is imported or cached at first use
    small, large = (bytecodes(work(n)) for n in SIZES)
    assert small > 0
    assert large < MOST * small, f"{SIZES[1] // SIZES[0]} times the rows take {large / small:.2f} times the work"


@pytest.mark.parametrize("ending", ["tsv", "csv", "jsonl"])
def test_reading_a_table_is_linear(tmp_path: Path, ending: str) -> None:
    assert_linear(lambda n: partial(read_table, write_table(tmp_path / f"{n}.{ending}", n)))


def test_reading_tab_separated_quotations_makes_no_set_for_each_cell(tmp_path: Path) -> None:
    """All cells with a comma stand in quotation marks, which is what is_quoted looks at for each of them."""

    def prepare(n: int) -> Callable[[], Any]:
        path = tmp_path / f"{n}.tsv"
        path.write_text("reference\thypothesis\n" + "".join(f'"Rain, {i}"\tSnow {i}\n' for i in range(n)), encoding="utf-8")
        return lambda: read_table(str(path))

    assert_linear(prepare)


def test_grouping_a_table_is_linear() -> None:
    assert_linear(lambda n: lambda: evalset_of(n))


class Counted(dict[str, list[str]]):
    """Columns that count how often they are asked for one."""

    asked = 0

    def get(self, key: str, default: Any = None) -> Any:
        self.asked += 1
        return super().get(key, default)


@pytest.mark.parametrize("n", SIZES)
def test_grouping_a_table_asks_for_its_columns_once_and_not_for_each_row(n: int) -> None:
    references, hypotheses = texts(n)
    columns = Counted(reference=references, hypothesis=hypotheses)
    group_table(TextTable("t.tsv", "", columns, 2))
    assert columns.asked < 10


def test_the_preflight_is_linear() -> None:
    assert_linear(lambda n: partial(preflight_notes, evalset_of(n)))


class Searched(str):
    """A text that counts the characters that are counted through."""

    looked_at = 0

    def count(self, *args: Any) -> int:
        Searched.looked_at += (args[2] if len(args) > 2 else len(self)) - (args[1] if len(args) > 1 else 0)
        return super().count(*args)


def test_places_of_odd_characters_do_not_go_through_the_text_for_each() -> None:
    n = 500
    lines = [f"A text with a soft hyphen in evalu\u00adation {i}." for i in range(n)]
    page = page_of("a", lines, range(1, n + 1))
    page = page._replace(whole=Searched(page.whole))
    Searched.looked_at = 0
    problems = list(character_problems(page))
    assert [problem.count for problem in problems if problem.check == "unicode"] == [n]
    assert Searched.looked_at < 20 * len(page.whole)


def test_pairing_by_line_is_linear() -> None:
    def prepare(n: int) -> Callable[[], Any]:
        references, hypotheses = texts(n)
        inputs = read_inputs([references], {"a": hypotheses})
        return lambda: pair_inputs(inputs, "line")

    assert_linear(prepare)


@pytest.mark.slow
def test_the_whole_way_from_lists_to_tables_is_linear() -> None:
    assert_linear(lambda n: lambda: run_of(n))


@pytest.mark.slow
@pytest.mark.parametrize("render", [lambda run: csv_text(run.tables["segments"]), render_html], ids=["csv", "html"])
def test_writing_is_linear(render: Callable[[Evaluation], str]) -> None:
    assert_linear(lambda n: partial(render, run_of(n)))
