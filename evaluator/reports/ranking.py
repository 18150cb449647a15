"""What is shown of a comparison, free of any format: rankings, pairs, buckets, n-grams."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from evaluator.digits import shown_score
from evaluator.run_json import ComparedEntry
from evaluator.types import Evaluation, Table

MOST_PAIRS = 10
"""Pairs that a report says in words; of more only neighbours in the ranking are."""
ALPHA = 0.05
PLACES = ("ci_low", "ci_high", "rank_low", "rank_high", "cluster")
TEST_NAMES = {"ar": "paired approximate randomization", "bootstrap": "signed paired bootstrap", "sacrebleu-bs": "sacreBLEU's paired bootstrap"}
CORRECTION_NAMES = {"holm": "Holm", "bh": "Benjamini-Hochberg", "none": "no correction"}


class Ranked(NamedTuple):
    """One system's place by one metric."""

    system: str
    score: float | None
    ci_low: float | None
    ci_high: float | None
    rank_low: int | None
    rank_high: int | None
    cluster: int | None
    worse_than_best: bool
    """Whether the test tells it from the best."""

    @property
    def rank(self) -> str:
        """`2`, or `2-4` where the tests leave it open."""
        return f"{self.rank_low}" if self.rank_low == self.rank_high else f"{self.rank_low}-{self.rank_high}"


class Ranking(NamedTuple):
    """All systems by one metric, best first."""

    metric: str
    unit_scale: bool
    higher_is_better: bool
    systems: tuple[Ranked, ...]
    verdicts: tuple[str, ...]
    """Of all pairs, or of neighbours where there are many."""
    left_out: int
    """Pairs that are not said in words."""

    def shown(self, value: float | None, width: int) -> str:
        """A number with `width` decimals on a scale of 100."""
        return shown_score(value, self.unit_scale, width)


def rankings_of(evaluation: Evaluation) -> tuple[Ranking, ...]:
    """One ranking a metric compared; none with one system."""
    pairs = evaluation.tables.get("pairs")
    if pairs is None:
        return ()
    rows = rows_of(pairs)
    stated = {entry.title: entry for entry in evaluation.manifest.compared or ()}
    metrics = dict.fromkeys(row["metric"] for row in rows if row["metric"] in stated)
    return tuple(_ranking(evaluation, metric, stated[metric], [row for row in rows if row["metric"] == metric]) for metric in metrics)


def rows_of(table: Table) -> list[dict[str, Any]]:
    """A table by rows."""
    return [dict(zip(table.columns, row, strict=True)) for row in zip(*table.columns.values(), strict=True)]


def _ranking(evaluation: Evaluation, metric: str, stated: ComparedEntry, pairs: Sequence[Mapping[str, Any]]) -> Ranking:
    up = stated.higher_is_better
    known = {row["system"]: row for row in rows_of(evaluation.tables["statistics"]) if row["metric"] == metric}
    scores = {row[f"system_{side}"]: row[f"score_{side}"] for row in pairs for side in "ab"}
    order = sorted(scores, key=lambda system: (scores[system] is None, 0 if scores[system] is None else -scores[system] if up else scores[system]))
    by_pair = {frozenset((row["system_a"], row["system_b"])): row for row in pairs}

    def worse(system: str) -> bool:
        return system != order[0] and bool(by_pair[frozenset((order[0], system))]["p_holm"] <= ALPHA)

    places = {s: {name: known.get(s, {}).get(name) for name in PLACES} for s in order}
    systems = tuple(Ranked(system=s, score=scores[s], worse_than_best=worse(s), **places[s]) for s in order)
    neighbours = [by_pair[frozenset(two)] for two in pairwise(order)]
    said = list(pairs) if len(pairs) <= MOST_PAIRS else neighbours
    return Ranking(metric, stated.unit_scale, up, systems, tuple(map(_said, said)), len(pairs) - len(said))


def _said(row: Mapping[str, Any]) -> str:
    """The verdict with the pair's names where it does not say them."""
    named = row["p_holm"] <= ALPHA and row["verdict"].startswith((row["system_a"], row["system_b"]))
    return str(row["verdict"]) if named else f"{row['system_a']} and {row['system_b']}: {row['verdict']}"


def comparison_line(evaluation: Evaluation) -> str:
    """How the systems were compared, on one line; empty where they were not."""
    stated = evaluation.manifest.comparison
    pairs = evaluation.tables.get("pairs")
    if stated is None or pairs is None or not pairs.columns["metric"]:
        return ""
    n = len(evaluation.manifest.systems)
    n_pairs = n * (n - 1) // 2
    family = "" if n_pairs == 1 else f", {CORRECTION_NAMES[stated.correction]} over {n_pairs} pairs"
    return f"{TEST_NAMES[stated.test]} by {stated.unit}, {stated.resamples:,} resamples, seed {stated.seed}{family}"
