"""MQM: errors that experts marked, as Google publishes them (TSV, a row per error, <v> around it), or as lists of spans.

A segment's score is the sum of its errors' weights, negated so that higher is better: Google's
weights, which WMT's are (Freitag et al. 2021, doi:10.1162/tacl_a_00437).
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from evaluator.readers.human_rows import JudgedFile, JudgedRow, Mark
from evaluator.readers.human_tables import ALIASES, Rows, number_of
from evaluator.readers.testsets import is_human
from evaluator.types import EvaluatorError

SERIOUS = ("major", "critical")
ESA_SCORES = "esa_scores"
"""A list of scores from 0 to 100, one per rater, beside the lists of errors."""
NON_TRANSLATION = 25.0
SERIOUS_WEIGHT = 5.0
MINOR_WEIGHT = 1.0
PUNCTUATION_WEIGHT = 0.1
_TAG = re.compile(r"</?v>")
NO_ERROR = ("no-error", "no error", "noerror")


def is_mqm(header: Iterable[str]) -> bool:
    """True for the columns of MQM's TSV."""
    names = {name.strip().lower() for name in header}
    return {"system", "category", "severity", "rater"} <= names and bool(names & {"target", "hypothesis"})


def weight_of(mark: Mark) -> float:
    """What an error costs.

    >>> weight_of(Mark(0, 3, "Accuracy/Mistranslation", "major")), weight_of(Mark(5, 6, "Fluency/Punctuation", "minor"))
    (5.0, 0.1)
    """
    category = mark.category.lower()
    if mark.severity in SERIOUS:
        return NON_TRANSLATION if "non-translation" in category else SERIOUS_WEIGHT
    if mark.severity == "minor":
        return PUNCTUATION_WEIGHT if category == "fluency/punctuation" else MINOR_WEIGHT
    return 0.0


def score_of(marks: Iterable[Mark]) -> float:
    """A segment's MQM score: 0 without errors, else below.

    >>> score_of([Mark(0, 3, "Accuracy/Omission", "major"), Mark(4, 5, "Style", "minor")])
    -6.0
    """
    return -sum(weight_of(mark) for mark in marks) or 0.0


def read_mqm(path: str, sha256: str, table: Rows) -> JudgedFile:
    """Rows of MQM's TSV joined to one judgement per rater, system and segment.

    Raises:
        EvaluatorError: a row without a system or severity.
    """
    names = {wanted: _name(table.header, options) for wanted, options in ALIASES.items()}
    document = next((name for name in ("doc", "document") if name in table.header), names["document"])
    found: dict[tuple[str, str, str, str], tuple[str, list[Mark]]] = {}
    unplaced = 0
    for where, cells in table.rows:
        text = {wanted: str(cells.get(name) or "") if name else "" for wanted, name in names.items()}
        severity, category = (str(cells.get(name) or "").strip() for name in ("severity", "category"))
        if not text["system"] or not severity:
            raise EvaluatorError(f"{path}, {where}: a row of MQM needs a system and a severity; it has {text['system']!r} and {severity!r}.")
        place = text["document"] if document is None else str(cells.get(document) or "")
        target = text["hypothesis"]
        key = (text["rater"], text["system"], place, text["segment"])
        marks = found.setdefault(key, (_TAG.sub("", target), []))[1]
        if category.lower() in NO_ERROR or severity.lower() in NO_ERROR:
            continue
        mark = mark_of(target, category, severity.lower())
        unplaced += mark.start is None
        marks.append(mark)
    rows = tuple(
        JudgedRow(system, place, segment, plain, score=score_of(marks), rater=rater, by_human=is_human(system), marks=tuple(marks))
        for (rater, system, place, segment), (plain, marks) in found.items()
    )
    notes = (f"{path}: {unplaced} errors have no place in the target (omissions, or none was marked); they count in scores, not in spans.",) if unplaced else ()
    return JudgedFile(path, sha256, rows, "MQM", notes)


def mark_of(target: str, category: str, severity: str) -> Mark:
    """The error that stands between <v> and </v>, with offsets into the text without them.

    >>> mark_of("A <v>damn</v> held.", "Accuracy/Mistranslation", "major")
    Mark(start=2, end=6, category='Accuracy/Mistranslation', severity='major')
    """
    start = target.find("<v>")
    if start < 0:
        return Mark(None, None, category, severity)
    before = len(_TAG.sub("", target[:start]))
    end = target.find("</v>", start)
    inside = len(_TAG.sub("", target[start:] if end < 0 else target[start:end]))
    return Mark(before, before + inside, category, severity)


