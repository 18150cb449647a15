"""What is scored of an `EvalSet`: each distinct text of a segment once, and where it stands.

A segment's text with the paragraphs inserted after it is what corpus statistics are of, so that precision pays for
insertions; its own text alone is what segment scores are of.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from evaluator.score.cached import Texts
from evaluator.types import EvalSet, EvaluatorError, System

Places: TypeAlias = "NDArray[np.int64]"


@dataclass(frozen=True, slots=True)
class Jobs:
    """The texts to score, without repetitions, and who has them."""

    texts: Texts
    joined: Places
    """int64 (n_systems, n_segments): which text is the segment's with its insertions; -1 where there is nothing to score."""
    rows: tuple[Places, ...]
    """For each system int64 (n_rows,): which text is the row's own; -1 for insertions and rows without anything to score."""
    omitted: tuple[NDArray[np.bool_], ...]
    """For each system (n_rows,): True where the system left the segment out."""


def list_jobs(evalset: EvalSet) -> Jobs:
    """The jobs of a run.

    Raises:
        EvaluatorError: every segment is empty on both sides.
    """
    references = reference_streams(evalset)
    blank = blank_references(references)
    numbers: dict[tuple[str, int], int] = {}

    def number(text: str, segment: int) -> int:
        return numbers.setdefault((text, segment), len(numbers)) if text.strip() or not blank[segment] else -1

    joined = np.array([[number(text, i) for i, text in enumerate(join_insertions(system))] for system in evalset.systems], dtype=np.int64)
    rows, omitted = [], []
    for k, system in enumerate(evalset.systems):
        if len(system.segments) == len(system.pairs):
            place = joined[k]  # without insertions a segment's text is the row's own
        else:
            place = np.full(len(system.pairs), -1, dtype=np.int64)
            place[[i for i, pair in enumerate(system.pairs) if not pair.inserted]] = [number(pair.hypothesis, i) for i, pair in enumerate(system.segments)]
        rows.append(place)
        omitted.append((place >= 0) & np.array([not pair.hypothesis.strip() for pair in system.pairs], dtype=bool))
    if not numbers:
        raise EvaluatorError("There is nothing to score: every segment is empty on both sides.")
    sources = [pair.source for pair in evalset.systems[0].segments]
    texts = Texts([text for text, _ in numbers], [segment for _, segment in numbers], references, sources if any(sources) else ())
    return Jobs(texts, joined, tuple(rows), tuple(omitted))


def blank_references(references: list[list[str | None]]) -> list[bool]:
    """For each segment whether no reference has text for it."""
    if len(references) == 1:
        return [not (text or "").strip() for text in references[0]]
    return [all(not (text or "").strip() for text in texts) for texts in zip(*references, strict=True)]


def reference_streams(evalset: EvalSet) -> list[list[str | None]]:
    """One list a reference, each with one text a segment."""
    spine = [pair.references for pair in evalset.systems[0].segments]
    return [[references[k] for references in spine] for k in range(evalset.n_references)]


def join_insertions(system: System) -> list[str]:
    """Each segment's hypothesis with the inserted paragraphs around it, joined by one space.

    Insertions belong to the segment they follow; those before the first to the first.
    """
    if len(system.segments) == len(system.pairs):
        return [pair.hypothesis for pair in system.pairs]
    texts: list[list[str]] = []
    before: list[str] = []
    for pair in system.pairs:
        if not pair.inserted:
            texts.append([*before, pair.hypothesis] if pair.hypothesis else before)
            before = []
        elif texts:
            texts[-1] = [*texts[-1], pair.hypothesis]
        else:
            before.append(pair.hypothesis)
    return [" ".join(parts) for parts in texts]


def scored_segments(evalset: EvalSet) -> list[list[bool]]:
    """For each system and segment whether it was scored: False where it is empty on both sides, insertions included."""
    blank = blank_references(reference_streams(evalset))
    return [[text or not empty for text, empty in zip(_has_text(system), blank, strict=True)] for system in evalset.systems]


def _has_text(system: System) -> list[bool]:
    """For each segment whether `join_insertions` gives more than blanks."""
    if len(system.segments) == len(system.pairs):
        return [bool(pair.hypothesis.strip()) for pair in system.pairs]
    found: list[bool] = []
    before = False
    for pair in system.pairs:
        text = bool(pair.hypothesis.strip())
        if not pair.inserted:
            found.append(text or before)
            before = False
        elif found:
            found[-1] = found[-1] or text
        else:
            before = before or text
    return found
