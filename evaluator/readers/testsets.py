"""Test sets of WMT since 2024 as JSON Lines: general task (`refs`, `tgt_text`), WMT24++ (`source`, `target`, `is_bad_source`)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from evaluator.readers.jsonrows import JsonRow
from evaluator.readers.streams import TextFile
from evaluator.readers.text import check_encodable, check_names
from evaluator.types import EvaluatorError

PAIR = re.compile(r"[a-z]{2,3}(?:_[A-Za-z]+)?-[a-z]{2,3}(?:_[A-Za-z]+)?")
_HUMAN = re.compile(r"ref(?:erence)?[._-]?(?:[A-Za-z]|\d{1,2})?|refstd|human(?:[._-]?(?:[A-Za-z]|\d{1,2}))?|[Hh]uman", re.ASCII)


def is_human(name: str) -> bool:
    """True for names that WMT and mt-metrics-eval give to references by people: ref, refA, refB; not synthetic_ref or a system."""
    return _HUMAN.fullmatch(name) is not None


def choose_references(where: str, names: Sequence[str], asked: Sequence[str]) -> list[str]:
    """The references asked for, or those by people.

    Raises:
        EvaluatorError: one that does not exist, or none by people and none asked for.
    """
    from evaluator.plugins import did_you_mean

    for name in asked:
        if name not in names:
            raise EvaluatorError(f"{where} has no reference {name!r}.{did_you_mean(name, names)}")
    chosen = list(dict.fromkeys(asked)) or [name for name in names if is_human(name)]
    if not chosen:
        raise EvaluatorError(f"{where} has no reference that is known to be by people, only {', '.join(names)}. Choose with --references NAME.")
    return chosen


def chosen_note(names: Sequence[str], chosen: Sequence[str], asked: Sequence[str]) -> list[str]:
    """A note on which of several references score, where not all do."""
    others = [name for name in names if name not in chosen]
    if not others:
        return []
    why = "" if asked else " (those by people, by their names)"
    return [f"References: {', '.join(chosen)}{why}; not used: {', '.join(others)}. --references NAME … chooses."]


def pair_of(row: Mapping[str, Any]) -> str:
    """The language pair of a row; empty where it has none."""
    if isinstance(row.get("src_lang"), str) and isinstance(row.get("tgt_lang"), str):
        return f"{row['src_lang']}-{row['tgt_lang']}"
    for name in ("lp", "langs"):
        if isinstance(row.get(name), str):
            return str(row[name])
    head = str(row.get("doc_id", "")).split("_#_")[0]
    return head if "_#_" in str(row.get("doc_id", "")) and PAIR.fullmatch(head) else ""


def is_test_set(rows: Sequence[JsonRow]) -> bool:
    """True for rows with references of their own."""
    first = rows[0].value
    if not isinstance(first, dict):
        return False
    named = isinstance(first.get("refs"), dict) or isinstance(first.get("tgt_text"), dict)
    return named or ("is_bad_source" in first and "target" in first and "source" in first)


def read_test_set(path: str, rows: Sequence[JsonRow], form: str, sha256: str, pair: str) -> TextFile:
    """A test set with one stream per reference and, under their own names, per system whose output it holds.

    Raises:
        EvaluatorError: several language pairs of which none was chosen, or a row that is no row of a test set.
    """
    rows = _one_pair(path, rows, pair)
    first = rows[0].value
    if "is_bad_source" in first and not isinstance(first.get("refs"), dict):
        return _wmt24pp(path, rows, form, sha256)
    texts = [_texts(path, row) for row in rows]
    names = list(dict.fromkeys(name for row in texts for name in row))
    keys = [str(row.value.get("doc_id", i)) for i, row in enumerate(rows, 1)]
    if len(set(keys)) < len(keys):
        twice = next(key for key in keys if keys.count(key) > 1)
        raise EvaluatorError(f"{path} has the document {twice!r} twice; each needs its own doc_id.")
    segments = all(re.search(r"_#_\d+$", key) for key in keys) and "refs" not in first  # human evaluation: one paragraph per row
    documents = [re.sub(r"_#_\d+$", "", key) if segments else key for key in keys]
    domains = [str(row.value.get("domain") or _domain(row.value)) for row in rows]
    source = [_text(path, row, "src_text", row.value.get("src_text", "")) or "" for row in rows]
    outputs = dict.fromkeys(name for row in rows for name in (row.value.get("tgt_text") or {}) if not is_human(name))
    check_names(path, (*names, *keys, *domains))
    streams = {name: [row.get(name) for row in texts] for name in names}
    return TextFile(path, form, "segment" if segments else "document", sha256, streams, keys, documents, domains, source, tuple(outputs))


def _one_pair(path: str, rows: Sequence[JsonRow], pair: str) -> Sequence[JsonRow]:
    pairs = list(dict.fromkeys(pair_of(row.value) for row in rows if isinstance(row.value, dict)))
    if pair and pair not in pairs:
        raise EvaluatorError(f"{path} has nothing of {pair}; it has {', '.join(one or '(no pair)' for one in pairs)}.")
    if not pair and len(pairs) > 1:
        raise EvaluatorError(
            f"{path} holds {len(pairs)} language pairs ({', '.join(pairs[:8])}{', …' * (len(pairs) > 8)}); choose one: {path}:{pairs[0] or pairs[1]}"
        )
    return [row for row in rows if not pair or pair_of(row.value) == pair]


def _wmt24pp(path: str, rows: Sequence[JsonRow], form: str, sha256: str) -> TextFile:
    left_out = {i: "is_bad_source" for i, row in enumerate(rows) if row.value.get("is_bad_source") in (True, 1, "true", "True")}
    targets = [_text(path, row, "target", row.value.get("target")) or "" for row in rows]
    source = [_text(path, row, "source", row.value.get("source")) or "" for row in rows]
    keys = [f"{row.value.get('document_id', '')}\t{row.value['segment_id']}" for row in rows] if all("segment_id" in row.value for row in rows) else []
    documents = [str(row.value["document_id"]) for row in rows] if all("document_id" in row.value for row in rows) else []
    domains = [str(row.value.get("domain", "")) for row in rows] if documents else []
    keys = keys if len(set(keys)) == len(keys) else []
    check_names(path, (*keys, *documents, *domains))
    return TextFile(path, form, "segment", sha256, {"refA": targets}, keys, documents, domains, source, (), left_out)


def _texts(path: str, row: JsonRow) -> dict[str, str | None]:
    """The texts of a row by the name of reference or system."""
    if not isinstance(row.value, dict):
        raise EvaluatorError(f"{path}, {row.where}: {type(row.value).__name__} instead of an object as the lines before it.")
    found: dict[str, str | None] = {}
    for field in ("refs", "tgt_text"):
        value = row.value.get(field) or {}
        if not isinstance(value, dict):
            raise EvaluatorError(f"{path}, {row.where}, {field}: {type(value).__name__} instead of an object with one text for each name.")
        for name, text in value.items():
            given = (
                text.get("ref") if isinstance(text, dict) else "\n\n".join(text) if isinstance(text, list) and all(isinstance(x, str) for x in text) else text
            )
            if name in found:
                raise EvaluatorError(f"{path}, {row.where}: {name!r} is there under refs and under tgt_text.")
            found[name] = _text(path, row, f"{field}.{name}", given)
    return found


def _text(path: str, row: JsonRow, field: str, value: object) -> str | None:
    if isinstance(value, list) and all(isinstance(part, str) for part in value):
        value = "\n\n".join(value)
    if value is not None and not isinstance(value, str):
        raise EvaluatorError(f"{path}, {row.where}, {field}: {type(value).__name__} instead of text.")
    if value is not None:
        check_encodable(value, f"{path}, {row.where}, {field}")
    return value


def _domain(row: Mapping[str, Any]) -> str:
    """The domain in WMT25's names of documents, `cs-de_DE_#_news_#_…`."""
    parts = str(row.get("doc_id", "")).split("_#_")
    return parts[1] if len(parts) > 2 else ""
