"""A text as words with places, forms, rarity and vectors."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from evaluator.diagnosis.lexicon import ABBREVIATIONS, FUNCTION
from evaluator.diagnosis.types import Side, Word
from evaluator.embed import VectorArray

_WORD = re.compile(r"(?:[A-Za-z]\.){2,}|\d+(?:[.,:]\d+)*|[^\W\d_]+(?:['’](?=[^\W\d_])[^\W\d_]+)*|[^\w\s]|_")
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
    spans = [(m.start(), m.end()) for m in _WORD.finditer(text)]
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
