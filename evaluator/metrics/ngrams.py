"""N-grams counted by NumPy, where the compiled kernel was not built.

An n-gram is a number: that of its first n-1 symbols and its last one, looked up among those of the
references (prefix chaining). Segments have numbers of their own, so no two n-grams are confused,
and a place drops out as soon as its prefix is in no reference.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from evaluator.metrics.counting import Places, Setting, f_scores
from evaluator.types import FloatArray

Integers: TypeAlias = "NDArray[np.int64]"
PUNCTUATION = frozenset("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")
CODE_POINTS = 0x110000


class Symbols(NamedTuple):
    """Symbols of many texts, one after another."""

    values: Integers
    ends: Integers
    """For each text where it ends."""
    owners: Integers
    """For each symbol its text."""


class NgramTable(NamedTuple):
    """The n-grams of one order in the references."""

    keys: Integers
    """Ascending: number of the prefix times `base` plus the last symbol."""
    counts: Integers
    """How often each occurs, at most in any one reference."""


def symbols_of(parts: Sequence[Integers]) -> Symbols:
    """The texts' symbols joined."""
    lengths = np.array([len(part) for part in parts], dtype=np.int64)
    return Symbols(np.concatenate([*parts, np.empty(0, np.int64)]), lengths.cumsum(), np.repeat(np.arange(len(parts)), lengths))


def characters(texts: Sequence[str], whitespace: bool) -> Symbols:
    """Code points of each text, without spaces unless they are asked for."""
    kept = texts if whitespace else ["".join(text.split()) for text in texts]
    joined = np.frombuffer("".join(kept).encode("utf-32-le", "surrogatepass"), dtype="<u4").astype(np.int64)
    lengths = np.array([len(text) for text in kept], dtype=np.int64)
    return Symbols(joined, lengths.cumsum(), np.repeat(np.arange(len(kept)), lengths))


def parted(text: str) -> list[str]:
    """Words for chrF++: one mark parted from the end of a word, or else one from its start."""
    out = []
    for word in text.split():
        cut = len(word)
        if cut > 1:
            cut = cut - 1 if word[-1] in PUNCTUATION else 1 if word[0] in PUNCTUATION else cut
        out += [word[:cut], word[cut:]] if cut < len(word) else [word]
    return out


