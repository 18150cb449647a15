"""Cost of all pairs from stored statistics, beside sacreBLEU's own test run once per baseline.

    python benchmarks/compare/speed.py WMT_FOLDER [--resamples 10000] [--peer-pairs 2] [--cache DIR]

Ours: every pair of every system in `sys/`, BLEU and chrF, tests, intervals, ranks and words, in a
process of its own with one thread; the statistics are read, not made. sacreBLEU's: a few pairs of
one baseline, whose CPU time is multiplied by the number of pairs (each pair once; run once per
baseline, as its command has to be, it does each twice).
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from statistics_of import lines, score

CHILD = """
import sys, time
import numpy as np
from evaluator.compare import ComparisonData, Plan, MetricData, compare_systems

def mebibytes():  # of this process's own image; getrusage would count that of its parent before exec
    return next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM")) / 1024

folder, resamples, names = sys.argv[1], int(sys.argv[2]), sys.argv[3].split(",")
formulas = {"bleu": {"kind": "bleu"}, "chrf": {"kind": "chrf"}}
arrays = {name: np.load(f"{folder}/{name}.npy") for name in formulas}
before = mebibytes()
start = time.process_time()
subjects = tuple(MetricData(name, arrays[name], formulas[name]) for name in formulas)
found = compare_systems(ComparisonData(tuple(names), subjects), Plan(unit="segment", resamples=resamples))
seconds = time.process_time() - start
peak = mebibytes()
rows = sum(len(result.pairs) for result in found.results)
print(f"{seconds} {rows} {before} {peak}")
"""


def ours(folder: Path, cache: Path, resamples: int) -> tuple[float, int, float, float]:
    """CPU seconds, rows, MiB before and MiB at the peak."""
    import numpy as np

    scored = score(folder, ["bleu", "chrf"], cache)
    with tempfile.TemporaryDirectory() as place:
        for name, array in scored.statistics.items():
            np.save(Path(place) / f"{name}.npy", array)
        command = [sys.executable, "-c", CHILD, place, str(resamples), ",".join(scored.systems)]
        done = subprocess.run(command, check=True, capture_output=True, text=True, env={**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"})
    seconds, rows, before, peak = done.stdout.split()
    return float(seconds), int(rows), float(before), float(peak)


def peer(folder: Path, pairs: int, resamples: int) -> float:
    """CPU seconds of sacreBLEU's test for one pair, BLEU and chrF."""
    from sacrebleu.metrics.bleu import BLEU
    from sacrebleu.metrics.chrf import CHRF
    from sacrebleu.significance import PairedTest

    named: list[tuple[str, Sequence[str]]] = [(path.stem, lines(path)) for path in sorted((folder / "sys").glob("*.txt"))[: pairs + 1]]
    reference = [lines(sorted(folder.glob("ref.*.txt"))[0])]
    start = time.process_time()
    PairedTest(named, {"BLEU": BLEU(references=reference), "chrF": CHRF(references=reference)}, None, test_type="ar", n_samples=resamples, n_jobs=1)()
    return (time.process_time() - start) / pairs


def main() -> None:
    """Print both and the ratio."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--resamples", type=int, default=10_000)
    parser.add_argument("--peer-pairs", type=int, default=2)
    parser.add_argument("--cache", type=Path, default=Path(tempfile.gettempdir()) / "evaluator-compare")
    args = parser.parse_args()
    seconds, rows, before, peak = ours(args.folder, args.cache, args.resamples)
    n_pairs = rows // 2
    print(f"evaluator: {n_pairs} pairs, {rows} rows, {seconds:.2f} CPU s, {before:.0f} MiB before, {peak:.0f} MiB at the peak", flush=True)
    one = peer(args.folder, args.peer_pairs, args.resamples)
    for times, words in ((1, "each pair once"), (2, "once per baseline")):
        total = one * n_pairs * times
        print(f"sacreBLEU: {one:.1f} CPU s a pair ({args.peer_pairs} measured), {words} {total:.0f} CPU s, ratio {total / seconds:.0f}", flush=True)


if __name__ == "__main__":
    main()
