"""Cells of TSV and CSV files: which separator, quoted or not, and where a row is wrong.

TSV has no quoting of its own, but pandas and spreadsheets quote in it; texts of WMT hold quotation
marks that are their own. Which of the two a file has is seen from all of it: `is_quoted`.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from evaluator.readers.text import split_lines
from evaluator.types import EvaluatorError

SEPARATORS = {"tsv": ("\t", ",", ";", "|"), "csv": (",", ";", "\t", "|")}
NAMED = {"\t": "tab", ",": "comma", ";": "semicolon", "|": "vertical bar"}
_ABOVE = re.compile(r'\s*"?sep=([^\r\n"])"?[,;\t |]*(?:\r\n|\n|\r)[\r\n]*|[\r\n]+', re.IGNORECASE)
"""What may stand above a table: blank lines, and Excel's line that says what parts its cells."""
_MARKDOWN_RULE = re.compile(r"[ \t]*+\|?[ \t]*+:?-++:?[ \t]*+(?:\|[ \t]*+:?-++:?[ \t]*+)++\|?[ \t]*+")
_WHOLE = re.compile(r'"(?:[^"]|"")*"')
"""A cell in quotes, with only doubled quotes inside."""
_LINE = re.compile(r"[^\r\n]+")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


class Layout(NamedTuple):
    """How a file parts its cells."""

    separator: str
    named: bool
    """Whether the first line names the columns of a table with it."""
    start: int
    """Characters above the header: blank lines, and a line `sep=`."""


@dataclass(frozen=True, slots=True)
class Cells:
    """A table before its columns are known."""

    header: list[str]
    columns: list[list[str]]
    """Cells below the header, a list for each of its names."""
    lines: list[int]
    """For each row the line that it ends on."""
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
    lines = split_lines(text)
    quoted = quoting and (separator != "\t" or is_quoted(text, separator, lines))
    notes: tuple[str, ...] = ()
    if separator == "\t" and quoting and not quoted:
        kept = sum(len(cell) > 2 for cell in _whole_cells(lines[1:], separator))
        if kept:
            notes = (f"{path}: {kept} cells stand in quotation marks, which were kept as part of the text; a file quoted as CSV must be quoted throughout.",)
    if quoted:
        numbers, rows = _quoted_rows(path, text, separator, above)
        widths, cells = list(map(len, rows)), [cell for row in rows for cell in row]
    else:
        numbers, kept_lines = _bare_rows(lines, above)
        # All cells one after another: a list for each row would take longer than reading.
        widths, cells = [line.count(separator) + 1 for line in kept_lines], separator.join(kept_lines).split(separator)
    width = widths[0] if widths else 0
    wrong = next((k for k, n in enumerate(widths) if n != width), None)
    if wrong is not None:
        raise EvaluatorError(f"{path}, line {numbers[wrong]}: {widths[wrong]} cells, but the header names {width} columns.{_hint(separator, quoted)}")
    return Cells([name.strip() for name in cells[:width]], [cells[width + k :: width] for k in range(width)], numbers[1:], notes)


def _whole_cells(lines: Sequence[str], separator: str) -> list[str]:
    """Cells that are in quotes from end to end; few lines hold a quotation mark at all."""
    cells = (cell for line in lines if '"' in line for cell in line.split(separator))
    return [cell for cell in cells if len(cell) > 1 and cell[0] == '"' and _WHOLE.fullmatch(cell)]


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
    found = _LINE.search(text)
    return found[0] if found else ""


def refuse_markdown(path: str, text: str, separator: str) -> None:
    """Refuse a table as Markdown draws it: its rule of dashes would be a row.

    Raises:
        EvaluatorError: the line below the header is such a rule.
    """
    lines = text.lstrip("\r\n").split("\n", 2) if separator == "|" else []
    if len(lines) > 1 and _MARKDOWN_RULE.fullmatch(lines[1].rstrip("\r")):
        raise EvaluatorError(f"{path} is a table in Markdown; write it with tabs or commas between cells, without the line of dashes.")


def is_quoted(text: str, separator: str, lines: Sequence[str] | None = None) -> bool:
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
    lines = split_lines(text) if lines is None else lines
    whole = _whole_cells(lines[1:], separator)
    if any('""' in cell[1:-1] for cell in whole):
        return True
    if whole and _habit(lines[1:], separator, whole):
        return True
    return _spans_lines(text, lines, separator)


def _habit(lines: Sequence[str], separator: str, whole: Sequence[str]) -> bool:
    """True where all cells but numbers are in quotes, or just those with a comma, two or more of them; ends at the first cell that says otherwise."""
    quoted = set(whole)
    cells = (cell for line in lines for cell in line.split(separator) if cell not in quoted and cell.strip())
    bare = (cell for cell in cells if not _NUMBER.fullmatch(cell))
    with_comma = len(whole) > 1 and all("," in cell for cell in whole)
    first = next(bare, None)
    return first is None or (with_comma and "," not in first and not any("," in cell for cell in bare))


def _spans_lines(text: str, lines: Sequence[str], separator: str) -> bool:
    """True where a cell opens with a quotation mark and ends lines later, so that rows have the header's cells only when it is quoting."""
    width = lines[0].count(separator) + 1
    if all(line.count(separator) + 1 == width or not line.strip() for line in lines):
        return False
    try:
        rows = [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True) if row]
    except csv.Error:
        return False
    return all(len(row) == width for row in rows)


def _bare_rows(lines: Sequence[str], above: int) -> tuple[list[int], list[str]]:
    """Lines that are no blanks alone, and their numbers; the first is the header whatever it holds."""
    kept = [k for k, line in enumerate(lines) if not k or line.strip(" ")]
    return [above + 1 + k for k in kept], list(lines) if len(kept) == len(lines) else [lines[k] for k in kept]


def _quoted_rows(path: str, text: str, separator: str, above: int) -> tuple[list[int], list[list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    csv.field_size_limit(2**31 - 1)
    numbers, rows = [], []
    try:
        for cells in reader:
            if cells:
                numbers.append(above + reader.line_num)
                rows.append(cells)
    except csv.Error as error:
        raise EvaluatorError(
            f"{path}, line {above + reader.line_num}: not RFC 4180 CSV: {error}. "
            "Double quotation marks inside a quoted text, or use --no-quoting if they are all text."
        ) from None
    return numbers, rows
