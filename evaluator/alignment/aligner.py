"""Aligns the paragraphs of two articles: `align_paragraphs` is the entry point.

Steps: features of all paragraphs (`features.py`), stretches if the input is long (`stretches.py`),
a chain of beads in order and chains of moved ones (`spans.py`, `chain.py`), repairs
(`evidence.py`, `repair.py`), and how sure each pair is (`confidence.py`). Where to cut a joined
paragraph, and text without counterpart inside a pair, is found by `cuts.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from evaluator.alignment.chain import BeadFinder
from evaluator.alignment.confidence import article_confidence, judge_region, relatedness
from evaluator.alignment.features import Features, Region, across_languages, cut_region, read_features, shared_spelling
from evaluator.alignment.learned import ACROSS, LEXICAL, WITH_MODEL
from evaluator.alignment.pairs import Bead, ParagraphVectors
from evaluator.alignment.repair import remove_strangers, repair_beads
from evaluator.alignment.stretches import cut_stretches, longest_chain
from evaluator.alignment.weights import Settings
from evaluator.types import AlignedPair

RELATED_FROM = 0.25
"""Least `relatedness` of two articles that are worth comparing."""
SAME_LANGUAGE_FROM = 0.3
"""Share of the smaller side's 5-grams that stand on both sides, from which two texts are taken to be in one language. Rewritten
articles have .44 and more, texts in two languages .18 and less (German and English, German and French; others far less)."""
MIN_TO_CENTRE = 8
"""Paragraphs on each side below which their mean says nothing about the language."""
_ROUNDS = 3
"""Passes over what a long input's stretches left over."""


@dataclass(frozen=True)
class Alignment:
    """The pairs of two articles and how far they can be trusted."""

    pairs: list[AlignedPair]
    """In reference order; an inserted paragraph follows the pair of the paragraph before it."""
    confidence: float
    """Expected share of right pairs, in 0..1."""
    relatedness: float
    """Share of the shorter article's characters in likely pairs, in 0..1."""

    @property
    def is_related(self) -> bool:
        """False when the two articles have nothing to do with each other."""
        return self.relatedness >= RELATED_FROM


def align_paragraphs(reference: Sequence[str], hypothesis: Sequence[str], vectors: ParagraphVectors | None = None) -> list[AlignedPair]:
    """The pairs of two articles in reference order; every paragraph is in exactly one of them.

    Args:
        reference: n paragraphs.
        hypothesis: m paragraphs.
        vectors: additive vectors (n, d) and (m, d) of a model, or None to compare spelling only.

    Raises:
        ValueError: the vectors are not one for each paragraph.

    >>> [(p.reference, p.hypothesis) for p in align_paragraphs(["The cat sat.", "It rained."], ["It rained."])]
    [((0,), ()), ((1,), (0,))]
    """
    return align_articles(reference, hypothesis, vectors).pairs


def align_articles(reference: Sequence[str], hypothesis: Sequence[str], vectors: ParagraphVectors | None = None) -> Alignment:
    """The pairs of two articles, with the confidence in them; arguments as `align_paragraphs`."""
    n, m = len(reference), len(hypothesis)
    if vectors is not None and (len(vectors.reference), len(vectors.hypothesis)) != (n, m):
        raise ValueError(f"{len(vectors.reference)} and {len(vectors.hypothesis)} vectors for {n} and {m} paragraphs")
    # A blank paragraph says nothing that another could say again: it stays alone.
    rows, columns = _filled(reference), _filled(hypothesis)
    blanks = [AlignedPair((i,), ()) for i in range(n) if i not in set(rows)] + [AlignedPair((), (j,)) for j in range(m) if j not in set(columns)]
    if not rows and not columns:
        return Alignment(order_pairs(blanks), 1.0, 0.0)
    if vectors is not None:
        vectors = ParagraphVectors(vectors.reference[rows], vectors.hypothesis[columns])
    features = read_features([reference[i] for i in rows], [hypothesis[j] for j in columns], vectors)
    settings = LEXICAL if vectors is None else WITH_MODEL
    if vectors is not None and min(len(rows), len(columns)) >= MIN_TO_CENTRE and shared_spelling(features) < SAME_LANGUAGE_FROM:
        features, settings = across_languages(features), ACROSS
    pairs = _align_features(features, len(columns), settings)
    lengths = features.lengths[: len(rows)], features.lengths[len(rows) :]
    found = Alignment([], article_confidence(pairs), relatedness(pairs, lengths))
    named = [replace(pair, reference=_renumbered(pair.reference, rows), hypothesis=_renumbered(pair.hypothesis, columns)) for pair in pairs]
    return replace(found, pairs=order_pairs([*mark_moved(named), *blanks]))


