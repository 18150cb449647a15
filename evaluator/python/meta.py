"""Metrics judged against people, from files: scores on one side, human scores on the other, a study of both."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evaluator.meta.grouping import mean_of_known
from evaluator.meta.material import MetaInputs, MetricColumns
from evaluator.meta.study import MetaPlan, Study, run_study, with_rows
from evaluator.python.meta_sources import Scored, ScoredMetric, read_scored
from evaluator.python.meta_spans import judge_spans
from evaluator.readers.human_files import read_judged
from evaluator.readers.human_matching import Matched, match_judgements
from evaluator.readers.human_mtme import has_scores, human_file
from evaluator.readers.human_rows import JudgedFile
from evaluator.readers.human_tables import Rows, judged_table
from evaluator.readers.scores import ScoreFile
from evaluator.types import Evaluation, EvaluatorError, FloatArray, InputFile

SERIOUS = ("major", "critical")
SERIOUS_MQM = -5.0
"""MQM scores from which on a segment counts as seriously wrong: one major error."""


@dataclass(frozen=True, slots=True)
class MetaRequest:
    """What is to be judged by whom."""

    source: str | Evaluation | Rows
    """A run folder, a table or a folder of scores, or a run or table in memory."""
    human: str | Rows | None = None
    """The file or table of human scores; None where the table of scores holds them."""
    metrics: tuple[str, ...] = ()
    lower_is_better: tuple[str, ...] = ()
    scores: tuple[ScoreFile, ...] = ()
    """Files of further metrics."""
    spans: tuple[ScoreFile, ...] = ()
    """Files of spans that other programs marked."""
    human_column: str | None = None
    human_lower_is_better: bool = False
    include_human: bool = False
    """Whether human translations count among the systems."""
    system_scores: str = "corpus"
    """corpus takes a metric's own score of a system, mean the mean of its segments."""
    serious: float | None = None
    """The human score from which down a segment is seriously wrong; None takes marks of errors, or MQM's."""
    contrastive: bool = False
    """True for a table of better and worse translations."""
    quoting: bool = True
    plan: MetaPlan = field(default_factory=MetaPlan)


Cells = tuple[NDArray[Any], ...]
"""Systems and segments that count, as `numpy.ix_` makes it."""


class Outcome(NamedTuple):
    """A study and where it came from."""

    request: MetaRequest
    study: Study
    files: tuple[InputFile, ...]
    systems: tuple[str, ...]


def judge_metrics(request: MetaRequest) -> Outcome:
    """Read both sides, bring them together, and study them; of a contrastive set, how often each metric prefers the better text.

    Raises:
        EvaluatorError: files that cannot be read or do not fit together.
    """
    if request.contrastive:
        return _contrast(request)
    scored = read_scored(request.source, request.metrics, request.lower_is_better, request.quoting, request.scores)
    judged = _judged(request, scored)
    matched = match_judgements(scored.rows, judged)
    material = make_material(request, scored, judged, matched)
    files = (*scored.files, InputFile("human", "", judged.path, judged.sha256))
    spans = judge_spans(scored, matched, _kept(request, matched), request.spans, request.plan)
    study = with_rows(run_study(material, request.plan), spans.rows, spans.notes)
    return Outcome(request, study, files, material.systems)


def _contrast(request: MetaRequest) -> Outcome:
    from evaluator.python.meta_contrast import judge_contrast

    if request.human is not None or isinstance(request.source, Evaluation):
        raise EvaluatorError("A contrastive set is one table and needs no human scores; leave --human out.")
    found = judge_contrast(request.source, request.metrics, request.lower_is_better, request.quoting)
    return Outcome(request, found.study, found.files, ())


def _judged(request: MetaRequest, scored: Scored) -> JudgedFile:
    if isinstance(request.human, Rows):
        return judged_table("human", request.human.sha256(), request.human, column=request.human_column)
    if isinstance(request.source, str) and has_scores(request.source):
        return read_judged(human_file(request.source, request.human), column=request.human_column, quoting=request.quoting)
    if request.human is not None:
        return read_judged(request.human, column=request.human_column, quoting=request.quoting)
    if scored.judged is None:
        raise EvaluatorError(f"{scored.files[0].path} holds no human scores; name a file of them: --human FILE.")
    return scored.judged


def _kept(request: MetaRequest, matched: Matched) -> NDArray[np.bool_]:
    """Which systems count."""
    return np.array([request.include_human or not human for human in matched.by_human])


