"""Parts and multiples in words (two thirds, doubled, hundreds), signs, and changes by an amount or to it. English only."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from evaluator.diagnosis.detect.quantities import Quantity
from evaluator.diagnosis.detect.verbs import lemma
from evaluator.diagnosis.lexicon import SCALES, SMALL_NUMBERS
from evaluator.diagnosis.pair import Pair, cut, make_finding
from evaluator.diagnosis.sides import Side, Word, stem
from evaluator.types import Finding

_DENOMINATORS = {"half": 2, "third": 3, "quarter": 4, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9, "tenth": 10}
_MULTIPLES = {"halve": 0.5, "double": 2.0, "triple": 3.0, "treble": 3.0, "quadruple": 4.0}
_FORMS = {form: value for verb, value in _MULTIPLES.items() for form in (verb + "d", verb + "s", verb.removesuffix("e") + "ing")}
_MANY = {word: float(SCALES[word]) for word in ("dozens", "hundreds", "thousands", "millions", "billions")} | {"tens": 10.0}
_DASHES = "-−–"
_CHANGES = frozenset(
    stem(word) for word in ["rise", "rose", "risen", "increase", "increased", "fall", "fell", "fallen", "drop", "dropped", "grow", "grew", "grown", "climb", "climbed", "decline", "declined", "decrease", "decreased", "cut", "reduce", "reduced", "raise", "raised", "lower", "lowered", "shrink", "shrank", "jump", "jumped", "surge", "surged", "slump", "slumped", "plunge", "plunged", "slip", "slipped", "widen", "widened", "narrow", "narrowed"]
)  # fmt: skip
_BESIDE = frozenset(["$", "€", "£", "about", "around", "roughly", "some", "nearly", "almost"])
_COLD = ("zero", "freezing")
REACH = 5
"""Words before an amount in which the verb of its change is sought."""


class Part(NamedTuple):
    """A part, multiple or order of magnitude with the words that say it."""

    kind: str
    """`fraction`, `multiple` or `many`."""
    value: float
    start: int
    end: int


def parts(side: Side) -> Iterator[Part]:
    """All of a text in order."""
    words, i = side.words, 0
    while i < len(words):
        found = _fraction(words, i) or _many(words, i)
        if found is None and words[i].lower in _FORMS:
            found = Part("multiple", _FORMS[words[i].lower], i, i + 1)
        if found is not None:
            yield found
        i = found.end if found is not None else i + 1


def _fraction(words: Sequence[Word], i: int) -> Part | None:
    """Two thirds, three-quarters, a third of, by half."""
    lower = words[i].lower
    changed = i > 0 and words[i - 1].lower == "by"
    if lower == "half" and (changed or _next(words, i + 1) in ("of", "the")):
        return Part("fraction", 0.5, i, i + 1)
    above = 1 if lower in ("a", "one") else SMALL_NUMBERS.get(lower, 0)
    k = i + 2 if _next(words, i + 1) == "-" else i + 1
    below = _DENOMINATORS.get(_next(words, k).removesuffix("s"), 0)
    if not 0 < above < below or (above == 1 and not changed and _next(words, k + 1) != "of") or (above > 1 and not _next(words, k).endswith("s")):
        return None
    return Part("fraction", above / below, i, k + 1)


def _many(words: Sequence[Word], i: int) -> Part | None:
    """Hundreds, tens of thousands."""
    if words[i].lower not in _MANY:
        return None
    value, end = _MANY[words[i].lower], i + 1
    while _next(words, end) == "of" and _next(words, end + 1) in _MANY:
        value, end = value * _MANY[words[end + 1].lower], end + 2
    return Part("many", value, i, end)


def _next(words: Sequence[Word], i: int) -> str:
    return words[i].lower if i < len(words) else ""


def changed_parts(pair: Pair) -> list[tuple[Part, Part]]:
    """Parts and multiples of the hypothesis that differ from the reference's, with these; of kinds that stand once on each side."""
    if not pair.english:
        return []
    ours, theirs = list(parts(pair.hypothesis)), list(parts(pair.reference))
    out = []
    for kind in ("fraction", "multiple", "many"):
        here, there = [p for p in ours if p.kind == kind], [p for p in theirs if p.kind == kind]
        if len(here) == len(there) == 1 and here[0].value != there[0].value:
            out.append((here[0], there[0]))
    return out


def find_signs(pair: Pair, ours: Sequence[Quantity], theirs: Sequence[Quantity]) -> list[Finding]:
    """A minus lost or added before a number that stands once on each side."""
    out = []
    for q, r in _once_each(ours, theirs):
        here, there = is_negative(pair.hypothesis, q), is_negative(pair.reference, r)
        if here != there:
            message = f"the minus before {cut(pair.reference, (r.start, r.end))} is {'lost' if there else 'added'}"
            out.append(make_finding(pair, "accuracy/number", "critical", "numbers", (q.start, q.end), (r.start, r.end), message))
    return out


def is_negative(side: Side, q: Quantity) -> bool:
    """True for -5, minus 5, and 5 degrees below zero; the dash of a range or a list is none."""
    words = side.words
    before = words[q.start - 1] if q.start else None
    if before is not None and before.lower in ("minus", "negative"):
        return True
    if any(w.lower in _COLD and words[k - 1].lower == "below" for k, w in enumerate(words) if q.end < k <= q.end + 3):
        return True
    if before is None or before.text not in _DASHES or before.end != words[q.start].start:
        return False
    apart = q.start == 1 or words[q.start - 2].end < before.start
    return apart and not (q.start > 1 and (words[q.start - 2].kind == "number" or words[q.start - 2].text == "%"))


def find_changes(pair: Pair, ours: Sequence[Quantity], theirs: Sequence[Quantity]) -> list[Finding]:
    """A rise by an amount that became a rise to it, or the other way."""
    if not pair.english:
        return []
    out = []
    for q, r in _once_each(ours, theirs):
        here, there = _preposition(pair.hypothesis, q), _preposition(pair.reference, r)
        if {here, there} == {"by", "to"}:
            places = (max(0, q.start - 2), q.end), (max(0, r.start - 2), r.end)
            words = cut(pair.hypothesis, (q.start, q.end))
            message = f"a change {here} {words} where the reference says {there} it"
            out.append(make_finding(pair, "accuracy/number", "major", "numbers_bound", *places, message))
    return out


def _preposition(side: Side, q: Quantity) -> str:
    """The word before an amount beside a verb of change; empty without such a verb."""
    k = q.start - 1
    while k >= 0 and side.words[k].lower in _BESIDE:
        k -= 1
    near = side.words[max(0, k - REACH) : max(0, k)]
    return side.words[k].lower if k >= 0 and any(lemma(w) in _CHANGES or w.stem in _CHANGES for w in near) else ""


def _once_each(ours: Sequence[Quantity], theirs: Sequence[Quantity]) -> Iterator[tuple[Quantity, Quantity]]:
    """Numbers in digits that stand once on each side."""
    for q in ours:
        same = [r for r in theirs if r.value == q.value and r.kind == q.kind == "number"]
        if len(same) == 1 and q.digits and same[0].digits and sum(p.value == q.value for p in ours) == 1:
            yield q, same[0]
