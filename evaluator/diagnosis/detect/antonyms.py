"""A word where the reference has its opposite. English only."""

from __future__ import annotations

from collections.abc import Iterator

from evaluator.diagnosis.detect.comparisons import than_of, turned_round
from evaluator.diagnosis.detect.negation import negations
from evaluator.diagnosis.detect.verbs import is_passive
from evaluator.diagnosis.lexicon import ANTONYMS, CONVERSE, NEGATIVE_PREFIXES, NOT_NEGATIVE, STRICT_NEGATIONS
from evaluator.diagnosis.pair import Pair, make_finding
from evaluator.diagnosis.sides import Side, is_adverb, is_content
from evaluator.types import Finding

NAME = "antonyms"
ALIKE = 0.45
"""Cosine from which two words stand in like contexts, aligned or not."""
NEAR = 4
"""Words between two opposites that make one statement together."""
BEFORE = 3
"""Words in front of an opposite in which a negation denies it: not fair, without a majority, no more than."""
_DENYING = STRICT_NEGATIONS | frozenset(["lack", "lacks", "lacked", "lacking", "hardly", "barely", "far", "anything", "less"])
_ALSO = {
    "woman": frozenset(["lady", "girl", "female", "she", "her", "mother", "wife", "widow"]), "women": frozenset(["ladies", "girls", "females"]),
    "man": frozenset(["gentleman", "guy", "boy", "male", "he", "him", "his", "father", "husband"]), "men": frozenset(["gentlemen", "guys", "boys", "males"]),
}  # fmt: skip
"""Other words for what a word names: where a text has one, the word is not gone."""
ENDINGS = ("s", "ed", "ing")
_CLASSES = (
    "red blue green yellow black white brown orange purple pink grey", "gold silver bronze", "golden silver bronze", "north south east west",
    "northern southern eastern western", "spring summer autumn winter", "left right", "breakfast lunch dinner",
    "father son grandfather grandson uncle nephew husband brother", "mother daughter grandmother granddaughter aunt niece wife sister",
    "killed wounded", "killed injured", "killed hurt", "drunk sober", "lawyer doctor nurse teacher engineer farmer", "lung liver kidney stomach", "knee elbow shoulder ankle wrist hip",
    "wheat rice barley", "beer wine whisky vodka", "piano violin guitar cello flute trumpet", "dog cat horse cow pig", "bus train plane ship", "football basketball volleyball tennis hockey handball",
)  # fmt: skip
"""Words of which one excludes the others."""
_OPPOSITES: dict[str, set[str]] = {}
for _pair in ANTONYMS:
    for _word in _pair:
        _OPPOSITES.setdefault(_word, set()).update(_pair - {_word})

_EXCLUDING: dict[str, set[str]] = {"silver": {"golden"}}
for _row in _CLASSES:
    for _word in _row.split():
        _EXCLUDING.setdefault(_word, set()).update(set(_row.split()) - {_word})


def find_antonyms(pair: Pair) -> list[Finding]:
    """Opposites at one place, where neither text has the other's word elsewhere."""
    if not pair.english:
        return []
    ours = {w.lower for w in pair.hypothesis.words}
    theirs: dict[str, list[int]] = {}
    for j, word in enumerate(pair.reference.words):
        if word.kind == "word" and word.lower not in ours and ours.isdisjoint(_ALSO.get(word.lower, ())):
            theirs.setdefault(word.lower, []).append(j)
    known = {w.lower for w in pair.reference.words}
    out: list[Finding] = []
    at: list[tuple[int, int]] = []
    for i, word in enumerate(pair.hypothesis.words):
        if word.kind != "word" or word.lower in known:
            continue
        places = sorted(j for other in opposites(word.lower) for j in theirs.get(other, ()))
        aligned = pair.alignment.to_reference[i]
        if aligned >= 0 and pair.reference.words[aligned].lower in _EXCLUDING.get(word.lower, ()) and pair.reference.words[aligned].lower not in ours:
            places.append(aligned)
        found = next(
            (
                j
                for j in places
                if not turned(pair, i, j) and not _other_side(pair, i, j) and (aligned == j or (aligned < 0 and pair.alignment.cosine[i, j] > ALIKE))
            ),
            None,
        )
        if found is not None:
            message = f"{word.text} is the opposite of {pair.reference.words[found].text}"
            at.append((i, found))
            out.append(make_finding(pair, "accuracy/mistranslation", "critical", NAME, (i, i + 1), (found, found + 1), message))
    return [] if _cancel(at) else out


def _cancel(at: list[tuple[int, int]]) -> bool:
    """True for two opposites that stand together on both sides: unemployment rose, employment fell."""
    if len(at) != 2:
        return False
    (i, j), (k, m) = at
    return abs(i - k) <= NEAR and abs(j - m) <= NEAR


