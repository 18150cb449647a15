"""Speed of evaluator.meta beside mt-metrics-eval's functions, in one process, and that both give the same numbers.

    python benchmarks/meta/meta_speed.py --peer PATH_OF_A_CHECKOUT [--systems 13] [--segments 529] [--draws 3]

PATH holds a checkout of github.com/google-research/mt-metrics-eval (the package of that name on the
index is another project). The peer is too slow to be run in full: its permutation test is timed
with few draws and multiplied. Without --peer only our own times are printed.
"""

from __future__ import annotations

import argparse
import importlib
import sys
import time
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from evaluator import meta


class Scores(NamedTuple):
    """Human scores with many ties, as MQM has them, and two metrics, systems by segments."""

    gold: np.ndarray
    a: np.ndarray
    b: np.ndarray


def make_scores(systems: int, segments: int) -> Scores:
    """Scores like those of a WMT set: half of the human scores are 0."""
    rng = np.random.default_rng(7)
    quality = rng.normal(0, 1, (systems, segments)) + rng.normal(0, 1, segments) + rng.normal(0, 0.3, (systems, 1))
    gold = -np.round(np.maximum(0, -3 * quality + rng.normal(0, 2, quality.shape)))
    return Scores(gold, quality + rng.normal(0, 2, quality.shape), quality + rng.normal(0, 2.5, quality.shape))


def seconds(function: Callable[[], Any], least: float = 0.5) -> tuple[float, Any]:
    """The quickest of several runs, and the result."""
    best, spent = float("inf"), 0.0
    result = None
    while spent < least:
        start = time.process_time()
        result = function()
        taken = time.process_time() - start
        best, spent = min(best, taken), spent + max(taken, 1e-3)
    return best, result


def main() -> None:
    """Print a table of times and ratios."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peer", metavar="PATH")
    parser.add_argument("--systems", type=int, default=13)
    parser.add_argument("--segments", type=int, default=529)
    parser.add_argument("--draws", type=int, default=3, help="draws of the peer's permutation test")
    args = parser.parse_args()
    scores = make_scores(args.systems, args.segments)
    stats: Any = None
    if args.peer:
        sys.path.insert(0, args.peer)
        stats = importlib.import_module("mt_metrics_eval.stats")
    gold, a, b = (list(map(float, x.ravel())) for x in scores)
    rows: list[tuple[str, Callable[[], Any], Callable[[Any], float], Callable[[], Any], int, Callable[[Any], float]]] = [
        (
            "acc_eq by item, calibrated",
            lambda: meta.acc_eq(scores.gold, scores.a),
            lambda found: found.value,
            lambda: stats.Correlation(args.systems, gold, a).KendallWithTiesOpt("item", sample_rate=1.0),
            1,
            lambda found: found[0],
        ),
        (
            "Kendall b, flat",
            lambda: meta.kendall(scores.gold, scores.a),
            float,
            lambda: stats.Correlation(args.systems, gold, a).KendallVariants("none"),
            1,
            lambda found: found[0],
        ),
        (
            "Kendall b by item",
            lambda: meta.kendall(scores.gold, scores.a, grouping="item"),
            float,
            lambda: stats.Correlation(args.systems, gold, a).KendallVariants("item"),
            1,
            lambda found: found[0],
        ),
        (
            "SPA",
            lambda: meta.spa(scores.gold, scores.a),
            float,
            lambda: stats.PairwiseConfidenceError(gold, a, args.systems),
            1,
            lambda found: found[0],
        ),
        (
            "PERM-BOTH, Pearson flat, k = 1000",
            lambda: meta.perm_both(scores.gold, scores.a, scores.b, "pearson"),
            lambda found: found.delta,
            lambda: _peer_test(stats, args, gold, a, b, "none", "pearson"),
            1000,
            lambda found: -found[1],
        ),
        (
            "PERM-BOTH, Kendall b by item, k = 1000",
            lambda: meta.perm_both(scores.gold, scores.a, scores.b, "kendall_b", "item"),
            lambda found: found.delta,
            lambda: _peer_test(stats, args, gold, a, b, "item", "kendall"),
            1000,
            lambda found: -found[1],
        ),
    ]
    print(f"{args.systems} systems, {args.segments} segments; CPU seconds\n")
    print(f"{'what':42s}{'ours':>10s}{'peer':>12s}{'ratio':>9s}  largest difference of the value")
    for name, own, own_value, peer, draws, peer_value in rows:
        taken, found = seconds(own)
        if stats is None:
            print(f"{name:42s}{taken:10.4f}")
            continue
        theirs, other = seconds(peer, 0.0001)
        theirs *= draws / args.draws if draws > 1 else 1
        print(f"{name:42s}{taken:10.4f}{theirs:12.3f}{theirs / taken:9.0f}  {abs(own_value(found) - peer_value(other)):.1e}")


def _peer_test(stats: Any, args: argparse.Namespace, gold: list[float], a: list[float], b: list[float], by: str, which: str) -> Any:
    """The peer's PERM-BOTH with few draws; its delta is b's value less a's."""
    from scipy.stats import pearsonr

    np.random.seed(1)  # the peer draws from the global generator
    pair = stats.Correlation(args.systems, gold, a), stats.Correlation(args.systems, gold, b)
    function = pearsonr if which == "pearson" else stats.KendallVariants
    return stats.PermutationSigDiff(*pair, function, by, k=args.draws)


if __name__ == "__main__":
    main()
