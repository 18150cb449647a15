"""Fourth step: joins the reader's scores and the detectors' findings to risk, fidelity and flags.

    python benchmarks/reader/fit.py evidence --work WORK [--processes N]
    python benchmarks/reader/fit.py fit --work WORK [--out FILE] [--only reader|detectors]

`evidence` looks at the pairs of the parts `fit` and `test`, and `fit` learns from the first alone,
prints figures of the second and writes `decision.json`. Neither sees the development articles.
"""

from __future__ import annotations

import argparse
import json
import pickle
import random
from collections import Counter
from collections.abc import Mapping, Sequence
from multiprocessing import get_context
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from corpora import Example, Mark
from evaluate import soft_auc
from numpy.typing import NDArray
from scipy.optimize import minimize

from evaluator.diagnosis.evidence import NUMBERS, RANKING, direction, kinds, numbers
from evaluator.diagnosis.model import Levels, standardized, surest
from evaluator.diagnosis.observe import evidence_of

Array = NDArray[np.float64]
SAMPLES = {
    ("news20", "fit"): 1500, ("news20b", "fit"): 500, ("ted", "fit"): 351, ("bio", "fit"): 500, ("wmt22", "fit"): 900, ("demetr", "fit"): 1645,
    ("demetr", "train"): 5200,
    ("own", "fit"): 2200, ("humans", "fit"): 700,
    ("news20", "test"): 700, ("ted", "test"): 910, ("bio", "test"): 300, ("wmt22", "test"): 600, ("demetr", "test"): 1700, ("humans", "test"): 383,
}  # fmt: skip
"""Pairs of each set and part that are looked at; the part `train` serves to rank planted errors alone."""
PRIOR = 0.2
"""Share of broken paragraphs in natural articles."""
CERTAIN = {"major": 0.36, "critical": 0.5}
"""By severity, what a detector's finding is worth by itself. On articles 30 % of broken paragraphs have one and 2.4 % of whole ones."""
TAKEN = {"major": 0.25, "critical": 0.5}
"""By severity, what such a finding takes off fidelity's line, whose deviation is 1: most kinds are too rare in the data for weights of their own."""
OWN = 0.5
"""Share of the risk's own line beside fidelity's."""


class Seen(NamedTuple):
    """A pair with its evidence."""

    set: str
    part: str
    group: str
    kind: str
    targets: dict[str, float]
    quality: float | None
    marks: list[Mark] | None
    x: Array
    kinds: Counter[str]
    length: int


def look(examples: Sequence[Example]) -> list[Seen]:
    """The evidence of pairs."""
    found = evidence_of([(e.reference, e.hypothesis) for e in examples], [True] * len(examples))
    return [
        Seen(
            e.set,
            e.part,
            e.group,
            e.kind,
            e.targets,
            e.quality,
            e.marks,
            numbers(pieces),
            kinds([f for piece in pieces for f in piece.findings]),
            len(e.reference.split()),
        )
        for e, pieces in zip(examples, found, strict=True)
    ]


def sampled(examples: Sequence[Example]) -> list[Example]:
    """Pairs to look at, in whole groups where pairs are ranked within them."""
    rng = random.Random(2)
    out: list[Example] = []
    for (name, part), number in SAMPLES.items():
        mine = [e for e in examples if e.set == name and e.part == part and e.reference.strip() != e.hypothesis.strip()]
        groups: dict[str, list[Example]] = {}
        for e in mine:
            groups.setdefault(e.group, []).append(e)
        names = sorted(groups)
        rng.shuffle(names)
        chosen: list[Example] = []
        for key in names:
            if len(chosen) >= number:
                break
            chosen += groups[key]
        out += chosen
    return out


def evidence(work: Path, processes: int) -> None:
    """Look at all pairs and keep what was seen."""
    with (work / "examples.pkl").open("rb") as file:
        examples = sampled(pickle.load(file))
    chunks = [examples[start : start + 100] for start in range(0, len(examples), 100)]
    with get_context("spawn").Pool(processes) as pool:
        seen = [one for part in pool.imap(look, chunks) for one in part]
    with (work / "seen.pkl").open("wb") as file:
        pickle.dump(seen, file)
    print(Counter((one.set, one.part) for one in seen))


