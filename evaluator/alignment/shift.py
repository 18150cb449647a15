"""Finds runs of segments that match their neighbours: the sign of a line lost or doubled."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

RUN = 3
"""Segments in a row that show a shift."""


FEW = 0.2
"""Cosine of word sets below which two segments hardly say the same."""


class Shift(NamedTuple):
    """A run of shifted segments."""

    first: int
    last: int
    distance: int
    """How many segments later the matching reference stands; negative for earlier."""


def find_shift(segments: Sequence[str], texts: Sequence[str]) -> Shift | None:
    """The first run in which each text is far more alike the segment at one distance than its own."""
    reference, hypothesis = [_words(text) for text in segments], [_words(text) for text in texts]
    own = [_overlap(r, h) for r, h in zip(reference, hypothesis, strict=True)]
    for distance in (1, -1, 2, -2):
        run: list[int] = []
        for i in range(max(0, -distance), min(len(texts), len(texts) - distance)):
            if own[i] > 0.5 or _overlap(reference[i + distance], hypothesis[i]) < own[i] + 0.3:
                continue
            if len(run) >= RUN and run[-1] != i - 1:
                break
            run = [*run, i] if run and run[-1] == i - 1 else [i]
        if len(run) >= RUN:
            return Shift(run[0], run[-1], distance)
    return None


def likeness(segments: Sequence[str], texts: Sequence[str]) -> float:
    """Sum over lines of the cosine of their word sets."""
    return sum(_overlap(_words(s), _words(t)) for s, t in zip(segments, texts, strict=True))


def unlike(segments: Sequence[str], texts: Sequence[str]) -> list[bool]:
    """For each segment whether its text shares few words with it; False where either is blank."""
    return [bool(s.strip() and t.strip()) and _overlap(_words(s), _words(t)) < FEW for s, t in zip(segments, texts, strict=True)]


@lru_cache(maxsize=4096)  # the reference's, for every system
def _words(text: str) -> frozenset[str]:
    words = text.casefold().split()
    return frozenset(words if len(words) > 2 else text.casefold())


def _overlap(a: frozenset[str], b: frozenset[str]) -> float:
    """Cosine of two sets of words, 0 to 1."""
    common = len(a & b)
    return common / math.sqrt(len(a) * len(b)) if common else 0.0
