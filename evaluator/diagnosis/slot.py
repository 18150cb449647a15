"""The one phrase in which two texts differ, where the reader holds it for an error.

In a near copy everything else is said in the same words, so that one look settles whether the
phrase says the same. English only: the reader is.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from evaluator.diagnosis.detect.name_forms import forms_of, licensed, one_form, same_words
from evaluator.diagnosis.evidence import probability
from evaluator.diagnosis.pair import Pair, make
from evaluator.diagnosis.reader import OUTPUTS, Reading
from evaluator.diagnosis.spans import word_scores
from evaluator.diagnosis.types import Side, Word
from evaluator.types import Finding

NAME = "slot"
MOST_WORDS = 3
"""Of the phrase, on either side."""
LEAST_KEPT = 2
"""Content words that both texts share."""
PLANTED = 0.45
"""Least log odds of a planted error."""
EDITED = 0.4
"""Least probability that a word of the phrase is to be edited."""


def find_slot(pair: Pair, reading: Reading | None, found: Sequence[Finding]) -> list[Finding]:
    """The differing phrase as a finding; nothing where detectors found what they know more of: names, numbers, anything serious."""
    if reading is None or not pair.english or reading.pair[OUTPUTS.index("planted")] < PLANTED:
        return []
    place = one_phrase(pair)
    if place is None:
        return []
    ours, theirs = place
    edited = word_scores(pair.hypothesis, probability(reading.wrong[:, 2]))
    if float(np.max(edited[slice(*ours)])) < EDITED:
        return []
    known = any(f.start is not None and (f.severity != "minor" or f.detector.startswith(("names", "numbers"))) for f in found)
    if known or _one_thing(pair, *place):
        return []
    return [make(pair, "accuracy/mistranslation", "major", NAME, ours, theirs, "the one phrase that differs says something else")]


def _one_thing(pair: Pair, ours: tuple[int, int], theirs: tuple[int, int]) -> bool:
    """True where every content word of one phrase is a form of one in the other: Serbs and Serbians, St. Gallen and Saint Gallen."""
    left, right = ([w for w in side.words[slice(*place)] if _content(w)] for side, place in ((pair.hypothesis, ours), (pair.reference, theirs)))
    forms = forms_of(pair.reference), forms_of(pair.hypothesis)
    return any(
        all(licensed(w, known) or any(same_words(w.text, v.text) or one_form(w.text, v.text) or w.lower[:4] == v.lower[:4] for v in others) for w in words)
        for words, others, known in ((left, right, forms[0]), (right, left, forms[1]))
    )


def one_phrase(pair: Pair) -> tuple[tuple[int, int], tuple[int, int]] | None:
    """Word ranges of the hypothesis and the reference outside which both have the same words; None where they are long or lack content."""
    ours, theirs = _words(pair.hypothesis), _words(pair.reference)
    start = _common([w.lower for w in ours], [w.lower for w in theirs])
    end = _common([w.lower for w in ours[start:]][::-1], [w.lower for w in theirs[start:]][::-1])
    middle = ours[start : len(ours) - end], theirs[start : len(theirs) - end]
    kept = [w for w in ours[:start] + ours[len(ours) - end :] if not w.function]
    if len(kept) < LEAST_KEPT or not all(1 <= len(part) <= MOST_WORDS and any(_content(w) for w in part) for part in middle):
        return None
    places = [(side.words.index(part[0]), side.words.index(part[-1]) + 1) for side, part in zip((pair.hypothesis, pair.reference), middle, strict=True)]
    return places[0], places[1]


def _words(side: Side) -> list[Word]:
    return [w for w in side.words if w.kind != "mark"]


def _content(word: Word) -> bool:
    return word.kind == "word" and not word.function


def _common(a: Sequence[str], b: Sequence[str]) -> int:
    """Length of the common beginning."""
    return next((k for k, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
