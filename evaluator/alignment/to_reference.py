"""Texts aligned to the first reference: by line, as articles, or by a file; what a reader should know of it is noted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from evaluator.alignment.line_checks import LARGEST_ARTICLE, check_lines, numbers, shortened, unequal_message
from evaluator.alignment.lines import LINE_MODES, find_spine, line_by_line, numbered, same_line_structure
from evaluator.alignment.regroup import Unit, regroup
from evaluator.embed import VectorArray
from evaluator.plugins import did_you_mean
from evaluator.types import AlignedPair, Document, EvaluatorError, Inputs, TextAlignment, UnmatchedText

UNSURE = 0.5
"""Confidence in an alignment, or probability of a bead, below which a note says so."""
MAX_NAMED = 10
"""Beads, cuts or unmatched texts that notes name for one text."""

Vectors = Callable[[Sequence[str]], VectorArray]
"""Additive vectors of paragraphs, (n, d): what a model knows of them."""


class AlignedDocument(NamedTuple):
    """One text, aligned to the first reference."""

    units: list[Unit]
    alignment: TextAlignment


class ReferenceAligner:
    """Aligns texts to the first reference and keeps the notes.

    Args:
        inputs: all texts.
        mode: how: auto, line, none or paragraph.
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

    def align_to_reference(self, name: str, document: Document) -> AlignedDocument:
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
                self.notes += check_lines(self.spine, document, texts, self.mode)
                units = [Unit(i, "1-1" if text.strip() or not spine.segments[i].strip() else "1-0", text) for i, text in enumerate(texts)]
                return AlignedDocument(units, numbered(name, spine, texts))
            segmented = document.segmented or spine.document.segmented
            if self.mode in LINE_MODES or segmented or len(spine.segments) >= LARGEST_ARTICLE:
                raise EvaluatorError(unequal_message(self.spine, document, self.mode))
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

    def _regrouped(self, name: str, document: Document, pairs: Sequence[AlignedPair]) -> AlignedDocument:
        segments, paragraphs = self.spine.segments, document.paragraphs
        units, cuts = regroup(segments, paragraphs, pairs)
        omitted = sum(len(pair.reference) for pair in pairs if not pair.hypothesis)
        inserted = sum(len(pair.hypothesis) for pair in pairs if not pair.reference)
        moved = sum(pair.moved for pair in pairs)
        covered = f"{len(segments) - omitted} of {len(segments)} reference paragraphs covered, {inserted} inserted"
        self.notes.append(f"{document.name} was aligned as an article: {covered}{f', {moved} moved' if moved else ''}.")
        unsure = [f"{numbers(p.reference)} ~ {numbers(p.hypothesis)} ({p.score:.0%})" for p in pairs if p.score < UNSURE]
        self._note_list(document, "unsure beads (reference ~ hypothesis)", unsure)
        self._note_list(document, "cut", cuts)
        return AlignedDocument(units, TextAlignment(name, tuple(pairs), segments, paragraphs))

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
        named = [f"segment {extra.segment} {'has' if extra.side == 'hypothesis' else 'lacks'} {shortened(extra.text)}" for extra in found]
        self._note_list(document, "beginnings and ends without counterpart", named)
        return found

    def first_texts(self) -> list[str | None]:
        """The first reference's text of each segment; None where its file does not have the segment."""
        missing, lines = set(self.spine.document.missing), self.spine.lines
        return [None if lines is not None and lines[i] in missing else text for i, text in enumerate(self.spine.segments)]

    def one_text_each(self, document: Document, units: Sequence[Unit]) -> list[str | None]:
        """One text a segment; what has no segment to go to is left out and noted.

        A blank line that stands where a segment is, is an empty text, as in the first
        reference and in sacreBLEU: TER takes its length into the average. What an article leaves
        out, or a file does not have, is None.
        """
        lines = self.spine.lines
        numbered = lines is not None and same_line_structure(self.spine.document, document) and not any(unit.alignment == "0-1" for unit in units)
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
            by_line = self.spine.lines is not None and same_line_structure(self.spine.document, document)
            if document.wrapped and not by_line:
                count = len(document.paragraphs)
                self.notes.append(f"{document.name}: its lines look wrapped and were joined to {count} paragraphs; --align line keeps them apart.")

    def _note_list(self, document: Document, what: str, items: Sequence[str]) -> None:
        if items:
            more = f" and {len(items) - MAX_NAMED} more" if len(items) > MAX_NAMED else ""
            self.notes.append(f"{document.name}: {what}: {'; '.join(items[:MAX_NAMED])}{more}.")
