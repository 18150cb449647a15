"""Whether systems reword so freely that the diagnosis, which was made on translations, cannot tell whole paragraphs from broken ones."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from statistics import median

from evaluator.types import FREE_REWORDING, EvalSet, SegmentPair

FREE = 0.55
"""Median share of words in common, below which a system rewords freely: of 63 systems of WMT22, WMT20 news and TED none is below .588, of three other human references none below .579."""
MIN_WORDS, MIN_SEGMENTS = 8, 5
"""Words of a reference that tell something, and how many such references a verdict needs."""
SAMPLE = 2000
"""Segments of a system that are looked at, evenly spread."""
NAMED = 3
"""Systems that the note names."""
WARNING = "Whole paragraphs are flagged as often as broken ones there."
_WORD = re.compile(r"\w+")


def shared_words(reference: str, hypothesis: str) -> float:
    """F1 of the words of two texts, each counted as often as it occurs, case aside.

    >>> shared_words("The river rose by a metre.", "The river fell by a metre."), shared_words("Go on", "Stop it")
    (0.8333333333333334, 0.0)
    """
    ours, theirs = (Counter(_WORD.findall(text.casefold())) for text in (hypothesis, reference))
    return 2 * (ours & theirs).total() / max(1, ours.total() + theirs.total())


def rewording_notes(evalset: EvalSet) -> list[str]:
    """What a user must know of the diagnosis where systems reword freely; nothing where none does."""
    free = {system.name: share for system in evalset.systems if (share := _median(system.pairs)) is not None and share < FREE}
    if not free:
        return []
    named = ", ".join(f"{name} (median {share:.2f})" for name, share in list(free.items())[:NAMED])
    more = f" and {len(free) - NAMED} more" if len(free) > NAMED else ""
    return [f"Diagnosis: {FREE_REWORDING} by {named}{more}; translations share .6 of their words with a reference or more. {WARNING} See docs/diagnosis.md."]


def _median(pairs: Sequence[SegmentPair]) -> float | None:
    """Median over long enough segments, each by the reference that is nearest; None where there are too few."""
    step = max(1, len(pairs) // SAMPLE)
    shares = []
    for pair in pairs[::step]:
        references = [text for text in pair.references if text and len(text.split()) >= MIN_WORDS]
        if references and pair.hypothesis.strip():
            shares.append(max(shared_words(text, pair.hypothesis) for text in references))
    return median(shares) if len(shares) >= MIN_SEGMENTS else None
