"""Faults put into every command that writes: what is lost, what lies about, what the user reads, and whether the same command then ends well.

    python benchmarks/faults/run.py                       # every kind at every change of the disk; some minutes of CPU time
    python benchmarks/faults/run.py --kinds kill --commands score --most 20

Exit code 1 when anything was lost: an output that is neither as before nor as after, a traceback, a leftover that stays, or
a command that does not end with the same bytes when it is run again.
"""

from __future__ import annotations

import argparse
import collections
import contextlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from benchmarks.faults.cases import Case, cases, digests, litter, write_inputs  # noqa: E402
from benchmarks.faults.inject import (  # noqa: E402
    Fault,
    Outcome,
    after,
    at_operation,
    deny,
    fill,
    from_operation,
    interrupt,
    kill,
    run_in_child,
    with_file_limit,
    with_memory,
)  # fmt: skip
from evaluator import atomic  # noqa: E402
from evaluator.cli import main as evaluate  # noqa: E402

KINDS = ("kill", "interrupt", "fill", "deny", "killtime", "interrupttime", "filelimit", "memory", "change", "clock")
SIZES = (0, 64, 512, 2000, 4096, 9000, 20_000, 50_000, 150_000)
CODES = (0, 2, 130)
"""Exit codes of a command that was not killed."""
MEMORY = (0.5, 2, 8, 20, 40, 80, 160)


@dataclass(slots=True)
class Tally:
    """What was seen of one command under one kind of fault."""

    injected: int = 0
    failed: int = 0
    """Trials in which the command did not end with 0."""
    lost: list[str] = field(default_factory=list)
    tracebacks: list[str] = field(default_factory=list)
    leftovers: list[str] = field(default_factory=list)
    other: list[str] = field(default_factory=list)
    """Exit codes that nobody expects, and commands that did not end well when run again."""
    peak: int = 0


@dataclass(frozen=True, slots=True)
class Rules:
    """What a kind of fault excuses."""

    killed: bool
    """The process may end by a signal, and leave unfinished work for the next run to take away."""
    inputs_change: bool
    """What comes out may be of the changed input."""
    tidy: bool
    """Nothing unfinished may be left; in a folder that cannot be written it cannot be taken away."""


class Bench:
    """One command: its folder before, what it leaves when all is well, and trials."""

    def __init__(self, case: Case, home: Path, judged: Path | None) -> None:
        self.case, self.home = case, home
        self.start = home / "start"
        write_inputs(self.start, judged)
        for arguments in case.before:
            warm(self.fresh(), arguments)
            done = run_in_child(self.start, arguments)
            assert done.code == 0, (arguments, done)
        shutil.rmtree(self.start / "cache", ignore_errors=True)
        self.before = digests(self.start, case.outputs, whole=case.whole)
        warm(self.fresh(), case.arguments)
        work = self.fresh()
        self.well = run_in_child(work, case.arguments)
        assert self.well.code == 0, (case.name, self.well)
        self.after = digests(work, case.outputs, whole=case.whole)
        assert self.after != self.before, case.name

    def fresh(self) -> Path:
        """A copy of the folder before."""
        work = self.home / "work"
        shutil.rmtree(work, ignore_errors=True)
        shutil.copytree(self.start, work)
        return work

    def trial(self, fault: Fault, label: str, tally: Tally, rules: Rules) -> None:
        """One run with a fault, and one without after it."""
        work = self.fresh()
        done = run_in_child(work, self.case.arguments, fault)
        tally.injected += 1
        tally.failed += done.code != 0
        tally.peak = max(tally.peak, done.peak)
        self._judge(done, work, label, tally, rules)
        if rules.inputs_change:
            return
        again = run_in_child(work, self.case.again or self.case.arguments)
        found = digests(work, self.case.outputs, whole=self.case.whole)
        there = again.code == 2 and "exists" in again.err and found == self.after  # it had been finished
        if not there and (again.code != 0 or found != self.after):
            tally.other.append(f"{label}: run again: exit {again.code}, {'other bytes' if again.code == 0 else again.err.strip()[-200:]}")
        if left := [one for one in litter(work) if not one.startswith("cache/")]:
            tally.leftovers.append(f"{label}: after the next run: {left[:4]}")

    def _judge(self, done: Outcome, work: Path, label: str, tally: Tally, rules: Rules) -> None:
        found = digests(work, self.case.outputs, whole=self.case.whole)
        for name in {*found, *self.before}:
            known = {self.before.get(name), self.after.get(name)}
            if found.get(name) not in known and not (rules.inputs_change and done.code == 0):
                tally.lost.append(f"{label}: {name} is {'gone' if name not in found else 'neither as before nor as after'}")
        if "Traceback" in done.err or "Exception ignored" in done.err:
            tally.tracebacks.append(f"{label}: {done.err.strip()[-700:]}")
        if done.code not in CODES and not (rules.killed and done.code < 0):
            tally.other.append(f"{label}: exit {done.code}: {done.err.strip()[-200:]}")
        if rules.tidy and not rules.killed and done.code != 0 and (left := [one for one in litter(work) if not one.startswith(("cache/", "run.partial"))]):
            tally.leftovers.append(f"{label}: {left[:4]}")


