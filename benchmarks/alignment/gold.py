"""Articles with gold alignment: reading them, and what is right by them.

The form is that of `generate_articles.py`. Nothing here aligns.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

Beads = list[tuple[tuple[int, ...], tuple[int, ...]]]
"""Pairs (reference paragraphs, hypothesis paragraphs), 0-based, either side may be empty."""


@dataclass(frozen=True)
class Article:
    """Two texts and how they line up."""

    level: str
    """Two characters: a letter and the difficulty, 0 to 5."""
    reference: list[str]
    hypothesis: list[str]
    gold: Beads
    original: dict[int, int]
    """A hypothesis paragraph that repeats another, and which: either may stand for both."""


def read_articles(path: Path) -> list[Article]:
    """The articles of a JSONL file."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]
    return [Article(row["level"][:2], row["reference"], row["hypothesis"], [(tuple(r), tuple(h)) for r, h in row["gold"]], dict(row["dups"])) for row in rows]


@dataclass(frozen=True)
class Gold:
    """An article's gold alignment in the local numbers of a `Region`: hypothesis after reference."""

    article: Article

    @cached_property
    def _original(self) -> dict[int, int]:
        n = len(self.article.reference)
        return {n + copy: n + original for copy, original in self.article.original.items()}

    @cached_property
    def _groups(self) -> list[frozenset[int]]:
        n = len(self.article.reference)
        return [frozenset(r) | self._canonical(n + j for j in h) for r, h in self.article.gold]

    def _canonical(self, members: Iterable[int]) -> frozenset[int]:
        return frozenset(self._original.get(x, x) for x in members)

    def is_bead(self, members: Sequence[int]) -> bool:
        """Whether these paragraphs are exactly one bead."""
        return self._canonical(members) in self._groups

    def is_part(self, members: Sequence[int]) -> bool:
        """Whether these paragraphs belong together, no text twice."""
        canonical = self._canonical(members)
        return len(canonical) == len(members) and any(canonical <= group for group in self._groups)

    def is_member(self, x: int, own: Iterable[int], other: Iterable[int]) -> bool:
        """Whether x shares a bead with any paragraph of the `other` side and does not repeat one of its `own`."""
        canonical, counterpart = self._original.get(x, x), self._canonical(other)
        return canonical not in self._canonical(own) and any(canonical in group and counterpart & group for group in self._groups)


class Count(NamedTuple):
    """Beads of one or more articles."""

    right: int
    found: int
    gold: int

    @property
    def f1(self) -> float:
        """Strict bead F1; NaN where there are no beads."""
        total = self.found + self.gold
        return 2 * self.right / total if total else float("nan")


def count_beads(article: Article, found: Beads) -> Count:
    """Beads found that are exactly right, all of them counted, dropped and inserted paragraphs too."""

    def canonical(beads: Beads) -> Counter[tuple[tuple[int, ...], tuple[int, ...]]]:
        return Counter((tuple(sorted(r)), tuple(sorted(article.original.get(j, j) for j in h))) for r, h in beads)

    mine, gold = canonical(found), canonical(article.gold)
    return Count((mine & gold).total(), mine.total(), gold.total())


def score_levels(articles: Sequence[Article], found: Sequence[Beads]) -> dict[str, float]:
    """Strict bead F1 by level number (`L0`...), of `all` beads, and the mean of the levels (`macro`)."""
    counts: dict[str, list[Count]] = {}
    for article, beads in zip(articles, found, strict=True):
        for name in (f"L{article.level[1]}", "all"):
            counts.setdefault(name, []).append(count_beads(article, beads))
    scores = {name: Count(*map(sum, zip(*several, strict=True))).f1 for name, several in sorted(counts.items())}
    levels = [score for name, score in scores.items() if name != "all"]
    return {**scores, "macro": sum(levels) / len(levels)}
