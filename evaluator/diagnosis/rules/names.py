"""German names, where every noun has a capital: acronyms, words after titles, and words that an English vocabulary knows whole.

The vocabulary of the packaged model has few German nouns in one piece and many names: what is
left of its whole words when the nouns that English has too (`german.py`) are taken out names
somebody or something, or is English.
"""

from __future__ import annotations

from rapidfuzz.distance import Levenshtein

from evaluator.diagnosis.detect.gazetteer import KNOWN, ORDINARY
from evaluator.diagnosis.detect.name_forms import Forms, base, forms_of, licensed, sound
from evaluator.diagnosis.detect.name_words import COMMON_RANK
from evaluator.diagnosis.pair import Pair, cut, make_finding, runs
from evaluator.diagnosis.rules.german import DAYS, HOMOGRAPHS, MONTHS, NOUNS, ORDINALS, SCALES, SMALL, TITLES, UNITS
from evaluator.diagnosis.rules.sides import one_family
from evaluator.diagnosis.sides import Side, Word
from evaluator.types import Finding

NAME = "names"
MIN_ACRONYM = 2
MISSPELT = 0.7
"""Likeness of two names of which one is the other misspelt."""
_ENGLISH_ENDINGS = ("s", "ing", "ed", "er", "ion", "ment", "ness", "ity", "ance", "ence", "ship", "ware", "age", "ack", "own", "out", "ial", "ic")
_NOUN_ENDINGS = (
    "ung",
    "ungen",
    "heit",
    "heiten",
    "keit",
    "keiten",
    "schaft",
    "schaften",
    "tät",
    "täten",
    "tion",
    "tionen",
    "ment",
    "nis",
    "tum",
    "chen",
    "ling",
    "ismus",
    "enz",
    "anz",
    "ik",
    "ur",
)
_ARTICLES = ("e", "er", "en", "es", "em", "der", "das", "die", "im", "am", "zum", "zur", "beim", "vom", "ein", "kein", "mein", "sein", "ihr")
_PREPOSITIONS = frozenset(["über", "unter", "hinter", "neben", "zwischen", "wegen", "gegen", "oder", "aber"])
_NO_NAMES = MONTHS.keys() | DAYS.keys() | SMALL.keys() | SCALES.keys() | UNITS.keys() | ORDINALS.keys() | NOUNS | TITLES | ORDINARY | {"nr", "no", "st"}


def is_german_name(side: Side, i: int) -> bool:
    """True for a capitalized word that names somebody or something."""
    word = side.words[i]
    if not word.capital or word.function or len(word.text) < 2 or not word.text.isalpha():
        return False
    lower = base(word)
    if lower in KNOWN:
        return True
    if lower in _NO_NAMES:
        return False
    if word.text.isupper():
        return 2 <= len(word.text) <= 6
    titled = i > 0 and side.words[i - 1].lower in TITLES and not word.first
    return titled or (word.pieces == 1 and word.text.isascii() and lower not in HOMOGRAPHS and not word.first)


def german_names(side: Side) -> list[int]:
    """All names; a text in capitals shows none."""
    if sum(w.text.isupper() for w in side.words if w.kind == "word") * 2 > sum(w.kind == "word" for w in side.words):
        return []
    return [i for i in range(len(side.words)) if is_german_name(side, i)]


def _may_be_name(side: Side, i: int) -> bool:
    """True for a capitalized word that may be a name beside a sure one: no ordinary noun that is known, no article or adjective before it."""
    word = side.words[i]
    if not word.capital or word.function or word.first or len(word.text) < 3 or base(word) in _NO_NAMES or base(word).endswith(_NOUN_ENDINGS):
        return False
    before = side.words[i - 1].lower if i else ""
    return not before.endswith(_ARTICLES) or before in _PREPOSITIONS


