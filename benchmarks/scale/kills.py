"""SIGKILLs at random moments of a stream's driver and workers: the run folder must equal an undisturbed one, byte for byte.

    python benchmarks/scale/kills.py --kills 20 --rows 40000 --files 8 --workers 2

A command that is killed, or gives up after its workers were killed three times, is started again as a user would
start it; its workers may still be at work then. Prints a line for each kill and exits with 1 where a byte differs.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from stream_tables import write_tables

COMMAND = (sys.executable, "-m", "evaluator", "score")
OPTIONS = ("-m", "bleu", "chrf", "-q")


def main() -> int:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, default in (("kills", 20), ("rows", 40_000), ("files", 8), ("workers", 2), ("resamples", 1000), ("seed", 1)):
        parser.add_argument(f"--{name}", type=int, default=default)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        tables = write_tables(Path(place) / "tables", args.rows, args.files)
        command = [*COMMAND, str(tables), *OPTIONS, "--resamples", str(args.resamples), "--workers", str(args.workers), "-o"]
        began = time.monotonic()
        subprocess.run([*command, str(Path(place) / "whole")], check=True, stdout=subprocess.DEVNULL)
        return disturb(command, Path(place), args.kills, time.monotonic() - began, random.Random(args.seed))


def disturb(command: list[str], place: Path, kills: int, lasts: float, rng: random.Random) -> int:
    """Kill until so many are done, run after run, and compare every run that ends; 1 where one differs.

    Args:
        command: a stream without its run folder.
        place: where `whole` is the undisturbed one.
        kills: how many.
        lasts: seconds that the undisturbed one took.
        rng: chooses moments and victims.
    """
    done, runs, differing = 0, 0, 0
    while done < kills or runs == 0:
        target = place / f"run-{runs}"
        while not (target / "run.json").exists():
            process = subprocess.Popen([*command, str(target)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            while done < kills and process.poll() is None:
                victim = chosen(process, lasts, rng)
                if victim and kill(victim):
                    done += 1
                    print(f"{done:3d}  {'driver' if victim == process.pid else 'worker'} of run {runs}", flush=True)
            process.wait()
        runs += 1
        same = content(target) == content(place / "whole")
        differing += not same
        print(f"run {runs - 1}: {'equal' if same else 'DIFFERS'}", flush=True)
    return 1 if differing else 0


def chosen(process: subprocess.Popen[bytes], lasts: float, rng: random.Random) -> int:
    """The driver or one of its workers after a random time; 0 once the driver has ended. Two of three are workers, for which it waits: starting takes long."""
    of_worker = rng.random() < 2 / 3
    while of_worker and process.poll() is None and not children(process.pid):
        time.sleep(0.01)
    time.sleep(rng.uniform(0.02, 0.3) * lasts)
    workers = children(process.pid) if of_worker else []
    return 0 if process.poll() is not None else rng.choice(workers) if workers else process.pid


def children(pid: int) -> list[int]:
    """Worker processes of a driver: what it spawned to run shards, not what keeps track of semaphores."""
    try:
        listed = [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
        return [one for one in listed if b"spawn_main" in Path(f"/proc/{one}/cmdline").read_bytes()]
    except OSError:
        return []


def kill(pid: int) -> bool:
    """True where the process was there to be killed."""
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return False
    return True


def content(folder: Path) -> dict[str, bytes]:
    """Every file of a run folder by its path in it."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


if __name__ == "__main__":
    sys.exit(main())
