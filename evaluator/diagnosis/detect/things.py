"""A person for a thing, or the other way: `carried him down` where the reference says `carried it down`. English only."""

from __future__ import annotations

from evaluator.diagnosis.detect.verbs import lemma
from evaluator.diagnosis.pair import Pair, make_finding
from evaluator.diagnosis.sides import Side
from evaluator.types import Finding

NAME = "gender_thing"
_PERSONS = frozenset(["he", "she", "him", "her", "his", "hers", "himself", "herself"])
_PERSON, _THING = frozenset(["him", "her"]), frozenset(["it"])
_PREPOSITIONS = frozenset(["for", "to", "with", "from", "about", "against", "behind", "near", "on", "at", "of", "by"])
_EITHER = frozenset(
    [
        "animal",
        "animals",
        "baby",
        "bear",
        "bird",
        "boat",
        "calf",
        "car",
        "cat",
        "cow",
        "cub",
        "dog",
        "donkey",
        "elephant",
        "goat",
        "horse",
        "infant",
        "kitten",
        "lamb",
        "lion",
        "monkey",
        "mare",
        "nation",
        "country",
        "child",
        "puppy",
        "sheep",
        "ship",
        "tiger",
        "vessel",
        "whale",
        "wolf",
        "yacht",
    ]
)
"""Beside these a pronoun may be either."""
_PARTICLES = frozenset(
    [
        "away",
        "back",
        "down",
        "home",
        "inside",
        "off",
        "out",
        "outside",
        "over",
        "there",
        "here",
        "up",
        "again",
        "today",
        "yesterday",
        "tomorrow",
        "now",
        "later",
    ]
)
"""Behind `her` these are no noun of hers."""


def find_things(pair: Pair) -> list[Finding]:
    """An object `him` or `her` at the place of `it` where the reference speaks of no single person, or `it` at the place of a person."""
    if not pair.english or any(w.lower in _EITHER for side in (pair.hypothesis, pair.reference) for w in side.words):
        return []
    out: list[Finding] = []
    for here, there, impersonal in ((_PERSON, _THING, pair.reference), (_THING, _PERSON, pair.hypothesis)):
        other = pair.hypothesis if impersonal is pair.reference else pair.reference
        if any(w.lower in _PERSONS for w in impersonal.words) or any(w.lower in _THING for w in other.words):
            continue
        for i in _objects(pair.hypothesis, here):
            for j in _objects(pair.reference, there):
                if pair.alignment.to_reference[i] == j or lemma(pair.hypothesis.words[i - 1]) == lemma(pair.reference.words[j - 1]):
                    message = f"{pair.hypothesis.words[i].text} where the reference says {pair.reference.words[j].text}"
                    out.append(make_finding(pair, "accuracy/gender", "major", NAME, (i, i + 1), (j, j + 1), message))
                    break
    return out


def _objects(side: Side, forms: frozenset[str]) -> list[int]:
    """Places of pronouns behind a verb or a preposition, before no noun of theirs."""
    words = side.words
    out = []
    for i in range(1, len(words)):
        before, after = words[i - 1], words[i + 1] if i + 1 < len(words) else None
        if words[i].lower not in forms or before.kind != "word" or (before.function and before.lower not in _PREPOSITIONS):
            continue
        if words[i].lower == "her" and after is not None and after.kind == "word" and not after.function and after.lower not in _PARTICLES:
            continue  # her coat
        out.append(i)
    return out
