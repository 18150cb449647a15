"""One shard from its input file to its output file: the same function for a process, a task of an array and an actor.

Everything is written beside its place and renamed; the state comes last, so that a shard with a state is whole.
"""

from __future__ import annotations

import os
import zipfile
import zlib
from pathlib import Path

from evaluator.streams.plan import Job, Shard
from evaluator.streams.shard_work import Progress, ShardWork, Tools
from evaluator.streams.state import read_state
from evaluator.types import EvaluatorError


def output_of(folder: Path, job: Job, shard: Shard) -> Path:
    """Where a shard's segments go."""
    return folder / "segments" / f"{shard.name}.{job.out_format}"


def state_of(folder: Path, shard: Shard) -> Path:
    """Where a shard's state goes."""
    return folder / "shards" / f"{shard.name}.npz"


def is_done(folder: Path, job: Job, shard: Shard) -> bool:
    """True where the shard was finished from the same file under the same configuration, and its output is still there."""
    try:
        facts = read_state(state_of(folder, shard), arrays=False).facts
        size = output_of(folder, job, shard).stat().st_size
        known = [job.digest, shard.path, shard.size, shard.modified]
        return [facts["config"], facts["path"], facts["size"], facts["modified"]] == known and bool(facts["written_bytes"] == size)
    except (OSError, ValueError, LookupError, TypeError, EOFError, RuntimeError, MemoryError, zipfile.BadZipFile, zlib.error):
        return False


def run_shard(job: Job, shard: Shard, folder: Path, progress: Progress, tools: Tools | None = None) -> int:
    """Score a shard unless it is done, and return its number of rows.

    Args:
        job: what is asked for.
        shard: the input.
        folder: where `segments/` and `shards/` are.
        progress: called after each batch.
        tools: metrics of this process; None makes them.

    Raises:
        EvaluatorError: the input cannot be read, or holds a row that cannot be scored and rows are not to be rejected.
    """
    if is_done(folder, job, shard):
        return 0
    for name in ("segments", "shards"):
        if folder.is_symlink() or (folder / name).is_symlink():
            raise EvaluatorError(f"{folder} or its {name} is a symbolic link, and what it leads to is not written to; take the link away.")
        (folder / name).mkdir(parents=True, exist_ok=True)
    output, state = output_of(folder, job, shard), state_of(folder, shard)
    mine = f".{os.getpid()}.part"  # two processes with one shard do not write into each other's file
    work = ShardWork(job, shard, output.with_name(output.name + mine), state.with_name(state.name + mine), tools or Tools(job.request))
    try:
        work.run(progress)
        found = os.stat(Path(shard.path).expanduser())
        if (found.st_size, found.st_mtime_ns) != (shard.size, shard.modified):
            raise EvaluatorError(f"{shard.path} changed while it was read: {shard.size:,} bytes before, {found.st_size:,} now. Run the same command again.")
        for kind in work.kinds():
            if work.beside(kind).exists():
                os.replace(work.beside(kind), state.with_suffix(f".{kind}"))
            else:
                state.with_suffix(f".{kind}").unlink(missing_ok=True)
        os.replace(work.output, output)
        work.save(output)
        os.replace(work.state, state)
    except OSError as error:
        words = f"{error.strerror or error}. What is finished stays; the same command goes on from there."
        raise EvaluatorError(f"{folder} could not be written: {words}") from error
    finally:
        work.remove()
    return work.n_rows
