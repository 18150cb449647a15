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
LINE_MODES = ("line", "none")
LARGEST_ARTICLE = 300
"""Reference paragraphs; a longer text of unequal length is a test set that lost a line."""
LEAST_COVERED = 0.5
"""Share of the reference that must find a counterpart for an alignment to be believed."""


SHIFTED_RUN = 3
"""Segments in a row that show a shift."""


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
    notes = _wrapped_notes(inputs, spine, mode)
    further = [_one_text_each(spine, document, _units(spine, document, mode, notes), notes) for document in inputs.references[1:]]
    sources = _sources(spine, inputs.source)
    name = _document_name(spine.document)
    systems = []
    for system, document in inputs.systems.items():
        rows = []
        for unit in _units(spine, document, mode, notes):
            inserted = unit.alignment == "0-1"
            own = ("", *(None for _ in further)) if inserted else (spine.segments[unit.place], *(texts[unit.place] for texts in further))
            rows.append(SegmentPair(name, unit.place + 1, unit.alignment, own, unit.text, "" if inserted else sources[unit.place]))
        systems.append(System(system, tuple(rows)))
    return EvalSet(tuple(systems), len(inputs.references), tuple(notes))


def _wrapped_notes(inputs: Inputs, spine: Spine, mode: str) -> list[str]:
    documents = [] if mode in LINE_MODES else [*inputs.references, *inputs.systems.values()]
    joined = [d for d in documents if d.wrapped and (d is not spine.document or spine.lines is None)]
    return [f"{d.name}: its lines look wrapped and were joined to {len(d.paragraphs)} paragraphs; --align line keeps them apart." for d in joined]


def _document_name(document: Document) -> str:
    return Path(document.name).name.removesuffix(".gz").removesuffix(".txt")


def _spine(inputs: Inputs, mode: str) -> Spine:
    reference = inputs.references[0]
    others = [*inputs.references[1:], *inputs.systems.values(), *([inputs.source] if inputs.source else [])]
    in_step = [document.lines for document in others if len(document.lines) == len(reference.lines)]
    joined = reference.wrapped and mode not in LINE_MODES and len(in_step) < len(others)
    if mode == "paragraph" or joined:
        return Spine(reference, reference.paragraphs, None)
    # A line that is blank in the reference but not in a text with the same lines is a segment.
    kept = [i for i, line in enumerate(reference.lines) if line.strip() or any(lines[i].strip() for lines in in_step)]
    return Spine(reference, tuple(reference.lines[i] for i in kept), tuple(kept))


def _units(spine: Spine, document: Document, mode: str, notes: list[str]) -> list[Unit]:
    if mode != "paragraph":
        texts = _line_by_line(spine, document, mode)
        if texts is not None:
            _check_shift(spine, document, texts, mode, notes)
            return [Unit(i, "1-1" if text.strip() or not spine.segments[i].strip() else "1-0", text) for i, text in enumerate(texts)]
        segmented = document.segmented or spine.document.segmented
        if mode in LINE_MODES or segmented or len(spine.segments) >= LARGEST_ARTICLE:
            raise EvaluatorError(_unequal(spine, document, mode))
    return _aligned(spine, document, mode, notes)


def _line_by_line(spine: Spine, document: Document, mode: str) -> list[str] | None:
    """The document's text for each segment when it lines up, else None."""
    if spine.lines is not None and len(document.lines) == len(spine.document.lines):
        return [document.lines[i] for i in spine.lines]
    filled = [i for i, segment in enumerate(spine.segments) if segment.strip()]
    texts = [line for line in document.lines if line.strip()] if mode in LINE_MODES else document.paragraphs
    if len(texts) != len(filled):
        return None
    place = dict(zip(filled, texts, strict=True))
    return [place.get(i, "") for i in range(len(spine.segments))]


