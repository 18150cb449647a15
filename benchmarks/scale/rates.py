"""Rows a second and peak memory of `evaluator score` on tables of our own, as a stream or in memory.

    python benchmarks/scale/rates.py --rows 1000000                            # one process
    python benchmarks/scale/rates.py --rows 1000000 --files 2 --workers 2
    python benchmarks/scale/rates.py --rows 200000 --options --no-stream
    python benchmarks/scale/rates.py --rows 10000 --options --no-stream -m bertscore
    python benchmarks/scale/rates.py --rows 10000000 --table TABLE_OR_FOLDER   # of so many rows

The command is a process of its own: start, reading, writing, resamples and report are in the figures. CPU seconds are of
all its processes, peak memory is that of the largest one.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from stream_tables import write_tables

MEASURE = """
import json, resource, subprocess, sys, time
start = time.perf_counter()
done = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(json.dumps([used.ru_utime + used.ru_stime, time.perf_counter() - start, used.ru_maxrss / 1024]))
sys.exit(done.returncode)
"""
METRICS = ("-m", "bleu", "chrf")


def main() -> int:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, default in (("rows", 1_000_000), ("files", 1), ("workers", 1)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--table", type=Path, help="a table of your own, or a folder of them, with as many rows as --rows says")
    parser.add_argument("--place", help="where tables and run folder are made, and taken away; default the system's temporary folder")
    parser.add_argument(
        "--options", nargs=argparse.REMAINDER, default=[], help="of evaluator score, in the place of --stream; metrics default to bleu and chrf"
    )
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=args.place) as place:
        inputs = args.table or write_tables(Path(place) / "tables", args.rows, args.files)
        inputs = next(inputs.iterdir()) if args.table is None and args.files == 1 else inputs
        options = args.options or ["--stream", "--workers", str(args.workers)]
        metrics = [] if "-m" in options else METRICS
        command = [sys.executable, "-m", "evaluator", "score", str(inputs), *metrics, "-q", "-o", str(Path(place) / "run"), *options]
        done = subprocess.run([sys.executable, "-c", MEASURE, *command], check=True, stdout=subprocess.PIPE, text=True)
        cpu, wall, peak = json.loads(done.stdout)
    print(f"{args.rows:,} rows, {' '.join(options)}: {cpu:.1f} CPU s, {wall:.1f} s, peak {peak:.0f} MB; {args.rows / cpu:,.0f} rows a second and core")
    return 0


if __name__ == "__main__":
    sys.exit(main())
