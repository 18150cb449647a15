"""Every field of `run.json` by every type of JSON and left out, each put to the commands that read stored runs.

    python benchmarks/fuzz/fields.py --processes 2            # all; some minutes
    python benchmarks/fuzz/fields.py --share 20 --seed 3      # every twentieth combination of field and value

Two runs are damaged: one in memory with lexical metrics, documents and a diagnosis, and a stream. A combination that the types of
`run.json` refuse is put to one command, since all read it the same way; every other one to all commands. Each must end with 0, 1 or 2, with
one message where it is 2, and in bounded time. Exit code 1 when one did not.
"""

from __future__ import annotations

import argparse
import collections
import contextlib
import io
import json
import math
import multiprocessing
import os
import random
import shutil
import signal
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import evaluator  # noqa: E402
from evaluator.cli import main as command  # noqa: E402
from evaluator.run_json import Manifest  # noqa: E402
from evaluator.types import EvaluatorError  # noqa: E402
from tests.own_code import place_of  # noqa: E402

MISSING = "left out"
VALUES: Mapping[str, Any] = {
    "null": None, "true": True, "false": False, "0": 0, "7": 7, "-1": -1, "huge": 10**30, "1.5": -1.5, "1e308": 1e308, "NaN": math.nan, "Infinity": math.inf,
    "text": "x", "empty text": "", "list": [], "object": {}, "list of text": ["x"], "object of text": {"x": "y"}, "list of lists": [[1]], MISSING: MISSING,
}  # fmt: skip
"""One of every type of JSON, of the numbers those at the ends, and lists and objects that hold one."""
COMMANDS = {
    "report": ["report", "bad", "--format", "html", "md", "latex"],
    "compare": ["compare", "bad", "--resamples", "100", "-q"],
    "gate": ["gate", "bad", "--baseline", "run", "--resamples", "100"],
    "gate against": ["gate", "run", "--baseline", "bad", "--resamples", "100"],
    "verify": ["verify", "bad", "--texts", "-q"],
    "explain-diff": ["explain-diff", "bad", "run"],
}
SECONDS = 20
"""CPU time after which a command is taken for hung."""
LONGEST = 700
"""Characters of a message."""
GERMAN = ["Der Damm hielt bis zum Morgen.", "Zwei Türen waren nicht verschlossen.", "Es regnete 12 Stunden lang."]


class HungError(BaseException):
    """A command took more CPU time than it may."""


@dataclass(slots=True)
class Found:
    """What one process saw."""

    combinations: int = 0
    refused: int = 0
    """By the types alone."""
    tried: collections.Counter[str] = field(default_factory=collections.Counter)
    codes: collections.Counter[int] = field(default_factory=collections.Counter)
    wrong: dict[str, str] = field(default_factory=dict)
    """By where and what, the first that did it."""
    counts: collections.Counter[str] = field(default_factory=collections.Counter)


def make_runs(folder: Path) -> list[Path]:
    """The runs to damage, one in memory and one streamed."""
    changed = [text.replace("12", "13").replace("nicht ", "") for text in GERMAN]
    run = evaluator.evaluate(
        GERMAN, {"a": changed, "b": GERMAN}, metrics=["bleu", "chrf", "ter", "novelty"], resamples=100, diagnose="on", lang="de", documents=["d", "d", "e"],
    )  # fmt: skip
    memory = run.save(folder / "memory" / "run")
    table = folder / "t.tsv"
    rows = [f"{text}\t{other}\t{name}" for name, texts in (("a", changed), ("b", GERMAN)) for text, other in zip(GERMAN, texts, strict=True)]
    table.write_text("\n".join(["reference\thypothesis\tsystem", *rows]) + "\n", encoding="utf-8")
    streamed = folder / "stream" / "run"
    streamed.parent.mkdir()
    if _call(["score", str(table), "--stream", "-m", "bleu", "chrf", "--resamples", "100", "--workers", "1", "-o", str(streamed), "-q"])[0]:
        raise SystemExit("The stream was not scored.")
    return [memory, streamed]


