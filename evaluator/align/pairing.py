"""Decides how texts line up and builds the `EvalSet`: lines where they match, else articles.

The rules are those of the contract: line i against line i where the counts agree, and never a
silent re-alignment of a test set that lost a line.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from evaluator.align.beads import align_paragraphs, confidence
from evaluator.align.regroup import Unit, regroup
from evaluator.plugins import did_you_mean
from evaluator.types import Document, EvalSet, EvaluatorError, Inputs, SegmentPair, System

MODES = ("auto", "line", "paragraph", "none")
LARGEST_ARTICLE = 300
"""Reference paragraphs; a longer text of unequal length is a test set that lost a line."""
LEAST_COVERED = 0.5
"""Share of the reference that must find a counterpart for an alignment to be believed."""


class Spine(NamedTuple):
    """The reference as the sequence of segments that every other text is brought to."""

    document: Document
    segments: tuple[str, ...]
    lines: tuple[int, ...] | None
    """Line number (0-based) of each segment, None where lines are not segments."""


def pair_inputs(inputs: Inputs, mode: str = "auto") -> EvalSet:
    """Every system, further reference and the source brought to the first reference's segments.

    Raises:
        EvaluatorError: unknown mode, or texts that do not line up.
    """
    if mode not in MODES:
        raise EvaluatorError(f"There is no alignment mode {mode!r}.{did_you_mean(mode, MODES)}")
    spine = _spine(inputs, mode)
    notes: list[str] = []
    further = [_one_text_each(spine, document, _units(spine, document, mode, notes), notes) for document in inputs.references[1:]]
    source = _units(spine, inputs.source, "line", notes) if inputs.source else None
    sources = _one_text_each(spine, inputs.source, source, notes) if inputs.source and source is not None else [""] * len(spine.segments)
    name = _document_name(spine.document)
    systems = []
    for system, document in inputs.systems.items():
        rows = []
        for unit in _units(spine, document, mode, notes):
            inserted = unit.alignment == "0-1"
            own = ("", *(None for _ in further)) if inserted else (spine.segments[unit.place], *(texts[unit.place] for texts in further))
            rows.append(SegmentPair(name, unit.place + 1, unit.alignment, own, unit.text, "" if inserted else sources[unit.place] or ""))
        systems.append(System(system, tuple(rows)))
    return EvalSet(tuple(systems), len(inputs.references), tuple(notes))


def _document_name(document: Document) -> str:
    return Path(document.name).name.removesuffix(".gz").removesuffix(".txt")


def _spine(inputs: Inputs, mode: str) -> Spine:
    reference = inputs.references[0]
    others = [*inputs.references[1:], *inputs.systems.values(), *([inputs.source] if inputs.source else [])]
    if mode == "paragraph" or any(document.wrapped for document in (reference, *others)):
        return Spine(reference, reference.paragraphs, None)
    in_step = all(len(document.lines) == len(reference.lines) for document in others)
    # Where every file has the same lines, a line that is blank in the reference alone is a segment.
    kept = [i for i, line in enumerate(reference.lines) if line.strip() or (in_step and any(d.lines[i].strip() for d in others))]
    return Spine(reference, tuple(reference.lines[i] for i in kept), tuple(kept))


def _units(spine: Spine, document: Document, mode: str, notes: list[str]) -> list[Unit]:
    if mode != "paragraph":
        texts = _line_by_line(spine, document)
        if texts is not None:
            _refuse_shift(spine, document, texts)
            return [Unit(i, "1-1" if text.strip() or not spine.segments[i].strip() else "1-0", text) for i, text in enumerate(texts)]
        if mode in ("line", "none") or len(spine.segments) >= LARGEST_ARTICLE:
            raise EvaluatorError(_unequal(spine, document))
    return _aligned(spine, document, notes)


def _line_by_line(spine: Spine, document: Document) -> list[str] | None:
    """The document's text for each segment when it lines up, else None."""
    if spine.lines is not None and len(document.lines) == len(spine.document.lines):
        kept = set(spine.lines)
        if not any(line.strip() and i not in kept for i, line in enumerate(document.lines)):
            return [document.lines[i] for i in spine.lines]
    return list(document.paragraphs) if len(document.paragraphs) == len(spine.segments) else None


