"""What metrics said, from a run folder or a table: rows of segments, and scores that go with them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from evaluator.compare import contest_of
from evaluator.compare.formulas import make_formula
from evaluator.compare.runs import segment_rows
from evaluator.plugins import did_you_mean
from evaluator.readers.human_mtme import has_scores, read_mtme_scores
from evaluator.readers.human_rows import JudgedFile, JudgedRow, Mark
from evaluator.readers.human_tables import Rows, judged_table, read_judged_table
from evaluator.readers.scores import ScoreFile, read_score_files
from evaluator.results import MANIFEST, read_run, refuse_stream
from evaluator.types import EvalSet, Evaluation, EvaluatorError, FloatArray, InputFile, SegmentPair, System

RISK = "risk"


@dataclass(frozen=True, slots=True)
class ScoredMetric:
    """A metric's scores of the rows of `Scored`."""

    name: str
    values: FloatArray
    """float64 (n_rows,), higher is better, NaN where there is none."""
    statistics: FloatArray | None = None
    """Sufficient statistics of the rows, float64 (n_rows, n_stats), where the metric has a corpus score of its own."""
    corpus: Callable[[FloatArray], FloatArray] | None = None
    """From summed statistics (..., n_stats) to scores, higher is better."""
    inverted: bool = False
    """True where the metric's own scores are lower for better texts."""


@dataclass(frozen=True, slots=True)
class Scored:
    """What was scored, a row per system and segment."""

    rows: tuple[JudgedRow, ...]
    metrics: tuple[ScoredMetric, ...]
    files: tuple[InputFile, ...]
    notes: tuple[str, ...] = ()
    findings: tuple[tuple[Mark, ...] | None, ...] | None = None
    """The findings of each row that have a place in the hypothesis, None where the diagnosis did not judge; None without diagnosis."""
    judged: JudgedFile | None = None
    """The same table as human scores, where it has a column of them."""


def read_scored(
    source: str | Evaluation | Rows, metrics: Sequence[str] = (), lower_is_better: Sequence[str] = (), quoting: bool = True, scores: Sequence[ScoreFile] = ()
) -> Scored:
    """The scores of a run folder, of a table, or of a folder of mt-metrics-eval, and those of further files.

    Args:
        source: a run folder, FOLDER:PAIR of mt-metrics-eval, or a table with a column of systems and a column for each metric; a run or table in memory.
        metrics: the metrics to take; none for all.
        lower_is_better: metrics of a table, folder or file that are error rates.
        quoting: False takes quotation marks in TSV and CSV as they are.
        scores: files of scores that other programs made of the same segments.

    Raises:
        EvaluatorError: neither of the two, or a metric that is not there.
    """
    imported = {file.name for file in scores}
    lower = [name for name in lower_is_better if name not in imported]
    if isinstance(source, Evaluation):
        found = _of_run("run", source, metrics or None)
    elif isinstance(source, Rows):
        found = _of_table("scores", judged_table("scores", source.sha256(), source, human=False), metrics, lower)
    elif has_scores(source):
        found = _of_mtme(source, metrics, lower)
    elif (path := Path(source).expanduser()).is_dir():
        if not (path / MANIFEST).is_file():
            raise EvaluatorError(f"{source} is a folder without {MANIFEST}; give a run folder of evaluator, a table, or FOLDER:PAIR of mt-metrics-eval.")
        found = _of_run(source, read_run(path), metrics or None)
    else:
        found = _of_table(source, read_judged_table(source, quoting=quoting, human=False), metrics, lower)
    return _with_imported(found, scores, [name for name in lower_is_better if name in imported]) if scores else found


def _with_imported(scored: Scored, scores: Sequence[ScoreFile], lower_is_better: Sequence[str]) -> Scored:
    """The scores together with those that other programs made of the same segments."""
    taken = next((file.name for file in scores if file.name in {metric.name for metric in scored.metrics}), None)
    if taken is not None:
        raise EvaluatorError(f"--scores {taken}: the scores have a metric of that name already; choose another one.")
    systems: dict[str, list[SegmentPair]] = {}
    for row in scored.rows:
        systems.setdefault(row.system, []).append(SegmentPair(row.document, len(systems.get(row.system, ())) + 1, "1-1", (row.reference,), row.hypothesis))
    evalset = EvalSet(tuple(System(name, tuple(pairs)) for name, pairs in systems.items()), 1)
    imported = read_score_files(scores, evalset, lower_is_better)
    at: dict[str, int] = dict.fromkeys(systems, 0)
    places = []
    for row in scored.rows:
        places.append((row.system, at[row.system]))
        at[row.system] += 1
    found = []
    for one in imported.scores:
        sign = 1.0 if one.higher_is_better else -1.0
        values = sign * np.array([one.values[system][place] for system, place in places])
        found.append(ScoredMetric(one.name, values, inverted=sign < 0))
    notes = (*scored.notes, *_inverted_note(found))
    return Scored(scored.rows, (*scored.metrics, *found), (*scored.files, *imported.files), notes, scored.findings, scored.judged)


