"""Every command that writes on a machine that gives too little: memory limits, a full file system, one that cannot be written.

    python benchmarks/faults/machine.py                           # full and read-only file systems and memory groups need root
    python benchmarks/faults/machine.py --kinds limit --commands score bench

`run.py` puts faults at single changes of the disk, into a fork that has everything loaded; here every command is a process of its
own from its first import on, and the faults are the system's. After each the outputs must be as before or as they should be, with one
message and no traceback, and the same command must end well once the machine is itself again. What needs root is named where it
is left out. Exit code 1 when anything was lost.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from benchmarks.faults.cases import Case, cases, digests, litter, write_inputs  # noqa: E402
from benchmarks.faults.run import make_judged  # noqa: E402

KINDS = {"limit": "RLIMIT_AS", "group": "a control group's memory", "full": "a file system with little space", "readonly": "a read-only file system"}
NEEDS_ROOT = ("group", "full", "readonly")
CHILD = """
import resource, sys
limit = int(sys.argv[1])
if limit:
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
from evaluator import atomic
atomic.FRESH = 0.0
from evaluator.cli import main
code = main(sys.argv[3:])
if sys.argv[2]:
    with open("/proc/self/status", encoding="ascii") as status, open(sys.argv[2], "w", encoding="ascii") as told:
        told.write(next(line for line in status if line.startswith("VmPeak")).split()[1])
sys.exit(code)
"""
GROUPS = Path("/sys/fs/cgroup/memory")
MIB = 2**20
LIMIT = 100.0
"""Seconds after which a command is taken for hung."""
LINES = 3000
"""Segments, so that a command's memory is not only that of its imports."""


@dataclass(slots=True)
class Tally:
    """What was seen of one command under one kind of fault."""

    tried: int = 0
    failed: int = 0
    by_library: int = 0
    """Of those, ended by a library or the system without our message."""
    wrong: list[str] = field(default_factory=list)


class Trial:
    """One command, what stands before it and after it."""

    def __init__(self, case: Case, home: Path, judged: Path | None, disk: Path) -> None:
        self.case, self.disk = case, disk
        self.start, self.told = home / "start", home / "peak"
        write_inputs(self.start, judged)
        _lengthen(self.start)
        (self.start / "tmp").mkdir()
        for arguments in case.before:
            done = self.run(self.start, arguments)
            assert done.returncode == 0, (arguments, done.stderr)
        shutil.rmtree(self.start / "cache", ignore_errors=True)
        self.before = digests(self.start, case.outputs, whole=case.whole)
        work = home / "work"
        shutil.copytree(self.start, work)
        done = self.run(work, told=str(self.told))
        assert done.returncode == 0, (case.name, done.stderr)
        self.after = digests(work, case.outputs, whole=case.whole)
        self.peak = int(self.told.read_text(encoding="ascii")) * 1024
        self.added = _size(work) - _size(self.start)
        shutil.rmtree(work)

    def run(self, folder: Path, arguments: object = None, limit: int = 0, told: str = "", group: Path | None = None) -> subprocess.CompletedProcess[str]:
        """The command in a process of its own; its cache and temporary files lie in the folder too."""
        command = [sys.executable, "-c", CHILD, str(limit), told, *(arguments or self.case.arguments)]  # type: ignore[misc]
        front = ["sh", "-c", f'echo $$ > {group / "cgroup.procs"} && exec "$@"', "sh"] if group else []
        variables = {
            **os.environ,
            "EVALUATOR_CACHE": str(folder / "cache"),
            "TMPDIR": str(folder / "tmp"),
            "OPENBLAS_NUM_THREADS": "1",
            "PYTHONPATH": str(ROOT),
        }
        return subprocess.run([*front, *command], cwd=folder, env=variables, capture_output=True, text=True, errors="replace", check=False, timeout=LIMIT)

    def faults(self, kind: str, most: int, rng: random.Random) -> Iterator[tuple[str, int]]:
        """What a kind is tried with: bytes of memory or of free space."""
        if kind == "limit":
            low = 30 * MIB
            yield from ((f"{size // MIB} MiB of memory", size) for size in sorted(int(rng.uniform(low, 1.02 * self.peak)) for _ in range(most)))
        elif kind == "group":
            yield from ((f"{size} MiB in its group", size * MIB) for size in (16, 32, 48, 64))
        elif kind == "full":
            yield from ((f"{size // 1024} KiB free", size) for size in sorted(int(rng.uniform(0, 1.1 * self.added)) for _ in range(most)))
        else:
            yield "read-only", 0

    def trial(self, kind: str, label: str, size: int, tally: Tally) -> None:
        """One run with a fault, and one without after it."""
        tally.tried += 1
        with _file_system(self.disk, self.start, size, kind) as work:
            with _group(size) if kind == "group" else contextlib.nullcontext() as group:
                try:
                    self._judge(self.run(work, limit=size if kind == "limit" else 0, group=group), work, label, tally)
                except subprocess.TimeoutExpired:
                    tally.wrong.append(f"{label}: hung for {LIMIT:.0f} s")
            _make_well(work, kind)
            again = self.run(work)
            found = digests(work, self.case.outputs, whole=self.case.whole)
            finished = again.returncode == 2 and ("exists" in again.stderr or "already" in again.stderr) and found == self.after
            if not finished and (again.returncode != 0 or found != self.after):
                tally.wrong.append(f"{label}: run again: exit {again.returncode}, {again.stderr.strip()[-200:]}")
            if left := [one for one in litter(work) if not one.startswith(("cache/", "tmp/"))]:
                tally.wrong.append(f"{label}: after the next run {left[:4]} is left")

    def _judge(self, done: subprocess.CompletedProcess[str], work: Path, label: str, tally: Tally) -> None:
        found = digests(work, self.case.outputs, whole=self.case.whole)
        for name in {*found, *self.before}:
            if found.get(name) not in (self.before.get(name), self.after.get(name)):
                tally.wrong.append(f"{label}: {name} is {'gone' if name not in found else 'neither as before nor as after'}")
        tally.failed += done.returncode != 0
        messages = done.stderr.count("evaluator: error: ")
        if "Traceback" in done.stderr or "Exception ignored" in done.stderr:
            tally.wrong.append(f"{label}: {done.stderr.strip()[-600:]}")
        elif done.returncode not in (0, 2) or (done.returncode == 2 and messages != 1):
            tally.by_library += 1
            print(f"    {label}: exit {done.returncode}, {messages} messages: {done.stderr.strip()[-150:]}", flush=True)


