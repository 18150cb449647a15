"""The figures of the page one by one, as SVG with its own style: for notebooks, slides and papers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape
from typing import NamedTuple

from evaluator.plugins import did_you_mean
from evaluator.reports.figures import distribution_of, intervals_of
from evaluator.reports.paragraphs import Builder, MetricColumn
from evaluator.reports.plots import MOST_DOTS, SCATTER, Floats, scatter
from evaluator.reports.ranking import rankings_of
from evaluator.reports.safe import printable
from evaluator.types import Evaluation, EvaluatorError

STYLE = (
    "text{font:12px ui-sans-serif,system-ui,'Segoe UI',sans-serif;fill:#1d2329}.quiet{fill:#5c6670}.bar,.dot,.shade{fill:#1f5a94}.bar{opacity:.6}"
    ".dot{fill-opacity:.55}.flag{fill:#b3261e;fill-opacity:.9}.line{stroke:#1d2329;stroke-width:1.5;fill:none}.grid{stroke:#ddd8ce;fill:none}"
    ".s1{opacity:.15}.s2{opacity:.32}.s3{opacity:.5}.s4{opacity:.72}.s5{opacity:1}"
)
LABELS = 150
"""Room for names of systems."""


class Figure(NamedTuple):
    """A figure as a text of SVG; a notebook draws it."""

    svg: str

    def _repr_svg_(self) -> str:
        return self.svg

    def __str__(self) -> str:
        return self.svg


def draw(evaluation: Evaluation, kind: str, metrics: Sequence[str]) -> Figure:
    """A figure of a run.

    Args:
        evaluation: the run.
        kind: distribution, scatter or intervals.
        metrics: columns or titles: one, for a scatter plot two; the first ones of the run where none is named.

    Raises:
        EvaluatorError: an unknown kind or metric, too many of them, or what the run does not have.
    """
    if kind not in KINDS:
        raise EvaluatorError(f"There is no plot {kind!r}.{did_you_mean(kind, KINDS)}")
    needed, drawn = KINDS[kind]
    if len(metrics) > needed:
        raise EvaluatorError(f"A plot of kind {kind} takes {needed} metric{'s' * (needed > 1)}; {len(metrics)} are named: {', '.join(metrics)}.")
    builder = Builder(evaluation)
    named = [_metric(builder, name) for name in metrics]
    chosen = [*named, *(metric for metric in builder.metrics if metric not in named)][:needed]
    if len(chosen) < needed:
        raise EvaluatorError(f"A plot of kind {kind} needs {needed} metrics with scores of segments; this run has {len(chosen)}.")
    return drawn(evaluation, builder, chosen)


def _metric(builder: Builder, name: str) -> MetricColumn:
    known = {key: metric for metric in builder.metrics for key in (metric.name, metric.title)}
    if name not in known:
        raise EvaluatorError(f"This run has no metric {name!r}.{did_you_mean(name, known)}")
    return known[name]


def _distribution(_: Evaluation, builder: Builder, metrics: Sequence[MetricColumn]) -> Figure:
    made = distribution_of(builder, metrics[0])
    parts = [_text(0, 14, made.metric)]
    for i, row in enumerate(made.rows):
        top = 24 + 46 * i
        low, middle, high = row.quartiles
        parts.append(
            _text(0, top + 20, row.system) + f'<g transform="translate({LABELS} {top})"><title>{_safe(row.told)}</title><path class="bar" d="{row.bars}"/>'
        )
        parts.append(f'<path class="line" d="M{low} 30H{high}"/><circle cx="{middle}" cy="30" r="3"/></g>')
    foot = 24 + 46 * len(made.rows)
    parts += [f'<path class="line" d="M{LABELS + tick.at} {foot}v4"/>{_text(LABELS + tick.at, foot + 16, tick.label, "middle")}' for tick in made.ticks]
    return _figure(LABELS + 340, foot + 24, f"Distribution of {made.metric}", parts)


def _scatter(_: Evaluation, builder: Builder, metrics: Sequence[MetricColumn]) -> Figure:
    x, y = (builder.scores[metric.name] for metric in metrics)
    rows = [k for k in range(len(x)) if x[k] == x[k] and y[k] == y[k]]
    dots = [("", builder.named(k), bool(builder.columns["flagged"][k])) for k in rows] if len(rows) <= MOST_DOTS else []
    if not rows:
        raise EvaluatorError(f"No segment has both {metrics[0].title} and {metrics[1].title}.")
    made = scatter((metrics[0].title, metrics[1].title), _taken(x, rows), _taken(y, rows), dots)
    parts = [f'<g transform="translate(46 14)"><path class="line" d="M0 0V{SCATTER:g}H{SCATTER:g}"/>']
    parts += [f'<path class="grid" d="M{t.at} 0V{SCATTER:g}"/>{_text(t.at, 316, t.label, "middle")}' for t in made.x_ticks]
    parts += [f'<path class="grid" d="M0 {t.at}H{SCATTER:g}"/>{_text(-6, t.at + 4, t.label, "end")}' for t in made.y_ticks]
    parts += [f'<path class="shade s{6 - len(made.shades) + i}" d="{path}"/>' for i, path in enumerate(made.shades)]
    parts += [f'<circle class="dot{" flag" * dot.flagged}" cx="{dot.x}" cy="{dot.y}" r="3.4"><title>{_safe(dot.told)}</title></circle>' for dot in made.dots]
    parts += [_text(SCATTER, 336, f"{made.x} →", "end"), _text(4, -2, f"↑ {made.y}"), "</g>"]
    return _figure(46 + 330, 14 + 346, f"{made.x} against {made.y}", parts)


def _taken(values: Floats, rows: Sequence[int]) -> Floats:
    taken: Floats = values[list(rows)]
    return taken


def _intervals(evaluation: Evaluation, _: Builder, metrics: Sequence[MetricColumn]) -> Figure:
    ranking = next((one for one in rankings_of(evaluation) if one.metric == metrics[0].title), None)
    if ranking is None:
        raise EvaluatorError(f"Intervals are drawn of compared systems, and this run compares none by {metrics[0].title}.")
    places, ticks = intervals_of(ranking)
    parts, width = [_text(0, 14, f"{ranking.metric}, 95 % intervals")], 3.0
    for i, (one, place) in enumerate(zip(ranking.systems, places, strict=True)):
        middle = 34 + 24 * i
        parts.append(_text(0, middle + 4, f"{one.rank}  {printable(one.system)}"))
        if place is not None:
            low, at, high = (LABELS + width * value for value in place)
            parts.append(f'<path class="line" d="M{low:g} {middle}H{high:g}M{low:g} {middle - 4}v8M{high:g} {middle - 4}v8"/>')
            parts.append(f'<circle class="dot" cx="{at:g}" cy="{middle}" r="4"/>')
    foot = 34 + 24 * len(ranking.systems)
    parts += [f'<path class="line" d="M{LABELS + width * t.at:g} {foot - 8}v4"/>{_text(LABELS + width * t.at, foot + 10, t.label, "middle")}' for t in ticks]
    return _figure(LABELS + 320, foot + 20, f"Intervals of {ranking.metric}", parts)


KINDS: dict[str, tuple[int, Callable[[Evaluation, Builder, Sequence[MetricColumn]], Figure]]] = {
    "distribution": (1, _distribution), "scatter": (2, _scatter), "intervals": (1, _intervals),
}  # fmt: skip
"""How many metrics each kind takes, and what draws it."""


def _figure(width: float, height: float, title: str, parts: Sequence[str]) -> Figure:
    size = f'width="{width:g}" height="{height:g}"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" {size} role="img" aria-label="{_safe(title)}">'
    return Figure("\n".join([head, f"<style>{STYLE}</style>", f'<rect {size} fill="#fff"/>', *parts, "</svg>"]) + "\n")


def _text(x: float, y: float, text: str, anchor: str = "start") -> str:
    return f'<text x="{x:g}" y="{y:g}" text-anchor="{anchor}">{_safe(text)}</text>'


def _safe(text: str) -> str:
    return escape(printable(text), quote=True)
