"""Rows to look at first: the worst of a system by a metric, and where one system is worse than another."""

from __future__ import annotations

from typing import NamedTuple

from evaluator.plugins import did_you_mean
from evaluator.reports.order import gravity, reading_place
from evaluator.types import Evaluation, EvaluatorError, is_inserted


class By(NamedTuple):
    """A column of segments.csv to order by."""

    column: str
    higher_is_better: bool


def by_metric(evaluation: Evaluation, name: str) -> By:
    """The column of a metric, named by its column or as papers print it.

    Raises:
        EvaluatorError: no such column, or one without a number.
    """
    columns = evaluation.tables["segments"].columns
    known = {"risk": By("risk", False)}
    for entry in evaluation.manifest.compared or ():
        by = By(entry.column, entry.higher_is_better)
        known |= {entry.column: by, entry.title: by}
    known = {title: by for title, by in known.items() if any(value is not None for value in columns.get(by.column, ()))}
    if name in known:
        return known[name]
    if name == "risk":
        others = ", ".join(dict.fromkeys(by.column for by in known.values()))
        raise EvaluatorError(f"This run has no risk, since it has no diagnosis; order by another metric: {others}.")
    raise EvaluatorError(f"This run has no metric {name!r}.{did_you_mean(name, known)}")


def worst_rows(evaluation: Evaluation, n: int, system: str | None, by: By) -> list[int]:
    """The n rows of segments.csv that are worst: flagged ones in the order of the page and then the others, or by a metric; of equal ones the first as read.

    Args:
        evaluation: the run.
        n: how many, 0 or more.
        system: its rows alone; None for those of all.
        by: what is bad.
    """
    columns = evaluation.tables["segments"].columns
    rows = [k for k, value in enumerate(columns[by.column]) if value is not None and system in (None, columns["system"][k])]
    sign, place = 1 if by.higher_is_better else -1, reading_place(columns)
    worst = gravity(columns)  # the page has flagged rows alone, in this order
    if by.column == "risk":
        return sorted(rows, key=lambda k: (not columns["flagged"][k], *worst(k)))[:n]
    return sorted(rows, key=lambda k: (sign * columns[by.column][k], *place(k)))[:n]


def worse_than(evaluation: Evaluation, n: int, system: str, against: str, by: By) -> list[tuple[int, int]]:
    """The n segments where a system is worse than another by most, as the rows of both; of equal ones the first."""
    columns = evaluation.tables["segments"].columns
    rows: dict[str, dict[tuple[str, int], int]] = {system: {}, against: {}}
    for k, key in enumerate(zip(columns["document"], columns["segment"], strict=True)):
        if columns["system"][k] in rows and not is_inserted(columns["alignment"][k]) and columns[by.column][k] is not None:
            rows[columns["system"][k]].setdefault(key, k)
    both = [(k, rows[against][key]) for key, k in rows[system].items() if key in rows[against]]
    sign = 1 if by.higher_is_better else -1
    gaps = [(sign * (columns[by.column][a] - columns[by.column][b]), a, b) for a, b in both]
    return [(a, b) for _, a, b in sorted((gap for gap in gaps if gap[0] < 0), key=lambda gap: gap[0])[:n]]


def check_systems(evaluation: Evaluation, *names: str | None) -> None:
    """Refuse names of no system.

    Raises:
        EvaluatorError: names the nearest.
    """
    known = evaluation.manifest.systems
    for name in names:
        if name is not None and name not in known:
            raise EvaluatorError(f"This run has no system {name!r}.{did_you_mean(name, known)}")
