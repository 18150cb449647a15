"""A suite killed at random moments and resumed ends with the same bytes as one left alone.

Runs a suite undisturbed, then again in another folder with SIGKILL at random moments until it has been killed
as often as asked, and resumes it to the end. Compares every file; of results/index.csv, history.csv and report.html of the suite all but the times.

    python benchmarks/suite/kill_and_resume.py configs/wmt22.yaml --data FOLDER --kills 10
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path


def command(config: str, data: str, output: Path) -> list[str]:
    """The suite as a command; without the cache, so that there is time to kill."""
    return [sys.executable, "-m", "evaluator", "bench", config, "-o", str(output), "--no-cache", "--quiet", *(["--data", data] if data else [])]


def digests(folder: Path) -> dict[str, str]:
    """Digest of every file; of the index, and of the history and page of the suite, without their times."""
    times = re.compile(rb"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\dZ?")
    timed = {*folder.glob("*/history.csv"), *folder.glob("*/report.html")}
    texts = {path: path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}
    found = {str(path.relative_to(folder)): hashlib.sha256(times.sub(b"TIME", text) if path in timed else text).hexdigest() for path, text in texts.items()}
    with open(folder / "index.csv", encoding="utf-8", newline="") as file:
        rows = sorted(tuple(value for name, value in row.items() if name != "finished") for row in csv.DictReader(file))
    return {**found, "index.csv": repr(rows)}


def main() -> int:
    """Run, kill, resume, compare."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("config")
    parser.add_argument("--data", default="")
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    draw = random.Random(args.seed)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        start = time.monotonic()
        subprocess.run(command(args.config, args.data, folder / "whole"), check=True, stdout=subprocess.DEVNULL)
        took = time.monotonic() - start
        print(f"undisturbed: {took:.1f} s", flush=True)
        kills = 0
        while kills < args.kills:
            # Up to two fifths of the whole: a few runs may finish in between.
            wait = 0.3 + draw.random() * took * 0.4
            process = subprocess.Popen(command(args.config, args.data, folder / "killed"), stdout=subprocess.DEVNULL, start_new_session=True)
            try:
                code = process.wait(timeout=wait)
                print(f"finished ({code}) before kill {kills + 1}; begun anew", flush=True)
                subprocess.run(["rm", "-rf", str(folder / "killed")], check=True)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
                kills += 1
                left = sorted(path.name for path in (folder / "killed").rglob("*") if path.is_dir())
                print(f"kill {kills} after {wait:.1f} s: {len(left)} folders, {sum(one.startswith('.') for one in left)} half-made", flush=True)
        subprocess.run(command(args.config, args.data, folder / "killed"), check=True, stdout=subprocess.DEVNULL)
        one, two = digests(folder / "whole"), digests(folder / "killed")
        differ = [path for path in {*one, *two} if one.get(path) != two.get(path)]
        print(f"{len(one)} files, {len(differ)} differ{': ' + ', '.join(differ[:5]) if differ else ''}")
        return 1 if differ else 0


if __name__ == "__main__":
    sys.exit(main())
