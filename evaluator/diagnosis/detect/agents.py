"""Agent and patient exchanged around one verb, active for passive. English only.

Only what stands directly around a verb is looked at. A passive with the same agent and patient
as the active on the other side is the same statement, and is no finding.
"""

from __future__ import annotations

from typing import NamedTuple

from evaluator.diagnosis.detect.verbs import BE, is_passive, is_past, lemma
from evaluator.diagnosis.pair import Pair, make_finding
from evaluator.diagnosis.sides import Side, Word, is_adverb, stem
from evaluator.types import Finding

NAME = "roles"
PERSONS = {"i": "*i", "me": "*i", "he": "*he", "him": "*he", "she": "*she", "her": "*she", "we": "*we", "us": "*we", "they": "*they", "them": "*they"}
MUTUAL = frozenset(stem(w) for w in ("meet", "marry", "face", "play", "fight", "join", "divorce", "resemble", "equal", "match", "follow", "precede", "include"))
"""Verbs whose two sides can change places without a lie."""
STARTERS = frozenset(
    ["that", "who", "which", "because", "when", "after", "before", "while", "where", "whether", "since", "and", "but", "or", "if", "although", "as", "than"]
)
"""Words with which another clause begins."""
_PREPOSITIONS = frozenset(
    ["in", "on", "at", "by", "for", "with", "from", "to", "into", "about", "against", "during", "over", "under", "through", "near", "until"]
)
_DETERMINERS = frozenset(["the", "a", "an", "his", "her", "their", "its", "this", "that", "these", "those", "my", "our", "him", "them", "us", "me", "it"])
REACH = 7


class Event(NamedTuple):
    """A verb with those around it."""

    verb: int
    passive: bool
    agents: frozenset[str]
    patients: frozenset[str]
    object_follows: bool


def events(side: Side) -> dict[str, Event]:
    """Events by verb, for verbs that stand once in the text and are past forms or passives."""
    count: dict[str, int] = {}
    out: dict[str, Event] = {}
    for i, word in enumerate(side.words):
        if word.kind != "word" or word.function:
            continue
        if is_past(word) or _third_person(side, i):
            form = lemma(word)
            count[form] = count.get(form, 0) + 1
            out[form] = _event(side, i)
    return {form: event for form, event in out.items() if count[form] == 1 and form not in MUTUAL}


def _third_person(side: Side, i: int) -> bool:
    """True for a word that ends in -s between a subject and an object: the dog bites the man."""
    words = side.words
    if not words[i].lower.endswith("s") or words[i].capital or not 0 < i < len(words) - 1:
        return False
    return words[i - 1].kind == "word" and words[i + 1].lower in _DETERMINERS


def _event(side: Side, i: int) -> Event:
    passive = is_passive(side, i)
    before = _stretch(side, i - 1, -1, stop=frozenset())
    if not passive:
        after = _stretch(side, i + 1, 1, stop=_PREPOSITIONS)
        return Event(i, False, before, after, _object_follows(side, i))
    by = next((k for k in range(i + 1, min(len(side.words), i + 5)) if side.words[k].lower == "by"), None)
    agents = _stretch(side, by + 1, 1, stop=_PREPOSITIONS) if by is not None else frozenset()
    return Event(i, True, agents, before, _object_follows(side, i))


def _stretch(side: Side, start: int, step: int, stop: frozenset[str]) -> frozenset[str]:
    """Content words and pronouns from a place on, up to a mark, another clause, or one of `stop`."""
    out: set[str] = set()
    k = start
    while 0 <= k < len(side.words) and abs(k - start) < REACH:
        word = side.words[k]
        if (word.kind == "punctuation" and word.text not in "-’'\"“”") or word.lower in STARTERS or word.lower in stop:
            break
        out |= party(word)
        k += step
    return frozenset(out)


def party(word: Word) -> set[str]:
    """The word as a party is compared: a person by pronoun, else the form of a content word."""
    if word.lower in PERSONS:
        return {PERSONS[word.lower]}
    return {lemma(word)} if word.kind == "word" and not word.function and not is_adverb(word.lower) else set()


def _object_follows(side: Side, i: int) -> bool:
    """True where a determiner with its noun, or a pronoun, comes directly behind the verb."""
    return i + 1 < len(side.words) and side.words[i + 1].lower in _DETERMINERS


def find_exchanged(pair: Pair) -> list[Finding]:
    """Verbs whose agent and patient are exchanged, or whose agent became the patient."""
    ours, theirs = events(pair.hypothesis), events(pair.reference)
    out: list[Finding] = []
    for form, us in ours.items():
        them = theirs.get(form)
        if them is None or us.agents & them.agents or us.patients & them.patients:
            continue
        verb = pair.hypothesis.words[us.verb].text
        places = _range(pair.hypothesis, us.verb), _range(pair.reference, them.verb)
        if us.agents & them.patients and us.patients & them.agents:
            out.append(make_finding(pair, "accuracy/role", "critical", NAME + "_exchanged", *places, f"who {verb} whom is exchanged"))
        elif us.passive != them.passive and _turned(us, them):
            what = "passive for active" if us.passive else "active for passive"
            out.append(make_finding(pair, "accuracy/role", "major", NAME + "_voice", *places, f"{what}: {verb}"))
    return out


def _turned(us: Event, them: Event) -> bool:
    """True where the active's agent is the other's patient, and an object shows that the active is one."""
    active, passive = (them, us) if us.passive else (us, them)
    return bool(active.agents & passive.patients) and active.object_follows and not passive.object_follows


def _range(side: Side, i: int) -> tuple[int, int]:
    """The verb with its auxiliary and what follows closely."""
    start = i
    while start > max(0, i - 3) and (side.words[start - 1].lower in BE or side.words[start - 1].function):
        start -= 1
    return start, min(len(side.words), i + 2)
