"""Words that say how far a statement holds, lost, added or exchanged in a reworded sentence: former, alleged, nearly, all for some, unless for if. English only.

`turns.py` knows more such words, in sentences that otherwise stay the same; here only those are
sought that no rewording leaves out or exchanges, beside the word that they belong to.
"""

from __future__ import annotations

from collections.abc import Iterator

from evaluator.diagnosis.detect.antonyms import turned
from evaluator.diagnosis.detect.verbs import is_past, lemma
from evaluator.diagnosis.pair import Pair, make_finding
from evaluator.diagnosis.sides import Side, is_content, stem
from evaluator.types import Finding

NAME = "limits"
_ALIKE = {
    "former": "ex onetime previous previously then old past late once retired outgoing erstwhile first last same earlier formerly used until ousted sacked resigned predecessor",
    "deputy": "vice assistant associate second under number junior",
    "alleged": "allegedly suspected accused suspect suspects suspicion reported reportedly supposed supposedly claimed purported purportedly presumed presumptive apparent apparently possible "
    "believed thought said says charged charges according would",
    "attempted": "attempt attempts tried foiled failed try trying",
}
_ALIKE["suspected"] = f"alleged {_ALIKE['alleged']}"
_SAME = {word: frozenset([word, *alike.split()]) for word, alike in _ALIKE.items()}
"""Words before a noun that are sought, each with those that say the same."""
_NEARLY = frozenset(["nearly", "almost", "narrowly"])
_NEARLY_TOO_WORDS = """practically virtually close about verge brink point just barely hardly not avoided escaped missed near as good inch all but"""
_NEARLY_TOO = _NEARLY | frozenset(_NEARLY_TOO_WORDS.split())
_GROUPS = (
    (("all", "every"), ("some", "few", "several", "half")), (("most",), ("few",)), (("on",), ("off",)), (("if",), ("unless",)), (("despite",), ("because",)),
    (("except", "excluding"), ("including",)), (("for",), ("against",)), (("too",), ("enough",)), (("both",), ("neither",)), (("into",), ("out",)),
)  # fmt: skip
"""Words of which the ones exclude the others at one place."""
_CHOICE = frozenset(
    stem(w)
    for w in [
        "vote",
        "voted",
        "decide",
        "decided",
        "rule",
        "ruled",
        "argue",
        "argued",
        "speak",
        "testify",
        "testified",
        "campaign",
        "campaigned",
        "lobby",
        "plead",
    ]
)
"""Behind these `for` and `against` are opposites; elsewhere they may say the same: a remedy for, against."""
_VOTES = frozenset(stem(w) for w in ("vote", "voted"))
_REFUSALS = frozenset(["fail", "fails", "failed", "failing", "refuse", "refuses", "refused", "decline", "declines", "declined", "reject", "rejects", "not"])


def find_limits(pair: Pair) -> list[Finding]:
    """All kinds."""
    if not pair.english:
        return []
    return [*_exchanged(pair), *_one_sided(pair, lost=True), *_one_sided(pair, lost=False)]


def _exchanged(pair: Pair) -> Iterator[Finding]:
    """One word for another that excludes it, between or beside the same words."""
    ours, theirs = _forms(pair.hypothesis), _forms(pair.reference)
    for one, two in (pair_ for a, b in _GROUPS for pair_ in ((a, b), (b, a))):
        here = [i for i, form in enumerate(ours) if form in one]
        there = [j for j, form in enumerate(theirs) if form in two]
        # Neither text says what the other does anywhere else, and only one of both refuses or denies.
        if not here or not there or any(form in two for form in ours) or any(form in one for form in theirs) or (_REFUSALS & {*ours} or _REFUSALS & {*theirs}):
            continue
        for i in here:
            j = next((j for j in there if _same_place(pair, i, j) and not turned(pair, i, j)), None)
            if j is not None:
                message = f"{pair.hypothesis.words[i].text} where the reference says {pair.reference.words[j].text}"
                yield make_finding(pair, "accuracy/mistranslation", "major", NAME, (i, i + 1), (j, j + 1), message)


def _forms(side: Side) -> list[str]:
    return [w.lower if w.kind == "word" else "" for w in side.words]


def _joined(side: Side) -> set[str]:
    """Words around a hyphen as one: one-time as onetime."""
    words = side.words
    return {words[k - 1].lower + words[k + 1].lower for k in range(1, len(words) - 1) if words[k].text in "-‐‑"}


def _same_place(pair: Pair, i: int, j: int) -> bool:
    """True between the same content words, or beside the same one on one side; of `too` and `enough`, with the same adjective."""
    ours, theirs = pair.hypothesis, pair.reference
    (before, after), (was_before, was_after) = _neighbours(ours, i), _neighbours(theirs, j)
    left, right = before == was_before != "", after == was_after != ""
    word = ours.words[i].lower
    if word in ("for", "against") and before not in _CHOICE:
        return False
    if word in ("for", "against") and before in _VOTES:
        return left
    if word in ("on", "off", "into", "out", "for", "against"):
        return left and right
    if word in ("too", "enough"):
        return after == was_before != "" or before == was_after != ""
    return left or right


def _neighbours(side: Side, i: int) -> tuple[str, str]:
    """The nearest content words in front and behind, with up to three small words between; empty where there is none."""
    before = next((lemma(side.words[k]) for k in range(i - 1, max(-1, i - 5), -1) if is_content(side.words[k])), "")
    after = next((lemma(side.words[k]) for k in range(i + 1, min(len(side.words), i + 5)) if is_content(side.words[k])), "")
    return before, after


def _one_sided(pair: Pair, *, lost: bool) -> Iterator[Finding]:
    """A limiting word that the other text lacks, though it has the word that this one limits."""
    here, there = (pair.reference, pair.hypothesis) if lost else (pair.hypothesis, pair.reference)
    links = pair.alignment.to_hypothesis if lost else pair.alignment.to_reference
    other = {*_forms(there), *_joined(there)}
    for k, word in enumerate(here.words[:-1]):
        if not _limits(here, k) or other & _like(word.lower):
            continue
        after = k + 1
        if links[after] >= 0 and lemma(there.words[links[after]]) == lemma(here.words[after]):
            ours, theirs = (None, (k, k + 2)) if lost else ((k, k + 2), None)
            what = f"“{word.text}” is {'lost' if lost else 'added'}"
            yield make_finding(pair, "accuracy/mistranslation", "major", NAME, ours, theirs, what)


def _limits(side: Side, k: int) -> bool:
    word, after = side.words[k], side.words[k + 1]
    if word.lower in _SAME:
        return is_content(after) and not after.capital
    return word.lower in _NEARLY and is_past(after)


def _like(lower: str) -> frozenset[str]:
    """Words that say the same."""
    return _NEARLY_TOO if lower in _NEARLY else _SAME[lower]
