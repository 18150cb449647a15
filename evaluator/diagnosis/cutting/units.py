"""A text as units for cutting: words, punctuation, and single characters of scripts without spaces.

What is cut into pieces is counted in these; `pieces.py` is where they are used.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from evaluator.diagnosis.lexicon import ABBREVIATIONS
from evaluator.diagnosis.sides import WORD, stem

SENTENCE, CLAUSE, WORDS, INSIDE = range(4)
"""Where a text can be cut, best first: between sentences, after a clause mark, between words, anywhere."""

LONGEST_WORD, SLICE = 40, 12
"""Letters of a word that counts as one, and of the slices of a longer one."""

# Thai to Lao, Myanmar, Khmer, kana, Han and their punctuation.
_NO_SPACES = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff"
_NO_SPACE = re.compile(f"[{_NO_SPACES}]")
_PART = re.compile(f"[{_NO_SPACES}]|[^{_NO_SPACES}]+")
_STOPS = frozenset(".!?…。！？｡؟۔।")
_CLAUSE_MARKS = frozenset(",;:–—，、；：،؛")
_CLOSING = frozenset("\"'”’»)]」』）】》")


@dataclass(frozen=True, slots=True)
class Units:
    """A text's units in order."""

    text: str
    starts: tuple[int, ...]
    """Character offset of each unit."""
    keys: tuple[str, ...]
    """What two texts have in common of a unit: a stem, digits, two characters of a script without spaces; empty for punctuation."""
    breaks: tuple[int, ...]
    """How good a place for a cut its start is, from `SENTENCE` to `INSIDE`."""

    def offset(self, unit: int) -> int:
        """Character offset of a cut before a unit: 0 before the first, the text's end after the last."""
        return 0 if unit == 0 else len(self.text) if unit >= len(self.starts) else self.starts[unit]

    def grade(self, unit: int) -> int:
        """How good a place for a cut the start of a unit, or the text's end, is."""
        return self.breaks[unit] if unit < len(self.breaks) else SENTENCE


def read_units(text: str) -> Units:
    """The units of a text; every word of `sides.WORD` is at least one."""
    spans = unit_spans(text)
    return Units(text, tuple(a for a, _ in spans), tuple(_key(text, a, b) for a, b in spans), tuple(_breaks(text, spans)))


def unit_spans(text: str) -> list[tuple[int, int]]:
    """Half-open character ranges of the units."""
    spans = [part for match in WORD.finditer(text) for part in _slices(*match.span())]
    if text.isascii() or not _NO_SPACE.search(text):
        return spans
    return [(a + part.start(), a + part.end()) for a, b in spans for part in _PART.finditer(text[a:b])]


def _slices(start: int, end: int) -> Iterator[tuple[int, int]]:
    """The word whole, or in slices where it is so long that its tokens would fill a piece: codes, addresses, data."""
    if end - start <= LONGEST_WORD:
        yield start, end
        return
    for at in range(start, end, SLICE):
        yield at, min(end, at + SLICE)


def _key(text: str, start: int, end: int) -> str:
    form = text[start:end]
    if form[0].isdigit():
        return re.sub(r"[.,:]", "", form)
    if not form[0].isalpha():
        return ""
    if _NO_SPACE.match(form):
        return text[start : start + 2]
    return stem(form.casefold().replace("’", "'").removesuffix("'s"))


def _breaks(text: str, spans: Sequence[tuple[int, int]]) -> list[int]:
    """How good a place for a cut each unit's start is."""
    out: list[int] = []
    pending = INSIDE  # of a stop or clause mark, until what it closes is over
    for i, (a, b) in enumerate(spans):
        between = text[spans[i - 1][1] : a] if i else ""
        form, solid = text[a:b], bool(i) and bool(_NO_SPACE.match(text[spans[i - 1][0]]) or _NO_SPACE.match(text[a]))
        closes = not between and (form in _CLOSING or form in _STOPS)
        if not i or "\n" in between:
            out.append(SENTENCE)
        elif pending < INSIDE and not closes and (between or solid):
            out.append(pending)
        else:
            out.append(WORDS if between or (solid and form[0].isalnum()) else INSIDE)
        pending = _closed_by(text, spans, i, pending if closes else INSIDE)
    return out


def _closed_by(text: str, spans: Sequence[tuple[int, int]], i: int, pending: int) -> int:
    """What a unit closes: a sentence, a clause, or what was pending before it."""
    form = text[slice(*spans[i])]
    if form in _CLAUSE_MARKS:
        return min(pending, CLAUSE)
    if form not in _STOPS:
        return pending
    before = text[slice(*spans[i - 1])].casefold() if i else ""
    short = form == "." and (before in ABBREVIATIONS or (len(before) == 1 and before.isalpha()))
    return pending if short else SENTENCE
