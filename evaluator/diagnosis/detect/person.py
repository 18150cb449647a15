"""Who speaks or acts: the first person for the third, or the other way, before the same verb. English only.

Reported speech changes persons by rule (“I will go,” he said; he said that he would go), so that
nothing is certain beside a verb of saying or a quotation.
"""

from __future__ import annotations

from collections.abc import Sequence

from evaluator.diagnosis.detect.pronouns import Use, uses
from evaluator.diagnosis.detect.verbs import lemma
from evaluator.diagnosis.pair import Pair, make_finding
from evaluator.diagnosis.sides import Side, stem
from evaluator.types import Finding

NAME = "person"
_SPEECH = frozenset(stem(word) for word in (
    "say", "tell", "add", "ask", "think", "believe", "write", "explain", "note", "report", "claim", "state", "announce", "stress", "warn", "promise", "hope",
    "know", "feel", "reply", "answer", "admit", "argue", "insist", "declare", "recall", "remember", "complain", "confess", "quote", "according", "reveal", "point", "see",
    "wonder", "suggest", "mention", "emphasize", "express", "describe", "comment", "conclude", "remark", "interview",
))  # fmt: skip
_ANYONE = frozenset(["someone", "somebody", "anyone", "anybody"])
_OTHER = {"I": ("he", "she", "they"), "we": ("he", "she", "they"), "he": ("I", "we"), "she": ("I", "we"), "they": ("I", "we")}


def find_person(pair: Pair) -> list[Finding]:
    """A pronoun of the first person where the reference has the third with the same verb or noun, or the other way."""
    if not pair.english:
        return []
    ours, theirs = uses(pair.hypothesis), uses(pair.reference)
    out: list[Finding] = []
    for use in ours:
        same = [other for other in theirs if (other.role, other.form) == (use.role, use.form)]
        if not same or any(other.who not in _OTHER[use.who] for other in same):
            continue
        other = same[0]
        if any(u.who == other.who and (u.role, u.form) == (use.role, use.form) for u in ours):
            continue
        severity = "minor" if _reported(pair, use, other) or _shared(ours, theirs, use, other) else "major"
        message = f"{pair.hypothesis.words[use.place].text} where the reference says {pair.reference.words[other.place].text}"
        out.append(make_finding(pair, "accuracy/role", severity, NAME, _range(use), _range(other), message))
    return out


def _range(use: Use) -> tuple[int, int]:
    return min(use.place, use.anchor), max(use.place, use.anchor) + 1


def _reported(pair: Pair, use: Use, other: Use) -> bool:
    """True where either text speaks of people as such, quotes, or has a verb of saying beside the pronoun's own."""
    return _general(pair.hypothesis) or _general(pair.reference) or any(_speaks(side, at) for side, at in ((pair.hypothesis, use), (pair.reference, other)))


def _general(side: Side) -> bool:
    """True for a text about people as such: a person, someone."""
    forms = [w.lower for w in side.words]
    return any(form in _ANYONE or (form == "person" and forms[k - 1 : k] == ["a"]) for k, form in enumerate(forms))


def _speaks(side: Side, use: Use) -> bool:
    if any(c in side.text for c in '“”"«»„'):
        return True
    return any(w.kind == "word" and k != use.anchor and lemma(w) in _SPEECH for k, w in enumerate(side.words))


def _shared(ours: Sequence[Use], theirs: Sequence[Use], use: Use, other: Use) -> bool:
    """True where the text speaks of both persons on both sides: a nearer pronoun may stand for a name."""
    return any(u.who == other.who for u in ours) and any(t.who == use.who for t in theirs)
