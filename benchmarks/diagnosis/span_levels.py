"""Beside the steps: how well the token heads find the experts' marks at the best level, to set the span levels by hand.

    python benchmarks/diagnosis/span_levels.py --work WORK [--heads 1,3]

Scores the TED talks' MQM marks (Apache-2.0), each talk with the head that was not trained on it, from the caches of
`prepare.py` and `token_head.py`. A line says which of a head's scores is used, the weight of the pair's risk beside
it, and at the level of the best F1: F1, precision, recall, share of tokens marked, and the level in log odds.
"""

from __future__ import annotations

import argparse
from typing import Any

import numpy as np
from corpora import Item, add_folders, load
from numpy.typing import NDArray

SCORES = {"any": 0, "serious": 2}
WEIGHTS = (0.0, 0.5, 1.0, 2.0)


def best_level(score: NDArray[Any], y: NDArray[Any]) -> tuple[float, ...]:
    """F1, precision, recall, share marked and level where F1 is highest."""
    out = []
    for level in np.quantile(score, np.linspace(0.5, 0.995, 60)):
        marked = score >= level
        hits, told, true = float((y * marked).sum()), float(marked.sum()), float(y.sum())
        out.append((2 * hits / (told + true), hits / told, hits / true, float(marked.mean()), float(level)))
    return max(out, key=lambda x: x[0])


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--heads", default="1,3", metavar="A,B", help="names of two token heads, each trained on one talk")
    add_folders(parser)
    options = parser.parse_args()
    items: list[Item] = load(options.work / "items.pkl")
    first, second = (load(options.work / f"pred_{name}.pkl") for name in options.heads.split(","))
    chosen = [k for k, item in enumerate(items) if item.row.kind == "ted" and item.row.severity != "minor" and (k in first) != (k in second)]
    parts = [first[k] if k in first else second[k] for k in chosen]
    y = np.concatenate([items[k].labels[:, 2] for k in chosen])
    for name, column in SCORES.items():
        for weight in WEIGHTS:
            score = np.concatenate([tokens[:, column] + weight * pair[1] for tokens, _, pair in parts])
            print(name, weight, [round(value, 3) for value in best_level(score, y)], "marked by experts", round(float(y.mean()), 4))


if __name__ == "__main__":
    main()