def find_german_names(pair: Pair) -> list[Finding]:
    """Another name in a name's place; names that are lost or added are minor, for a pronoun may stand for them."""
    forms_h, forms_r = forms_of(pair.hypothesis), forms_of(pair.reference)
    left, right = _only(pair.hypothesis, forms_r, pair.reference), _only(pair.reference, forms_h, pair.hypothesis)
    gone = runs(right)
    out: list[Finding] = []
    rest = []
    for a, b in runs(left):
        partner = next((r for r in gone if _one_place(pair, (a, b), r)), None) or (gone[0] if len(gone) == 1 == len(runs(left)) else None)
        if partner is None:
            rest.append((a, b))
        else:
            gone.remove(partner)
            sure = _by_itself(pair.hypothesis, (a, b)) + _by_itself(pair.reference, partner)
            out.append(_swapped(pair, (a, b), partner, ("minor", "major", "critical")[sure]))
    for a, b in rest:
        j = _weak_partner(pair.reference, pair.alignment.to_reference[a], forms_h, pair.hypothesis) if _by_itself(pair.hypothesis, (a, b)) else -1
        message = f"{cut(pair.hypothesis, (a, b))} is not in the reference"
        out.append(
            _swapped(pair, (a, b), (j, j + 1), "major") if j >= 0 else make_finding(pair, "accuracy/name", "minor", NAME + "_added_rare", (a, b), None, message)
        )
    for a, b in gone:
        i = _weak_partner(pair.hypothesis, pair.alignment.to_hypothesis[a], forms_r, pair.reference) if _by_itself(pair.reference, (a, b)) else -1
        message = f"{cut(pair.reference, (a, b))} is lost"
        out.append(
            _swapped(pair, (i, i + 1), (a, b), "major") if i >= 0 else make_finding(pair, "accuracy/name", "minor", NAME + "_lost_rare", None, (a, b), message)
        )
    return out


def _by_itself(side: Side, span: tuple[int, int]) -> bool:
    """True for one word that names somebody beyond doubt: known, after a title, or too rare for an English loan word."""
    word, before = side.words[span[0]], side.words[span[0] - 1].lower if span[0] else ""
    if span[1] - span[0] > 1 or word.text.isupper() or len(word.text) < 4:
        return False
    rare = word.rarity > COMMON_RANK and not word.lower.endswith(_ENGLISH_ENDINGS)
    return base(word) in KNOWN or before in TITLES or rare


def _only(side: Side, others: Forms, other: Side) -> list[int]:
    """Names that the other text has in no form; what may be a loan word is left out."""
    names = [i for i in german_names(side) if _by_itself(side, (i, i + 1)) or side.words[i].text.isupper()]
    return [i for i in names if not licensed(side.words[i], others) and not _known_inside(side.words[i], other)]


def _weak_partner(side: Side, link: int, others: Forms, other: Side) -> int:
    """The word that may be another name in a name's stead: the one at its place, or the only one there is; -1 for none."""
    stems = {w.stem for w in other.words if w.kind == "word"}
    free = [
        i
        for i, w in enumerate(side.words)
        if _may_be_name(side, i) and not licensed(w, others) and not _known_inside(w, other) and not any(one_family(w.stem, stem) for stem in stems)
    ]
    return link if link in free else free[0] if len(free) == 1 else -1


def _known_inside(word: Word, other: Side) -> bool:
    """True for a name that stands in a compound, or in its genitive: EU in EU-Kommission, Merkel in Merkels."""
    lower = base(word)
    return (
        any(w.lower.startswith(lower) or w.lower.endswith(lower) for w in other.words if w.kind == "word")
        if len(lower) > 2
        else any(w.lower == lower for w in other.words)
    )


def _one_place(pair: Pair, ours: tuple[int, int], theirs: tuple[int, int]) -> bool:
    inside = range(*theirs)
    return any(pair.alignment.to_reference[i] in inside for i in range(*ours))


def _swapped(pair: Pair, ours: tuple[int, int], theirs: tuple[int, int], severity: str) -> Finding:
    words = cut(pair.hypothesis, ours), cut(pair.reference, theirs)
    like = Levenshtein.normalized_similarity(sound(words[0]), sound(words[1]))
    if like >= MISSPELT or sound(words[0])[:4] == sound(words[1])[:4]:
        return make_finding(pair, "accuracy/name", "minor", NAME + "_misspelt", ours, theirs, f"{words[0]} for {words[1]}")
    acronyms = all(word.isupper() and len(word) > MIN_ACRONYM for word in words) and words[0][0] == words[1][0]
    return make_finding(
        pair, "accuracy/name", "major" if acronyms else severity, NAME + "_swapped", ours, theirs, f"{words[0]} where the reference names {words[1]}"
    )
