"""Last step: fits and writes the fidelity and risk heads, the calibration table and the threshold.

    python benchmarks/diagnosis/fit.py eval --work WORK [--left-out CATEGORY,CATEGORY]
    python benchmarks/diagnosis/fit.py crossed --work WORK
    python benchmarks/diagnosis/fit.py final --work WORK [--out FOLDER]

`eval` keeps DEMETR ids with id % 5 == 0 and the 400 human pairs of `corpora.py` apart, and chooses the threshold on
them; `crossed` judges every fold by what was fitted without it, for pairwise accuracy over all ids; `final` fits on
everything but those human pairs, with the threshold of `eval`. What `final` prints of the ids kept apart is no test, as
it has been fitted on them. `final` writes heads.npz, calibration.json and tokens.npz, `eval` where --out is given.

Fitted on DEMETR (MIT) and TED MQM (Apache-2.0); the threshold, and how rarely a detector speaks, also on pairs of WMT22
references. The files hold numbers and names of features and detectors, no text.
"""

from __future__ import annotations

import argparse
import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from corpora import SERIOUS, Item, Row, add_folders, columns, load
from numpy.typing import NDArray
from scipy.optimize import minimize
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.preprocessing import StandardScaler
from torch import Tensor, nn
from torch.nn import functional as F

from evaluator.diagnosis.decide import rule_risk, spoken
from evaluator.diagnosis.head import HEAD_FEATURES, TokenScores, head_features
from evaluator.types import Finding

Array = NDArray[Any]
OUT = Path("evaluator/diagnosis/weights")
SENSITIVITY = 0.05
"""Share of broken paragraphs that break in one given way: ten to twenty ways, about even."""
LINE_SHARE = 0.35
"""Weight of the line beside the trees."""
TED_SHARE = 0.75
"""Weight of the odds fitted on experts' marks beside those fitted on planted errors."""
EXPERTS_L2 = 0.01
BEND, LEAST_SLOPE = 0.25, 0.05
MOST = 0.006
"""A detector that speaks more often than this between good translations decides nothing alone."""
MOST_HUMAN, MOST_CLEAN = 0.085, 0.063
"""Shares of human and of unharmed pairs kept apart that may be flagged."""
RANKS = 3
"""Fidelity heads that are averaged."""
TALKS = ((1, 3), (3, 1))
"""Folds of the talks: fitted on and judged on."""
RULES = (
    "coverage_added", "coverage_lost", "gender", "modality", "numbers", "names_two_ways", "names_garbled", "numbers_unit", "roles_shift", "roles_swap",
    "script", "script_foreign", "sentences_stop", "sentences_verb", "sentences_question", "repetition", "antonyms", "negation_added", "negation_lost",
    "several",
)  # fmt: skip


class Examples(NamedTuple):
    """All pairs with what is known of them."""

    rows: list[Row]
    found: list[list[Finding]]
    names: tuple[str, ...]
    x: Array
    """Features (n, n_features), those of the token heads last."""
    kind: Array
    severity: Array
    category: Array
    fold: Array

    @property
    def serious(self) -> Array:
        """True for a serious error."""
        return np.isin(self.severity, SERIOUS)


def sigmoid(x: Array) -> Array:
    """Probability from log odds."""
    return 1 / (1 + np.exp(-x))


def token_scores(several: Sequence[tuple[Array, Array, Array]]) -> TokenScores:
    """Some token heads' log odds as the package has them."""
    tokens, lost, pair = (np.stack(values) for values in zip(*several, strict=True))
    p = sigmoid(tokens)
    return TokenScores(p[..., 0], p[..., 1], p[..., 2], sigmoid(lost), pair.astype(np.float64))