def make_material(request: MetaRequest, scored: Scored, judged: JudgedFile, matched: Matched) -> MetaInputs:
    """Both sides as arrays, of the systems that count and the segments that somebody judged.

    Raises:
        EvaluatorError: no system, or no segment, is left.
    """
    notes = [*scored.notes, *matched.notes]
    kept = _kept(request, matched)
    people = [name for name, human in zip(matched.systems, matched.by_human, strict=True) if human]
    if people:
        notes.append(f"Human translations among the systems: {', '.join(people)}; {'counted' if request.include_human else 'left out (--include-human)'}.")
    used = np.flatnonzero((~np.isnan(matched.gold) & (matched.rows >= 0))[kept].any(axis=0))
    if not kept.any() or not len(used):
        raise EvaluatorError(f"{judged.path}: no segment of a system that is no human translation was judged and scored.")
    cells = np.ix_(kept, used)
    rows = matched.rows[cells]
    gold = np.where(rows >= 0, matched.gold[cells], np.nan)
    sign = -1.0 if request.human_lower_is_better else 1.0
    own = request.system_scores == "corpus"
    metrics = tuple(MetricColumns(m.name, _cells(m.values, rows), _corpus(m, rows) if own and m.statistics is not None else None) for m in scored.metrics)
    raters = None if matched.raters is None else sign * matched.raters[:, kept][:, :, used]
    serious = _serious(request, judged, matched, sign * gold, raters, cells)
    notes += serious.notes
    return MetaInputs(
        systems=tuple(name for name, keep in zip(matched.systems, kept, strict=True) if keep),
        gold=sign * gold,
        metrics=metrics,
        raters=raters,
        serious=serious.cells,
        serious_by_rater=serious.by_rater,
        lengths=_lengths(scored, rows),
        notes=tuple(notes),
    )


def _cells(values: FloatArray, rows: NDArray[np.int64]) -> FloatArray:
    return np.where(rows >= 0, values[rows], np.nan)


def _corpus(metric: ScoredMetric, rows: NDArray[np.int64]) -> Callable[[FloatArray], FloatArray]:
    assert metric.statistics is not None
    assert metric.corpus is not None
    statistics = np.nan_to_num(metric.statistics[rows] * (rows >= 0)[..., None])
    corpus = metric.corpus

    def score(weights: FloatArray) -> FloatArray:
        sums = np.einsum("...sn,snk->...sk", weights, statistics, optimize=True)
        return np.where(weights.any(axis=-1), corpus(sums), np.nan)

    return score


class Serious(NamedTuple):
    """Which cells have a serious error, and how that was seen."""

    cells: FloatArray | None
    by_rater: FloatArray | None
    notes: tuple[str, ...]


def _serious(request: MetaRequest, judged: JudgedFile, matched: Matched, gold: FloatArray, raters: FloatArray | None, cells: Cells) -> Serious:
    if request.serious is None and matched.marks is not None:
        return _marked_serious(matched, raters, cells)
    bound = request.serious if request.serious is not None else SERIOUS_MQM if judged.scale == "MQM" else None
    if bound is None:
        return Serious(None, None, ())
    of_raters = None if raters is None else np.where(np.isnan(raters), np.nan, raters <= bound)
    return Serious(np.where(np.isnan(gold), np.nan, gold <= bound), of_raters, (f"Serious: a human score of {bound:g} or less.",))


def _marked_serious(matched: Matched, raters: FloatArray | None, cells: Cells) -> Serious:
    """Serious where at least half of the raters marked a major or critical error."""
    assert matched.marks is not None
    marked = np.full(matched.marks.shape, np.nan)
    for place, marks in np.ndenumerate(matched.marks):
        if marks is not None:
            marked[place] = any(mark.severity in SERIOUS for mark in marks)
    by_rater = np.stack([one[cells] for one in marked])
    share = mean_of_known(np.moveaxis(by_rater, 0, -1))
    note = "Serious: at least half of the raters marked a major or critical error."
    return Serious(np.where(np.isnan(share), np.nan, share >= 0.5), None if raters is None else by_rater, (note,))


def _lengths(scored: Scored, rows: NDArray[np.int64]) -> FloatArray | None:
    """Words of the reference, or of the hypothesis where there is none; None without texts."""
    counts = np.array([len((row.reference or row.hypothesis).split()) for row in scored.rows], dtype=np.float64)
    if not counts.any():
        return None
    return _cells(counts, rows)