def opposites(lower: str) -> Iterator[str]:
    """Words that say the opposite: from the list, and with a negative prefix or without it (legal, illegal)."""
    yield from _OPPOSITES.get(lower, ())
    yield from _inflected(lower)
    if len(lower) < 4 or lower.startswith("migra"):
        return
    for prefix in NEGATIVE_PREFIXES:
        if prefix + lower not in NOT_NEGATIVE:
            yield prefix + lower
        if lower.startswith(prefix) and len(lower) - len(prefix) >= 4 and lower not in NOT_NEGATIVE and not lower.startswith("immigra"):
            yield lower[len(prefix) :]


def turned(pair: Pair, i: int, j: int) -> bool:
    """True where a negation in one sentence alone, or before one word alone, makes the opposites agree: can't agree = disagree, lack patience = impatience."""
    counts, denied = [], []
    for side, k in ((pair.hypothesis, i), (pair.reference, j)):
        counts.append(sum(side.words[n].sentence == side.words[k].sentence for n in negations(side)))
        denied.append(_denied(side, k))
    return counts[0] != counts[1] or denied[0] != denied[1]


def _denied(side: Side, k: int) -> bool:
    """True where a negation stands before a word with nothing but small words and adverbs between."""
    for word in side.words[max(0, k - BEFORE) : k][::-1]:
        if word.lower in _DENYING or word.lower.endswith("n't"):
            return True
        if word.kind != "word" or not (word.function or is_adverb(word.lower)):
            return False
    return False


def _other_side(pair: Pair, i: int, j: int) -> bool:
    """True where the parties change places as well, or the voice: the bank lent the brewery, the brewery borrowed from the bank; was bought by, was sold to."""
    if not {pair.hypothesis.words[i].lower, pair.reference.words[j].lower} <= CONVERSE:
        return False
    if than_of(pair.hypothesis, i) and than_of(pair.reference, j):
        return turned_round(pair, i, j)
    (before, after), (was_before, was_after) = _around(pair.hypothesis, i), _around(pair.reference, j)
    if {pair.hypothesis.words[i].lower, pair.reference.words[j].lower} == {"before", "after"}:
        wide = {*before[:4]} & {*was_after[:4]} and {*was_before[:4]} & {*after[:4]}
        return bool(wide) and not {*after[:2]} & {*was_after[:2]}
    named, were_named = _named_around(pair.hypothesis, i), _named_around(pair.reference, j)
    if named[0] & were_named[1] and named[1] & were_named[0] and not named[1] & were_named[1]:
        return True
    crossed = bool({*before[:1]} & {*was_after} and {*was_before[:1]} & {*after})
    kept = bool({*before[:3]} & {*was_before[:3]} and {*after[:3]} & {*was_after[:3]})
    by = [k + 1 < len(side.words) and side.words[k + 1].lower == "by" for side, k in ((pair.hypothesis, i), (pair.reference, j))]
    passive = [is_passive(side, k) for side, k in ((pair.hypothesis, i), (pair.reference, j))]
    return crossed if passive[0] == passive[1] and by[0] == by[1] else crossed or kept


def _around(side: Side, i: int) -> tuple[list[str], list[str]]:
    """Eight content words in front of a word and behind it, the nearest first."""
    parts = (
        [w.lower.removesuffix("'s") for w in part if not w.function and w.kind != "punctuation"]
        for part in (side.words[max(0, i - 20) : i][::-1], side.words[i + 1 : i + 21])
    )
    before, after = (part[:8] for part in parts)
    return before, after


def _named_around(side: Side, i: int) -> tuple[set[str], set[str]]:
    """Names in front of a word and behind it in its sentence."""
    near = [(k, w) for k, w in enumerate(side.words) if w.capital and is_content(w) and w.sentence == side.words[i].sentence]
    return {w.stem for k, w in near if k < i}, {w.stem for k, w in near if k > i}


def _inflected(lower: str) -> Iterator[str]:
    """Opposites of a verb in `-s`, `-ed` or `-ing`, in the same form: accepts, rejects."""
    for ending in ENDINGS:
        if lower.endswith(ending) and len(lower) > len(ending) + 3:
            stem = lower.removesuffix(ending)
            for base in (stem, stem + "e", american(stem + "e"), *_in_y(lower)):
                yield from (form for other in _OPPOSITES.get(base, ()) for form in _forms(other, ending))


def _in_y(lower: str) -> Iterator[str]:
    """denies and denied as deny."""
    if lower.endswith(("ies", "ied")):
        yield lower[:-3] + "y"


def _forms(base: str, ending: str) -> Iterator[str]:
    if base.endswith("y") and ending != "ing" and base[-2:-1] not in "aeo":
        yield base[:-1] + ("ies" if ending == "s" else "ied")
    stems = (base.removesuffix("e"), british(base).removesuffix("e")) if ending != "s" else (base, british(base))
    yield from dict.fromkeys(stem + ending for stem in stems)


def american(word: str) -> str:
    """criticise as criticize."""
    return word.removesuffix("ise") + "ize" if word.endswith("ise") else word


def british(word: str) -> str:
    """criticize as criticise."""
    return word.removesuffix("ize") + "ise" if word.endswith("ize") else word
