"""Decides how texts line up and builds the `EvalSet`: lines where they match, else articles.

The rules are those of the contract: line i against line i where the counts agree, and never a
silent re-alignment of a test set that lost a line.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from evaluator.alignment.lines import LINE_MODES, find_spine, in_step, line_by_line, numbered
from evaluator.alignment.regroup import Unit, regroup
from evaluator.alignment.shift import find_shift, unlike
from evaluator.embed import VectorArray
from evaluator.options import OPTIONS
from evaluator.plugins import did_you_mean
from evaluator.types import AlignedPair, Document, EvalSet, EvaluatorError, Inputs, SegmentPair, System, TextAlignment, UnmatchedText

MODES = tuple(OPTIONS["align"].declared.choices)
LARGEST_ARTICLE = 300
"""Reference paragraphs; a longer text of unequal length is a test set that lost a line."""
UNSURE = 0.5
"""Confidence in an alignment, or probability of a bead, below which a note says so."""
SURE = 0.8
"""Probability of a bead from which it speaks against pairing by number."""
LEAST_ASTRAY = 3
"""Segments that must speak against it."""
MOST_HINTED = 2000
"""Segments up to which the first without a partner is looked for."""
MOST_NAMED = 10
"""Beads, cuts or extras that notes name for one text."""

Vectors = Callable[[Sequence[str]], VectorArray]
"""Additive vectors of paragraphs, (n, d): what a model knows of them."""


class Brought(NamedTuple):
    """One text brought to the spine."""

    units: list[Unit]
    alignment: TextAlignment


class Pairing:
    """Brings texts to a spine and keeps the notes.

    Args:
        inputs: all texts.
        mode: one of `MODES`.
        vectors: a model's vectors for aligning articles; None compares spelling alone.
        given: alignments made before, by name of the system or further reference.
    """

    def __init__(self, inputs: Inputs, mode: str, vectors: Vectors | None, given: Mapping[str, Sequence[AlignedPair]] | None) -> None:
        self.mode = "paragraph" if given is not None else mode
        self.notes: list[str] = []
        self.spine = find_spine(inputs, self.mode)
        self._vectors = vectors
        self._given = given
        self._note_wrapped(inputs)

    def bring(self, name: str, document: Document) -> Brought:
        """The text's units and how they were found.

        Raises:
            EvaluatorError: it does not line up.
        """
        spine = self.spine
        if self._given is not None:
            return self._regrouped(name, document, self._from_file(name, document))
        if self.mode != "paragraph":
            texts = line_by_line(spine, document, self.mode)
            if texts is not None:
                self._check_shift(document, texts)
                units = [Unit(i, "1-1" if text.strip() or not spine.segments[i].strip() else "1-0", text) for i, text in enumerate(texts)]
                return Brought(units, numbered(name, spine, texts))
            segmented = document.segmented or spine.document.segmented
            if self.mode in LINE_MODES or segmented or len(spine.segments) >= LARGEST_ARTICLE:
                raise EvaluatorError(self._unequal(document))
        return self._regrouped(name, document, self._aligned(document))

    def _aligned(self, document: Document) -> list[AlignedPair]:
        from evaluator.alignment.aligner import align_articles
        from evaluator.alignment.pairs import ParagraphVectors

        segments, paragraphs = self.spine.segments, document.paragraphs
        vectors = None if self._vectors is None else ParagraphVectors(self._vectors(segments), self._vectors(paragraphs))
        found = align_articles(segments, paragraphs, vectors)
        counts = f"{document.name} ({len(paragraphs)} paragraphs) and {self.spine.document.name} ({len(segments)})"
        if not found.is_related:
            raise EvaluatorError(
                f"{counts} have nothing to do with each other: {found.relatedness:.0%} of the shorter one found a counterpart by spelling. "
                "If they are free rewordings, let a model compare them with --align-model minilm, or give --alignment FILE."
                if self._vectors is None
                else f"{counts} have nothing to do with each other: {found.relatedness:.0%} of the shorter one found a counterpart."
            )
        if found.confidence < UNSURE:
            if self.mode == "auto":
                raise EvaluatorError(
                    f"{counts} do not line up, and an alignment would be right for about {found.confidence:.0%} of its pairs only. "
                    "Use --align paragraph to align them all the same, or --alignment FILE with an alignment of your own."
                )
            self.notes.append(f"{document.name}: the alignment is unsure, about {found.confidence:.0%} of its pairs are right.")
        return found.pairs

    def _regrouped(self, name: str, document: Document, pairs: Sequence[AlignedPair]) -> Brought:
        segments, paragraphs = self.spine.segments, document.paragraphs
        units, cuts = regroup(segments, paragraphs, pairs)
        omitted = sum(len(pair.reference) for pair in pairs if not pair.hypothesis)
        inserted = sum(len(pair.hypothesis) for pair in pairs if not pair.reference)
        moved = sum(pair.moved for pair in pairs)
        covered = f"{len(segments) - omitted} of {len(segments)} reference paragraphs covered, {inserted} inserted"
        self.notes.append(f"{document.name} was aligned as an article: {covered}{f', {moved} moved' if moved else ''}.")
        unsure = [f"{_numbers(p.reference)} ~ {_numbers(p.hypothesis)} ({p.score:.0%})" for p in pairs if p.score < UNSURE]
        self._note_list(document, "unsure beads (reference ~ hypothesis)", unsure)
        self._note_list(document, "cut", cuts)
        return Brought(units, TextAlignment(name, tuple(pairs), segments, paragraphs))

    def _from_file(self, name: str, document: Document) -> list[AlignedPair]:
        from evaluator.alignment.aligner import mark_moved, order_pairs

        assert self._given is not None
        if name not in self._given:
            raise EvaluatorError(f"The alignment file has no rows for {name!r}.{did_you_mean(name, self._given)}")
        pairs = list(self._given[name])
        for side, texts in (("reference", self.spine.segments), ("hypothesis", document.paragraphs)):
            times = Counter(i for pair in pairs for i in getattr(pair, side))
            if times and max(times) >= len(texts):
                raise EvaluatorError(f"The alignment of {name!r} names {side} paragraph {max(times) + 1}; there are {len(texts)}.")
            for i in range(len(texts)):
                if times[i] != 1:
                    raise EvaluatorError(f"The alignment of {name!r} names {side} paragraph {i + 1} {times[i]} times; each must be there once.")
        return order_pairs(mark_moved(pairs))

    def find_extras(self, name: str, document: Document, units: Sequence[Unit]) -> list[UnmatchedText]:
        """Text at the start or end of matched paragraphs that the other side lacks; noted, never cut off."""
        if len(self.spine.segments) >= LARGEST_ARTICLE:
            return []
        from evaluator.alignment.cuts import find_extras

        found = []
        for unit in units:
            if unit.alignment != "0-1" and unit.text.strip() and self.spine.segments[unit.place].strip():
                reference = self.spine.segments[unit.place]
                for extra in find_extras(reference, unit.text):
                    text = (unit.text if extra.side == "hypothesis" else reference)[extra.start : extra.end]
                    found.append(UnmatchedText(name, unit.place + 1, extra.side, extra.start, extra.end, text))
        named = [f"segment {extra.segment} {'has' if extra.side == 'hypothesis' else 'lacks'} {_short(extra.text)}" for extra in found]
        self._note_list(document, "beginnings and ends without counterpart", named)
        return found

    def first_texts(self) -> list[str | None]:
        """The first reference's text of each segment; None where its file does not have the segment."""
        missing, lines = set(self.spine.document.missing), self.spine.lines
        return [None if lines is not None and lines[i] in missing else text for i, text in enumerate(self.spine.segments)]

    def one_text_each(self, document: Document, units: Sequence[Unit]) -> list[str | None]:
        """One text a segment; what has no segment to go to is left out and noted.

        A blank line that stands in the place of a segment is an empty text, as in the first
        reference and in sacreBLEU: TER takes its length into the average. What an article leaves
        out, or a file does not have, is None.
        """
        lines = self.spine.lines
        numbered = lines is not None and in_step(self.spine.document, document) and not any(unit.alignment == "0-1" for unit in units)
        missing = set(document.missing)
        texts: list[str | None] = ["" if numbered and lines is not None and lines[i] not in missing else None for i in range(len(self.spine.segments))]
        left_out = 0
        for unit in units:
            if unit.alignment == "0-1":
                left_out += 1
            elif unit.text.strip():
                texts[unit.place] = unit.text
        if left_out:
            self.notes.append(f"{document.name}: {left_out} paragraphs have no counterpart in {self.spine.document.name} and are not used.")
        return texts

    def sources(self, source: Document | None) -> list[str]:
        """The source text of each segment: by number, or aligned when a model may compare the languages."""
        if source is None:
            return [""] * len(self.spine.segments)
        texts = line_by_line(self.spine, source, "line") or line_by_line(self.spine, source, "auto")
        if texts is None and self._vectors is not None:
            return [text or "" for text in self.one_text_each(source, self._regrouped("source", source, self._aligned(source)).units)]
        if texts is None:
            raise EvaluatorError(
                f"{source.name} has {len(source.paragraphs)} non-blank lines, {self.spine.document.name} has {len(self.spine.segments)} segments; the source "
                "needs one line for each segment of the reference, or a multilingual model to align them: --align-model multilingual."
            )
        return texts

    def _note_wrapped(self, inputs: Inputs) -> None:
        documents = [] if self.mode in LINE_MODES else [*inputs.references, *inputs.systems.values()]
        for document in documents:
            by_line = self.spine.lines is not None and in_step(self.spine.document, document)
            if document.wrapped and not by_line:
                count = len(document.paragraphs)
                self.notes.append(f"{document.name}: its lines look wrapped and were joined to {count} paragraphs; --align line keeps them apart.")

    def _note_list(self, document: Document, what: str, items: Sequence[str]) -> None:
        if items:
            more = f" and {len(items) - MOST_NAMED} more" if len(items) > MOST_NAMED else ""
            self.notes.append(f"{document.name}: {what}: {'; '.join(items[:MOST_NAMED])}{more}.")

    def _check_shift(self, document: Document, texts: Sequence[str]) -> None:
        """Refuse (with `auto`) or note a run of segments that match their neighbours far better."""
        found = find_shift(self.spine.segments, texts)
        if found is None:
            self._check_order(document, texts)
            return
        shifted = (
            f"{document.name} is shifted against {self.spine.document.name}: its segments {found.first + 1} to {found.last + 1} match those "
            f"{abs(found.distance)} {'later' if found.distance > 0 else 'earlier'}, for example {_short(texts[found.first])}. "
        )
        if self.mode == "auto":
            raise EvaluatorError(
                f"{shifted}Insert or remove the line that moved them, use --align paragraph if these are versions of one article, "
                "or --align line to score them as they are."
            )
        self.notes.append(shifted + "They were scored line by line as asked.")

    def _check_order(self, document: Document, texts: Sequence[str]) -> None:
        """Refuse (with `auto`) or note texts of equal number whose paragraphs stand in another order."""
        segments = self.spine.segments
        if len(segments) >= LARGEST_ARTICLE or sum(unlike(segments, texts)) < LEAST_ASTRAY:
            return
        from evaluator.alignment.aligner import align_articles

        found = align_articles(segments, texts)
        if not found.is_related:
            self.notes.append(f"{document.name} has almost nothing in common with {self.spine.document.name}; are they versions of one text?")
            return
        astray = [p for p in found.pairs if len(p.reference) == len(p.hypothesis) == 1 and p.reference != p.hypothesis and p.score > SURE]
        if len(astray) < LEAST_ASTRAY:
            return
        where = ", ".join(f"{_numbers(p.hypothesis)} matches {_numbers(p.reference)}" for p in astray[:5])
        message = f"{document.name} has as many segments as {self.spine.document.name}, but in another order: {where}. "
        if self.mode == "auto":
            raise EvaluatorError(f"{message}Use --align paragraph to align them, or --align line to score them as they are.")
        self.notes.append(f"{message}They were scored line by line as asked.")

    def _unequal(self, document: Document) -> str:
        texts = [line for line in document.lines if line.strip()] if self.mode in LINE_MODES else document.paragraphs
        segments = [segment for segment in self.spine.segments if segment.strip()]
        kind = "paragraphs" if self.spine.lines is None else "non-blank lines"
        return (
            f"{document.name} has {len(texts)} {kind}, {self.spine.document.name} has {len(segments)}; {_first_without_partner(segments, texts)}"
            "segment files must have one line a segment. Use --align paragraph if these are versions of one article."
        )