def _filled(texts: Sequence[str]) -> list[int]:
    return [i for i, text in enumerate(texts) if text.strip()]


def _renumbered(indices: Sequence[int], kept: Sequence[int]) -> tuple[int, ...]:
    return tuple(kept[index] for index in indices)


def align_region(region: Region, settings: Settings, *, ordered: bool = True) -> list[Bead]:
    """The beads of one article or stretch."""
    if not len(region.rows) or not len(region.columns):
        return []
    finder = BeadFinder(region, settings.parameters)
    beads = finder.find_in_order() if ordered else []
    beads = remove_strangers(region, beads, settings.weights)
    beads = remove_strangers(region, finder.find_out_of_order(beads), settings.weights)
    beads = finder.find_out_of_order(beads)
    return repair_beads(region, beads, settings.weights) if ordered else beads


def _align_features(features: Features, m: int, settings: Settings) -> list[AlignedPair]:
    """Pairs of all paragraphs, in no order; a long input's leftovers are tried again together."""
    pairs: list[AlignedPair] = []
    work = cut_stretches(features, np.arange(features.n_reference), np.arange(m))
    for turn in range(_ROUNDS):
        found: list[AlignedPair] = []
        for stretch in work:
            region = cut_region(features, stretch.rows, stretch.columns)
            found += judge_region(region, align_region(region, settings, ordered=stretch.ordered), settings)
        rows = np.array(sorted(i for p in found for i in p.reference if not p.hypothesis), dtype=np.int64)
        columns = np.array(sorted(j for p in found for j in p.hypothesis if not p.reference), dtype=np.int64)
        if len(work) == 1 or turn == _ROUNDS - 1 or not len(rows) or not len(columns):
            return pairs + found
        pairs += [pair for pair in found if pair.reference and pair.hypothesis]
        work = [replace(stretch, ordered=False) for stretch in cut_stretches(features, rows, columns)]
    return pairs


def mark_moved(pairs: Sequence[AlignedPair]) -> list[AlignedPair]:
    """The pairs, with `moved` set on those outside the longest chain in order on both sides."""
    two_sided = sorted((pair for pair in pairs if pair.reference and pair.hypothesis), key=lambda p: p.reference)
    kept = set(longest_chain([pair.hypothesis[0] for pair in two_sided]))
    moved = {pair.reference for k, pair in enumerate(two_sided) if k not in kept}
    return [replace(pair, moved=bool(pair.hypothesis) and pair.reference in moved) for pair in pairs]


def order_pairs(pairs: Sequence[AlignedPair]) -> list[AlignedPair]:
    """The pairs in reference order, each inserted paragraph after the pair of the paragraph before it."""
    before: dict[int, int] = {}
    last = -1
    owners = {j: pair for pair in pairs for j in pair.hypothesis}
    for j, pair in sorted(owners.items()):
        before[j] = last
        last = pair.reference[0] if pair.reference else last
    return sorted(
        pairs,
        key=lambda p: (p.reference[0], 0, 0) if p.reference else (before[p.hypothesis[0]], 1, p.hypothesis[0]),
    )
