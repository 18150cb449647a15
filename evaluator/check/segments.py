"""Pairs of texts: copies, repetitions, empty segments, another language, boilerplate."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from evaluator.check.languages import language_of, letters_of, main_script, other_language
from evaluator.check.lines import likeness
from evaluator.check.problems import Problem, place, short

COPY_WORDS = 6
"""Words from which a copy is no accident."""
COPY_SHARE = 0.2
"""Share of the longer segments that equal the reference, above what good translations reach (0.09 is the most in WMT22)."""
COPIED_SOURCE = 2
"""Longer segments equal to the source that make a finding."""
REPEATED_WORDS = 7
LIKE = 0.5
"""References this much alike may well share a translation."""
SAMPLED = 60
"""Lines whose language a quick look sees."""
LETTERS = 6
"""Letters of another script that make a segment one of it."""
JUDGED_WORDS = 6
"""Words from which a segment's language can be seen."""
OPENING = 4
"""Words at the start or end whose repetition is looked for."""
OPENING_SHARE = 0.03
MIN_OPENINGS = 5
_PHRASES = re.compile(
    r"(?:sure|certainly|of course)[,!.:] here\b|here(?:'s| is| are) (?:the|your|a) (?:\w+ )?(?:translat|rewrit|paraphras)|as an ai\b|"
    r"i(?:'m| am) sorry, but i (?:can|am)|(?:the )?(?:english |german )?(?:translation|translated text|paraphrase|rewrite|output)\s*:|```",
    re.IGNORECASE,
)
"""How language models begin when they talk about the task."""


_MARKS = ".,:;!?\"'()[]“”‘’«»…-–—"


class SystemLines(NamedTuple):
    """A system's lines beside those of the reference and the source."""

    name: str
    lines: Sequence[str]
    reference: Sequence[str]
    source: Sequence[str] | None
    numbers: Sequence[int]
    quick: bool = False
    """Look for another language in a sample of lines, and not for words that open many lines."""


class Expected(NamedTuple):
    """What the reference is written in."""

    language: str
    script: str
    long: Sequence[int]
    """0-based places of its longer segments."""