def _aligned(spine: Spine, document: Document, notes: list[str]) -> list[Unit]:
    beads = align_paragraphs(spine.segments, document.paragraphs)
    covered = confidence(spine.segments, beads)
    if covered < LEAST_COVERED:
        raise EvaluatorError(
            f"{document.name} ({len(document.paragraphs)} paragraphs) and {spine.document.name} ({len(spine.segments)}) do not look like versions of one text: "
            f"only {covered:.0%} of the reference found a counterpart. Check that the files belong together."
        )
    omitted = sum(len(bead.reference) for bead in beads if not bead.hypothesis)
    inserted = sum(len(bead.hypothesis) for bead in beads if not bead.reference)
    notes.append(
        f"{document.name} was aligned as an article: "
        f"{len(spine.segments) - omitted} of {len(spine.segments)} reference paragraphs covered, {inserted} inserted."
    )
    units = regroup(spine.segments, document.paragraphs, beads)
    notes += [f"{document.name}: the text for segment {unit.place + 1} was cut inside a sentence." for unit in units if unit.cut_in_words]
    return units


def _one_text_each(spine: Spine, document: Document, units: Sequence[Unit], notes: list[str]) -> list[str | None]:
    """One text a segment; what has no segment to go to is left out and noted."""
    texts: list[str | None] = [None] * len(spine.segments)
    left_out = 0
    for unit in units:
        if unit.alignment == "0-1":
            left_out += 1
        elif unit.text.strip():
            texts[unit.place] = unit.text
    if left_out:
        notes.append(f"{document.name}: {left_out} paragraphs have no counterpart in {spine.document.name} and are not used.")
    return texts


def _unequal(spine: Spine, document: Document) -> str:
    kind = "lines" if spine.lines is not None else "paragraphs"
    have, need = len(document.paragraphs), len(spine.segments)
    lost = _first_without_partner(spine.segments[: have + 5], document.paragraphs[: need + 5])
    return (
        f"{document.name} has {have} non-blank {kind}, {spine.document.name} has {need}; {lost}"
        "Segment files must have one line a segment. Use --align paragraph if these are versions of one article."
    )


def _first_without_partner(reference: Sequence[str], hypothesis: Sequence[str]) -> str:
    if len(reference) > LARGEST_ARTICLE:
        return ""
    for bead in align_paragraphs(reference, hypothesis):
        if not bead.hypothesis:
            return f"the first without a partner is line {bead.reference[0] + 1} of the reference: {_short(reference[bead.reference[0]])}. "
        if not bead.reference:
            return f"the first without a partner is its line {bead.hypothesis[0] + 1}: {_short(hypothesis[bead.hypothesis[0]])}. "
    return ""


def _short(text: str) -> str:
    return repr(text if len(text) <= 60 else text[:57] + "…")


def _refuse_shift(spine: Spine, document: Document, texts: Sequence[str]) -> None:
    """Refuse three segments in a row that are each far more alike their neighbour at one distance."""
    reference, hypothesis = [_words(text) for text in spine.segments], [_words(text) for text in texts]
    own = [_overlap(r, h) for r, h in zip(reference, hypothesis, strict=True)]
    for distance in (1, -1, 2, -2):
        run: list[int] = []
        for i in range(max(0, -distance), min(len(texts), len(texts) - distance)):
            if own[i] > 0.5 or _overlap(reference[i + distance], hypothesis[i]) < own[i] + 0.3:
                continue
            run = [*run, i] if run and run[-1] == i - 1 else [i]
            if len(run) == 3:
                raise EvaluatorError(
                    f"{document.name} is shifted against {spine.document.name}: its segments {run[0] + 1} to {run[-1] + 1} match those {abs(distance)} "
                    f"{'later' if distance > 0 else 'earlier'}, for example {_short(texts[run[0]])}. "
                    "Insert or remove the line that moved them, or use --align paragraph if these are versions of one article."
                )


def _words(text: str) -> frozenset[str]:
    words = text.casefold().split()
    return frozenset(words if len(words) > 2 else text.casefold())


def _overlap(a: frozenset[str], b: frozenset[str]) -> float:
    """Cosine of two sets of words, 0 to 1."""
    return len(a & b) / math.sqrt(len(a) * len(b)) if a and b else 0.0