def pair_inputs(inputs: Inputs, mode: str = "auto", *, vectors: Vectors | None = None, given: Mapping[str, Sequence[AlignedPair]] | None = None) -> EvalSet:
    """Every system, further reference and the source brought to the first reference's segments.

    Raises:
        EvaluatorError: unknown mode, or texts that do not line up.
    """
    if mode not in MODES:
        raise EvaluatorError(f"There is no alignment mode {mode!r}.{did_you_mean(mode, MODES)}")
    if given is not None:
        _check_given(inputs, mode, given)
    pairing = Pairing(inputs, mode, vectors, given)
    spine = pairing.spine
    alignments: list[TextAlignment] = []
    further = []
    for k, document in enumerate(inputs.references[1:], 2):
        brought = pairing.bring(f"reference {k}", document)
        alignments.append(brought.alignment)
        further.append(pairing.one_text_each(document, brought.units))
    sources = pairing.sources(inputs.source)
    name = _document_name(spine.document)
    first = pairing.first_texts() if further else list(spine.segments)
    systems = []
    extras: list[UnmatchedText] = []
    for system, document in inputs.systems.items():
        brought = pairing.bring(system, document)
        alignments.append(brought.alignment)
        extras += pairing.find_extras(system, document, brought.units)
        rows = []
        for unit in brought.units:
            inserted = unit.alignment == "0-1"
            own = ("", *(None for _ in further)) if inserted else (first[unit.place], *(texts[unit.place] for texts in further))
            rows.append(SegmentPair(name, unit.place + 1, unit.alignment, own, unit.text, "" if inserted else sources[unit.place]))
        systems.append(System(system, tuple(rows)))
    return EvalSet(tuple(systems), len(inputs.references), tuple(pairing.notes), tuple(alignments), tuple(extras))


