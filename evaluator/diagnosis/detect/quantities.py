"""Numbers, dates, times and units as values: 1,886 = 1886 = one thousand eight hundred and eighty-six."""

from __future__ import annotations

import re
from typing import NamedTuple

from evaluator.diagnosis.detect.clocks import clock
from evaluator.diagnosis.detect.measures import DEGREES, in_smaller, is_measured
from evaluator.diagnosis.lexicon import DAYS, DECADES, MONTHS, ORDINALS, ROMANS, SCALES, SMALL_NUMBERS, SYMBOLS, UNITS
from evaluator.diagnosis.sides import Side, Word

_GROUPED = re.compile(r"\d{1,3}(?:[.,]\d{3})+$")
_SPANS = {"decade": (10.0, "year"), "century": (100.0, "year")}
"""Seven decades are 70 years."""
_BEFORE_MONTHS = frozenset(["in", "since", "until", "till", "by", "last", "next", "early", "late", "mid", "from", "during", "before", "after"])
"""Beside them `March` is no walk."""
_PARTS = {"half": 0.5, "quarter": 0.25}
_MANY = frozenset(["hundreds", "thousands", "millions", "billions", "dozens"])


class Quantity(NamedTuple):
    """A number with the words that say it."""

    value: float
    start: int
    end: int
    unit: str
    kind: str
    """`number`, `ordinal`, `month`, `day` or `time` (minutes since midnight)."""
    loose: bool
    """True for words like `one`, `second` or `dozen`, which also mean other things, for parts of codes (F-35) and for times whose half of the day is not told."""
    digits: bool = False
    """True where it is written in digits."""


def digits_value(text: str) -> float | None:
    """Value of digits with separators, in any script; None for times and dotted codes."""
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
        found = (_digits(words, i) if words[i].kind == "number" else None) or (_spelled(words, i) or _named(words, i) if english else None)
        found = _and_a_half(words, found) if english and found is not None else found
        if found is None:
            i += 1
            continue
        total = _together(words, out[-1], found) if out else None
        if total is not None:
            out[-1] = total
        else:
            if out and _is_range(words, out[-1], found):
                out[-1] = out[-1]._replace(unit=found.unit, value=_signed(words, out[-1].start, out[-1].value, found.unit))
            out.append(found)
        i = found.end
    return out


def _and_a_half(words: tuple[Word, ...], q: Quantity) -> Quantity:
    """The half or quarter behind a number: six and a half feet."""
    part = _PARTS.get(words[q.end + 2].lower) if q.kind == "number" and not q.unit and q.end + 2 < len(words) else None
    if part is None or q.value != int(q.value) or [w.lower for w in words[q.end : q.end + 2]] != ["and", "a"]:
        return q
    end, value = q.end + 3, q.value + part
    if end < len(words) and words[end].lower in SCALES:
        end, value = end + 1, value * SCALES[words[end].lower]
    return _scaled(words, q.start, end, value, loose=False, digits=q.digits)


def _together(words: tuple[Word, ...], a: Quantity, b: Quantity) -> Quantity | None:
    """Two hours and 30 minutes as one amount."""
    between = [w.lower for w in words[a.end : b.start]]
    total = in_smaller(a, b) if a.kind == b.kind == "number" and len(between) <= 2 and between[1:] in ([], ["and"], [","]) else None
    return None if total is None else Quantity(total, a.start, b.end, b.unit, "number", False, a.digits or b.digits)


def _named(words: tuple[Word, ...], i: int) -> Quantity | None:
    """Months, days of the week, ordinals, decades, Roman numerals, noon and midnight."""
    word = words[i]
    name = word.lower.rstrip(".").removesuffix("'s")
    if word.capital and name in MONTHS:
        near = [w for w in words[max(0, i - 2) : i] + words[i + 1 : i + 3] if w.kind == "number"]
        named = i > 0 and words[i - 1].lower in _BEFORE_MONTHS
        if name in ("may", "march", "mar", "jan") and not near and not named and (word.first or name != "may"):
            return None
        return Quantity(float(MONTHS[name]), i, i + 1, "", "month", False)
    if word.capital and name in DAYS and name not in ("sun", "sat", "wed"):
        return Quantity(float(DAYS[name]), i, i + 1, "", "day", False)
    if word.text in ROMANS:
        return Quantity(float(ROMANS[word.text]), i, i + 1, "", "ordinal", True)
    if word.lower in ("noon", "midnight"):
        return Quantity(720.0 if word.lower == "noon" else 0.0, i, i + 1, "", "time", True)
    value = ORDINALS.get(word.lower, DECADES.get(word.lower))
    return None if value is None else Quantity(float(value), i, i + 1, "", "ordinal" if word.lower in ORDINALS else "number", True)


def _digits(words: tuple[Word, ...], i: int) -> Quantity | None:
    time = clock(words, i)
    if time is not None:
        return Quantity(float(time.minutes), i, time.end, "", "time", not time.sure, True)
    value = digits_value(words[i].text)
    if value is None:
        return None
    end = i + 1
    grouped, last = words[i].text, words[i]
    # 10 000 written with spaces; a year before a number of three digits is none.
    while end < len(words) and len(grouped) <= 3 and words[end].text.isdecimal() and len(words[end].text) == 3 and words[end].start == last.end + 1:
        value, last, end = value * 1000 + float(words[end].text), words[end], end + 1
    code = i >= 2 and words[i - 1].text in "-‐‑" and words[i - 2].kind == "word" and words[i - 2].end == words[i - 1].start
    return _scaled(words, i, end, value, loose=code, digits=True)