class Grams:
    """All n-grams of references, of one alphabet."""

    def __init__(self, texts: Symbols, segments: Integers, streams: Integers, order: int, base: int) -> None:
        """Index texts.

        Args:
            texts: the references' symbols.
            segments: for each text its segment.
            streams: for each text which reference of its segment it is.
            order: highest order.
            base: more than any symbol.
        """
        self._base = base
        self._tables: list[NgramTable] = []
        at = np.arange(len(texts.values))
        numbers = segments[texts.owners]
        for n in range(order):
            keys, inverse = np.unique(numbers * base + texts.values[at + n], return_inverse=True)
            # How often in each reference, then the most in any one.
            stream = streams[texts.owners[at]]
            pairs, times = np.unique(inverse * (int(streams.max(initial=0)) + 1) + stream, return_counts=True)
            counts = np.zeros(len(keys), dtype=np.int64)
            np.maximum.at(counts, pairs // (int(streams.max(initial=0)) + 1), times)
            self._tables.append(NgramTable(keys, counts))
            further = at + n + 1 < texts.ends[texts.owners[at]]
            at, numbers = at[further], inverse[further]

    def matches(self, texts: Symbols, segments: Integers) -> FloatArray:
        """N-grams of each order in common with the references of its segment, float64 (n_texts, order)."""
        out = np.zeros((len(texts.ends), len(self._tables)))
        at = np.arange(len(texts.values))
        numbers = segments[texts.owners]
        for n, table in enumerate(self._tables):
            keys = numbers * self._base + texts.values[at + n]
            places = np.searchsorted(table.keys, keys)
            places[places == len(table.keys)] = 0
            found = (table.keys[places] == keys) & (texts.values[at + n] >= 0) if len(table.keys) else np.zeros(len(at), dtype=bool)
            at, numbers = at[found], places[found]
            pairs, times = np.unique(texts.owners[at] * max(1, len(table.keys)) + numbers, return_counts=True)
            owner, number = np.divmod(pairs, max(1, len(table.keys)))
            out[:, n] = np.bincount(owner, weights=np.minimum(times, table.counts[number]), minlength=len(out))
            further = at + n + 1 < texts.ends[texts.owners[at]]
            at, numbers = at[further], numbers[further]
        return out


class NumpyReferences:
    """`References` for BLEU and chrF."""

    def __init__(self, setting: Setting, streams: Sequence[Sequence[str | None]]) -> None:
        self._setting = setting
        self._n_segments = len(streams[0])
        given = [(i, k, text) for k, stream in enumerate(streams) for i, text in enumerate(stream) if text is not None]
        self._segments = np.array([i for i, _, _ in given], dtype=np.int64)
        self._streams = np.array([k for _, k, _ in given], dtype=np.int64)
        self._n_streams = len(streams)
        texts = [text for _, _, text in given]
        self._vocabulary: dict[str, int] = {}
        self._chars: list[Grams] = []
        self._words: list[Grams] = []
        lengths = []
        if setting.metric == "bleu":
            words = self._word_symbols([text.split() for text in texts], grow=True)
            lengths = [self._lengths(words)]
            self._words = [Grams(words, self._segments, self._streams, setting.order, len(self._vocabulary) + 1)]
        else:
            chars = characters(texts, setting.whitespace)
            words = self._word_symbols([parted(text) for text in texts], grow=True) if setting.word_order else symbols_of([])
            lengths = [self._lengths(chars), *([self._lengths(words)] if setting.word_order else [])]
            for k in range(self._n_streams):
                self._chars.append(self._of_stream(chars, k, setting.order, CODE_POINTS))
                if setting.word_order:
                    self._words.append(self._of_stream(words, k, setting.word_order, len(self._vocabulary) + 1))
        self._reference_lengths = lengths

    def __len__(self) -> int:
        return self._n_segments

    def _of_stream(self, texts: Symbols, stream: int, order: int, base: int) -> Grams:
        mine = np.flatnonzero(self._streams == stream)
        starts = texts.ends - np.diff(texts.ends, prepend=0)
        picked = symbols_of([texts.values[starts[i] : texts.ends[i]] for i in mine])
        return Grams(picked, self._segments[mine], np.zeros(len(mine), dtype=np.int64), order, base)

    def _lengths(self, texts: Symbols) -> Integers:
        """int64 (n_streams, n_segments); -1 where there is no reference."""
        out = np.full((self._n_streams, self._n_segments), -1, dtype=np.int64)
        out[self._streams, self._segments] = np.diff(texts.ends, prepend=0)
        return out

    def _word_symbols(self, texts: Sequence[Sequence[str]], grow: bool = False) -> Symbols:
        if grow:
            for word in chain.from_iterable(texts):
                self._vocabulary.setdefault(word, len(self._vocabulary))
        known = self._vocabulary
        return symbols_of([np.array([known.get(word, -1) for word in words], dtype=np.int64) for words in texts])

    def count(self, texts: Sequence[str], segments: Places | None) -> FloatArray:
        """See `References.count`."""
        places = np.arange(len(texts)) if segments is None else np.asarray(segments, dtype=np.int64)
        return self._bleu(texts, places) if self._setting.metric == "bleu" else self._chrf(texts, places)

    def _bleu(self, texts: Sequence[str], places: Integers) -> FloatArray:
        words = self._word_symbols([text.split() for text in texts])
        length = np.diff(words.ends, prepend=0)
        lengths = self._reference_lengths[0][:, places]
        far = np.where(lengths >= 0, np.abs(lengths - length), np.iinfo(np.int64).max)
        closest = np.where(far == far.min(axis=0), lengths, np.iinfo(np.int64).max).min(axis=0)
        totals = np.maximum(length[:, None] - np.arange(self._setting.order), 0)
        return np.hstack([length[:, None], closest[:, None], self._words[0].matches(words, places), totals]).astype(np.float64)

    def _chrf(self, texts: Sequence[str], places: Integers) -> FloatArray:
        s = self._setting
        symbols = [characters(texts, s.whitespace)]
        orders = [s.order]
        if s.word_order:
            symbols.append(self._word_symbols([parted(text) for text in texts]))
            orders.append(s.word_order)
        best = np.full(len(texts), -1.0)
        out = np.zeros((len(texts), s.n_statistics))
        for k in range(self._n_streams):
            parts = []
            for of, n, grams, lengths in zip(symbols, orders, (self._chars, self._words), self._reference_lengths, strict=False):
                parts.append(_with_lengths(grams[k].matches(of, places), np.diff(of.ends, prepend=0), np.maximum(lengths[k, places], 0), n))
            rows = np.hstack(parts)
            scores = np.where(self._reference_lengths[0][k, places] >= 0, f_scores(rows, s.factor, s.eps_smoothing), -2.0)
            better = scores > best
            out[better], best[better] = rows[better], scores[better]
        return out


def _with_lengths(matches: FloatArray, length: Integers, reference: Integers, order: int) -> FloatArray:
    """[n-grams of the text, of the reference, matches] for each order; the first is 0 where the reference has none."""
    shorter = np.arange(order)
    of_reference = np.maximum(reference[:, None] - shorter, 0)
    of_text = np.where(of_reference > 0, np.maximum(length[:, None] - shorter, 0), 0)
    return np.stack([of_text, of_reference, matches], axis=2).reshape(len(matches), 3 * order)