def _check_given(inputs: Inputs, mode: str, given: Mapping[str, Sequence[AlignedPair]]) -> None:
    if mode in LINE_MODES:
        raise EvaluatorError("--alignment and --align line contradict each other; leave one out.")
    names = [*inputs.systems, *(f"reference {k}" for k in range(2, len(inputs.references) + 1))]
    for name in given:
        if name not in names:
            raise EvaluatorError(f"The alignment file has rows for {name!r}, which is not among the texts.{did_you_mean(name, names)}")
    twice = [name for name in inputs.systems if names.count(name) > 1]
    if twice:
        raise EvaluatorError(f"A system is called {twice[0]!r}, as a further reference is in alignment files; choose another name.")


def _document_name(document: Document) -> str:
    return Path(document.name).name.removesuffix(".gz").removesuffix(".txt")


def _first_without_partner(reference: Sequence[str], hypothesis: Sequence[str]) -> str:
    from evaluator.alignment.aligner import align_paragraphs

    if max(len(reference), len(hypothesis)) > MOST_HINTED:
        return ""
    for bead in align_paragraphs(reference, hypothesis):
        if not bead.hypothesis:
            return f"the first without a partner is number {bead.reference[0] + 1} of the reference: {_short(reference[bead.reference[0]])}; "
        if not bead.reference:
            return f"the first without a partner is its number {bead.hypothesis[0] + 1}: {_short(hypothesis[bead.hypothesis[0]])}; "
    return ""


def _short(text: str) -> str:
    return repr(text if len(text) <= 60 else text[:57] + "…")


def _numbers(places: Sequence[int]) -> str:
    return ",".join(str(i + 1) for i in places) or "-"
