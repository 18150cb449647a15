"""Contrastive sets as tables: which of two translations a metric prefers, by category and severity of the planted error."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from evaluator.compare import SEED, Plan
from evaluator.meta.columns import META, META_PAIRS
from evaluator.meta.contrast import contrast_rows
from evaluator.meta.study import Study
from evaluator.pipeline import evaluate
from evaluator.plugins import did_you_mean
from evaluator.readers.human_tables import Rows, number_of, read_rows_of
from evaluator.request import Request
from evaluator.types import Advance, EvaluatorError, FloatArray, InputFile, Table

GOOD = ("good", "better", "mt", "hypothesis")
BAD = ("bad", "worse", "perturbed", "incorrect")
REFERENCE = ("reference", "ref")
SUFFIXES = ("_good", "_bad")
FEWEST_RESAMPLES = 100
"""Of a comparison that nobody looks at."""
CHECKED = "pert_check"
"""DEMETR's column that is 1 where a person found the perturbation to be what it should be."""


LEFT_OUT = (f"are marked {CHECKED} other than 1", "have equal texts", "have the reference as the worse text")


class Contrast(NamedTuple):
    """A study of a contrastive set."""

    study: Study
    files: tuple[InputFile, ...]


def judge_contrast(source: str | Rows, metrics: Sequence[str], lower_is_better: Sequence[str] = (), quoting: bool = True) -> Contrast:
    """Accuracy of metrics on a contrastive set.

    Args:
        source: a table: columns NAME_good and NAME_bad with scores of a metric, or reference, good and bad texts that `metrics` score;
            `category` and `severity` where there. DEMETR's own columns (mt, perturbed) are known.
        metrics: those of `evaluator list metrics` to score the texts with, or names of columns; none takes all columns.
        lower_is_better: metrics in columns that are error rates.
        quoting: False takes quotation marks in TSV and CSV as they are.

    Raises:
        EvaluatorError: neither scores nor texts, or a cell that is no number.
    """
    path, table, digest = ("contrast", source, source.sha256()) if isinstance(source, Rows) else read_rows_of(source, quoting, _is_contrast)
    rows, notes = _kept(path, table)
    columns = _scored_columns(path, table.header, rows, metrics, lower_is_better)
    own = [name for name in metrics if name not in columns]
    if own or not columns:
        columns |= _scored_texts(path, table.header, rows, own)
    words = {name: [str(cells.get(name) or "") for _, cells in rows] for name in ("category", "severity")}
    found = contrast_rows(columns, words["category"], words["severity"])
    meta = Table("meta", {column.name: [row.get(column.name) for row in found] for column in META})
    pairs = Table("meta_pairs", {column.name: [] for column in META_PAIRS})
    return Contrast(Study(meta, pairs, (*table.notes, *notes)), (InputFile("scores", "", path, digest),))


def _is_contrast(cells: Sequence[str]) -> bool:
    names = {cell.lower() for cell in cells}
    return bool(names & set(GOOD) and names & set(BAD)) or any(name.endswith(SUFFIXES[0]) for name in names)


def _kept(path: str, table: Rows) -> tuple[list[tuple[str, Mapping[str, Any]]], list[str]]:
    """Rows that can be judged, and what was left out: failed ones, equal texts, and controls whose worse text is the reference itself."""
    good, bad, reference = (_named(table.header, options) or "" for options in (GOOD, BAD, REFERENCE))
    kept, counts = [], dict.fromkeys(LEFT_OUT, 0)
    for where, cells in table.rows:
        better, worse, ideal = (cells.get(name) for name in (good, bad, reference))
        reason = ""
        if CHECKED in cells and str(cells[CHECKED]).strip() != "1":
            reason = f"are marked {CHECKED} other than 1"
        elif worse is not None and worse == better:
            reason = "have equal texts"
        elif worse is not None and worse == ideal:
            reason = "have the reference as the worse text"
        if reason:
            counts[reason] += 1
        else:
            kept.append((where, cells))
    if not kept:
        raise EvaluatorError(f"{path} has no pair of two different translations.")
    return kept, [f"{n} pairs {reason} and are left out." for reason, n in counts.items() if n]


def _scored_columns(
    path: str, header: Sequence[str], rows: Sequence[tuple[str, Mapping[str, Any]]], metrics: Sequence[str], lower_is_better: Sequence[str]
) -> dict[str, tuple[FloatArray, FloatArray]]:
    """Scores that the table holds."""
    names = [name.removesuffix(SUFFIXES[0]) for name in header if name.endswith(SUFFIXES[0]) and name.removesuffix(SUFFIXES[0]) + SUFFIXES[1] in header]
    for name in lower_is_better:
        if name not in names:
            raise EvaluatorError(f"--lower-is-better names {name!r}, and {path} has no columns {name}_good and {name}_bad.{did_you_mean(name, names)}")
    out = {}
    for name in [name for name in names if not metrics or name in metrics]:
        sign = -1.0 if name in lower_is_better else 1.0
        good, bad = (np.array([_number(f"{path}, {where}", cells, name + suffix) for where, cells in rows]) for suffix in SUFFIXES)
        out[name] = (sign * good, sign * bad)
    return out


def _number(where: str, cells: Mapping[str, Any], column: str) -> float:
    number = number_of(cells.get(column))
    if number is None:
        raise EvaluatorError(f"{where}, column {column}: {str(cells.get(column))[:40]!r} is no score.")
    return number


def _scored_texts(
    path: str, header: Sequence[str], rows: Sequence[tuple[str, Mapping[str, Any]]], metrics: Sequence[str]
) -> dict[str, tuple[FloatArray, FloatArray]]:
    """Scores of the texts by our own metrics."""
    names = [_named(header, options) for options in (REFERENCE, GOOD, BAD)]
    missing = [options[0] for name, options in zip(names, (REFERENCE, GOOD, BAD), strict=True) if name is None]
    if missing or not metrics:
        need = f"it has no column {' and no column '.join(missing)}" if missing else "name metrics to score its texts with: -m chrf bertscore"
        raise EvaluatorError(f"{path} holds no scores (columns NAME_good and NAME_bad), and {need}.")
    references, good, bad = ([str(cells.get(name or "") or "") for _, cells in rows] for name in names)
    plan = Plan("ar", "segment", FEWEST_RESAMPLES, "none", SEED)
    run = evaluate(Request(references=(references,), systems={"good": good, "bad": bad}, metrics=tuple(metrics), align="line", plan=plan), _no_progress)
    columns = run.tables["segments"].columns
    out = {}
    for entry in run.manifest.compared or ():
        if entry.part or entry.column not in columns:
            continue
        sign = 1.0 if entry.higher_is_better else -1.0
        scores = np.array([np.nan if value is None else sign * value for value in columns[entry.column]], dtype=np.float64)
        values = {system: scores[[own == system for own in columns["system"]]] for system in ("good", "bad")}
        if any(len(own) != len(rows) for own in values.values()):
            raise EvaluatorError(f"{path}: {len(rows)} pairs were scored as {len(values['good'])} segments; empty texts cannot be compared.")
        out[entry.title] = (values["good"], values["bad"])
    return out


def _no_progress(what: str, total: int) -> Advance:  # noqa: ARG001
    return lambda _: None


def _named(header: Sequence[str], options: Sequence[str]) -> str | None:
    return next((name for option in options for name in header if name.lower() == option), None)
