"""Answers of annotators: sheets (TSV or CSV with <v> marks, a row per error) and what Pearmut gives to download."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from evaluator.frames import unguarded
from evaluator.readers.forms import ending_of
from evaluator.readers.human_mqm import NO_ERROR
from evaluator.readers.human_rows import Mark
from evaluator.readers.human_tables import number_of, read_rows
from evaluator.readers.jsonrows import json_rows
from evaluator.readers.source import decode, read_bytes
from evaluator.types import EvaluatorError

NEEDED = ("seg_id", "rater", "reference", "target", "category", "severity")
COLUMN_OF = {"hypothesis": "target", "reference": "reference"}
KNOWN = ("neutral", "minor", "major", "critical")
MISSING = "accuracy/omission"
_TAG = re.compile("</?v>")


class SideMark(NamedTuple):
    """A mark and the text that it is in."""

    side: str
    """hypothesis or reference."""
    mark: Mark


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """One row of a sheet, or one judgement of Pearmut."""

    where: str
    item: str
    rater: str
    reference: str
    """Without marks."""
    hypothesis: str
    marks: tuple[SideMark, ...]
    score: float
    """NaN where there is none."""
    form: str
    """sheet or pearmut."""


def read_answers(path: str) -> list[AnswerRow]:
    """Every answer of a file.

    Raises:
        EvaluatorError: a column is missing, or a row is wrong in itself.
    """
    data = read_bytes(path)
    if ending_of(path) in (".json", ".jsonl"):
        return _pearmut(path, decode(data, path))
    guards = ending_of(path) == ".csv"
    table = read_rows(path, data, guards, lambda cells: "seg_id" in cells)
    if lacking := [name for name in NEEDED if name not in table.header]:
        raise EvaluatorError(f"{path} has no column {', '.join(lacking)}; it has {', '.join(table.header[:12])}. Send back the sheet with its columns.")
    rows = [
        _row(f"{path}, {where}", {name: unguarded(str(cell or "")) if guards else str(cell or "") for name, cell in cells.items()})
        for where, cells in table.rows
    ]
    if not rows:
        raise EvaluatorError(f"{path} has a header and no rows.")
    return rows


def _row(where: str, cells: Mapping[str, str]) -> AnswerRow:
    score = _score(where, cells.get("score", ""))
    category, severity = cells["category"].strip(), cells["severity"].strip().lower()
    sides = {side: cells[column] for side, column in COLUMN_OF.items()}
    spans = [(side, span) for side, text in sides.items() for span in _spans(f"{where}, {COLUMN_OF[side]}", text)]
    plain = {side: _TAG.sub("", text) for side, text in sides.items()}
    if category.lower() in NO_ERROR or severity in NO_ERROR:
        if spans:
            raise EvaluatorError(f"{where}: the row says {category or severity!r} and has <v> marks; take them out, or name category and severity.")
        marks: tuple[SideMark, ...] = ()
    elif severity not in KNOWN:
        raise EvaluatorError(f"{where}: the severity is {severity[:20]!r}; write {', '.join(KNOWN)}, or no-error.")
    else:
        found = tuple(SideMark(side, Mark(*span, category.lower(), severity)) for side, span in spans)
        marks = found or (SideMark("hypothesis", Mark(None, None, category.lower(), severity)),)
    return AnswerRow(where, cells["seg_id"].strip(), cells["rater"].strip(), plain["reference"], plain["hypothesis"], marks, score, "sheet")


def _spans(where: str, text: str) -> Iterator[tuple[int, int]]:
    """Offsets of what stands between <v> and </v>, in the text without them."""
    start, taken = None, 0
    for tag in _TAG.finditer(text):
        at = tag.start() - taken
        taken += len(tag.group())
        if (tag.group() == "<v>") != (start is None):
            raise EvaluatorError(f"{where}: {tag.group()} at character {tag.start() + 1} has no partner; marks are <v>…</v>, one after another.")
        if start is not None:
            yield start, at
        start = at if start is None else None
    if start is not None:
        raise EvaluatorError(f"{where}: a <v> is never closed with </v>.")


def _score(where: str, cell: object) -> float:
    score = number_of(cell)
    if score is None or not (math.isnan(score) or 0 <= score <= 100):
        raise EvaluatorError(f"{where}: the score is {str(cell)[:20]!r}; write a number from 0 to 100, or leave it empty.")
    return score


def _pearmut(path: str, text: str) -> list[AnswerRow]:
    """Pearmut's annotations.json (entries by campaign) or its log of a campaign (.jsonl); of several judgements of an item by one person the last holds."""
    last: dict[tuple[str, str], list[AnswerRow]] = {}
    for where, entry in _entries(path, text):
        user, place = str(entry.get("user_id", "")), str(entry.get("item_i", ""))
        given, items = entry.get("annotation"), entry.get("item")
        if isinstance(given, str):  # how Pearmut notes a reset: of one item, or from its version 1.1 of everything by this person
            last = {key: own for key, own in last.items() if key[0] != user or (place and key[1] != place)}
        elif isinstance(entry.get("item_i"), int):  # items of a tutorial have names
            if not isinstance(given, list) or not isinstance(items, list) or len(given) != len(items):
                raise EvaluatorError(f"{where}: no annotation of Pearmut: it needs the lists annotation and item, equally long.")
            last[user, place] = [row for one, item in zip(given, items, strict=True) for row in _judgements(where, user, one, item)]
    rows = [row for own in last.values() for row in own]
    if not rows:
        raise EvaluatorError(f"{path} holds no judgement of Pearmut.")
    return rows