class Design(NamedTuple):
    """Evidence as a matrix."""

    x: Array
    """Numbers at mean 0 and deviation 1, then kinds of findings."""
    names: list[str]
    signs: Array
    """1 where a weight may not be negative, -1 where it may not be positive, 0 where it is free."""
    mean: Array
    scale: Array


def design(seen: Sequence[Seen], like: Design | None = None, only: str = "") -> Design:
    """The evidence of pairs, standardized over those given or as another design was."""
    raw = np.stack([one.x for one in seen])
    natural = np.array([one.set in ("news20", "news20b", "ted", "wmt22", "humans", "bio") for one in seen])
    mean, scale = (like.mean, like.scale) if like else (raw[natural].mean(axis=0), raw[natural].std(axis=0) + 1e-6)
    if like:
        names = like.names
    else:
        counted = Counter(kind for one in seen for kind in one.kinds)
        names = [*NUMBERS, *sorted(kind for kind, n in counted.items() if n >= 5)]
    found = np.array([[float(one.kinds[name]) for name in names[len(NUMBERS) :]] for one in seen]).reshape(len(seen), -1)
    x = np.concatenate([standardized(raw, mean, scale), found], axis=1)
    if only == "detectors":
        x[:, [k for k, name in enumerate(NUMBERS) if name not in ("lost_content", "added_content", "tokens", "shorter_text", "longer_text", *RANKING)]] = 0
    if only == "reader":
        x[:, len(NUMBERS) :] = 0
        x[:, [NUMBERS.index(name) for name in ("lost_content", "added_content", "shorter_text", "longer_text", *RANKING)]] = 0
    signs = np.array([1.0 if "/" in name else float(direction(name)) for name in names])
    return Design(x, names, signs, mean, scale)


def broken_share(one: Seen) -> float:
    """How surely a pair is broken: the share of raters, or the planted error."""
    if "serious" in one.targets:
        return one.targets["serious"]
    return one.targets.get("planted", np.nan)


RISK_WEIGHT = {"news20": 1.0, "news20b": 0.7, "ted": 1.0, "bio": 0.5, "demetr": 0.25, "own": 0.25, "humans": 0.5}
"""Of a pair of each set in fitting the risk."""


SERIOUS_KINDS = ("/major", "/critical")
"""Findings that count by `CERTAIN`, not in the line: in few experts' marks, and each for sure."""
RIDGE, RANKING_RIDGE = 3.0, 300.0
"""How strongly weights are held at nothing; those that serve to rank overlap a hundredfold and are held most."""


