"""Results of a suite over time: trends of systems, and what changed from one result to the next."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import groupby, pairwise
from typing import NamedTuple

from evaluator.digits import shown_score
from evaluator.reports.comparison import head_of
from evaluator.reports.safe import printable
from evaluator.reports.suite_page import Change, ChangeRow, Past
from evaluator.reports.trend import Scored, Trends, delta, trends_of
from evaluator.run_json import MetricEntry
from evaluator.suite.history import Noted
from evaluator.suite.tables import Finished

MAX_RESULTS = 60
"""Results of one set that a trend shows, the last ones."""
MAX_CHANGES = 20
"""Changes of one set that are shown."""


class Outcome(NamedTuple):
    """One result of one run."""

    number: int
    """From 1."""
    lines: dict[tuple[str, str], Noted]
    """By system and metric."""

    @property
    def any(self) -> Noted:
        """One of the lines, for what they share."""
        return next(iter(self.lines.values()))

    @property
    def title(self) -> str:
        """Number and time."""
        return f"result {self.number} ({when(self.any.finished)})"


def when(finished: str) -> str:
    """A time as people read it.

    >>> when("2026-11-27T20:42:38Z")
    '2026-11-27 20:42:38'
    """
    return re.sub(r"^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)Z$", r"\1 \2", printable(finished))


def outcomes_of(history: Sequence[Noted], folder: str) -> list[Outcome]:
    """The results of one run, oldest first."""
    own = [one for one in history if one.run == folder]
    groups = [list(group) for _, group in groupby(own, key=lambda one: (one.fingerprint, one.finished))]
    return [Outcome(number, {(one.system, one.metric): one for one in group}) for number, group in enumerate(groups, 1)]


def title_of(run: Finished) -> str:
    """Set and options."""
    return printable(f"{run.set_name}, {run.combination}" if run.combination else run.set_name)


def pasts_of(runs: Sequence[Finished], history: Sequence[Noted], metrics: Mapping[str, MetricEntry]) -> list[Past]:
    """The past of each run that has more than one result."""
    pasts = []
    for number, run in enumerate(runs):
        outcomes = outcomes_of(history, run.folder)
        if len(outcomes) > 1:
            own = [metrics[one.title] for one in run.evaluation.manifest.metrics]
            pairs = list(pairwise(outcomes))[::-1]
            if len(pairs) > 1:
                pairs.append((outcomes[0], outcomes[-1]))
            shown = pairs[: MAX_CHANGES - 1] + pairs[-1:] if len(pairs) > MAX_CHANGES else pairs
            trends = [trend for metric in own if (trend := _trends(outcomes[-MAX_RESULTS:], metric)) is not None]
            summary = f"{len(outcomes)} results, the last {when(outcomes[-1].any.finished)}"
            changes = [change_of(before, after, own) for before, after in shown]
            pasts.append(Past(f"past-{number}", title_of(run), summary, trends, changes, len(pairs) - len(shown)))
    return pasts


def _trends(outcomes: Sequence[Outcome], metric: MetricEntry) -> Trends | None:
    systems: dict[str, list[Scored]] = {}
    for outcome in outcomes[::-1]:  # systems of the last result first
        for system in dict.fromkeys(system for system, _ in outcome.lines):
            systems.setdefault(system, [])
    for outcome in outcomes:
        for (system, title), one in outcome.lines.items():
            if title == metric.title:
                kind = f"{one.signature}\n{one.reference_texts}"
                systems[system].append(Scored(outcome.number, one.score, one.ci_low, one.ci_high, kind, one.system_texts))
    return trends_of(printable(metric.title), metric.unit_scale, metric.higher_is_better, systems, [outcome.number for outcome in outcomes])


def change_of(before: Outcome, after: Outcome, metrics: Sequence[MetricEntry]) -> Change:
    """What is another in a later result."""
    systems = list(dict.fromkeys(system for outcome in (after, before) for system, _ in outcome.lines))
    rows = [_row(before, after, system, metrics) for system in systems]
    moved = [row for row in rows if row is not None]
    rest = len(rows) - len(moved)
    unchanged = f"{rest} system{'s' * (rest > 1)} as before: same texts, same scores." if rest else ""
    heads = [head_of(printable(one.title), one.higher_is_better) for one in metrics]
    title = f"What changed from {before.title} to {after.title}"
    return Change(title, _notes(before, after), heads, moved, unchanged)


def _notes(before: Outcome, after: Outcome) -> list[str]:
    """What bears on all systems: card, references, version, signatures."""
    old, new = before.any, after.any
    notes = []
    if old.reference_texts != new.reference_texts:
        notes.append("The references are others: scores cannot be compared.")
    for label, was, now in (("Version of the card", old.version, new.version), ("Version of evaluator", old.evaluator, new.evaluator)):
        if was != now:
            notes.append(f"{label}: {printable(was) or 'none'} became {printable(now) or 'none'}.")
    signed = [{metric: one.signature for (_, metric), one in outcome.lines.items()} for outcome in (before, after)]
    for metric in dict.fromkeys([*signed[1], *signed[0]]):
        if metric not in signed[0] or metric not in signed[1]:
            notes.append(f"{printable(metric)} is {'new' if metric in signed[1] else 'gone'}.")
        elif signed[0][metric] != signed[1][metric]:
            became = f"{printable(signed[0][metric])} became {printable(signed[1][metric])}"
            notes.append(f"Signature of {printable(metric)}: {became}; scores cannot be compared.")
    return notes


def _row(before: Outcome, after: Outcome, system: str, metrics: Sequence[MetricEntry]) -> ChangeRow | None:
    """None where texts and scores are the same."""
    old, new = ({metric: one for (name, metric), one in outcome.lines.items() if name == system} for outcome in (before, after))
    if old and new:
        texts = {one.system_texts for one in old.values()} != {one.system_texts for one in new.values()}
        what = "other texts" if texts else "same texts"
    else:
        texts, what = True, "new" if new else "gone"
    cells = [_cell(old.get(one.title), new.get(one.title), one.unit_scale) for one in metrics]
    scores = [(old[one.title].score, new[one.title].score) for one in metrics if one.title in old and one.title in new]
    return ChangeRow(printable(system), what, cells) if texts or any(was != now for was, now in scores) else None


def _cell(old: Noted | None, new: Noted | None, unit_scale: bool) -> str:
    was, now = (None if one is None else one.score for one in (old, new))
    shown = " → ".join(text for text in (shown_score(was, unit_scale), shown_score(now, unit_scale)) if text)
    if old is None or new is None:
        return shown
    if (old.signature, old.reference_texts) != (new.signature, new.reference_texts):
        return f"{shown}, not comparable"
    return f"{shown} ({delta(was, now, unit_scale)})" if delta(was, now, unit_scale) else shown
