"""A prior and a threshold for material like that which people judged."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

FORMAT = "evaluator-calibration-1"


class Case(NamedTuple):
    """One judged segment."""

    risk: float
    """As the run has it, 0-1."""
    serious: float
    """Share of people who marked a serious error, 0-1."""
    weight: float
    """How many segments it stands for, 1 or more."""


class Fitted(NamedTuple):
    """What was fitted, and how flags do with it on the same answers."""

    prior: float
    threshold: float
    f1_before: float
    """Of the run's flags, over all segments that were drawn from."""
    f1_after: float


def fit(cases: Sequence[Case], prior: float, threshold: float) -> Fitted | None:
    """The share of serious errors as the prior, and the threshold with the best F1 at it; None where all or none are serious.

    Of thresholds that are equally good the nearest to the run's own is taken, moved to the new prior.

    Args:
        cases: all answers.
        prior: of the run, which its risks are calibrated to.
        threshold: of the run, at that prior.
    """
    total = sum(case.weight for case in cases)
    share = sum(case.weight * case.serious for case in cases) / total
    fitted = round(share, 4)
    if not 0 < fitted < 1:
        return None
    moved = [case._replace(risk=move(case.risk, prior, fitted)) for case in cases]
    now = move(threshold, prior, fitted)
    known = sorted({case.risk for case in moved})
    between = [round((low + high) / 2, 6) for low, high in pairwise(known) if high - low > 2e-4]
    best = max([now, *(one for one in between if 0 < one < 1)], key=lambda one: (round(f1_of(moved, one), 9), -abs(one - now)))
    return Fitted(fitted, round(best, 6), f1_of(moved, now), f1_of(moved, best))


def move(risk: float, prior: float, to: float) -> float:
    """A risk at one prior as it is at another; 0 and 1 stay.

    >>> round(move(0.5, 0.2, 0.5), 6)
    0.8
    """
    if risk in (0, 1):
        return risk
    odds = math.log(risk / (1 - risk)) + math.log(to / (1 - to)) - math.log(prior / (1 - prior))
    return 1 / (1 + math.exp(-odds))


def f1_of(cases: Sequence[Case], threshold: float) -> float:
    """F1 of flagging from a threshold, weighted; 0 where nothing serious is flagged."""
    right = sum(case.weight * case.serious for case in cases if case.risk >= threshold)
    flagged = sum(case.weight for case in cases if case.risk >= threshold)
    serious = sum(case.weight * case.serious for case in cases)
    return 2 * right / (flagged + serious)


def calibration_text(fitted: Fitted, diagnosis: str, fitted_on: Mapping[str, Any]) -> str:
    """The file that `score --calibration` takes.

    Args:
        fitted: what was fitted.
        diagnosis: version of the diagnosis whose risks were judged; another version's mean something else.
        fitted_on: numbers of answers and figures, for people who read the file.
    """
    stored = {"format": FORMAT, "diagnosis": diagnosis, "prior": fitted.prior, "threshold": fitted.threshold, "fitted_on": dict(fitted_on)}
    return json.dumps(stored, ensure_ascii=False, indent=1) + "\n"
