"""Judgements by people as scores: WMT's human-evaluation JSON Lines (ESA: a score from 0 to 100 and marked spans).

Campaigns judge some segments of some systems, several people one of them. So scores are found by
the text that was judged, are averaged over people, and segments that nobody judged have none.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from statistics import fmean
from typing import Any, NamedTuple

from evaluator.readers.jsonrows import JsonRow, json_rows
from evaluator.types import EvaluatorError

FIELDS = ("human", "esa_score", "score", "esa", "mqm", "da")
"""Where a judgement has its number, the first that is there."""


class Judgement(NamedTuple):
    """What people found in one text."""

    system: str
    text: str
    score: float
    """Mean over people; NaN where none gave a number."""


def is_human_evaluation(text: str) -> bool:
    """True where the first line is a row of a human evaluation."""
    try:
        first = json_rows("", text.lstrip().split("\n", 1)[0], "jsonl")[0].value
    except (EvaluatorError, IndexError):
        return False
    return isinstance(first, dict) and ((isinstance(first.get("scores"), dict) and isinstance(first.get("tgt_text"), dict)) or "esa_score" in first)


def read_judgements(path: str, text: str) -> list[Judgement]:
    """Every judged text with its mean score, in the order of the file.

    Raises:
        EvaluatorError: a row without a text for what was judged, or a score that is no number.
    """
    found: dict[tuple[str, str, str], list[float]] = {}
    for row in json_rows(path, text, "jsonl"):
        if not isinstance(row.value, dict):
            raise EvaluatorError(f"{path}, {row.where}: {type(row.value).__name__} instead of an object.")
        for system, text, score in _judged(path, row):
            place = f"{row.value.get('doc_id', row.where)} {row.value.get('line_id', '')}"
            found.setdefault((system, place, text), []).append(score)
    return [Judgement(system, text, fmean(s for s in scores if not math.isnan(s)) if not all(map(math.isnan, scores)) else math.nan)
            for (system, _, text), scores in found.items()]  # fmt: skip


def _judged(path: str, row: JsonRow) -> Iterator[tuple[str, str, float]]:
    value = row.value
    if "esa_score" in value:
        if not isinstance(value.get("tgt"), str) or not isinstance(value.get("system"), str):
            raise EvaluatorError(f"{path}, {row.where}: esa_score without a system and the text (tgt) that was judged.")
        yield value["system"], value["tgt"], score_number(value["esa_score"], f"{path}, {row.where}, {value['system']}")
        return
    for system, given in (value.get("scores") or {}).items():
        text = (value.get("tgt_text") or {}).get(system)
        if not isinstance(text, str):
            raise EvaluatorError(f"{path}, {row.where}: a score of {system!r} and no text of it under tgt_text.")
        for one in given if isinstance(given, list) else [given]:
            yield system, text, score_number(_score_of(one), f"{path}, {row.where}, {system}")


def _score_of(judgement: Any) -> Any:
    if not isinstance(judgement, Mapping):
        return judgement
    return next((judgement[name] for name in FIELDS if name in judgement), None)


def score_number(value: Any, where: str) -> float:
    """The number that a file gives as a score; NaN for none at all.

    Raises:
        EvaluatorError: anything that is no finite number.
    """
    if value is None:
        return math.nan
    try:
        number = float(value) if isinstance(value, (int, float, str)) and not isinstance(value, bool) else math.inf
    except ValueError:
        number = math.inf
    if math.isinf(number):
        raise EvaluatorError(f"{where}: {value!r} is no score.")
    return number


def place_judgements(path: str, system: str, judged: Mapping[str, Sequence[float]], hypotheses: Sequence[str]) -> list[float]:
    """One score per segment, NaN where the text was not judged.

    Args:
        path: for messages.
        system: likewise.
        judged: scores by text with single spaces, in the order of the file.
        hypotheses: the system's segments.

    Raises:
        EvaluatorError: fewer than half of the judged texts are segments of the run.
    """
    texts = [" ".join(text.split()) for text in hypotheses]
    known = set(texts)
    here = sum(text in known for text in judged)
    if here < len(judged) / 2:
        missing = next(text for text in judged if text not in known)
        raise EvaluatorError(
            f"{path}: {here} of {len(judged)} judged texts of {system!r} are segments of this run, the first that is not: {missing[:40]!r}. "
            "Score the texts that were judged, in the same segments."
        )
    times = {text: texts.count(text) for text in judged if text in known}
    used: dict[str, int] = {}
    scores = []
    for text in texts:
        own = judged.get(text, ())
        at = used.get(text, 0)
        used[text] = at + 1
        # One text in several segments: the judgements in their order where there is one each, else their mean.
        scores.append(math.nan if not own else own[at] if len(own) == times[text] else fmean(own))
    return scores
