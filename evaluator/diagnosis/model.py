"""What was fitted to join reader and detectors: read from `weights/decision.json`, and applied.

Fitted by `benchmarks/reader/fit.py`. Risk is monotone: every weight of its own line pulls the way in
which its evidence does, a lower fidelity raises it, and findings, the reader's scores and words without
a counterpart never raise fidelity. N-grams and likeness, which say one thing together, are free there.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from evaluator.diagnosis.evidence import NUMBERS
from evaluator.diagnosis.reader import FOLDER
from evaluator.types import FloatArray

FILE = FOLDER / "decision.json"
CUT = 5.0
"""Deviations from the mean at which a number is cut."""


class Line(NamedTuple):
    """A weighted sum of numbers and kinds of findings."""

    weights: FloatArray
    """By `NUMBERS`, for numbers at mean 0 and deviation 1."""
    kinds: Mapping[str, float]
    """For each finding of a kind `detector/severity`."""
    constant: float


class Levels(NamedTuple):
    """Probabilities from which the reader's token scores become phrases."""

    serious: float
    """Of a serious error at a word, in any paragraph."""
    serious_share: float
    """In a suspicious paragraph, share of its likeliest word's: domains differ in level more than in order."""
    lost: float
    """That a reference word is lost or changed; in flagged paragraphs alone."""
    lost_share: float
    """Share of the likeliest one's that a word needs as well."""
    suspicious: float
    """Risk from which words are named by `serious_share`, below the threshold already: most missed paragraphs are near it."""


class Decision(NamedTuple):
    """Everything that was fitted beside the reader."""

    mean: FloatArray
    scale: FloatArray
    risk: Line
    """Log odds of a serious error, together with `unfaithful`."""
    fidelity: Line
    unfaithful: float
    """What each unit of fidelity's line takes off the log odds of the risk, at least 0."""
    certain: Mapping[str, float]
    """By severity, what a detector's finding of it is worth by itself: the probability that it is right. Each reaches the threshold."""
    taken: Mapping[str, float]
    """By severity, what a detector's surest finding takes off fidelity's line, whatever its kind."""
    threshold: float
    """Risk from which a paragraph is flagged, at the prior."""
    prior: float
    """Share of broken paragraphs that `risk` is calibrated to."""
    levels: Levels


@lru_cache(maxsize=1)
def load_decision() -> Decision:
    """The decision of this package."""
    stored = json.loads(FILE.read_text(encoding="utf-8"))
    risk, fidelity = (Line(_by_number(stored[name]["numbers"]), stored[name]["kinds"], stored[name]["constant"]) for name in ("risk", "fidelity"))
    scales = _by_number(stored["mean"]), _by_number(stored["scale"])
    fitted = stored["unfaithful"], stored["certain"], stored["taken"], stored["threshold"], stored["prior"]
    return Decision(*scales, risk, fidelity, *fitted, Levels(**stored["levels"]))


def _by_number(values: Mapping[str, float]) -> FloatArray:
    return np.array([values[name] for name in NUMBERS])


def standardized(x: FloatArray, mean: FloatArray, scale: FloatArray) -> FloatArray:
    """Numbers at mean 0 and deviation 1, cut at `CUT` deviations."""
    z: FloatArray = np.clip((x - mean) / scale, -CUT, CUT)
    return z


def value(line: Line, decision: Decision, x: FloatArray, kinds: Mapping[str, int]) -> float:
    """The weighted sum."""
    found = sum(line.kinds.get(kind, 0.0) * number for kind, number in sorted(kinds.items()))
    return float(standardized(x, decision.mean, decision.scale) @ line.weights) + found + line.constant


def risk_of(decision: Decision, x: FloatArray, kinds: Mapping[str, int]) -> float:
    """Probability of a serious error at the fitted prior, 0-1: the odds that the lines give plus those that the surest serious finding is right."""
    odds = value(decision.risk, decision, x, kinds) - decision.unfaithful * value(decision.fidelity, decision, x, kinds)
    sure = surest(decision.certain, kinds)
    either = math.exp(odds) + sure / (1 - sure)
    return either / (1 + either)


def surest(by_severity: Mapping[str, float], kinds: Mapping[str, int]) -> float:
    """What the surest of a paragraph's findings is worth.

    Args:
        by_severity: of a finding of each severity.
        kinds: how often each kind `detector/severity` was found.
    """
    return max((by_severity.get(kind.rpartition("/")[2], 0.0) for kind in kinds), default=0.0)


def fidelity_of(decision: Decision, x: FloatArray, kinds: Mapping[str, int]) -> float:
    """0-100, higher is closer to the reference's meaning."""
    odds = value(decision.fidelity, decision, x, kinds) - surest(decision.taken, kinds)
    return round(100 / (1 + math.exp(-odds)), 3)


def adjust_for_prior(risk: float, prior: float | None, fitted: float) -> float:
    """The risk in material with another share of serious errors.

    Args:
        risk: 0-1, exclusive at both ends.
        prior: share of paragraphs with a serious error in the user's material, or None for `fitted`.
        fitted: the share that the risk is calibrated to.
    """
    if prior is None:
        return risk
    odds = math.log(risk / (1 - risk)) + math.log(prior / (1 - prior)) - math.log(fitted / (1 - fitted))
    return 1 / (1 + math.exp(-odds))


def threshold_of(decision: Decision, prior: float | None = None) -> float:
    """The risk from which a paragraph is flagged, at the given prior."""
    return round(adjust_for_prior(decision.threshold, prior, decision.prior), 4)


def suspicious_from(decision: Decision, prior: float | None = None) -> float:
    """The risk from which places are named, at the given prior."""
    return round(adjust_for_prior(decision.levels.suspicious, prior, decision.prior), 4)
