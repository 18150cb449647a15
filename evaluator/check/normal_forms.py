"""Letters that look alike and are written in two ways: composed (NFC) in one text, decomposed (NFD) in another."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from evaluator.check.problems import Problem, place

AT_ONCE = 4096
"""Lines whose characters are counted together."""


class LetterForm(NamedTuple):
    """How a text writes letters that can be written in two ways."""

    composed: frozenset[str]
    """Composed letters in it."""
    decomposed: frozenset[str]
    """Letters in it that composing would make."""
    lines: tuple[int, ...]
    """0-based lines that are not composed."""


def form_of(lines: Sequence[str]) -> LetterForm:
    """The form of a text."""
    composed: set[str] = set()
    decomposed: set[str] = set()
    at = []
    held: list[str] = []
    for i, line in enumerate(lines):
        if line.isascii():
            continue
        if unicodedata.is_normalized("NFC", line):
            held.append(line)
            if len(held) >= AT_ONCE:
                composed |= _characters(held)
                held = []
            continue
        at.append(i)
        # Letter by letter: a line may have both.
        for cluster in _clusters(line):
            whole = unicodedata.normalize("NFC", cluster)
            (composed if whole == cluster else decomposed).update(whole)
    composed |= _characters(held)
    return LetterForm(frozenset(filter(_is_composed, composed)), frozenset(filter(_is_composed, decomposed)), tuple(at))


def _characters(lines: Sequence[str]) -> set[str]:
    """Characters of many lines; counting their codes takes a tenth of the time that a set of them takes."""
    codes = np.frombuffer("".join(lines).encode("utf-32-le", "surrogatepass"), dtype="<u4")
    return set(map(chr, np.flatnonzero(np.bincount(codes)).tolist()))


def _clusters(line: str) -> Iterator[str]:
    """Letters with the marks that follow them."""
    start = 0
    for i, character in enumerate(line):
        if i > start and not unicodedata.combining(character):
            yield line[start:i]
            start = i
    yield line[start:]


def _is_composed(character: str) -> bool:
    return not character.isascii() and unicodedata.normalize("NFD", character) != character


def form_problems(texts: Mapping[str, Sequence[str]], numbers: Mapping[str, Sequence[int]]) -> Iterator[Problem]:
    """A finding for each text that mixes the forms, or that writes other than the first text.

    Args:
        texts: by name the lines; the first is the reference that the others are measured by.
        numbers: by name, what messages call each line.
    """
    forms = {name: form_of(lines) for name, lines in texts.items()}
    first, reference = next(iter(forms.items()))
    advice = "they look alike and no metric takes them for the same; normalize all texts, in Python: unicodedata.normalize('NFC', text)"
    for name, form in forms.items():
        lines = tuple(numbers[name][i] for i in form.lines)
        both = form.composed & form.decomposed
        if both:
            message = f"writes letters such as {min(both)!r} in two ways, composed (NFC) and decomposed (NFD, {place(lines)}): {advice}"
            yield Problem("normal-form", name, message, len(lines), lines)
        elif name == first:
            continue
        elif _differ(form.decomposed, reference.composed, reference.decomposed):
            yield Problem("normal-form", name, f"has decomposed letters (NFD, {place(lines)}), {first} composed ones (NFC): {advice}", len(lines), lines)
        elif _differ(reference.decomposed, form.composed, form.decomposed):
            n = len(reference.lines)
            yield Problem("normal-form", name, f"has composed letters (NFC), {first} decomposed ones (NFD): {advice}", n, ())


def _differ(decomposed: frozenset[str], composed: frozenset[str], also_decomposed: frozenset[str]) -> bool:
    """Whether one text decomposes a letter that the other composes, or any letter where the other composes all of its own."""
    return bool(decomposed & composed) or bool(decomposed and composed and not also_decomposed)
