"""Minor matters of the surface: full stops, punctuation, spaces, case, misspelt words."""

from __future__ import annotations

from rapidfuzz.distance import Levenshtein

from evaluator.diagnosis.detect.metadata import metadata_end
from evaluator.diagnosis.pair import Pair, make_finding
from evaluator.diagnosis.sides import Word
from evaluator.types import Finding

NAME = "surface"


def find_surface(pair: Pair) -> list[Finding]:
    """Findings of all kinds."""
    if pair.same or not pair.hypothesis.words or not pair.reference.words:
        return []
    return _final_mark(pair) + _case(pair) + _spelling(pair) + _spaces(pair)


def _final_mark(pair: Pair) -> list[Finding]:
    last, other = len(pair.hypothesis.words) - 1, len(pair.reference.words) - 1
    a, b = pair.hypothesis.words[last], pair.reference.words[other]
    if a.kind == b.kind or a.text in "\"”’'»)" or b.text in "\"”’'»)":
        return []
    what = "lost" if b.kind == "punctuation" else "added"
    return [make_finding(pair, "fluency/punctuation", "minor", NAME + "_end", (last, last + 1), (other, other + 1), f"closing punctuation {what}")]


def _case(pair: Pair) -> list[Finding]:
    """The first letter or a name in small letters."""
    out: list[Finding] = []
    first = next((i for i, w in enumerate(pair.hypothesis.words) if w.kind == "word"), None)
    other = next((j for j, w in enumerate(pair.reference.words) if w.kind == "word"), None)
    if (
        first is not None
        and other is not None
        and not metadata_end(pair)
        and pair.reference.words[other].capital
        and pair.hypothesis.words[first].text[0].islower()
        and pair.hypothesis.words[first].first
    ):
        out.append(make_finding(pair, "fluency/casing", "minor", NAME + "_first", (first, first + 1), (other, other + 1), "begins with a small letter"))
    big = {w.lower: j for j, w in enumerate(pair.reference.words) if w.capital and not w.first and len(w.text) > 1}
    small = {w.lower for w in pair.reference.words if not w.capital}
    for i, w in enumerate(pair.hypothesis.words):
        if w.kind == "word" and w.text[0].islower() and w.lower in big and w.lower not in small and i != first and not w.function:
            j = big[w.lower]
            out.append(make_finding(pair, "fluency/casing", "minor", NAME + "_lower", (i, i + 1), (j, j + 1), f"{w.text} in small letters"))
    return out


def odd_form(word: Word) -> bool:
    """True for a small-letter word that the vocabulary knows only in three pieces or more."""
    return word.kind == "word" and not word.capital and word.pieces >= 3 and word.text.isascii()


def _spelling(pair: Pair) -> list[Finding]:
    """A small-letter word that is one letter off its partner and unknown to the vocabulary."""
    known = {w.lower for w in pair.reference.words}
    out = []
    for i, w in enumerate(pair.hypothesis.words):
        if w.kind != "word" or w.capital or w.lower in known or len(w.text) < 4 or w.pieces < 2:
            continue
        near = [
            j
            for j, r in enumerate(pair.reference.words)
            if r.kind == "word"
            and r.pieces < w.pieces
            and abs(len(r.lower) - len(w.lower)) <= 1
            and Levenshtein.distance(w.lower, r.lower) <= 2
            and not r.lower.startswith(w.lower[:-1])
        ]
        if near:
            out.append(
                make_finding(
                    pair,
                    "fluency/spelling",
                    "minor",
                    NAME + "_spelling",
                    (i, i + 1),
                    (near[0], near[0] + 1),
                    f"{w.text} for {pair.reference.words[near[0]].text}",
                )
            )
    return out


def _spaces(pair: Pair) -> list[Finding]:
    """Punctuation with a space before it that the reference does not use."""

    def spaced(text: str, words: tuple[Word, ...]) -> list[int]:
        return [i for i, w in enumerate(words) if w.text in ",.;:!?" and w.start and text[w.start - 1] == " "]

    ours, theirs = spaced(pair.hypothesis.text, pair.hypothesis.words), spaced(pair.reference.text, pair.reference.words)
    if len(ours) <= len(theirs):
        return []
    return [make_finding(pair, "fluency/punctuation", "minor", NAME + "_blank", (ours[0], ours[0] + 1), None, "blank before punctuation")]
