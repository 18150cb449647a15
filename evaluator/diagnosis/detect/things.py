"""A person for a thing, or the other way: `carried him down` where the reference says `carried it down`, someone for something. English only."""

from __future__ import annotations

from collections.abc import Iterator

from evaluator.diagnosis.detect.verbs import lemma
from evaluator.diagnosis.lexicon import FEMALE, MALE
from evaluator.diagnosis.pair import Pair, make_finding
from evaluator.diagnosis.sides import Side, stem
from evaluator.types import Finding

NAME = "gender_thing"
_GENDERS = {"him": MALE, "her": FEMALE}
_PERSON, _THING = frozenset(["him", "her"]), frozenset(["it"])
_PREPOSITIONS = frozenset(["for", "to", "with", "from", "about", "against", "behind", "near", "on", "at", "of", "by"])
_ANIMALS = """animal baby bear bird calf cat cow cub dog donkey elephant fish fox goat horse infant kitten lamb lion monkey mare child parrot pig puppy rabbit rat sheep snake tiger toddler
turtle whale wolf"""
_CRAFT = """boat vessel ship yacht tanker ferry frigate destroyer submarine liner trawler barge warship tug steamer schooner sloop cruiser carrier car nation country"""
_EITHER = frozenset(form for word in f"{_ANIMALS} {_CRAFT}".split() for form in (word, word + "s", "children"))
"""Beside these a pronoun may be either."""
_PARTICLES = frozenset(["away", "back", "down", "home", "inside", "off", "out", "outside", "over", "there", "here", "up", "again", "today", "yesterday", "tomorrow", "now", "later"])  # fmt: skip
"""Behind `her` these are no noun of hers."""
_IDIOMS = frozenset(map(stem, ("make", "made", "find", "found", "see", "put")))
"""Behind these `it` may stand for nothing: made it to the final, found it hard."""
_SOMEONE = {"someone": "some", "somebody": "some", "anyone": "any", "anybody": "any", "everyone": "every", "everybody": "every"}
_SOMETHING = {"something": "some", "anything": "any", "everything": "every"}


def find_things(pair: Pair) -> list[Finding]:
    """Pronouns of a person at the place of those of a thing, where nothing on either side may be both."""
    if not pair.english or any(w.lower in _EITHER for side in (pair.hypothesis, pair.reference) for w in side.words):
        return []
    return [*_objects(pair), *_indefinite(pair)]


def _objects(pair: Pair) -> Iterator[Finding]:
    """`him` for `it` where the reference speaks of no man; `it` for `him` where the reference has no `it`."""
    for here, there in ((_PERSON, _THING), (_THING, _PERSON)):
        impersonal, personal = (pair.reference, pair.hypothesis) if here is _PERSON else (pair.hypothesis, pair.reference)
        if any(w.lower in _THING for w in personal.words):
            continue
        for i in _places(pair.hypothesis, here):
            j = next((j for j in _places(pair.reference, there) if _same_place(pair, i, j)), None)
            if j is None:
                continue
            pronoun = (pair.hypothesis.words[i] if here is _PERSON else pair.reference.words[j]).lower
            if not any(w.lower in (_GENDERS[pronoun] if here is _PERSON else _PERSON) for w in impersonal.words):
                yield _finding(pair, i, j)


def _indefinite(pair: Pair) -> Iterator[Finding]:
    """`someone` for `something`, each alone on its side."""
    ours, theirs = ({w.lower: i for i, w in enumerate(side.words)} for side in (pair.hypothesis, pair.reference))
    for here, there in ((_SOMEONE, _SOMETHING), (_SOMETHING, _SOMEONE)):
        if any(form in there for form in ours) or any(form in here for form in theirs):
            continue
        for form, i in ours.items():
            j = next((j for other, j in theirs.items() if form in here and there.get(other) == here[form]), None)
            if j is not None and (pair.alignment.to_reference[i] == j or _same_place(pair, i, j)):
                yield _finding(pair, i, j)


def _finding(pair: Pair, i: int, j: int) -> Finding:
    message = f"{pair.hypothesis.words[i].text} where the reference says {pair.reference.words[j].text}"
    return make_finding(pair, "accuracy/gender", "major", NAME, (i, i + 1), (j, j + 1), message)


def _same_place(pair: Pair, i: int, j: int) -> bool:
    """True for words aligned with each other, or behind the same word."""
    ours, theirs = (lemma(side.words[k - 1]) if k else "" for side, k in ((pair.hypothesis, i), (pair.reference, j)))
    return ours == theirs != "" or (pair.alignment.to_reference[i] == j and not {ours, theirs} & _IDIOMS)


def _places(side: Side, forms: frozenset[str]) -> list[int]:
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
