"""The properties of `tests/fuzz/` with very many inputs: counts them, prints and keeps those that crash.

    python benchmarks/fuzz/run.py --minutes 30 --processes 2
    python benchmarks/fuzz/run.py --minutes 5 --only files rows --seed 7 --keep crashes/

Inputs are drawn from a seed of their own for each process, so that a run can be made again; every 100 inputs share a seed that a
crash is stored with. Exit code 1 when anything crashed.
"""

from __future__ import annotations

import argparse
import collections
import json
import multiprocessing
import os
import random
import resource
import shutil
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import evaluator  # noqa: E402
from tests.fuzz import properties  # noqa: E402
from tests.fuzz.inputs import SMALL, YAML, draw_edits, draw_text, edited, seeds  # noqa: E402
from tests.own_code import place_of  # noqa: E402

TRIES = 100
"""Inputs that share a seed."""
SLOW = 2.0
"""Seconds of CPU time from which one input counts as slow."""
RUN_FILES = ("run.json", "stats.npz", "segments.csv", "scores.csv", "statistics.csv", "pairs.csv", "findings.csv")


@dataclass(slots=True)
class Found:
    """What one process saw."""

    tried: collections.Counter[str] = field(default_factory=collections.Counter)
    seconds: collections.Counter[str] = field(default_factory=collections.Counter)
    crashes: dict[str, dict[str, object]] = field(default_factory=dict)
    """By where and what, the first input that did it."""
    counts: collections.Counter[str] = field(default_factory=collections.Counter)
    slowest: dict[str, tuple[float, str]] = field(default_factory=dict)
    peak: int = 0
    """MiB of memory."""


class Targets:
    """Draws inputs and puts them to the properties."""

    def __init__(self, folder: Path, model: bool) -> None:
        self.folder = folder
        texts = ["The dam held.", "Nobody was hurt.", "It rained."]
        run = evaluator.evaluate(texts, {"a": texts[::-1], "b": texts}, metrics=["chrf"], resamples=100, diagnose="off")
        self.run = run.save(folder / "run")
        self.damaged = folder / "damaged"
        shutil.copytree(self.run, self.damaged)
        self.whole = {name: (self.run / name).read_bytes() for name in RUN_FILES}
        self.names = sorted(seeds())
        self.plain = {name: data for name, data in seeds().items() if not name.endswith((".gz", ".zst", ".parquet"))}
        self.texts_of = sorted(self.plain)
        self.all: dict[str, Callable[[random.Random], object]] = {
            "texts": self.texts, "files": self.files, "rows": self.rows, "bytes": self.bytes, "small": self.small, "suites": self.suites, "runs": self.runs,
            "metrics": self.metrics, "aligner": self.aligner, "rules": self.rules, "page": self.page,
        }  # fmt: skip
        if model:
            self.all["reader"] = self.reader

    def files(self, rng: random.Random) -> object:
        """A damaged file of any form."""
        name = rng.choice(self.names)
        data = edited(seeds()[name], draw_edits(rng))
        properties.file_is_read_or_refused(self.folder, name, data)
        return name, data

    def texts(self, rng: random.Random) -> object:
        """A damaged file of any form that is text, without the disk."""
        name = rng.choice(self.texts_of)
        text = edited(self.plain[name], draw_edits(rng)).decode("utf-8", "replace").replace("\0", "")
        properties.text_is_read_or_refused(name, text)
        return name, text

    def rows(self, rng: random.Random) -> object:
        """Odd texts as the cells of a table or the lines of a text."""
        name = rng.choice(("a.txt", "a.tsv", "a.csv", "a.jsonl"))
        texts = [draw_text(rng) for _ in range(rng.randint(1, 8))]
        separator = {"a.tsv": "\t", "a.csv": ","}.get(name, "\n")
        head = f"reference{separator}hypothesis\n" if name in ("a.tsv", "a.csv") else ""
        lines = [separator.join(texts[k : k + 2]) for k in range(0, len(texts), 2)]
        if name == "a.jsonl":
            lines = [json.dumps({"reference": text, "hypothesis": texts[0]}) for text in texts]
        data = (head + "\n".join(lines)).encode()
        properties.file_is_read_or_refused(self.folder, name, data)
        return name, data

    def bytes(self, rng: random.Random) -> object:
        """A few bytes under any name."""
        name, data = rng.choice(self.names), rng.randbytes(rng.randint(0, 40))
        properties.file_is_read_or_refused(self.folder, name, data)
        return name, data

    def small(self, rng: random.Random) -> object:
        """A damaged alignment, list of documents, human scores or calibration."""
        name = rng.choice(sorted(SMALL))
        data = edited(SMALL[name], draw_edits(rng))
        properties.small_file_is_read_or_refused(self.folder, name, data)
        return name, data

    def suites(self, rng: random.Random) -> object:
        """A damaged suite."""
        data = edited(YAML, draw_edits(rng))
        properties.suite_is_read_or_refused(self.folder, data)
        return data

    def runs(self, rng: random.Random) -> object:
        """A run folder of which one file is damaged."""
        name = rng.choice(RUN_FILES)
        data = edited(self.whole[name], draw_edits(rng))
        try:
            properties.run_is_read_or_refused(self.damaged, {name: data})
        finally:
            (self.damaged / name).write_bytes(self.whole[name])
        return name, data

    def metrics(self, rng: random.Random) -> object:
        """Scores beside sacreBLEU's."""
        texts = self._pairs(rng, 4)
        properties.metrics_are_those_of_sacrebleu(*texts)
        return texts

    def aligner(self, rng: random.Random) -> object:
        """Articles."""
        texts = [[draw_text(rng) for _ in range(rng.randint(1, 7))] for _ in range(2)]
        properties.paragraphs_are_aligned_once(*texts)
        return texts

    def rules(self, rng: random.Random) -> object:
        """German, which rules judge without a model."""
        texts = self._pairs(rng, 4)
        properties.findings_hold_their_words(*texts, "de")
        return texts

    def page(self, rng: random.Random) -> object:
        """A report with odd texts and names."""
        texts, name = self._pairs(rng, 3), draw_text(rng)
        properties.nothing_escapes_from_the_page(*texts, name)
        return texts, name

    def reader(self, rng: random.Random) -> object:
        """The reader model with all its detectors."""
        texts = self._pairs(rng, 8)
        properties.findings_hold_their_words(*texts, "en")
        return texts

    def _pairs(self, rng: random.Random, most: int) -> tuple[list[str], list[str]]:
        n = rng.randint(1, most)
        references = [draw_text(rng) for _ in range(n)]
        return references, [draw_text(rng) if rng.random() < 0.5 else rng.choice(references) + draw_text(rng) for _ in range(n)]


