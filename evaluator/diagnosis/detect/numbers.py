"""Numbers, dates and units that changed, were lost or were added. Digits in any language, words in English."""

from __future__ import annotations

from evaluator.diagnosis.detect.metadata import metadata_end
from evaluator.diagnosis.detect.quantities import Quantity, quantities
from evaluator.diagnosis.pair import Pair, cut, make
from evaluator.diagnosis.types import Side
from evaluator.types import Finding

NAME = "numbers"


def find_numbers(pair: Pair) -> list[Finding]:
    """Differences in quantities."""
    skip = metadata_end(pair)
    ours, theirs = [q for q in quantities(pair.hypothesis, pair.english) if q.start >= skip], quantities(pair.reference, pair.english)
    left, right = _unmatched(ours, theirs)
    left = [q for q in left if not _licensed(q, pair.reference)]
    right = [q for q in right if not _licensed(q, pair.hypothesis)]
    out = _units(pair, ours, theirs)
    for q in list(left):
        partner = _partner(pair, q, right)
        if partner is not None:
            left.remove(q)
            right.remove(partner)
            words = cut(pair.hypothesis, (q.start, q.end)), cut(pair.reference, (partner.start, partner.end))
            severity = "minor" if q.loose and partner.loose else "critical"
            out.append(
                make(pair, "accuracy/number", severity, NAME, (q.start, q.end), (partner.start, partner.end), f"{words[0]} where the reference says {words[1]}")
            )
    for q in left:
        out.append(
            make(
                pair,
                "accuracy/number",
                _severity(q),
                NAME + "_added",
                (q.start, q.end),
                None,
                f"{cut(pair.hypothesis, (q.start, q.end))} is not in the reference",
            )
        )
    for q in right:
        out.append(make(pair, "accuracy/number", _severity(q), NAME + "_lost", None, (q.start, q.end), f"{cut(pair.reference, (q.start, q.end))} is lost"))
    return out


def _severity(q: Quantity) -> str:
    return "minor" if q.loose or q.kind != "number" or q.value <= 2 else "major"


def _unmatched(ours: list[Quantity], theirs: list[Quantity]) -> tuple[list[Quantity], list[Quantity]]:
    right = list(theirs)
    left: list[Quantity] = []
    for q in ours:
        same = next((r for r in right if r.kind == q.kind and r.value == q.value), None)
        same = same or next((r for r in right if {r.kind, q.kind} == {"number", "ordinal"} and r.value == q.value), None)
        if same is None:
            left.append(q)
        else:
            right.remove(same)
    return left, right


def _licensed(q: Quantity, other: Side) -> bool:
    """True where the other text says it in another way: 8 in 08:00, twenty in 1920s, a decade or a repeated mention."""
    digits = str(int(q.value)) if q.value == int(q.value) else str(q.value)
    if q.kind in ("number", "ordinal"):
        if any(
            w.kind == "number" and (w.text == digits or digits in w.text.replace(",", " ").replace(".", " ").replace(":", " ").split()) for w in other.words
        ):
            return True
        if q.value >= 1000 and f"{q.value / 1e6:g} million" in other.text:
            return True
        if q.kind == "ordinal" and any(w.kind == "number" and w.text.endswith("00") and w.text == str(int(q.value - 1) * 100) for w in other.words):
            return True  # the 19th century and the 1800s
    if q.kind == "month":
        return any(w.kind == "number" and w.text.lstrip("0") == digits for w in other.words)
    return False


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
            out.append(
                make(pair, "accuracy/number", "major", NAME + "_unit", (q.start, ends[0]), (r.start, ends[1]), f"{q.unit} where the reference says {r.unit}")
            )
    return out
