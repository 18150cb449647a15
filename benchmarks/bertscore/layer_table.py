"""Which layer of a model agrees best with people: correlations with human scores, by layer.

    python benchmarks/bertscore/layer_table.py HUMAN.tsv.gz ... [--model minilm] [--every 1] [--out TABLE.md]

Each file has the columns system, seg, is_human, reference, hypothesis, human_score (higher is better),
tab-separated without quoting. Systems that are people are left out, as in the WMT metrics tasks.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.stats import kendalltau, pearsonr

from evaluator.embed.embedder import open_embedder
from evaluator.metrics import BLEU, CHRF
from evaluator.metrics.matching import match_pairs


def read_human(path: Path, every: int = 1) -> pd.DataFrame:
    """Pairs of machine systems with their human scores, of every n-th segment."""
    frame = pd.read_csv(path, sep="\t", quoting=3, keep_default_na=False, lineterminator="\n")
    filled = (frame["reference"].str.strip() != "") & (frame["hypothesis"].str.strip() != "")
    return frame[(frame["is_human"] == 0) & filled & (frame["seg"] % every == 0)].reset_index(drop=True)


def lexical(frame: pd.DataFrame, metric: BLEU | CHRF) -> np.ndarray:
    """Sentence scores."""
    return metric.segment_scores(metric._extract_corpus_statistics(frame["hypothesis"].tolist(), [frame["reference"].tolist()]))


def by_item(frame: pd.DataFrame, score: np.ndarray, measure: Callable[[np.ndarray, np.ndarray], float]) -> float:
    """Mean over segments of a correlation between systems; segments without two different scores are left out."""
    values = []
    for rows in frame.groupby("seg").indices.values():
        human = frame["human_score"].to_numpy()[rows]
        if len(rows) > 1 and np.ptp(human) > 0 and np.ptp(score[rows]) > 0:
            values.append(measure(human, score[rows]))
    return float(np.mean(values))


def describe(frame: pd.DataFrame, score: np.ndarray) -> list[float]:
    """Flat tau-b, flat Pearson, tau-b by item, pairwise accuracy of systems."""
    human = frame["human_score"].to_numpy()

    def tau(a: np.ndarray, b: np.ndarray) -> float:
        return float(kendalltau(a, b).statistic)

    means = frame.assign(score=score).groupby("system")[["human_score", "score"]].mean().to_numpy()
    i, j = np.triu_indices(len(means), 1)
    agree = (np.sign(means[i, 0] - means[j, 0]) == np.sign(means[i, 1] - means[j, 1])).mean()
    return [tau(human, score), float(pearsonr(human, score).statistic), by_item(frame, score, tau), float(agree)]


def main() -> None:
    """Print and write the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--model", default="minilm")
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--out", type=Path)
    args = parser.parse_args()
    embedder = open_embedder(args.model, all_layers=True)
    lines = []
    for path in args.files:
        frame = read_human(path, args.every)
        texts = list(dict.fromkeys([*frame["reference"], *frame["hypothesis"]]))
        ids = dict(zip(texts, map(tuple, embedder.token_ids(texts)), strict=True))
        pairs = [(ids[h], ids[r]) for h, r in zip(frame["hypothesis"], frame["reference"], strict=True)]
        scores = match_pairs(embedder, pairs, None, lambda _: None)
        columns = {"BLEU": lexical(frame, BLEU(effective_order=True)), "chrF": lexical(frame, CHRF())}
        for layer in range(scores.shape[1]):
            for k, name in enumerate(("P", "R", "F1")):
                columns[f"layer {layer} {name}"] = scores[:, layer, k]
        lines += [f"{path.name.removesuffix('.tsv.gz')}: {len(frame)} pairs, {frame['system'].nunique()} systems", ""]
        lines += ["| | tau-b | Pearson | tau-b by segment | system pairs |", "|---|---|---|---|---|"]
        lines += [f"| {name} | {' | '.join(f'{x:.3f}' for x in describe(frame, score))} |" for name, score in columns.items()]
        lines.append("")
        print("\n".join(lines), flush=True)
        if args.out:
            args.out.write_text("\n".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main()
