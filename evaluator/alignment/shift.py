"""Finds runs of segments that match their neighbours: the sign of a line lost or doubled."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache, lru_cache
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

    @cache
    def own(i: int) -> float:
        return _overlap(_words(segments[i]), _words(texts[i]))

    for distance in (1, -1, 2, -2):
        low, end = max(0, -distance), min(len(texts), len(texts) - distance)

        def matches(i: int, distance: int = distance) -> bool:
            return own(i) <= 0.5 and _overlap(_words(segments[i + distance]), _words(texts[i])) >= own(i) + 0.3

        for probe in range(RUN - 1, end, RUN):  # every run of that length holds one of these
            if probe < low or not matches(probe):
                continue
            first = last = probe
            while first > low and matches(first - 1):
                first -= 1
            while last + 1 < end and matches(last + 1):
                last += 1
            if last - first + 1 >= RUN:
                return Shift(first, last, distance)
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
