"""The learned token heads in NumPy: error probability of each token from the vectors of both sides.

Trained by `benchmarks/diagnosis/token_head.py`; see there for the labels. Several heads, each
trained with another part of the data left out, run as one: what does not depend on weights is
computed once, the rest with a leading axis. Nothing here needs torch.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import erf

from evaluator.embed import VectorArray
from evaluator.types import FloatArray

HEAD_FEATURES = (*tuple(f"head_{c}_{k}" for c in ("any", "gap", "serious", "lost") for k in ("max", "top3", "mean", "sum")), "head_rank", "head_risk")
LINEAR = ("inner", "conv", "convb", "out_h", "out_r", "sent")
MIDDLE = 1
"""The layer (of those kept) by whose cosine a token finds its partner."""

Ids = NDArray[np.int64]


class TokenScores(NamedTuple):
    """What k heads say of one pair."""

    wrong: FloatArray
    """Probability of an error of any kind at each hypothesis token, (k, n)."""
    gap: FloatArray
    """Probability that something is lost beside each hypothesis token, (k, n)."""
    serious: FloatArray
    """Probability of a major or critical error at each hypothesis token, (k, n)."""
    lost: FloatArray
    """Probability that each reference token is lost or changed, (k, m)."""
    pair: FloatArray
    """Rank and risk of the pair, (k, 2)."""


class TokenHeads:
    """The trained weights of k heads.

    Args:
        path: the npz file; every array has the heads on its first axis.
    """

    def __init__(self, path: Path) -> None:
        with np.load(path) as file:
            w = {name: file[name].astype(np.float32) for name in file.files}
        k, d, _ = w["proj.weight"].shape
        self._size = k, d
        # multiplied from the right: inputs first, kernels of a convolution as one matrix over three tokens
        self._w = {name: np.ascontiguousarray(np.moveaxis(w[f"{name}.weight"], 1, -1).reshape(k, -1, w[f"{name}.bias"].shape[1])) for name in LINEAR}
        self._w["proj"] = np.ascontiguousarray(w["proj.weight"].reshape(k * d, -1).T)
        self._b = {name: w[f"{name}.bias"][:, None] for name in (*LINEAR, "proj")}
        self._sides = w["side"]

    def scores(self, hypothesis: VectorArray, reference: VectorArray, similarity: VectorArray, ids: tuple[Ids, Ids]) -> TokenScores:
        """Scores of one pair by all heads.

        Args:
            hypothesis: token vectors without special tokens, float32 (n_layers, n, dimension).
            reference: likewise, (n_layers, m, dimension).
            similarity: their cosines, (n_layers, n, m).
            ids: vocabulary numbers of hypothesis and reference tokens, (n,) and (m,).
        """
        k, (n, m) = self._size[0], similarity.shape[1:]
        if not n or not m:
            none = np.zeros((k, n))
            return TokenScores(none, none, none, np.zeros((k, m)), np.zeros((k, 2)))
        p, q = self._project(hypothesis), self._project(reference)
        xh, mean_h = self._side(p, q, similarity, ids, 0)
        xr, mean_r = self._side(q, p, similarity.swapaxes(1, 2), ids[::-1], 1)
        th = _sigmoid(self._linear(xh, "out_h"))
        tr = _sigmoid(self._linear(xr, "out_r"))[..., 0]
        means = np.broadcast_to(np.concatenate([mean_h, mean_r]), (len(xh), 2 * len(mean_h)))
        pooled = np.concatenate([xh.mean(axis=1), xh.max(axis=1), xr.mean(axis=1), xr.max(axis=1), means], axis=-1)
        return TokenScores(th[..., 0], th[..., 1], th[..., 2], tr, self._linear(pooled[:, None], "sent")[:, 0].astype(np.float64))

    def _project(self, vectors: VectorArray) -> VectorArray:
        """All layers at once, (k, n, d)."""
        flat = vectors.swapaxes(0, 1).reshape(vectors.shape[1], -1)
        out: VectorArray = (flat @ self._w["proj"]).reshape(-1, *self._size).swapaxes(0, 1) + self._b["proj"]
        return out

    def _linear(self, x: VectorArray, name: str) -> VectorArray:
        out: VectorArray = x @ self._w[name] + self._b[name]
        return out

    def _side(self, p: VectorArray, q: VectorArray, s: VectorArray, ids: tuple[Ids, Ids], side: int) -> tuple[VectorArray, VectorArray]:
        """Context vectors of one side's tokens (k, n, context) and the mean of their best similarities at each layer."""
        best = s.max(axis=-1).T
        logits = 6 * (s[1] + s[2])
        attention = np.exp(logits - logits.max(axis=-1, keepdims=True))
        attention /= attention.sum(axis=-1, keepdims=True)
        soft = attention @ q
        shared = np.concatenate([best, _places(s, best, attention), _matches(s, *ids)], axis=-1, dtype=np.float32)
        each = np.broadcast_to(shared, (len(p), *shared.shape))
        x = np.concatenate([p, soft, p * soft * 4, np.abs(p - soft), each], axis=-1)
        x = _gelu(self._linear(x, "inner") + self._sides[:, side][:, None])
        x = _gelu(self._convolve(x, "conv"))
        return x + _gelu(self._convolve(x, "convb")), best.mean(axis=0)

    def _convolve(self, x: VectorArray, name: str) -> VectorArray:
        """Each token with its two neighbours."""
        k, n, c = x.shape
        beside = np.zeros((k, n, c, 3), dtype=np.float32)
        beside[:, 1:, :, 0], beside[..., 1], beside[:, :-1, :, 2] = x[:, :-1], x, x[:, 1:]
        return self._linear(beside.reshape(k, n, -1), name)


