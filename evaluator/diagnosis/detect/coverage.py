"""Reference words that nothing covers (omission) and words that nothing supports (addition, mistranslation).

Severity rises with rarity and length, and where the lost words head a title or stand under a
negation: there losing them turns the sentence round.
"""

from __future__ import annotations

from evaluator.diagnosis.detect.metadata import metadata_end
from evaluator.diagnosis.detect.name_forms import spelled_out
from evaluator.diagnosis.detect.negation import negations
from evaluator.diagnosis.pair import Pair, make_finding, runs
from evaluator.types import Finding

NAME = "coverage"
WEAK = 0.45
"""Support below this is found in few word pairs of two human translations that mean the same."""


_DEGREE = frozenset(
    [
        "really",
        "quite",
        "actually",
        "totally",
        "completely",
        "absolutely",
        "simply",
        "truly",
        "literally",
        "basically",
        "pretty",
        "extremely",
        "highly",
        "fairly",
        "rather",
        "certainly",
    ]
)
"""Adverbs whose loss changes no statement."""


def find_coverage(pair: Pair) -> list[Finding]:
    """Omissions, additions, substitutions and metadata."""
    if pair.same or not pair.reference.words or not pair.hypothesis.words:
        return _empty(pair)
    lost, added = weak_words(pair, hypothesis=False), weak_words(pair, hypothesis=True)
    skip = metadata_end(pair)
    added = [i for i in added if i >= skip]
    out: list[Finding] = []
    holes = _ranges(pair, lost, hypothesis=False)
    for a, b in _ranges(pair, added, hypothesis=True):
        hole = next((x for x in holes if _opposite(pair, (a, b), x)), None)
        if hole:
            holes.remove(hole)
        out.append(_added(pair, (a, b), hole))
    return out + [_lost(pair, hole) for hole in holes]


def weak_words(pair: Pair, *, hypothesis: bool) -> list[int]:
    """Content words without support on the other side."""
    words = (pair.hypothesis if hypothesis else pair.reference).words
    strength = pair.alignment.support if hypothesis else pair.alignment.cover
    links = pair.alignment.to_reference if hypothesis else pair.alignment.to_hypothesis
    weak = [i for i, w in enumerate(words) if w.kind == "word" and not w.function and (strength[i] < WEAK or (links[i] < 0 and strength[i] < 0.6))]
    sides = (pair.hypothesis, pair.reference) if hypothesis else (pair.reference, pair.hypothesis)
    spelled = spelled_out(*sides) if weak else set()
    return [i for i in weak if i not in spelled]


def _empty(pair: Pair) -> list[Finding]:
    if pair.reference.words and not pair.hypothesis.words:
        return [make_finding(pair, "accuracy/omission", "critical", NAME, None, (0, len(pair.reference.words)), "the whole text is lost")]
    if pair.hypothesis.words and not pair.reference.words:
        return [make_finding(pair, "accuracy/addition", "critical", NAME, (0, len(pair.hypothesis.words)), None, "the reference is empty")]
    return []


def _ranges(pair: Pair, weak: list[int], *, hypothesis: bool) -> list[tuple[int, int]]:
    """Weak words joined over function words into phrases."""
    words = (pair.hypothesis if hypothesis else pair.reference).words
    out: list[tuple[int, int]] = []
    for a, b in runs(weak):
        if out and all(w.function for w in words[out[-1][1] : a]) and a - out[-1][1] <= 3:
            out[-1] = (out[-1][0], b)
        else:
            out.append((a, b))
    return out


def _opposite(pair: Pair, ours: tuple[int, int], theirs: tuple[int, int]) -> bool:
    """True where the neighbours of both ranges are aligned, or words in them are."""
    links = pair.alignment.to_reference
    if any(theirs[0] <= links[i] < theirs[1] for i in range(*ours)):
        return True
    before = next((links[i] for i in range(ours[0] - 1, max(-1, ours[0] - 4), -1) if links[i] >= 0), None)
    after = next((links[i] for i in range(ours[1], min(len(links), ours[1] + 3)) if links[i] >= 0), None)
    return (before is not None and 0 <= theirs[0] - before <= 2) or (after is not None and 0 <= after - theirs[1] + 1 <= 2)


def _added(pair: Pair, words: tuple[int, int], hole: tuple[int, int] | None) -> Finding:
    content = [w for w in pair.hypothesis.words[slice(*words)] if w.kind == "word" and not w.function]
    severity = "major" if len(content) >= 4 else "minor"
    if hole:
        return make_finding(pair, "accuracy/mistranslation", severity, NAME, words, hole, "the reference says something else here")
    return make_finding(pair, "accuracy/addition", severity, NAME + "_added", words, None, "nothing in the reference supports this")


def _lost(pair: Pair, hole: tuple[int, int]) -> Finding:
    words = pair.reference.words
    content = [w for w in words[slice(*hole)] if w.kind == "word" and not w.function]
    negated = {words[k].sentence for k in negations(pair.reference, strict=False)}
    heading = len(words) <= 14 and words[-1].text not in '.!?”"'
    head = hole[0] == 0 and heading
    end = hole[1]
    if head and end < len(words) and words[end].lower in ("of", "in", "for", "to"):
        end += 1
    severity = "major" if len(content) >= 4 else "minor"
    if content and all(w.lower in _DEGREE for w in content):
        severity = "minor"
    elif head and words[hole[0]].sentence in negated:
        severity = "critical"
    elif heading and words[hole[0]].sentence in negated:
        severity = "major"
    return make_finding(pair, "accuracy/omission", severity, NAME + "_lost", None, (hole[0], end), "nothing in the hypothesis covers this")
