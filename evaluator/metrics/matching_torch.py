"""Greedy matching on a GPU: the vectors stay there, and of each pair only the best cosines come back."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from evaluator.embed.bert import Copied, one_ahead
from evaluator.embed.table import TokenTable
from evaluator.metrics.matching import Ids, Matches, with_f1
from evaluator.types import FloatArray

CELLS = 1 << 24
"""Cosines that are made at once: 64 MB, and twice that for the masked ones."""


def match_table(table: TokenTable, pairs: Sequence[tuple[Ids, Ids]], weights_of: Callable[[Ids], FloatArray]) -> FloatArray:
    """P, R and F1 of (hypothesis, reference), float64 (n_pairs, 3).

    Args:
        table: with the vectors of all of them.
        pairs: token ids, special tokens included.
        weights_of: weights of a text's tokens.
    """
    scores = np.empty((len(pairs), 3))
    weights = {ids: weights_of(ids) for pair in pairs for ids in pair}
    for members, (hypothesis, reference) in one_ahead(_matched(table, pairs)):
        sides = [_padded([weights[pairs[i][side]] for i in members]) for side in (0, 1)]
        scores[members] = _f1(Matches(hypothesis.array(), reference.array()), sides[0], sides[1])
    return scores


def _matched(table: TokenTable, pairs: Sequence[tuple[Ids, Ids]]) -> Iterator[tuple[list[int], tuple[Copied, Copied]]]:
    """Groups of pairs, and the cosine of each token with its likest on the other side: 0 beyond the end of a text."""
    with torch.inference_mode():
        nothing = len(table.rows) - 1
        for members in _groups(pairs):
            both = [_padded([np.arange(len(pairs[i][k])) + table.starts[pairs[i][k]] for i in members], nothing) for k in (0, 1)]
            hypothesis, reference = (torch.from_numpy(rows).to(table.rows.device) for rows in both)
            cosine = table.rows[hypothesis] @ table.rows[reference].transpose(1, 2)
            of_hypothesis = cosine.masked_fill((reference == nothing)[:, None, :], -torch.inf).amax(dim=2)
            of_reference = cosine.masked_fill((hypothesis == nothing)[:, :, None], -torch.inf).amax(dim=1)
            yield members, (Copied(of_hypothesis), Copied(of_reference))


def _groups(pairs: Sequence[tuple[Ids, Ids]]) -> Iterator[list[int]]:
    """Pairs of about equal length, as many as their cosines have room for."""
    group: list[int] = []
    for i in sorted(range(len(pairs)), key=lambda i: (max(map(len, pairs[i])), len(pairs[i][0]), i)):
        widest = max(map(len, pairs[i]))  # of the group so far and this one
        if group and widest**2 * (len(group) + 1) > CELLS:
            yield group
            group = []
        group.append(i)
    if group:
        yield group


def _padded(rows: Sequence[NDArray[np.generic]], fill: int = 0) -> NDArray[np.generic]:
    """Rows of unequal length as one array, padded at the right."""
    lengths = np.array([len(row) for row in rows])
    out = np.full((len(rows), int(lengths.max())), fill, dtype=rows[0].dtype)
    out[np.arange(out.shape[1]) < lengths[:, None]] = np.concatenate(rows)
    return out


def _f1(matches: Matches, hypothesis: Any, reference: Any) -> FloatArray:
    """As `matching.weighted_f1`, for a group; (n_pairs, 3)."""
    with np.errstate(invalid="ignore", divide="ignore"):
        p, r = ((best * w).sum(axis=1) / w.sum(axis=1) for best, w in ((matches.hypothesis, hypothesis), (matches.reference, reference)))
    return with_f1(p, r)
