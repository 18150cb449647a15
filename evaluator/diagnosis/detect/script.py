"""Text in another script or language than the reference's: left untranslated, or mixed in."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from evaluator.diagnosis.detect.name_forms import without_accents
from evaluator.diagnosis.pair import Pair, make_finding, runs
from evaluator.types import Finding

NAME = "script"


@lru_cache(maxsize=1 << 14)
def script_of(character: str) -> str:
    """`LATIN`, `CYRILLIC`, `CJK` ...; empty for what is no letter."""
    return unicodedata.name(character, "").split(" ")[0].split("-")[0] if character.isalpha() else ""


def find_script(pair: Pair) -> list[Finding]:
    """Words in a script that the reference nowhere uses, and foreign small words in an English text."""
    usual = {script_of(c) for c in pair.reference.text}
    if usual <= {""}:
        return []
    wrong = [i for i, w in enumerate(pair.hypothesis.words) if w.kind == "word" and any(script_of(c) not in usual and script_of(c) for c in w.text)]
    out = [make_finding(pair, "accuracy/untranslated", "critical", NAME, (a, b), None, "text in another script") for a, b in runs(wrong, 2)]
    if not pair.english:
        return out + _english(pair)
    foreign = [i for i in range(len(pair.hypothesis.words)) if i not in wrong and _foreign(pair, i)]
    return out + [
        make_finding(pair, "accuracy/untranslated", "major", NAME + "_foreign", (a, b), None, "looks like a word of another language")
        for a, b in runs(foreign, 2)
    ]


_FOREIGN_FUNCTION = frozenset([
    "der", "die", "das", "und", "ist", "nicht", "mit", "von", "zu", "den", "dem", "ein", "eine", "einer", "des", "im", "auf", "für", "sich", "el",
    "los", "las", "una", "unos", "del", "por", "para", "con", "que", "y", "lo", "le", "les", "des", "est", "dans", "pour", "avec", "sur", "qui",
    "une", "du", "il", "della", "che", "per", "gli", "di", "nel", "non", "je", "się", "na", "jest", "nie", "z", "w", "že", "v",
])  # fmt: skip


_BEFORE_THE = frozenset(["in", "of", "to", "for", "by", "on", "at", "from", "with", "and", "that", "into", "is", "was", "are", "were"])


def _english(pair: Pair) -> list[Finding]:
    """`in the` and the like in a text of another language, where the reference has no `the`."""
    words = pair.hypothesis.words
    if any(w.lower == "the" for w in pair.reference.words):
        return []
    places = [i for i in range(1, len(words)) if words[i].text == "the" and words[i - 1].text in _BEFORE_THE]
    return [make_finding(pair, "accuracy/untranslated", "major", NAME + "_foreign", (i - 1, i + 1), None, "English words") for i in places]


def _plain(text: str) -> str:
    """A word without accents, however an umlaut is spelled: föhn and foehn."""
    bare = without_accents(text.lower()).replace("æ", "a").replace("ø", "o")
    return bare.replace("ae", "a").replace("oe", "o").replace("ue", "u")


def _foreign(pair: Pair, i: int) -> bool:
    """An accented small word, or a rare one of several pieces without support beside another such or a foreign function word."""
    w = pair.hypothesis.words[i]
    if w.kind != "word" or w.capital or float(pair.alignment.lexical[i].max(initial=0.0)) > 0.5:
        return False
    if any(_plain(w.text) == _plain(v.text) for v in pair.reference.words):
        return False
    accented = any(ord(c) > 127 and c != "’" for c in w.text)
    near = {x.lower for x in pair.hypothesis.words[max(0, i - 1) : i + 2]} & _FOREIGN_FUNCTION - {
        "die",
        "per",
        "on",
        "do",
        "non",
        "le",
        "los",
        "di",
        "las",
        "des",
    }
    return (
        (accented and w.pieces >= 2) or (w.lower in _FOREIGN_FUNCTION and w.rarity > 3500 and len(w.lower) > 1 and bool(near)) or (w.pieces >= 2 and bool(near))
    )
