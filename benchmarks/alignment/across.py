"""Alignment across languages against gold: strict bead F1, without a model and with each of several.

    python benchmarks/alignment/across.py ARTICLES.jsonl [--models minilm e5-small-q4]

A line of the file is one pair of texts: `reference` and `hypothesis` (sentences or paragraphs) and `gold` (beads, 0-based), as bertalign's
Text+Berg has them.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

import evaluator


def main() -> None:
    """Print a row for each model."""
    parser = argparse.ArgumentParser()
    parser.add_argument("file", type=Path)
    parser.add_argument("--models", nargs="+", default=["minilm", "e5-small-q4"])
    args = parser.parse_args()
    articles = [json.loads(line) for line in args.file.read_text(encoding="utf-8").split("\n") if line]
    print("| | all beads | two-sided beads | CPU s |\n|---|---|---|---|")
    for model in (None, *args.models):
        start = time.process_time()
        found, gold = set(), set()
        for k, article in enumerate(articles):
            pairs = evaluator.align(article["reference"], article["hypothesis"], model=model)
            found |= {(k, pair.reference, pair.hypothesis) for pair in pairs}
            gold |= {(k, tuple(reference), tuple(hypothesis)) for reference, hypothesis in article["gold"]}
        scores = []
        for several in (False, True):
            mine, right = ({bead for bead in beads if not several or (bead[1] and bead[2])} for beads in (found, gold))
            scores.append(2 * len(mine & right) / (len(mine) + len(right)))
        print(f"| {model or 'no model'} | {scores[0]:.3f} | {scores[1]:.3f} | {time.process_time() - start:.0f} |", flush=True)


if __name__ == "__main__":
    main()
