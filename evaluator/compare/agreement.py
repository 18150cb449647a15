"""How often people agree with a difference of scores: published curves, nothing of our own.

Source: Kocmi, Zouhar, Federmann and Post 2024, Navigating the Metrics Maze (ACL 2024.acl-long.110),
a / (1 + exp(-b * delta)), parameters as the authors publish them with MT-Thresholds. At a
difference of zero the curve lies below the coin toss that it must be (BLEU: 44 %), so it is kept at 50.
"""

from __future__ import annotations

import math
import re
from typing import NamedTuple

MIN_SEGMENTS = 300
"""The curves come from test sets of hundreds to thousands of segments."""


class Curve(NamedTuple):
    """One metric's parameters and the signature of the configuration that they belong to."""

    signature: re.Pattern[str]
    ceiling: float
    """Percent."""
    slope: float
    """Per point on a scale of 100."""


# BERTScore's and the neural metrics' curves are published too, but which model, layer and scale
# they were fitted on does not show in a signature that we could compare, so they are left out.
CURVES = {
    "bleu": Curve(re.compile(r"nrefs:1\|case:mixed\|eff:no\|tok:13a\|smooth:exp\|version:[\d.]+"), 88.33333333333225, 0.9663926931178954),
    "spBLEU200": Curve(re.compile(r"nrefs:1\|case:mixed\|eff:no\|tok:flores200\|smooth:exp\|version:[\d.]+"), 90.99999999998793, 0.8079046528617078),
    "chrf": Curve(re.compile(r"nrefs:1\|case:mixed\|eff:yes\|nc:6\|nw:0\|space:no\|version:[\d.]+"), 92.999999999972, 1.1142732157139852),
}


def human_agreement(signature: str, delta: float, n_segments: int) -> float | None:
    """Percent of people who agree, 50 to 100; None where no published curve applies.

    Args:
        signature: of the corpus score.
        delta: the difference of scores, of either sign, on the field's scale.
        n_segments: segments compared.

    >>> round(human_agreement("nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp|version:2.6.0", 1.0, 1000), 3)
    63.989
    """
    curve = next((curve for curve in CURVES.values() if curve.signature.fullmatch(signature)), None)
    if curve is None or n_segments < MIN_SEGMENTS or math.isnan(delta):
        return None
    return max(50.0, curve.ceiling / (1 + math.exp(-curve.slope * abs(delta))))
