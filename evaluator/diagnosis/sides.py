"""A text as words with places, forms, rarity and vectors."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from evaluator.diagnosis.lexicon import ABBREVIATIONS, FUNCTION
from evaluator.diagnosis.types import Side, Word
from evaluator.embed import VectorArray

WORD = re.compile(r"(?:[A-Za-z]\.){2,}|\d+(?:[.,:]\d+)*|[^\W\d_]+(?:['’](?=[^\W\d_])[^\W\d_]+)*|[^\w\s]|_")
"""A word, number or punctuation mark."""
_OPENING = "\"'“‘«(["
_CLOSING = "\"'”’»)]"
_SUFFIXES = ("ations", "ation", "ingly", "edly", "ments", "ment", "ings", "ness", "ies", "ing", "ion", "ers", "ed", "es", "ly", "er", "s", "e", "y")


class Pieces(NamedTuple):
    """Word pieces of a text, special tokens left out."""

    ids: tuple[int, ...]
    offsets: tuple[tuple[int, int], ...]
    """Half-open character offsets into the text as it was given."""


def stem(lower: str) -> str:
    """The word without its commonest English endings; words of other languages keep their form nearly."""
    for suffix in _SUFFIXES:
        if lower.endswith(suffix) and len(lower) - len(suffix) >= 3:
            root = lower[: -len(suffix)]
            return root[:-1] if len(root) > 3 and root[-1] == root[-2] and root[-1] not in "ls" else root
    return lower


def build_side(text: str, pieces: Pieces, vectors: VectorArray) -> Side:
    """The text as a `Side`.

    Args:
        text: a paragraph.
        pieces: its word pieces.
        vectors: unit vectors of all tokens, special ones first and last, float32 (n_layers, n_tokens + 2, dimension).
    """
    spans = [(m.start(), m.end()) for m in WORD.finditer(text)]
    owner = _owners(text, spans)
    token_word = tuple(owner[a] if a < len(owner) else -1 for a, _ in pieces.offsets)
    ranks = [0] * len(spans)
    counts = [0] * len(spans)
    for word, piece in zip(token_word, pieces.ids, strict=True):
        if word >= 0:
            ranks[word], counts[word] = max(ranks[word], piece), counts[word] + 1
    words = _words(text, spans, ranks, counts)
    inner = vectors[:, 1:-1]
    return Side(text, words, _word_vectors(inner, token_word, len(words)), inner, token_word, np.array(pieces.ids, dtype=np.int64))


def cut_side(text: str, pieces: Pieces, vectors: VectorArray, start: int, end: int) -> Side:
    """A stretch of the text as a `Side` of its own, whose offsets count from the stretch's start.

    Its vectors are those of the whole text's pass, so that words at its edges keep their context; of
    the whole text the result is that of `build_side`.

    Args:
        text: a paragraph.
        pieces: its word pieces.
        vectors: unit vectors of all tokens, special ones first and last, float32 (n_layers, n_tokens + 2, dimension).
        start: character offset at the start of a word, or 0.
        end: half-open end.
    """
    first, last = (bisect_left(pieces.offsets, (place, 0)) for place in (start, end))
    if end >= len(text):
        last = len(pieces.offsets)
    cut = Pieces(pieces.ids[first:last], tuple((a - start, b - start) for a, b in pieces.offsets[first:last]))
    # A token more on each side stands where the special ones stood, whose vectors nobody reads.
    return build_side(text[start:end], cut, vectors[:, first : last + 2])


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
        kind = "number" if form[0].isdigit() else "word" if form[0].isalpha() else "mark"
        lower = form.lower().replace("’", "'")
        base = lower.removesuffix("'s")
        new = first and kind != "mark"
        words.append(
            Word(
                a,
                b,
                form,
                lower,
                stem(base),
                kind,
                ranks[i] if kind != "mark" else 0,
                counts[i],
                sentence,
                new,
                kind == "word" and base in FUNCTION,
                kind == "word" and form[0].isupper(),
            )
        )
        if kind != "mark":
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


def _word_vectors(inner: VectorArray, token_word: Sequence[int], n_words: int) -> VectorArray:
    """Mean of each word's token vectors at unit length, float32 (n_layers, n_words, dimension); zeros where a word has no token."""
    out = np.zeros((inner.shape[0], n_words, inner.shape[2]), dtype=np.float32)
    known = np.array([w >= 0 for w in token_word], dtype=bool)
    owners = np.array(token_word, dtype=np.int64)
    if known.any():
        member = np.zeros((n_words, len(token_word)), dtype=np.float32)
        member[owners[known], np.flatnonzero(known)] = 1.0
        out = member @ inner
    length = np.linalg.norm(out, axis=-1, keepdims=True)
    unit: VectorArray = out / np.maximum(length, 1e-9)
    return unit


def word_vectors(tokens: VectorArray, token_word: Sequence[int], n_words: int) -> VectorArray:
    """Mean of each word's token vectors at unit length, float32 (n_words, dimension); zeros where a word has no token."""
    return _word_vectors(tokens[None], token_word, n_words)[0]
