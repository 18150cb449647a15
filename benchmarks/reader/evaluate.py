"""How well a reader alone does on pairs that it did not learn from.

    python benchmarks/reader/evaluate.py NAME [NAME ...] --work WORK

Several names are judged one by one, with their weights averaged, and with their scores averaged.
"""

from __future__ import annotations

import argparse
import pickle
import random
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from network import OUTPUTS, Predictions, Reader, averaged, predict
from numpy.typing import NDArray
from prepare import TARGETS, Labelled

SAMPLES = {"news20": 700, "ted": 910, "bio": 400, "wmt22": 600, "mlqe": 400, "demetr": 1000, "humans": 383}


def soft_auc(score: NDArray[np.float64], share: NDArray[np.float64], groups: NDArray[np.int64]) -> float:
    """AUC where each pair is broken with the probability `share`, within groups."""
    won = pairs = 0.0
    for g in np.unique(groups):
        s, p = score[groups == g], share[groups == g]
        weight = p[:, None] * (1 - p[None, :])
        np.fill_diagonal(weight, 0)
        won += float((weight * ((s[:, None] > s[None, :]) + 0.5 * (s[:, None] == s[None, :]))).sum())
        pairs += float(weight.sum())
    return won / max(pairs, 1e-9)


def bins_of(pairs: Sequence[Labelled]) -> NDArray[np.int64]:
    """Tenths of reference length."""
    length = np.array([p.joint.n_reference for p in pairs])
    return np.digitize(length, np.quantile(length, np.arange(0.1, 1, 0.1)))


def span_f1(pairs: Sequence[Labelled], tags: Sequence[NDArray[np.float64]]) -> tuple[float, float]:
    """Best F1 of serious tokens over levels, and the level (log odds); the gold share counts as so many raters."""
    gold, ours = np.concatenate([p.tokens[:, 1] for p in pairs]), np.concatenate([t[:, 1] for t in tags])
    known = ~np.isnan(gold)
    gold, ours = gold[known], ours[known]
    best = (0.0, 0.0)
    for level in np.quantile(ours, np.arange(0.5, 0.995, 0.01)):
        tp = gold[ours >= level].sum()
        best = max(best, (float(2 * tp / ((ours >= level).sum() + gold.sum())), float(level)))
    return best


def figures(pairs: Sequence[Labelled], found: Predictions) -> dict[str, float]:
    """All figures by name."""
    out: dict[str, float] = {}
    sets = np.array([p.set for p in pairs])
    score = {name: found.pair[:, k] for k, name in enumerate(OUTPUTS)}
    for name in ("news20", "ted", "bio"):
        here = np.flatnonzero(sets == name)
        mine = [pairs[k] for k in here]
        share = np.array([p.targets[TARGETS.index("serious")] for p in mine], dtype=np.float64)
        for output in ("serious", "any", "mqm"):
            out[f"{name} AUC within bins, {output}"] = soft_auc(score[output][here], share, bins_of(mine))
        out[f"{name} AUC within bins, -rank"] = soft_auc(-score["rank"][here], share, bins_of(mine))
        out[f"{name} span F1"], out[f"{name} span level"] = span_f1(mine, [found.tags[k] for k in here])
    for name, target in (("wmt22", "da_wmt"), ("mlqe", "da_edit"), ("news20", "mqm")):
        here = np.flatnonzero(sets == name)
        gold = np.array([pairs[k].targets[TARGETS.index(target)] for k in here])
        out[f"{name} r, {target}"], out[f"{name} r, rank"] = np.corrcoef(score[target][here], gold)[0, 1], np.corrcoef(score["rank"][here], gold)[0, 1]
    for output, sign in (("rank", 1), ("planted", -1), ("mqm", -1)):
        out[f"demetr pairwise macro, {output}"] = _pairwise(pairs, sign * score[output])
    risk, planted = score["planted"], np.array([p.targets[TARGETS.index("planted")] for p in pairs])
    clean = risk[(sets == "demetr") & (np.array([p.kind for p in pairs]) == "clean")]
    level = np.quantile(clean, 0.95)
    out["demetr recall at 5 % clean"] = float((risk[(sets == "demetr") & (planted == 1)] > level).mean())
    out["humans above that"] = float((risk[sets == "humans"] > level).mean())
    return out


def _pairwise(pairs: Sequence[Labelled], score: NDArray[np.float64]) -> float:
    clean = {p.group: s for p, s in zip(pairs, score, strict=True) if p.set == "demetr" and p.kind == "clean"}
    won: dict[str, list[bool]] = defaultdict(list)
    for p, s in zip(pairs, score, strict=True):
        if p.set == "demetr" and p.kind != "clean":
            won[p.kind].append(bool(clean[p.group] > s))
    return float(np.mean([np.mean(values) for values in won.values()]))


def sample(pairs: Sequence[Labelled], rng: random.Random) -> list[Labelled]:
    """The pairs that are judged, whole groups of each set."""
    out: list[Labelled] = []
    for name, number in SAMPLES.items():
        groups: dict[str, list[Labelled]] = {}
        for p in pairs:
            if p.set == name and p.part == "test":
                groups.setdefault(p.group, []).append(p)
        names = sorted(groups)
        rng.shuffle(names)
        chosen: list[Labelled] = []
        while names and len(chosen) < number:
            chosen += groups[names.pop()]
        out += chosen
    return out


def report(model: Reader, pairs: Sequence[Labelled], rng: random.Random) -> None:
    """Print the figures of one reader."""
    chosen = sample(pairs, rng)
    for name, value in figures(chosen, predict(model, chosen)).items():
        print(f"{name:32s} {value:.3f}", flush=True)


def main() -> None:
    """The command."""
    import torch

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="+")
    parser.add_argument("--work", type=Path, required=True)
    options = parser.parse_args()
    with (options.work / "pairs.pkl").open("rb") as file:
        chosen = sample(pickle.load(file), random.Random(1))
    states = [torch.load(options.work / f"reader-{name}.pt") for name in options.names]
    rows, model = {}, Reader()
    found = []
    for name, state in zip(options.names, states, strict=True):
        model.load_state_dict(state, strict=False)
        found.append(predict(model, chosen))
        rows[name] = figures(chosen, found[-1])
    if len(states) > 1:
        model.load_state_dict(averaged(options.work, options.names), strict=False)
        rows["weights averaged"] = figures(chosen, predict(model, chosen))
        mean = Predictions(
            np.mean([one.pair for one in found], axis=0), [np.mean(t, axis=0) for t in zip(*(one.tags for one in found), strict=True)], found[0].lost
        )
        rows["scores averaged"] = figures(chosen, mean)
    print(f"{'':32s} " + " ".join(f"{name[:16]:>16s}" for name in rows))
    for key in next(iter(rows.values())):
        print(f"{key:32s} " + " ".join(f"{row[key]:16.3f}" for row in rows.values()))


if __name__ == "__main__":
    main()
