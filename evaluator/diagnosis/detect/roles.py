"""Who did what to whom: a name that leaves its preposition and becomes the subject, or two names that change places. English only."""

from __future__ import annotations

import itertools

from evaluator.diagnosis.detect.agents import NAME, find_causes, find_exchanged
from evaluator.diagnosis.detect.exchanges import EITHER_WAY, find_exchanges
from evaluator.diagnosis.detect.name_words import is_name
from evaluator.diagnosis.detect.verbs import is_past, lemma
from evaluator.diagnosis.pair import Pair, make_finding
from evaluator.diagnosis.sides import Side
from evaluator.types import Finding

_PREPOSITIONS = frozenset(["in", "at", "from", "of", "to", "into", "on", "against", "by", "with", "near", "for"])
_VERBS = frozenset(["is", "are", "was", "were", "has", "have", "had", "will", "would", "does", "did", "can", "could", "may", "might", "must", "says", "said"])


def find_roles(pair: Pair) -> list[Finding]:
    """Findings of all kinds; of two names that change places one alone."""
    if not pair.english:
        return []
    exchanged = find_exchanged(pair)
    if not any(f.severity == "critical" for f in exchanged):
        exchanged += _swaps(pair) or find_exchanges(pair)
    return _shifts(pair) + exchanged + find_causes(pair)


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


def _swaps(pair: Pair) -> list[Finding]:
    """Two names, once each, in the other order around the same verb, with no passive or `by` that would turn it."""
    h, r = pair.hypothesis, pair.reference
    ours = [i for i, w in enumerate(h.words) if is_name(w)]
    place = {w.lower: j for j, w in enumerate(r.words)}
    once_h = [i for i in ours if sum(w.lower == h.words[i].lower for w in h.words) == 1 and sum(w.lower == h.words[i].lower for w in r.words) == 1]
    for a, b in itertools.pairwise(once_h):
        ja, jb = place[h.words[a].lower], place[h.words[b].lower]
        if not 2 <= b - a <= 8 or not 2 <= ja - jb <= 20 or h.words[a].sentence != h.words[b].sentence:
            continue
        if _turned_round(pair, (a, b), (jb, ja)):
            return [
                make_finding(
                    pair, "accuracy/role", "critical", NAME + "_swap", (a, b + 1), (jb, ja + 1), f"{h.words[a].text} and {h.words[b].text} change places"
                )
            ]
    return []


def _turned_round(pair: Pair, ours: tuple[int, int], theirs: tuple[int, int]) -> bool:
    """True where one verb stands between both names on both sides, active on both."""
    between = pair.hypothesis.words[ours[0] + 1 : ours[1]]
    there = pair.reference.words[theirs[0] + 1 : theirs[1]]
    if any(w.lower in ("by", "and", "or", "of", "with", "from", "is", "was", "were", "been", "to", ",") for w in between):
        return False
    verbs = {w.stem for w in between if not w.capital and is_past(w) and lemma(w) not in EITHER_WAY}
    same = [k for k, w in enumerate(there) if w.stem in verbs]
    return (
        bool(same)
        and not any(w.lower in ("by", "with", "and", "of", "from") for w in there[same[-1] :])
        and not any(w.lower in ("was", "were", "been") for w in there)
    )