def _places(s: VectorArray, best: VectorArray, attention: VectorArray) -> FloatArray:
    """Order, certainty and neighbourhood of each token, (n, 12)."""
    n, m = s.shape[1:]
    j = s[MIDDLE].argmax(axis=-1)
    step = np.concatenate([[0.0], np.clip(np.diff(j) - 1, -4, 4) / 4])
    entropy = -(attention * np.log(attention + 1e-9)).sum(axis=-1)
    middle = best[:, MIDDLE]
    before, after = np.concatenate([[1.0], middle[:-1]]), np.concatenate([middle[1:], [1.0]])
    mutual = s[MIDDLE].argmax(axis=0)[j] == np.arange(n)
    top = np.partition(s[MIDDLE], max(m - 2, 0), axis=-1)[:, -2:]
    first, last = np.arange(n) == 0, np.arange(n) == n - 1
    length, ratio = np.full(n, np.log(n) / 4), np.full(n, np.log(n) - np.log(m))
    next_step = np.concatenate([step[1:], [0.0]])
    return np.stack([step, next_step, entropy, before, after, mutual, top[:, -1] - top[:, 0], first, last, length, ratio, np.zeros(n)], axis=-1)


def _matches(s: VectorArray, ours: Ids, theirs: Ids) -> FloatArray:
    """Whether each token, and those beside it, are found at its partner; how rare both are; (n, 6)."""
    j = s[MIDDLE].argmax(axis=-1)
    partner = theirs[j]
    after = np.append(theirs, -1)[j + 1] == np.append(ours[1:], -2)
    before = theirs[np.maximum(j - 1, 0)] == np.append(-2, ours[:-1])
    return np.stack([partner == ours, (ours[:, None] == theirs).any(axis=1), after, before, np.log(ours + 1) / 10, np.log(partner + 1) / 10], axis=-1)


def head_features(scores: TokenScores) -> dict[str, float]:
    """The heads' scores as features of the pair, averaged over the heads."""
    values = [row for each in (scores.wrong, scores.gap, scores.serious, scores.lost) for row in _summary(each)]
    return dict(zip(HEAD_FEATURES, [*values, *(scores.pair.mean(axis=0) / 4).tolist()], strict=True))


def _summary(scores: FloatArray) -> list[float]:
    """Highest, mean of the three highest, mean and (bounded) sum of each head's scores, averaged."""
    v = np.sort(scores, axis=1)[:, ::-1] if scores.shape[1] else np.zeros((1, 1))
    return [float(v[:, 0].mean()), float(v[:, :3].mean()), float(v.mean()), float(np.minimum(v.sum(axis=1), 10.0).mean()) / 5]


def _gelu(x: VectorArray) -> VectorArray:
    out: VectorArray = (0.5 * x * (1 + erf(x / np.float32(1.4142135)))).astype(np.float32)
    return out


def _sigmoid(x: VectorArray) -> FloatArray:
    out: FloatArray = 1 / (1 + np.exp(-x.astype(np.float64)))
    return out
