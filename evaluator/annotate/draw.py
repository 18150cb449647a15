"""Which segments people look at: all flagged ones and a random sample of the others, in an order that does not tell them apart."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np

from evaluator.plugins import did_you_mean
from evaluator.types import Evaluation, EvaluatorError, is_inserted


class Mark(NamedTuple):
    """One error, by a person or by the diagnosis."""

    side: str
    """hypothesis or reference."""
    start: int | None
    """First character, 0-based; None where the error has no place."""
    end: int | None
    """One past the last."""
    category: str
    severity: str
    """minor, major, critical or neutral."""


@dataclass(frozen=True, slots=True)
class Item:
    """One segment of one system that people look at."""

    number: int
    """1-based place in the sheets."""
    row: int
    """0-based row of segments.csv."""
    system: str
    document: str
    segment: int
    source: str
    reference: str
    hypothesis: str
    flagged: bool
    risk: float
    marks: tuple[Mark, ...]
    """From the run's findings; what several detectors found alike is one."""

    @property
    def sha256(self) -> str:
        """Digest of system and texts, by which an import knows the segment again."""
        return hashlib.sha256("\0".join((self.system, self.document, str(self.segment), self.reference, self.hypothesis)).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Drawn:
    """The items, and how they were drawn."""

    items: tuple[Item, ...]
    """In the order of the sheets."""
    unflagged: int
    """Unflagged segments that the sample was drawn from."""

    @property
    def sampled(self) -> int:
        """Unflagged segments that were drawn."""
        return sum(not item.flagged for item in self.items)

    @property
    def share(self) -> float:
        """Share of the unflagged segments that was drawn, above 0 and up to 1; NaN where all are flagged."""
        return self.sampled / self.unflagged if self.unflagged else float("nan")


def draw_items(run: Evaluation, sample: int, seed: int, system: str | None = None) -> Drawn:
    """All flagged segments and `sample` of the others, shuffled together.

    Args:
        run: a run with a diagnosis.
        sample: unflagged segments to draw, 1 or more; all where there are fewer.
        seed: of the sample and the order.
        system: draw of this system alone.

    Raises:
        EvaluatorError: a run without a diagnosis, an unknown system, or nothing to draw.
    """
    if run.manifest.diagnosis is None:
        raise EvaluatorError("The run has no diagnosis, so that nothing is flagged; score with --diagnose on (or with bertscore among the metrics).")
    if system is not None and system not in run.manifest.systems:
        raise EvaluatorError(f"The run has no system {system!r}.{did_you_mean(system, run.manifest.systems)}")
    items = judged_items(run, system)
    if not items:
        raise EvaluatorError("The run has no judged segment to annotate.")
    rng = np.random.default_rng(seed)
    unflagged = [item for item in items if not item.flagged]
    chosen = rng.permutation(len(unflagged))[:sample]
    drawn = [*(item for item in items if item.flagged), *(unflagged[k] for k in sorted(chosen))]
    order = rng.permutation(len(drawn))
    return Drawn(tuple(numbered(drawn[k], number) for number, k in enumerate(order, 1)), len(unflagged))


def judged_items(run: Evaluation, system: str | None = None) -> list[Item]:
    """Every judged segment of a run in its order, numbered by it; inserted paragraphs are none."""
    columns = run.tables["segments"].columns
    marks = _marks_by_row(run.tables["findings"].columns)
    rows = [
        k
        for k, flagged in enumerate(columns["flagged"])
        if flagged is not None and not is_inserted(columns["alignment"][k]) and (system is None or columns["system"][k] == system)
    ]
    return [
        Item(
            number, k, columns["system"][k], columns["document"][k], columns["segment"][k], columns["source"][k], columns["reference"][k],
            columns["hypothesis"][k], columns["flagged"][k], columns["risk"][k], tuple(dict.fromkeys(marks.get(k, ()))),
        )
        for number, k in enumerate(rows, 1)
    ]  # fmt: skip


def _marks_by_row(findings: Mapping[str, Sequence[Any]]) -> dict[int, list[Mark]]:
    marks: dict[int, list[Mark]] = {}
    for row, *values in zip(*(findings[name] for name in ("row", "side", "start", "end", "category", "severity")), strict=True):
        marks.setdefault(row, []).append(Mark(*values))
    return marks


def numbered(item: Item, number: int) -> Item:
    """The item at another place in the sheets."""
    return replace(item, number=number)


def shown_systems(systems: Sequence[str], seed: int, *, blind: bool) -> dict[str, str]:
    """By system the name in the sheets: its own, or a number that its place in the run does not tell."""
    if not blind:
        return {name: name for name in systems}
    order = np.random.default_rng([seed, 1]).permutation(len(systems))
    return {systems[k]: f"system-{number}" for number, k in enumerate(order, 1)}
