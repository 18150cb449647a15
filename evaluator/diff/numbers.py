"""Which cells of two runs differ: lexical scores must be equal, those of a model within 2e-6."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from evaluator.diff.settings import Difference
from evaluator.types import Evaluation, Table

TOLERANCE = 2e-6
"""Of a score between 0 and 1 that a model has a part in, across devices and numbers of threads."""
NEURAL = ("bertscore", "fidelity", "risk", "paraphrase")
"""How the columns and metrics begin that a model has a part in."""
RESAMPLED = ("ci_low", "ci_high", "p_value", "p_holm", "mde80")
"""Numbers of resamples: an equal score away in the sixth decimal can move one resample."""
RESAMPLED_TOLERANCE = 2e-3
KEYS = {
    "segments": ("system", "document", "segment"), "scores": ("system",), "statistics": ("system", "metric"),
    "pairs": ("metric", "system_a", "system_b"), "findings": ("system", "document", "segment"),
}  # fmt: skip
SKIPPED = ("signature", "details", "verdict", "message", "reason")
"""Words; what they are made of is compared."""


def compare_numbers(before: Evaluation, after: Evaluation) -> list[Difference]:
    """Every cell that is not the same, table by table; a table of another length is one difference."""
    found: list[Difference] = []
    for name, keys in KEYS.items():
        one, two = before.tables.get(name), after.tables.get(name)
        if one is None and two is None:
            continue
        if one is None or two is None:
            found.append(Difference("score", f"{name}.csv", "not there" if one is None else "there", "not there" if two is None else "there"))
            continue
        found += _table(one, two, keys)
    return found


def _table(one: Table, two: Table, keys: tuple[str, ...]) -> Iterator[Difference]:
    lengths = [len(next(iter(table.columns.values()))) for table in (one, two)]
    if lengths[0] != lengths[1]:
        yield Difference("score", f"rows of {one.name}.csv", str(lengths[0]), str(lengths[1]))
        return
    for column in dict.fromkeys([*one.columns, *two.columns]):
        if column in SKIPPED:
            continue
        if column not in one.columns or column not in two.columns:
            there = [str(len(table.columns.get(column, []))) + " cells" for table in (one, two)]
            yield Difference("score", f"{one.name}.csv, column {column}", *there)
            continue
        for row, (a, b) in enumerate(zip(one.columns[column], two.columns[column], strict=True)):
            if a != b and not _close(a, b, column, _metric_of(one, row)):
                where = ", ".join(str(one.columns[key][row]) for key in keys)
                yield Difference("score", f"{one.name}.csv, {where}: {column}", _words(a), _words(b))


def _metric_of(table: Table, row: int) -> str:
    return str(table.columns["metric"][row]) if "metric" in table.columns else ""


def is_neural(name: str) -> bool:
    """True for a column or metric that a model has a part in."""
    return name.lower().startswith(NEURAL)


def _close(a: Any, b: Any, column: str, metric: str) -> bool:
    """True for two numbers of a model that are the same within the tolerance."""
    if not (isinstance(a, float) and isinstance(b, float) and is_neural(metric or column)):
        return False
    if column in RESAMPLED:
        return math.isclose(a, b, rel_tol=RESAMPLED_TOLERANCE, abs_tol=RESAMPLED_TOLERANCE)
    scale = 100.0 if (metric or column).lower().startswith(("fidelity", "paraphrase")) else 1.0
    return abs(a - b) <= TOLERANCE * scale


def _words(value: object) -> str:
    text = "empty" if value is None else repr(value) if isinstance(value, float) else str(value)
    return text if len(text) <= 60 else text[:59] + "…"
