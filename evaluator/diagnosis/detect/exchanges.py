"""Two parties that change places around one verb while the words between them stay: Iran fired missiles at Israel, Israel fired missiles at Iran. English only.

`agents.py` reads who does what from the sentence; here the same words between both parties show
it, whatever else the sentence says.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import combinations
from typing import NamedTuple

from evaluator.diagnosis.detect.agents import MUTUAL, PERSONS
from evaluator.diagnosis.detect.verbs import BE, is_past, lemma
from evaluator.diagnosis.pair import Pair, make_finding
from evaluator.diagnosis.sides import Side, Word, stem
from evaluator.types import Finding

REACH = 8
"""Words between both parties."""
_FREE = frozenset(["the", "a", "an", "his", "her", "their", "its", "my", "our", "your", "this", "that", "these", "those"])
"""Determiners, which may go with their noun."""
_EVEN = frozenset(["and", "or", "nor", "with", "like", "as", "but", "while", "both", "between", "by", "than", "who", "which", "whom", "of"])
"""Beside these the order of two parties says nothing, or more than one verb is about."""
_EITHER_WAY = MUTUAL | frozenset(
    stem(w)
    for w in (
        "similar",
        "differ",
        "different",
        "same",
        "near",
        "close",
        "next",
        "opposite",
        "adjacent",
        "relate",
        "link",
        "connect",
        "border",
        "borders",
        "talk",
        "speak",
        "agree",
        "say",
        "said",
    )
)
"""Words that hold in both directions, or whose subject may follow them (said)."""


class Places(NamedTuple):
    """A word that stands once on both sides."""

    ours: int
    theirs: int


def find_exchanges(pair: Pair) -> list[Finding]:
    """The first two parties that change places."""
    shared = list(_shared(pair))
    for first, second in combinations(shared, 2):
        if not first.theirs < second.theirs or not second.ours < first.ours:
            continue
        ours, theirs = (second.ours, first.ours), (first.theirs, second.theirs)
        if _turned(pair, ours, theirs) or _from_to(pair, ours, theirs):
            words = pair.hypothesis.words[ours[0]].text, pair.hypothesis.words[ours[1]].text
            places = (ours[0], ours[1] + 1), (theirs[0], theirs[1] + 1)
            kind = "roles_swap" if all(_is_named(pair, pair.hypothesis.words[i]) for i in ours) else "roles_exchanged"
            return [make_finding(pair, "accuracy/role", "critical", kind, *places, f"{words[0]} and {words[1]} change places")]
    return []


def _shared(pair: Pair) -> Iterator[Places]:
    """Nouns, names and pronouns that stand once on each side, by their place in the reference."""
    ours, theirs = _once(pair.hypothesis), _once(pair.reference)
    for form, j in theirs.items():
        if form in ours:
            yield Places(ours[form], j)


def _once(side: Side) -> dict[str, int]:
    forms = [(_form(word), i) for i, word in enumerate(side.words)]
    count = Counter(form for form, _ in forms)
    return {form: i for form, i in forms if form and count[form] == 1}


def _form(word: Word) -> str:
    if word.lower in PERSONS:
        return PERSONS[word.lower]
    return "" if word.kind == "punctuation" or word.function else word.lower.removesuffix("'s")


def _turned(pair: Pair, ours: tuple[int, int], theirs: tuple[int, int]) -> bool:
    """True where both stand around the same verb, with the same small words between them."""
    here, there = _between(pair.hypothesis, ours), _between(pair.reference, theirs)
    if here is None or there is None or _small(here) != _small(there):
        return False
    verbs = [w for w in here if any(_same_verb(w, other) for other in there)]
    if not verbs or any(lemma(w) in _EITHER_WAY for w in here):
        return False
    certain = any(is_past(w) for w in verbs)
    return certain or all(_is_party(pair, side, place) for side, place in ((pair.hypothesis, ours), (pair.reference, theirs)))


def _between(side: Side, place: tuple[int, int]) -> list[Word] | None:
    """The words between, without a clause set off by two commas; None where they are too many, or where a mark or a conjunction stands among them."""
    words = side.words[place[0] + 1 : place[1]]
    commas = [i for i, word in enumerate(words) if word.text == ","]
    if len(commas) == 2:
        words = words[: commas[0]] + words[commas[1] + 1 :]
    if not 1 <= len(words) <= REACH or any((w.kind == "punctuation" and w.text not in "-’'") or w.lower in _EVEN or w.lower in BE for w in words):
        return None
    return [w for w in words if w.kind != "punctuation"]


def _small(words: list[Word]) -> list[str]:
    return [w.lower for w in words if w.function and w.lower not in _FREE]


def _same_verb(a: Word, b: Word) -> bool:
    """True for one verb in small letters, whatever its person: owe and owes."""
    if a.function or b.function or a.capital or b.capital or a.kind != "word":
        return False
    return lemma(a) == lemma(b) or a.lower in (b.lower + "s", b.lower + "es") or b.lower in (a.lower + "s", a.lower + "es")


def _is_party(pair: Pair, side: Side, place: tuple[int, int]) -> bool:
    """True where both words are names or persons: a noun before a noun may only describe it."""
    return all(side.words[i].lower in PERSONS or _is_named(pair, side.words[i]) for i in place)


def _is_named(pair: Pair, word: Word) -> bool:
    """True for a word with a capital on both sides that begins a sentence on one of them at most."""
    same = [w for side in (pair.hypothesis, pair.reference) for w in side.words if w.lower == word.lower]
    return all(w.capital for w in same) and not all(w.first for w in same)


def _from_to(pair: Pair, ours: tuple[int, int], theirs: tuple[int, int]) -> bool:
    """True for from A to B and from B to A."""
    return all(
        first > 0 and side.words[first - 1].lower == "from" and [w.lower for w in side.words[first + 1 : second]] == ["to"]
        for side, (first, second) in ((pair.hypothesis, ours), (pair.reference, theirs))
    )