def warm(folder: Path, arguments: Sequence[str]) -> None:
    """Run a command in this process, so that its children need not import what it needs."""
    here = os.getcwd()
    os.chdir(folder)
    os.environ["EVALUATOR_CACHE"] = str(folder / "cache")
    try:
        with open(os.devnull, "w", encoding="utf-8") as nowhere, contextlib.redirect_stdout(nowhere), contextlib.redirect_stderr(nowhere):
            assert evaluate(arguments) == 0, arguments
    finally:
        os.chdir(here)


def trials(bench: Bench, kind: str, most: int, rng: random.Random) -> Iterator[tuple[str, Fault, Rules]]:
    """The faults of a kind: at every change of the disk, or as many as asked for."""
    rules = Rules(kind in ("kill", "killtime"), kind == "change", kind != "deny")
    operations = list(range(1, bench.well.operations + 1))
    points = operations if len(operations) <= most else sorted(rng.sample(operations, most))
    actions: dict[str, Callable[[], None]] = {"kill": kill, "interrupt": interrupt, "fill": fill, "deny": deny}
    if kind in actions:
        for k in points:
            yield f"{kind} at {k} of {len(operations)}", (from_operation if kind == "deny" else at_operation)(k, actions[kind]), rules
    elif kind in ("killtime", "interrupttime"):
        number = signal.SIGKILL if kind == "killtime" else signal.SIGINT
        for _ in range(most):
            seconds = rng.uniform(0, 1.1 * bench.well.seconds)
            yield f"{kind} after {seconds:.4f} s", after(seconds, number), rules
    elif kind == "change":
        for k in points:
            for name, change in changes(bench, rng):
                yield f"{name} at {k}", at_operation(k, change), rules
    else:
        yield from ((label, fault, rules) for label, fault in limits(kind, rng.choice(operations)))


def limits(kind: str, k: int) -> Iterator[tuple[str, Fault]]:
    """Faults that hold from the start of a command, and a clock that jumps at its k-th change of the disk."""
    if kind == "filelimit":
        yield from ((f"files of {size} bytes at most", with_file_limit(size)) for size in SIZES)
    elif kind == "memory":
        yield from ((f"{size} MiB more", with_memory(size)) for size in MEMORY)
    elif kind == "clock":
        for shift in (-3e9, -86400.0, 86400.0, 3e9):
            yield f"clock {shift:+.0f} s", at_operation(k, partial(_shift, shift))


