"""Two texts as one sequence: what the reader is given of a pair.

`[CLS] reference [SEP] hypothesis [SEP]`, with the positions of each text counted from its own
start, so that words at like places meet, and for each token a sign: whether the other text has it,
with which neighbours, and how it is capitalized (the model's vocabulary is lower-case).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Ids = NDArray[np.int64]
MATCHES, CASES = 5, 3
"""Special, absent, present, with one neighbour, with both; lower case, first letter, all letters."""
N_SIGNS = MATCHES * CASES


class Tokens(NamedTuple):
    """Word pieces of one text, special tokens left out."""

    ids: tuple[int, ...]
    offsets: tuple[tuple[int, int], ...]
    """Half-open character offsets into the text."""


class Joint(NamedTuple):
    """A pair as the reader's input; every array is (n_reference + n_hypothesis + 3,)."""

    ids: Ids
    positions: Ids
    signs: Ids
    sides: Ids
    """0 for the reference and the tokens around it, 1 for the hypothesis and its separator."""
    n_reference: int
    n_hypothesis: int

    @property
    def reference(self) -> slice:
        """Where the reference's tokens are."""
        return slice(1, 1 + self.n_reference)

    @property
    def hypothesis(self) -> slice:
        """Where the hypothesis's tokens are."""
        return slice(2 + self.n_reference, 2 + self.n_reference + self.n_hypothesis)


def join(reference: str, hypothesis: str, tokens: tuple[Tokens, Tokens], special: tuple[int, int]) -> Joint:
    """The pair as one sequence.

    Args:
        reference: the reference text.
        hypothesis: the hypothesis text.
        tokens: word pieces of reference and hypothesis.
        special: ids of the class and the separator token.
    """
    a, b = (np.array(side.ids, dtype=np.int64) for side in tokens)
    n, m = len(a), len(b)
    first, separator = special
    ids = np.concatenate([[first], a, [separator], b, [separator]])
    positions = np.concatenate([np.arange(n + 2), np.arange(1, m + 2)])
    sides = np.repeat([0, 1], [n + 2, m + 1])
    signs = np.zeros(n + m + 3, dtype=np.int64)
    signs[1 : 1 + n] = _matches(a, b) * CASES + _cases(reference, tokens[0])
    signs[2 + n : 2 + n + m] = _matches(b, a) * CASES + _cases(hypothesis, tokens[1])
    return Joint(ids, positions, signs, sides, n, m)


def _matches(ours: Ids, theirs: Ids) -> Ids:
    """1 where the other text lacks the token, 2 where it has it, one more for each neighbour that it has there as well."""
    if not len(ours) or not len(theirs):
        return np.ones(len(ours), dtype=np.int64)
    a, b = np.concatenate([[-1], ours, [-2]]), np.concatenate([[-1], theirs, [-2]])
    equal = a[:, None] == b[None, :]
    here = equal[1:-1, 1:-1]
    with_neighbours = 1 + equal[:-2, :-2].astype(np.int64) + equal[2:, 2:]
    out: Ids = 1 + np.where(here, with_neighbours, 0).max(axis=1)
    return out


def _cases(text: str, tokens: Tokens) -> Ids:
    """0 for a piece in lower case, 1 for a capital at its start, 2 for several letters all capital."""
    out = np.zeros(len(tokens.ids), dtype=np.int64)
    for k, (start, end) in enumerate(tokens.offsets):
        piece = text[start:end]
        if piece[:1].isupper():
            out[k] = 2 if len(piece) > 1 and piece.isupper() else 1
    return out
