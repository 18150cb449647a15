"""A word where the reference has its opposite. English only."""

from __future__ import annotations

from evaluator.diagnosis.detect.negation import negations, opposite_prefix
from evaluator.diagnosis.lexicon import ANTONYMS
from evaluator.diagnosis.pair import Pair, make
from evaluator.types import Finding

NAME = "antonyms"


def find_antonyms(pair: Pair) -> list[Finding]:
    """Opposites at one place, where neither text has the other's word elsewhere."""
    if not pair.english:
        return []
    ours = {w.lower for w in pair.hypothesis.words}
    theirs = {w.lower for w in pair.reference.words}
    out: list[Finding] = []
    for i, word in enumerate(pair.hypothesis.words):
        if word.kind != "word" or word.lower in theirs:
            continue
        for j, other in enumerate(pair.reference.words):
            if other.kind != "word" or other.lower in ours or not _opposite(word.lower, other.lower):
                continue
            if _turned(pair, i, j):
                continue
            if pair.alignment.to_reference[i] == j or pair.alignment.cosine[i, j] > 0.45:
                out.append(make(pair, "accuracy/mistranslation", "critical", NAME, (i, i + 1), (j, j + 1), f"{word.text} is the opposite of {other.text}"))
                break
    return out


def _turned(pair: Pair, i: int, j: int) -> bool:
    """True where a negation in one sentence alone makes the opposites agree: can't agree = disagree."""
    counts = []
    for side, k in ((pair.hypothesis, i), (pair.reference, j)):
        counts.append(sum(side.words[n].sentence == side.words[k].sentence for n in negations(side)))
    return counts[0] != counts[1]


def _opposite(a: str, b: str) -> bool:
    return frozenset((a, b)) in ANTONYMS or opposite_prefix(a, b)
