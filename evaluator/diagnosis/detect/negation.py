"""Negations lost, added or moved, and possibility turned into fact. English only."""

from __future__ import annotations

from evaluator.diagnosis.lexicon import NEGATIONS, NEGATIVE_PREFIXES, STRICT_NEGATIONS, STRONG_MODALS
from evaluator.diagnosis.pair import Pair, make
from evaluator.diagnosis.types import Side
from evaluator.types import Finding

_WEAK = frozenset(
    [
        "few",
        "little",
        "unless",
        "only",
        "alone",
        "instead",
        "avoid",
        "prevent",
        "stop",
        "stopped",
        "prevented",
        "avoided",
        "against",
        "rather",
        "ban",
        "banned",
        "except",
        "besides",
        "missing",
        "disagree",
        "disagreed",
        "hampered",
        "absence",
        "absent",
        "loss",
        "free",
        "latest",
        "otherwise",
    ]
)


def negations(side: Side, strict: bool = True) -> list[int]:
    """Words that negate."""
    kinds = STRICT_NEGATIONS if strict else NEGATIONS
    out = [i for i, w in enumerate(side.words) if w.lower in kinds or w.lower.endswith("n't") or (not strict and _prefixed(w.lower))]
    if not strict:
        return out
    return [
        i
        for n, i in enumerate(out)
        if not _no_negation(side, i) and not (side.words[i].lower == "nor" and n and side.words[out[n - 1]].sentence == side.words[i].sentence)
    ]


def _no_negation(side: Side, i: int) -> bool:
    """True for No. 156, not only, no later than, cannot do without, minister without portfolio."""
    word, after = side.words[i], side.words[min(i + 1, len(side.words) - 1)]
    if word.lower == "no" and (after.text == "." or after.lower in ("matter", "doubt", "later", "longer", "wonder")):
        return True
    return word.lower == "without" or (word.lower == "not" and after.lower in ("only", "just", "merely", "least", "necessarily"))


def _prefixed(lower: str) -> bool:
    return (
        len(lower) > 6
        and lower.startswith(("un", "im", "in", "dis", "non", "ir", "il"))
        and lower.endswith(("able", "ible", "ed", "ly", "al", "ful", "ent", "ant", "ing", "less", "ic", "er"))
    )


def find_negation(pair: Pair) -> list[Finding]:
    """A negation on one side that nothing on the other answers."""
    if not pair.english:
        return []
    return _one_sided(pair, lost=False) + _one_sided(pair, lost=True)


def _one_sided(pair: Pair, *, lost: bool) -> list[Finding]:
    here, there = (pair.reference, pair.hypothesis) if lost else (pair.hypothesis, pair.reference)
    strict, loose = negations(here), negations(there, strict=False)
    weak = sum(w.lower in _WEAK for w in there.words) - sum(w.lower in _WEAK for w in here.words)
    spare = len(strict) - len(loose) - max(0, weak)
    out: list[Finding] = []
    cosine = pair.alignment.cosine.T if lost else pair.alignment.cosine
    # The negations with the least likeness to any on the other side are those without answer.
    ranked = sorted(strict, key=lambda i: float(cosine[i, loose].max()) if loose else 0.0)
    for i in ranked[: max(0, spare)]:
        start, end = max(0, i - 1), min(len(here.words), i + 2)
        while end < len(here.words) and end < i + 3 and here.words[end - 1].function:
            end += 1
        what = "lost" if lost else "added"
        span = (start if here.words[start].kind != "mark" else i, end)
        partner = _place(pair, span, lost)
        ours, theirs = (partner, span) if lost else (span, partner)
        out.append(make(pair, "accuracy/negation", "critical", f"negation_{what}", ours, theirs, f"the negation {here.words[i].text!r} is {what}"))
    return out


def _place(pair: Pair, span: tuple[int, int], lost: bool) -> tuple[int, int] | None:
    """Range of the other side that the range's words are aligned with, where it is short."""
    links = pair.alignment.to_hypothesis if lost else pair.alignment.to_reference
    there = sorted(links[i] for i in range(*span) if links[i] >= 0)
    return (there[0], there[-1] + 1) if there and there[-1] - there[0] < 6 else None


def find_modality(pair: Pair) -> list[Finding]:
    """A possibility turned into a fact or the other way, at one place in the sentence."""
    if not pair.english:
        return []
    out: list[Finding] = []
    for i, word in enumerate(pair.hypothesis.words):
        j = pair.alignment.to_reference[i]
        if j < 0 or word.lower not in STRONG_MODALS or word.capital:
            continue
        other = pair.reference.words[j]
        step = abs(STRONG_MODALS.get(other.lower, STRONG_MODALS[word.lower]) - STRONG_MODALS[word.lower])
        if step >= 2:
            out.append(
                make(
                    pair,
                    "accuracy/mistranslation",
                    "major" if step == 3 else "minor",
                    "modality",
                    (i, min(i + 2, len(pair.hypothesis.words))),
                    (j, min(j + 2, len(pair.reference.words))),
                    f"{word.text} where the reference says {other.text}",
                )
            )
    return out


def opposite_prefix(a: str, b: str) -> bool:
    """happy and unhappy, legal and illegal."""
    short, long = sorted((a, b), key=len)
    return len(short) >= 4 and not short.startswith("migra") and any(long == prefix + short for prefix in NEGATIVE_PREFIXES)
