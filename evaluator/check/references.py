"""References that lack segments: how many, wherever the reference stands in the order."""

from __future__ import annotations

from dataclasses import replace

from evaluator.types import Diagnosis, EvalSet, SegmentPair, System


def note_missing_references(evalset: EvalSet) -> EvalSet:
    """The set with a note for each of several references that has no text for a segment that another one has.

    A segment that a system left out is marked as omitted also where the first reference lacks it.
    """
    if evalset.n_references < 2:
        return evalset
    systems = tuple(System(system.name, tuple(map(_marked, system.pairs))) for system in evalset.systems)
    return replace(evalset, systems=systems, notes=(*evalset.notes, *_notes(systems[0], evalset.n_references)))


def _has_text(pair: SegmentPair) -> bool:
    return any((text or "").strip() for text in pair.references)


def _marked(pair: SegmentPair) -> SegmentPair:
    omitted = pair.alignment == "1-1" and not pair.hypothesis.strip() and _has_text(pair)
    return replace(pair, alignment="1-0") if omitted else pair


def _notes(system: System, n_references: int) -> list[str]:
    spine = system.segments
    notes = []
    for k in range(n_references):
        lacking = [i for i, pair in enumerate(spine, 1) if _has_text(pair) and not (pair.references[k] or "").strip()]
        if lacking:
            named = ", ".join(map(str, lacking[:5])) + (f" and {len(lacking) - 5} more" if len(lacking) > 5 else "")
            notes.append(f"Reference {k + 1} has no text for {len(lacking)} of {len(spine)} segments (number {named}); the other references judge them.")
    return notes


def without_reference_offsets(diagnosis: Diagnosis) -> Diagnosis:
    """The diagnosis of a segment that the first reference lacks: findings in another reference have no place in the first one's cell."""
    moved = [replace(f, start=None, end=None, text="", counterpart=f.counterpart or f.text) if f.side == "reference" else f for f in diagnosis.findings]
    return replace(diagnosis, findings=tuple(moved))
