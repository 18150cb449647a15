"""Words or phrases repeated in a row that the reference has once."""

from __future__ import annotations

from evaluator.diagnosis.pair import Pair, make_finding
from evaluator.diagnosis.sides import Side
from evaluator.types import Finding

NAME = "repetition"
_NATURAL = frozenset(["very", "that", "had", "so", "really", "no", "yes", "again", "many", "long", "bye", "ha", "blah", "never", "more"])


def repeats(side: Side) -> list[tuple[int, int, int]]:
    """(start, end, period) of each stretch whose words come again at once."""
    forms = [w.lower for w in side.words]
    out: list[tuple[int, int, int]] = []
    i = 0
    while i < len(forms):
        found = next((p for p in range(1, 7) if forms[i : i + p] == forms[i + p : i + 2 * p] and len(forms[i : i + 2 * p]) == 2 * p), 0)
        if found and any(side.words[k].kind == "word" for k in range(i, i + found)):
            end = i + 2 * found
            while forms[end : end + found] == forms[i : i + found]:
                end += found
            out.append((i, end, found))
            i = end
        else:
            i += 1
    return out


def find_repetition(pair: Pair) -> list[Finding]:
    """Stretches that the reference does not repeat too."""
    usual = {tuple(w.lower for w in pair.reference.words[a : a + p]) for a, _, p in repeats(pair.reference)}
    out = []
    for a, b, p in repeats(pair.hypothesis):
        forms = tuple(w.lower for w in pair.hypothesis.words[a : a + p])
        if forms in usual or (p == 1 and forms[0] in _NATURAL and b - a == 2):
            continue
        severity = "major" if b - a >= 8 and p > 1 else "minor"
        out.append(make_finding(pair, "fluency/duplication", severity, NAME, (a, b), None, "repeated words"))
    return out
