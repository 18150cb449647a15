"""The baseline that BERTScore is rescaled with: what unrelated sentences score, layer by layer.

    python benchmarks/bertscore/make_baseline.py TEXT.txt ... --out evaluator/metrics/rescale_baseline/minilm.en.tsv

As bert-score makes its own: P, R and F1 averaged over random pairs of sentences of one language.
Lines of the files are sentences; a pair never comes from one file's neighbours.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from evaluator.embed.embedder import open_embedder
from evaluator.metrics.matching import match_pairs


def main() -> None:
    """Write the file."""
    parser = argparse.ArgumentParser()
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--model", default="minilm")
    parser.add_argument("--pairs", type=int, default=40_000)
    parser.add_argument("--sentences", type=int, default=8_000)
    parser.add_argument("--seed", type=int, default=12345)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    lines = sorted({line.strip() for path in args.files for line in path.read_text(encoding="utf-8").split("\n") if line.strip()})
    rng = np.random.default_rng(args.seed)
    sentences = [lines[i] for i in rng.permutation(len(lines))[: args.sentences]]
    embedder = open_embedder(args.model, all_layers=True)
    ids = [tuple(one) for one in embedder.token_ids(sentences)]
    chosen = [(int(a), int(b)) for a, b in rng.integers(len(ids), size=(args.pairs, 2)) if a != b]
    # In blocks, so that a block's sentences are embedded once and the whole stays small.
    total, n = np.zeros((embedder.spec.n_layers + 1, 3)), 0
    for start in range(0, len(chosen), 10_000):
        block = [(ids[a], ids[b]) for a, b in chosen[start : start + 10_000]]
        scores = match_pairs(embedder, block, None, lambda _: None)
        total, n = total + scores.sum(axis=0), n + len(block)
    rows = [f"{layer},{p:.8f},{r:.8f},{f:.8f}" for layer, (p, r, f) in enumerate(total / n)]
    args.out.parent.mkdir(parents=True, exist_ok=True)
    args.out.write_text("\n".join(["LAYER,P,R,F", *rows]) + "\n", encoding="utf-8")
    print(f"{n} pairs of {len(sentences)} sentences")


if __name__ == "__main__":
    main()
