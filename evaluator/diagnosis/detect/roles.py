"""Who did what to whom: a name that leaves its preposition and becomes the subject, or two names that change places. English only."""

from __future__ import annotations

from evaluator.diagnosis.detect.agents import NAME, find_exchanged
from evaluator.diagnosis.detect.causes import find_causes
from evaluator.diagnosis.detect.exchanges import find_exchanges
from evaluator.diagnosis.detect.name_words import is_name
from evaluator.diagnosis.pair import Pair, make_finding
from evaluator.diagnosis.sides import Side
from evaluator.types import Finding

_PREPOSITIONS = frozenset(["in", "at", "from", "of", "to", "into", "on", "against", "by", "with", "near", "for"])
_VERBS = frozenset(["is", "are", "was", "were", "has", "have", "had", "will", "would", "does", "did", "can", "could", "may", "might", "must", "says", "said"])


def find_roles(pair: Pair) -> list[Finding]:
    """Findings of all kinds; of two parties that change places, or of a cause and its effect, one alone."""
    if not pair.english:
        return []
    exchanged = find_exchanged(pair)
    if not any(f.severity == "critical" for f in exchanged):
        exchanged += find_causes(pair) or find_exchanges(pair)
    return _shifts(pair) + exchanged


def _oblique(side: Side, i: int) -> bool:
    """True where the word follows a preposition, with articles and names between at most."""
    k = i - 1
    while k >= 0 and (side.words[k].lower in ("the", "a", "an", "eastern", "western", "southern", "northern") or is_name(side.words[k])):
        k -= 1
    return k >= 0 and side.words[k].lower in _PREPOSITIONS


def _subject(side: Side, i: int) -> bool:
    """True where a verb follows and neither a preposition nor a comma or conjunction comes just before."""
    if i + 1 >= len(side.words) or side.words[i + 1].lower not in _VERBS or _oblique(side, i):
        return False
    return i == 0 or (side.words[i - 1].kind == "word" and not side.words[i - 1].function)


def _shifts(pair: Pair) -> list[Finding]:
    """`troops have died in Ukraine` turned into `troops Ukraine has died`."""
    out = []
    for i, word in enumerate(pair.hypothesis.words):
        if not is_name(word) or word.first or not _subject(pair.hypothesis, i):
            continue
        before = pair.hypothesis.words[i - 1]
        if is_name(before) or before.capital:
            continue  # the end of a longer name
        same = [j for j, other in enumerate(pair.reference.words) if other.lower == word.lower]
        if same and all(_oblique(pair.reference, j) for j in same):
            end = min(i + 3, len(pair.hypothesis.words))
            j = same[0]
            message = f"{word.text} becomes the subject: the reference has {pair.reference.words[j - 1].text} {word.text}"
            out.append(make_finding(pair, "accuracy/role", "critical", NAME + "_shift", (max(0, i - 1), end), (max(0, j - 2), j + 1), message))
    return out
