"""Training examples: what the aligner would have to judge in an article, and what is right by the gold.

The features are the package's own, so what is learned is what is used.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

import numpy as np
from gold import Article, Beads, Gold
from numpy.typing import NDArray

from evaluator.alignment.aligner import align_region
from evaluator.alignment.chain import BeadFinder
from evaluator.alignment.confidence import pair_quality, single_quality
from evaluator.alignment.evidence import BeadEvidence
from evaluator.alignment.features import Region, across_languages, cut_region, read_features
from evaluator.alignment.pairs import Bead, IntArray, ParagraphVectors
from evaluator.alignment.repair import Neighbours, list_neighbours, remove_strangers, score_leftovers
from evaluator.alignment.spans import Parameters
from evaluator.alignment.weights import Logistic, RepairWeights, Settings
from evaluator.types import FloatArray


class Examples(NamedTuple):
    """Examples of one decision."""

    evidence: FloatArray
    """float64 (n, features)."""
    right: NDArray[np.bool_]
    """bool (n,): whether the answer is yes."""


@dataclass(frozen=True)
class Recorder(Logistic):
    """A regression that keeps the evidence it is asked about: what the aligner asks stays its own affair."""

    seen: list[FloatArray] = field(default_factory=list)

    def score(self, evidence: FloatArray) -> FloatArray:
        """float64 (n,): zeros."""
        self.seen.append(evidence)
        return np.zeros(len(evidence))


@dataclass(frozen=True)
class Sample:
    """An article made ready for fitting and testing."""

    article: Article
    region: Region
    parameters: Parameters

    @cached_property
    def gold(self) -> Gold:
        """The right answers."""
        return Gold(self.article)

    @cached_property
    def first_beads(self) -> list[Bead]:
        """The beads of the first pass, which needs no weights."""
        return BeadFinder(self.region, self.parameters).find_in_order()

    @cached_property
    def first_examples(self) -> dict[str, Examples]:
        """The decisions about the beads of the first pass."""
        return find_examples(self.region, self.first_beads, self.gold)

    def second_examples(self, weights: RepairWeights) -> dict[str, Examples]:
        """The decisions about the beads that the repairs will be given.

        Strangers are put out twice, from the first beads and from these, so both give examples of membership.
        """
        kept = remove_strangers(self.region, self.first_beads, weights)
        beads = BeadFinder(self.region, self.parameters).find_out_of_order(kept)
        found = find_examples(self.region, beads, self.gold)
        if "membership" in self.first_examples:
            found["membership"] = concatenate([part["membership"] for part in (found, self.first_examples) if "membership" in part])
        return found

    def align(self, settings: Settings) -> list[Bead]:
        """The beads of the whole aligner."""
        return align_region(self.region, settings)


def make_sample(article: Article, parameters: Parameters, vectors: Mapping[str, NDArray[np.float32]] | None, *, across: bool = False) -> Sample:
    """The sample of an article; `vectors` holds the model's vector of every paragraph, None is without model; `across` is in two languages."""
    sides = article.reference, article.hypothesis
    additive = None if vectors is None else ParagraphVectors(*(np.array([vectors[text] for text in side], dtype=np.float32) for side in sides))
    features = read_features(*sides, additive)
    features = across_languages(features) if across else features
    return Sample(article, cut_region(features, np.arange(len(sides[0])), np.arange(len(sides[1]))), parameters)


def list_beads(region: Region, beads: Sequence[Bead]) -> Beads:
    """The beads and every paragraph outside them, each side with its own numbers."""
    n = region.n
    used = {x for bead in beads for x in bead.members}
    paired = [(tuple(bead.reference), tuple(j - n for j in bead.hypothesis)) for bead in beads]
    dropped: Beads = [((i,), ()) for i in range(n) if i not in used]
    inserted: Beads = [((), (j - n,)) for j in range(n, region.size) if j not in used]
    return paired + dropped + inserted


def concatenate(parts: Iterable[Examples]) -> Examples:
    """The examples of several articles as one."""
    evidence, right = zip(*parts, strict=True)
    return Examples(np.concatenate(evidence), np.concatenate(right))


def find_examples(region: Region, beads: list[Bead], gold: Gold) -> dict[str, Examples]:
    """Examples by the name of the decision in `RepairWeights`; a decision without any is left out."""
    evidence, near = BeadEvidence(region, beads), Neighbours(region, beads)
    found = _leftover_examples(evidence, near, gold)
    neighbours = _pairs(list_neighbours(beads, near))
    if len(neighbours):
        right = [gold.is_part(beads[k].members + beads[following].members) for k, following in neighbours.tolist()]
        found["merger"] = Examples(evidence.merger_evidence(*neighbours.T), np.array(right))
    members = _pairs((x, k) for k, bead in enumerate(beads) for s in (0, 1) if len(bead.side(s)) > 1 for x in bead.side(s))
    if len(members):
        found["membership"] = _member_examples(evidence, near, members, gold)
    return found


def _pairs(pairs: Iterable[tuple[int, int]]) -> IntArray:
    return np.array(list(pairs), dtype=np.int64).reshape(-1, 2)


def _leftover_examples(evidence: BeadEvidence, near: Neighbours, gold: Gold) -> dict[str, Examples]:
    """Which leftovers are pairs, and which belong to a bead."""
    record = {"pair": Recorder(0.0, ()), "place": Recorder(0.0, ())}
    unasked = Recorder(0.0, ())
    weights = RepairWeights(place=record["place"], pair=record["pair"], merger=unasked, membership=unasked)
    (pairs, _), (places, _) = score_leftovers(evidence, near, weights)
    right = {
        "pair": [gold.is_part(pair) for pair in pairs.tolist()],
        "place": [gold.is_part([*evidence.beads[k].members, x]) for x, k in places.tolist()],
    }
    return {name: Examples(record[name].seen[0], np.array(answers)) for name, answers in right.items() if answers}


def _member_examples(evidence: BeadEvidence, near: Neighbours, members: IntArray, gold: Gold) -> Examples:
    """Which members (paragraph, bead) belong where they are; asked as `remove_strangers` asks."""
    n, right, beside = evidence.region.n, [], []
    for x, k in members.tolist():
        bead, side = evidence.beads[k], int(x >= n)
        right.append(gold.is_member(x, [y for y in bead.side(side) if y != x], bead.side(1 - side)))
        beside.append(near.stands_beside(x, k))
    xs, ks = members.T
    return Examples(evidence.attachment_evidence(xs, ks, np.array(beside, dtype=np.int64), np.ones_like(xs)), np.array(right))


def find_verdicts(sample: Sample, settings: Settings) -> dict[str, Examples]:
    """Which pairs and which single paragraphs of the finished alignment are right, by name in `Settings`."""
    beads = sample.align(settings)
    evidence, near = BeadEvidence(sample.region, beads), Neighbours(sample.region, beads)
    left, quality = single_quality(evidence, near, settings)
    found = {}
    if beads:
        found["right_pair"] = Examples(pair_quality(evidence), np.array([sample.gold.is_bead(bead.members) for bead in beads]))
    if len(left):
        found["right_single"] = Examples(quality, np.array([sample.gold.is_bead([x]) for x in left.tolist()]))
    return found