def read_examples(work: Path, heads: Sequence[str]) -> Examples:
    """Everything from the caches; a pair has features only from token heads that were not trained on it."""
    rows: list[Row] = load(work / "rows.pkl")
    items: list[Item] = load(work / "items.pkl")
    scores = [load(work / f"pred_{name}.pkl") for name in heads]
    with np.load(work / "feat.npz") as z:
        x, names = z["X"], [str(name) for name in z["names"]]
    known: dict[tuple[str, str], Array] = {}
    for k, item in enumerate(items):
        got = [part[k] for part in scores if k in part]
        if got:
            known[item.row.reference, item.row.hypothesis] = np.array(list(head_features(token_scores(got)).values()))
    clean = {row.group: (row.reference, row.hypothesis) for row in rows if row.kind == "clean"}
    learned = np.zeros((len(rows), len(HEAD_FEATURES)), np.float32)
    missing = 0
    for k, row in enumerate(rows):
        value = known.get((row.reference, row.hypothesis))
        if value is None and row.group in clean:  # a change that the tokenizer does not see
            value = known.get(clean[row.group])
        if value is None:
            missing += 1
        else:
            learned[k] = value
    print("pairs without features of a token head:", missing)
    return Examples(rows, load(work / "found.pkl"), (*names, *HEAD_FEATURES), np.c_[x, learned].astype(np.float64), **columns(rows))


class Rank(nn.Module):
    """Linear score and a small hidden layer beside it."""

    def __init__(self, n: int, hidden: int) -> None:
        super().__init__()
        self.a = nn.Linear(n, 1)
        self.b = nn.Sequential(nn.Linear(n, hidden), nn.Tanh(), nn.Dropout(0.35), nn.Linear(hidden, 1))

    def forward(self, x: Tensor) -> Tensor:
        """Scores (n,)."""
        out: Tensor = (self.a(x) + self.b(x))[:, 0]
        return out


def fit_rank(z: Array, rows: Sequence[Row], train: Array, seed: int, hidden: int = 48, epochs: int = 45) -> Rank:
    """Fidelity head: the unharmed text must stand above the harmed one; rarer kinds of error weigh more."""
    torch.manual_seed(seed)
    torch.set_num_threads(1)
    clean = {row.group: k for k, row in enumerate(rows) if row.kind == "clean"}
    lower = [k for k in np.flatnonzero(train) if rows[k].kind == "pert"]
    count = Counter(rows[k].category for k in lower)
    share = np.array([1 / count[rows[k].category] ** 0.7 for k in lower])
    upper, lower = np.array([clean[rows[k].group] for k in lower]), np.array(lower)
    weight = torch.tensor(share / share.mean(), dtype=torch.float32)
    x = torch.tensor(z, dtype=torch.float32)
    model = Rank(z.shape[1], hidden)
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3, weight_decay=0.02)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, epochs)
    for _ in range(epochs):
        order = torch.randperm(len(upper))
        for i in range(0, len(order), 512):
            part = order[i : i + 512].numpy()
            lead = model(x[upper[part]]) - model(x[lower[part]])
            loss = (F.softplus(-lead) * weight[part]).mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        schedule.step()
    return model.eval()


class Planted(NamedTuple):
    """Log odds fitted on planted errors: trees, and a line that goes on where they end."""

    trees: HistGradientBoostingClassifier
    line: LogisticRegression

    def odds(self, x: Array, z: Array) -> Array:
        """Both, weighted."""
        out: Array = (1 - LINE_SHARE) * self.trees.decision_function(x) + LINE_SHARE * self.line.decision_function(z)
        return out


def fit_planted(data: Examples, z: Array, train: Array) -> Planted:
    """The heads that learn from planted errors; harmless pairs weigh more than harmed ones, as they are few."""
    kinds = [data.kind == "clean", data.kind == "hh", data.severity == "minor"]
    weight = np.select(kinds, [6.0, 3.0, 0.2], 1.0)[train]
    trees = HistGradientBoostingClassifier(
        max_iter=220, learning_rate=0.06, max_leaf_nodes=15, min_samples_leaf=40, l2_regularization=5, random_state=0, max_features=0.5
    )
    y = data.serious.astype(int)[train]
    straight = LogisticRegression(C=0.003, max_iter=800).fit(z[train], y, sample_weight=weight)
    return Planted(trees.fit(data.x[train], y, sample_weight=weight), straight)


def is_similarity(name: str) -> bool:
    """True for the features that the experts' line sees: the talks are two, and whatever else it saw it learnt by heart."""
    return re.match(r"[prf]\d|mean\d|sup_|cov_", name) is not None


