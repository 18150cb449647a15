"""Negations lost or added, in words and before words (anti-, non-), and possibility turned into fact. English only.

A negation counts as lost where the word that it negates stands on the other side without one
nearby. Where that word is not there, the sentence was reworded, and nothing is certain.
"""

from __future__ import annotations

from evaluator.diagnosis.detect.negation_cues import NegationCue, answers, counterpart, cues, double, negations, scope
from evaluator.diagnosis.detect.prefixes import find_prefixes
from evaluator.diagnosis.lexicon import ANTONYMS, NEGATIVE_WORDS, STRONG_MODALS
from evaluator.diagnosis.pair import Pair, make_finding
from evaluator.diagnosis.sides import Side
from evaluator.types import Finding

__all__ = ["find_modality", "find_negation", "negations"]
_ABLE = frozenset(["can", "could"])
"""Translators say `can` and `will` of the same future."""
ALIKE = 0.4
"""Cosine from which a word may stand for another in a rewording."""
NEAR = 10
"""Words around the negated word in which another negation answers."""
_SEVERITY = {"not": "critical", "no": "critical", "without": "critical", "semi": "major", "unable": "major"}


def find_negation(pair: Pair) -> list[Finding]:
    """A negation on one side that nothing on the other answers."""
    if not pair.english:
        return []
    return _one_sided(pair, lost=False) + _one_sided(pair, lost=True) + find_prefixes(pair)


def _one_sided(pair: Pair, *, lost: bool) -> list[Finding]:
    here, there = (pair.reference, pair.hypothesis) if lost else (pair.hypothesis, pair.reference)
    links = pair.alignment.to_hypothesis if lost else pair.alignment.to_reference
    ours, theirs, soft = cues(here), cues(there, every=True), answers(there, here)
    spare = len(ours) - len(theirs)
    certain: list[NegationCue] = []
    likely: list[NegationCue] = []
    unsure: list[NegationCue] = []
    for cue in ours:
        place = _negated_word(here, there, cue, links)
        if double(here, cue, there):
            continue
        if place is not None and not _answered(there, place, [c.place for c in theirs] + soft):
            certain.append(cue)
        elif place is None and spare > 0 and not soft:
            (likely if _reworded(pair, cue, lost) else unsure).append(cue)
    # With as many negations on both sides, one has moved to another clause: less certain than one lost.
    out = [_finding(pair, cue, lost, _SEVERITY[cue.kind], "lost" if lost else "added") for cue in certain[: max(0, spare)]]
    out += [_finding(pair, cue, lost, "minor", "moved") for cue in certain[max(0, spare) :] if lost]
    out += [_finding(pair, cue, lost, "major", "lost" if lost else "added") for cue in likely[: max(0, spare - len(out))]]
    return out + [_finding(pair, cue, lost, "minor", "lost" if lost else "added") for cue in unsure[: max(0, spare - len(out))]]


def _reworded(pair: Pair, cue: NegationCue, lost: bool) -> bool:
    """True where another word of like meaning stands for the negated one, and it is not its opposite: did not speak, had talks."""
    here, there = (pair.reference, pair.hypothesis) if lost else (pair.hypothesis, pair.reference)
    links = pair.alignment.to_hypothesis if lost else pair.alignment.to_reference
    cosine = pair.alignment.cosine.T if lost else pair.alignment.cosine
    for i in scope(here, cue):
        j = links[i]
        if here.words[i].lower in NEGATIVE_WORDS:
            return False  # has never stopped: goes on
        if j >= 0 and not there.words[j].function and cosine[i, j] > ALIKE and frozenset((here.words[i].lower, there.words[j].lower)) not in ANTONYMS:
            return True
    return False


def _negated_word(here: Side, there: Side, cue: NegationCue, links: tuple[int, ...]) -> int | None:
    """Where the other side has the word that the cue negates, or None."""
    return next((j for i in scope(here, cue) if (j := counterpart(here, there, i, links)) is not None), None)


def _answered(there: Side, place: int, negative: list[int]) -> bool:
    return any(abs(k - place) <= NEAR and there.words[k].sentence == there.words[place].sentence for k in negative)


def _finding(pair: Pair, cue: NegationCue, lost: bool, severity: str, what: str) -> Finding:
    here, i = pair.reference if lost else pair.hypothesis, cue.place
    start, end = max(0, i - 1), min(len(here.words), i + 2)
    while end < len(here.words) and end < i + 3 and here.words[end - 1].function:
        end += 1
    span = (start if here.words[start].kind != "punctuation" else i, end)
    partner = _place(pair, span, lost)
    ours, theirs = (partner, span) if lost else (span, partner)
    verb = "stands elsewhere" if what == "moved" else f"is {what}"
    return make_finding(pair, "accuracy/negation", severity, f"negation_{what}", ours, theirs, f"the negation {here.words[i].text!r} {verb}")


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
            severity = "major" if step == 3 and not {word.lower, other.lower} & _ABLE else "minor"
            ours, theirs = (i, min(i + 2, len(pair.hypothesis.words))), (j, min(j + 2, len(pair.reference.words)))
            message = f"{word.text} where the reference says {other.text}"
            out.append(make_finding(pair, "accuracy/mistranslation", severity, "modality", ours, theirs, message))
    return out
