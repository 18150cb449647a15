"""References that are nearly one system's output: post-edited, or made by the system itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from statistics import fmean, median
from typing import NamedTuple

from evaluator.check.lines import likeness
from evaluator.check.problems import Problem

LIKE = 0.9
"""Cosine of two segments' word sets from which they are nearly the same."""
MIN_WORDS = 6
"""Words from which being nearly the same is no accident."""
MIN_SHARE = 0.2
MIN_RATIO = 1.75
MIN_LEAD = 0.1
"""Share of a system's segments that are nearly the reference, by itself, against and beyond the median of the others.

On WMT22 (cs-en, de-en, en-de, ru-en, zh-en, ten references) one pair of reference and system reaches them:
reference B of cs-en and Online-W with .28, where the others' median is .13. All other pairs stay below .16.
"""
MIN_ALONE = 0.4
"""Share from which a single system is compared with itself against the other references."""
MIN_SEGMENTS = 4
MAX_COMPARED = 400
"""Segments of a set that are compared, evenly spread."""

Lines = Sequence[str]


class Closeness(NamedTuple):
    """How near a system's output is to a reference."""

    share: float
    """Of the longer segments, how many are nearly the same, 0 to 1."""
    overlap: float
    """Mean cosine of word sets, 0 to 1."""
    n_near: int
    n_compared: int


def near_copies(references: Mapping[str, Lines], systems: Mapping[str, Lines], most: int = MAX_COMPARED) -> Iterator[Problem]:
    """A finding for each reference that one system is far nearer to than the others are, or than it is to the other references.

    Args:
        references: by name, the lines.
        systems: likewise.
        most: segments that are compared, evenly spread.
    """
    if len(references) < 2 and len(systems) < 2:
        return
    table = {}
    for reference, texts in references.items():
        at = _longer(texts, most)
        table[reference] = {name: _closeness(lines, texts, at) for name, lines in systems.items() if len(lines) == len(texts) and lines != texts}
    for reference, row in table.items():
        for name, own in sorted(row.items(), key=lambda item: -item[1].share)[:1]:
            others = [one.share for other, one in row.items() if other != name]
            elsewhere = [rows[name].share for other, rows in table.items() if other != reference and name in rows]
            against = others or elsewhere
            least = MIN_SHARE if others else MIN_ALONE
            if not against or own.n_near < MIN_SEGMENTS or own.share < least:
                continue
            if own.share >= MIN_RATIO * median(against) and own.share - median(against) >= MIN_LEAD:
                yield Problem("near-copy", reference, _message(name, reference, table), own.n_near)


def _longer(texts: Lines, most: int) -> list[int]:
    """0-based places of segments that are long enough."""
    step = max(1, len(texts) // (2 * most))
    long = [i for i in range(0, len(texts), step) if len(texts[i].split()) >= MIN_WORDS or (len(texts[i].split()) < 3 and len(texts[i]) >= 4 * MIN_WORDS)]
    return long[:: max(1, len(long) // most)]


def _closeness(lines: Lines, reference: Lines, at: Sequence[int]) -> Closeness:
    values = [likeness(lines[i], reference[i]) for i in at]
    near = sum(value >= LIKE for value in values)
    return Closeness(near / len(at) if at else 0.0, fmean(values) if values else 0.0, near, len(at))


def _message(name: str, reference: str, table: Mapping[str, Mapping[str, Closeness]]) -> str:
    row = table[reference]
    own = row[name]
    others = [one for other, one in row.items() if other != name]
    message = f"is nearly the output of {name}: {own.n_near} of {own.n_compared} longer segments have the same words or nearly so"
    if others:
        message += f" (the other systems: {median(one.share for one in others):.0%} of them, {name} {own.share:.0%})"
    further = {other: rows for other, rows in table.items() if other != reference and name in rows}
    if not further:
        lead = own.overlap - median(one.overlap for one in others)
        return f"{message}; with it {name} is ahead of the median system by {100 * lead:.1f} points of word overlap. Score against another reference too"
    best = max(further, key=lambda other: further[other][name].overlap)
    gain = own.overlap - further[best][name].overlap
    if others:  # what an easier reference gives to everyone is no gain
        gain -= median(one.overlap for one in others) - median(one.overlap for other, one in further[best].items() if other != name)
        message += f"; {name} is number {_rank(name, row)} of {len(row)} by word overlap with it, number {_rank(name, further[best])} with {best}"
    return f"{message}; it gains {100 * gain:.1f} points of word overlap over {best}. Leave this reference out, or say so"


def _rank(name: str, row: Mapping[str, Closeness]) -> int:
    return 1 + sum(one.overlap > row[name].overlap for one in row.values())
