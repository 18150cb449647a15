"""How often each test rejects a true null: real systems exchanged at random, 4,000 test sets.

    python benchmarks/compare/type_one_error.py WMT_FOLDER [--pairs A:B ...] [--sets 4000] [--cache DIR]

A test set is drawn with replacement from the segments (or documents) of a real set; then, unit by
unit, a fair coin decides which system's output is called a. Nothing can differ but by chance, so a
test at 5 % must reject about 5 of 100 sets.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from statistics_of import Scored, score

from evaluator.compare.bootstrap import bootstrap_scores, sacrebleu_p_values, signed_p_values
from evaluator.compare.formulas import make_formula
from evaluator.compare.randomization import randomization_p_values
from evaluator.compare.resample import by_unit

METRICS = ["bleu", "chrf", "bertscore"]
TESTS = ("ar", "bootstrap", "sacrebleu-bs")
UNITS = ["document:30", "document:60", "document:150", "segment:100", "segment:300", "segment:1000"]


def rejections(scored: Scored, pair: tuple[int, int], unit: str, n: int, sets: int, resamples: int) -> dict[tuple[str, str], float]:
    """For each test and metric the share of test sets with p at most .05."""
    formulas = [make_formula(scored.formulas[name]) for name in METRICS]
    whole = [by_unit(scored.statistics[name][list(pair)], scored.documents if unit == "document" else None) for name in METRICS]
    count: dict[tuple[str, str], float] = {(test, metric): 0.0 for test in TESTS for metric in METRICS}
    rng = np.random.default_rng(20260101)
    for k in range(sets):
        drawn = rng.integers(whole[0].shape[1], size=n)
        swapped = rng.integers(2, size=n).astype(bool)[None, :, None]
        statistics = [np.where(swapped, s[::-1, drawn], s[:, drawn]) for s in whole]
        p_values = tests(statistics, formulas, resamples, k)
        for test, values in p_values.items():
            for metric, p in zip(METRICS, values, strict=True):
                count[test, metric] += p <= 0.05
    return {key: number / sets for key, number in count.items()}


def tests(statistics: list[Any], formulas: list[Any], resamples: int, seed: int) -> dict[str, list[float]]:
    """The p-values of all tests, each for every metric."""
    resampled = bootstrap_scores(statistics, formulas, resamples, seed)
    sizes = statistics[METRICS.index("bertscore")][0, :, 3]  # its last statistic counts segments
    return {
        "ar": [float(p[0]) for p in randomization_p_values(statistics, formulas, resamples, seed)],
        "bootstrap": [float(signed_p_values(r, s, f, sizes)[0]) for r, s, f in zip(resampled, statistics, formulas, strict=True)],
        "sacrebleu-bs": [float(sacrebleu_p_values(s, f, resamples, seed)[0]) for s, f in zip(statistics, formulas, strict=True)],
    }


def main() -> None:
    """Print one row a pair, unit and test."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--pairs", nargs="+", default=["Online-A:Online-W", "Lan-Bridge:LT22"])
    parser.add_argument("--units", nargs="+", default=UNITS, metavar="UNIT:N")
    parser.add_argument("--sets", type=int, default=4000)
    parser.add_argument("--resamples", type=int, default=999)
    parser.add_argument("--cache", type=Path, default=Path(tempfile.gettempdir()) / "evaluator-compare")
    args = parser.parse_args()
    pairs = [tuple(text.split(":")) for text in args.pairs]
    scored = score(args.folder, METRICS, args.cache, sorted({name for pair in pairs for name in pair}))
    print("| systems | unit | n | test | " + " | ".join(METRICS) + " | CPU s |\n|---|---|---|---|---|---|---|---|", flush=True)
    for a, b in pairs:
        for unit, n in (text.split(":") for text in args.units):
            start = time.process_time()
            found = rejections(scored, (scored.systems.index(a), scored.systems.index(b)), unit, int(n), args.sets, args.resamples)
            for test in TESTS:
                shares = " | ".join(f"{100 * found[test, metric]:.2f}" for metric in METRICS)
                print(f"| {a}, {b} | {unit} | {n} | {test} | {shares} | {time.process_time() - start:.0f} |", flush=True)


if __name__ == "__main__":
    main()
