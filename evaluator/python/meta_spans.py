"""Findings of a run, and spans that other programs marked, brought beside the spans that people marked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evaluator.meta.spans import SERIOUS, STATISTICS, Span, SpanMaterial, span_rows
from evaluator.meta.study import MetaPlan
from evaluator.python.meta_sources import Scored
from evaluator.readers.human_files import read_judged
from evaluator.readers.human_matching import Matched, match_judgements
from evaluator.readers.human_rows import Mark
from evaluator.readers.scores import ScoreFile
from evaluator.types import EvaluatorError

MEANING = ("accuracy", "terminology", "non-translation")
"""How MQM's categories of errors of meaning begin."""
ALL = "all errors"
PLAIN = ("precision", "recall", "f1")
"""Without the weighted figures, which differ only where errors of several severities count."""
Keep = Callable[[Mark], bool]


class SpanOutcome(NamedTuple):
    """Rows of meta.csv, and what to note."""

    rows: list[dict[str, Any]]
    notes: list[str]


def judge_spans(scored: Scored, matched: Matched, kept: NDArray[np.bool_], files: Sequence[ScoreFile], plan: MetaPlan) -> SpanOutcome:
    """Spans of the run's diagnosis and of further files against people's; no rows where people marked none or nothing else did.

    Args:
        scored: what was scored, with the findings of a run.
        matched: people's marks.
        kept: systems that count.
        files: spans of other programs by name, in the forms of human marks.
        plan: resamples and seed of the intervals.

    Raises:
        EvaluatorError: spans and no marks by people to judge them with, or a file without marks.
    """
    metrics = {**({"findings": _of_rows(scored.findings, matched)} if scored.findings is not None else {}), **_of_files(scored, matched, files)}
    if matched.marks is None:
        if files:
            raise EvaluatorError("--spans needs human scores with marked errors (MQM, ESA); these have scores alone.")
        return SpanOutcome([], [])
    if not metrics:
        return SpanOutcome([], [])
    judged = np.array([[any(marks is not None for marks in cell) for cell in row] for row in np.moveaxis(matched.marks, 0, -1)])
    cells = np.argwhere(judged & (matched.rows >= 0) & kept[:, None])
    same = np.array([matched.exact[tuple(cell)] for cell in cells], dtype=bool)
    notes = [f"Spans: {int((~same).sum())} judged texts differ from the scored ones in spaces; their offsets do not fit and they are left out."]
    cells = cells[same]
    if not len(cells):
        return SpanOutcome([], notes)
    rows = []
    for grouping, keep_gold, keep_own in _groupings(matched):
        material = _material(scored, matched, metrics, cells, keep_gold, keep_own)
        rows += span_rows(material, grouping, STATISTICS if grouping == ALL else PLAIN, plan.resamples, plan.seed)
    return SpanOutcome(rows, [] if same.all() else notes)


def _groupings(matched: Matched) -> list[tuple[str, Keep, Keep]]:
    """Which errors count, by people and by the others."""
    out: list[tuple[str, Keep, Keep]] = [(ALL, _any, _any), ("serious errors", _serious, _serious)]
    assert matched.marks is not None
    named = any(_is_meaning(mark) for marks in matched.marks.ravel() if marks is not None for mark in marks)
    return [*out, ("serious errors of meaning", lambda mark: _serious(mark) and _is_meaning(mark), _serious)] if named else out


def _any(mark: Mark) -> bool:
    return mark.severity != "neutral"


def _serious(mark: Mark) -> bool:
    return mark.severity in SERIOUS


def _is_meaning(mark: Mark) -> bool:
    return mark.category.lower().startswith(MEANING)


def _material(
    scored: Scored, matched: Matched, metrics: Mapping[str, NDArray[np.object_]], cells: NDArray[np.intp], keep_gold: Keep, keep_own: Keep
) -> SpanMaterial:
    assert matched.marks is not None
    lengths = np.array([len(scored.rows[matched.rows[tuple(cell)]].hypothesis) for cell in cells], dtype=np.int64)
    raters = [[_spans(marks[tuple(cell)], keep_gold) for cell in cells] for marks in matched.marks]
    own = {name: [_spans(marks[tuple(cell)], keep_own) for cell in cells] for name, marks in metrics.items()}
    _, segments = np.unique(cells[:, 1], return_inverse=True)
    return SpanMaterial(lengths, segments.astype(np.int64), raters, own, len(set(cells[:, 0].tolist())))


def _spans(marks: Sequence[Mark] | None, keep: Keep) -> list[Span] | None:
    return None if marks is None else [(mark.start, mark.end, mark.severity) for mark in marks if mark.start is not None and keep(mark)]


def _of_rows(findings: Sequence[tuple[Mark, ...] | None], matched: Matched) -> NDArray[np.object_]:
    """Marks of scored rows in the order of systems and segments."""
    out = np.full(matched.rows.shape, None, dtype=object)
    for place in np.argwhere(matched.rows >= 0):
        out[tuple(place)] = findings[matched.rows[tuple(place)]]
    return out


def _of_files(scored: Scored, matched: Matched, files: Sequence[ScoreFile]) -> dict[str, NDArray[np.object_]]:
    out = {}
    for file in files:
        found = match_judgements(scored.rows, read_judged(file.path))
        if found.marks is None:
            raise EvaluatorError(f"--spans {file.name}={file.path}: the file has no marked spans; MQM's TSV, ESA's JSON Lines and lists of errors have.")
        own = np.full(matched.rows.shape, None, dtype=object)
        for system, name in enumerate(matched.systems):
            if name in found.systems:
                own[system] = np.where(found.exact[found.systems.index(name)], found.marks[0][found.systems.index(name)], None)
        out[file.name] = own
    return out