def _entries(path: str, text: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    try:
        whole = json.loads(text)
    except (ValueError, RecursionError):
        whole = None
    if isinstance(whole, dict) and "annotation" not in whole:
        listed = [(f"{path}, {name}, entry {k}", one) for name, own in whole.items() for k, one in enumerate(own if isinstance(own, list) else [own], 1)]
    else:
        listed = [(f"{path}, {row.where}", row.value) for row in json_rows(path, text, "jsonl")]
    for where, entry in listed:
        if not isinstance(entry, Mapping):
            raise EvaluatorError(f"{where}: {type(entry).__name__} instead of an annotation of Pearmut.")
        yield where, entry


def _judgements(where: str, user: str, given: Any, item: Any) -> Iterator[AnswerRow]:
    if not isinstance(given, Mapping) or not isinstance(item, Mapping) or not isinstance(item.get("tgt"), Mapping):
        raise EvaluatorError(f"{where}: an item of Pearmut needs tgt, and its annotation an entry for each of them.")
    for code, judged in given.items():
        hypothesis = item["tgt"].get(code)
        if not isinstance(hypothesis, str) or not isinstance(judged, Mapping):
            raise EvaluatorError(f"{where}: a judgement of {str(code)[:40]!r} without its text under tgt.")
        spans = judged.get("error_spans") or []
        if not isinstance(spans, Sequence) or not all(isinstance(span, Mapping) for span in spans):
            raise EvaluatorError(f"{where}: error_spans must be a list of spans.")
        marks = tuple(_pearmut_mark(where, hypothesis, span) for span in spans)
        score = _score(where, judged.get("score"))
        yield AnswerRow(where, str(item.get("item_id", "")), user, str(item.get("ref", "")), hypothesis, marks, score, "pearmut")


def _pearmut_mark(where: str, hypothesis: str, span: Mapping[str, Any]) -> SideMark:
    """A span whose offsets count UTF-16 units and include the end; the unit after the text is `[missing]`."""
    start, end = span.get("start_i"), span.get("end_i")
    severity, category = str(span.get("severity") or "").lower(), str(span.get("category") or "").lower()
    if severity not in KNOWN:
        raise EvaluatorError(f"{where}: the severity of a span is {severity[:20]!r}; it must be {', '.join(KNOWN)}.")
    offsets = [k for k, character in enumerate(hypothesis) for _ in range(1 + (character > "\uffff"))]
    if not isinstance(start, int) or not isinstance(end, int) or not 0 <= start <= end <= len(offsets):
        raise EvaluatorError(f"{where}: a span from {start!r} to {end!r} in a text of {len(offsets)} units.")
    if start == len(offsets):
        return SideMark("reference", Mark(None, None, category or MISSING, severity))
    return SideMark("hypothesis", Mark(offsets[start], offsets[min(end, len(offsets) - 1)] + 1, category, severity))