def _lengthen(folder: Path) -> None:
    """The texts of a folder many times over, each line with a number of its own."""
    for name in ("ref.txt", "a.txt", "b.txt"):
        lines = (folder / name).read_text(encoding="utf-8").splitlines()
        (folder / name).write_text("".join(f"{lines[k % 4]} {k // 4}\n" for k in range(LINES)), encoding="utf-8")


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


@contextlib.contextmanager
def _file_system(disk: Path, start: Path, free: int, kind: str) -> Iterator[Path]:
    """A copy of the folder to work in, on a file system of its own where the fault is one."""
    mounted = kind in ("full", "readonly")
    disk.mkdir()
    if mounted:
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256m", "tmpfs", str(disk)], check=True)
    try:
        work = disk / "work"
        shutil.copytree(start, work)
        if kind == "full":
            _fill(disk / "filler", free)
        elif kind == "readonly":
            subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
        yield work
    finally:
        if mounted:
            subprocess.run(["umount", str(disk)], check=True)
        shutil.rmtree(disk)


def _fill(filler: Path, free: int) -> None:
    """Take all space of a file system but so many bytes."""
    with open(filler, "wb", buffering=0) as file:
        with contextlib.suppress(OSError):
            while True:
                file.write(bytes(MIB))
        file.truncate(max(0, file.tell() - free))


def _make_well(work: Path, kind: str) -> None:
    if kind == "full":
        (work.parent / "filler").unlink()
    elif kind == "readonly":
        subprocess.run(["mount", "-o", "remount,rw", str(work.parent)], check=True)


@contextlib.contextmanager
def _group(size: int) -> Iterator[Path]:
    """A control group that kills what takes more memory."""
    group = GROUPS / f"evaluator-{os.getpid()}"
    group.mkdir()
    try:
        (group / "memory.limit_in_bytes").write_text(str(size), encoding="ascii")
        yield group
    finally:
        group.rmdir()


def possible(kind: str) -> str:
    """Why a kind cannot be tried here; empty where it can."""
    if kind in NEEDS_ROOT and os.geteuid() != 0:
        return "needs root"
    return "needs control groups of version 1" if kind == "group" and not (GROUPS / "cgroup.procs").exists() else ""


def main() -> int:
    """Run the trials asked for and print a line for each command and kind."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kinds", nargs="+", default=list(KINDS), choices=KINDS)
    parser.add_argument("--commands", nargs="+", default=[], help="names of cases; default all")
    parser.add_argument("--most", type=int, default=8, help="limits and free spaces for each command")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--no-model", action="store_true", help="leave out annotations, whose run needs the model")
    args = parser.parse_args()
    home = Path(tempfile.mkdtemp(prefix="machine-"))
    wrong = tried = 0
    reasons: Mapping[str, str] = {kind: possible(kind) for kind in args.kinds}
    for kind, why in reasons.items():
        print(f"{kind}: {KINDS[kind]}{f': left out, {why}' if why else ''}")
    try:
        judged = None if args.no_model else make_judged(home / "model")
        for case in cases(judged):
            if args.commands and case.name not in args.commands:
                continue
            trial = Trial(case, home / case.name.replace(" ", "_"), judged, home / "disk")
            for kind in (kind for kind, why in reasons.items() if not why):
                tally = Tally()
                for label, size in trial.faults(kind, args.most, random.Random(f"{args.seed} {case.name} {kind}")):
                    trial.trial(kind, label, size, tally)
                counts = f"{tally.tried:3d} tried, {tally.failed:3d} did not end well, {tally.by_library} of them without our message, {len(tally.wrong)} wrong"
                print(f"{case.name:28s} {kind:9s} {counts}", flush=True)
                for one in tally.wrong[:4]:
                    print("    " + one.replace("\n", "\n    "), flush=True)
                wrong, tried = wrong + len(tally.wrong), tried + tally.tried
    finally:
        shutil.rmtree(home, ignore_errors=True)
    print(f"{tried} faults, {wrong} wrong")
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
