"""ESA (error span annotation): WMT's human evaluation since 2024, single judgements with their spans.

`human.py` reads the same files as one more metric, averaged over people; here people stay apart.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from evaluator.readers.human import FIELDS, score_number
from evaluator.readers.human_rows import JudgedFile, JudgedRow, Mark
from evaluator.readers.jsonrows import JsonRow, json_rows
from evaluator.readers.testsets import is_human
from evaluator.types import EvaluatorError

SPANS = ("esa_spans", "errors", "spans", "mqm_errors")
UNPLACED = "missing"
"""What annotators choose for an omission."""


def read_esa(path: str, sha256: str, text: str) -> JudgedFile:
    """Every judgement of a file.

    Raises:
        EvaluatorError: a row without the text that was judged, or a score that is no number.
    """
    bad = [0]
    rows = tuple(row for given in json_rows(path, text, "jsonl") for row in _judgements(path, given, bad))
    if not rows:
        raise EvaluatorError(f"{path} holds no judgement.")
    notes = (f"{path}: {bad[0]} marked spans lie outside their text or end before they begin; they count as errors without a place.",) if bad[0] else ()
    return JudgedFile(path, sha256, rows, "ESA", notes)


def _judgements(path: str, row: JsonRow, bad: list[int]) -> Iterator[JudgedRow]:
    value = row.value
    if not isinstance(value, Mapping):
        raise EvaluatorError(f"{path}, {row.where}: {type(value).__name__} instead of an object.")
    document, segment = str(value.get("doc_id", "")), str(value.get("line_id", ""))
    if "esa_score" in value:
        system, text = value.get("system"), value.get("tgt")
        if not isinstance(text, str) or not isinstance(system, str):
            raise EvaluatorError(f"{path}, {row.where}: esa_score without a system and the text (tgt) that was judged.")
        yield _row(f"{path}, {row.where}", system, document, segment, text, value["esa_score"], value, bad)
        return
    for system, given in (value.get("scores") or {}).items():
        text = (value.get("tgt_text") or {}).get(system)
        if not isinstance(text, str):
            raise EvaluatorError(f"{path}, {row.where}: a score of {system!r} and no text of it under tgt_text.")
        for k, one in enumerate(given if isinstance(given, list) else [given], 1):
            known = one if isinstance(one, Mapping) else {}
            score = next((known[name] for name in FIELDS if name in known), None) if known else one
            yield _row(f"{path}, {row.where}", system, document, segment, text, score, {"annotator": f"judgement {k}", **known}, bad)


def _row(
    where: str, system: str, document: str, segment: str, text: str, score: Any, given: Mapping[str, Any], bad: list[int]
) -> JudgedRow:  # fmt: skip
    spans = next((given[name] for name in SPANS if isinstance(given.get(name), list)), None)
    marks = None if spans is None else tuple(_mark(span, text, bad) for span in spans if isinstance(span, Mapping))
    return JudgedRow(
        system, document, segment, text, score=score_number(score, f"{where}, {system}"), rater=str(given.get("annotator", "")),
        by_human=is_human(system), marks=marks,
    )  # fmt: skip


def _mark(span: Mapping[str, Any], text: str, bad: list[int]) -> Mark:
    start, end = (next((span[name] for name in names if name in span), None) for names in (("start_i", "start"), ("end_i", "end")))
    severity, category = str(span.get("severity") or "").lower(), str(span.get("error_type") or span.get("category") or "")
    if isinstance(start, int) and isinstance(end, int) and 0 <= start < end <= len(text):
        return Mark(start, end, category, severity)
    bad[0] += start not in (UNPLACED, None) and start != end
    return Mark(None, None, category, severity)