def read_rater_lists(path: str, sha256: str, table: Rows, scores: str | None = None) -> JudgedFile:
    """JSON Lines with `raters`, a list of lists of spans, or `errors`, one list: `start, end, category, severity`.

    Args:
        path: the file.
        sha256: its digest.
        table: its rows.
        scores: a column with a list of one score per rater, which then are the human scores; None weighs the errors.

    Raises:
        EvaluatorError: another shape.
    """
    names = {wanted: _name(table.header, options) for wanted, options in ALIASES.items()}
    if names["system"] is None or names["hypothesis"] is None:
        raise EvaluatorError(f"{path} has lists of errors and no {'system' if names['system'] is None else 'hypothesis'}; it has {', '.join(table.header)}.")
    rows = []
    for where, cells in table.rows:
        text = {wanted: _text(cells.get(name)) if name else "" for wanted, name in names.items()}
        if not text["reference"] and isinstance(references := _json(cells.get("references")), list) and references:
            text["reference"] = str(references[0])
        lists = _json(cells.get("raters")) if "raters" in cells else [_json(cells.get("errors"))]
        if not isinstance(lists, list) or not all(isinstance(marks, list) for marks in lists):
            raise EvaluatorError(f"{path}, {where}: raters must be a list with one list of errors per rater.")
        by_rater = [math.nan] * len(lists) if scores is None else rater_scores(f"{path}, {where}", scores, cells.get(scores), len(lists))
        by_human = is_human(text["system"]) or text["system"].lower().startswith("human")
        for k, (given, score) in enumerate(zip(lists, by_rater, strict=True), 1):
            marks = tuple(_mark(f"{path}, {where}, rater {k}", text["hypothesis"], error) for error in given)
            score = score_of(marks) if scores is None else score
            keys = text["system"], text["document"], text["segment"], text["hypothesis"], text["reference"]
            rows.append(JudgedRow(*keys, score, f"rater {k}", by_human, marks))
    if scores is None:
        other = f"{path} has {ESA_SCORES} too; --human-column {ESA_SCORES} takes them instead of the errors' weights."
        return JudgedFile(path, sha256, tuple(rows), "MQM", (other,) if ESA_SCORES in table.header else ())
    return JudgedFile(path, sha256, tuple(rows), "ESA")


def rater_scores(where: str, column: str, value: Any, n_raters: int) -> list[float]:
    """One score per rater, NaN where a rater gave none; all NaN for a row without the column.

    Raises:
        EvaluatorError: no list of as many scores as there are raters.
    """
    given = _json(value)
    if given is None:
        return [math.nan] * n_raters
    if not isinstance(given, list) or len(given) != n_raters:
        found = f"{len(given)} scores" if isinstance(given, list) else f"{str(value)[:40]!r}"
        raise EvaluatorError(f"{where}, column {column}: {found} of {n_raters} rater{'s' * (n_raters > 1)}; it must be a list of one score each.")
    numbers = [number_of(score) for score in given]
    if None in numbers:
        raise EvaluatorError(f"{where}, column {column}: {given[numbers.index(None)]!r} is no score.")
    return [math.nan if number is None else number for number in numbers]


def _mark(where: str, hypothesis: str, error: Any) -> Mark:
    if not isinstance(error, Mapping) or not isinstance(error.get("severity"), str):
        raise EvaluatorError(f"{where}: an error is an object with start, end, category and severity.")
    ends = error.get("start"), error.get("end")
    severity, category = error["severity"].lower(), str(error.get("category") or "")
    if ends[0] is None or ends[1] is None:
        return Mark(None, None, category, severity)
    if not all(isinstance(end, int) for end in ends) or not 0 <= ends[0] <= ends[1] <= len(hypothesis):
        raise EvaluatorError(f"{where}: an error from {ends[0]} to {ends[1]} is no part of a hypothesis of {len(hypothesis)} characters.")
    return Mark(ends[0], ends[1], category, severity)


def _json(value: Any) -> Any:
    """A cell of a list, which CSV and TSV hold as JSON."""
    if isinstance(value, str):
        try:
            return json.loads(value)
        except (ValueError, RecursionError):
            return None
    return value


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _name(header: Sequence[str], options: Sequence[str]) -> str | None:
    lower = {name.strip().lower(): name for name in reversed(header)}
    return next((lower[name] for name in options if name in lower), None)
