"""Who runs the shards: this process, processes of this machine, or Ray (`ray_engine.py`)."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any

from evaluator.embed.gpus import cuda_devices
from evaluator.plugins import metric_class
from evaluator.request import is_diagnosed
from evaluator.streams.plan import Job, Shard
from evaluator.streams.shard import is_done, run_shard
from evaluator.streams.shard_work import Progress, Tools
from evaluator.types import EvaluatorError

ATTEMPTS = 3
"""How often a pool is started again after a worker was killed from outside."""
LOOKED_EVERY = 0.25
"""Seconds between two looks at what workers have done."""


def default_workers() -> int:
    """Processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def run_here(job: Job, shards: Sequence[Shard], folder: Path, progress: Progress) -> None:
    """All shards in this process, one after another."""
    tools = None
    for shard in shards:
        if not is_done(folder, job, shard):
            tools = tools or Tools(job.request)
            run_shard(job, shard, folder, progress, tools)


def gpus_of(job: Job) -> list[str]:
    """The GPUs that a job's processes share out, a model on each; none where it computes on processors."""
    needs: set[str] = {need for name in job.request.metrics for need in metric_class(name).declared.needs}
    return cuda_devices(job.request.device, needs | {"vectors"} if is_diagnosed(job.request) else needs)


_counters: Any = None
_tools: Tools | None = None
_device = ""


def _begin(counters: Any, devices: Any) -> None:
    global _counters, _device
    _counters, _device = counters, devices.get()


def _work(job: Job, shard: Shard, folder: Path) -> None:
    """One shard in a worker; metrics and their model are made for its first one."""
    global _tools
    _tools = _tools or Tools(job.request, _device)

    def progress(rows: int, read: int) -> None:
        with _counters.get_lock():
            _counters[0] += rows
            _counters[1] += read

    run_shard(job, shard, folder, progress, _tools)


def run_processes(job: Job, shards: Sequence[Shard], folder: Path, workers: int, progress: Progress, log: Callable[[str], None]) -> None:
    """Shards on processes of this machine. A worker that is killed costs the shards that it had in hand.

    Raises:
        EvaluatorError: a shard that cannot be scored, or workers that are killed again and again.
    """
    for attempt in range(1, ATTEMPTS + 1):
        left = [shard for shard in shards if not is_done(folder, job, shard)]
        if not left:
            return
        try:
            _run_pool(job, left, folder, min(workers, len(left)), progress)
        except BrokenProcessPool:
            log(f"note: a worker process was killed (out of memory?); starting again with what is not done, attempt {attempt} of {ATTEMPTS}")
    if any(not is_done(folder, job, shard) for shard in shards):
        raise EvaluatorError(
            f"Worker processes were killed {ATTEMPTS} times, most likely for lack of memory. What is finished stays in {folder}: the same command goes on "
            f"from there; try --workers {max(1, workers // 2)}."
        )


def _run_pool(job: Job, shards: Sequence[Shard], folder: Path, workers: int, progress: Progress) -> None:
    context = multiprocessing.get_context("spawn")  # a fork of a process with threads may hang
    counters = context.Array("q", 2)
    seen = [0, 0]
    devices = context.SimpleQueue()
    gpus = gpus_of(job) or [""]
    for k in range(workers):  # each worker takes one as it begins
        devices.put(gpus[k % len(gpus)])
    with ProcessPoolExecutor(workers, mp_context=context, initializer=_begin, initargs=(counters, devices)) as pool:
        futures = [pool.submit(_work, job, shard, folder) for shard in shards]
        try:
            for _ in _until_done(futures):
                now = [counters[0], counters[1]]
                progress(now[0] - seen[0], now[1] - seen[1])
                seen = now
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _until_done(futures: Sequence[Future[None]]) -> Iterator[None]:
    """Yields now and then until all are done; raises what a shard raised."""
    left = set(futures)
    while left:
        done, left = wait(left, timeout=LOOKED_EVERY)
        for future in done:
            future.result()
        yield
