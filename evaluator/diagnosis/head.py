"""The learned token head in NumPy: error probability of each token from the vectors of both sides.

Trained by `benchmarks/diagnosis/token_head.py`; see there for the labels. Nothing here needs torch.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np
from scipy.special import erf

from evaluator.embed import VectorArray
from evaluator.types import FloatArray

HEAD_FEATURES = (*tuple(f"head_{c}_{k}" for c in ("any", "gap", "serious", "lost") for k in ("max", "top3", "mean", "sum")), "head_rank", "head_risk")


class TokenScores(NamedTuple):
    """What the head says of one pair."""

    wrong: FloatArray
    """Probability of an error of any kind at each hypothesis token, (n,)."""
    gap: FloatArray
    """Probability that something is lost beside each hypothesis token, (n,)."""
    serious: FloatArray
    """Probability of a major or critical error at each hypothesis token, (n,)."""
    lost: FloatArray
    """Probability that each reference token is lost or changed, (m,)."""
    rank: float
    risk: float


class TokenHead:
    """The trained weights.

    Args:
        path: the npz file.
    """

    def __init__(self, path: Path) -> None:
        with np.load(path) as file:
            self._w = {name: file[name].astype(np.float32) for name in file.files}

    def scores(self, hypothesis: VectorArray, reference: VectorArray) -> TokenScores:
        """Scores of one pair, from token vectors without special tokens, float32 (4, n, 384) and (4, m, 384)."""
        if not hypothesis.shape[1] or not reference.shape[1]:
            none = np.zeros(hypothesis.shape[1]), np.zeros(reference.shape[1])
            return TokenScores(none[0], none[0], none[0], none[1], 0.0, 0.0)
        similarity = hypothesis @ reference.swapaxes(1, 2)
        p, q = self._project(hypothesis), self._project(reference)
        xh, mean_h = self._side(p, q, similarity, 0)
        xr, mean_r = self._side(q, p, similarity.swapaxes(1, 2), 1)
        th = _sigmoid(xh @ self._w["out_h.weight"].T + self._w["out_h.bias"])
        tr = _sigmoid(xr @ self._w["out_r.weight"].T + self._w["out_r.bias"])[:, 0]
        pooled = np.concatenate([xh.mean(axis=0), xh.max(axis=0), xr.mean(axis=0), xr.max(axis=0), mean_h, mean_r])
        rank, risk = (pooled @ self._w["sent.weight"].T + self._w["sent.bias"]).tolist()
        return TokenScores(th[:, 0], th[:, 1], th[:, 2], tr, rank, risk)

    def _project(self, vectors: VectorArray) -> VectorArray:
        out: VectorArray = np.concatenate([vectors[1], vectors[3]], axis=-1) @ self._w["proj.weight"].T + self._w["proj.bias"]
        return out

    def _side(self, p: VectorArray, q: VectorArray, s: VectorArray, side: int) -> tuple[VectorArray, VectorArray]:
        """Context vectors of one side's tokens and the mean of their best similarities at each layer."""
        best = s.max(axis=-1).T
        logits = 6 * (s[1] + s[2])
        attention = np.exp(logits - logits.max(axis=-1, keepdims=True))
        attention /= attention.sum(axis=-1, keepdims=True)
        soft = attention @ q
        extra = _extra(s, best, attention)
        x = np.concatenate([p, soft, p * soft * 4, np.abs(p - soft), extra], axis=-1)
        x = _gelu(x @ self._w["inner.weight"].T + self._w["inner.bias"] + self._w["side"][side])
        padded = np.concatenate([np.zeros_like(x[:1]), x, np.zeros_like(x[:1])])
        kernel = self._w["conv.weight"]
        context = sum(padded[k : k + len(x)] @ kernel[:, :, k].T for k in range(3)) + self._w["conv.bias"]
        return _gelu(context), best.mean(axis=0)


def _extra(s: VectorArray, best: VectorArray, attention: VectorArray) -> VectorArray:
    """Order, certainty and neighbourhood of each token, float32 (n, 16)."""
    n, m = s.shape[1:]
    j = s[1].argmax(axis=-1)
    step = np.concatenate([[0.0], np.clip(np.diff(j) - 1, -4, 4) / 4])
    entropy = -(attention * np.log(attention + 1e-9)).sum(axis=-1)
    middle = best[:, 1]
    before, after = np.concatenate([[1.0], middle[:-1]]), np.concatenate([middle[1:], [1.0]])
    mutual = s[1].argmax(axis=0)[j] == np.arange(n)
    top = np.sort(s[1], axis=-1)[:, -2:]
    first, last = np.arange(n) == 0, np.arange(n) == n - 1
    length, ratio = np.full(n, np.log(n) / 4), np.full(n, np.log(n) - np.log(m))
    rest = np.stack(
        [step, np.concatenate([step[1:], [0.0]]), entropy, before, after, mutual, top[:, -1] - top[:, 0], first, last, length, ratio, np.zeros(n)], axis=-1
    )
    out: VectorArray = np.concatenate([best, rest], axis=-1).astype(np.float32)
    return out


def head_features(scores: TokenScores) -> dict[str, float]:
    """The head's scores as features of the pair."""
    out: list[float] = []
    for values in (scores.wrong, scores.gap, scores.serious, scores.lost):
        v = np.sort(values)[::-1] if len(values) else np.zeros(1)
        out += [float(v[0]), float(v[:3].mean()), float(v.mean()), min(float(v.sum()), 10.0) / 5]
    return dict(zip(HEAD_FEATURES, [*out, scores.rank / 4, scores.risk / 4], strict=True))


def _gelu(x: VectorArray) -> VectorArray:
    out: VectorArray = (0.5 * x * (1 + erf(x / np.float32(1.4142135)))).astype(np.float32)
    return out


def _sigmoid(x: VectorArray) -> FloatArray:
    out: FloatArray = 1 / (1 + np.exp(-x.astype(np.float64)))
    return out
