"""A small word on which the meaning turns, in a sentence that is otherwise the reference's own: only, almost, former, off. English only.

In a translation of its own such words come and go with the wording, and their loss says little
(experts mark those outputs no more often than others). Where all other words of the sentence
stay, the one that does not was changed for its meaning.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from evaluator.diagnosis.detect.verbs import lemma
from evaluator.diagnosis.pair import Pair, make_finding
from evaluator.diagnosis.sides import Side, Word, stem
from evaluator.types import Finding

NAME = "turns"
MAX_WORDS = 4
"""Words that differ, on either side."""
MIN_KEPT = 2
"""Content words of the sentence that stay."""
_LIMITS_WORDS = """only almost nearly practically former ex deputy vice alleged allegedly suspected reportedly attempted potential possibly probably perhaps maybe likely
may might half partly unless except fake false supposedly apparently temporarily initially seemingly mostly mainly"""
_LIMITS = frozenset(_LIMITS_WORDS.split())
"""Words without which the sentence says more, less or something else."""
_AFTER = {"off": "call lay ward", "out": "rule drop pull back", "down": "turn vote stand step", "against": "vote advise decide rule warn recommend argue"}
"""Behind these verbs such a word makes another statement: called off, ruled out, advised against."""
_GROUPS = (
    (("all", "every", "each"), ("some", "few", "many", "most", "several", "half")), (("most",), ("some", "few", "several", "half")), (("only", "just"), ("also", "too", "even")),
    (("on",), ("off",)), (("too",), ("enough",)), (("may", "might", "could"), ("must", "will", "should")), (("before",), ("after",)), (("until",), ("since", "from", "after")),
    (("if",), ("unless", "because")), (("always",), ("sometimes", "often", "usually")), (("first",), ("last",)), (("without",), ("with",)),
    (("your",), ("my", "his", "her", "their")), (("my", "our"), ("his", "her", "their")), (("almost", "nearly"), ("more", "over")),
)  # fmt: skip
"""Words of which the ones exclude the others at one place."""
_WHOLE = _LIMITS | {word for group in _GROUPS for words in group for word in words}
"""Words that are compared as they are."""
_LESSER = frozenset(["just", "a", "recently"])
"""Before these `only` adds nothing: only just, only a few."""
_BETWEEN = frozenset(["to", "than", "from", "over", "against", "into", "before", "after", "for", "without"])
"""Around these two words cannot change places: prefers tea to coffee."""


def find_turns(pair: Pair) -> list[Finding]:
    """In sentences with the same words but for a few: a limiting word lost or added, one for another, or two that change places."""
    if not pair.english:
        return []
    out: list[Finding] = []
    for ours, theirs in _sentences(pair):
        middle = _middle(ours, theirs)
        if middle is None:
            continue
        mine, other = middle
        first = ours.index(mine[0]) if mine else theirs.index(other[0])
        behind = [w.lower for w in ours[first + len(mine) : first + len(mine) + 1]]
        message = _turn(mine, other, lemma(theirs[first - 1]) if first else "", behind)
        if message:
            places = (_place(pair.hypothesis, mine), _place(pair.reference, other))
            out.append(make_finding(pair, "accuracy/mistranslation", "major", NAME, *places, message))
    return out


def _sentences(pair: Pair) -> Iterator[tuple[list[Word], list[Word]]]:
    """Sentences of both sides, one by one, where both have as many; without punctuation."""
    ours, theirs = (
        [[w for w in side.words if w.sentence == k and w.kind != "punctuation"] for k in sorted({w.sentence for w in side.words})]
        for side in (pair.hypothesis, pair.reference)
    )
    if len(ours) == len(theirs):
        yield from zip(ours, theirs, strict=True)


def _middle(ours: list[Word], theirs: list[Word]) -> tuple[list[Word], list[Word]] | None:
    """What is left between the common beginning and end; None where that is long, or where little stays."""
    start = _common(ours, theirs)
    end = _common(ours[start:][::-1], theirs[start:][::-1])
    mine, other = ours[start : len(ours) - end], theirs[start : len(theirs) - end]
    known = {w.lower for w in ours}
    kept = sum(not w.function and w.lower in known for w in theirs)
    return (mine, other) if (mine or other) and max(len(mine), len(other)) <= MAX_WORDS and kept >= MIN_KEPT else None


def _common(a: Sequence[Word], b: Sequence[Word]) -> int:
    return next((k for k, (x, y) in enumerate(zip(a, b, strict=False)) if x.lower != y.lower), min(len(a), len(b)))


def _turn(mine: list[Word], other: list[Word], before: str, behind: list[str]) -> str:
    """What turned, in words; empty where nothing did."""
    here, there = Counter(map(_form, mine)), Counter(map(_form, other))
    added, lost = sorted((here - there).elements()), sorted((there - here).elements())
    if not added and not lost:
        return _exchanged(mine, other)
    if len(added) + len(lost) == 1 and _limits((added or lost)[0], *((mine, other) if added else (other, mine)), before, behind):
        return f"“{lost[0]}” is lost" if lost else f"“{added[0]}” is added"
    if len(added) == len(lost) == 1 and any((added[0] in a and lost[0] in b) or (added[0] in b and lost[0] in a) for a, b in _GROUPS):
        return f"{added[0]} where the reference says {lost[0]}"
    return ""


def _limits(word: str, longer: list[Word], shorter: list[Word], before: str, behind: list[str]) -> bool:
    """True for a word whose loss changes the meaning, where the others keep their order."""
    forms = [_form(w) for w in longer]
    k = forms.index(word)
    if forms[:k] + forms[k + 1 :] != [_form(w) for w in shorter]:
        return False
    if word == "only" and _LESSER & {*[*forms, *behind][k + 1 : k + 2]}:
        return False
    verb = forms[k - 1] if k else before
    return word in _LIMITS or verb in map(stem, _AFTER.get(word, "").split())


def _form(word: Word) -> str:
    return word.lower if word.function or word.lower in _WHOLE else lemma(word)


def _exchanged(mine: list[Word], other: list[Word]) -> str:
    """Two words around one that gives them their parts."""
    if len(mine) != 3 or mine[1].lower != other[1].lower or mine[1].lower not in _BETWEEN or mine[0].lower != other[2].lower:
        return ""
    return f"{mine[0].text} and {mine[2].text} change places"


def _place(side: Side, words: list[Word]) -> tuple[int, int] | None:
    """The range of words in the text."""
    return (side.words.index(words[0]), side.words.index(words[-1]) + 1) if words else None
