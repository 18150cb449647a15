"""When two words are one name: transliterations, countries and their adjectives, short forms, acronyms."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

from rapidfuzz.distance import Levenshtein

from evaluator.diagnosis.detect.gazetteer import NICKNAMES, SAME_PLACE
from evaluator.diagnosis.sides import Side, Word

BEGINNING, ALIKE = 3, 0.66
"""First letters that two forms of one word share, and the share of all letters."""
_SAME_SOUND = (
    ("iya", "ia"), ("yy", "y"), ("iy", "y"), ("ij", "y"), ("yj", "y"), ("ej", "ey"), ("ii", "y"), ("ei", "ey"), ("ai", "ay"), ("yu", "u"), ("iu", "u"), ("ya", "a"), ("ia", "a"),
    ("ye", "e"), ("yo", "o"), ("kh", "h"), ("ck", "k"), ("q", "k"), ("w", "v"), ("ph", "f"), ("ou", "u"), ("oo", "u"), ("x", "ks"), ("tch", "ch"), ("tsch", "ch"),
    ("sch", "sh"), ("zh", "j"), ("dj", "j"), ("c", "k"), ("y", "i"), ("ts", "z"), ("tz", "z"), ("z", "s"), ("'", ""),
)  # fmt: skip


def without_accents(text: str) -> str:
    """The letters without what stands above and below them: fohn of föhn."""
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))


@lru_cache(maxsize=1 << 15)
def sound(name: str) -> str:
    """The name with accepted transliterations made one: Zelenskyy, Zelensky and Selenskyj; Sergey, Sergei and Sergej."""
    form = without_accents(name.lower().removesuffix("'s").removesuffix("’s"))
    form = form.replace("’", "'").replace("ø", "o").replace("ł", "l").replace("đ", "d").replace("ß", "ss")
    form = form.replace("ch", "#")
    for old, new in _SAME_SOUND:
        form = form.replace(old, new)
    return re.sub(r"(.)\1+", r"\1", form)


def same_words(a: str, b: str) -> bool:
    """True where both texts are one name in accepted spellings."""
    return bool(a and b) and sound(a) == sound(b)


def one_form(a: str, b: str) -> bool:
    """True for one form of a word against another: metres and meters, diversion and diversions. Detectors know what is wrong with these."""
    a, b = a.lower(), b.lower()
    return a[:BEGINNING] == b[:BEGINNING] and Levenshtein.normalized_similarity(a, b) >= ALIKE


@lru_cache(maxsize=1 << 15)
def skeleton(name: str) -> str:
    """The consonants of the name as it sounds: Korotan and Korotun have the same."""
    return re.sub(r"[aeiouj]", "", sound(name))


def base(word: Word) -> str:
    """The name without its ending of possession and final stop."""
    return word.lower.removesuffix("'s").rstrip(".")


class Forms(NamedTuple):
    """The forms in which a text has its words, made once for all names that are sought in it."""

    known: frozenset[str]
    """As they are, without stops, as they sound, by place and by short form."""
    stems: frozenset[str]
    bases: tuple[str, ...]
    squeezed: str
    """The text without spaces and punctuation, in lower case."""
    initials: tuple[str, ...]
    """First letters in a row: of all words, without small words, of capitalized words."""
    acronyms: tuple[str, ...]


def forms_of(side: Side) -> Forms:
    """The forms of a text."""
    words = [w for w in side.words if w.kind == "word"]
    known: set[str] = set()
    for w in side.words:
        if w.kind != "punctuation":
            lower = base(w)
            known |= {lower, lower.replace(".", ""), *_classes(lower)}
    known |= {sound(w.text) for w in words if w.capital}
    rows = words, [w for w in words if w.capital or not w.function], [w for w in words if w.capital]
    acronyms = tuple(text for w in words if 2 <= len(text := w.text.replace(".", "")) <= 6 and text.isupper())
    bases = tuple(sorted({base(w) for w in words if len(w.text) >= 4}))
    squeezed = re.sub(r"\W", "", side.text.lower())
    return Forms(frozenset(known), frozenset(w.stem for w in words), bases, squeezed, tuple("".join(w.text[0] for w in row).lower() for row in rows), acronyms)


def _classes(lower: str) -> set[str]:
    """Keys of the place or short form that the word stands for."""
    out = set()
    if lower in SAME_PLACE:
        out.add(f"place {SAME_PLACE[lower]}")
    if lower in NICKNAMES:
        out.add(f"nickname {NICKNAMES[lower]}")
    return out


def licensed(word: Word, other: Forms) -> bool:
    """True where the other text has the name in an accepted form: stem, place, acronym, joined or compounded words."""
    lower = base(word)
    letters = lower.replace(".", "")
    if not other.known.isdisjoint((lower, letters, sound(word.text), *_classes(lower))) or word.stem in other.stems:
        return True
    # A country is known in all of its forms: Niger is no part of Nigeria.
    if len(lower) > 3 and lower not in SAME_PLACE and (lower in other.squeezed or any(_derived(lower, form) for form in other.bases if form[:4] == lower[:4])):
        return True
    capitals = word.text.replace(".", "").isupper()
    if capitals and len(letters) <= 6 and any(letters in row for row in other.initials):
        return True
    # Voice of America = VOA, America = U.S.; but NATO is no part of NASA.
    return not (capitals and len(letters) > 1) and any(word.text[0] in acronym for acronym in other.acronyms)


def spelled_out(side: Side, other: Side) -> set[int]:
    """Words of a text that an acronym of the other one stands for: World Health Organization beside WHO."""
    words = [i for i, w in enumerate(side.words) if w.kind == "word" and not (w.function and not w.capital)]
    letters = "".join(side.words[i].text[0] for i in words).lower()
    out: set[int] = set()
    for acronym in {text.lower() for w in other.words if 2 <= len(text := w.text.replace(".", "")) <= 6 and text.isupper() and text.isalpha()}:
        start = letters.find(acronym)
        while start >= 0:
            if all(side.words[i].capital for i in words[start : start + len(acronym)]):
                out |= set(words[start : start + len(acronym)])
            start = letters.find(acronym, start + 1)
    return out


_DERIVING = frozenset([
    "n", "an", "ian", "ean", "ese", "ish", "i", "ic", "ist", "ists", "ism", "s", "es", "ns", "ans", "ians", "y", "a", "al", "er", "ers", "man", "men", "der", "ern",
    "lic", "lics", "e", "en",
])  # fmt: skip


def _derived(a: str, b: str) -> bool:
    """Ukraine and Ukrainian, China and Chinese: one root of four letters or more with endings that derive."""
    k = 0
    while k < min(len(a), len(b)) and a[k] == b[k]:
        k += 1
    return k >= 4 and (a[k:] in _DERIVING or not a[k:]) and (b[k:] in _DERIVING or not b[k:]) and (a[k:], b[k:]) not in (("an", ""), ("en", ""))
