"""What metrics said, from a run folder or a table: rows of segments, and scores that go with them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from evaluator.compare import contest_of
from evaluator.compare.formulas import make_formula
from evaluator.compare.runs import segment_rows
from evaluator.readers.human_rows import JudgedFile, JudgedRow
from evaluator.readers.human_tables import read_judged_table
from evaluator.results import MANIFEST, read_run
from evaluator.types import Evaluation, EvaluatorError, FloatArray, InputFile

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
    judged: JudgedFile | None = None
    """The same table as human scores, where it has a column of them."""


def read_scored(source: str, metrics: Sequence[str] = (), lower_is_better: Sequence[str] = (), quoting: bool = True) -> Scored:
    """The scores of a run folder or of a table.

    Args:
        source: a run folder, or a table with a column of systems and a column for each metric.
        metrics: the metrics to take; none for all.
        lower_is_better: columns of a table that are error rates.
        quoting: False takes quotation marks in TSV and CSV as they are.

    Raises:
        EvaluatorError: neither of the two, or a metric that is not there.
    """
    path = Path(source).expanduser()
    if path.is_dir():
        if not (path / MANIFEST).is_file():
            raise EvaluatorError(f"{source} is a folder without {MANIFEST}; give a run folder of evaluator, a table, or FOLDER:PAIR of mt-metrics-eval.")
        return _of_run(source, read_run(path), metrics or None)
    return _of_table(source, metrics, lower_is_better, quoting)


def _of_run(source: str, run: Evaluation, metrics: Sequence[str] | None) -> Scored:
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
    digest = str(run.manifest.get("inputs", [{}])[0].get("sha256", "")) if run.manifest.get("inputs") else ""
    return Scored(rows, tuple(found), (InputFile("scores", "", source, digest),), _inverted_note(found))


def _signed(corpus: Callable[[FloatArray], FloatArray], sign: float) -> Callable[[FloatArray], FloatArray]:
    return lambda sums: sign * corpus(sums)


def _of_table(source: str, metrics: Sequence[str], lower_is_better: Sequence[str], quoting: bool) -> Scored:
    table = read_judged_table(source, quoting=quoting, human=False)
    names = list(table.rows[0].metrics)
    for option, asked in (("--metrics", metrics), ("--lower-is-better", lower_is_better)):
        for name in asked:
            if name not in names:
                from evaluator.plugins import did_you_mean

                raise EvaluatorError(f"{option} names {name!r}, and {source} has no such column of numbers.{did_you_mean(name, names)}")
    found = []
    for name in metrics or names:
        sign = -1.0 if name in lower_is_better else 1.0
        found.append(ScoredMetric(name, sign * np.array([row.metrics[name] for row in table.rows]), inverted=sign < 0))
    has_human = any(row.score == row.score for row in table.rows)
    files = (InputFile("scores", "", source, table.sha256),)
    return Scored(table.rows, tuple(found), files, (*table.notes, *_inverted_note(found)), table if has_human else None)


def _inverted_note(metrics: Sequence[ScoredMetric]) -> tuple[str, ...]:
    inverted = [metric.name for metric in metrics if metric.inverted]
    return (f"Lower is better for {', '.join(inverted)}; their scores were negated, so that every statistic is better when greater.",) if inverted else ()
