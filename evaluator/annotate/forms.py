"""The sheets that people fill in: MQM's TSV with <v> marks, the same as CSV for spreadsheets, and Pearmut's campaign.

Texts are shown on one line: a line end or tab becomes a space, another control character its picture, and a `<v>` of
the text's own `‹v›`. Each character stays one character, so that offsets into what is shown hold in the text.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Mapping, Sequence
from io import StringIO
from typing import Any

from evaluator.annotate.draw import Item, Mark
from evaluator.frames import guarded

COLUMNS = ("system", "doc", "seg_id", "rater", "source", "reference", "target", "category", "severity", "score")
"""MQM's as Google publishes them, with the reference, where omissions are marked, and ESA's score of 0 to 100."""
NO_ERROR = ("No-error", "no-error")
"""Category and severity of a segment without an error."""
_SPACES = dict.fromkeys(map(ord, "\t\n\r\x0b\x0c\x85\u2028\u2029"), " ")
_SHOWN = {**{code: chr(0x2400 + code) for code in range(0x20)}, 0x7F: "\u2421", **_SPACES}
_TAG = re.compile("<(/?v)>")


def shown_text(text: str) -> str:
    """A text as the sheets show it, character by character.

    >>> shown_text("a\\tb<v>\\x1b")
    'a b‹v›␛'
    """
    return _TAG.sub("‹\\1›", text.translate(_SHOWN))


def pearmut_text(text: str) -> str:
    """A text as a campaign of Pearmut shows it, whose pages would take `<` for markup.

    >>> pearmut_text("<img src=x>")
    '‹img src=x>'
    """
    return shown_text(text).replace("<", "‹")


def marked_text(text: str, mark: Mark | None, side: str) -> str:
    """A shown text with <v> and </v> around the mark, where it is on this side and has a place.

    >>> marked_text("A damn held.", Mark("hypothesis", 2, 6, "accuracy/mistranslation", "major"), "hypothesis")
    'A <v>damn</v> held.'
    """
    shown = shown_text(text)
    if mark is None or mark.side != side or mark.start is None or mark.end is None:
        return shown
    return f"{shown[: mark.start]}<v>{shown[mark.start : mark.end]}</v>{shown[mark.end :]}"


def sheet_rows(items: Sequence[Item], names: Mapping[str, str], *, spans: bool = True) -> list[tuple[str, ...]]:
    """Cells of the sheets: a row per finding, and one that says so for a segment without.

    Args:
        items: in the order of the sheets.
        names: by system the name to show.
        spans: False shows every segment without findings.
    """
    rows = []
    for item in items:
        for mark in (item.marks if spans else ()) or (None,):
            category, severity = NO_ERROR if mark is None else (mark.category.title(), mark.severity)
            texts = shown_text(item.source), marked_text(item.reference, mark, "reference"), marked_text(item.hypothesis, mark, "hypothesis")
            rows.append((names[item.system], shown_text(item.document), str(item.number), "", *texts, category, severity, ""))
    return [tuple(shown_text(cell) if k == 0 else cell for k, cell in enumerate(row)) for row in rows]


def tsv_text(rows: Sequence[Sequence[str]]) -> str:
    """The sheet as TSV without quoting, as WMT's is: no cell holds a tab or line end."""
    return "".join("\t".join(row) + "\n" for row in (COLUMNS, *rows))


def csv_text(rows: Sequence[Sequence[str]]) -> str:
    """The sheet as CSV in which no spreadsheet runs a cell."""
    out = StringIO(newline="")
    csv.writer(out, lineterminator="\n").writerows([COLUMNS, *([guarded(cell) for cell in row] for row in rows)])
    return out.getvalue()


def pearmut_campaign(items: Sequence[Item], codes: Mapping[str, str], name: str, raters: int, *, spans: bool = True) -> str:
    """A campaign of Pearmut (github.com/zouharvi/pearmut) by the ESA protocol: `pearmut add FILE`.

    Spans count UTF-16 units and include their end; the unit after the last stands for its `[missing]`, where Pearmut has omissions marked.

    Args:
        items: in the order to show.
        codes: by system what stands for it; Pearmut writes it into its page unescaped.
        name: of the campaign.
        raters: how many people judge all items.
        spans: whether findings are marked already.
    """
    task = [[_pearmut_item(item, codes[item.system], spans=spans)] for item in items]
    campaign = {"info": {"assignment": "task-based", "protocol": "ESA"}, "campaign_id": name, "data": [task] * raters}
    return json.dumps(campaign, ensure_ascii=False, indent=1) + "\n"


def _pearmut_item(item: Item, code: str, *, spans: bool) -> dict[str, Any]:
    source = {"src": pearmut_text(item.source)} if item.source else {}
    out = {"item_id": str(item.number), **source, "ref": pearmut_text(item.reference), "tgt": {code: pearmut_text(item.hypothesis)}}
    return {**out, "error_spans": {code: _pearmut_spans(item)}} if spans else out


def _pearmut_spans(item: Item) -> list[dict[str, Any]]:
    """Marks that do not overlap, the worse first; what the reference lost is one mark of `[missing]`."""
    rank = ("neutral", "minor", "major", "critical")
    taken: list[tuple[int, int]] = []
    spans = []
    for mark in sorted(item.marks, key=lambda mark: -rank.index(mark.severity)):
        missing = units(item.hypothesis, len(item.hypothesis))
        if mark.side == "reference":
            start, end = missing, missing
        elif mark.start is None or mark.end is None or mark.start == mark.end:
            continue
        else:
            start, end = units(item.hypothesis, mark.start), units(item.hypothesis, mark.end) - 1
        if all(end < first or last < start for first, last in taken):
            taken.append((start, end))
            severity = "major" if mark.severity == "critical" else mark.severity
            spans.append({"start_i": start, "end_i": end, "severity": severity, "category": None})
    return sorted(spans, key=lambda span: int(str(span["start_i"])))


def units(text: str, end: int) -> int:
    """UTF-16 units of the first `end` characters.

    >>> units("a😀b", 2)
    3
    """
    return end + sum(character > "\uffff" for character in text[:end])