def work(number: int, seed: int, minutes: float, only: Sequence[str], model: bool) -> Found:
    """One process: every property in turn, those that are quick more often."""
    warnings.simplefilter("ignore")
    found = Found()
    folder = Path(tempfile.mkdtemp(prefix="fuzz-", dir="/dev/shm" if os.path.isdir("/dev/shm") else None))
    try:
        targets = Targets(folder, model)
        names = [name for name in targets.all if not only or name in only]
        end, block = time.monotonic() + 60 * minutes, 0
        while time.monotonic() < end:
            name = min(names, key=lambda one: found.seconds[one])
            block += 1
            _block(targets, name, f"{seed}/{number}/{name}/{block}", found, end)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    found.peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return found


def _block(targets: Targets, name: str, seed: str, found: Found, end: float) -> None:
    rng = random.Random(seed)
    for number in range(TRIES):
        state = rng.getstate()
        began = time.process_time()
        shown: object = None
        try:
            shown = targets.all[name](rng)
        except Exception as error:
            place = f"{name}: {place_of(error)}"
            found.counts[place] += 1
            if place not in found.crashes:
                found.crashes[place] = {"seed": seed, "number": number, "error": str(error)[:500], "input": _again(targets, name, state)}
                print(f"crash: {place}: {str(error)[:200]} ({seed}, number {number})", file=sys.stderr, flush=True)
        seconds = time.process_time() - began
        found.tried[name] += 1
        found.seconds[name] += seconds  # type: ignore[assignment]
        if seconds > found.slowest.get(name, (0.0, ""))[0]:
            found.slowest[name] = (seconds, repr(shown)[:300])
        if time.monotonic() > end:
            return


def _again(targets: Targets, name: str, state: object) -> str:
    """The input that a state of the generator draws, without putting it to the property."""
    rng = random.Random()
    rng.setstate(state)  # type: ignore[arg-type]
    kept = {one: getattr(properties, one) for one in dir(properties) if callable(getattr(properties, one)) and not one.startswith("_")}
    inputs: list[object] = []
    try:
        for one in kept:
            setattr(properties, one, lambda *given: inputs.append(given))
        targets.all[name](rng)
    finally:
        for one, function in kept.items():
            setattr(properties, one, function)
    return repr(inputs[0][1:] if inputs and name in ("files", "rows", "bytes", "small", "suites", "runs") else inputs)[:4000]  # type: ignore[index]


def main() -> int:
    """Try for the time asked for and print what was seen."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--seed", type=int, default=int(time.time()), help="default: the time")
    parser.add_argument("--only", nargs="+", default=[], metavar="PROPERTY")
    parser.add_argument("--no-model", action="store_true", help="leave out the property that loads the model")
    parser.add_argument("--keep", metavar="FOLDER", help="where crashing inputs go, a JSON file each")
    args = parser.parse_args()
    with multiprocessing.get_context("spawn").Pool(args.processes) as pool:
        jobs = [(number, args.seed, args.minutes, args.only, not args.no_model) for number in range(args.processes)]
        all_found = pool.starmap(work, jobs)
    tried: collections.Counter[str] = sum((one.tried for one in all_found), collections.Counter())
    seconds: collections.Counter[str] = sum((one.seconds for one in all_found), collections.Counter())
    counts: collections.Counter[str] = sum((one.counts for one in all_found), collections.Counter())
    crashes = {place: crash for one in all_found for place, crash in one.crashes.items()}
    peak = max(one.peak for one in all_found)
    print(f"seed {args.seed}: {sum(tried.values()):,} inputs in {sum(seconds.values()):,.0f} s of CPU time, at most {peak} MiB a process")
    for name in tried:
        slowest, shown = max((one.slowest.get(name, (0.0, "")) for one in all_found), key=lambda pair: pair[0])
        which = f" {shown}" if slowest > SLOW else ""
        print(f"  {name:10s} {tried[name]:10,d} inputs  {1000 * seconds[name] / tried[name]:8.2f} ms each  slowest {slowest:.2f} s{which}")
    for place, crash in crashes.items():
        print(f"  CRASH {counts[place]} times: {place}: {crash['error']}\n    seed {crash['seed']} number {crash['number']}: {str(crash['input'])[:1000]}")
        if args.keep:
            Path(args.keep).mkdir(parents=True, exist_ok=True)
            (Path(args.keep) / f"{place.replace(' ', '_').replace(':', '-').replace('/', '-')}.json").write_text(
                json.dumps(crash, indent=1) + "\n", encoding="utf-8"
            )
    return int(bool(crashes))


if __name__ == "__main__":
    sys.exit(main())
