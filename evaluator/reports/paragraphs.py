"""Rows of segments.csv as `report.html` shows them: anchors, marks, findings, places among the others."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evaluator.digits import shown_score
from evaluator.reports.definitions import WORDS, define
from evaluator.reports.marks import Piece, answering, pieces_of, told
from evaluator.reports.plots import Floats, bar_path, bin_of, count_bins
from evaluator.reports.ranking import rows_of
from evaluator.reports.safe import printable
from evaluator.types import Evaluation, is_inserted

RISK_STEPS = (0.1, 0.2, 0.4, 0.7)
"""Risks at which the strip's colour changes."""
SPARK_BINS = 16
SPARK_BOX = (64.0, 14.0)


class MetricColumn(NamedTuple):
    """A column of segments.csv that holds scores."""

    name: str
    title: str
    """As papers print it."""
    higher_is_better: bool
    unit_scale: bool

    def shown(self, value: float) -> str:
        """A score as everywhere on the page."""
        return shown_score(value, self.unit_scale)


class ScorePosition(NamedTuple):
    """One score of a paragraph and where it stands among its system's."""

    metric: str
    value: str
    place: str
    bars: str
    """Path of a small histogram of the system's scores."""
    x: float
    """Where the score stands in it."""


class Paragraph(NamedTuple):
    """One row of segments.csv as it is shown."""

    anchor: str
    name: str
    """System, segment and document, as far as there are several."""
    system: str
    document: str
    segment: int
    alignment: str
    risk: float | None
    step: int
    """0 to 4, by risk."""
    severity: str
    flagged: bool
    reason: str
    reference: list[Piece]
    hypothesis: list[Piece]
    source: str
    findings: list[str]
    places: list[ScorePosition]

    @property
    def inserted(self) -> bool:
        """True for a paragraph that no reference paragraph accounts for."""
        return is_inserted(self.alignment)


class ScoreRange(NamedTuple):
    """One system's scores by one metric."""

    ordered: Floats
    """Ascending."""
    low: float
    high: float
    bars: str


def metric_columns(evaluation: Evaluation) -> list[MetricColumn]:
    """The columns of scores, one a metric (of BERTScore its F1), and fidelity where there is a diagnosis."""
    columns = evaluation.tables["segments"].columns
    out = []
    for entry in evaluation.manifest.compared or ():
        name = entry.column
        if not entry.part and name in columns and any(value is not None for value in columns[name]):
            out.append(MetricColumn(name, entry.title, entry.higher_is_better, entry.unit_scale))
    return out


def reading_order(columns: Mapping[str, Sequence[Any]]) -> list[tuple[tuple[str, int], list[int]]]:
    """(document, segment) in reading order, each with the rows of all systems and what they inserted after it."""
    documents = {name: i for i, name in enumerate(dict.fromkeys(columns["document"]))}
    rows: dict[tuple[str, int], list[int]] = {}
    for k, key in enumerate(zip(columns["document"], columns["segment"], strict=True)):
        rows.setdefault(key, []).append(k)
    return sorted(rows.items(), key=lambda item: (documents[item[0][0]], item[0][1]))


