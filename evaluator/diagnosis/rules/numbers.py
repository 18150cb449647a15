"""German numbers, dates and times as values: 1.886 = 1886, zwölf = 12, 2,5 Mio. = 2.500.000, 21.30 Uhr = 21:30."""

from __future__ import annotations

import re
from dataclasses import replace

from evaluator.diagnosis.detect.numbers import find_numbers
from evaluator.diagnosis.detect.quantities import Quantity
from evaluator.diagnosis.lexicon import SYMBOLS
from evaluator.diagnosis.pair import Pair
from evaluator.diagnosis.rules.german import DAYS, FRACTIONS, MONTHS, ORDINALS, PARTS_OF_DAY, SCALES, SMALL, UNITS
from evaluator.diagnosis.sides import Side, Word
from evaluator.types import Finding

MAX_IN_OTHER_WORDS = 3.0
"""Numbers up to here are also expressed in other words: both, a pair, once."""
_GROUPED = re.compile(r"\d{1,3}(?:[.,]\d{3})+$")
_DATE = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{2,4})$")
_CLOCK = re.compile(r"(\d{1,2})[.:](\d{2})$")
_NAMED = re.compile("(" + "|".join(DAYS) + ")(" + "|".join(PARTS_OF_DAY) + ")?$")


def find_german_numbers(pair: Pair) -> list[Finding]:
    """Differences in quantities; one figure lost and one added is another figure, wherever they stand."""
    found = [f for f in find_numbers(pair, lambda side, _: quantities(side)) if not _in_other_words(pair, f)]
    for dates in (False, True):
        lost, added = ([f for f in found if f.detector == f"numbers_{kind}" and (_is_date(f) if dates else f.text[:1].isdigit())] for kind in ("lost", "added"))
        if len(lost) == len(added) == 1:
            message = f"{added[0].text} where the reference says {lost[0].text}"
            changed = replace(added[0], severity="critical", detector="numbers", counterpart=lost[0].text, message=message)
            found = [*(f for f in found if f not in (lost[0], added[0])), changed]
    return [_weighed(f) for f in found]


def _is_date(finding: Finding) -> bool:
    """True for a month or day by its name."""
    lower = finding.text.lower()
    return lower in MONTHS or _NAMED.match(lower) is not None


def _weighed(finding: Finding) -> Finding:
    """A number in figures that is lost or added is major; in words it often sums up what is listed."""
    counts = finding.detector in ("numbers_lost", "numbers_added") and finding.text[:1].isdigit() and (value_of(finding.text) or 0) > MAX_IN_OTHER_WORDS
    return replace(finding, severity="major") if counts else finding


def _in_other_words(pair: Pair, finding: Finding) -> bool:
    """True for a lost or added value that the other text expresses without a number: half, both, a dozen."""
    if not finding.detector.endswith(("_lost", "_added")):
        return False
    side, other = (pair.reference, pair.hypothesis) if finding.side == "reference" else (pair.hypothesis, pair.reference)
    values = {q.value for q in quantities(side) if side.words[q.start].start == finding.start}
    words = {w.lower for w in other.words}
    return any(not words.isdisjoint(FRACTIONS.get(value, ())) for value in values) or _inside_word(finding.text, other)


def _inside_word(text: str, other: Side) -> bool:
    """True for figures that stand in a word of the other text, as in F35, or a number in words inside a compound: Dreijahresplan."""
    lower = text.lower()
    return any(len(w.lower) > len(lower) > 2 and lower in w.lower for w in other.words if w.kind == "word")


def quantities(side: Side) -> list[Quantity]:
    """All quantities of a text in order."""
    out: list[Quantity] = []
    i = 0
    while i < len(side.words):
        found = _figures(side.words, i) if side.words[i].kind == "number" else _words(side.words, i)
        out += found
        i = max([i + 1, *(q.end for q in found)])
    return out


def value_of(text: str) -> float | None:
    """Value of figures: points and commas before three figures group, another comma is the decimal one; None for codes.

    >>> value_of("1.886"), value_of("2,5"), value_of("10.30")
    (1886.0, 2.5, 10.3)
    """
    if _GROUPED.match(text):
        return float(text.replace(".", "").replace(",", ""))
    try:
        return float(text.replace(".", "").replace(",", ".") if "," in text else text)
    except ValueError:
        return None


