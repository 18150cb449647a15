"""Which words of a text are names, and which of them name somebody or something by themselves."""

from __future__ import annotations

from evaluator.diagnosis.detect.gazetteer import KNOWN, ORDINARY, TITLES
from evaluator.diagnosis.detect.name_forms import base
from evaluator.diagnosis.lexicon import DAYS, GENDERED, MONTHS, NEGATIONS, ORDINALS, SMALL_NUMBERS, UNITS
from evaluator.diagnosis.sides import Side, Word

COMMON_RANK = 7000
"""A word of one piece more frequent than this is an ordinary word, where no list knows it as a name."""
CAPITAL_NOUNS = 0.2
"""Share of capitalized words behind the first of a sentence, from which nouns are taken to have capitals."""
_GERMAN = frozenset([
    "und", "nicht", "ich", "der", "das", "dass", "ist", "ein", "eine", "wir", "wurde", "wird", "mit", "für", "auf", "dem", "den", "sich", "zum", "zur", "auch", "nach", "am", "hat",
])  # fmt: skip
_PLAIN_ENDINGS = (
    "tion",
    "sion",
    "ment",
    "ness",
    "ics",
    "ship",
    "ology",
    "ity",
    "ist",
    "ists",
    "able",
    "ible",
    "ful",
    "ous",
    "onal",
    "ical",
    "ive",
    "ings",
    "ers",
    "ents",
    "isation",
)
_SCALES = frozenset(["celsius", "fahrenheit", "kelvin", "richter"])
_CLOSED = MONTHS.keys() | DAYS.keys() | GENDERED.keys() | NEGATIONS | ORDINALS.keys() | SMALL_NUMBERS.keys()


def is_name(word: Word) -> bool:
    """A capitalised word that is not capitalised for its place alone."""
    if not word.capital or len(word.text) < 2 or word.kind != "word":
        return False
    lower = base(word)
    if word.function and not (word.text.isupper() and lower in KNOWN):
        return False  # WHO and US are names
    if lower in _CLOSED or "'" in lower or lower in _SCALES or (word.text.isupper() and lower in UNITS):
        return False
    return not word.first or ((word.rarity > 12000 or word.pieces > 1) and not word.lower.endswith(("ing", "ed", "ly", "ion", "ment")))


def is_proper(word: Word) -> bool:
    """True for a word that names somebody or something by itself: no title, no ordinary word in a title."""
    lower = base(word)
    if lower in KNOWN:
        return True
    if lower in ORDINARY or lower in TITLES or len(lower) < 3:
        return False
    if word.text.isupper() and len(word.text) <= 6:
        return True
    return (word.pieces > 1 or word.rarity > COMMON_RANK) and not word.lower.endswith(_PLAIN_ENDINGS)


def names(side: Side, english: bool = True) -> list[int]:
    """Words that are names. A text all in capitals or in title case has none to tell apart; where nouns have capitals, titles and lists alone show names."""
    if not english and _capital_nouns(side):
        return [i for i, w in enumerate(side.words) if w.capital and (base(w) in KNOWN or (i and side.words[i - 1].lower in TITLES))]
    content = [w for w in side.words if w.kind == "word" and not w.function]
    if len(content) > 3 and sum(w.capital for w in content) > 0.8 * len(content):
        return [i for i, w in enumerate(side.words) if is_name(w) and (w.pieces > 1 or w.rarity > 12000)]
    return [i for i, w in enumerate(side.words) if (is_name(w) or _first_name(side, i)) and not _heads_list(side, i) and not _money(side, i)]


def _capital_nouns(side: Side) -> bool:
    """True for German, and for texts of other languages with many capitals in mid-sentence."""
    later = [w for w in side.words if w.kind == "word" and not w.first]
    return any(w.lower in _GERMAN for w in side.words) or sum(w.capital for w in later) > CAPITAL_NOUNS * len(later)


def _money(side: Side, i: int) -> bool:
    """True for a currency beside its number: VND 300."""
    if len(side.words[i].text) != 3 or not side.words[i].text.isupper():
        return False
    return any(0 <= k < len(side.words) and side.words[k].kind == "number" for k in (i - 1, i + 1))


def _first_name(side: Side, i: int) -> bool:
    """True for a known name or an acronym that begins a sentence."""
    word = side.words[i]
    if not word.first or not word.capital or word.function:
        return False
    return base(word) in KNOWN or (word.text.isupper() and 3 <= len(word.text) <= 6 and _small_follows(side, i))


def _small_follows(side: Side, i: int) -> bool:
    return i + 1 < len(side.words) and any(c.islower() for c in side.words[i + 1].text)


def _heads_list(side: Side, i: int) -> bool:
    """True for a word after a bullet."""
    return i == 1 and side.words[0].kind == "punctuation" and side.words[1].rarity < 12000 and side.words[1].pieces == 1


def is_heading(side: Side) -> bool:
    """True for a text most of whose words are capitalized."""
    content = [w for w in side.words if w.kind == "word" and not w.function]
    return len(content) > 3 and sum(w.capital for w in content) > 0.8 * len(content)
