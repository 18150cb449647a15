"""Stray metadata at the start of a text: a date line that scraping left behind, no part of the translation."""

from __future__ import annotations

import re

from evaluator.diagnosis.pair import Pair, make_finding
from evaluator.types import Finding

_DATE_LINE = re.compile(r"^\s*(?:date|published|updated|posted|by|source|url|title|author)[:\s]+\d{4}[-/.]\d{1,2}[-/.]\d{1,2}\s*", re.IGNORECASE)


def date_line_end(reference: str, hypothesis: str) -> int:
    """Characters of a stray date line at the start of the hypothesis, 0 where there is none or the reference has one too.

    >>> date_line_end("Crews stopped work.", "date 2031-03-14 Crews stopped.")
    16
    """
    match = _DATE_LINE.match(hypothesis)
    return 0 if not match or _DATE_LINE.match(reference) else match.end()


def metadata_end(pair: Pair) -> int:
    """Number of hypothesis words of a stray date line at the start, 0 where there is none."""
    end = date_line_end(pair.reference.text, pair.hypothesis.text)
    return sum(w.end <= end for w in pair.hypothesis.words)


def find_metadata(pair: Pair) -> list[Finding]:
    """The date line."""
    end = metadata_end(pair)
    return [make_finding(pair, "accuracy/addition", "minor", "metadata", (0, end), None, "metadata, not part of the text")] if end else []