def changes(bench: Bench, rng: random.Random) -> list[tuple[str, Callable[[], None]]]:
    """What may happen to an input while a command runs."""
    files = [path for path in ("a.txt", "tables/0.tsv", "human.tsv", "answers.tsv", "suite.yaml", "run/segments.csv") if (bench.start / path).exists()]
    name = rng.choice(files)
    return [
        (f"{name} vanishes", lambda: os.unlink(name) if os.path.exists(name) else None),
        (f"{name} shrinks", lambda: os.truncate(name, os.path.getsize(name) // 2) if os.path.exists(name) else None),
    ]


def _shift(seconds: float) -> None:
    real = time.time
    time.time = lambda: max(0.0, real() + seconds)


def make_judged(folder: Path) -> Path | None:
    """A run with a diagnosis and its sheets, made in a process of its own: a model's threads do not live through a fork."""
    write_inputs(folder / "inputs", None)
    command = [sys.executable, "-m", "evaluator"]
    score = ["score", "inputs/ref.txt", "inputs/a.txt", "inputs/b.txt", "-m", "bertscore", "chrf", "--resamples", "100", "-o", "judged", "-q"]
    for arguments in (score, ["annotate", "export", "judged", "-o", "sheets"]):
        if subprocess.run([*command, *arguments], cwd=folder, capture_output=True, check=False).returncode:
            return None
    return folder / "judged"


def main() -> int:
    """Run the trials asked for and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kinds", nargs="+", default=KINDS, choices=KINDS)
    parser.add_argument("--commands", nargs="+", default=[], help="names of cases; default all")
    parser.add_argument("--most", type=int, default=10_000, help="faults of a kind for each command; default one at every change of the disk")
    parser.add_argument("--random", type=int, default=20, help="kills and interrupts at random moments for each command")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--no-model", action="store_true", help="leave out annotations, whose run needs the model")
    parser.add_argument("-o", "--output", help="JSON of all that was seen")
    args = parser.parse_args()
    atomic.FRESH = 0.0  # what a kill left is to be taken away by the very next run
    home = Path(tempfile.mkdtemp(prefix="faults-"))
    seen: dict[str, dict[str, Tally]] = collections.defaultdict(lambda: collections.defaultdict(Tally))
    try:
        judged = None if args.no_model else make_judged(home / "model")
        for case in cases(judged):
            if args.commands and case.name not in args.commands:
                continue
            bench = Bench(case, home / case.name.replace(" ", "_"), judged)
            for kind in args.kinds:
                tally = seen[case.name][kind]
                rng = random.Random(f"{args.seed} {case.name} {kind}")
                for label, fault, rules in trials(bench, kind, args.random if kind.endswith("time") else args.most, rng):
                    bench.trial(fault, label, tally, rules)
                print_line(case.name, kind, tally)
            shutil.rmtree(bench.home)
    finally:
        shutil.rmtree(home, ignore_errors=True)
    if args.output:
        Path(args.output).write_text(
            json.dumps({name: {kind: asdict(one) for kind, one in own.items()} for name, own in seen.items()}, indent=1) + "\n", encoding="utf-8"
        )
    bad = sum(len(one.lost) + len(one.tracebacks) + len(one.leftovers) + len(one.other) for own in seen.values() for one in own.values())
    print(f"{sum(one.injected for own in seen.values() for one in own.values())} faults, {bad} wrong")
    return int(bad > 0)


def print_line(name: str, kind: str, tally: Tally) -> None:
    """One line, and under it the first of each thing that went wrong."""
    counts = f"lost {len(tally.lost)}, tracebacks {len(tally.tracebacks)}, leftovers {len(tally.leftovers)}, other {len(tally.other)}"
    print(f"{name:28s} {kind:14s} {tally.injected:4d} injected, {tally.failed:4d} did not end well; {counts}; {tally.peak} MiB", flush=True)
    for found in (tally.lost, tally.tracebacks, tally.leftovers, tally.other):
        for one in list(dict.fromkeys(found))[:3]:
            print("    " + one.replace("\n", "\n    "), flush=True)


if __name__ == "__main__":
    sys.exit(main())