def _of_mtme(source: str, metrics: Sequence[str], lower_is_better: Sequence[str]) -> Scored:
    found = read_mtme_scores(source, metrics)
    return Scored(found.rows, tuple(_columns(source, found.rows, metrics, lower_is_better)), found.files)


def _of_run(source: str, run: Evaluation, metrics: Sequence[str] | None) -> Scored:
    refuse_stream(run, "evaluator meta")
    wanted = None if metrics is None else [name for name in metrics if name != RISK]
    contest = contest_of(run, wanted)
    places = segment_rows(run)
    columns = run.tables["segments"].columns
    order = [place for own in places for place in own]
    rows = tuple(
        JudgedRow(columns["system"][i], columns["document"][i], str(columns["segment"][i]), columns["hypothesis"][i], columns["reference"][i]) for i in order
    )
    found = []
    for subject in contest.subjects:
        sign = 1.0 if subject.higher_is_better else -1.0
        statistics = np.asarray(subject.statistics, dtype=np.float64).reshape(len(order), -1)
        values = sign * np.asarray(subject.segment_scores, dtype=np.float64).ravel()
        found.append(ScoredMetric(subject.metric, values, statistics, _signed(make_formula(subject.formula).corpus, sign), sign < 0))
    risk = np.array([np.nan if columns[RISK][i] is None else columns[RISK][i] for i in order], dtype=np.float64)
    if not np.isnan(risk).all() and (metrics is None or RISK in metrics):
        found.append(ScoredMetric(RISK, -risk, inverted=True))
    digest = run.manifest.inputs[0].sha256 if run.manifest.inputs else ""
    return Scored(rows, tuple(found), (InputFile("scores", "", source, digest),), _inverted_note(found), _findings(run, order))


def _findings(run: Evaluation, order: Sequence[int]) -> tuple[tuple[Mark, ...] | None, ...] | None:
    """The diagnosis' findings of hypotheses by scored row."""
    flagged = run.tables["segments"].columns["flagged"]
    if all(flagged[i] is None for i in order):
        return None
    columns = run.tables["findings"].columns
    marks: dict[int, list[Mark]] = {}
    for row, side, start, end, category, severity in zip(*(columns[n] for n in ("row", "side", "start", "end", "category", "severity")), strict=True):
        if side == "hypothesis" and start is not None:
            marks.setdefault(row, []).append(Mark(start, end, category, severity))
    return tuple(None if flagged[i] is None else tuple(marks.get(i, ())) for i in order)


def _signed(corpus: Callable[[FloatArray], FloatArray], sign: float) -> Callable[[FloatArray], FloatArray]:
    return lambda sums: sign * corpus(sums)


def _of_table(source: str, table: JudgedFile, metrics: Sequence[str], lower_is_better: Sequence[str]) -> Scored:
    found = _columns(source, table.rows, metrics, lower_is_better)
    has_human = any(row.score == row.score for row in table.rows)
    files = (InputFile("scores", "", source, table.sha256),)
    return Scored(table.rows, tuple(found), files, (*table.notes, *_inverted_note(found)), judged=table if has_human else None)


def _columns(source: str, rows: Sequence[JudgedRow], metrics: Sequence[str], lower_is_better: Sequence[str]) -> list[ScoredMetric]:
    """The metrics of rows, error rates negated."""
    names = list(rows[0].metrics)
    for option, asked in (("--metrics", metrics), ("--lower-is-better", lower_is_better)):
        for name in asked:
            if name not in names:
                raise EvaluatorError(f"{option} names {name!r}, and {source} has no such scores.{did_you_mean(name, names)}")
    found = []
    for name in metrics or names:
        sign = -1.0 if name in lower_is_better else 1.0
        found.append(ScoredMetric(name, sign * np.array([row.metrics[name] for row in rows]), inverted=sign < 0))
    return found


def _inverted_note(metrics: Sequence[ScoredMetric]) -> tuple[str, ...]:
    inverted = [metric.name for metric in metrics if metric.inverted]
    return (f"Lower is better for {', '.join(inverted)}; their scores were negated, so that every statistic is better when greater.",) if inverted else ()
