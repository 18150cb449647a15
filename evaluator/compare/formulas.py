"""From summed statistics to scores, vectorised: sacreBLEU's formulas over any number of resamples.

The last axis holds a metric's statistics, all others are free. A formula is plain data (`kind`
and its parameters), so that a run folder can be compared again without the metric. Results are
those of sacreBLEU to the last bits of a logarithm; in float32 each step rounds where sacreBLEU's
own bootstrap, which computes in float32, rounds (under NumPy 2).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from numbers import Integral, Real
from typing import Any, NamedTuple, get_type_hints

import numpy as np

from evaluator.plugins import did_you_mean
from evaluator.types import EvaluatorError

Array = Any
"""float64, or float32 for sacreBLEU's bootstrap; (..., n_stats) in, (...) out."""
EPSILON = 1e-16
SMOOTHING = ("none", "floor", "add-k", "exp")
FITTING: Mapping[Any, str] = {str: "text", int: "a whole number of 0 or more", bool: "true or false", float | None: "a number of 0 or more, or null"}
"""By type of a parameter, what it must be in words."""
LOG_OF_ZERO = -9999999999.0
"""What sacreBLEU takes for the logarithm of a precision of 0."""


class Formula(NamedTuple):
    """A metric's two ways from statistics to scores."""

    corpus: Callable[[Array], Array]
    segment: Callable[[Array], Array]
    """Differs for BLEU, which takes the effective order in single segments."""


def make_formula(stated: Mapping[str, Any]) -> Formula:
    """The formula that plain data states.

    Raises:
        EvaluatorError: a kind that is not known, or a parameter that it does not have or of which the value is wrong.
    """
    parameters = dict(stated)
    kind = parameters.pop("kind", "")
    if not isinstance(kind, str) or kind not in _MAKERS:
        raise EvaluatorError(f"There is no formula {kind!r:.60}.{did_you_mean(str(kind)[:60], _MAKERS)}")
    _check_parameters(kind, parameters)
    return _MAKERS[kind](**parameters)


def n_statistics(stated: Mapping[str, Any]) -> int:
    """How many statistics of a segment a formula takes, at the least.

    >>> n_statistics({"kind": "bleu", "order": 4}), n_statistics({"kind": "ratio", "of": 2, "by": 3})
    (10, 4)
    """
    order = stated.get("order")
    if stated["kind"] == "bleu":
        return 2 + 2 * (4 if order is None else int(order))
    if stated["kind"] == "chrf":
        return 3 * (6 if order is None else int(order))
    return 2 if stated["kind"] == "ter" else 1 + max(stated.get("of", 0), stated.get("by", 1))


def _check_parameters(kind: str, given: Mapping[str, Any]) -> None:
    known = {name: hint for name, hint in get_type_hints(_MAKERS[kind]).items() if name != "return"}
    for name, value in given.items():
        if name not in known:
            raise EvaluatorError(f"The formula {kind} has no parameter {name!r:.60}.{did_you_mean(str(name)[:60], known or ['none'])}")
        if not _is_fitting(name, value, known[name]):
            words = {"order": "a whole number of 1 or more", "smooth_method": f"one of {', '.join(SMOOTHING)}"}.get(name, FITTING[known[name]])
            raise EvaluatorError(f"{name} of the formula {kind} is {value!r:.60}; it must be {words}.")


def _is_fitting(name: str, value: Any, hint: Any) -> bool:
    if hint is bool or hint is str:
        return isinstance(value, hint) and (hint is bool or value in SMOOTHING)
    if value is None or isinstance(value, bool):
        return value is None and hint is not int
    number = isinstance(value, Integral if hint is int else Real)
    return number and (name == "order") <= value < math.inf


def _bleu_formula(order: int = 4, smooth_method: str = "exp", smooth_value: float | None = None, effective_order: bool = False) -> Formula:
    value = {"floor": 0.1, "add-k": 1.0}.get(smooth_method, 0.0) if smooth_value is None else smooth_value

    def corpus(summed: Array) -> Array:
        return bleu(summed, order, smooth_method, value, effective_order)

    def segment(summed: Array) -> Array:
        return bleu(summed, order, smooth_method, value, True)

    return Formula(corpus, segment)


