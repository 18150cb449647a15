"""Numbers, dates, times and units that changed, were lost or were added. Digits in any language, words in English."""

from __future__ import annotations

import re
from collections.abc import Callable

from evaluator.diagnosis.detect.bounds import find_bounds
from evaluator.diagnosis.detect.clocks import same_time
from evaluator.diagnosis.detect.metadata import metadata_end
from evaluator.diagnosis.detect.moved_numbers import find_moved
from evaluator.diagnosis.detect.quantities import Quantity, quantities
from evaluator.diagnosis.pair import Pair, cut, make_finding
from evaluator.diagnosis.sides import Side
from evaluator.types import Finding

NAME = "numbers"
_HALF, _QUARTER, _THIRD = ("half", "halves"), ("quarter", "quarters"), ("third", "thirds")
_FRACTIONS = (
    dict.fromkeys((0.5, 1.5, 2.5, 30.0, 50.0), _HALF)
    | dict.fromkeys((0.25, 0.75, 15.0, 25.0, 45.0, 75.0), _QUARTER)
    | dict.fromkeys((33.0, 66.0, 67.0), _THIRD)
)
"""Words in which percentages and minutes are expressed."""
_CODE = re.compile(r"[^\d]+")


def find_numbers(pair: Pair, read: Callable[[Side, bool], list[Quantity]] = quantities) -> list[Finding]:
    """Differences in quantities.

    Args:
        pair: two aligned sides.
        read: gives the quantities of a side, which depend on its language.
    """
    skip = metadata_end(pair)
    ours, theirs = [q for q in read(pair.hypothesis, pair.english) if q.start >= skip], read(pair.reference, pair.english)
    left, right = _unmatched(ours, theirs)
    left = [q for q in left if not _licensed(q, pair.reference, theirs)]
    right = [q for q in right if not _licensed(q, pair.hypothesis, ours)]
    out = _changed(pair, left, right) + _units(pair, ours, theirs) + _ratios(pair) + find_bounds(pair, ours, theirs)
    for q in left:
        words = cut(pair.hypothesis, (q.start, q.end))
        out.append(make_finding(pair, "accuracy/number", _severity(pair, q), NAME + "_added", (q.start, q.end), None, f"{words} is not in the reference"))
    for q in right:
        words = cut(pair.reference, (q.start, q.end))
        out.append(make_finding(pair, "accuracy/number", _severity(pair, q), NAME + "_lost", None, (q.start, q.end), f"{words} is lost"))
    return out or find_moved(pair, ours, theirs)


def _changed(pair: Pair, left: list[Quantity], right: list[Quantity]) -> list[Finding]:
    """Quantities that stand where the reference has another; both are taken out of the lists."""
    out = []
    for q in list(left):
        partner = _partner(pair, q, right)
        if partner is None:
            continue
        left.remove(q)
        right.remove(partner)
        words = cut(pair.hypothesis, (q.start, q.end)), cut(pair.reference, (partner.start, partner.end))
        severity = "minor" if q.loose and partner.loose and q.kind != "time" and not _ranks(pair, q, partner) else "critical"
        places = (q.start, q.end), (partner.start, partner.end)
        out.append(make_finding(pair, "accuracy/number", severity, NAME, *places, f"{words[0]} where the reference says {words[1]}"))
    return out


def _ranks(pair: Pair, q: Quantity, r: Quantity) -> bool:
    """True for first to tenth at one place: third for second is another rank. `Once` and Roman numerals are no ranks."""
    texts = pair.hypothesis.words[q.start].lower, pair.reference.words[r.start].lower
    return q.kind == r.kind == "ordinal" and all(text.endswith(("st", "nd", "rd", "th")) for text in texts)


def _severity(pair: Pair, q: Quantity) -> str:
    """A number in words often sums up or counts what is listed; a date may be written in another form, and words of other languages are not read."""
    return "major" if pair.english and q.digits and not q.loose and q.kind in ("number", "time") and (q.value > 2 or q.unit) else "minor"


def _same(a: Quantity, b: Quantity) -> bool:
    if a.kind == b.kind == "time":
        return same_time(a.value, b.value, not (a.loose or b.loose))
    if a.value == b.value:
        return a.kind == b.kind or {a.kind, b.kind} == {"number", "ordinal"}
    return a.kind == b.kind == "number" and abs(a.value - b.value) < 1e-6 * max(1.0, abs(a.value))


def _unmatched(ours: list[Quantity], theirs: list[Quantity]) -> tuple[list[Quantity], list[Quantity]]:
    right = list(theirs)
    left: list[Quantity] = []
    for q in ours:
        same = next((r for r in right if r.kind == q.kind and _same(r, q)), None) or next((r for r in right if _same(r, q)), None)
        if same is None:
            left.append(q)
        else:
            right.remove(same)
    return left, right


