"""Decides how texts line up and builds the `EvalSet`: lines where they match, else articles.

The rules are those of the contract: line i against line i where the counts agree, and never a
silent re-alignment of a test set that lost a line.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from evaluator.alignment.lines import LINE_MODES
from evaluator.alignment.to_reference import ReferenceAligner, Vectors
from evaluator.options import OPTIONS
from evaluator.plugins import did_you_mean
from evaluator.types import AlignedPair, Document, EvalSet, EvaluatorError, Inputs, SegmentPair, System, TextAlignment, UnmatchedText

MODES = tuple(OPTIONS["align"].declared.choices)


def pair_inputs(inputs: Inputs, mode: str = "auto", *, vectors: Vectors | None = None, given: Mapping[str, Sequence[AlignedPair]] | None = None) -> EvalSet:
    """Every system, further reference and the source aligned to the first reference's segments.

    Raises:
        EvaluatorError: unknown mode, or texts that do not line up.
    """
    if mode not in MODES:
        raise EvaluatorError(f"There is no alignment mode {mode!r}.{did_you_mean(mode, MODES)}")
    if given is not None:
        _check_given(inputs, mode, given)
    aligner = ReferenceAligner(inputs, mode, vectors, given)
    spine = aligner.spine
    alignments: list[TextAlignment] = []
    other_references = []
    for k, document in enumerate(inputs.references[1:], 2):
        aligned = aligner.align_to_reference(f"reference {k}", document)
        alignments.append(aligned.alignment)
        other_references.append(aligner.one_text_each(document, aligned.units))
    sources = aligner.sources(inputs.source)
    name = _document_name(spine.document)
    first = aligner.first_texts() if other_references else list(spine.segments)
    systems = []
    extras: list[UnmatchedText] = []
    for system, document in inputs.systems.items():
        aligned = aligner.align_to_reference(system, document)
        alignments.append(aligned.alignment)
        extras += aligner.find_extras(system, document, aligned.units)
        rows = []
        for unit in aligned.units:
            inserted = unit.alignment == "0-1"
            own = ("", *(None for _ in other_references)) if inserted else (first[unit.place], *(texts[unit.place] for texts in other_references))
            rows.append(SegmentPair(name, unit.place + 1, unit.alignment, own, unit.text, "" if inserted else sources[unit.place]))
        systems.append(System(system, tuple(rows)))
    return EvalSet(tuple(systems), len(inputs.references), tuple(aligner.notes), tuple(alignments), tuple(extras))


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
