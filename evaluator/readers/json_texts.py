"""JSON as the texts of one side: lists of texts, objects with a text field, WMT's system outputs by document."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from evaluator.readers.jsonrows import JsonRow, json_rows
from evaluator.readers.streams import OWN, TextFile
from evaluator.readers.testsets import is_test_set, pair_of, read_test_set
from evaluator.readers.text import check_encodable, check_names
from evaluator.types import EvaluatorError

FIELDS = {
    "reference": ("text", "reference", "ref", "target", "tgt", "tgt_text", "sentence", "segment"),
    "system": ("text", "hypothesis", "hyp", "mt", "translation", "prediction", "candidate", "output", "target", "tgt", "tgt_text", "sentence", "segment"),
    "source": ("text", "source", "src", "src_text", "sentence", "segment"),
}
"""By what a text is given as, the fields that hold it, the first that is there."""
DOCUMENT, SEGMENT = ("doc_id", "document_id", "docid", "document"), ("segment_id", "seg_id", "segid", "line_id", "id")


def read_json_texts(path: str, text: str, form: str, sha256: str, role: str, pair: str) -> TextFile:
    """The texts of a JSON file.

    Args:
        path: for messages.
        text: the content.
        form: `json` or `jsonl`.
        sha256: of the bytes.
        role: `reference`, `system` or `source`.
        pair: the language pair to keep, or empty.

    Raises:
        EvaluatorError: rows without a text, or with several that could be meant.
    """
    rows = json_rows(path, text, form)
    if not rows:
        raise EvaluatorError(f"{path} is an empty JSON list; it must hold at least one text.")
    if all(isinstance(row.value, str) for row in rows):
        return TextFile(path, form, "segment", sha256, {OWN: [_checked(path, row, row.value) for row in rows]})
    texts = isinstance(rows[0].value, str)
    for row in rows:
        if texts and not isinstance(row.value, str):
            raise EvaluatorError(f"{path}, {row.where}: {_kind(row.value)} instead of text, which the first is; write an empty text for an empty segment.")
        if not texts and not isinstance(row.value, dict):
            raise EvaluatorError(f"{path}, {row.where}: {_kind(row.value)} instead of a text or an object with one in a field such as {FIELDS[role][0]!r}.")
    if is_test_set(rows):
        return read_test_set(path, rows, form, sha256, pair)
    return _objects(path, rows, form, sha256, role, pair)


def _objects(path: str, rows: Sequence[JsonRow], form: str, sha256: str, role: str, pair: str) -> TextFile:
    name = _field(path, rows, role)
    rows = _of_pair(path, rows, pair)
    texts = [_text_of(path, row, name) for row in rows]
    document, segment = (next((one for one in names if all(one in row.value for row in rows)), None) for names in (DOCUMENT, SEGMENT))
    documents = [str(row.value[document]) for row in rows] if document else []
    check_names(path, documents)
    if documents and len(set(documents)) == len(rows):  # WMT since 2025: one document per row, its paragraphs in one text
        return TextFile(path, form, "document", sha256, {OWN: texts}, documents, documents)
    keys = [f"{'' if document is None else row.value[document]}\t{row.value[segment]}" for row in rows] if segment else []
    return TextFile(path, form, "segment", sha256, {OWN: texts}, keys if len(set(keys)) == len(keys) else [], documents)


def _field(path: str, rows: Sequence[JsonRow], role: str) -> str:
    """The field that holds the text."""
    first = rows[0].value
    if {"reference", "ref"} & set(first) and {"hypothesis", "hyp", "mt"} & set(first):
        raise EvaluatorError(f"{path} is a table; give it alone, with columns reference, hypothesis and system, or name a file of texts.")
    found = next((name for name in FIELDS[role] if name in first), None)
    if found is None:
        texts = [name for name, value in first.items() if isinstance(value, str) and name not in (*DOCUMENT, *SEGMENT)]
        if len(texts) != 1:
            raise EvaluatorError(
                f"{path}, {rows[0].where}: no field holds the text of the {role}; there are {', '.join(map(str, first)) or 'none'}. "
                f"Call the field {FIELDS[role][1]!r} or 'text'."
            )
        found = texts[0]
    return found


def _of_pair(path: str, rows: Sequence[JsonRow], pair: str) -> Sequence[JsonRow]:
    if not pair:
        return rows
    own = [row for row in rows if pair_of(row.value) == pair]
    if not own:
        raise EvaluatorError(f"{path} has nothing of {pair}; it has {', '.join(sorted({pair_of(row.value) or '(no pair)' for row in rows}))}.")
    return own


def _text_of(path: str, row: JsonRow, name: str) -> str:
    if name not in row.value:
        raise EvaluatorError(f"{path}, {row.where}: no field {name!r}, which the first has; write an empty text for an empty segment.")
    return _checked(path, row, row.value[name], f", field {name}")


def _checked(path: str, row: JsonRow, value: object, field: str = "") -> str:
    if not isinstance(value, str):
        raise EvaluatorError(f"{path}, {row.where}{field}: {_kind(value)} instead of text; write an empty text for an empty segment.")
    check_encodable(value, f"{path}, {row.where}{field}")
    return value


def _kind(value: Any) -> str:
    return "null" if value is None else type(value).__name__