def expected_of(reference: Sequence[str]) -> Expected:
    """Language and script of a reference, each empty where unknown."""
    sample = reference[:: max(1, len(reference) // 300)]
    return Expected(language_of(sample), main_script(" ".join(sample)), [i for i, text in enumerate(reference) if _is_long(text)])


def segment_problems(pairing: SystemLines, expected: Expected) -> Iterator[Problem]:
    """Everything that is wrong with a system's segments."""
    yield from _empty(pairing)
    yield from _copies(pairing, expected.long)
    yield from _repeated(pairing)
    yield from _foreign(pairing, expected)
    yield from _boilerplate(pairing)


def _numbers(pairing: SystemLines, at: Sequence[int]) -> tuple[int, ...]:
    return tuple(pairing.numbers[i] for i in at)


def _empty(pairing: SystemLines) -> Iterator[Problem]:
    for check, here, there, words in (
        ("empty", pairing.lines, pairing.reference, "empty where the reference has text"),
        ("empty", pairing.reference, pairing.lines, "text where the reference is empty"),
    ):
        at = [i for i, text in enumerate(here) if not text.strip() and there[i].strip()]
        if at:
            lines = _numbers(pairing, at)
            yield Problem(check, pairing.name, f"{len(at)} of {len(pairing.lines)} segments: {words} ({place(lines)})", len(at), lines)


def _copies(pairing: SystemLines, long: Sequence[int]) -> Iterator[Problem]:
    same = [i for i in long if pairing.lines[i] == pairing.reference[i]]
    if len(same) >= max(2, COPY_SHARE * len(long)):
        message = f"{len(same)} of {len(long)} segments of {COPY_WORDS} words and more are copies of the reference"
        yield Problem("copied-reference", pairing.name, message, len(same), _numbers(pairing, same))
    if pairing.source is None:
        return
    same = [
        i for i, (text, source) in enumerate(zip(pairing.lines, pairing.source, strict=True))
        if text == source and text != pairing.reference[i] and _is_long(text) and likeness(source, pairing.reference[i]) < LIKE
    ]  # fmt: skip
    if len(same) >= COPIED_SOURCE:
        lines = _numbers(pairing, same)
        yield Problem("copied-source", pairing.name, f"{len(same)} segments are the source untranslated ({place(lines)})", len(same), lines)


def _is_long(text: str) -> bool:
    """Six words, or as many characters of a script without spaces as carry as much."""
    return len(text.split(None, COPY_WORDS - 1)) >= COPY_WORDS or (len(text) >= 4 * COPY_WORDS and main_script(text) in ("Han", "Thai"))


def _repeated(pairing: SystemLines) -> Iterator[Problem]:
    """One text in several places whose references (and sources) are not alike."""
    counts = Counter(pairing.lines)
    places: dict[str, list[int]] = {}
    for i, line in enumerate(pairing.lines if len(counts) < len(pairing.lines) else ()):
        if counts[line] > 1:
            places.setdefault(line, []).append(i)
    astray: list[int] = []
    for text, at in places.items():
        if len(text.split()) < REPEATED_WORDS:
            continue
        for a, b in pairwise(at):
            if pairing.reference[a] == pairing.reference[b] != "":
                continue  # alike without a look at its words
            unlike = likeness(pairing.reference[a], pairing.reference[b]) < LIKE
            if unlike and (pairing.source is None or likeness(pairing.source[a], pairing.source[b]) < LIKE):
                astray.append(b)
    if astray:
        lines = _numbers(pairing, sorted(astray))
        message = f"{len(astray)} segments repeat another that has a different reference ({place(lines)}), for example {short(pairing.lines[astray[0]])}"
        yield Problem("duplicates", pairing.name, message, len(astray), lines)


def _foreign(pairing: SystemLines, expected: Expected) -> Iterator[Problem]:
    script: list[int] = []
    language: dict[str, list[int]] = {}
    step = max(1, len(pairing.lines) // SAMPLED) if pairing.quick else 1
    for i in range(0, len(pairing.lines), step):
        text = pairing.lines[i]
        if expected.script and not (expected.script == "Latin" and text.isascii()):
            own = main_script(text)
            if own and own != expected.script and letters_of(own, text) >= LETTERS and main_script(pairing.reference[i]) != own:
                script.append(i)
                continue
        if expected.language and len(text.split()) >= JUDGED_WORDS:
            other = other_language(text, expected.language)
            if other and not other_language(pairing.reference[i], expected.language):
                language.setdefault(other, []).append(i)
    if script:
        lines = _numbers(pairing, script)
        example = short(pairing.lines[script[0]])
        yield Problem(
            "script", pairing.name, f"{len(script)} segments are not in {expected.script} script ({place(lines)}), for example {example}", len(script), lines
        )
    for name, at in language.items():
        lines = _numbers(pairing, at)
        message = f"{len(at)} segments look like {name}, the reference like {expected.language} ({place(lines)}), for example {short(pairing.lines[at[0]])}"
        yield Problem("language", pairing.name, message, len(at), lines)


def _boilerplate(pairing: SystemLines) -> Iterator[Problem]:
    at = [i for i, text in enumerate(pairing.lines) if _PHRASES.match(text.lstrip("*_# ")) and not _PHRASES.match(pairing.reference[i].lstrip("*_# "))]
    if at:
        lines = _numbers(pairing, at)
        yield Problem(
            "boilerplate", pairing.name, f"{len(at)} segments talk about the task ({place(lines)}), for example {short(pairing.lines[at[0]])}", len(at), lines
        )
    for where, cut in () if pairing.quick else (("begin", slice(None, OPENING)), ("end", slice(-OPENING, None))):
        own, theirs = _openings(pairing.lines, cut), _openings(pairing.reference, cut)
        least = max(MIN_OPENINGS, OPENING_SHARE * len(pairing.lines))
        for words, times in own.items():
            if times >= least and times >= 4 * theirs.get(words, 0) + MIN_OPENINGS:
                message = f"{times} segments {where} with {short(' '.join(words))}, {theirs.get(words, 0)} of the reference do"
                bare = map(_bare_words, pairing.lines)
                lines = tuple(n for n, said in zip(pairing.numbers, bare, strict=True) if tuple(said[cut]) == words and len(said) > OPENING)
                yield Problem("boilerplate", pairing.name, message, times, lines)


def _openings(lines: Sequence[str], cut: slice) -> Counter[tuple[str, ...]]:
    return Counter(tuple(words[cut]) for words in map(_bare_words, lines) if len(words) > OPENING)


def _bare_words(line: str) -> list[str]:
    """Words without the marks around them, so that tokenized text has the same."""
    return [word for word in (part.strip(_MARKS) for part in line.split()) if word]