def _licensed(q: Quantity, other: Side, theirs: list[Quantity]) -> bool:
    """True where the other text says it in another way or once for twice: 8 in 08:00, May for 05, twenty in 1920s."""
    if any(_same(q, r) for r in theirs):
        return True
    digits = str(int(q.value)) if q.value == int(q.value) else str(q.value)
    parts = [_parts(w.text) for w in other.words if w.kind == "number"]
    if q.kind == "time":
        hour, minute = (str(part) for part in divmod(int(q.value), 60))
        return [hour, minute] in parts or (minute == "0" and [hour] in parts)
    if q.kind == "month":
        return any(digits in part for part in parts)
    return q.kind != "day" and (any(digits in part for part in parts) or _in_another_form(q, digits, other, theirs))


def _in_another_form(q: Quantity, digits: str, other: Side, theirs: list[Quantity]) -> bool:
    """A month for its number, a century for its years, 18.15 for 6:15 p.m., half for 50 %, 859 93119 for 85993119."""
    if any(_other_form(q, r) for r in theirs) or any(w.lower in _FRACTIONS.get(q.value, ()) for w in other.words):
        return True
    return len(digits) > 2 and digits in re.sub(r"[\s.,-]", "", other.text)


def _other_form(q: Quantity, r: Quantity) -> bool:
    """True for 05 and May, 18.15 and 6:15 p.m., the 19th century and the 1800s, the eighties and the 1980s."""
    hour, minute = int(q.value), round(q.value % 1 * 100)
    if r.kind == "month":
        return r.value == q.value
    if r.kind == "time":
        return hour < 24 and minute < 60 and same_time(60 * hour + minute, r.value, False)
    century = (q.kind == "ordinal" and r.value == (q.value - 1) * 100) or (r.kind == "ordinal" and q.value == (r.value - 1) * 100)
    if q.digits and r.digits and min(q.value, r.value) > 9 and abs(q.value - r.value) in (1800.0, 1900.0, 2000.0):
        return True  # the situation in '38
    return century or (r.kind == "number" and r.value % 100 == q.value % 100 and _decade(q, r))


def _parts(text: str) -> list[str]:
    return [str(int(part)) for part in _CODE.split(text) if part.isdecimal()]


def _decade(q: Quantity, r: Quantity) -> bool:
    """True for the eighties and the 1980s."""
    low, high = sorted((q.value, r.value))
    return low < 100 and low % 10 == 0 and 1800 <= high < 2100


def _partner(pair: Pair, q: Quantity, right: list[Quantity]) -> Quantity | None:
    """The lost quantity that stands where this one stands."""
    best, best_score = None, 0.35
    for r in right:
        if r.kind != q.kind or _same_time(pair, q, r):
            continue
        score = float(pair.alignment.cosine[q.start : q.end, r.start : r.end].max())
        score += 0.2 * (r.unit == q.unit and r.unit != "") + 0.1 * (not q.loose and not r.loose)
        if score > best_score:
            best, best_score = r, score
    return best


def _same_time(pair: Pair, q: Quantity, r: Quantity) -> bool:
    """True for 15h and 3 PM, and for 1980s and 80s: no contradiction."""
    if q.kind == "time":
        return False
    low, high = sorted((q.value, r.value))
    plural = any(q_.end < len(side.words) and side.words[q_.end].lower == "s" for q_, side in ((q, pair.hypothesis), (r, pair.reference)))
    return (high - low == 12 and 13 <= high <= 23) or (plural and low == high % 100)


def _units(pair: Pair, ours: list[Quantity], theirs: list[Quantity]) -> list[Finding]:
    """Same figure, other unit."""
    out = []
    for q in ours:
        same = [r for r in theirs if r.value == q.value and r.unit]
        if q.unit and same and all(r.unit != q.unit for r in same) and not q.loose and q.unit not in {r.unit for r in theirs}:
            r = same[0]
            ends = min(q.end + 1, len(pair.hypothesis.words)), min(r.end + 1, len(pair.reference.words))
            message = f"{q.unit} where the reference says {r.unit}"
            out.append(make_finding(pair, "accuracy/number", "major", NAME + "_unit", (q.start, ends[0]), (r.start, ends[1]), message))
    return out


def _ratios(pair: Pair) -> list[Finding]:
    """A score or ratio of two numbers in the other order: 3:1 and 1:3."""
    ours, theirs = (
        {tuple(w.text.split(":")): i for i, w in enumerate(s.words) if w.kind == "number" and w.text.count(":") == 1} for s in (pair.hypothesis, pair.reference)
    )
    out = []
    for ratio, i in ours.items():
        j = theirs.get(ratio[::-1])
        if j is not None and ratio not in theirs and ratio[::-1] not in ours and all(len(part) < 3 for part in ratio):
            message = f"{pair.hypothesis.words[i].text} where the reference says {pair.reference.words[j].text}"
            out.append(make_finding(pair, "accuracy/number", "critical", NAME, (i, i + 1), (j, j + 1), message))
    return out
