"""Two processes on one cache: does either ever read a number that it did not compute?

Each process scores random samples of invented segments by BLEU and chrF through one shared cache, small enough
that entries are dropped all the time, and compares every statistic with that of the metric itself. Now and then
one of them damages bytes of an entry. Prints how many rows were compared, how many came from the cache, how many
were wrong.

    python benchmarks/suite/two_processes.py --minutes 10
"""

from __future__ import annotations

import argparse
import multiprocessing
import sqlite3
import tempfile
import time
from pathlib import Path

import numpy as np

from evaluator.cache import FILE, Cache, setting_of
from evaluator.plugins import create_metric
from evaluator.score.cached import CachedStatistics, Texts, cached_statistics, text_digests

WORDS = [
    "the",
    "old",
    "ferry",
    "sails",
    "at",
    "noon",
    "from",
    "pier",
    "nine",
    "and",
    "nobody",
    "is",
    "left",
    "behind",
    "in",
    "storm",
    "while",
    "three",
    "crews",
    "went",
    "home",
    "early",
    "after",
    "strike",
]
METRICS = ("bleu", "chrf")
SEGMENTS = 4000


def invented(seed: int) -> list[str]:
    """Segments that are the same for the same seed."""
    rng = np.random.default_rng(seed)
    return [" ".join(rng.choice(WORDS, rng.integers(6, 24))) for _ in range(SEGMENTS)]


def damage(path: Path, rng: np.random.Generator) -> None:
    """Flip a byte in some entries."""
    with sqlite3.connect(path, timeout=20) as connection:
        entries = connection.execute("SELECT key, value FROM entries LIMIT 50 OFFSET ?", (int(rng.integers(0, 1000)),)).fetchall()
        for key, value in entries:  # the other process may have dropped some by now: then nothing is updated
            broken = bytearray(value)
            broken[int(rng.integers(0, len(broken)))] ^= 0x40
            connection.execute("UPDATE entries SET value = ? WHERE key = ?", (bytes(broken), key))
    connection.close()


def work(folder: str, seed: int, until: float, out: multiprocessing.Queue[tuple[int, int, int, int]]) -> None:
    """Score samples until the time is over."""
    rng = np.random.default_rng(seed)
    references, hypotheses = invented(1), invented(2)
    metrics = [create_metric(name, {}) for name in METRICS]
    # What is right, computed once without any cache.
    right = {m.declared.name: m.prepare([references]).count(hypotheses, range(SEGMENTS), lambda _: None).statistics for m in metrics}
    settings = {name: setting_of(name, {}) for name in METRICS}
    compared = stored = wrong = rounds = 0
    while time.time() < until:
        cache = Cache(Path(folder), megabytes=1)
        places = rng.choice(SEGMENTS, 400, replace=False)
        texts = Texts([hypotheses[i] for i in places], [int(i) for i in places], [references])
        digests = text_digests(texts)
        for metric in metrics:
            stored += sum(row is not None for row in cache.fetch(settings[metric.declared.name], digests))
            got = cached_statistics(metric, texts, lambda _: None, CachedStatistics(cache, settings), digests)
            wrong += int((got != right[metric.declared.name][places]).any(axis=1).sum())
            compared += len(places)
        wrong += 10**6 * len(cache.messages)
        cache.close()
        rounds += 1
        if rounds % 50 == seed:
            damage(Path(folder) / FILE, rng)
    out.put((compared, stored, wrong, rounds))


def main() -> None:
    """Run both and print what they saw."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=10.0)
    minutes = parser.parse_args().minutes
    context = multiprocessing.get_context("spawn")
    out: multiprocessing.Queue[tuple[int, int, int, int]] = context.Queue()
    with tempfile.TemporaryDirectory() as folder:
        until = time.time() + 60 * minutes
        processes = [context.Process(target=work, args=(folder, seed, until, out)) for seed in (1, 2)]
        for process in processes:
            process.start()
        for compared, stored, wrong, rounds in (out.get() for _ in processes):
            print(f"{rounds} rounds: {compared} rows compared, {stored} found in the cache, {wrong} wrong")
        for process in processes:
            process.join()
        print(Cache(Path(folder), megabytes=1).info())


if __name__ == "__main__":
    main()
