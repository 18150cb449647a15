"""References that are nearly one system's output: post-edited, or made by the system itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from statistics import median
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
    n_near: int
    n_compared: int


class Overlap(NamedTuple):
    """A metric that says what a system gains; the room has none of its own."""

    name: str
    score: Callable[[Lines, Lines], float]
    """Of hypotheses against one reference, 0 to 100, higher being better."""


def near_copies(references: Mapping[str, Lines], systems: Mapping[str, Lines], overlap: Overlap | None = None, most: int = MAX_COMPARED) -> Iterator[Problem]:
    """A finding for each reference that one system is far nearer to than the others are, or than it is to the other references.

    Args:
        references: by name, the lines.
        systems: likewise.
        overlap: what measures the gain, of whole texts and only for a finding; None to say the share alone.
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
                gain = _gain(name, reference, references, {system: systems[system] for system in row}, overlap) if overlap else ""
                yield Problem("near-copy", reference, _share(name, row) + gain, own.n_near)


def _longer(texts: Lines, most: int) -> list[int]:
    """0-based places of segments that are long enough."""
    step = max(1, len(texts) // (2 * most))
    long = [i for i in range(0, len(texts), step) if len(texts[i].split()) >= MIN_WORDS or (len(texts[i].split()) < 3 and len(texts[i]) >= 4 * MIN_WORDS)]
    return long[:: max(1, len(long) // most)]


def _closeness(lines: Lines, reference: Lines, at: Sequence[int]) -> Closeness:
    values = [likeness(lines[i], reference[i]) for i in at]
    near = sum(value >= LIKE for value in values)
    return Closeness(near / len(at) if at else 0.0, near, len(at))


def _share(name: str, row: Mapping[str, Closeness]) -> str:
    own = row[name]
    others = [one.share for other, one in row.items() if other != name]
    beside = f"; of the other systems' {median(others):.0%} (median)" if others else ""
    return f"is nearly the output of {name}: {own.n_near} of {own.n_compared} longer segments ({own.share:.0%}) have the same words or nearly so{beside}"


def _gain(name: str, reference: str, references: Mapping[str, Lines], systems: Mapping[str, Lines], overlap: Overlap) -> str:
    """What the system has from the reference: its score and rank with it and with the other reference that is kindest to it."""
    here = {system: overlap.score(lines, references[reference]) for system, lines in systems.items()}
    others = [system for system in systems if system != name]
    further = {other: overlap.score(systems[name], lines) for other, lines in references.items() if other != reference and len(lines) == len(systems[name])}
    if not further:
        return (
            f". Its {overlap.name} is {here[name]:.1f}, of the other systems {median(here[system] for system in others):.1f} (median); how much of that "
            "it owes to this reference, only another one can show. Score against another reference"
        )
    best = max(further, key=lambda other: further[other])
    there = {system: overlap.score(lines, references[best]) for system, lines in systems.items()}
    message = f". It gains {here[name] - there[name]:.1f} {overlap.name}: {here[name]:.1f} with this reference, {there[name]:.1f} with {best}"
    if others:  # what an easier reference gives to everyone is no gain
        usual = median(here[system] - there[system] for system in others)
        message += f" (the other systems gain {usual:.1f}, median); number {_rank(name, here)} of {len(here)} with it, number {_rank(name, there)} with {best}"
    return f"{message}. Leave this reference out, or say so"


def _rank(name: str, scores: Mapping[str, float]) -> int:
    return 1 + sum(score > scores[name] for score in scores.values())
