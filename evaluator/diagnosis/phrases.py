"""Phrases that the reader points at: likely errors by its token scores, and the slot, the one phrase that differs.

In a near copy everything outside the slot has the same words, so that one look settles whether the
phrase means the same. The slot is sought in English only: the reader is English.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from evaluator.diagnosis.detect.name_forms import forms_of, licensed, one_form, same_words
from evaluator.diagnosis.detect.quantities import quantities
from evaluator.diagnosis.evidence import probability
from evaluator.diagnosis.pair import Pair, make_finding, runs
from evaluator.diagnosis.reader import OUTPUTS, Reading
from evaluator.diagnosis.sides import Side, Word, is_content
from evaluator.types import Finding, FloatArray

SLOT = "slot"
MAX_SLOT_WORDS = 3
"""Words of the slot, on either side."""
MIN_KEPT = 2
"""Content words that both texts share."""
MIN_PLANTED_ODDS = 0.45
"""Minimum log odds of a planted error."""
MIN_EDITED = 0.4
"""Minimum probability that a word of the slot is to be edited."""


def word_scores(side: Side, token_scores: FloatArray) -> FloatArray:
    """The highest score among each word's tokens, float64 (n_words,)."""
    out = np.zeros(len(side.words))
    for word, score in zip(side.token_word, token_scores.tolist(), strict=True):
        if word >= 0:
            out[word] = max(out[word], score)
    return out


def find_spans(pair: Pair, serious: FloatArray, level: float, severity: str) -> list[Finding]:
    """Phrases of the hypothesis whose words score above the level.

    Args:
        serious: score of each hypothesis token, (n_tokens,).
        level: minimum score of a word that a phrase needs; .6 of it lets the phrase go on.
    """
    scores = word_scores(pair.hypothesis, serious)
    words = pair.hypothesis.words
    out: list[Finding] = []
    for a, b in runs([i for i in range(len(words)) if scores[i] >= level * 0.6], 2):
        a, b = _trimmed(pair.hypothesis, a, b)
        if a < b and scores[a:b].max() >= level:
            partner = _partner(pair, a, b)
            kind = "accuracy/mistranslation" if partner else "accuracy/addition"
            out.append(make_finding(pair, kind, severity, "tokens", (a, b), partner, "reads unlike the reference"))
    return out


def find_lost(pair: Pair, lost: FloatArray, level: float, severity: str) -> list[Finding]:
    """Phrases of the reference whose words the reader takes for lost or changed."""
    scores = word_scores(pair.reference, lost)
    words = pair.reference.words
    out = []
    for a, b in runs([j for j in range(len(words)) if scores[j] >= level * 0.6 and words[j].kind != "punctuation"], 2):
        a, b = _trimmed(pair.reference, a, b)
        if a < b and scores[a:b].max() >= level:
            out.append(make_finding(pair, "accuracy/omission", severity, "tokens_lost", None, (a, b), "may be lost or changed"))
    return out


def _trimmed(side: Side, a: int, b: int) -> tuple[int, int]:
    """The range without punctuation at its ends."""
    while a < b and side.words[a].kind == "punctuation":
        a += 1
    while a < b and side.words[b - 1].kind == "punctuation":
        b -= 1
    return a, b


def _partner(pair: Pair, a: int, b: int) -> tuple[int, int] | None:
    there = sorted(pair.alignment.to_reference[i] for i in range(a, b) if pair.alignment.to_reference[i] >= 0)
    return (there[0], there[-1] + 1) if there and there[-1] - there[0] < 2 * (b - a) + 3 else None


def find_slot(pair: Pair, reading: Reading | None, found: Sequence[Finding]) -> list[Finding]:
    """The differing phrase as a finding; nothing where detectors found what they know more of: names, numbers, anything serious."""
    if reading is None or not pair.english or reading.pair[OUTPUTS.index("planted")] < MIN_PLANTED_ODDS:
        return []
    place = one_phrase(pair)
    if place is None:
        return []
    ours, theirs = place
    edited = word_scores(pair.hypothesis, probability(reading.wrong[:, 2]))
    if float(np.max(edited[slice(*ours)])) < MIN_EDITED:
        return []
    known = any(f.start is not None and (f.severity != "minor" or f.detector.startswith(("names", "numbers"))) for f in found)
    if known or _one_thing(pair, *place) or _one_number(pair, *place):
        return []
    return [make_finding(pair, "accuracy/mistranslation", "major", SLOT, ours, theirs, "the one phrase that differs says something else")]


def _one_thing(pair: Pair, ours: tuple[int, int], theirs: tuple[int, int]) -> bool:
    """True where every content word of one phrase is a form of one in the other: Serbs and Serbians, St. Gallen and Saint Gallen."""
    left, right = ([w for w in side.words[slice(*place)] if is_content(w)] for side, place in ((pair.hypothesis, ours), (pair.reference, theirs)))
    forms = forms_of(pair.reference), forms_of(pair.hypothesis)
    return any(
        all(licensed(w, known) or any(same_words(w.text, v.text) or one_form(w.text, v.text) or w.lower[:4] == v.lower[:4] for v in others) for w in words)
        for words, others, known in ((left, right, forms[0]), (right, left, forms[1]))
    )


def _one_number(pair: Pair, ours: tuple[int, int], theirs: tuple[int, int]) -> bool:
    """True where both phrases are one number in two forms: a dozen and twelve, 3rd and third."""
    left, right = ([q for q in quantities(side, True) if a <= q.start and q.end <= b] for side, (a, b) in ((pair.hypothesis, ours), (pair.reference, theirs)))
    whole = all(
        any(q.start <= k < q.end for q in found) or not is_content(side.words[k])
        for side, place, found in ((pair.hypothesis, ours, left), (pair.reference, theirs, right)) for k in range(*place)
    )  # fmt: skip
    return whole and bool(left) and [q.value for q in left] == [q.value for q in right]


def one_phrase(pair: Pair) -> tuple[tuple[int, int], tuple[int, int]] | None:
    """Word ranges of the hypothesis and the reference outside which both have the same words; None where they are long or lack content."""
    ours, theirs = _words(pair.hypothesis), _words(pair.reference)
    start = _common([w.lower for w in ours], [w.lower for w in theirs])
    end = _common([w.lower for w in ours[start:]][::-1], [w.lower for w in theirs[start:]][::-1])
    middle = ours[start : len(ours) - end], theirs[start : len(theirs) - end]
    kept = [w for w in ours[:start] + ours[len(ours) - end :] if not w.function]
    if len(kept) < MIN_KEPT or not all(1 <= len(part) <= MAX_SLOT_WORDS and any(is_content(w) for w in part) for part in middle):
        return None
    places = [(side.words.index(part[0]), side.words.index(part[-1]) + 1) for side, part in zip((pair.hypothesis, pair.reference), middle, strict=True)]
    return places[0], places[1]


def _words(side: Side) -> list[Word]:
    return [w for w in side.words if w.kind != "punctuation"]


def _common(a: Sequence[str], b: Sequence[str]) -> int:
    """Length of the common beginning."""
    return next((k for k, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