def fit_experts(data: Examples, z: Array, k: Array) -> Array:
    """The line that learns from experts' marks: weights of all features and the constant.

    Each feature may only pull the way in which it goes with the marks by itself; without that the line fitted on one
    talk falls behind its own best feature on the other.
    """
    y, weight = (data.severity[k] == "major").astype(float), np.where(data.severity[k] == "minor", 0.5, 1.0)
    sign = np.array([np.sign(np.corrcoef(column, y)[0, 1]) if is_similarity(name) else 0.0 for name, column in zip(data.names, z[k].T, strict=True)])
    x = np.c_[z[k] * sign, np.ones(k.sum())]

    def loss(b: Array) -> tuple[float, Array]:
        odds = x @ b
        slope = x.T @ (weight * (sigmoid(odds) - y)) / weight.sum()
        slope[:-1] += 2 * EXPERTS_L2 * b[:-1]
        return float((weight * (np.logaddexp(0, odds) - y * odds)).sum() / weight.sum() + EXPERTS_L2 * (b[:-1] ** 2).sum()), slope

    bounds = [(0.0, None)] * len(sign) + [(None, None)]
    b = minimize(loss, np.zeros(x.shape[1]), jac=True, method="L-BFGS-B", bounds=bounds).x
    return np.r_[b[:-1] * sign, b[-1]]


def line(weights: Array, z: Array) -> Array:
    """Log odds by weights and a constant."""
    return z @ weights[:-1] + weights[-1]


class Curve(NamedTuple):
    """Calibrated log odds, linear between knots."""

    odds: Array
    calibrated: Array

    def __call__(self, odds: Array) -> Array:
        """Probabilities."""
        out: Array = sigmoid(np.interp(odds, self.odds, self.calibrated))
        return out


def fit_curve(odds: Array, y: Array) -> Curve:
    """The calibration: two lines that meet where a quarter of the segments lies below, as the quietest are safer than one line says."""
    bend = float(np.quantile(odds, BEND))
    parts = np.c_[np.minimum(odds - bend, 0), np.maximum(odds - bend, 0)]
    fitted = LogisticRegression(C=100).fit(parts, y)
    below, above = np.maximum(fitted.coef_[0], LEAST_SLOPE)
    knots = np.array([bend - 4, bend, bend + 16])
    return Curve(knots, fitted.intercept_[0] + np.array([-4 * below, 0, 16 * above]))


def rule_table(data: Examples, prior: float) -> dict[str, dict[str, float]]:
    """Probability of a serious error where a detector speaks, from how rarely it speaks on good pairs of the training part."""
    base = [spoken(found) for row, found in zip(data.rows, data.found, strict=True) if row.kind in ("hh", "clean")]
    out = {}
    broken = prior * SENSITIVITY
    for severity in ("major", "critical"):
        for detector in RULES:
            rate = (sum(f"{detector}/{severity}" in said for said in base) + 1) / (len(base) + 2)
            if rate <= MOST:
                out[f"{detector}/{severity}"] = {"rate": round(rate, 5), "risk": round(broken / (broken + (1 - prior) * rate), 4)}
    return out


def rank_metrics(data: Examples, score: Array, mask: Array) -> tuple[dict[str, float], float, dict[str, float]]:
    """How often the unharmed text wins, in percent: by severity, over all categories, by category."""
    clean = {row.group: score[k] for k, row in enumerate(data.rows) if row.kind == "clean"}
    won: dict[tuple[str, str], list[bool]] = {}
    for k in np.flatnonzero(mask):
        row = data.rows[k]
        if row.kind == "pert":
            won.setdefault((row.severity, row.category), []).append(clean[row.group] > score[k])
    macro: dict[str, list[float]] = {}
    for (severity, _), wins in won.items():
        macro.setdefault(severity, []).append(100 * float(np.mean(wins)))
    whole = float(np.mean([value for values in macro.values() for value in values]))
    return (
        {severity: round(float(np.mean(values)), 2) for severity, values in macro.items()},
        round(whole, 2),
        {category: round(100 * float(np.mean(wins)), 1) for (_, category), wins in sorted(won.items())},
    )


