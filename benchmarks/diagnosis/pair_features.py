"""Second step: features and detectors' findings of every pair.

    python benchmarks/diagnosis/pair_features.py --work WORK [--processes 2]

Takes DEMETR (MIT), TED MQM (Apache-2.0) and WMT22 pairs from the caches of `prepare.py`; writes feat.npz and found.pkl.
Prints how often each detector speaks: on unharmed translations (clean), between human ones (hh), on segments without and
with a major error of meaning (ted- and ted+), and the kinds of pair where it speaks most. Run it again after any change
to a detector or a feature.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import torch
from corpora import Row, Store, add_folders, dump, load
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from evaluator.diagnosis.features import features
from evaluator.diagnosis.find import find_all
from evaluator.diagnosis.pairs import pair_of, pieces_of, side_of
from evaluator.diagnosis.types import Side
from evaluator.embed.embedder import open_embedder
from evaluator.types import Finding

CHUNK = 600
KEPT = 400
"""Sides that are kept for the next pairs."""


def examine(rows: Sequence[Row], work: Path) -> tuple[list[str], NDArray[np.float32], list[list[Finding]]]:
    """Names of the features, their values (n, n_features) and the findings of some pairs."""
    torch.set_num_threads(1)
    threadpool_limits(1)
    embedder = open_embedder("minilm", all_layers=True)
    store = Store(work)
    sides: dict[str, Side] = {}

    def side(text: str) -> Side:
        if text not in sides:
            sides[text] = side_of(text, pieces_of(embedder, [text])[0], store.whole(text))
            if len(sides) > KEPT:
                sides.pop(next(iter(sides)))
        return sides[text]

    values: list[list[float]] = []
    found: list[list[Finding]] = []
    names: list[str] = []
    for row in rows:
        pair = pair_of(side(row.reference), side(row.hypothesis), True)
        found.append(find_all(pair))
        named = features(pair, found[-1])
        names = list(named)
        values.append(list(named.values()))
    return names, np.array(values, np.float32), found


def report(rows: Sequence[Row], found: Sequence[Sequence[Finding]]) -> None:
    """How often each detector speaks on each kind of pair."""
    rate: defaultdict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    n: Counter[str] = Counter()
    for row, findings in zip(rows, found, strict=True):
        key = "ted_" + row.severity if row.kind == "ted" else "hh" if row.kind == "hhtest" else row.category
        n[key] += 1
        for spoken in {(f.detector, f.severity) for f in findings}:
            rate[spoken][key] += 1
    for (detector, severity), count in sorted(rate.items()):
        most = sorted(((c / n[key], key) for key, c in count.items() if key not in ("clean", "hh")), reverse=True)[:4]
        good = " ".join(
            f"{label} {count[key] / max(n[key], 1):.3f}" for label, key in (("clean", "clean"), ("hh", "hh"), ("ted-", "ted_none"), ("ted+", "ted_major"))
        )
        print(f"{detector:22s} {severity:9s} {good}  " + " ".join(f"{key}:{share:.2f}" for share, key in most))


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--processes", type=int, default=2)
    add_folders(parser)
    options = parser.parse_args()
    started = time.time()
    rows: list[Row] = load(options.work / "rows.pkl")
    chunks = [rows[i : i + CHUNK] for i in range(0, len(rows), CHUNK)]
    with get_context("spawn").Pool(options.processes) as pool:
        parts = pool.map(partial(examine, work=options.work), chunks, chunksize=1)
    values = np.concatenate([part[1] for part in parts])
    found = [findings for part in parts for findings in part[2]]
    np.savez(options.work / "feat.npz", X=values, names=parts[0][0])
    dump(found, options.work / "found.pkl")
    print(values.shape, f"{time.time() - started:.0f} s")
    report(rows, found)


if __name__ == "__main__":
    main()
