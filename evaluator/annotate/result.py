"""What an import tells: figures of flags and agreement, the answers as human scores, and a calibration."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from evaluator.annotate.answers import Judgement
from evaluator.annotate.draw import Drawn, Item, Mark
from evaluator.annotate.figures import Figure, FlagFigures, judge_flags, kappa
from evaluator.annotate.fit import Case, Fitted, fit

FEW = 50
"""Fewer items than that fit a threshold that another sample would move."""


@dataclass(frozen=True, slots=True)
class AnnotationResult:
    """What the answers of all raters say together."""

    flags: FlagFigures
    raters: tuple[str, ...]
    n_flagged: int
    n_sampled: int
    unflagged: int
    kappa: float
    """NaN with one rater, or where it is undefined."""
    fitted: Fitted | None
    """None where no or every segment has a serious error."""


def judge_answers(drawn: Drawn, judged: Mapping[str, Sequence[Judgement]], prior: float, threshold: float) -> AnnotationResult:
    """Figures and a fit from the answers.

    Args:
        drawn: the items.
        judged: by rater the judgements of all items, in their order.
        prior: of the run.
        threshold: of the run.
    """
    labels = [[one.serious for one in own] for own in judged.values()]
    shares = [sum(column) / len(column) for column in zip(*labels, strict=True)]
    flagged = [share for item, share in zip(drawn.items, shares, strict=True) if item.flagged]
    sampled = [share for item, share in zip(drawn.items, shares, strict=True) if not item.flagged]
    cases = [Case(item.risk, share, 1.0 if item.flagged else 1 / drawn.share) for item, share in zip(drawn.items, shares, strict=True)]
    agreement = kappa(labels) if len(labels) > 1 else math.nan
    return AnnotationResult(
        judge_flags(flagged, sampled, drawn.unflagged), tuple(judged), len(flagged), len(sampled), drawn.unflagged, agreement, fit(cases, prior, threshold)
    )


def result_text(result: AnnotationResult, span_f1: float) -> str:
    """The figures as lines.

    Args:
        result: of all answers.
        span_f1: of raters against each other, by character; NaN with one rater or without marks.
    """
    n = result.n_flagged + result.n_sampled
    lines = [
        f"{n} items by {len(result.raters)} {'rater' if len(result.raters) == 1 else 'raters'}: "
        f"{result.n_flagged} flagged, and {result.n_sampled} of {result.unflagged} unflagged",
        f"precision of flags   {_figure(result.flags.precision)}",
        f"recall of flags      {_figure(result.flags.recall)}   weighted by the share that was sampled",
        f"missed               {_figure(result.flags.missed)}   of unflagged segments have a serious error",
    ]
    if len(result.raters) > 1:
        lines += [f"agreement            kappa {_number(result.kappa)} (serious or not), span F1 {_number(span_f1)} (by character)"]
    if result.fitted is None:
        return "\n".join([*lines, "No or every segment has a serious error by these answers: there is nothing to fit a prior or threshold to.", ""])
    fitted = result.fitted
    lines += [
        f"fitted               --prior {fitted.prior:g}, threshold {fitted.threshold:g}; "
        f"F1 of flags {fitted.f1_before:.3f} -> {fitted.f1_after:.3f} on the answers that it was fitted to",
    ]
    if n < FEW:
        lines += [f"note: {n} items are few; another sample may give another threshold."]
    return "\n".join([*lines, ""])


def _figure(figure: Figure) -> str:
    return f"{_number(figure.value)} [{_number(figure.low)}, {_number(figure.high)}]"


def _number(value: float) -> str:
    return "undefined" if math.isnan(value) else f"{value:.3f}"


def span_texts(items: Sequence[Item], judged: Sequence[Judgement]) -> list[list[tuple[int, int, str]]]:
    """One rater's marks for each item, those of the reference behind the hypothesis, so that both sides count."""
    return [[_span(item, mark) for mark in one.marks if mark.start is not None and mark.severity != "neutral"] for item, one in zip(items, judged, strict=True)]


def _span(item: Item, mark: Mark) -> tuple[int, int, str]:
    shift = len(item.hypothesis) if mark.side == "reference" else 0
    assert mark.start is not None
    assert mark.end is not None
    return mark.start + shift, mark.end + shift, mark.severity


def human_lines(items: Sequence[Item], judged: Mapping[str, Sequence[Judgement]]) -> str:
    """The answers as JSON Lines with `raters`, which `evaluator meta --human` takes: a row per item, in the order of the run."""
    rows = []
    for k in sorted(range(len(items)), key=lambda k: items[k].row):
        item = items[k]
        row = {"system": item.system, "document": item.document, "segment": item.segment, "hypothesis": item.hypothesis, "reference": item.reference}
        rows.append(json.dumps({**row, "raters": [_errors(own[k]) for own in judged.values()], **_scores(judged, k)}, ensure_ascii=False))
    return "\n".join(rows) + "\n"


def _errors(judgement: Judgement) -> list[dict[str, Any]]:
    """A rater's errors; one in the reference has no place in the hypothesis."""
    errors = []
    for mark in judgement.marks:
        here = mark.side == "hypothesis"
        place = {"start": mark.start if here else None, "end": mark.end if here else None}
        beside = {} if here else {"reference_start": mark.start, "reference_end": mark.end}
        errors.append({**place, "category": mark.category, "severity": mark.severity, **beside})
    return errors


def _scores(judged: Mapping[str, Sequence[Judgement]], k: int) -> dict[str, Any]:
    given = [own[k].score for own in judged.values()]
    known = [score for score in given if not math.isnan(score)]
    return {"esa_scores": [None if math.isnan(score) else score for score in given]} if known else {}