def fit_risk(seen: Sequence[Seen], d: Design) -> tuple[Array, float]:
    """Weights and constant of the log odds, each weight pulling its way alone."""
    y = np.array([broken_share(one) for one in seen])
    weight = np.array([RISK_WEIGHT.get(one.set, 0.0) for one in seen])
    known = ~np.isnan(y) & (weight > 0)
    x, y, weight = d.x[known], y[known], weight[known]
    ridge = np.array([RANKING_RIDGE if name in RANKING else RIDGE for name in d.names])

    def loss(w: Array) -> tuple[float, Array]:
        odds = x @ w[:-1] + w[-1]
        p = 1 / (1 + np.exp(-odds))
        value = float((weight * (np.logaddexp(0, odds) - y * odds)).sum() + (ridge * w[:-1] ** 2).sum())
        gradient = weight * (p - y)
        return value, np.append(x.T @ gradient + 2 * ridge * w[:-1], gradient.sum())

    signs = [0.0 if name.endswith(SERIOUS_KINDS) else s for name, s in zip(d.names, d.signs, strict=True)]
    bounds: list[tuple[float | None, float | None]] = [(0.0 if s >= 0 else None, 0.0 if s <= 0 else None) for s in signs]
    bounds.append((None, None))
    best = minimize(loss, np.zeros(x.shape[1] + 1), jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": 2000})
    return best.x[:-1], float(best.x[-1])


def calibrated(odds: Array, share: Array, prior: float) -> tuple[float, float]:
    """Slope and shift that make odds probabilities of broken paragraphs, moved to a prior."""

    def loss(w: Array) -> float:
        o = w[0] * odds + w[1]
        return float((np.logaddexp(0, o) - share * o).sum())

    slope, shift = minimize(loss, np.array([1.0, 0.0]), method="Nelder-Mead").x
    own = share.mean()
    return float(slope), float(shift + np.log(prior / (1 - prior)) - np.log(own / (1 - own)))


def joined(d: Design, fidelity: Array, risk: tuple[Array, float], natural: NDArray[np.bool_], share: Array) -> tuple[Array, float, float]:
    """Weights and constant of the risk's own line, and what a unit of fidelity takes off: both of one dispersion, calibrated together.

    Experts' marks alone give fidelity nothing (.01 where it was fitted on other documents than it is
    weighed on), but it ranks versions and systems, which one set of marks does not show.
    """
    own, constant = risk
    odds = d.x @ own + constant
    unfaithful = (1 - OWN) / fidelity.std()
    own, constant = own * OWN / odds.std(), constant * OWN / odds.std()
    slope, shift = calibrated((d.x @ own + constant - unfaithful * fidelity)[natural], share[natural], PRIOR)
    print(f"calibration on experts' marks: slope {slope:.2f}, shift {shift:.2f}, their share {share[natural].mean():.3f}")
    return own * slope, constant * slope + shift, float(unfaithful * slope)


FIDELITY_WEIGHT = {"news20": 1.0, "news20b": 1.0, "ted": 1.0, "bio": 0.5, "wmt22": 0.6, "demetr": 2.0, "own": 0.7}


def fit_fidelity(seen: Sequence[Seen], d: Design, ridge: float = 1.0) -> Array:
    """Weights of the score that ranks versions of one text and, across texts, goes with experts' penalties.

    What serves to rank is free in its signs, words without a counterpart excepted: one number says what another one lacks.
    """
    better, worse, weight = _ranked(seen)
    gap = d.x[better] - d.x[worse]
    k = np.array([i for i, one in enumerate(seen) if "mqm" in one.targets])
    penalty = np.array([np.log1p(seen[i].targets["mqm"]) for i in k])
    penalty = (penalty - penalty.mean()) / penalty.std()

    def loss(w: Array) -> tuple[float, Array]:
        margin = gap @ w[:-2]
        value = float((weight * np.logaddexp(0, -margin)).sum())
        gradient = -(gap.T @ (weight / (1 + np.exp(margin))))
        rest = w[-2] * (d.x[k] @ w[:-2]) + w[-1] + penalty
        value += 0.7 * float((rest**2).sum())
        gradient = gradient + 1.4 * w[-2] * (d.x[k].T @ rest) + 2 * ridge * w[:-2]
        return value + ridge * float((w[:-2] ** 2).sum()), np.append(gradient, [1.4 * float((rest * (d.x[k] @ w[:-2])).sum()), 1.4 * float(rest.sum())])

    free = [(name in RANKING and "free" not in name) or s == 0 for name, s in zip(d.names, d.signs, strict=True)]
    bounds = [(None, None) if f else (None, 0.0) if s > 0 else (0.0, None) for f, s in zip(free, d.signs, strict=True)] + [(0.01, None), (None, None)]
    start = np.append(np.zeros(d.x.shape[1]), [0.3, 0.0])
    return minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": 3000}).x[:-2]


def _ranked(seen: Sequence[Seen]) -> tuple[NDArray[np.int64], NDArray[np.int64], Array]:
    """Pairs of one group, better and worse, and what each counts."""
    groups: dict[str, list[int]] = {}
    for k, one in enumerate(seen):
        if one.quality is not None and one.set in FIDELITY_WEIGHT:
            groups.setdefault(f"{one.set} {one.group}", []).append(k)
    out: list[tuple[int, int, float]] = []
    for members in groups.values():
        planted = seen[members[0]].set in ("demetr", "own")
        for a in members:
            for b in members:
                gap = float(seen[a].quality or 0) - float(seen[b].quality or 0)
                if gap > 0.4 and (not planted or seen[a].quality == 0):
                    out.append((a, b, FIDELITY_WEIGHT[seen[a].set] * (1.0 if planted else min(1.0, gap / 4))))
    better, worse, weight = (np.array(column) for column in zip(*out, strict=True))
    return better.astype(np.int64), worse.astype(np.int64), weight.astype(np.float64)


def rates(seen: Sequence[Seen]) -> dict[str, dict[str, float]]:
    """How often each kind of finding stands in outputs without an error of meaning, in two human references, in broken outputs and in planted errors."""
    groups = {
        "clean": [s for s in seen if s.set in ("news20", "ted") and s.targets["any"] == 0],
        "humans": [s for s in seen if s.set == "humans"],
        "broken": [s for s in seen if s.set in ("news20", "ted") and s.targets["serious"] > 0.6],
        "planted": [s for s in seen if s.set in ("own", "demetr") and s.targets["planted"] == 1],
    }
    names = sorted({kind for s in seen for kind in s.kinds})
    return {name: {of: sum(s.kinds[name] > 0 for s in group) / max(1, len(group)) for of, group in groups.items()} for name in names}


def figures(seen: Sequence[Seen], risk: Array, fidelity: Array) -> None:
    """Print how the part does."""
    sets = np.array([one.set for one in seen])
    for name in ("news20", "ted", "bio"):
        here = np.flatnonzero(sets == name)
        share = np.array([seen[k].targets["serious"] for k in here])
        length = np.array([seen[k].length for k in here])
        bins = np.digitize(length, np.quantile(length, np.arange(0.1, 1, 0.1)))
        mqm = np.array([seen[k].targets["mqm"] for k in here])
        print(
            f"{name:8s} AUC within bins: risk {soft_auc(risk[here], share, bins):.3f}, fidelity {soft_auc(-fidelity[here], share, bins):.3f}; "
            f"Pearson of fidelity with MQM {np.corrcoef(fidelity[here], -mqm)[0, 1]:.3f}; mean risk {risk[here].mean():.3f}, share {share.mean():.3f}"
        )
        for name_, k in (("mqm", NUMBERS.index("mqm")), ("serious", 0), ("token_serious_sum", NUMBERS.index("token_serious_sum"))):
            print(f"            {name_} alone {soft_auc(np.array([seen[i].x[k] for i in here]), share, bins):.3f}")
    won: dict[str, list[bool]] = {}
    clean = {one.group: fidelity[k] for k, one in enumerate(seen) if one.set == "demetr" and one.kind == "clean"}
    for k, one in enumerate(seen):
        if one.set == "demetr" and one.kind != "clean" and one.group in clean:
            won.setdefault(one.kind, []).append(bool(clean[one.group] > fidelity[k]))
    for severity in ("critical", "major", "minor", ""):
        print(f"demetr {severity or 'macro'}: {100 * np.mean([np.mean(v) for name, v in won.items() if name.startswith(severity)]):.2f}")
    print("  weakest:", ", ".join(f"{name} {100 * np.mean(v):.0f}" for name, v in sorted(won.items(), key=lambda item: np.mean(item[1]))[:8]))
    calm = risk[[k for k, one in enumerate(seen) if one.set == "demetr" and one.kind == "clean"]]
    critical = risk[[k for k, one in enumerate(seen) if one.set == "demetr" and one.kind.startswith("critical")]]
    level = np.quantile(calm, 0.95)
    print(
        f"demetr critical: AUC {np.mean((critical[:, None] > calm) + 0.5 * (critical[:, None] == calm)):.3f}, "
        f"recall at 5 % clean {np.mean(critical > level):.3f}; humans above that {np.mean(risk[sets == 'humans'] > level):.3f}"
    )


def fit(work: Path, out: Path, only: str, threshold: float, levels: Mapping[str, float]) -> None:
    """Fit, print, write."""
    with (work / "seen.pkl").open("rb") as file:
        seen: list[Seen] = pickle.load(file)
    train, test = ([one for one in seen if one.part == part] for part in ("fit", "test"))
    d = design(train, only=only)
    natural = np.array([one.set in ("news20", "ted") for one in train])
    share = np.array([broken_share(one) for one in train])
    # A reader sees a third of these once; ranking planted errors needs more than the 53 sentences of `fit`.
    both = [one for one in seen if one.part in ("fit", "train")]
    v = fit_fidelity(both, design(both, d, only))
    score = d.x[natural] @ v
    v, center = v / score.std(), float(score.mean() / score.std())
    w, constant, unfaithful = joined(d, d.x @ v, fit_risk(train, d), natural, share)
    t = design(test, d, only)
    table = rates(train)
    fidelity = t.x @ v
    odds = np.exp(t.x @ w + constant - unfaithful * fidelity)
    if only != "reader":
        sure = np.array([surest(CERTAIN, one.kinds) for one in test])
        odds = odds + sure / (1 - sure)
        fidelity = fidelity - np.array([surest(TAKEN, one.kinds) for one in test])
    risk = odds / (1 + odds)
    figures(test, risk, fidelity)
    sets = np.array([one.set for one in test])
    for name in ("news20", "ted", "humans"):
        print(f"{name} flagged at {threshold}: {np.mean(risk[sets == name] >= threshold):.3f}")
    order = np.argsort(-np.abs(w))
    print("risk:", ", ".join(f"{d.names[k]} {w[k]:.2f}" for k in order[:22]))
    order = np.argsort(-np.abs(v))
    print("fidelity:", ", ".join(f"{d.names[k]} {v[k]:.2f}" for k in order[:22]))
    n = len(NUMBERS)

    def line(weights: Array, constant: float) -> dict[str, Any]:
        return {
            "numbers": {name: round(float(value), 5) for name, value in zip(NUMBERS, weights[:n], strict=True)},
            "kinds": {name: round(float(value), 5) for name, value in zip(d.names[n:], weights[n:], strict=True) if abs(value) > 1e-4},
            "constant": round(constant, 5),
        }

    stored = {
        "mean": {name: round(float(value), 6) for name, value in zip(NUMBERS, d.mean, strict=True)},
        "scale": {name: round(float(value), 6) for name, value in zip(NUMBERS, d.scale, strict=True)},
        "risk": line(w, constant + unfaithful * (0.8 - center)),
        "fidelity": line(v, 0.8 - center),
        "unfaithful": round(unfaithful, 5),
        "certain": CERTAIN,
        "taken": TAKEN,
        "threshold": threshold,
        "prior": PRIOR,
        "levels": dict(levels),
    }
    out.write_text(json.dumps(stored, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    (work / "rates.json").write_text(json.dumps(table, indent=1), encoding="utf-8")


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("step", choices=("evidence", "fit"))
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--out", type=Path, default=Path("evaluator/diagnosis/weights/decision.json"))
    parser.add_argument("--only", choices=("reader", "detectors"), default="", help="for ablations")
    parser.add_argument("--threshold", type=float, default=0.35)
    parser.add_argument("--levels", default="0.3,0.35,0.3,0.6,0.25", help="as `Levels` of evaluator/diagnosis/model.py has them")
    options = parser.parse_args()
    if options.step == "evidence":
        evidence(options.work, options.processes)
    else:
        levels = dict(zip(Levels._fields, map(float, options.levels.split(",")), strict=True))
        fit(options.work, options.out, options.only, options.threshold, levels)


if __name__ == "__main__":
    main()
