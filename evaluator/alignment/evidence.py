"""Evidence for repairing a first alignment: small feature vectors for `weights.py`.

Three questions are asked: does this paragraph belong to that bead (`attachment_evidence`), are
these two leftovers to be a pair (`pair_evidence`), and are these two neighbouring beads one
(`merger_evidence`)? The strongest answer comes from residuals: if a bead's text says more than its
partner, what is left (the difference of the additive vectors) should look like the missing paragraph.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from evaluator.alignment.features import Region
from evaluator.alignment.pairs import Bead, IntArray
from evaluator.types import FloatArray

_COVERED = 0.2
"""Share of 5-grams found again above which text counts as covered: unrelated text reaches .05-.1."""


class BeadSums:
    """Sums over the members of beads, of one gram matrix."""

    def __init__(self, gram: FloatArray, members: tuple[FloatArray, FloatArray]) -> None:
        self.gram = gram
        self.diagonal = np.diagonal(gram)
        self.dots = (members[0] @ gram, members[1] @ gram)
        self.squares = np.stack([(d * m).sum(axis=1) for d, m in zip(self.dots, members, strict=True)])
        self.cross = np.asarray((self.dots[0] * members[1]).sum(axis=1))


def membership(beads: list[Bead], size: int) -> tuple[FloatArray, FloatArray]:
    """Two float64 (n_beads, size) arrays of 0 and 1: reference members and hypothesis members."""
    found = (np.zeros((len(beads), size)), np.zeros((len(beads), size)))
    for k, bead in enumerate(beads):
        found[0][k, bead.reference] = 1
        found[1][k, bead.hypothesis] = 1
    return found


def _cosine(dot: FloatArray, square: FloatArray, other: FloatArray) -> FloatArray:
    return np.asarray(dot / np.sqrt(np.maximum(square, 1e-9) * np.maximum(other, 1e-9)))


class BeadEvidence:
    """Evidence about the beads of a region as they stand."""

    def __init__(self, region: Region, beads: list[Bead]) -> None:
        self.region = region
        self.beads = beads
        self.members = membership(beads, region.size)
        self.sums = [BeadSums(gram, self.members) for gram in region.grams]
        self.lengths = np.stack([m @ region.lengths for m in self.members])
        trigrams = region.grams[-1]
        norm = np.sqrt(np.maximum(np.diagonal(trigrams), 1e-9))
        self._alike = trigrams / norm[:, None] / norm[None]
        self._seen = np.zeros(region.features.sequences.size, dtype=np.bool_)
        self.unmatched = 1 - sum(m.sum() for m in self.members) / region.size

    def attachment_evidence(self, xs: IntArray, ks: IntArray, beside: IntArray, between: IntArray) -> FloatArray:
        """float64 (n, features): does paragraph xs[i] belong to bead ks[i]?

        A paragraph that is a member already is judged as if it were not.

        Args:
            beside: 1 where the paragraph stands next to a member, else 0.
            between: 1 where no paragraph of another bead stands between.
        """
        side = (xs >= self.region.n).astype(np.int64)
        inside = np.stack(self.members)[side, ks, xs]
        columns: list[FloatArray] = []
        own = self.lengths[side, ks] - inside * self.region.lengths[xs]
        share = self.region.lengths[xs] / (self.region.lengths[xs] + own)
        for sums in self.sums:
            columns += self._vector_evidence(sums, xs, ks, side, inside, share)
        columns += self._length_evidence(xs, ks, side, own, share)
        mine = np.stack(self.members)[side, ks] * (np.arange(self.region.size)[None] != xs[:, None])
        theirs = np.stack(self.members)[1 - side, ks]
        contained = self.region.contained[xs]
        here = (theirs * contained).max(axis=1)
        columns += [here, here - ((1 - theirs) * contained).max(axis=1)]
        columns += [beside.astype(np.float64), between.astype(np.float64)]
        columns += [(mine * self._alike[xs]).max(axis=1), np.full(len(xs), self.unmatched), share]
        gaps = np.array([self._uncovered(int(x), self.beads[k]) for x, k in zip(xs, ks, strict=True)])
        columns += [np.minimum(gaps, 1), np.clip(gaps - 1, 0, 3)]
        return np.stack(columns, axis=1)

    def _vector_evidence(self, sums: BeadSums, xs: IntArray, ks: IntArray, side: IntArray, inside: FloatArray, share: FloatArray) -> list[FloatArray]:
        """Cosine with what the partner says beyond the bead; how much the bead's fit gains; plain cosine."""
        xx = sums.diagonal[xs]
        dots = np.stack(sums.dots)
        x_own = dots[side, ks, xs] - inside * xx
        x_other = dots[1 - side, ks, xs]
        own = sums.squares[side, ks] - inside * (2 * x_own + xx)
        other = sums.squares[1 - side, ks]
        cross = sums.cross[ks] - inside * x_other
        residual = _cosine(x_other - x_own, other + own - 2 * cross, xx)
        gain = _cosine(cross + x_other, own + 2 * x_own + xx, other) - _cosine(cross, own, other)
        return [residual, gain / share, _cosine(x_other, xx, other)]

    def _length_evidence(self, xs: IntArray, ks: IntArray, side: IntArray, own: FloatArray, share: FloatArray) -> list[FloatArray]:
        """How much the lengths fit better, and how many times the paragraph fits the missing length."""
        mine = self.region.lengths[xs]
        other = self.lengths[1 - side, ks]
        better = np.abs(np.log(own / other)) - np.abs(np.log((own + mine) / other))
        return [np.clip(better / share, -1.5, 1.5), np.clip((other - own) / mine, -1, 2), np.minimum(np.log(mine), 5)]

    def _uncovered(self, x: int, bead: Bead) -> float:
        """Length of the partner's uncovered text where x would stand, in lengths of x."""
        own = [y for y in bead.side(int(x >= self.region.n)) if y != x]
        other = bead.side(int(x < self.region.n))
        if x < min(own):
            host, where = min(other), "start"
        elif x > max(own):
            host, where = max(other), "end"
        else:
            host, where = max(other, key=lambda y: self.region.lengths[y]), "anywhere"
        for y in own:
            self._seen[self.region.sequence(y)] = True
        covered = self._seen[self.region.sequence(host)]
        for y in own:
            self._seen[self.region.sequence(y)] = False
        return float(longest_uncovered(covered, where) / self.region.lengths[x])

    def pair_evidence(self, rows: IntArray, columns: IntArray, alone: IntArray) -> FloatArray:
        """float64 (n, features): are leftover reference rows[i] and leftover columns[i] a pair?

        Args:
            alone: 1 where they are the only leftovers between the same neighbours.
        """
        lengths = self.region.lengths
        found = [_cosine(s.gram[rows, columns], s.diagonal[rows], s.diagonal[columns]) for s in self.sums]
        found.append(np.abs(np.log(lengths[rows] / lengths[columns])))
        found.append(np.maximum(self.region.contained[rows, columns], self.region.contained[columns, rows]))
        found += [np.full(len(rows), self.unmatched), alone.astype(np.float64)]
        found.append(np.minimum(np.log(np.minimum(lengths[rows], lengths[columns])), 5))
        return np.stack(found, axis=1)

    def merger_evidence(self, firsts: IntArray, seconds: IntArray) -> FloatArray:
        """float64 (n, features): does text spill between beads firsts[i] and seconds[i]?"""
        found: list[FloatArray] = []
        x, y = self.lengths[:, firsts], self.lengths[:, seconds]
        for sums in self.sums:
            found += self._spill(sums, firsts, seconds, x[0] / (x[0] + y[0]))
        shortest = np.minimum(x.min(axis=0), y.min(axis=0))
        balance = (x[1] + y[1]) / (x[0] + y[0])
        excess, lack = (x[1] - x[0]) / np.sqrt(balance), y[0] - y[1]
        found.append(np.sign(excess * lack) * np.minimum(np.abs(excess), np.abs(lack)) / shortest)
        found.append(np.maximum(np.abs(np.log(x[0] / x[1])), np.abs(np.log(y[0] / y[1]))))
        found += [np.abs(np.log(balance)), np.log(shortest)]
        return np.stack(found, axis=1)

    def _spill(self, sums: BeadSums, firsts: IntArray, seconds: IntArray, share: FloatArray) -> list[FloatArray]:
        """Cosine of the first's excess with the second's lack; gain of joining; cosines across."""
        (rr, hh), cross = sums.squares, sums.cross
        d = {(s, t): (sums.dots[s][firsts] * self.members[t][seconds]).sum(axis=1) for s in (0, 1) for t in (0, 1)}
        dot = d[1, 0] - d[1, 1] - d[0, 0] + d[0, 1]
        excess = rr[firsts] + hh[firsts] - 2 * cross[firsts]
        lack = rr[seconds] + hh[seconds] - 2 * cross[seconds]
        joint = _cosine(
            cross[firsts] + cross[seconds] + d[0, 1] + d[1, 0],
            rr[firsts] + rr[seconds] + 2 * d[0, 0],
            hh[firsts] + hh[seconds] + 2 * d[1, 1],
        )
        apart = share * _cosine(cross, rr, hh)[firsts] + (1 - share) * _cosine(cross, rr, hh)[seconds]
        across = [_cosine(d[0, 1], rr[firsts], hh[seconds]), _cosine(d[1, 0], hh[firsts], rr[seconds])]
        return [_cosine(dot, excess, lack), joint - apart, np.minimum(*across), np.maximum(*across)]


def longest_uncovered(covered: NDArray[np.bool_], where: str) -> int:
    """Characters at the start or end of a text, or anywhere in it, that have no counterpart.

    Args:
        covered: bool (length,): whether the 5-gram at each character occurs in the counterpart.
        where: "start", "end" or "anywhere".
    """
    gain = np.where(covered, _COVERED - 1, _COVERED)
    if where == "end":
        gain = gain[::-1]
    total = np.concatenate([[0.0], gain.cumsum()])
    if where != "anywhere":
        return int(total.argmax())
    end = int((total - np.minimum.accumulate(total)).argmax())
    return end - int(total[: end + 1].argmin())
