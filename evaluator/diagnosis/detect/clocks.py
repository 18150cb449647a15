"""Times of day: 9:30 p.m., 21:30, 21.30, 5 o'clock, noon."""

from __future__ import annotations

import re
from typing import NamedTuple

from evaluator.diagnosis.sides import Word

_CLOCK = re.compile(r"(\d{1,2})[:.](\d{2})(?::\d{2})?$")
_HALVES = {"am": "am", "a.m.": "am", "a.m": "am", "pm": "pm", "p.m.": "pm", "p.m": "pm"}
_HOURS = frozenset(["o'clock", "oclock", "uhr", "h", "hours"])
HALF_DAY = 720
"""Minutes."""


class Clock(NamedTuple):
    """A time of day and where it ends."""

    minutes: int
    """Since midnight."""
    end: int
    """Half-open index of the last word."""
    sure: bool
    """False where the half of the day is unknown: 9:30 may be 21:30."""


def clock(words: tuple[Word, ...], i: int) -> Clock | None:
    """The time that begins at a number, or None."""
    match = _CLOCK.match(words[i].text)
    after = words[i + 1].lower if i + 1 < len(words) else ""
    half = _HALVES.get(after, "")
    if match:
        hour, minute = int(match[1]), int(match[2])
        colon = ":" in words[i].text
        if hour > 24 or minute > 59 or not (colon or half or after in _HOURS):
            return None
        # A score or a ratio (3:10) cannot be distinguished from a time; both are compared as they are.
        return _clock_of(hour, minute, i + 1, half)
    if words[i].text.isdecimal() and int(words[i].text) <= 24 and (half or after in ("o'clock", "uhr")):
        return _clock_of(int(words[i].text), 0, i + 1, half)
    return None


def _clock_of(hour: int, minute: int, end: int, half: str) -> Clock:
    if half:
        hour = hour % 12 + (12 if half == "pm" else 0)
        return Clock(60 * hour + minute, end + 1, True)
    return Clock(60 * hour + minute, end, hour > 12 or hour == 0)


def same_time(a: float, b: float, sure: bool) -> bool:
    """True for one time of day; half a day apart is the same where one of them does not give its half.

    >>> same_time(570, 1290, False), same_time(570, 1290, True)
    (True, False)
    """
    return a == b or (not sure and abs(a - b) == HALF_DAY)