def print_crossed(data: Examples) -> None:
    """Pairwise accuracy over all ids, each fold judged by a fidelity head (and token heads) fitted without it."""
    planted = np.isin(data.kind, ["clean", "pert"])
    score = np.zeros(len(data.rows))
    for fold in range(5):
        rest = (data.kind != "hhtest") & (data.fold != fold)
        z = standardized(StandardScaler().fit(data.x[rest]), data.x)
        here = planted & (data.fold == fold)
        score[here] = ranked([fit_rank(z, data.rows, rest & planted, seed) for seed in range(RANKS)], z)[here]
    print("all ids, pairwise accuracy", *rank_metrics(data, score, planted))


def standardized(scaler: StandardScaler, x: Array) -> Array:
    """Features as the package standardizes them."""
    z: Array = np.clip(scaler.transform(x), -6, 6)
    return z


def ranked(ranks: Sequence[Rank], z: Array) -> Array:
    """The mean score of some fidelity heads."""
    with torch.no_grad():
        score: Array = sum(rank(torch.tensor(z, dtype=torch.float32)).numpy() for rank in ranks) / len(ranks)
    return score


def auc(low: Array, high: Array) -> float:
    """Share of pairs in which the second is higher."""
    return float(roc_auc_score(np.r_[np.zeros(len(low)), np.ones(len(high))], np.r_[low, high]))


def print_detection(data: Examples, p: Array, mask: Array, name: str) -> None:
    """Planted errors against unharmed and human pairs."""
    harmed = mask & (data.kind == "pert")
    clean, critical, major = p[mask & (data.kind == "clean")], p[harmed & (data.severity == "critical")], p[harmed & (data.severity == "major")]
    human = p[data.kind == "hhtest"]
    level, level_human = np.quantile(clean, 0.95), np.quantile(human, 0.93)
    print(f"{name:20s} AUC critical {auc(clean, critical):.4f} major {auc(clean, major):.4f}; recall at 5% clean {np.mean(critical > level):.3f}", end="")
    print(
        f", human above {np.mean(human > level):.3f}; at 7% human: clean {np.mean(clean > level_human):.3f} recall {np.mean(critical > level_human):.3f}",
        end="",
    )
    print(f"; AUC against human {auc(human, critical):.3f}")


def print_talks(data: Examples, p: Array, mask: Array, name: str) -> None:
    """Experts' marks: segments with a major error of meaning against those with none, also within lengths; and the calibration in fifths."""
    k = np.flatnonzero(mask & (data.kind == "ted") & (data.severity != "minor"))
    y, s = data.severity[k] == "major", p[k]
    length = np.array([len(data.rows[i].reference.split()) for i in k])
    bins = np.digitize(length, np.quantile(length, np.arange(0.1, 1, 0.1)))
    won, pairs = 0.0, 0
    for b in np.unique(bins):
        high, low = s[(bins == b) & y], s[(bins == b) & ~y]
        won += float((high[:, None] > low).sum() + 0.5 * (high[:, None] == low).sum())
        pairs += len(high) * len(low)
    print(f"{name:20s} TED AUC {auc(s[~y], s[y]):.4f}, within lengths {won / max(pairs, 1):.4f} (n {len(y)}, share {y.mean():.3f})")
    p, t = p[mask], data.severity[mask] == "major"
    parts = np.array_split(np.argsort(p, kind="stable"), 5)
    print("   fifths, told and true:", [(round(float(p[part].mean()), 3), round(float(t[part].mean()), 3)) for part in parts])


def exported_trees(trees: HistGradientBoostingClassifier) -> dict[str, Array]:
    """All trees as arrays of nodes."""
    roots: list[int] = []
    nodes: list[tuple[int, float, int, int, float]] = []
    for (tree,) in trees._predictors:
        base = len(nodes)
        roots.append(base)
        for n in tree.nodes:
            if n["is_leaf"]:
                nodes.append((-1, 0.0, 0, 0, float(n["value"])))
            else:
                nodes.append((int(n["feature_idx"]), float(n["num_threshold"]), base + int(n["left"]), base + int(n["right"]), 0.0))
    feature, threshold, left, right, value = zip(*nodes, strict=True)
    return {
        "tree_roots": np.array(roots, np.int32),
        "tree_feature": np.array(feature, np.int32),
        "tree_threshold": np.array(threshold),
        "tree_left": np.array(left, np.int32),
        "tree_right": np.array(right, np.int32),
        "tree_value": np.array(value),
        "tree_base": np.array(float(trees._baseline_prediction.ravel()[0])),
    }


