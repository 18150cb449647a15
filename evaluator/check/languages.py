"""Languages by their small words, and scripts by their letters.

Enough to see that a segment is in another language than the reference; not made to name a language.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

SMALL_WORDS = {
    "en": "the and of is are was were that with for this have has been they which from would there their what not you it",
    "de": "der die das und ist nicht mit ein eine einen sich auch wird werden wurde haben für dem den des auf von zu dass ich wir",
    "fr": "le les des est une dans pour qui sur avec pas sont cette plus ont été nous vous aux mais ses leur elle et",
    "es": "el los las una por con para está como pero más fue son este esta sus también hay del y muy",
    "it": "il gli che di è una per con sono della nel anche alla dei più questo questa ha non si le",
    "pt": "o os uma não com para é mais foi são como seu sua também ao dos pelo pela está você isso",
    "nl": "het een van en is dat niet zijn voor met maar ook wordt deze hebben naar ze wij bij uit",
    "pl": "jest nie się na że do są jak tym ale przez który była oraz jego także lub czy już było",
    "cs": "je se na že jsou který která jsem byl bylo jako jeho ale také při nebo když pro podle už",
    "sv": "och att det är som på inte för den har med till ett av vara från men också hade om",
    "ru": "и в не на что это как он она они был была было для его из но по также который мы вы",
    "uk": "і в не на що це як він вона вони був була було для його із але також який ми ви є",
}
_WORDS = {language: frozenset(words.split()) for language, words in SMALL_WORDS.items()}
KNOWN_FROM = 0.05
"""Share of small words from which a text's language is known."""
SEEN_FROM = 3
"""Small words of another language that a segment must hold."""

_LETTERS = {
    "Latin": re.compile("[A-Za-zÀ-ÖØ-öø-\u024f\u1e00-\u1eff]"),
    "Cyrillic": re.compile("[\u0400-\u052f]"),
    "Greek": re.compile("[\u0370-\u03ff\u1f00-\u1fff]"),
    "Arabic": re.compile("[\u0620-\u064a\u066e-\u06d3]"),
    "Hebrew": re.compile("[\u05d0-\u05ea]"),
    "Devanagari": re.compile("[\u0904-\u0939\u0958-\u0961]"),
    "Thai": re.compile("[\u0e01-\u0e30\u0e40-\u0e46]"),
    "Hangul": re.compile("[\uac00-\ud7a3\u1100-\u11ff]"),
    "Kana": re.compile("[\u3041-\u30fa]"),
    "Han": re.compile("[\u3400-\u9fff]"),
}
_SAME = {"Kana": "Han"}
"""Japanese mixes them."""


def main_script(text: str) -> str:
    """Name of the script with the most letters; empty where there are none."""
    if text.isascii():
        return "Latin" if _LETTERS["Latin"].search(text) else ""
    counts: dict[str, int] = {}
    for name, letters in _LETTERS.items():
        found = len(letters.findall(text))
        if found:
            script = _SAME.get(name, name)
            counts[script] = counts.get(script, 0) + found
    return max(counts, key=lambda name: counts[name]) if counts else ""


def letters_of(script: str, text: str) -> int:
    """How many letters of a script a text has."""
    return sum(len(letters.findall(text)) for name, letters in _LETTERS.items() if _SAME.get(name, name) == script)


def small_words(text: str) -> dict[str, int]:
    """By language, how many words of the text are its small words; languages without any are left out."""
    words = text.lower().split()
    counts = {language: sum(word in known for word in words) for language, known in _WORDS.items()}
    return {language: count for language, count in counts.items() if count}


def language_of(texts: Sequence[str]) -> str:
    """The language whose small words are most frequent; empty where none is frequent enough."""
    whole = " ".join(texts)
    counts = small_words(whole)
    if not counts:
        return ""
    best = max(counts, key=lambda language: counts[language])
    return best if counts[best] >= KNOWN_FROM * len(whole.split()) else ""


def other_language(text: str, expected: str) -> str:
    """The language that a text is in when that is plainly not the expected one; else empty."""
    counts = small_words(text)
    own = counts.get(expected, 0)
    best = max(counts, key=lambda language: counts[language], default="")
    if best in ("", expected) or counts[best] < SEEN_FROM or counts[best] < 0.15 * len(text.split()):
        return ""
    return best if own == 0 or counts[best] >= SEEN_FROM * own + 2 else ""
