"""Whether systems reword so freely that the diagnosis, which was made on translations, cannot tell whole paragraphs from broken ones."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from statistics import median

from evaluator.run_json import FREE_REWORDING
from evaluator.types import EvalSet, SegmentPair

FREE, RELATED = 0.55, 0.3
"""Median share of words in common, below which a system rewords freely: of 63 systems of WMT22, WMT20 news and TED none is below .588, of three other human references none below .579."""
LENGTHS = 0.75, 1.33
"""Words of a rewording for each word of its reference, median; what is cut or repeated has fewer or more. Texts shifted by lines or in another language share less than `RELATED`."""
MIN_WORDS, MIN_SEGMENTS = 8, 5
"""Words of a reference that tell something, and how many such references a verdict needs."""
SAMPLE = 2000
"""Segments of a system that are looked at, evenly spread."""
NAMED = 3
"""Systems that the note names."""
WARNING = "Paragraphs that say the same are flagged there as often as broken ones."
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
    free = {system.name: share for system in evalset.systems if (share := _rewording(system.pairs)) is not None}
    if not free:
        return []
    named = ", ".join(f"{name} (median {share:.2f})" for name, share in list(free.items())[:NAMED])
    more = f" and {len(free) - NAMED} more" if len(free) > NAMED else ""
    return [
        f"Diagnosis: {FREE_REWORDING} by {named}{more}; translations were found to share .58 of their words with a reference or more. {WARNING} See docs/diagnosis.md."
    ]


def _rewording(pairs: Sequence[SegmentPair]) -> float | None:
    """Median share of a system that rewords freely, over long enough segments, each by the reference that is nearest; None of any other."""
    step = -(-len(pairs) // SAMPLE) or 1
    shares, lengths = [], []
    for pair in pairs[::step]:
        references = [text for text in pair.references if text and len(text.split()) >= MIN_WORDS]
        if references and pair.hypothesis.strip():
            share, nearest = max((shared_words(text, pair.hypothesis), text) for text in references)
            shares.append(share)
            lengths.append(len(pair.hypothesis.split()) / len(nearest.split()))
    if len(shares) < MIN_SEGMENTS or not LENGTHS[0] <= median(lengths) <= LENGTHS[1]:
        return None
    share = median(shares)
    return share if RELATED <= share < FREE else None
