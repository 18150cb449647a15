"""A text as words with offsets, forms and rarity: what detectors look at on each side of a pair."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from evaluator.diagnosis.joint import Tokens
from evaluator.diagnosis.lexicon import ABBREVIATIONS, FUNCTION, NO_ADVERBS

WORD = re.compile(r"(?:[A-Za-z]\.){2,}|\d+(?:[.,:]\d+)*|[^\W\d_]+(?:['’](?=[^\W\d_])[^\W\d_]+)*|[^\w\s]|_")
"""A word, number or punctuation mark."""
_OPENING = "\"'“‘«(["
_CLOSING = "\"'”’»)]"
_SUFFIXES = ("ations", "ation", "ingly", "edly", "ments", "ment", "ings", "ness", "ies", "ing", "ion", "ers", "ed", "es", "ly", "er", "s", "e", "y")


@dataclass(frozen=True, slots=True)
class Word:
    """A word, number or punctuation mark in its text."""

    start: int
    end: int
    text: str
    lower: str
    stem: str
    kind: str
    """`word`, `number` or `punctuation`."""
    rarity: int
    """Vocabulary rank of its rarest piece; higher is rarer. 0 for punctuation."""
    pieces: int
    """Number of word pieces."""
    sentence: int
    first: bool
    """True for the first word of a sentence or quotation."""
    function: bool
    """True for English function words."""
    capital: bool


def is_content(word: Word) -> bool:
    """True for a word of its own meaning: no number, mark or function word."""
    return word.kind == "word" and not word.function


@dataclass(frozen=True, slots=True)
class Side:
    """One text with all that detectors ask of it."""

    text: str
    words: tuple[Word, ...]
    token_word: tuple[int, ...]
    """Word of each word piece, or -1."""


def stem(lower: str) -> str:
    """The word without its commonest English endings; words of other languages keep their form nearly."""
    for suffix in _SUFFIXES:
        if lower.endswith(suffix) and len(lower) - len(suffix) >= 3:
            root = lower[: -len(suffix)]
            return root[:-1] if len(root) > 3 and root[-1] == root[-2] and root[-1] not in "ls" else root
    return lower


def is_adverb(lower: str) -> bool:
    """True for an English word in -ly that is no verb, noun or name: quickly, not apply, family, Italy."""
    return lower.endswith("ly") and lower not in NO_ADVERBS


def build_side(text: str, tokens: Tokens) -> Side:
    """The text as a `Side`.

    Args:
        text: a paragraph, or a piece of one.
        tokens: its word pieces.
    """
    spans = [(m.start(), m.end()) for m in WORD.finditer(text)]
    owner = _owners(text, spans)
    token_word = tuple(owner[a] if a < len(owner) else -1 for a, _ in tokens.offsets)
    ranks = [0] * len(spans)
    counts = [0] * len(spans)
    for word, piece in zip(token_word, tokens.ids, strict=True):
        if word >= 0:
            ranks[word], counts[word] = max(ranks[word], piece), counts[word] + 1
    return Side(text, _words(text, spans, ranks, counts), token_word)


def _owners(text: str, spans: Sequence[tuple[int, int]]) -> list[int]:
    """Word of each character, or -1."""
    owner = [-1] * len(text)
    for i, (a, b) in enumerate(spans):
        owner[a:b] = [i] * (b - a)
    return owner


def _words(text: str, spans: Sequence[tuple[int, int]], ranks: Sequence[int], counts: Sequence[int]) -> tuple[Word, ...]:
    words: list[Word] = []
    sentence, first = 0, True
    for i, (a, b) in enumerate(spans):
        form = text[a:b]
        kind = "number" if form[0].isdigit() else "word" if form[0].isalpha() else "punctuation"
        lower = form.lower().replace("’", "'")
        base = lower.removesuffix("'s")
        new = first and kind != "punctuation"
        words.append(
            Word(
                a,
                b,
                form,
                lower,
                stem(base),
                kind,
                ranks[i] if kind != "punctuation" else 0,
                counts[i],
                sentence,
                new,
                kind == "word" and base in FUNCTION,
                kind == "word" and form[0].isupper(),
            )
        )
        if kind != "punctuation":
            first = False
        if form in _OPENING or form == ":":
            first = True  # a quotation or a list begins with a capital of its own
        if form in ".!?…" and _ends_sentence(text, spans, i):
            sentence, first = sentence + 1, True
    return tuple(words)


def _ends_sentence(text: str, spans: Sequence[tuple[int, int]], i: int) -> bool:
    """True where a stop is followed by a new beginning and does not close an abbreviation."""
    before = text[spans[i - 1][0] : spans[i - 1][1]].lower() if i else ""
    after = text[spans[i][1] :].lstrip(_CLOSING)
    if text[spans[i][0]] == "." and (before in ABBREVIATIONS or (len(before) == 1 and before.isalpha())):
        return False
    return bool(after[:1].isspace() and after.strip()) or not after