def paths_in(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to every value in a JSON value."""
    yield at
    for key, one in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from paths_in(one, (*at, key))


def put(stored: Any, path: tuple[Any, ...], value: Any) -> Any:
    """A copy of the JSON value with another value in one place, or without it."""
    if not path:
        return {} if value == MISSING else value
    copy: Any = json.loads(json.dumps(stored))
    place = copy
    for key in path[:-1]:
        place = place[key]
    if value == MISSING:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return copy


def combinations(stored: Any) -> list[tuple[tuple[Any, ...], str]]:
    """Every field by every value."""
    return [(path, name) for path in paths_in(stored) for name in VALUES]


def try_run(run: Path, share: Sequence[tuple[tuple[Any, ...], str]], scratch: Path) -> Found:
    """Combinations of one run, in a copy of it."""
    found, home = Found(), scratch / f"{run.parent.name}-{os.getpid()}"
    home.mkdir()
    os.chdir(home)
    shutil.copytree(run, home / "run")
    shutil.copytree(run, home / "bad")
    good = json.loads((run / "run.json").read_text(encoding="utf-8"))
    signal.signal(signal.SIGPROF, _hung)
    for path, name in share:
        stored = put(good, path, VALUES[name])
        (home / "bad" / "run.json").write_text(json.dumps(stored), encoding="utf-8")
        refused = not _is_read(stored)
        found.combinations += 1
        found.refused += refused
        for kind, arguments in list(COMMANDS.items())[: 1 if refused else None]:
            _try_command(found, f"{kind} of {run.parent.name}: {'.'.join(map(str, path)) or 'the whole'} is {name}", kind, arguments)
    os.chdir("/")
    shutil.rmtree(home)
    return found


def _try_command(found: Found, label: str, kind: str, arguments: Sequence[str]) -> None:
    found.tried[kind] += 1
    problem = ""
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    try:
        code, err = _call(arguments)
        found.codes[code] += 1
        if code not in (0, 1, 2) or (code == 2 and (err.count("evaluator: error: ") != 1 or len(err) > LONGEST)):
            problem = f"exit {code}: {err[:300]}"
    except HungError:
        problem = f"hung for {SECONDS} s"
    except BaseException as error:
        problem = f"{place_of(error)}: {error}"
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
    if problem:
        place = problem.split(": ")[0]
        found.counts[place] += 1
        found.wrong.setdefault(place, f"{label}: {problem}")


def _call(arguments: Sequence[str]) -> tuple[int, str]:
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        return command(arguments), err.getvalue()


def _is_read(stored: Any) -> bool:
    try:
        Manifest.read(json.loads(json.dumps(stored)))
    except EvaluatorError:
        return False
    return True


def _hung(*_: object) -> None:
    raise HungError


def main() -> int:
    """Try what is asked for and print what was seen."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--share", type=int, default=1, metavar="N", help="try one of N combinations; default all")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    warnings.simplefilter("ignore")
    scratch, began = Path(tempfile.mkdtemp(prefix="fields-")), time.monotonic()
    try:
        jobs = []
        for run in make_runs(scratch):
            everything = combinations(json.loads((run / "run.json").read_text(encoding="utf-8")))
            random.Random(args.seed).shuffle(everything)
            chosen = everything[:: args.share]
            jobs += [(run, chosen[k :: args.processes], scratch) for k in range(args.processes)]
        with multiprocessing.get_context("spawn").Pool(args.processes, maxtasksperchild=1) as pool:
            all_found = pool.starmap(try_run, jobs, chunksize=1)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    tried: collections.Counter[str] = sum((one.tried for one in all_found), collections.Counter())
    codes: collections.Counter[int] = sum((one.codes for one in all_found), collections.Counter())
    counts: collections.Counter[str] = sum((one.counts for one in all_found), collections.Counter())
    print(
        f"{sum(one.combinations for one in all_found):,} combinations of field and value, {sum(one.refused for one in all_found):,} refused by types alone; "
        f"{sum(tried.values()):,} commands in {time.monotonic() - began:,.0f} s: {dict(tried)}, by exit code {dict(sorted(codes.items()))}"
    )
    shown = {place: label for one in all_found for place, label in one.wrong.items()}
    for place, label in shown.items():
        print(f"  WRONG {counts[place]} times: {label}")
    return int(bool(shown))


if __name__ == "__main__":
    sys.exit(main())
