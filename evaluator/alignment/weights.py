"""The learned decisions: logistic regressions over the features of `evidence.py` and `confidence.py`.

The numbers are in `learned.py`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from evaluator.alignment.spans import Parameters
from evaluator.types import FloatArray


@dataclass(frozen=True)
class Logistic:
    """A logistic regression."""

    intercept: float
    weights: tuple[float, ...]

    def score(self, evidence: FloatArray) -> FloatArray:
        """float64 (n,): log odds for evidence (n, features)."""
        return np.asarray(evidence @ np.array(self.weights) + self.intercept)

    def probability(self, evidence: FloatArray) -> FloatArray:
        """float64 (n,): probabilities in 0..1."""
        return np.asarray(1 / (1 + np.exp(-self.score(evidence))))


@dataclass(frozen=True)
class RepairWeights:
    """The decisions of the repairs."""

    place: Logistic
    """Does a leftover belong to a bead?"""
    pair: Logistic
    """Are two leftovers in the same gap a pair?"""
    merger: Logistic
    """Are two neighbouring beads one?"""
    membership: Logistic
    """Does a member belong to its bead?"""
    stranger_below: float = -1.0
    """Log odds below which a member is put out."""


@dataclass(frozen=True)
class Settings:
    """Everything that was tuned or learned, for one kind of input (with a model, or without)."""

    parameters: Parameters
    weights: RepairWeights
    right_pair: Logistic
    """Is a pair with both sides exactly right?"""
    right_single: Logistic
    """Is a paragraph rightly left without counterpart?"""
