"""Which line belongs to which: unequal numbers, shifts, files in each other's place."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path

from evaluator.check.problems import Problem, short

FARTHEST = 5
"""Lines by which a shift is looked for."""
RUN = 3
"""Lines in a row that show one."""
MARGIN = 0.3
"""By how much a neighbour must match better than the line's own partner."""

Lines = Sequence[str]


@lru_cache(maxsize=1 << 15)
def words_of(text: str) -> frozenset[str]:
    """Set of a text's words; of its characters where it has no spaces."""
    words = text.casefold().split()
    return frozenset(words if len(words) > 2 else text.casefold())


def likeness(a: str, b: str) -> float:
    """Cosine of two texts' sets of words, 0 to 1."""
    first, second = words_of(a), words_of(b)
    return len(first & second) / math.sqrt(len(first) * len(second)) if first and second else 0.0


def unequal_problem(name: str, lines: Lines, reference_name: str, reference: Lines, numbers: Sequence[int]) -> Problem:
    """How many lines a text has too many or too few, and from where on they are off; `numbers` is what each line is called."""
    by = len(lines) - len(reference)
    message = f"has {len(lines)} lines of text, {reference_name} has {len(reference)}: {abs(by)} {'more' if by > 0 else 'fewer'}"
    split = _first_off(lines, reference, by) if abs(by) <= 50 else None
    if split is not None:
        message += f"; from line {numbers[split]} ({short(lines[split])}) on they match those {abs(by)} {'earlier' if by > 0 else 'later'}"
    return Problem("unequal-lines", name, message, abs(by), () if split is None else (numbers[split],))


def _first_off(lines: Lines, reference: Lines, by: int) -> int | None:
    """First line (0-based) from which lines match the reference `by` lines off; None where that explains nothing."""
    own = [likeness(a, b) for a, b in zip(lines, reference, strict=False)]
    off = [likeness(text, reference[i - by]) if 0 <= i - by < len(reference) else 0.0 for i, text in enumerate(lines)]
    total = sum(off)
    best, at, value = total, 0, total
    for i, score in enumerate(own):
        value += score - off[i]
        if value > best:
            best, at = value, i + 1
    return at if at < len(lines) and best > sum(own) + 0.5 else None


def shift_problem(name: str, lines: Lines, reference_name: str, reference: Lines, numbers: Sequence[int]) -> Problem | None:
    """The first run of lines that match other lines far better than their own; `numbers` is what each line is called."""
    own = [likeness(a, b) for a, b in zip(lines, reference, strict=True)]
    low = [i for i, score in enumerate(own) if score <= 0.5]
    if len(low) < RUN:
        return None
    found: tuple[int, int, int] | None = None
    for distance in (d for k in range(1, FARTHEST + 1) for d in (k, -k)):
        better = [i for i in low if 0 <= i + distance < len(reference) and likeness(lines[i], reference[i + distance]) >= own[i] + MARGIN]
        for first, last in _runs(better):
            if last - first + 1 >= RUN and (found is None or last - first > found[1] - found[0]):
                found = (first, last, distance)
    if found is None:
        return None
    first, last, distance = found
    message = (
        f"lines {numbers[first]} to {numbers[last]} match those {abs(distance)} {'later' if distance > 0 else 'earlier'} in {reference_name}, "
        f"for example {short(lines[first])}: a line was lost or doubled"
    )
    return Problem("shifted", name, message, abs(distance), tuple(numbers[first : last + 1]))


def _runs(places: Sequence[int]) -> Iterator[tuple[int, int]]:
    """(first, last) of consecutive places; a gap of two is bridged, for a short line that says little."""
    start = previous = None
    for place in places:
        if start is None or previous is None or place > previous + 3:
            if start is not None and previous is not None:
                yield start, previous
            start = place
        previous = place
    if start is not None and previous is not None:
        yield start, previous


def swapped_problems(references: Mapping[str, Lines], systems: Mapping[str, Lines]) -> Iterator[Problem]:
    """References lying the wrong way, or given as systems.

    Args:
        references: by name, the lines.
        systems: likewise.
    """
    names = list(references)
    lengths = {len(lines) for lines in references.values()}
    counts = {len(lines) for lines in systems.values()}
    if len(names) > 1 and len(lengths) == 1 and len(names) in counts and lengths != counts:
        message = (
            f"and {len(names) - 1} more references have {min(lengths)} lines each, for systems of {len(names)}: "
            "they are transposed, one file must be one reference"
        )
        yield Problem("transposed", names[0], message, len(names))
    for name, lines in systems.items():
        for reference, texts in references.items():
            if len(lines) > 1 and tuple(lines) == tuple(texts):
                yield Problem("transposed", name, f"is {reference} itself, line for line: a reference was given as a system", len(lines))
    if not _called(names[0], "ref") and any(_called(name, "ref") for name in systems):
        named = next(name for name in systems if _called(name, "ref"))
        yield Problem("transposed", named, f"is called like a reference and {names[0]}, which was given first, is not: the reference comes first", 1)
    seen: dict[tuple[str, ...], str] = {}
    for name, lines in systems.items():
        first = seen.setdefault(tuple(lines), name)
        if first != name and len(lines) > 1:
            yield Problem("duplicates", name, f"is {first} again, line for line", len(lines))


def _called(name: str, what: str) -> bool:
    return Path(name).name.lower().startswith(what)
