"""Numbers, dates, times and units that changed, were lost or were added. Digits in any language, words in English."""

from __future__ import annotations

import re
from collections.abc import Callable

from evaluator.diagnosis.detect.bounds import find_bounds
from evaluator.diagnosis.detect.clocks import same_time
from evaluator.diagnosis.detect.measures import same_amount
from evaluator.diagnosis.detect.metadata import metadata_end
from evaluator.diagnosis.detect.moved_numbers import find_moved
from evaluator.diagnosis.detect.parts import changed_parts, find_changes, find_signs
from evaluator.diagnosis.detect.quantities import Quantity, quantities
from evaluator.diagnosis.pair import Pair, cut, make_finding
from evaluator.diagnosis.sides import Side, is_content
from evaluator.types import Finding

NAME = "numbers"
_HALF, _QUARTER, _THIRD = ("half", "halves"), ("quarter", "quarters"), ("third", "thirds")
_FRACTIONS = (
    dict.fromkeys((1.5, 2.5, 30.0), _HALF)
    | dict.fromkeys((0.5, 50.0), (*_HALF, "halve", "halved", "halving"))
    | dict.fromkeys((0.25, 0.75, 15.0, 25.0, 45.0, 75.0), _QUARTER)
    | dict.fromkeys((33.0, 66.0, 67.0), _THIRD)
)
"""Words in which percentages and minutes are expressed."""
_RESULTS = frozenset(
    [
        "won",
        "win",
        "wins",
        "winning",
        "lost",
        "lose",
        "loses",
        "losing",
        "beat",
        "beats",
        "beaten",
        "defeat",
        "defeats",
        "defeated",
        "victory",
        "loss",
        "trail",
        "trailed",
        "lead",
        "led",
    ]
)
_ARTICLES = frozenset(["the", "a", "this", "that", "its", "their", "his", "her", "our"])
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
    free = list(right), list(left)
    left = [q for q in left if not _licensed(q, pair.reference, theirs, free[0])]
    right = [q for q in right if not _licensed(q, pair.hypothesis, ours, free[1])]
    changed = changed_parts(pair)
    left = [q for q in left if not any(part.start <= q.start < part.end for part, _ in changed)]
    right = [q for q in right if not any(part.start <= q.start < part.end for _, part in changed)]
    out = [_another(pair, (part.start, part.end), (other.start, other.end)) for part, other in changed]
    out += _changed(pair, left, right) + _units(pair, ours, theirs) + _ratios(pair) + find_bounds(pair, ours, theirs)
    out += find_signs(pair, ours, theirs) + find_changes(pair, ours, theirs)
    for q in left:
        words = cut(pair.hypothesis, (q.start, q.end))
        out.append(make_finding(pair, "accuracy/number", _severity(pair, q), NAME + "_added", (q.start, q.end), None, f"{words} is not in the reference"))
    for q in right:
        words = cut(pair.reference, (q.start, q.end))
        out.append(make_finding(pair, "accuracy/number", _severity(pair, q, lost=True), NAME + "_lost", None, (q.start, q.end), f"{words} is lost"))
    return out or find_moved(pair, ours, theirs)


def _another(pair: Pair, ours: tuple[int, int], theirs: tuple[int, int], severity: str = "critical") -> Finding:
    """The finding of a number that stands where the reference has another."""
    message = f"{cut(pair.hypothesis, ours)} where the reference says {cut(pair.reference, theirs)}"
    return make_finding(pair, "accuracy/number", severity, NAME, ours, theirs, message)


def _changed(pair: Pair, left: list[Quantity], right: list[Quantity]) -> list[Finding]:
    """Quantities that stand where the reference has another; both are taken out of the lists."""
    out = []
    for q in list(left):
        partner = _partner(pair, q, right)
        if partner is None:
            continue
        left.remove(q)
        right.remove(partner)
        unsure = q.loose and partner.loose and q.kind != "time" and not _ranks(pair, q, partner) and not _same_neighbours(pair, q, partner)
        out.append(_another(pair, (q.start, q.end), (partner.start, partner.end), "minor" if unsure else "critical"))
    return out


def _ranks(pair: Pair, q: Quantity, r: Quantity) -> bool:
    """True for first to tenth at one place: third for second is another rank. `Once` and Roman numerals are no ranks."""
    texts = pair.hypothesis.words[q.start].lower, pair.reference.words[r.start].lower
    return q.kind == r.kind == "ordinal" and all(text.endswith(("st", "nd", "rd", "th")) for text in texts)


def _same_neighbours(pair: Pair, q: Quantity, r: Quantity) -> bool:
    """True where the words on either side are the same: scored twice, scored once."""
    here, there = ([_form(side, k) for k in (place.start - 1, place.end)] for side, place in ((pair.hypothesis, q), (pair.reference, r)))
    return here == there and any(here)


