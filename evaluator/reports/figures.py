"""What the figures of `report.html` are of: strips, distributions, metrics against each other, intervals."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from evaluator.digits import decimals
from evaluator.reports.paragraphs import Builder, MetricColumn
from evaluator.reports.plots import MOST_DOTS, Distribution, Floats, Scatter, Tick, distribution, interval_plot, scatter, shares
from evaluator.reports.ranking import Ranking
from evaluator.reports.safe import printable

MOST_CELLS = 60
"""Cells of a strip over a run that is not shown whole; each stands for some segments."""
MOST_PLOTTED = 5
"""Metrics that are plotted against each other."""
DISAGREEING = 3
"""Paragraphs named for each side of a disagreement."""


class StripCell(NamedTuple):
    """One cell of a strip."""

    anchor: str
    label: str
    told: str
    step: int
    flagged: bool


class Disagreement(NamedTuple):
    """A paragraph that one metric places high and another low."""

    anchor: str
    name: str
    told: str
    text: str


class Plotted(NamedTuple):
    """One metric against another, and what they disagree on."""

    plot: Scatter
    likes_x: list[Disagreement]
    likes_y: list[Disagreement]


class IntervalBar(NamedTuple):
    """One system's score and interval along an axis, 0 to 100."""

    low: float
    at: float
    high: float


def strips_of(builder: Builder, keys: Sequence[tuple[tuple[str, int], list[int]]], whole: bool) -> list[tuple[str, list[StripCell]]]:
    """For each system its paragraphs in reading order, or, of a long run, groups of them by their worst."""
    columns = builder.columns
    by_system: dict[str, list[int]] = {name: [] for name in dict.fromkeys(columns["system"])}
    for _, rows in keys:
        for k in rows:
            if columns["risk"][k] is not None:
                by_system[columns["system"][k]].append(k)
    size = {name: 1 if whole else -(-len(rows) // MOST_CELLS) for name, rows in by_system.items()}
    return [(printable(name), [_cell(builder, rows[i : i + size[name]]) for i in range(0, len(rows), size[name])]) for name, rows in by_system.items() if rows]


def _cell(builder: Builder, rows: Sequence[int]) -> StripCell:
    columns = builder.columns
    worst = max(rows, key=lambda k: columns["risk"][k])
    p = builder.paragraph(worst)
    flagged = sum(bool(columns["flagged"][k]) for k in rows)
    if len(rows) == 1:
        return StripCell(p.anchor, str(p.segment), f"{builder.numbered(worst)}, risk {p.risk:.2f}{', flagged' if p.flagged else ''}", p.step, p.flagged)
    first = builder.numbered(rows[0]).removeprefix("segment ")
    told = f"{len(rows)} segments from {first} on, {flagged} flagged; worst: {builder.numbered(worst)}, risk {p.risk:.2f}"
    return StripCell(p.anchor, str(flagged or ""), told, p.step, p.flagged)


def distribution_of(builder: Builder, metric: MetricColumn) -> Distribution:
    """The distribution of one metric, system by system."""
    values = builder.scores[metric.name]
    known = ~np.isnan(values)
    by_system = {printable(name): values[known & (builder.systems == i)] for i, name in enumerate(builder.names)}
    return distribution(metric.title, {name: own for name, own in by_system.items() if len(own)}, decimals(metric.unit_scale))


def scatters_of(builder: Builder) -> list[Plotted]:
    """Pairs of metrics that any paragraph has both of, those of different kinds first; before them adequacy beside novelty, where that is scored."""
    few = builder.metrics[:MOST_PLOTTED]
    pairs = sorted(combinations(few, 2), key=lambda pair: pair[0].unit_scale == pair[1].unit_scale)
    known = {metric.name: metric for metric in builder.metrics}
    adequacy = known.get("fidelity") or known.get("bertscore_f1")
    if adequacy and "novelty" in known:
        view = (adequacy, known["novelty"])
        pairs = [view, *(pair for pair in pairs if set(pair) != set(view))]
    placed = {m.name: shares(builder.scores[m.name], m.higher_is_better) for m in dict.fromkeys(m for pair in pairs for m in pair)}
    gaps = [(x, y, placed[x.name] - placed[y.name]) for x, y in pairs]
    return [_plotted(builder, x, y, gap) for x, y, gap in gaps if not np.isnan(gap).all()]


def _plotted(builder: Builder, x: MetricColumn, y: MetricColumn, gap: Floats) -> Plotted:
    """One plot; `gap` says how much higher x places each row, NaN where either is undefined, float64 (rows,)."""
    rows = np.flatnonzero(~np.isnan(gap))
    anchors = [_dot(builder, k) for k in rows.tolist()] if len(rows) <= MOST_DOTS else []
    likes = [[_disagreement(builder, k, x, y) for k in _first(rows, towards)] for towards in (-gap, gap)]
    return Plotted(scatter((x.title, y.title), builder.scores[x.name][rows], builder.scores[y.name][rows], anchors), *likes)


def _first(rows: NDArray[np.int64], gap: Floats) -> list[int]:
    """The rows with the most negative gaps, of equal ones the first."""
    own = gap[rows]
    few = np.flatnonzero(own <= np.partition(own, min(DISAGREEING, len(own)) - 1)[:DISAGREEING].max()) if len(own) else rows
    return [int(rows[i]) for i in sorted(few.tolist(), key=lambda i: (own[i], i))[:DISAGREEING] if own[i] < 0]


def _dot(builder: Builder, k: int) -> tuple[str, str, bool]:
    return builder.anchor(k), builder.named(k), bool(builder.columns["flagged"][k])


def _disagreement(builder: Builder, k: int, x: MetricColumn, y: MetricColumn) -> Disagreement:
    told = ", ".join(f"{m.title} {m.shown(builder.columns[m.name][k])}" for m in (x, y))
    text = printable(builder.columns["hypothesis"][k])
    return Disagreement(builder.anchor(k), builder.named(k), told, text if len(text) <= 160 else text[:159] + "…")


def intervals_of(ranking: Ranking) -> tuple[list[IntervalBar | None], list[Tick]]:
    ends = [(one.ci_low, one.score, one.ci_high) for one in ranking.systems]
    places, ticks = interval_plot(ends)
    return [None if place is None else IntervalBar(*place) for place in places], ticks