def _spelled(words: tuple[Word, ...], i: int) -> Quantity | None:
    """A number in words: twelve hundred, twenty-first, a million, half a dozen, tenfold."""
    lower = words[i].lower
    if lower in ("a", "an") and i + 1 < len(words) and words[i + 1].lower in SCALES and words[i + 1].lower not in _MANY:
        half = 0.5 if i and words[i - 1].lower == "half" else 1.0
        # `a hundred` and `a dozen` also mean many.
        return _scaled(words, i, i + 2, half * SCALES[words[i + 1].lower], loose=words[i + 1].lower in ("hundred", "dozen", "thousand"))
    if lower.endswith("fold") and lower[:-4] in SMALL_NUMBERS:
        return Quantity(float(SMALL_NUMBERS[lower[:-4]]), i, i + 1, "", "number", True)
    if lower in SCALES and lower not in _MANY and len(lower) > 2:
        return Quantity(float(SCALES[lower]), i, i + 1, "", "number", True)  # every thousand words
    if lower not in SMALL_NUMBERS:
        return None
    value, end = _in_words(words, i)
    if end + 1 < len(words) and words[end].text == "-" and _tens(words[end - 1]) and ORDINALS.get(words[end + 1].lower, 10) < 10:
        return Quantity(value + ORDINALS[words[end + 1].lower], i, end + 2, "", "ordinal", False)
    return _scaled(words, i, end, value, loose=value <= 2 and end == i + 1)


def _in_words(words: tuple[Word, ...], i: int) -> tuple[float, int]:
    """Value and end of a number in words."""
    total, current, j = 0.0, 0.0, i
    while j < len(words):
        lower = words[j].lower
        if lower in SMALL_NUMBERS:
            current += SMALL_NUMBERS[lower]
        elif lower in ("hundred", "dozen"):
            current = max(current, 1) * SCALES[lower]
        elif lower in SCALES and j > i:
            total, current = total + max(current, 1) * SCALES[lower], 0.0
        elif not _joins(words, j):
            break
        j += 1
    return total + current, j


def _joins(words: tuple[Word, ...], j: int) -> bool:
    """True for the hyphen of one-hundred and twenty-one, and the `and` of hundred and one."""
    if j + 1 >= len(words) or words[j].lower not in ("-", "and"):
        return False
    after = words[j + 1].lower
    if words[j].lower == "-" and after in SCALES and after[-1] != "s":
        return True
    return after in SMALL_NUMBERS and (_tens(words[j - 1]) if words[j].lower == "-" else words[j - 1].lower in SCALES)


def _tens(word: Word) -> bool:
    """True for twenty to ninety: twenty-one is a number, six-one is none."""
    return 20 <= SMALL_NUMBERS.get(word.lower, 0) <= 90


def _scaled(words: tuple[Word, ...], start: int, end: int, value: float, *, loose: bool, digits: bool = False) -> Quantity:
    """The number with the scale (`2.5 million`), unit or symbol beside it."""
    kind = "number"
    if digits and end + 1 < len(words) and words[end].text in "-‐‑" and words[end + 1].lower in SCALES and words[end].start == words[end - 1].end:
        end += 1  # a 200-billion-dollar goal
    if digits and end < len(words) and words[end].lower in SCALES:
        value *= SCALES[words[end].lower]
        end += 1
    elif end < len(words) and words[end].lower in ("st", "nd", "rd", "th") and words[end].start == words[end - 1].end:
        kind, end = "ordinal", end + 1
    unit = _unit(words, start, end)
    value = _signed(words, start, value, unit)
    loose = loose or (value == 100 and unit == "percent")  # also means `quite`
    if unit in _SPANS and kind == "number":
        value, unit = value * _SPANS[unit][0], _SPANS[unit][1]
    return Quantity(value, start, end, unit, kind, loose, digits)


def _is_range(words: tuple[Word, ...], a: Quantity, b: Quantity) -> bool:
    """True for two numbers with one unit behind them: 20 to 25 °C, between 5 and 10 metres, six by four feet."""
    between = [w.lower for w in words[a.end : b.start]]
    joined = between in (["to"], ["by"], ["x"], ["-"], ["–"]) or (between == ["and"] and "between" in [w.lower for w in words[max(0, a.start - 2) : a.start]])
    return joined and a.kind == b.kind == "number" and not a.unit and is_measured(b.unit)


def _signed(words: tuple[Word, ...], start: int, value: float, unit: str) -> float:
    """The value of a temperature with the minus before it, which no dash of a range is."""
    if unit not in DEGREES or not start:
        return value
    sign = words[start - 1]
    apart = start < 2 or words[start - 2].end < sign.start
    return -value if sign.lower == "minus" or (sign.text in "-−–" and sign.end == words[start].start and apart) else value


def _unit(words: tuple[Word, ...], start: int, end: int) -> str:
    before = words[start - 1] if start else None
    unit = (SYMBOLS.get(before.text, "") or (UNITS.get(before.lower, "") if before.text.isupper() and len(before.text) == 3 else "")) if before else ""
    after = end + 1 if end < len(words) and words[end].text in "-°" else end
    after += after < len(words) and words[after].lower in ("degree", "degrees")
    if after < len(words):
        unit = unit or SYMBOLS.get(words[after].text, "") or UNITS.get(words[after].lower, "")
        if words[after].lower == "nautical" and after + 1 < len(words) and words[after + 1].lower in ("mile", "miles"):
            unit = "nautical mile"
        if words[after].text in ("C", "F") and words[after - 1].text == "°":
            unit = "celsius" if words[after].text == "C" else "fahrenheit"
        if words[after].lower == "per" and after + 1 < len(words) and words[after + 1].lower == "cent":
            unit = "percent"
    return unit
