"""Places inside paragraphs: where to cut a joined one, and text that has no counterpart.

Only offsets are returned; nothing is ever removed from a text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from evaluator.alignment.evidence import longest_uncovered
from evaluator.alignment.ngrams import read_ngrams
from evaluator.alignment.pairs import IntArray
from evaluator.types import FloatArray

_SENTENCE_END = re.compile(r"""(?<![.!?…。！？])[.!?…。！？]++["'”’»)\]]*+\s++|(?<=[。！？])|\n+""")
_WORD = re.compile(r"\S+")
_DATE_LINE = re.compile(r"\s*(?:date:?\s+)?(\d{4}-\d\d-\d\d|\d{1,2}[./]\d{1,2}[./]\d{4})(?=\s)", re.IGNORECASE)
_LENGTH_WEIGHT = 0.25
"""Cost of a part whose length is off, in n-gram weight per character: decides where spelling does not."""
_SHORTEST_EXTRA = 8
"""Characters below which text without counterpart is not worth a word."""
_HEAD = 8
"""n-grams of the other text that must come right after the extra."""
_SENTENCE_BONUS = 12.0
"""n-gram weight that a cut at a word boundary loses against one at a sentence end."""
_JOINT_BONUS = 24.0
"""What a cut gains where a paragraph of the text's own side began."""
_MAX_WORDS = 1200
"""Words up to which each of them may begin a piece; the work grows with the square."""


@dataclass(frozen=True)
class Overhang:
    """Text at the start or end of a paragraph that the other side does not have."""

    side: str
    """"reference" or "hypothesis"."""
    start: int
    end: int
    """Half-open character offsets into the paragraph."""


