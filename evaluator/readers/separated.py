"""Cells of TSV and CSV files: which separator, quoted or not, and where a row is wrong.

TSV has no quoting of its own, but pandas and spreadsheets quote in it; texts of WMT hold quotation
marks that are their own. Which of the two a file has is seen from all of it: `is_quoted`.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from evaluator.readers.text import split_lines
from evaluator.types import EvaluatorError

SEPARATORS = {"tsv": ("\t", ",", ";", "|"), "csv": (",", ";", "\t", "|")}
NAMED = {"\t": "tab", ",": "comma", ";": "semicolon", "|": "vertical bar"}
_ABOVE = re.compile(r'\s*"?sep=([^\r\n"])"?[,;\t |]*(?:\r\n|\n|\r)[\r\n]*|[\r\n]+', re.IGNORECASE)
"""What may stand above a table: blank lines, and Excel's line that says what parts its cells."""
_MARKDOWN_RULE = re.compile(r"[ \t]*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)+\|?[ \t]*")
_WHOLE = re.compile(r'"(?:[^"]|"")*"')
"""A cell in quotes, with only doubled quotes inside."""


class Layout(NamedTuple):
    """How a file parts its cells."""

    separator: str
    named: bool
    """Whether the first line names the columns of a table with it."""
    start: int
    """Characters above the header: blank lines, and a line `sep=`."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row with the line that it ends on."""

    line: int
    cells: list[str]


@dataclass(frozen=True, slots=True)
class Cells:
    """A table before its columns are known."""

    header: list[str]
    rows: list[Row]
    notes: tuple[str, ...] = ()


def read_cells(path: str, text: str, kind: str, is_header: Callable[[Sequence[str]], bool], quoting: bool = True) -> Cells:
    """Header and rows of a file; blank lines are no rows.

    Args:
        path: for messages.
        text: the content.
        kind: `tsv` or `csv`, which separator is expected.
        is_header: tells whether cells name the columns of a table.
        quoting: False takes quotation marks as they are.

    Raises:
        EvaluatorError: quoting that does not end, or a row with more or fewer cells than the header.
    """
    separator, _, start = layout_of(text, kind, is_header)
    above, text = text[:start].count("\n"), text[start:]
    refuse_markdown(path, text, separator)
    quoted = quoting and (separator != "\t" or is_quoted(text, separator))
    notes: tuple[str, ...] = ()
    if separator == "\t" and quoting and not quoted:
        kept = sum(bool(_WHOLE.fullmatch(cell)) and len(cell) > 2 for line in split_lines(text)[1:] for cell in line.split("\t"))
        if kept:
            notes = (f"{path}: {kept} cells stand in quotation marks, which were kept as part of the text; a file quoted as CSV must be quoted throughout.",)
    header, *rows = list(_quoted_rows(path, text, separator, above) if quoted else _bare_rows(text, separator, above)) or [Row(1, [])]
    for row in rows:
        if len(row.cells) != len(header.cells):
            raise EvaluatorError(
                f"{path}, line {row.line}: {len(row.cells)} cells, but the header names {len(header.cells)} columns.{_hint(separator, quoted)}"
            )
    return Cells([name.strip() for name in header.cells], rows, notes)


def _hint(separator: str, quoted: bool) -> str:
    if separator == "\t":
        return " A tab inside a text must be replaced by a space." if not quoted else ""
    return (
        f" A text with a {_called(separator)} must stand in quotation marks."
        if quoted
        else f" A text must not hold a {_called(separator)} where nothing is quoted."
    )


def _called(separator: str) -> str:
    return NAMED.get(separator, repr(separator))


def layout_of(text: str, kind: str, is_header: Callable[[Sequence[str]], bool]) -> Layout:
    """The separator with which the first line names columns, or that a line `sep=` above them declares; one that is there where none does."""
    above = _ABOVE.match(text)
    end = above.end() if above else 0
    first = first_line(text[end:])
    known = (above[1],) if above and above[1] else SEPARATORS[kind]
    for separator in known:
        if is_header([cell.strip().strip('"').strip() for cell in first.split(separator)]):
            return Layout(separator, True, end)
    return Layout(next((one for one in known if one in first), known[0]), False, end)


def first_line(text: str) -> str:
    """The first line that is not blank, without its end."""
    return re.split(r"[\r\n]", text.lstrip("\r\n"), maxsplit=1)[0]


def refuse_markdown(path: str, text: str, separator: str) -> None:
    """Refuse a table as Markdown draws it: its rule of dashes would be a row.

    Raises:
        EvaluatorError: the line below the header is such a rule.
    """
    lines = text.lstrip("\r\n").split("\n", 2)
    if separator == "|" and len(lines) > 1 and _MARKDOWN_RULE.fullmatch(lines[1].rstrip("\r")):
        raise EvaluatorError(f"{path} is a table in Markdown; write it with tabs or commas between cells, without the line of dashes.")


def is_quoted(text: str, separator: str) -> bool:
    r"""True where quotation marks in a tab-separated file are quoting and not text.

    Three habits are known: only cells that need it (pandas: one that holds a quotation mark, doubled
    inside, a separator or a line break), all cells or all that are no numbers (pandas with
    `quoting=1` or 2), and those with a comma (spreadsheets). A cell in quotes beside others
    without, as in WMT's texts, is a quotation.

    >>> is_quoted('reference\thypothesis\n"He called it ""a mess""."\tIt was.\n', "\t")
    True
    >>> is_quoted('reference\thypothesis\n"It is late," he said.\t"It was late."\nIt rained.\tIt poured.\n', "\t")
    False
    """
    if '"' not in text:
        return False
    cells = [cell for line in split_lines(text)[1:] for cell in line.split(separator) if cell.strip()]
    whole = [cell for cell in cells if len(cell) > 1 and _WHOLE.fullmatch(cell)]
    if any('""' in cell[1:-1] for cell in whole):
        return True
    texts = [cell for cell in cells if not re.fullmatch(r"-?\d+(?:\.\d+)?", cell)]
    if whole and len(whole) == len(texts):
        return True
    with_comma = [cell for cell in texts if "," in cell]
    quoted = set(whole)
    if len(whole) > 1 and len(with_comma) > 1 and all(cell in quoted for cell in with_comma) and all("," in cell for cell in whole):
        return True
    return _spans_lines(text, separator)


def _spans_lines(text: str, separator: str) -> bool:
    """True where a cell opens with a quotation mark and ends lines later, so that rows have the header's cells only when it is quoting."""
    width = len(split_lines(text)[0].split(separator))
    if all(len(line.split(separator)) == width or not line.strip() for line in split_lines(text)):
        return False
    try:
        rows = [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True) if row]
    except csv.Error:
        return False
    return all(len(row) == width for row in rows)


def _bare_rows(text: str, separator: str, above: int) -> Iterator[Row]:
    for number, line in enumerate(split_lines(text), above + 1):
        if line.strip(" ") or number == above + 1:
            yield Row(number, line.split(separator))


def _quoted_rows(path: str, text: str, separator: str, above: int) -> Iterator[Row]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    csv.field_size_limit(2**31 - 1)
    try:
        for cells in reader:
            if cells:
                yield Row(above + reader.line_num, cells)
    except csv.Error as error:
        raise EvaluatorError(
            f"{path}, line {above + reader.line_num}: not RFC 4180 CSV: {error}. "
            "Double quotation marks inside a quoted text, or use --no-quoting if they are all text."
        ) from None
