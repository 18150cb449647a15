"""Comparisons with `than` that say one thing in two ways: less A than B, more B than A. English only."""

from __future__ import annotations

from evaluator.diagnosis.detect.verbs import lemma
from evaluator.diagnosis.lexicon import SMALL_NUMBERS
from evaluator.diagnosis.pair import Pair
from evaluator.diagnosis.sides import Side, is_content

BEHIND = 5
"""Words behind `more` or `older` among which its `than` stands."""
LEFT, RIGHT = 8, 3
"""Content words in front of `than` and behind it that may name what is compared."""


def than_of(side: Side, i: int) -> int:
    """Where the `than` of the comparison at a word stands; 0 without one."""
    return next((k for k in range(i + 1, min(len(side.words) - 1, i + 1 + BEHIND)) if side.words[k].lower == "than"), 0)


def turned_round(pair: Pair, i: int, j: int) -> bool:
    """True where what is compared changes places, or each comparison is with another number: more than ten, less than twenty.

    Args:
        pair: two aligned sides.
        i: a word of the hypothesis with a `than` behind it.
        j: its opposite in the reference, with one as well.
    """
    ours, theirs = than_of(pair.hypothesis, i), than_of(pair.reference, j)
    behind = pair.hypothesis.words[ours + 1], pair.reference.words[theirs + 1]
    if any(word.kind == "number" or word.lower in SMALL_NUMBERS for word in behind):
        return behind[0].lower != behind[1].lower
    right, was_right = _behind(pair.hypothesis, ours), _behind(pair.reference, theirs)
    was_left = {lemma(word) for word in [w for w in pair.reference.words[:theirs] if is_content(w)][-LEFT:]}
    return not right & was_right and bool(right & was_left)


def _behind(side: Side, than: int) -> set[str]:
    return {lemma(word) for word in [w for w in side.words[than + 1 :] if is_content(w)][:RIGHT]}
