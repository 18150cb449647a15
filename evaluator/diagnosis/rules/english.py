"""Text left in English in a German hypothesis."""

from __future__ import annotations

import re
from collections.abc import Sequence

from evaluator.diagnosis.detect.gazetteer import KNOWN
from evaluator.diagnosis.detect.script import find_script
from evaluator.diagnosis.language import SMALL_ENGLISH
from evaluator.diagnosis.pair import Pair, make_finding, runs
from evaluator.diagnosis.rules.german import FUNCTION, HOMOGRAPHS, NOUNS, stem
from evaluator.diagnosis.rules.sides import one_family
from evaluator.types import Finding

NAME = "script_foreign"
MIN_RUN, MIN_LETTERS = 2, 4
"""Words in a row that a stretch needs, and letters that at least one of them has."""
SEVERAL = 3
"""Such words in one text that are no chance, wherever they stand."""
HALF = 0.5
"""Share of the words of a hypothesis from which the text as a whole is untranslated."""
COPIED = 4
"""Letters from which one word of the source that stands in the hypothesis as it is counts as untranslated."""
_ENGLISH = SMALL_ENGLISH - HOMOGRAPHS
_WORD = re.compile(r"[^\W\d_]+")
_SHARED_ENDINGS = ("al", "iv", "ent", "ant", "ion", "or", "ismus", "tur", "isch", "il", "ell")
"""Of words that German and English share: final, Information, Motor."""


def find_english(pair: Pair) -> list[Finding]:
    """Stretches of words that an English vocabulary has whole and German and the reference have not; and other scripts."""
    scripts = [f for f in find_script(pair) if f.detector == "script"]
    words = pair.hypothesis.words
    theirs = {w.lower for w in pair.reference.words} | {w.stem for w in pair.reference.words}
    shown = [i for i in range(len(words)) if _shows_english(pair, i, theirs)]
    stretches = [_joined(pair, a, b, theirs) for a, b in runs(shown, 2)]
    several = len({words[i].lower for i in shown if len(words[i].text) >= MIN_LETTERS}) >= SEVERAL
    out = []
    for a, b in stretches:
        inside = [words[i] for i in shown if a <= i < b and not (words[i].lower in KNOWN or words[i].text.isupper())]
        if max((len(w.text) for w in inside), default=0) < MIN_LETTERS:
            continue
        spaced = " " in pair.hypothesis.text[words[a].start : words[b - 1].end]  # a hyphen makes a loan word: Make-up
        enough = spaced and (len(inside) >= MIN_RUN or sum(w.kind == "word" for w in words[a:b]) > MIN_RUN)
        half = len(inside) >= HALF * sum(w.kind == "word" for w in words)
        severity = "critical" if enough and half else "major" if enough or several else "minor"
        out.append(make_finding(pair, "accuracy/untranslated", severity, NAME, (a, b), None, "English words"))
    return scripts + out


def find_untranslated(source: str, references: Sequence[str], hypothesis: str) -> list[Finding]:
    """Words that the source writes small, so that they are no names, and that stand in the hypothesis, in no reference and in no list of German words."""
    theirs = {word for word in _WORD.findall(source) if word.islower() and len(word) >= COPIED}
    known = {form for text in references for word in _WORD.findall(text) for form in (word.lower(), stem(word.lower()))}
    out = []
    for match in _WORD.finditer(hypothesis):
        lower = match[0].lower()
        if lower not in theirs or known & {lower, stem(lower)} or lower in FUNCTION or lower in NOUNS or lower in HOMOGRAPHS or lower.endswith(_SHARED_ENDINGS):
            continue
        message = "a word of the source, left untranslated"
        out.append(Finding("accuracy/untranslated", "major", "hypothesis", match.start(), match.end(), match[0], "", "copied", message))
    return out


def _shows_english(pair: Pair, i: int, theirs: set[str]) -> bool:
    """True for a word that is whole in the vocabulary, no German one that is known, and like none of the reference."""
    word = pair.hypothesis.words[i]
    lower = word.lower
    if word.kind != "word" or len(lower) < 2 or lower in theirs or word.stem in theirs:
        return False
    if lower in _ENGLISH:
        return True
    german = lower in FUNCTION or lower in HOMOGRAPHS or lower in NOUNS or not word.text.isascii()
    return not german and word.pieces == 1 and not any(one_family(word.stem, other) for other in theirs)


def _joined(pair: Pair, a: int, b: int, theirs: set[str]) -> tuple[int, int]:
    """The stretch with words on both sides that both languages have: was passed, in the."""
    words = pair.hypothesis.words
    while a and words[a - 1].lower in HOMOGRAPHS and words[a - 1].lower not in theirs:
        a -= 1
    while b < len(words) and words[b].lower in HOMOGRAPHS and words[b].lower not in theirs:
        b += 1
    return a, b
