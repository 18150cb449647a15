"""Shards on Ray: actors that hold the loaded models, on one machine or a cluster.

What Ray is there for: placing actors on nodes and GPUs, and starting them again when a worker or node is lost.
What is done and what is not is known from the shards' own files, here as everywhere, so that the folder must be
one that all nodes see. Each actor has one shard at a time: nothing waits in queues.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from evaluator.extras import importing
from evaluator.streams.plan import Job, Shard
from evaluator.streams.shard import is_done, run_shard
from evaluator.streams.shard_work import Progress, Tools
from evaluator.types import EvaluatorError

RESTARTS = 5
"""How often an actor is started again after its worker or node was lost."""
ATTEMPTS = 3
"""How often a shard is tried on actors that are lost while they have it."""


def _silent(rows: int, read: int) -> None:
    """What an actor does of itself is told when its shard is done."""


class Scorer:
    """What an actor is: the metrics with their model, made once."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._tools = Tools(job.request)

    def ready(self) -> None:
        """Nothing: it returns once the actor has a place and its model."""

    def run(self, shard: Shard, folder: str) -> tuple[int, int, str]:
        """Rows and bytes done, and what was wrong with the shard, or nothing: an error of the input must not look like a lost worker."""
        try:
            rows = run_shard(self._job, shard, Path(folder), _silent, self._tools)
        except EvaluatorError as error:
            return 0, 0, str(error)
        return rows, shard.size, ""


def run_ray(job: Job, shards: Sequence[Shard], folder: Path, address: str | None, workers: int | None, progress: Progress, log: Callable[[str], None]) -> None:
    """Shards on actors; the lost ones of a lost node are done by others.

    Args:
        job: what is asked for.
        shards: what is not done.
        folder: the working folder, seen by all nodes.
        address: of a running cluster; None makes one on this machine alone.
        workers: actors; None takes as many as the cluster has processors, or GPUs where the model runs on them.
        progress: called after each shard.
        log: takes a line.

    Raises:
        EvaluatorError: Ray is not installed or not there, or a shard cannot be scored.
    """
    if not shards:
        return
    with importing("ray"):
        import ray
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    try:
        # Without "local" Ray joins whatever cluster was last started here, also one that is gone.
        ray.init(address=address or "local", include_dashboard=None if address else False, log_to_driver=False, logging_level="ERROR")
    except Exception as error:  # Ray raises it bare when a node does not start in time
        words = str(error).splitlines()[0] if str(error) else type(error).__name__
        what = f"There is no Ray cluster at {address}" if address else "Ray did not start on this machine"
        raise EvaluatorError(f"{what}: {words} What is finished stays; the same command goes on.") from None
    try:
        _run_actors(ray, job, [(shard, str(folder.absolute())) for shard in shards], workers, progress, log)
    finally:
        ray.shutdown()  # leaves a cluster that was there before


def _run_actors(ray: Any, job: Job, work: Sequence[tuple[Shard, str]], workers: int | None, progress: Progress, log: Callable[[str], None]) -> None:
    gpus = 1 if job.request.device == "cuda" else 0
    there = int(ray.cluster_resources().get("GPU" if gpus else "CPU", 0))
    n = min(workers or max(1, there), len(work))
    options = {"num_cpus": 1, "num_gpus": gpus, "max_restarts": RESTARTS, "max_task_retries": 0, "scheduling_strategy": "SPREAD"}
    actor = ray.remote(**options)(Scorer)
    pool = _Pool(ray, lambda: actor.remote(job), n)
    waiting = [(shard, folder, 1) for shard, folder in work]
    busy: dict[Any, tuple[Any, Shard, str, int]] = {}
    while waiting or busy:
        while waiting and pool.idle:  # one shard for each actor: the rest wait here, not in Ray
            shard, folder, attempt = waiting.pop(0)
            if is_done(Path(folder), job, shard):  # finished by an actor that was lost before it said so
                continue
            scorer = pool.idle.pop()
            busy[scorer.run.remote(shard, folder)] = (scorer, shard, folder, attempt)
        for finished in pool.wait(list(busy)) if waiting or busy else ():
            scorer, shard, folder, attempt = busy.pop(finished)
            try:
                rows, read, problem = ray.get(finished)
            except ray.exceptions.RayError as error:
                if attempt >= ATTEMPTS:
                    raise EvaluatorError(
                        f"{shard.path} was lost with its worker {attempt} times: {str(error).splitlines()[0]} The same command goes on."
                    ) from None
                log(f"note: a Ray worker was lost with {shard.path}; trying again, attempt {attempt + 1} of {ATTEMPTS}")
                waiting.append((shard, folder, attempt + 1))
                pool.begin()  # the old one may never come back
                continue
            if problem:
                raise EvaluatorError(problem)
            progress(rows, read)
            pool.idle.append(scorer)


class _Pool:
    """Actors that are there, and those that Ray has not placed yet: after the loss of a node there may be no room for them, and no shard waits for that.

    Args:
        ray: the module.
        make: asks for one more actor.
        n: how many to begin with.
    """

    def __init__(self, ray: Any, make: Callable[[], Any], n: int) -> None:
        self._ray, self._make = ray, make
        self.idle: list[Any] = []
        self._starting: dict[Any, Any] = {}
        self._failures, self._most = 0, ATTEMPTS * n
        for _ in range(n):
            self.begin()

    def begin(self) -> None:
        """Ask for an actor; it is idle once Ray has placed it."""
        scorer = self._make()
        self._starting[scorer.ready.remote()] = scorer

    def wait(self, tasks: Sequence[Any]) -> list[Any]:
        """The tasks that are done, once one is or an actor has come.

        Raises:
            EvaluatorError: actors that fail again and again before they have begun.
        """
        done = self._ray.wait([*tasks, *self._starting], num_returns=1)[0]
        for one in [one for one in done if one in self._starting]:
            scorer = self._starting.pop(one)
            try:
                self._ray.get(one)
                self.idle.append(scorer)
            except self._ray.exceptions.RayError as error:
                self._failures += 1
                if self._failures >= self._most:
                    raise EvaluatorError(f"Ray workers fail before they begin: {str(error).strip().splitlines()[-1]} The same command goes on.") from None
                self.begin()
        return [one for one in done if one in tasks]
