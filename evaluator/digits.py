"""How many decimals a score has where people read it: in a terminal, on a page, in Markdown, LaTeX and sentences.

Files for programs (`scores.csv`, `segments.csv`, `run.json`) hold every digit.
"""

from __future__ import annotations

WIDTH = 1
"""Decimals on a scale of 100 where nobody asks for another number (`-w`)."""
OF_UNIT_SCALE = 3
"""Further decimals of scores between 0 and 1: BLEU 41.2 and BERTScore 0.9297 tell systems apart equally well."""


def decimals(unit_scale: bool, width: int = WIDTH) -> int:
    """Decimals of a metric's scores.

    Args:
        unit_scale: whether the metric goes from 0 to 1.
        width: decimals on a scale of 100.
    """
    return width + OF_UNIT_SCALE * unit_scale


def shown_score(value: float | None, unit_scale: bool, width: int = WIDTH) -> str:
    """A score as people read it; empty where it is undefined.

    >>> shown_score(41.234, False), shown_score(0.92968, True), shown_score(41.234, False, 2), shown_score(None, True)
    ('41.2', '0.9297', '41.23', '')
    """
    return "" if value is None else f"{value:.{decimals(unit_scale, width)}f}"


def shown_p(p: float) -> str:
    """A p-value as papers print it: no leading zero, three decimals, two digits of small ones, so that none looks smaller than it is.

    >>> [shown_p(p) for p in (0.0034, 0.0015, 0.00009999, 0.5, 1.0)]
    ['.0034', '.0015', '.0001', '.500', '1']
    """
    if p >= 0.9995:
        return "1"
    if p >= 0.00995:
        return f"{p:.3f}"[1:]
    return f"{p:.4f}"[1:] if p >= 0.00095 else f"{p:.5f}"[1:].rstrip("0") if p >= 0.00005 else f"{p:.0e}"
