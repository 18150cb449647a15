"""Whether a model tells good systems from weak ones where there are no human scores: agreement with COMET as WMT published it.

    python benchmarks/bertscore/systems.py WMT/wmt22.en-de published_automatic_scores.csv [--reference A] [--every 1] [--models minilm e5-small-q4]

The folder holds `ref.X.txt` and `sys/*.txt`; the table of published scores has the columns year, pair, system, ref, metric, score.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.stats import pearsonr

from evaluator.embed.embedder import open_embedder
from evaluator.metrics import BLEU, CHRF
from evaluator.metrics.matching import match_pairs


def read_lines(path: Path, every: int) -> list[str]:
    """Every n-th segment."""
    return path.read_text(encoding="utf-8").removesuffix("\n").split("\n")[::every]


def comet_of(table: Path, folder: Path, reference: str) -> pd.Series:
    """COMET of each system."""
    year, pair = folder.name.split(".")
    scores = pd.read_csv(table)
    chosen = scores[(scores["year"] == year) & (scores["pair"] == pair) & (scores["ref"] == reference) & (scores["metric"] == "COMET")]
    return chosen.set_index("system")["score"].sort_values(ascending=False)


def scores_of(systems: dict[str, list[str]], reference: list[str], models: list[str]) -> Iterator[tuple[str, np.ndarray]]:
    """Name and segment scores (n_systems, n_segments) of each metric."""
    hypotheses = [text for texts in systems.values() for text in texts]
    references = reference * len(systems)
    shape = len(systems), len(reference)
    for metric in (BLEU(effective_order=True), CHRF()):
        yield type(metric).__name__, metric.segment_scores(metric._extract_corpus_statistics(hypotheses, [references])).reshape(shape)
    for model in models:
        embedder = open_embedder(model, all_layers=True)
        texts = list(dict.fromkeys([*hypotheses, *references]))
        ids = dict(zip(texts, map(tuple, embedder.token_ids(texts)), strict=True))
        f1 = match_pairs(embedder, [(ids[h], ids[r]) for h, r in zip(hypotheses, references, strict=True)], None, lambda _: None)[..., 2]
        for layer in range(f1.shape[1]):
            yield f"{model} layer {layer}", f1[:, layer].reshape(shape)


def describe(scores: np.ndarray, comet: np.ndarray) -> list[float]:
    """Pairs of systems in COMET's order, Pearson over systems, and the best against the weakest, segment by segment.

    The last two are over segments that the two score differently: the share that the best wins, and its mean lead in standard deviations.
    """
    means = scores.mean(axis=1)
    i, j = np.triu_indices(len(means), 1)
    agree = (np.sign(means[i] - means[j]) == np.sign(comet[i] - comet[j])).mean()
    lead = scores[0] - scores[-1]
    lead = lead[lead != 0]
    return [float(agree), float(pearsonr(means, comet).statistic), float((lead > 0).mean()), float(lead.mean() / lead.std())]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("published", type=Path)
    parser.add_argument("--reference", default="A")
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--models", nargs="+", default=["minilm", "e5-small-q4"])
    args = parser.parse_args()
    comet = comet_of(args.published, args.folder, args.reference)
    systems = {name: read_lines(args.folder / "sys" / f"{name}.txt", args.every) for name in comet.index}
    reference = read_lines(args.folder / f"ref.{args.reference}.txt", args.every)
    print(f"{args.folder.name}, reference {args.reference}: {len(systems)} systems, {len(reference)} segments; {comet.index[0]} against {comet.index[-1]}\n")
    print("| | system pairs as COMET | Pearson with COMET | best wins | lead in sd |\n|---|---|---|---|---|")
    for name, scores in scores_of(systems, reference, args.models):
        print(f"| {name} | {' | '.join(f'{x:.3f}' for x in describe(scores, comet.to_numpy()))} |", flush=True)


if __name__ == "__main__":
    main()
