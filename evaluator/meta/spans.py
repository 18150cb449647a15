"""Marked spans against spans that people marked, by character: precision, recall and F1, plain and weighted by severity.

Counts are summed over all texts before they are divided. The weighted figures give a character that
both marked full credit where the severities agree (major and critical are one) and half where they do not, as WMT's
task on error spans does (Blain et al. 2023, doi:10.18653/v1/2023.wmt-1.52).
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evaluator.meta.bootstrap import RESAMPLES, interval
from evaluator.types import EvaluatorError, FloatArray

Levels = NDArray[np.int8]
"""Each character of all texts one after another: 0 unmarked, 1 minor, 2 major or critical, -1 in texts that nobody looked at."""
SERIOUS = ("major", "critical")
MISMATCH = 0.5
EVERYTHING = "everything"
"""What stands for a metric in rows of marking every character."""
STATISTICS = ("precision", "recall", "f1", "weighted_precision", "weighted_recall", "weighted_f1")


class SpanScore(NamedTuple):
    """How well spans cover those that people marked."""

    precision: float
    """Share of marked characters that people marked; NaN where none is marked."""
    recall: float
    """Share of the characters that people marked; NaN where there is none."""
    f1: float
    weighted_precision: float
    weighted_recall: float
    weighted_f1: float


Span = Sequence[Any]
"""(start, end) or (start, end, severity), half-open, in characters."""


def span_f1(gold: Sequence[Sequence[Span]], spans: Sequence[Sequence[Span]]) -> SpanScore:
    """Precision, recall and F1 of spans by character, over all texts together.

    Args:
        gold: for each text the spans that people marked, (start, end) or (start, end, severity).
        spans: for each text those to be judged.

    Raises:
        EvaluatorError: unequal numbers of texts, or a span that ends before it begins.

    >>> score = span_f1([[(0, 4, "major")], []], [[(2, 6, "minor")], [(0, 2, "minor")]])
    >>> round(score.precision, 3), score.recall, score.f1, score.weighted_recall
    (0.333, 0.5, 0.4, 0.25)
    """
    if len(gold) != len(spans):
        raise EvaluatorError(f"There are gold spans of {len(gold)} texts and spans of {len(spans)}; they must be equally many.")
    lengths = np.array([max((span[1] for span in (*one, *other)), default=0) for one, other in zip(gold, spans, strict=True)], dtype=np.int64)
    counts = overlap_counts(paint(gold, lengths), paint(spans, lengths), lengths)
    return SpanScore(*(float(value) for value in scores_of(counts.sum(axis=0))))


def paint(spans: Sequence[Sequence[Span] | None], lengths: NDArray[np.int64]) -> Levels:
    """The characters of all texts with the worst severity that covers each.

    Args:
        spans: of each text; None where nobody looked.
        lengths: characters of each text, int64 (n_texts,).

    Raises:
        EvaluatorError: a span outside its text.
    """
    ends = np.cumsum(lengths)
    levels = np.zeros(int(ends[-1]) if len(ends) else 0, dtype=np.int8)
    for text, (own, end, length) in enumerate(zip(spans, ends, lengths, strict=True)):
        first = end - length
        if own is None:
            levels[first:end] = -1
            continue
        for start, stop, *severity in own:
            if not 0 <= start <= stop <= length:
                raise EvaluatorError(f"Text {text + 1} has a span from {start} to {stop}, and {length} characters.")
            level = 1 if severity and severity[0] not in SERIOUS else 2
            part = levels[first + start : first + stop]
            np.maximum(part, level, out=part)
    return levels


def overlap_counts(gold: Levels, metric: Levels, lengths: NDArray[np.int64]) -> FloatArray:
    """Per text: characters marked by both, their credit, marked by the metric, marked by people; float64 (n_texts, 4)."""
    seen = (gold >= 0) & (metric >= 0)
    both = seen & (gold > 0) & (metric > 0)
    credit = np.where(both, np.where(gold == metric, 1.0, MISMATCH), 0.0)
    ends = np.cumsum(lengths)
    columns = []
    for values in (both, credit, seen & (metric > 0), seen & (gold > 0)):
        running = np.concatenate([[0.0], np.cumsum(values, dtype=np.float64)])
        columns.append(running[ends] - running[ends - lengths])
    return np.stack(columns, axis=-1)


def scores_of(counts: FloatArray) -> FloatArray:
    """The six figures of `SpanScore` from sums of counts: (..., 4) to (..., 6)."""
    both, credit, marked, gold = (counts[..., k] for k in range(4))
    out = []
    with np.errstate(invalid="ignore", divide="ignore"):
        for right in (both, credit):
            out += [np.where(marked > 0, right / marked, np.nan), np.where(gold > 0, right / gold, np.nan)]
            out.append(np.where(marked + gold > 0, 2 * right / (marked + gold), np.nan))
    return np.stack(out, axis=-1)


class SpanMaterial(NamedTuple):
    """Spans of the same texts by raters and by metrics."""

    lengths: NDArray[np.int64]
    """Characters of each text, int64 (n_texts,)."""
    segments: NDArray[np.int64]
    """The segment that each text translates, int64 (n_texts,): what is drawn for intervals."""
    raters: Sequence[Sequence[Sequence[Span] | None]]
    """By rater and text; None where one did not judge the text."""
    metrics: Mapping[str, Sequence[Sequence[Span] | None]]
    """By metric and text."""
    n_systems: int


def span_rows(
    material: SpanMaterial, grouping: str, statistics: Sequence[str] = STATISTICS, resamples: int = RESAMPLES, seed: int = 12345
) -> list[dict[str, Any]]:
    """Rows of meta.csv: each metric against every rater, marking everything, and raters against each other."""
    raters = [paint(own, material.lengths) for own in material.raters]
    everything: list[Sequence[Span] | None] = [[(0, int(length))] for length in material.lengths]
    rows = []
    for name, spans in {**material.metrics, EVERYTHING: everything}.items():
        metric = paint(spans, material.lengths)
        counts = np.sum([overlap_counts(gold, metric, material.lengths) for gold in raters], axis=0)
        rows += _rows(material, grouping, name, counts, f"against {len(raters)} raters" if len(raters) > 1 else "", statistics, resamples, seed)
    if len(raters) > 1:
        counts = np.sum([overlap_counts(raters[a], raters[b], material.lengths) for a, b in itertools.permutations(range(len(raters)), 2)], axis=0)
        rows += _rows(material, grouping, "rater", counts, "one rater against another, counts of all ordered pairs summed", statistics, resamples, seed)
    return rows


def _rows(
    material: SpanMaterial, grouping: str, name: str, counts: FloatArray, details: str, statistics: Sequence[str], resamples: int, seed: int
) -> list[dict[str, Any]]:
    values = scores_of(counts.sum(axis=0))
    n = int(material.segments.max()) + 1
    by_segment = np.stack([np.bincount(material.segments, counts[:, k], minlength=n) for k in range(4)], axis=-1)
    rng = np.random.default_rng(seed)
    drawn = np.stack([scores_of(by_segment[rng.integers(n, size=n)].sum(axis=0)) for _ in range(resamples)]) if resamples else np.zeros((0, 6))
    both, _, marked, gold = counts.sum(axis=0)
    said = "; ".join(filter(None, [details, f"{both:.0f} characters marked by both, {marked:.0f} by {name}, {gold:.0f} by people"]))
    rows = []
    for statistic in statistics:
        k = STATISTICS.index(statistic)
        ends = interval(drawn[:, k])
        known = not np.isnan(values[k])
        rows.append(
            {
                "level": "span", "statistic": statistic, "grouping": grouping, "metric": name, "value": float(values[k]) if known else None,
                "ci_low": None if np.isnan(ends.low) else ends.low, "ci_high": None if np.isnan(ends.high) else ends.high, "rank": None, "cluster": None,
                "n_systems": material.n_systems, "n_segments": len(material.lengths), "details": said if known else f"undefined: nothing is marked; {said}",
            }
        )  # fmt: skip
    return rows