def _figures(words: tuple[Word, ...], i: int) -> list[Quantity]:
    text = words[i].text
    after = words[i + 1].lower if i + 1 < len(words) else ""
    if date := _DATE.match(text):
        day, month, year = map(float, date.groups())
        return [
            Quantity(day, i, i + 1, "", "number", True, True),
            Quantity(month, i, i + 1, "", "month", False, True),
            Quantity(year, i, i + 1, "", "number", True, True),
        ]
    if (clock := _CLOCK.match(text)) and (":" in text or after == "uhr") and int(clock[1]) < 25 and int(clock[2]) < 60:
        return [Quantity(60.0 * int(clock[1]) + int(clock[2]), i, i + 1, "", "time", False, True)]
    if after == "uhr" and text.isdecimal() and int(text) < 25:
        return [_oclock(words, i)]
    value = value_of(text)
    if value is None:
        return []
    end = i + 1
    while (
        end < len(words)
        and value < 1000
        and text.isdecimal()
        and len(words[end].text) == 3
        and words[end].text.isdecimal()
        and words[end].start == words[end - 1].end + 1
    ):
        value, end = value * 1000 + float(words[end].text), end + 1
    code = i >= 2 and words[i - 1].text in "-‐‑" and words[i - 2].kind == "word" and words[i - 2].end == words[i - 1].start
    return [_scaled(words, i, end, value, loose=code, digits=True)]


def _oclock(words: tuple[Word, ...], i: int) -> Quantity:
    """9 Uhr, 9 Uhr 30."""
    minutes = int(words[i + 2].text) if i + 2 < len(words) and words[i + 2].text.isdecimal() and len(words[i + 2].text) == 2 else 0
    return Quantity(60.0 * int(words[i].text) + minutes, i, i + 3 if minutes else i + 2, "", "time", False, True)


def _words(words: tuple[Word, ...], i: int) -> list[Quantity]:
    """Months, days, and numbers in words."""
    word, lower = words[i], words[i].lower.rstrip(".")
    if word.kind != "word":
        return []
    if (dated := _dated(words, i)) is not None:
        return dated
    value = in_words(lower)
    if value is not None:
        return [_scaled(words, i, i + 1, value, loose=value <= 2 or word.capital or lower in SCALES)]
    if lower in ("ein", "eine", "einer", "einem") and i + 1 < len(words) and SCALES.get(words[i + 1].lower, 0) >= 10**6:
        return [_scaled(words, i, i + 2, float(SCALES[words[i + 1].lower]), loose=False)]
    return []


def _dated(words: tuple[Word, ...], i: int) -> list[Quantity] | None:
    """A month, a day or an ordinal; nothing for `montags` and the like in small letters, None for other words."""
    word, lower = words[i], words[i].lower.rstrip(".")
    if word.capital and lower in MONTHS and (len(lower) > 3 or (i and words[i - 1].text in ".-/")):
        return [Quantity(float(MONTHS[lower]), i, i + 1, "", "month", False)]
    if day := _NAMED.match(lower):
        return [Quantity(float(DAYS[day[1]]), i, i + 1, "", "day", False)] if word.capital or lower.endswith("s") else []
    if lower in ORDINALS and lower not in ("achte", "achten", "achter", "achtes", "achtem"):
        return [Quantity(float(ORDINALS[lower]), i, i + 1, "", "ordinal", True)]
    return None


def in_words(lower: str) -> float | None:
    """Value of a number in one word; None for others, and for `ein`.

    >>> in_words("zwölf"), in_words("dreihundertzwölf"), in_words("zweitausend"), in_words("haus")
    (12.0, 312.0, 2000.0, None)
    """
    if lower in SMALL:
        return float(SMALL[lower])
    for scale in ("tausend", "hundert"):
        before, found, rest = lower.partition(scale)
        if found:
            count = 1.0 if before in ("", "ein") else in_words(before)
            more = 0.0 if not rest else in_words(rest.removeprefix("und")) if rest != "e" else None
            return None if count is None or more is None else count * SCALES[scale] + more
    return None


def _scaled(words: tuple[Word, ...], start: int, end: int, value: float, *, loose: bool, digits: bool = False) -> Quantity:
    """The number with the scale and the unit beside it."""
    if end < len(words) and words[end].lower in SCALES and end - start < 2:
        value, end = value * SCALES[words[end].lower], end + 1
    if end < len(words) and words[end].text == "." and words[end - 1].lower in ("mio", "mrd"):
        end += 1
    after = end + 1 if end < len(words) and words[end].text in "-" else end
    unit = SYMBOLS.get(words[start - 1].text, "") if start else ""
    if after < len(words):
        unit = unit or SYMBOLS.get(words[after].text, "") or UNITS.get(words[after].lower, "")
    return Quantity(value, start, end, unit, "number", loose, digits)
