"""How far the metrics can be trusted here, in words and as a table, free of any format: what `trust` of run.json holds."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

from evaluator.reports.ranking import Ranking
from evaluator.run_json import Manifest

LEXICAL = ("bleu", "chrf", "chrf++", "ter")
NEURAL = re.compile(r"bertscore|fidelity|comet|metricx|bleurt|yisi|prism|gemba|unite|kiwi")
PAIRS = "pairwise accuracy"
PREFERRED = (PAIRS, "system Pearson", "segment Pearson")
"""Which statistic a single line names, the first that there is."""


class TrustRow(NamedTuple):
    """One figure, shown."""

    metric: str
    statistic: str
    value: str
    interval: str
    """Empty where there is none."""
    on: str
    """What it was computed on."""
    source: str
    """Empty for the run's own human scores."""


def trust_rows(manifest: Manifest) -> list[TrustRow]:
    """Every figure, the run's own before published ones."""
    return [
        TrustRow(row["metric"], row["statistic"], short(row["value"]), _interval(row), row["on"], row["source"] or "own computation")
        for row in _figures(manifest)
    ]


def trust_lines(manifest: Manifest, rankings: Sequence[Ranking]) -> tuple[str, ...]:
    """At most two lines: how far metrics agreed with people, and where lexical and neural ones name different winners."""
    return tuple(filter(None, (_agreement(manifest), _winners(manifest, rankings))))


def short(value: float) -> str:
    """Three decimals without the zero before the point.

    >>> short(0.5), short(-0.25)
    ('.500', '-.250')
    """
    return f"{value:.3f}".replace("0.", ".", 1) if abs(value) < 1 else f"{value:.3f}"


def _figures(manifest: Manifest) -> Sequence[dict[str, Any]]:
    return list((manifest.trust or {}).get("figures", ()))


def _interval(row: dict[str, Any]) -> str:
    return "" if row["ci_low"] is None else f"{short(row['ci_low'])} to {short(row['ci_high'])}"


def _agreement(manifest: Manifest) -> str:
    figures = _figures(manifest)
    own = [row for row in figures if not row["source"]]
    chosen = own or _of_one_study(figures)
    statistic = next((name for name in PREFERRED if any(row["statistic"] == name for row in chosen)), None)
    if statistic is None:
        return ""
    rows = [row for row in chosen if row["statistic"] == statistic]
    if own and statistic == PAIRS:
        said = ", ".join(f"{row['metric']} {round(row['value'] * row['pairs'])}" for row in rows)
        return f"Trust: of {rows[0]['pairs']} pairs of systems, ordered as people order them ({rows[0]['on']}): {said}."
    said = ", ".join(f"{row['metric']} {short(row['value'])}" for row in rows)
    where = rows[0]["on"] if own else rows[0]["on"].partition(" on ")[2]
    return f"Trust: {statistic} with people on {where}: {said}{'' if own else '; published, sources in the report'}."


def _of_one_study(figures: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The published figures of the first study that there is: one of the language pair, else one of many."""
    first = figures[0]["on"].partition(" on ")[2] if figures else ""
    return [row for row in figures if row["on"].partition(" on ")[2] == first]


def _winners(manifest: Manifest, rankings: Sequence[Ranking]) -> str:
    """Which systems lexical and neural metrics put first, where they differ; empty elsewhere."""
    names = {entry.title: entry.name for entry in manifest.compared or ()}
    human = (manifest.trust or {}).get("human", ())
    first: dict[str, dict[str, list[str]]] = {"lexical": {}, "neural": {}, "people": {}}
    kinds: dict[str, list[Ranking]] = {}
    for ranking in rankings:
        name = names.get(ranking.metric, "").lower()
        kind = "people" if ranking.metric in human else "lexical" if name in LEXICAL else "neural" if NEURAL.search(name) else ""
        if kind and ranking.systems and ranking.systems[0].score is not None:
            first[kind].setdefault(ranking.systems[0].system, []).append(ranking.metric)
            kinds.setdefault(kind, []).append(ranking)
    if not first["lexical"] or not first["neural"] or set(first["lexical"]) == set(first["neural"]):
        return ""
    said = [f"{', '.join(metrics)} {system}" for kind in ("lexical", "neural") for system, metrics in first[kind].items()]
    people = [f"people ({', '.join(metrics)}) {system}" for system, metrics in first["people"].items()]
    named = {*first["lexical"], *first["neural"]}
    apart = any({one.system for one in ranking.systems if one.cluster == 1} & named != named for kind in ("lexical", "neural") for ranking in kinds[kind])
    told = "" if apart else "; no test tells these systems apart"
    return f"Lexical and neural metrics disagree on the best system: {'; '.join([*said, *people])}{told}."
