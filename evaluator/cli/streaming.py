"""`evaluator score` on tables of any size: which inputs stream, on what, and what is shown of the work."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from evaluator.cli.parser import Parser, one_of
from evaluator.cli.progress import shown_progress
from evaluator.types import Evaluation, EvaluatorError

if TYPE_CHECKING:
    from evaluator.request import Request
    from evaluator.streams.plan import Job, Shard

OUT_FORMATS = ("csv", "tsv", "jsonl", "parquet")
ENGINES = ("local", "ray")
SAID_EVERY = 30.0
"""Seconds between two lines of progress where stderr is no terminal."""
ASKING = ("stream", "out_format", "only_flagged", "rejects", "shard_index", "num_shards", "engine", "address", "workers")
"""Options that only a stream has."""


def add_stream_options(parser: Parser) -> None:
    """How large tables are read, written and shared out."""
    group = parser.add_argument_group("large tables (docs/scale.md)")
    group.add_argument("--stream", action="store_true",
                       help="read, score and write batch by batch in constant memory; the default above 100,000 rows and for a FOLDER or PATTERN")  # fmt: skip
    group.add_argument("--no-stream", action="store_true", help="keep the whole table in memory however long it is")
    group.add_argument("--out-format", metavar="FORMAT", help=f"stream: form of the segments, {', '.join(OUT_FORMATS)}; default csv")
    group.add_argument("--only-flagged", action="store_true", help="stream: write flagged segments alone (needs the diagnosis)")
    group.add_argument("--rejects", metavar="FILE", help="stream: write rows that cannot be scored there, with number and reason, and go on; default: stop")
    group.add_argument("--workers", type=int, metavar="N", help="stream: processes, one file each at a time; default all cores")
    group.add_argument("--shard-index", type=int, metavar="I", help="stream: do every N-th file from I on, as task I of an array; counted from 0")
    group.add_argument("--num-shards", type=int, metavar="N", help="stream: tasks of the array")
    group.add_argument("--engine", metavar="ENGINE", help="stream: local processes (default), or ray: actors on the nodes of a cluster")
    group.add_argument("--address", metavar="ADDRESS", help="ray: of a running cluster, auto to find it; default one on this machine alone")


def files_to_stream(args: argparse.Namespace) -> list[str]:
    """The tables that stream; empty where the run is one in memory.

    Raises:
        EvaluatorError: options of a stream on what cannot stream, or against each other.
    """
    asked = [name for name in ASKING if getattr(args, name) not in (None, False)]
    one_of(args.out_format or "csv", OUT_FORMATS, "output format")
    one_of(args.engine or "local", ENGINES, "engine")
    if args.address is not None and args.engine != "ray":
        raise EvaluatorError("--address is that of a Ray cluster; it goes with --engine ray.")
    if args.no_stream:
        if asked:
            raise EvaluatorError(f"--no-stream goes without {_option(asked[0])}, which is an option of streams; leave one of the two out.")
        return []
    from evaluator.streams.plan import input_files, is_large

    alone = args.files if not args.reference and not args.input else []
    files = input_files(alone[0]) if len(alone) == 1 else []
    if not files:
        if asked:
            raise EvaluatorError(
                f"{_option(asked[0])} is for a table with columns reference and hypothesis (.parquet, .tsv, .csv, .jsonl; .gz and .zst but for Parquet), a "
                f"folder of them or a pattern in quotation marks; {' '.join(args.files) or 'no file'} is none. Leave the option out, or give a table."
            )
        return []
    if not asked and len(files) == 1 and files == alone and (not is_large(files[0]) or args.score_only):
        return []
    unfit = [name for name in ("scores", "buckets", "ngrams", "references", "save_alignment") if getattr(args, name, None)]
    if unfit and not asked and len(files) == 1:
        log(f"note: {files[0]} is kept in memory for {_option(unfit[0])}; without it tables of this size stream")
        return []
    if unfit:
        raise EvaluatorError(
            f"{_option(unfit[0])} needs all segments in memory and does not go with a stream; leave it out, or use --no-stream with one table."
        )
    return files


def _option(name: str) -> str:
    return "--" + name.replace("_", "-")


def score_stream(files: Sequence[str], request: Request, target: Path, args: argparse.Namespace, show: Callable[[Evaluation], None]) -> int:
    """Run the shards that are this command's, and put the run together once all are done.

    Args:
        files: the tables.
        request: what to score them by.
        target: the run folder.
        args: the command's arguments.
        show: prints a finished run.
    """
    from evaluator.results import check_target, read_run
    from evaluator.streams.plan import chosen_shards, make_shards
    from evaluator.streams.run import is_finished, unfinished, working_folder

    job, shards = _job_of(files, request, args), make_shards(files)
    mine = chosen_shards(shards, args.shard_index, args.num_shards)
    if args.workers is not None and args.workers < 1:
        raise EvaluatorError(f"--workers is {args.workers}; it must be at least 1.")
    if is_finished(target, job) and not args.force:
        log(f"{target} holds this run already; use --force to make it again")
        show(read_run(target))
        return 0
    check_target(target, args.force)
    folder = working_folder(target)
    try:
        _run(job, mine, folder, args)
    except KeyboardInterrupt:
        log(f"stopped; what is finished stays in {folder}: the same command with -o {target} resumes from there")
        raise
    if is_finished(target, job) and not args.force:  # another task of the array was the last
        return 0
    if left := unfinished(job, shards, folder):
        log(f"{len(shards) - len(left)} of {len(shards)} shards are done; the task that finishes the last one makes {target}")
        return 0
    if evaluation := _finished(job, shards, target, args):
        show(evaluation)
    return 0


def _job_of(files: Sequence[str], request: Request, args: argparse.Namespace) -> Job:
    """What is done with every shard."""
    from evaluator.readers.inputs import table_name
    from evaluator.streams.plan import Job

    system = "" if len(files) == 1 else table_name(str(Path(str(request.table).rstrip("/*.")))) or "system"
    return Job(request, args.out_format or "csv", args.only_flagged, args.rejects is not None, args.spreadsheet_safe, system)


def _finished(job: Job, shards: Sequence[Shard], target: Path, args: argparse.Namespace) -> Evaluation | None:
    """The run made of all shards; None where another task of the array made it at the same time."""
    from evaluator.streams.run import finish, is_finished

    rejects = Path(args.rejects).expanduser() if args.rejects else None
    try:
        return finish(job, shards, target, force=args.force, reports=not args.no_report, rejects=rejects)
    except EvaluatorError:
        if args.shard_index is None or not is_finished(target, job):
            raise
        return None


def _run(job: Job, shards: Sequence[Shard], folder: Path, args: argparse.Namespace) -> None:
    from evaluator.streams.engines import default_workers, gpus_of, run_here, run_processes
    from evaluator.streams.run import unfinished

    left = unfinished(job, shards, folder)
    if len(left) < len(shards):
        log(f"{len(shards) - len(left)} of {len(shards)} shards were done before")
    workers = min(args.workers or (len(gpus_of(job)) if args.engine != "ray" else 0) or default_workers(), len(left))
    with shown_progress(args.quiet) as start_work:
        progress = Progress(sum(shard.size for shard in left), start_work("bytes of the input", sum(shard.size for shard in left)), args.quiet)
        if args.engine == "ray":
            from evaluator.streams.ray_engine import run_ray

            run_ray(job, left, folder, args.address, args.workers, progress.add, log)
        elif workers <= 1:
            run_here(job, left, folder, progress.add)
        else:
            run_processes(job, left, folder, workers, progress.add, log)


class Progress:
    """Rows and bytes done, as a bar on a terminal and as a line now and then elsewhere.

    Args:
        total: bytes to read.
        advance: moves the bar.
        quiet: say nothing.
    """

    def __init__(self, total: int, advance: Callable[[int], None], quiet: bool) -> None:
        self._total, self._advance = max(1, total), advance
        self._said = self._began = time.monotonic()
        self._quiet = quiet or sys.stderr.isatty()
        self.rows = self.read = 0

    def add(self, rows: int, read: int) -> None:
        """Rows and bytes done since the last call."""
        self.rows += rows
        self.read += read
        self._advance(read)
        now = time.monotonic()
        if not self._quiet and now - self._said >= SAID_EVERY:
            self._said = now
            log(self.line(now - self._began))

    def line(self, seconds: float) -> str:
        """What is done after so many seconds, and an estimate of what is left."""
        share = min(1.0, self.read / self._total)
        left = seconds * (1 - share) / share if share else 0.0
        words = f"{left:.0f} s" if left < 120 else f"{left / 60:.0f} min" if left < 7200 else f"{left / 3600:.1f} h"
        ending = f", about {words} left" if share else ""
        return f"{self.rows:,} rows, {share:.0%}, {self.rows / max(seconds, 1e-9):,.0f} rows a second{ending}"


def log(message: str) -> None:
    """One line on stderr."""
    from evaluator.reports.safe import printable

    print(printable(message), file=sys.stderr)
