"""What of two runs two versions of the diagnosis made: it is left out, and reported as such."""

from __future__ import annotations

from dataclasses import dataclass, replace

from evaluator.frames import empty_table
from evaluator.signatures import changed_diagnosis
from evaluator.types import Evaluation, Table

COLUMNS = {
    "segments": ("fidelity", "risk", "severity", "flagged", "reason", "paraphrase"),
    "scores": ("flagged", "critical", "major", "minor", "Paraphrase"),
}
"""By table, the columns that the diagnosis fills."""
TITLES = ("fidelity", "Paraphrase")
"""How tables call the metrics `OF_DIAGNOSIS`."""
BY_METRIC = ("statistics", "pairs")
"""Tables with rows of these metrics."""
FINDINGS = "findings"


@dataclass(frozen=True, slots=True)
class NotCompared:
    """Numbers of two runs that are no numbers of the same thing."""

    what: tuple[str, ...]
    """Tables, columns and rows."""
    before: str
    """Version of the diagnosis in the first run."""
    after: str

    def __str__(self) -> str:
        return f"not compared: {'; '.join(self.what)}: made by the diagnosis {self.before} in the run, which is {self.after} now"


def find_not_compared(before: Evaluation, after: Evaluation) -> NotCompared | None:
    """What two versions of the diagnosis made; None where one version made it."""
    changed = changed_diagnosis(before.manifest.diagnosis, after.manifest.diagnosis)
    if changed is None:
        return None
    what = []
    for name, columns in COLUMNS.items():
        filled = [column for column in columns if column in before.tables[name].columns]
        what.append(f"{', '.join(filled)} of {name}.csv")
    for name in (name for name in BY_METRIC if name in before.tables):
        metrics = [title for title in TITLES if title in before.tables[name].columns["metric"]]
        what.append(f"{' and '.join(metrics)} in {name}.csv")
    return NotCompared((*what, f"{FINDINGS}.csv"), changed.before, changed.after)


def without_diagnosis(evaluation: Evaluation) -> Evaluation:
    """The run without what the diagnosis made."""
    tables = dict(evaluation.tables)
    for name, columns in COLUMNS.items():
        tables[name] = Table(name, {column: values for column, values in tables[name].columns.items() if column not in columns})
    for name in BY_METRIC:
        if name in tables:
            tables[name] = _without_rows(tables[name])
    tables[FINDINGS] = empty_table(FINDINGS)
    return replace(evaluation, tables=tables)


def _without_rows(table: Table) -> Table:
    kept = [row for row, metric in enumerate(table.columns["metric"]) if metric not in TITLES]
    return Table(table.name, {column: [values[row] for row in kept] for column, values in table.columns.items()})