class Builder:
    """Rows of a run as paragraphs, made when they are asked for.

    Args:
        evaluation: the run.
    """

    def __init__(self, evaluation: Evaluation) -> None:
        self.columns = evaluation.tables["segments"].columns
        self.metrics = metric_columns(evaluation)
        self.meanings = {metric.title: define(metric.title, metric.higher_is_better) for metric in self.metrics} | {w: WORDS[w] for w in ("risk", "severity")}
        self.several = len(evaluation.manifest.systems) > 1
        self.documents = len(set(self.columns["document"])) > 1
        self._found: dict[int, list[dict[str, Any]]] = {}
        for finding in rows_of(evaluation.tables["findings"]):
            self._found.setdefault(finding["row"], []).append(finding)
        self.names = list(dict.fromkeys(self.columns["system"]))
        places = {name: i for i, name in enumerate(self.names)}
        self.systems = np.array([places[name] for name in self.columns["system"]], dtype=np.int64)
        self.scores = {m.name: np.array([np.nan if v is None else v for v in self.columns[m.name]], dtype=np.float64) for m in self.metrics}
        self._spreads = {name: spreads_of(self.systems, values) for name, values in self.scores.items()}
        # the first paragraph of a number has the address that people write
        self._first: dict[int, int] = {}
        for k, (segment, alignment) in enumerate(zip(self.columns["segment"], self.columns["alignment"], strict=True)):
            if not is_inserted(alignment):
                self._first.setdefault(segment, k)

    def findings(self, k: int) -> list[dict[str, Any]]:
        """Rows of findings.csv on row `k` of segments.csv."""
        return self._found.get(k, [])

    def categories(self) -> list[str]:
        """Of all findings."""
        return sorted({finding["category"] for found in self._found.values() for finding in found})

    def anchor(self, k: int) -> str:
        """The address of row `k`: `segment-11` for the first paragraph of that number, else `row-` and `k`."""
        segment = self.columns["segment"][k]
        return f"segment-{segment}" if self._first.get(segment) == k else f"row-{k}"

    def numbered(self, k: int) -> str:
        """Row `k`'s segment in words, with its document where there are several, since numbers begin anew in each."""
        return f"segment {self.columns['segment'][k]}{' of ' + printable(self.columns['document'][k]) if self.documents else ''}"

    def named(self, k: int) -> str:
        """Row `k` in words: `numbered`, after its system where there are several."""
        return f"{printable(self.columns['system'][k]) + ', ' if self.several else ''}{self.numbered(k)}"

    def pieces(self, k: int) -> tuple[list[Piece], list[Piece]]:
        """Reference and hypothesis of row `k`, cut where marks begin and end."""
        reference, hypothesis, findings = self.columns["reference"][k], self.columns["hypothesis"][k], self.findings(k)
        on = {side: [f for f in findings if f["side"] == side] for side in ("reference", "hypothesis")}
        return (
            pieces_of(reference, [*on["reference"], *answering(reference, on["hypothesis"])]),
            pieces_of(hypothesis, [*on["hypothesis"], *answering(hypothesis, on["reference"])]),
        )

    def told(self, k: int) -> list[str]:
        """The findings of row `k` in words."""
        return list(dict.fromkeys(told(f) for f in self.findings(k)))

    def paragraph(self, k: int) -> Paragraph:
        """Row `k` of segments.csv."""
        row = {name: values[k] for name, values in self.columns.items()}
        risk = row["risk"]
        reference, hypothesis = self.pieces(k)
        return Paragraph(
            anchor=self.anchor(k),
            name=self.named(k),
            system=printable(row["system"]),
            document=printable(row["document"]),
            segment=row["segment"],
            alignment=row["alignment"],
            risk=risk,
            step=0 if risk is None else bisect_right(RISK_STEPS, risk),
            severity=row["severity"] or "none",
            flagged=bool(row["flagged"]),
            reason=printable(row["reason"] or ""),
            reference=reference,
            hypothesis=hypothesis,
            source=printable(row["source"] or ""),
            findings=self.told(k),
            places=[_place(m, row[m.name], self._spreads[m.name][int(self.systems[k])]) for m in self.metrics if row[m.name] is not None],
        )


def spreads_of(systems: NDArray[np.int64], values: Floats) -> dict[int, ScoreRange]:
    """Each system's scores by one metric, all on the range of all systems.

    Args:
        systems: number of each row's system, int64 (rows,).
        values: float64 (rows,), NaN where undefined.
    """
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    out = {}
    for system in np.unique(systems[~np.isnan(values)]).tolist():
        own = values[(systems == system) & ~np.isnan(values)]
        out[system] = ScoreRange(np.sort(own), low, high, bar_path(count_bins(own, low, high, SPARK_BINS), SPARK_BOX))
    return out


def _place(metric: MetricColumn, value: float, spread: ScoreRange) -> ScorePosition:
    """The score with its place from the nearer end."""
    ordered = spread.ordered
    worse, better = int(np.searchsorted(ordered, value, "left")), len(ordered) - int(np.searchsorted(ordered, value, "right"))
    if not metric.higher_is_better:
        worse, better = better, worse
    x = (bin_of(value, spread.low, spread.high, SPARK_BINS) + 0.5) * SPARK_BOX[0] / SPARK_BINS
    return ScorePosition(metric.title, metric.shown(value), place_in_words(worse, better, len(ordered)), spread.bars, round(x, 1))


def place_in_words(worse: int, better: int, total: int) -> str:
    """Where something stands among `total`, of which so many are worse and so many better.

    >>> place_in_words(1, 21, 23), place_in_words(22, 0, 23)
    ('2nd worst of 23', 'best of 23')
    """
    if not worse and not better:
        return f"equal in all {total:,}" if total > 1 else "the only one"
    place, word = (worse + 1, "worst") if worse <= better else (better + 1, "best")
    ending = "th" if 10 < place % 100 < 14 else {1: "st", 2: "nd", 3: "rd"}.get(place % 10, "th")
    return f"{'' if place == 1 else f'{place:,}{ending} '}{word} of {total:,}"
