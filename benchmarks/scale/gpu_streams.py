"""Whole streams on a GPU beside bert-score, each a process of its own; and the file of what `gpu.py` measures."""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from rates import MEASURE

Pairs = list[tuple[str, str]]
PEER = """
import resource, sys, time
import bert_score
path, table, device, layer = sys.argv[1:]
lines = open(table, encoding="utf-8").read().removesuffix("\\n").split("\\n")[1:]
refs, cands = zip(*(line.split("\\t") for line in lines))
bert_score.BERTScorer(model_type=path, num_layers=int(layer), device=device).score(list(cands), list(refs))
"""


class Report:
    """What was measured so far, in a file.

    Args:
        path: the file.
        seconds: after so many nothing new is begun.
    """

    def __init__(self, path: Path, seconds: float) -> None:
        self._path, self._until = path, time.monotonic() + seconds
        self.found: dict[str, Any] = {}

    def add(self, name: str, measure: Callable[[], Any]) -> Any:
        """Measure something and write it; None where it failed or time was up."""
        began = time.monotonic()
        if began > self._until:
            self.found[name] = "not begun: time was up"
            return None
        try:
            value = measure()
        except Exception:
            traceback.print_exc()
            self.found[name] = {"error": traceback.format_exc()[-1500:]}
            value = None
        else:
            self.found[name] = value
        print(f"{name} [{time.monotonic() - began:.1f} s]: {json.dumps(self.found[name])[:1500]}", flush=True)
        self._path.write_text(json.dumps(self.found, indent=1) + "\n", encoding="utf-8")
        return value


def measure_streams(report: Report, program: Path | None, pairs: Pairs, args: argparse.Namespace, place: Path, minilm: Path) -> None:
    """BERTScore with and without the diagnosis through `evaluator score --stream`: seconds, and the peak memory of the largest process."""
    evaluator = [sys.executable, *(["-m", "evaluator"] if program is None else [str(program)])]
    plans = [(rows, 1 if rows <= 10_000 else args.workers, what) for rows in args.rows for what in ("diagnosis", "bertscore")]
    for k, (rows, workers, what) in enumerate(plans):
        options = ["-m", "bertscore", "--stream", "--device", args.device, "--resamples", "1000", "--workers", str(workers), "-q", "--no-report"]
        options += [] if what == "diagnosis" else ["--diagnose", "off"]
        with table(pairs, rows, workers, place / f"rows-{k}") as tables:
            command = [*evaluator, "score", str(tables), *options, "-o", str(place / f"run-{k}")]
            report.add(f"stream {rows} {what}, {workers} processes", partial(child, command, rows))
    for k, rows in enumerate(args.rows):
        with table(pairs, rows, 1, place / f"peer-{k}") as one:
            command = [sys.executable, "-c", PEER, str(minilm), str(one), args.device, "3"]
            report.add(f"bert-score {rows}, 1 process", partial(child, command, rows))


def numbered(pair: tuple[str, str], turn: int) -> tuple[str, str]:
    """The pair, from the second turn on with a sign of the turn."""
    return (f"{pair[0]} [{turn}]", f"{pair[1]} [{turn}]") if turn else pair


@contextmanager
def table(pairs: Pairs, rows: int, files: int, folder: Path) -> Iterator[Path]:
    """So many pairs as a table, or as a folder of several; taken away afterwards."""
    folder.mkdir()
    for k in range(files):
        with open(folder / f"part-{k:03d}.tsv", "w", encoding="utf-8", newline="\n") as out:
            out.write("reference\thypothesis\n")
            for at in range(k, rows, files):
                out.write("\t".join(numbered(pairs[at % len(pairs)], at // len(pairs))) + "\n")
    yield folder if files > 1 else folder / "part-000.tsv"
    shutil.rmtree(folder)


def child(command: Sequence[str], rows: int) -> dict[str, float]:
    """A process of its own, start included.

    Raises:
        RuntimeError: it failed; its last words are in the message.
    """
    done = subprocess.run([sys.executable, "-c", MEASURE, *command], capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(done.stderr[-1500:])
    cpu, wall, peak_mb = json.loads(done.stdout)
    return {"pairs_s": round(rows / wall, 1), "wall_s": round(wall, 1), "cpu_s": round(cpu, 1), "peak_mb": round(peak_mb)}
