"""Which language a text is in, before anything in it is judged.

Scripts of one language, and English by its function words, are known by themselves; for the rest
stands py3langid (BSD), whose model is part of its package and takes a second to load.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from evaluator.plugins import base_language

READ = "en"
"""The language that the diagnosis was made for and measured in."""
BY_RULES = {"de": "German"}
"""Languages that are judged by rules, without the reader: `rules/`."""
UNKNOWN = ""
"""An unknown language: no letters, or too few words that could be any language's."""
MIN_SURE = 0.5
"""Probability from which a language is believed."""
MAX_REFERENCES = 200
"""References by which a run's language is known."""
MAX_CHARACTERS = 4000
"""Characters that are looked at."""
SMALL_ENGLISH = frozenset([
    "the", "of", "and", "to", "that", "was", "were", "is", "are", "has", "have", "had", "been", "with", "for", "from", "this", "which", "not", "they",
    "their", "his", "her", "its", "would", "there", "what", "when", "who", "will", "could", "about", "after",
])  # fmt: skip
"""English function words that are rare in other languages; `in`, `die`, `an` and the like are left out."""
SMALL_GERMAN = frozenset([
    "der", "die", "das", "dem", "den", "des", "und", "nicht", "ist", "sind", "war", "waren", "wird", "wurde", "wurden", "werden", "ein", "eine",
    "einer", "eines", "einem", "einen", "im", "am", "zum", "zur", "vom", "beim", "von", "mit", "für", "auf", "aus", "nach", "bei", "sich", "auch",
    "als", "dass", "daß", "wie", "oder", "aber", "er", "sie", "wir", "ich", "ihr", "sein", "seine", "ihre", "haben", "hat", "hatte", "kann", "muss",
    "soll", "über", "unter", "vor", "noch", "nur", "schon", "sehr",
])  # fmt: skip
"""German function words; those that are English or Dutch words too count less than others would."""
MIN_SMALL, SHARE_SMALL = 2, 0.12
_WORD = re.compile(r"[^\W\d_]+")
_SCRIPTS = {
    "ja": re.compile("[\u3041-\u30fa]"),
    "zh": re.compile("[\u3400-\u9fff]"),
    "ko": re.compile("[\uac00-\ud7a3]"),
    "th": re.compile("[\u0e01-\u0e5b]"),
    "lo": re.compile("[\u0e81-\u0edf]"),
    "km": re.compile("[\u1780-\u17ff]"),
    "my": re.compile("[\u1000-\u109f]"),
    "am": re.compile("[\u1200-\u139f]"),
    "he": re.compile("[\u05d0-\u05ea]"),
    "el": re.compile("[\u0370-\u03ff\u1f00-\u1fff]"),
    "ka": re.compile("[\u10a0-\u10ff]"),
    "hy": re.compile("[\u0530-\u058f]"),
    "ta": re.compile("[\u0b80-\u0bff]"),
    "te": re.compile("[\u0c00-\u0c7f]"),
    "bo": re.compile("[\u0f00-\u0fff]"),
}
"""Scripts that one language all but owns; kana before Han, which Japanese mixes."""


def is_judged(language: str | None) -> bool:
    """True where a run in the language is diagnosed by default; a run whose language is unknown is looked at pair by pair."""
    return language is None or language == READ or language in BY_RULES


def language_of_run(references: Sequence[str], lang: str | None) -> str | None:
    """The language of a run: what the user says, or what the first references are in; None where it is unknown."""
    return base_language(lang) if lang else language_of(" ".join(references[:MAX_REFERENCES])) or None


def language_note(references: Sequence[str], lang: str | None, *, forced: bool) -> tuple[str | None, str]:
    """The language of a run, None where it is unknown, and the note for users where it is not judged as English is.

    Args:
        references: of all segments.
        lang: the language that the user names.
        forced: the user wants a diagnosis all the same.
    """
    language = language_of_run(references, lang)
    if language in (None, READ):
        return language, ""
    if language in BY_RULES:
        what = "numbers, dates, names, lost and added text, repetition, English words"
        return (
            language,
            f"Diagnosis: {BY_RULES[str(language)]} is judged by rules, without the reader: {what}. Fidelity stays empty, and risk orders without being calibrated.",
        )
    what = f"the references are in another language than English or {' or '.join(BY_RULES.values())} ({language})"
    if forced:
        return (
            language,
            f"Diagnosis: {what}; it was made for English and is forced here: risk and fidelity mean little, findings rest on numbers, names and forms.",
        )
    return language, f"Diagnosis: off, as {what}, for which it was made. --diagnose on judges them all the same; --lang en says that they are English."


def language_of(text: str) -> str:
    """ISO 639-1 code of the language that most of the text is in; `UNKNOWN` where it is unknown.

    >>> language_of("The mayor was not at the meeting."), language_of("Der Bürgermeister war nicht bei der Sitzung.")
    ('en', 'de')
    """
    text = text[:MAX_CHARACTERS]
    letters = sum(character.isalpha() for character in text)
    if not letters:
        return UNKNOWN
    if not text.isascii():
        counts = Counter({language: len(pattern.findall(text)) for language, pattern in _SCRIPTS.items()})
        if counts["ja"] and counts["ja"] + counts["zh"] > letters / 2:
            return "ja"
        language, number = counts.most_common(1)[0]
        if number > letters / 2:
            return language
    words = [word.lower() for word in _WORD.findall(text)]
    small = sum(word in SMALL_ENGLISH for word in words)
    if small >= MIN_SMALL and small >= SHARE_SMALL * len(words):
        return "en"
    if is_german(text):
        return "de"
    language, sure = _identifier().classify(" ".join(words))
    return str(language) if sure >= MIN_SURE else UNKNOWN


def is_german(text: str) -> bool:
    """True for a text with German function words enough, and more than English ones.

    >>> is_german("Die Steuern sollen im Herbst von allen gezahlt werden."), is_german("De boot vaart naar het eiland en is van hout.")
    (True, False)
    """
    words = [word.lower() for word in _WORD.findall(text[:MAX_CHARACTERS])]
    german, english = (sum(word in known for word in words) for known in (SMALL_GERMAN, SMALL_ENGLISH))
    foreign = any(word in _DUTCH for word in words)
    return german >= MIN_SMALL and german >= SHARE_SMALL * len(words) and german > english and not foreign


_DUTCH = frozenset(["het", "een", "van", "naar", "niet", "voor", "zijn", "wordt", "werd", "och", "att", "och", "det", "ikke", "som", "til", "af"])
"""Function words of languages that share small words with German."""


@lru_cache(maxsize=1)
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