def bleu(summed: Array, order: int, smooth_method: str, smooth_value: float, effective_order: bool) -> Array:
    """BLEU from (..., 2 + 2 * order): lengths, matches by order, totals by order."""
    hypothesis, reference = np.asarray(summed[..., 0], np.float64), np.asarray(summed[..., 1], np.float64)
    alive, any_match = np.True_, np.False_
    smooth = summed.dtype.type(1)
    logs, effective = np.zeros(hypothesis.shape), np.zeros(hypothesis.shape)
    with np.errstate(divide="ignore", invalid="ignore"):
        for n in range(order):
            correct, total = summed[..., 2 + n], summed[..., 2 + order + n]
            any_match = any_match | (correct > 0)
            if smooth_method == "add-k" and n:
                correct, total = correct + smooth_value, total + smooth_value
            alive = alive & (total > 0)
            missed = correct == 0
            precision = 100 * correct / total
            if missed.any() and smooth_method in ("exp", "floor"):
                smooth = np.where(missed & alive, 2 * smooth, smooth)
                instead = 100 / (smooth * total) if smooth_method == "exp" else 100 * smooth_value / total
                precision = np.where(missed, instead, precision)
            logs, effective = logs + _log(precision, alive, effective_order), effective + (alive if effective_order else 1)
        brevity = np.where(hypothesis < reference, np.where(hypothesis > 0, np.exp(1 - reference / hypothesis), 0), 1)
        return np.where(any_match, brevity * np.exp(logs / np.maximum(effective, 1)), 0.0)


def _log(precision: Array, alive: Array, effective_order: bool) -> Array:
    """A precision's part of the sum: sacreBLEU's floor for 0, and nothing for orders that are left out."""
    found = alive & (precision > 0)
    if found.all():
        return np.log(precision, dtype=np.float64)
    term = np.where(found, np.log(np.where(found, precision, 1), dtype=np.float64), LOG_OF_ZERO)
    return np.where(alive, term, 0) if effective_order else term


def _chrf_formula(order: int = 6, beta: int = 2, eps_smoothing: bool = False) -> Formula:
    def corpus(summed: Array) -> Array:
        return chrf_smoothed(summed, order, beta) if eps_smoothing else chrf(summed, order, beta)

    return Formula(corpus, corpus)


def chrf(summed: Array, order: int, beta: int) -> Array:
    """chrF from (..., 3 * order): hypothesis, reference and matching n-grams by order."""
    factor = beta**2
    zero = np.zeros(summed.shape[:-1], summed.dtype)
    precision, recall, effective = zero, zero, zero
    with np.errstate(divide="ignore", invalid="ignore"):
        for i in range(order):
            hypothesis, reference, match = (summed[..., 3 * i + k] for k in range(3))
            both = (hypothesis > 0) & (reference > 0)
            if both.all():
                precision, recall, effective = precision + match / hypothesis, recall + match / reference, effective + 1
            else:
                precision = precision + np.where(both, match / hypothesis, zero)
                recall = recall + np.where(both, match / reference, zero)
                effective = effective + both.astype(summed.dtype)
        precision, recall = precision / np.maximum(effective, 1), recall / np.maximum(effective, 1)
        score = (1 + factor) * precision * recall / (factor * precision + recall)
        return np.where(precision + recall > 0, 100 * score, zero)


def chrf_smoothed(summed: Array, order: int, beta: int) -> Array:
    """chrF with the epsilon of chrF++.py, NLTK and Moses."""
    factor = beta**2
    epsilon = summed.dtype.type(EPSILON)
    score = np.zeros(summed.shape[:-1], summed.dtype)
    with np.errstate(divide="ignore", invalid="ignore"):
        for i in range(order):
            hypothesis, reference, match = (summed[..., 3 * i + k] for k in range(3))
            precision = np.where(hypothesis > 0, match / hypothesis, epsilon)
            recall = np.where(reference > 0, match / reference, epsilon)
            below = factor * precision + recall
            score = score + np.where(below > 0, (1 + factor) * precision * recall / below, epsilon)
    return 100 * score / order


def _ter_formula() -> Formula:
    return Formula(ter, ter)


def ter(summed: Array) -> Array:
    """TER from (..., 2): edits and reference length."""
    edits, length = summed[..., 0], summed[..., 1]
    with np.errstate(divide="ignore", invalid="ignore"):
        return 100 * np.where(length > 0, edits / length, (edits > 0).astype(summed.dtype))


def _ratio_formula(of: int = 0, by: int = 1) -> Formula:
    def ratio(summed: Array) -> Array:
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(summed[..., by] > 0, summed[..., of] / summed[..., by], np.nan)

    return Formula(ratio, ratio)


_MAKERS: dict[str, Callable[..., Formula]] = {"bleu": _bleu_formula, "chrf": _chrf_formula, "ter": _ter_formula, "ratio": _ratio_formula}
