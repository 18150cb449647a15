"""How sure each pair is, and whether two articles have anything to do with each other."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from evaluator.alignment.evidence import BeadEvidence
from evaluator.alignment.features import Region
from evaluator.alignment.pairs import Bead, IntArray
from evaluator.alignment.repair import Neighbours, score_leftovers
from evaluator.alignment.weights import Settings
from evaluator.types import AlignedPair, FloatArray


def pair_quality(evidence: BeadEvidence) -> FloatArray:
    """float64 (n_beads, features): how well each bead fits, and how well its best rival would.

    The features are the cosines of the whole bead, |log length ratio|, the largest share of a
    member's 5-grams inside and outside the bead, the number of paragraphs, and the article's share
    of unmatched paragraphs.
    """
    found = [sums.cross / np.sqrt(np.maximum(sums.squares[0] * sums.squares[1], 1e-9)) for sums in evidence.sums]
    found.append(np.abs(np.log(evidence.lengths[0] / evidence.lengths[1])))
    reference, hypothesis = evidence.members
    inside, outside = [], []
    for mine, theirs in ((reference, hypothesis), (hypothesis, reference)):
        held = [_held(evidence.region, mine[k], theirs[k]) for k in range(len(mine))]
        inside.append([pair[0] for pair in held])
        outside.append([pair[1] for pair in held])
    found += [np.min(inside, axis=0), np.max(outside, axis=0)]
    count = reference.sum(axis=1) + hypothesis.sum(axis=1)
    found += [np.minimum(count - 2, 3), (reference.sum(axis=1) > 1) & (hypothesis.sum(axis=1) > 1)]
    found.append(np.full(len(count), evidence.unmatched))
    return np.stack([np.asarray(f, dtype=np.float64) for f in found], axis=1)


def _held(region: Region, mine: FloatArray, theirs: FloatArray) -> tuple[float, float]:
    """Least share of a member's 5-grams held by the partner, and the most held by a stranger."""
    contained = region.contained[np.flatnonzero(mine)]
    here = (contained * theirs).max(axis=1)
    return float(here.min()), float((contained * (1 - theirs)).max())


def single_quality(evidence: BeadEvidence, near: Neighbours, settings: Settings) -> tuple[IntArray, FloatArray]:
    """The unmatched paragraphs, and float64 (n, 3): best refused repair, best rival, log length."""
    left = near.left
    refused = np.full(evidence.region.size, -6.0)
    pairs, places = score_leftovers(evidence, near, settings.weights)
    for side in (0, 1):
        np.maximum.at(refused, pairs[0][:, side], pairs[1])
    np.maximum.at(refused, places[0][:, 0], places[1])
    rival = evidence.region.contained[left].max(axis=1, initial=0.0)
    length = np.minimum(np.log(evidence.region.lengths[left]), 5)
    return left, np.stack([np.clip(refused[left], -6, 2), rival, length], axis=1)


def judge_region(region: Region, beads: list[Bead], settings: Settings) -> list[AlignedPair]:
    """The beads of a region and its unmatched paragraphs as pairs, with the probability of each."""
    pairs = []
    evidence, near = BeadEvidence(region, beads), Neighbours(region, beads)
    positions = region.positions
    chances = settings.right_pair.probability(pair_quality(evidence)) if beads else np.zeros(0)
    for bead, chance in zip(beads, chances, strict=True):
        reference = tuple(int(positions[i]) for i in bead.reference)
        hypothesis = tuple(int(positions[j]) for j in bead.hypothesis)
        pairs.append(AlignedPair(reference, hypothesis, score=round(float(chance), 4)))
    left, quality = single_quality(evidence, near, settings)
    for x, chance in zip(left.tolist(), settings.right_single.probability(quality), strict=True):
        alone = (int(positions[x]),)
        score = round(float(chance), 4)
        pairs.append(AlignedPair(alone, (), score=score) if x < region.n else AlignedPair((), alone, score=score))
    return pairs


def article_confidence(pairs: Sequence[AlignedPair]) -> float:
    """Expected share of right pairs, in 0..1; 1 for two empty articles."""
    return float(np.mean([pair.score for pair in pairs])) if pairs else 1.0


def relatedness(pairs: Sequence[AlignedPair], lengths: tuple[FloatArray, FloatArray]) -> float:
    """Share of the shorter article's characters in pairs, each weighed by its probability, in 0..1.

    Args:
        lengths: characters of the reference (n,) and hypothesis (m,) paragraphs.
    """
    reference, hypothesis = lengths
    paired = 0.0
    for pair in pairs:
        if pair.reference and pair.hypothesis:
            sides = reference[list(pair.reference)].sum(), hypothesis[list(pair.hypothesis)].sum()
            paired += pair.score * float(min(sides))
    return paired / max(1.0, min(float(reference.sum()), float(hypothesis.sum())))