def _aligned(spine: Spine, document: Document, mode: str, notes: list[str]) -> list[Unit]:
    beads = align_paragraphs(spine.segments, document.paragraphs)
    covered = confidence(spine.segments, beads)
    if covered < LEAST_COVERED and mode != "paragraph":
        raise EvaluatorError(
            f"{document.name} ({len(document.paragraphs)} paragraphs) and {spine.document.name} ({len(spine.segments)}) do not look like versions of one text: "
            f"only {covered:.0%} of the reference found a counterpart. Check that they belong together; --align paragraph aligns them all the same."
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


def _sources(spine: Spine, source: Document | None) -> list[str]:
    """The source text of each segment; it is in another language, so only its numbers can line up."""
    if source is None:
        return [""] * len(spine.segments)
    texts = _line_by_line(spine, source, "line") or _line_by_line(spine, source, "auto")
    if texts is None:
        raise EvaluatorError(
            f"{source.name} has {len(source.paragraphs)} non-blank lines, {spine.document.name} has {len(spine.segments)} segments; "
            "the source needs one line for each segment of the reference."
        )
    return texts


def _unequal(spine: Spine, document: Document, mode: str) -> str:
    have = sum(bool(line.strip()) for line in document.lines) if mode in LINE_MODES else len(document.paragraphs)
    need = sum(bool(segment.strip()) for segment in spine.segments)
    lost = _first_without_partner(spine.segments[: have + 5], document.paragraphs[: need + 5])
    kind = "paragraphs" if spine.lines is None else "non-blank lines"
    return (
        f"{document.name} has {have} {kind}, {spine.document.name} has {need}; {lost}"
        "Segment files must have one line a segment. Use --align paragraph if these are versions of one article."
    )


def _first_without_partner(reference: Sequence[str], hypothesis: Sequence[str]) -> str:
    if len(reference) > LARGEST_ARTICLE:
        return ""
    for bead in align_paragraphs(reference, hypothesis):
        if not bead.hypothesis:
            return f"the first without a partner is number {bead.reference[0] + 1} of the reference: {_short(reference[bead.reference[0]])}. "
        if not bead.reference:
            return f"the first without a partner is its number {bead.hypothesis[0] + 1}: {_short(hypothesis[bead.hypothesis[0]])}. "
    return ""


def _short(text: str) -> str:
    return repr(text if len(text) <= 60 else text[:57] + "…")


def _check_shift(spine: Spine, document: Document, texts: Sequence[str], mode: str, notes: list[str]) -> None:
    """Refuse (with `auto`) or note three segments in a row that match their neighbours at one distance far better."""
    found = _find_shift(spine.segments, texts)
    if found is None:
        return
    first, last, distance = found
    shifted = (
        f"{document.name} is shifted against {spine.document.name}: its segments {first + 1} to {last + 1} match those {abs(distance)} "
        f"{'later' if distance > 0 else 'earlier'}, for example {_short(texts[first])}. "
    )
    if mode == "auto":
        raise EvaluatorError(
            f"{shifted}Insert or remove the line that moved them, use --align paragraph if these are versions of one article, "
            "or --align line to score them as they are."
        )
    notes.append(shifted + "They were scored line by line as asked.")


def _find_shift(segments: Sequence[str], texts: Sequence[str]) -> tuple[int, int, int] | None:
    """First and last segment of a shifted run, and by how many segments; None without one."""
    reference, hypothesis = [_words(text) for text in segments], [_words(text) for text in texts]
    own = [_overlap(r, h) for r, h in zip(reference, hypothesis, strict=True)]
    for distance in (1, -1, 2, -2):
        run: list[int] = []
        for i in range(max(0, -distance), min(len(texts), len(texts) - distance)):
            if own[i] > 0.5 or _overlap(reference[i + distance], hypothesis[i]) < own[i] + 0.3:
                continue
            run = [*run, i] if run and run[-1] == i - 1 else [i]
            if len(run) == SHIFTED_RUN:
                return run[0], run[-1], distance
    return None


def _words(text: str) -> frozenset[str]:
    words = text.casefold().split()
    return frozenset(words if len(words) > 2 else text.casefold())


def _overlap(a: frozenset[str], b: frozenset[str]) -> float:
    """Cosine of two sets of words, 0 to 1."""
    return len(a & b) / math.sqrt(len(a) * len(b)) if a and b else 0.0
