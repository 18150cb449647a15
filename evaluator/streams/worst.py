"""The worst rows of a stream, for the report: a few hundred, whatever the size."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

MOST = 200


class Worst:
    """The rows with the worst scores by one metric, or with the highest risk where there is a diagnosis; of equal ones the first."""

    def __init__(self, column: str, higher_is_better: bool) -> None:
        self.column = column
        self._sign = 1.0 if higher_is_better else -1.0
        self.rows: list[dict[str, Any]] = []
        self._values: list[float] = []

    def add(self, columns: Mapping[str, list[Any]]) -> None:
        """Look at a batch of rows as they are written."""
        name = self.column
        if columns["risk"].count(None) < len(columns["risk"]):
            name, sign = "risk", -1.0
        else:
            sign = self._sign
        self.column = name
        values = np.array([np.inf if value is None else sign * value for value in columns[name]], dtype=np.float64)
        limit = self._values[-1] if len(self._values) >= MOST else np.inf
        at = np.flatnonzero(values < limit)
        at = at[np.argsort(values[at], kind="stable")][:MOST]
        for i in at.tolist():
            self.rows.append({key: column[i] for key, column in columns.items()})
            self._values.append(float(values[i]))
        order = sorted(range(len(self.rows)), key=lambda k: self._values[k])[:MOST]
        self.rows, self._values = [self.rows[k] for k in order], [self._values[k] for k in order]
