"""The shipped numbers: token head, fidelity head, risk head, threshold. One npz each, no code inside."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np

from evaluator.diagnosis.head import TokenHeads
from evaluator.diagnosis.trees import Trees, tree_score
from evaluator.types import FloatArray

FOLDER = Path(__file__).parent / "weights"


class Heads(NamedTuple):
    """Everything that was fitted."""

    tokens: TokenHeads
    names: tuple[str, ...]
    mean: FloatArray
    scale: FloatArray
    rank: dict[str, FloatArray]
    line: FloatArray
    """Weights of the linear risk head, fitted on planted errors and on experts' marks, the constant last."""
    trees: Trees
    """Fitted on planted errors."""
    tree_share: float
    settings: dict[str, object]
    """Threshold, calibration knots, spans; see calibration.json."""


@lru_cache(maxsize=1)
def load_heads() -> Heads:
    """The heads of this package."""
    with np.load(FOLDER / "heads.npz") as z:
        arrays = {name: z[name] for name in z.files}
    settings = json.loads((FOLDER / "calibration.json").read_text(encoding="utf-8"))
    names = tuple(settings.pop("features"))
    tree = {name.removeprefix("tree_"): a for name, a in arrays.items() if name.startswith("tree_")}
    trees = Trees(tree["roots"], tree["feature"], tree["threshold"], tree["left"], tree["right"], tree["value"], float(tree["base"]))
    rank = {name.removeprefix("rank_"): a for name, a in arrays.items() if name.startswith("rank_")}
    return Heads(
        TokenHeads(FOLDER / "tokens.npz"),
        names,
        arrays["mean"],
        arrays["scale"],
        rank,
        arrays["line"],
        trees,
        float(arrays["trees"]),
        settings,
    )


def rank_score(heads: Heads, x: FloatArray) -> float:
    """Higher is closer to the reference's meaning; only differences count."""
    z = standardized(heads, x)
    r = heads.rank
    hidden = np.tanh(z @ r["w1"].T + r["b1"])
    return float(z @ r["linear"] + hidden @ r["w2"] + r["b"][0])


def risk_score(heads: Heads, x: FloatArray) -> float:
    """Log odds of a serious error: those fitted on planted errors and those fitted on experts' marks, added."""
    z = standardized(heads, x)
    return heads.tree_share * tree_score(heads.trees, x) + float(z @ heads.line[:-1] + heads.line[-1])


def standardized(heads: Heads, x: FloatArray) -> FloatArray:
    """Features at mean 0 and deviation 1 over the training data, cut at 6 deviations."""
    z: FloatArray = np.clip((x - heads.mean) / heads.scale, -6, 6)
    return z
