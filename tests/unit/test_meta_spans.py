"""Spans by character and contrastive sets, beside counting by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from evaluator import meta
from evaluator.meta.contrast import contrast_rows
from evaluator.meta.spans import SpanMaterial, span_rows
from evaluator.types import EvaluatorError

Spans = list[tuple[int, int, str]]


def by_sets(gold: list[Spans], own: list[Spans]) -> list[float]:
    """The six figures from sets of characters; a character's severity is its worst."""
    both = credit = marked = people = 0.0

    def levels(spans: Spans) -> dict[int, int]:
        out: dict[int, int] = {}
        for start, end, severity in spans:
            for character in range(start, end):
                out[character] = max(out.get(character, 0), 1 if severity == "minor" else 2)
        return out

    for one, other in zip(gold, own, strict=True):
        theirs, ours = levels(one), levels(other)
        common = theirs.keys() & ours.keys()
        both, marked, people = both + len(common), marked + len(ours), people + len(theirs)
        credit += sum(1.0 if theirs[c] == ours[c] else 0.5 for c in common)
    return [x for right in (both, credit) for x in (right / marked, right / people, 2 * right / (marked + people))]


@pytest.mark.parametrize("seed", range(8))
def test_span_scores_are_those_of_sets_of_characters(seed: int) -> None:
    rng = np.random.default_rng(seed)

    def some() -> list[Spans]:
        texts = []
        for _ in range(6):
            starts = rng.integers(0, 20, int(rng.integers(0, 4)))
            texts.append([(int(s), int(s + rng.integers(0, 9)), str(rng.choice(["minor", "major", "critical"]))) for s in starts])
        return texts

    gold, own = [*some(), [(0, 3, "major")]], [*some(), [(1, 2, "minor")]]
    assert list(meta.span_f1(gold, own)) == pytest.approx(by_sets(gold, own))


def test_nothing_marked_has_no_precision_and_bad_spans_are_refused() -> None:
    score = meta.span_f1([[(0, 3)]], [[]])
    assert math.isnan(score.precision)
    assert (score.recall, score.f1) == (0.0, 0.0)
    with pytest.raises(EvaluatorError, match="2 texts and spans of 1"):
        meta.span_f1([[], []], [[]])
    with pytest.raises(EvaluatorError, match="span from 4 to 2"):
        meta.span_f1([[(4, 2)]], [[]])


def test_rows_of_spans_hold_marking_everything_and_raters_beside_the_metric() -> None:
    lengths, segments = np.array([10, 10, 10]), np.array([0, 1, 2])
    raters: list[list[Spans | None]] = [[[(0, 5, "major")], [], None], [[(0, 4, "major")], [(2, 3, "major")], [(0, 1, "minor")]]]
    material = SpanMaterial(lengths, segments, raters, {"m": [[(0, 5, "major")], [], []]}, 1)
    rows = {(row["metric"], row["statistic"]): row for row in span_rows(material, "all errors", resamples=50)}
    assert rows["m", "precision"]["value"] == pytest.approx(9 / 10)
    assert rows["m", "recall"]["value"] == pytest.approx(9 / 11)
    assert rows["everything", "recall"]["value"] == 1.0
    assert rows["everything", "precision"]["value"] == pytest.approx(11 / 50)
    assert rows["rater", "f1"]["value"] == pytest.approx(16 / 20)
    assert "9 characters marked by both, 10 by m, 11 by people" in rows["m", "f1"]["details"]


def test_a_tie_is_no_preference() -> None:
    found = meta.contrastive_accuracy([3, 3, 3, np.nan], [1, 3, 4, 1])
    assert list(found) == pytest.approx([1 / 3, found.ci_low, found.ci_high, 3, 1])
    assert 0 < found.ci_low < 1 / 3 < found.ci_high < 1
    with pytest.raises(EvaluatorError, match="2 better and 1 worse"):
        meta.contrastive_accuracy([1, 2], [1])


def test_wilsons_interval_is_scipys() -> None:
    from scipy.stats import binomtest

    found = meta.contrastive_accuracy([1] * 17 + [0] * 3, [0] * 17 + [1] * 3)
    expected = binomtest(17, 20).proportion_ci(method="wilson")
    assert [found.ci_low, found.ci_high] == pytest.approx([expected.low, expected.high])


def test_contrast_is_given_by_category_and_severity() -> None:
    scores = {"m": (np.array([2.0, 2.0, 2.0]), np.array([1.0, 3.0, 1.0]))}
    rows = {row["grouping"]: row["value"] for row in contrast_rows(scores, ["number", "number", "name"], ["major", "major", "minor"])}
    assert rows == {"all pairs": pytest.approx(2 / 3), "severity major": 0.5, "severity minor": 1.0, "category name": 1.0, "category number": 0.5}