def exported_ranks(ranks: Sequence[Rank]) -> dict[str, Array]:
    """The mean of some fidelity heads as one."""
    states = [{key: value.numpy().astype(np.float64) for key, value in rank.state_dict().items()} for rank in ranks]
    n = len(states)
    return {
        "rank_linear": sum(d["a.weight"][0] for d in states) / n,
        "rank_b": sum(d["a.bias"] + d["b.3.bias"] for d in states) / n,
        "rank_w1": np.concatenate([d["b.0.weight"] for d in states]),
        "rank_b1": np.concatenate([d["b.0.bias"] for d in states]),
        "rank_w2": np.concatenate([d["b.3.weight"][0] for d in states]) / n,
    }


class Fitted(NamedTuple):
    """What was fitted for risk."""

    scaler: StandardScaler
    planted: Planted
    experts: Array
    """Weights and constant."""
    curve: Curve
    prior: float
    rules: dict[str, dict[str, float]]


def fit_all(data: Examples, train: Array) -> tuple[Fitted, Array, Array, Array]:
    """The risk heads; standardized features; the risk of each pair, and the same with each talk judged from the other."""
    scaler = StandardScaler().fit(data.x[train])
    z = standardized(scaler, data.x)
    talks, major = data.kind == "ted", data.severity == "major"
    prior = float(major[talks].mean())
    rules = rule_table(data, prior)
    by_rule = np.array([rule_risk(found, rules) for found in data.found])
    # odds of planted errors never see the talks; the experts' odds are fitted on one talk and judged on the other
    heads = fit_planted(data, z, train & ~talks)
    planted = heads.odds(data.x, z)
    apart = np.full(len(data.rows), np.nan)
    for fold, other in TALKS:
        k = talks & (data.fold == other)
        apart[k] = planted[k] + TED_SHARE * line(fit_experts(data, z, talks & (data.fold == fold)), z[k])
    for fold, other in TALKS:
        k, rest = talks & (data.fold == other), talks & (data.fold == fold)
        p = np.maximum(fit_curve(apart[rest], major[rest])(apart), by_rule)
        print_talks(data, p, k, f"talk {other} left out")
    curve = fit_curve(apart[talks], major[talks])
    experts = fit_experts(data, z, talks)
    model = curve(planted + TED_SHARE * line(experts, z))
    whole = np.maximum(model, by_rule)
    crossed = np.where(talks, np.maximum(curve(apart), by_rule), whole)
    print("calibration", *(knots.round(3).tolist() for knots in curve), "share of serious errors", round(prior, 3))
    print_talks(data, crossed, talks, "both talks")
    print_talks(data, whole, talks, "in sample")
    held = (data.fold == 0) & np.isin(data.kind, ["clean", "pert"])
    print_detection(data, model, held, "model")
    print_detection(data, whole, held, "model and rules")
    return Fitted(scaler, heads, experts, curve, prior, rules), z, whole, crossed


def choose_threshold(human: Array, clean: Array) -> float:
    """The lowest risk at which few enough good pairs are flagged."""
    grid = np.unique(np.r_[human, clean, np.linspace(0.15, 0.5, 71), 1.0])
    return float(min(t for t in grid if (human >= t).mean() <= MOST_HUMAN and (clean >= t).mean() <= MOST_CLEAN))


def print_flagged(data: Examples, risk: Array, crossed: Array, threshold: float) -> None:
    """Shares of each kind of pair that are flagged."""
    held, talks = data.fold == 0, data.kind == "ted"
    parts = {
        "clean held": held & (data.kind == "clean"), "human held": data.kind == "hhtest", "critical held": held & (data.severity == "critical"),
        "clean trained": ~held & (data.kind == "clean"), "human trained": data.kind == "hh",
        "talks major": talks & (data.severity == "major"), "talks none": talks & (data.severity == "none"),
    }  # fmt: skip
    print(f"threshold {threshold:.4f}; flagged:", {name: round(float((crossed[k] >= threshold).mean()), 3) for name, k in parts.items()})
    harmed = held & (data.kind == "pert") & data.serious
    print("  by category", {str(c): round(float((risk[harmed & (data.category == c)] >= threshold).mean()), 2) for c in sorted(set(data.category[harmed]))})


