"""What becomes of shards when Ray has no room for actors: with a stand-in for Ray, so that it runs where Ray is not installed."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from evaluator.streams import ray_engine
from evaluator.streams.ray_engine import _run_actors
from evaluator.types import EvaluatorError


class Lost(Exception):
    """A lost actor's task."""


class Cluster:
    """Ray with room for so many actors; `losing` names the shard whose first try takes a node with it, and the room for one actor."""

    exceptions = SimpleNamespace(RayError=Lost)

    def __init__(self, room: int, losing: str = "", broken: bool = False) -> None:
        self.room, self.losing, self.broken = room, losing, broken
        self.placed = 0
        self.done: list[str] = []

    def cluster_resources(self) -> dict[str, float]:
        return {"CPU": 2.0}

    def remote(self, **options: Any) -> Any:
        return lambda cls: SimpleNamespace(remote=lambda job: Actor(self))

    def wait(self, tasks: list[Task], num_returns: int) -> tuple[list[Task], list[Task]]:
        ready = [task for task in tasks if task.can_run()]
        assert ready, "nothing that is waited for can ever be done"
        return ready[:num_returns], ready[num_returns:]

    def get(self, task: Task) -> Any:
        return task.run()


class Actor:
    """Placed where there is room, else waiting for it."""

    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster
        self.placed = False
        self.ready = SimpleNamespace(remote=lambda: Task(self, None))
        self.run = SimpleNamespace(remote=lambda shard, folder: Task(self, shard.path))

    def can_run(self) -> bool:
        if not self.placed and self.cluster.placed < self.cluster.room:
            self.placed = True
            self.cluster.placed += 1
        return self.placed


class Task:
    """Something asked of an actor."""

    def __init__(self, actor: Actor, path: str | None) -> None:
        self.actor, self.path = actor, path

    def can_run(self) -> bool:
        return self.actor.can_run()

    def run(self) -> Any:
        cluster = self.actor.cluster
        if cluster.broken:
            cluster.placed -= 1
            raise Lost("The actor died\nModuleNotFoundError: no such module")
        if self.path is None:
            return None
        if self.path == cluster.losing:
            cluster.losing = ""
            cluster.room -= 1
            cluster.placed -= 1
            raise Lost("its node died")
        cluster.done.append(self.path)
        return 10, 100, ""


def run(cluster: Cluster, monkeypatch: pytest.MonkeyPatch, workers: int | None = None) -> list[str]:
    monkeypatch.setattr(ray_engine, "is_done", lambda folder, job, shard: False)
    job = SimpleNamespace(request=SimpleNamespace(device="cpu"))
    work = [(SimpleNamespace(path=f"part-{k}", size=100), "folder") for k in range(5)]
    said: list[str] = []
    _run_actors(cluster, job, work, workers, lambda rows, read: None, said.append)  # type: ignore[arg-type]
    return said


def test_shards_of_a_lost_node_are_done_by_the_others_where_there_is_no_room_for_a_new_actor(monkeypatch: pytest.MonkeyPatch) -> None:
    cluster = Cluster(room=2, losing="part-1")
    said = run(cluster, monkeypatch)
    assert sorted(cluster.done) == [f"part-{k}" for k in range(5)]
    assert len(said) == 1
    assert "part-1" in said[0]


def test_more_workers_than_the_cluster_has_room_for_wait_without_a_shard(monkeypatch: pytest.MonkeyPatch) -> None:
    cluster = Cluster(room=1)
    assert run(cluster, monkeypatch, workers=4) == []
    assert sorted(cluster.done) == [f"part-{k}" for k in range(5)]


def test_actors_that_cannot_begin_end_the_run_with_their_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(EvaluatorError, match="fail before they begin: ModuleNotFoundError: no such module"):
        run(Cluster(room=2, broken=True), monkeypatch)
