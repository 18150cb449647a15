"""Quotation marks that enclose other words than in the reference."""

from __future__ import annotations

import re
from difflib import SequenceMatcher

from evaluator.diagnosis.pair import Pair
from evaluator.types import Finding

NAME = "quotes"
_QUOTED = re.compile(r"[“\"«„]([^“”\"«»„]{3,})[”\"»“]")


def find_quotes(pair: Pair) -> list[Finding]:
    """Quotations that are paired in order and differ in where they end or begin."""
    ours, theirs = list(_QUOTED.finditer(pair.hypothesis.text)), list(_QUOTED.finditer(pair.reference.text))
    if len(ours) < len(theirs):
        return []
    out = []
    for quote in ours:
        words = quote[1].lower().split()
        best = max(theirs, key=lambda t: SequenceMatcher(None, words, t[1].lower().split()).ratio(), default=None)
        if best is None:
            continue
        other = best[1].lower().split()
        shorter = min(len(words), len(other))
        like = SequenceMatcher(None, words, other).ratio()
        shifted = len(ours) == len(theirs) and abs(len(words) - len(other)) >= 3 and shorter < 0.72 * max(len(words), len(other)) and like > 0.4
        if shifted:
            out.append(_finding(pair, quote, best[1]))
    if len(ours) > len(theirs):
        for quote in ours:
            close = any(SequenceMatcher(None, quote[1].lower().split(), t[1].lower().split()).ratio() > 0.4 for t in theirs)
            if not close and len(quote[1].split()) >= 4:
                out.append(_finding(pair, quote, ""))
    return out


def _finding(pair: Pair, quote: re.Match[str], other: str) -> Finding:
    del pair
    return Finding("fluency/punctuation", "minor", "hypothesis", quote.start(), quote.end(), quote[0], other, NAME, "other words stand in quotation marks")
