"""What speaks against pairing texts line by line: a shift, another order, unequal numbers."""

from __future__ import annotations

from collections.abc import Sequence

from evaluator.alignment.lines import LINE_MODES, Spine
from evaluator.alignment.shift import find_shift, unlike
from evaluator.types import Document, EvaluatorError

LARGEST_ARTICLE = 300
"""Reference paragraphs; a longer text of unequal length is a test set that lost a line."""
SURE = 0.8
"""Probability of a bead from which it speaks against pairing by number."""
MIN_OUT_OF_ORDER = 3
"""Segments that must speak against it."""
MAX_SEARCHED = 2000
"""Segments up to which the first without a partner is looked for."""


def check_lines(spine: Spine, document: Document, texts: Sequence[str], mode: str) -> list[str]:
    """What is to be noted of texts that were paired by number: a run that matches its neighbours far better, another order, or nothing in common.

    Args:
        spine: the first reference.
        document: the text.
        texts: one for each segment.
        mode: of alignment.

    Raises:
        EvaluatorError: a shift or another order where the mode is auto.
    """
    found = find_shift(spine.segments, texts)
    if found is None:
        return _check_order(spine, document, texts, mode)
    message = (
        f"{document.name} is shifted against {spine.document.name}: its segments {found.first + 1} to {found.last + 1} match those "
        f"{abs(found.distance)} {'later' if found.distance > 0 else 'earlier'}, for example {shortened(texts[found.first])}. "
    )
    if mode == "auto":
        raise EvaluatorError(
            f"{message}Insert or remove the line that moved them, use --align paragraph if these are versions of one article, "
            "or --align line to score them as they are."
        )
    return [f"{message}They were scored line by line as asked."]


def _check_order(spine: Spine, document: Document, texts: Sequence[str], mode: str) -> list[str]:
    segments = spine.segments
    if len(segments) >= LARGEST_ARTICLE or sum(unlike(segments, texts)) < MIN_OUT_OF_ORDER:
        return []
    from evaluator.alignment.aligner import align_articles

    found = align_articles(segments, texts)
    if not found.is_related:
        return [f"{document.name} has almost nothing in common with {spine.document.name}; are they versions of one text?"]
    elsewhere = [p for p in found.pairs if len(p.reference) == len(p.hypothesis) == 1 and p.reference != p.hypothesis and p.score > SURE]
    if len(elsewhere) < MIN_OUT_OF_ORDER:
        return []
    where = ", ".join(f"{numbers(p.hypothesis)} matches {numbers(p.reference)}" for p in elsewhere[:5])
    message = f"{document.name} has as many segments as {spine.document.name}, but in another order: {where}. "
    if mode == "auto":
        raise EvaluatorError(f"{message}Use --align paragraph to align them, or --align line to score them as they are.")
    return [f"{message}They were scored line by line as asked."]


def unequal_message(spine: Spine, document: Document, mode: str) -> str:
    """Both counts, the first line without a partner, and what to do."""
    texts = [line for line in document.lines if line.strip()] if mode in LINE_MODES else document.paragraphs
    segments = [segment for segment in spine.segments if segment.strip()]
    kind = "paragraphs" if spine.lines is None else "non-blank lines"
    return (
        f"{document.name} has {len(texts)} {kind}, {spine.document.name} has {len(segments)}; {_first_without_partner(segments, texts)}"
        "segment files must have one line per segment. Use --align paragraph if these are versions of one article."
    )


def _first_without_partner(reference: Sequence[str], hypothesis: Sequence[str]) -> str:
    from evaluator.alignment.aligner import align_paragraphs

    if max(len(reference), len(hypothesis)) > MAX_SEARCHED:
        return ""
    for bead in align_paragraphs(reference, hypothesis):
        if not bead.hypothesis:
            return f"the first without a partner is number {bead.reference[0] + 1} of the reference: {shortened(reference[bead.reference[0]])}; "
        if not bead.reference:
            return f"the first without a partner is its number {bead.hypothesis[0] + 1}: {shortened(hypothesis[bead.hypothesis[0]])}; "
    return ""


def shortened(text: str) -> str:
    """A text as messages quote it."""
    return repr(text if len(text) <= 60 else text[:57] + "…")


def numbers(indices: Sequence[int]) -> str:
    """1-based numbers of paragraphs, as messages list them."""
    return ",".join(str(i + 1) for i in indices) or "-"