def find_cuts(parts: Sequence[str], text: str, joints: Sequence[int] = ()) -> list[int]:
    """Offsets that cut a text into one piece for each part.

    Any word may begin a piece; a sentence's first is preferred (headings and bullets end without a
    full stop), and where two paragraphs of the other side met still more.

    Args:
        parts: the paragraphs that the text joins, in order.
        text: the joined text.
        joints: offsets at which paragraphs of the text's own side began.

    Returns:
        len(parts) - 1 ascending offsets, each at the start of a word; fewer if the text has fewer words.
    """
    sentences = {match.end() for match in _SENTENCE_END.finditer(text) if 0 < match.end() < len(text)}
    words = [match.start() for match in _WORD.finditer(text) if match.start() > 0]
    preferred = sentences | set(joints)
    places = words if len(words) <= _MAX_WORDS else sorted(preferred)
    if len(preferred) < len(parts) - 1 and len(words) > _MAX_WORDS:
        places = words[:: len(words) // _MAX_WORDS + 1]
    n_cuts = min(len(parts) - 1, len(places))
    if n_cuts <= 0:
        return []
    edges = np.array([0, *places, len(text)], dtype=np.int64)
    fit = _fit(parts[: n_cuts + 1], text, edges)
    bonus = np.array([(place in sentences) * _SENTENCE_BONUS + (place in joints) * _JOINT_BONUS for place in edges.tolist()])
    return [int(edges[k]) for k in _best_cuts(fit, edges, bonus, parts[: n_cuts + 1])]


def _fit(parts: Sequence[str], text: str, edges: IntArray) -> FloatArray:
    """float64 (parts, edges): weight of the text's n-grams before each edge that each part holds.

    An n-gram that several parts hold is shared out between them.
    """
    ngrams = read_ngrams([text, *parts], 4)
    held = np.zeros((len(parts), ngrams.size))
    for k in range(len(parts)):
        held[k, ngrams.of(k + 1)] = 1
    held /= np.maximum(held.sum(axis=0), 1) ** 2
    weight = np.concatenate([np.zeros((len(parts), 1)), held[:, ngrams.of(0)].cumsum(axis=1)], axis=1)
    # n-grams are read from the normalised text, which may be shorter: edges are scaled to its length.
    return weight[:, np.minimum(_normalised_offsets(text)[edges], weight.shape[1] - 1)]


def _normalised_offsets(text: str) -> IntArray:
    """int64 (len(text) + 1,): characters of the normalised text before each character of the text."""
    space = np.array([True, *(c.isspace() for c in text)])
    kept = ~(space[1:] & space[:-1])
    return np.concatenate([[0], kept.cumsum()]).astype(np.int64)


def _best_cuts(fit: FloatArray, edges: IntArray, bonus: FloatArray, parts: Sequence[str]) -> list[int]:
    """Indices of the edges between the pieces that hold most of their parts' n-grams: O(parts edges^2)."""
    scale = edges[-1] / max(1, sum(len(part) for part in parts))
    length = np.subtract.outer(edges, edges).T
    best = np.full(len(edges), -np.inf)
    best[0] = 0
    choices = []
    for k, part in enumerate(parts):
        gain = fit[k][None, :] - fit[k][:, None] - _LENGTH_WEIGHT * np.abs(length - scale * len(part))
        total = np.where(length > 0, best[:, None] + gain + bonus[None], -np.inf)
        choices.append(total.argmax(axis=0))
        best = total.max(axis=0)
    cuts = [len(edges) - 1]
    for choice in reversed(choices[1:]):
        cuts.append(int(choice[cuts[-1]]))
    return cuts[:0:-1]


def find_extras(reference: str, hypothesis: str) -> list[Overhang]:
    """Text at the start or end of a matched paragraph without counterpart on the other side.

    It counts only where the other side's own start (or end) follows right after it: two starts that
    differ are a rewording. A date line at the start that the other side lacks always counts.

    >>> [text] = find_extras("The cat sat on the mat.", " date 2022-08-17 The cat sat on the mat.")
    >>> text.side, text.start, text.end
    ('hypothesis', 1, 16)
    """
    ngrams = read_ngrams([reference, hypothesis], 4)
    sides = ("reference", reference, ngrams.of(0)), ("hypothesis", hypothesis, ngrams.of(1))
    found = []
    for (side, text, mine), (_, other, theirs) in (sides, sides[::-1]):
        date = _DATE_LINE.match(text)
        if date and date[1] not in other:
            found.append(Overhang(side, date.start(1) - len(date[0].strip()) + len(date[1]), date.end(1)))
        elif gap := _gap_at_start(mine, theirs):
            found.append(_at_start(side, text, gap))
        if gap := _gap_at_start(mine[::-1], theirs[::-1]):
            found.append(_at_end(side, text, gap))
    return [extra for extra in found if extra.end - extra.start >= _SHORTEST_EXTRA]


def _gap_at_start(mine: IntArray, theirs: IntArray) -> int:
    """Characters before the place where my text takes up the beginning of theirs, or 0."""
    gap = longest_uncovered(np.isin(mine, theirs), "start")
    head = theirs[:_HEAD]
    taken_up = np.isin(head, mine[max(0, gap - 2) : gap + 2 * _HEAD]).sum()
    longer = len(mine) - len(theirs) >= gap // 2
    return gap if gap >= _SHORTEST_EXTRA and longer and taken_up >= _HEAD * 3 // 4 else 0


def _at_start(side: str, text: str, gap: int) -> Overhang:
    """The extra of about `gap` normalised characters, up to the end of a word."""
    offsets = _normalised_offsets(text)
    words = list(_WORD.finditer(text))
    end = min((word.end() for word in words), key=lambda place: abs(int(offsets[place]) + 2 - gap), default=0)
    return Overhang(side, words[0].start() if words else 0, end)


def _at_end(side: str, text: str, gap: int) -> Overhang:
    """The same at the end, from the start of a word."""
    offsets = _normalised_offsets(text)
    words = list(_WORD.finditer(text))
    start = min((w.start() for w in words), key=lambda p: abs(int(offsets[-1] - offsets[p]) + 2 - gap), default=0)
    return Overhang(side, start, words[-1].end() if words else 0)
