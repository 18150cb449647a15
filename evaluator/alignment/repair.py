"""Repairs of the first beads, most probable first, until none is more likely right than wrong."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from evaluator.alignment.evidence import BeadEvidence
from evaluator.alignment.features import Region
from evaluator.alignment.pairs import Bead, IntArray
from evaluator.alignment.weights import RepairWeights
from evaluator.types import FloatArray

_MOST_REPAIRS = 10_000
"""Against a loop without end; every repair but the first kind lowers the number of pieces."""


class Neighbours:
    """For every paragraph, the nearest beads before and after it on its side."""

    def __init__(self, region: Region, beads: list[Bead]) -> None:
        self.region = region
        self.owner = np.full(region.size, -1, dtype=np.int64)
        for k, bead in enumerate(beads):
            self.owner[bead.members] = k
        self.left = np.flatnonzero(self.owner < 0)
        self.before = np.full(region.size, -1, dtype=np.int64)
        self.after = self.before.copy()
        for low, high in ((0, region.n), (region.n, region.size)):
            nearest = -1
            for x in range(low, high):
                self.before[x] = nearest
                nearest = self.owner[x] if self.owner[x] >= 0 else nearest
            nearest = -1
            for x in reversed(range(low, high)):
                self.after[x] = nearest
                nearest = self.owner[x] if self.owner[x] >= 0 else nearest

    def stands_beside(self, x: int, k: int) -> bool:
        """Whether the next paragraph on either side is a member of bead k."""
        low, high = (0, self.region.n) if x < self.region.n else (self.region.n, self.region.size)
        positions = self.region.positions
        return any(low <= y < high and self.owner[y] == k and abs(int(positions[y] - positions[x])) == 1 for y in (x - 1, x + 1))


def remove_strangers(region: Region, beads: list[Bead], weights: RepairWeights) -> list[Bead]:
    """Beads without the members that do not belong: one at a time, the least likely first."""
    beads = [Bead(list(bead.reference), list(bead.hypothesis)) for bead in beads]
    for _ in range(_MOST_REPAIRS):
        members = [(x, k) for k, bead in enumerate(beads) for s in (0, 1) if len(bead.side(s)) > 1 for x in bead.side(s)]
        if not members:
            break
        xs, ks = np.array(members, dtype=np.int64).T
        near = Neighbours(region, beads)
        beside = np.array([near.stands_beside(x, k) for x, k in members], dtype=np.int64)
        evidence = BeadEvidence(region, beads).attachment_evidence(xs, ks, beside, np.ones_like(xs))
        scores = weights.membership.score(evidence)
        worst = int(scores.argmin())
        if scores[worst] >= weights.stranger_below:
            break
        beads[ks[worst]].side(int(xs[worst] >= region.n)).remove(int(xs[worst]))
    return beads


def repair_beads(region: Region, beads: list[Bead], weights: RepairWeights) -> list[Bead]:
    """Beads after pairing and attaching leftovers and joining neighbours between which text spills."""
    beads = [Bead(list(bead.reference), list(bead.hypothesis)) for bead in beads]
    for _ in range(_MOST_REPAIRS):
        near = Neighbours(region, beads)
        evidence = BeadEvidence(region, beads)
        if not (_take_leftover(evidence, near, weights) or _join_neighbours(evidence, near, weights)):
            break
    return beads


def _take_leftover(evidence: BeadEvidence, near: Neighbours, weights: RepairWeights) -> bool:
    """Puts leftovers in their places, in `evidence.beads`; False if none has a likely one.

    The most certain goes first; a bead or a gap that has just changed waits for the next round, when
    its evidence has been looked at again.
    """
    beads, n = evidence.beads, evidence.region.n
    pairs, pair_scores = _score_pairs(evidence, near, weights)
    places, place_scores = _score_places(evidence, near, weights)
    scores = np.concatenate([pair_scores, place_scores])
    changed: set[int] = set()
    for best in np.argsort(-scores, kind="stable"):
        if scores[best] <= 0:
            break
        is_pair = best < len(pairs)
        x, y = (pairs[best] if is_pair else places[best - len(pairs)]).tolist()
        gap = {int(near.before[x]), int(near.after[x])} - {-1}
        touched = gap if is_pair else gap | {y}
        if touched & changed or near.owner[x] >= 0 or (is_pair and near.owner[y] >= 0):
            continue
        near.owner[x] = len(beads)
        if is_pair:
            near.owner[y] = len(beads)
        changed |= touched
        if is_pair:
            beads.append(Bead([x], [y]))
        else:
            beads[y].side(int(x >= n)).append(x)
            beads[y].side(int(x >= n)).sort()
    return bool(len(scores) and scores.max() > 0)


def score_leftovers(evidence: BeadEvidence, near: Neighbours, weights: RepairWeights) -> list[tuple[IntArray, FloatArray]]:
    """Possible pairs of leftovers, and possible places (leftover, bead), with their log odds."""
    return [_score_pairs(evidence, near, weights), _score_places(evidence, near, weights)]


def _score_pairs(evidence: BeadEvidence, near: Neighbours, weights: RepairWeights) -> tuple[IntArray, FloatArray]:
    """Leftovers of the two sides between the same beads: int64 (p, 2) and their scores (p,)."""
    n = evidence.region.n
    rows, columns = near.left[near.left < n], near.left[near.left >= n]
    same = (near.before[rows][:, None] == near.before[columns][None]) & (near.after[rows][:, None] == near.after[columns][None])
    i, j = np.nonzero(same)
    if not len(i):
        return np.zeros((0, 2), dtype=np.int64), np.zeros(0)
    alone = (same.sum(axis=1)[i] == 1) & (same.sum(axis=0)[j] == 1)
    scores = weights.pair.score(evidence.pair_evidence(rows[i], columns[j], alone))
    return np.stack([rows[i], columns[j]], axis=1), scores


def list_places(evidence: BeadEvidence, near: Neighbours) -> Iterator[tuple[int, int, int, int]]:
    """(leftover, bead, beside, between) for the beads a leftover may belong to.

    These are the nearest beads before and after it, and the bead with the paragraph that holds most
    of its 5-grams, wherever that stands.
    """
    region = evidence.region
    for x in near.left.tolist():
        around = {int(k) for k in (near.before[x], near.after[x]) if k >= 0}
        contained = np.where(near.owner >= 0, region.contained[x], -1.0)
        holder = int(near.owner[int(contained.argmax())])
        if contained.max() <= 0:
            holder = -1
        for k in sorted(around | ({holder} if holder >= 0 else set())):
            yield x, k, int(near.stands_beside(x, k)), int(k in around)


def _score_places(evidence: BeadEvidence, near: Neighbours, weights: RepairWeights) -> tuple[IntArray, FloatArray]:
    """Leftovers and beads they may belong to: int64 (p, 2) and their scores (p,)."""
    places = np.array(list(list_places(evidence, near)), dtype=np.int64).reshape(-1, 4)
    if not len(places):
        return places[:, :2], np.zeros(0)
    return places[:, :2], weights.place.score(evidence.attachment_evidence(*places.T))


def list_neighbours(beads: list[Bead], near: Neighbours) -> Iterator[tuple[int, int]]:
    """Pairs of beads that follow each other on both sides, leftovers between them not counted."""
    for k, bead in enumerate(beads):
        following = int(near.after[max(bead.reference)])
        if following not in (-1, k) and following == near.after[max(bead.hypothesis)]:
            yield k, following


def _join_neighbours(evidence: BeadEvidence, near: Neighbours, weights: RepairWeights) -> bool:
    """Joins the two neighbours between which text most clearly spills; False if there are none."""
    beads = evidence.beads
    neighbours = np.array(list(list_neighbours(beads, near)), dtype=np.int64).reshape(-1, 2)
    if not len(neighbours):
        return False
    scores = weights.merger.score(evidence.merger_evidence(*neighbours.T))
    if scores.max() <= 0:
        return False
    k, following = neighbours[int(scores.argmax())].tolist()
    beads[k] = Bead(
        sorted(beads[k].reference + beads[following].reference),
        sorted(beads[k].hypothesis + beads[following].hypothesis),
    )
    del beads[following]
    return True