def print_left_out(data: Examples, left: Sequence[str], accuracy: Mapping[str, float], risk: Array, threshold: float) -> None:
    """How it does on kinds of error that it was not trained on: pairwise accuracy, share flagged, AUC."""
    clean = risk[(data.fold == 0) & (data.kind == "clean")]
    for category in left:
        p = risk[(data.fold == 0) & (data.category == category)]
        if len(p):
            print(f"left out: {category:18s} accuracy {accuracy[category]}, flagged {(p >= threshold).mean():.2f}, AUC {auc(clean, p):.3f}")


def write(out: Path, work: Path, fitted: Fitted, ranks: Sequence[Rank], settings: Mapping[str, Any], heads: Sequence[str]) -> None:
    """The files of the package."""
    out.mkdir(parents=True, exist_ok=True)
    straight, experts = fitted.planted.line, fitted.experts
    np.savez(
        out / "heads.npz",
        line=LINE_SHARE * np.r_[straight.coef_[0], straight.intercept_[0]] + TED_SHARE * experts,
        trees=np.array(1 - LINE_SHARE),
        mean=fitted.scaler.mean_,
        scale=fitted.scaler.scale_,
        **exported_ranks(ranks),
        **exported_trees(fitted.planted.trees),
    )
    (out / "calibration.json").write_text(json.dumps(settings, indent=1), encoding="utf-8")
    # every other head: the mean of three is as good as that of five, and costs three fifths
    states = [torch.load(work / f"head_{name}.pt", weights_only=True) for name in heads[::2]]
    np.savez_compressed(out / "tokens.npz", **{key: np.stack([state[key].numpy() for state in states]).astype(np.float16) for key in states[0]})


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("mode", choices=("eval", "crossed", "final"))
    parser.add_argument(
        "--left-out", default="", metavar="A,B", help="DEMETR categories not to fit on; nothing is written (train token heads without them too)"
    )
    parser.add_argument("--heads", default="0,1,2,3,4", metavar="A,B", help="names of the token heads")
    parser.add_argument("--out", type=Path, help=f"folder for the weights; by default {OUT} for `final` and none for `eval`")
    add_folders(parser)
    options = parser.parse_args()
    final, left, heads = options.mode == "final", [name for name in options.left_out.split(",") if name], options.heads.split(",")
    data = read_examples(options.work, heads)
    if options.mode == "crossed":
        print_crossed(data)
        return
    train = (data.kind != "hhtest") & (final | (data.fold != 0)) & ~np.isin(data.category, left)
    fitted, z, risk, crossed = fit_all(data, train)
    planted = np.isin(data.kind, ["clean", "pert"])
    held = planted & (data.fold == 0)
    chosen = options.work / "threshold.json"
    if final or left:
        threshold = float(json.loads(chosen.read_text(encoding="utf-8")))
    else:
        threshold = choose_threshold(risk[data.kind == "hhtest"], risk[held & (data.kind == "clean")])
        chosen.write_text(json.dumps(threshold), encoding="utf-8")
    print_flagged(data, risk, crossed, threshold)
    ranks = [fit_rank(z, data.rows, train & planted, seed) for seed in range(RANKS)]
    score = ranked(ranks, z)
    accuracy = rank_metrics(data, score, held)
    print(options.mode, "ids kept apart, pairwise accuracy", *accuracy)
    if left:
        print_left_out(data, left, accuracy[2], risk, threshold)
        return
    out = options.out or (OUT if final else None)
    if out is None:
        return
    settings = {
        "features": list(data.names),
        "threshold": round(threshold, 4),
        "knots": [knots.tolist() for knots in fitted.curve],
        "prior": round(fitted.prior, 4),
        "center": float(np.median(score[held & (data.kind == "pert")])),
        "spread": float(3 * score[held].std()),
        "span_level": 0.75,
        "flagged_level": 0.25,
        "lost_level": 0.6,
        "rules": fitted.rules,
    }
    write(out, options.work, fitted, ranks, settings, heads)


if __name__ == "__main__":
    main()
