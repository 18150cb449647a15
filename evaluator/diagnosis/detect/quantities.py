"""Numbers, dates and units as values: 1,886 = 1886 = one thousand eight hundred and eighty-six."""

from __future__ import annotations

import re
from typing import NamedTuple

from evaluator.diagnosis.lexicon import DAYS, MONTHS, ORDINALS, SCALES, SMALL_NUMBERS, SYMBOLS, UNITS
from evaluator.diagnosis.types import Side, Word

_GROUPED = re.compile(r"\d{1,3}(?:[.,]\d{3})+$")


class Quantity(NamedTuple):
    """A number with the words that say it."""

    value: float
    start: int
    end: int
    unit: str
    kind: str
    """`number`, `ordinal`, `month` or `day`."""
    loose: bool
    """True for words like `one`, `second` or `dozen`, which also mean other things."""


def digits_value(text: str) -> float | None:
    """Value of digits with separators, None for times and dotted codes."""
    if ":" in text:
        return None
    if _GROUPED.match(text):
        return float(text.replace(",", "").replace(".", "")) if "," in text or text.count(".") > 1 else float(text)
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return None


def quantities(side: Side, english: bool) -> list[Quantity]:
    """All quantities of a text in order."""
    out: list[Quantity] = []
    words = side.words
    i = 0
    while i < len(words):
        found = _number(words, i, english) or (_named(words, i) if english else None)
        if found is None:
            i += 1
            continue
        out.append(found)
        i = found.end
    return out


def _named(words: tuple[Word, ...], i: int) -> Quantity | None:
    word = words[i]
    name = word.lower.rstrip(".").removesuffix("'s")
    if word.capital and name in MONTHS:
        near = [w for w in words[max(0, i - 2) : i] + words[i + 1 : i + 3] if w.kind == "number"]
        if name in ("may", "march", "mar", "jan") and not near and (word.first or name != "may"):
            return None
        return Quantity(float(MONTHS[name]), i, i + 1, "", "month", False)
    if word.capital and name in DAYS and name not in ("sun", "sat", "wed"):
        return Quantity(float(DAYS[name]), i, i + 1, "", "day", False)
    if word.lower in ORDINALS:
        return Quantity(float(ORDINALS[word.lower]), i, i + 1, "", "ordinal", True)
    return None


def _number(words: tuple[Word, ...], i: int, english: bool) -> Quantity | None:
    word = words[i]
    if word.kind == "number":
        value = digits_value(word.text)
        if value is None:
            return None
        return _scaled(words, i, i + 1, value, loose=False)
    if not english or word.lower not in SMALL_NUMBERS:
        return None
    total, current, j = 0.0, 0.0, i
    while j < len(words):
        lower = words[j].lower
        if lower in SMALL_NUMBERS:
            current += SMALL_NUMBERS[lower]
        elif lower == "hundred":
            current = max(current, 1) * 100
        elif lower in SCALES and j > i:
            total, current = total + max(current, 1) * SCALES[lower], 0.0
        elif lower == "-" and j + 1 < len(words) and words[j + 1].lower in SCALES and words[j + 1].lower[-1] != "s":
            pass  # one-hundred
        elif (
            lower in ("-", "and")
            and j + 1 < len(words)
            and words[j + 1].lower in SMALL_NUMBERS
            and (_tens(words[j - 1]) if lower == "-" else words[j - 1].lower in SCALES)
        ):
            pass
        else:
            break
        j += 1
    value = total + current
    return _scaled(words, i, j, value, loose=value <= 2 and j == i + 1)


def _tens(word: Word) -> bool:
    """True for twenty to ninety: twenty-one is a number, six-one is none."""
    return 20 <= SMALL_NUMBERS.get(word.lower, 0) <= 90


def _scaled(words: tuple[Word, ...], start: int, end: int, value: float, *, loose: bool) -> Quantity:
    """The number with the scale (`2.5 million`), unit or symbol beside it."""
    kind = "number"
    if end < len(words) and words[end].lower in SCALES and words[start].kind == "number":
        value *= SCALES[words[end].lower]
        end += 1
    elif end < len(words) and words[end].lower in ("st", "nd", "rd", "th") and words[end].start == words[end - 1].end:
        kind, end = "ordinal", end + 1
    unit = SYMBOLS.get(words[start - 1].text, "") if start else ""
    after = end + 1 if end < len(words) and words[end].text == "-" else end
    if after < len(words):
        unit = unit or SYMBOLS.get(words[after].text, "") or UNITS.get(words[after].lower, "")
        if words[after].lower == "per" and after + 1 < len(words) and words[after + 1].lower == "cent":
            unit = "percent"
    return Quantity(value, start, end, unit, kind, loose)