def _form(side: Side, i: int) -> str:
    """The stem of a word; empty for a mark and at either end."""
    return side.words[i].stem if 0 <= i < len(side.words) and side.words[i].kind == "word" else ""


def _severity(pair: Pair, q: Quantity, *, lost: bool = False) -> str:
    """A number in words often sums up or counts what is listed; a date may be written in another form, and words of other languages are not read."""
    if lost and _year_of_something(pair.reference, q):
        return "minor"
    return "major" if pair.english and q.digits and not q.loose and q.kind in ("number", "time") and (q.value > 2 or q.unit) else "minor"


def _year_of_something(side: Side, q: Quantity) -> bool:
    """True for a year between an article and its noun: the 2015 treaty; not for 1950 workers, nor for founded in 1923."""
    words = side.words
    year = q.digits and not q.unit and q.kind == "number" and 1900 <= q.value < 2100 and words[q.start].text.isdecimal()
    return year and q.start > 0 and words[q.start - 1].lower in _ARTICLES and q.end < len(words) and is_content(words[q.end])


def _same(a: Quantity, b: Quantity) -> bool:
    if a.kind == b.kind == "time":
        return same_time(a.value, b.value, not (a.loose or b.loose))
    if any(x.unit == "metre" and y.value == x.value * 10**6 for x, y in ((a, b), (b, a))):
        return True  # 5m for five million
    if a.value == b.value:
        return a.kind == b.kind or {a.kind, b.kind} == {"number", "ordinal"}
    return a.kind == b.kind == "number" and (abs(a.value - b.value) < 1e-6 * max(1.0, abs(a.value)) or same_amount(a, b))


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


def _licensed(q: Quantity, other: Side, theirs: list[Quantity], free: list[Quantity]) -> bool:
    """True where the other text says it in another way or once for twice: 8 in 08:00, May for 05, twenty in 1920s.

    Args:
        q: what stands on one side.
        other: the other side.
        theirs: all that stands there.
        free: those of them without partner. The 3 of 3 May has one, and is no March.
    """
    if any(_same(q, r) for r in theirs):
        return True
    digits = str(int(q.value)) if q.value == int(q.value) else str(q.value)
    parts = [_parts(w.text) for w in other.words if w.kind == "number"]
    if q.kind == "time":
        hour, minute = (str(part) for part in divmod(int(q.value), 60))
        return [hour, minute] in parts or (minute == "0" and [hour] in parts)
    if q.kind == "month":
        taken = {r.start for r in theirs if r not in free}
        return any(digits in _parts(w.text) for k, w in enumerate(other.words) if w.kind == "number" and k not in taken)
    return q.kind != "day" and (any(digits in part for part in parts) or _in_another_form(q, digits, other, theirs))


def _in_another_form(q: Quantity, digits: str, other: Side, theirs: list[Quantity]) -> bool:
    """A month for its number, a century for its years, 18.15 for 6:15 p.m., half for 50 %, 859 93119 for 85993119."""
    # The half of three and a half is none of one and a half.
    fractions = () if q.value % 1 and any(r.value % 1 for r in theirs) else _FRACTIONS.get(q.value, ())
    if any(_other_form(q, r) for r in theirs) or any(w.lower in fractions for w in other.words):
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
    """A score or ratio of two numbers in the other order, beside the same words for winning and losing: 3:1 and 1:3, 2-0 and 0-2."""
    ours, theirs = _pairs_of(pair.hypothesis), _pairs_of(pair.reference)
    out = []
    results = [{w.lower for w in side.words} & _RESULTS for side in (pair.hypothesis, pair.reference)]
    for ratio, (i, end) in ours.items() if results[0] == results[1] else ():
        there = theirs.get(ratio[::-1])
        if there is not None and ratio not in theirs and ratio[::-1] not in ours:
            out.append(_another(pair, (i, end), there))
    return out


def _pairs_of(side: Side) -> dict[tuple[str, ...], tuple[int, int]]:
    """Two short numbers around a colon, a dash or `to`, with the range of their words."""
    out: dict[tuple[str, ...], tuple[int, int]] = {}
    words = side.words
    for i, word in enumerate(words):
        if word.kind == "number" and word.text.count(":") == 1:
            out[tuple(word.text.split(":"))] = (i, i + 1)
        if (
            i + 2 < len(words)
            and word.kind == words[i + 2].kind == "number"
            and (words[i + 1].lower == "to" or (words[i + 1].text in "-–" and words[i + 2].start - word.end == 1))
        ):
            out[word.text, words[i + 2].text] = (i, i + 3)
    return {ratio: place for ratio, place in out.items() if all(len(part) < 3 for part in ratio)}
