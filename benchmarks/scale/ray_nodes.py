"""Ray over one node and over two, each in a network namespace of its own on this machine, and over two of which one is killed in mid-run.

    sudo python benchmarks/scale/ray_nodes.py --rows 400000 --files 16

Needs root for the namespaces, and `evaluator[ray]`. Nothing listens outside the two namespaces, which go at the end with every process in them.
Prints seconds of local processes and of Ray on the same files, and exits with 1 where a byte of a run folder differs.
"""

from __future__ import annotations

import argparse
import os
import resource
import secrets
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from kills import content
from stream_tables import write_tables

NODES = {"evaluator-a": "10.77.0.1", "evaluator-b": "10.77.0.2"}
HEAD, OTHER = NODES
PORT = 6379
STORE = 100_000_000
"""Bytes of each node's object store: shards are files, so that Ray holds next to nothing."""
PATIENT = """
import sys, time
import ray._private.services as services
look, until = services.get_node, time.monotonic() + 300
def patiently(*arguments, **named):
    while True:
        try:
            return look(*arguments, **named)
        except RuntimeError:
            if time.monotonic() > until:
                raise
            time.sleep(0.5)
services.get_node = patiently
from ray.scripts.scripts import main
main()
"""
"""The command `ray`, which gives a node five minutes to start instead of 30 s: a busy machine takes longer."""


def main() -> int:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, default in (("rows", 400_000), ("files", 16)):
        parser.add_argument(f"--{name}", type=int, default=default)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        tables = write_tables(Path(place) / "tables", args.rows, args.files)
        command = [sys.executable, "-m", "evaluator", "score", str(tables), "-m", "bleu", "chrf", "-q", "--resamples", "1000", "-o"]
        for workers in (1, 2):
            seconds, cpu = timed([*command, str(Path(place) / f"local-{workers}"), "--workers", str(workers)])
            print(f"local processes, {workers}: {seconds:.1f} s, {cpu:.1f} CPU s", flush=True)
        os.environ |= {"RAY_USAGE_STATS_ENABLED": "0", "RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": secrets.token_hex(32), "HOME": place}
        os.environ["RAY_worker_niceness"] = "0"  # noqa: SIM112 (so Ray spells it); else its workers wait for whatever else the machine does, and local processes do not
        results = [over_nodes(command, Path(place), nodes, most) for nodes, most in ((1, None), (2, None), (2, args.files // 3))]
    return 0 if all(results) else 1


def over_nodes(command: Sequence[str], place: Path, nodes: int, most: int | None) -> bool:
    """Score on one node or two with a worker each; True where every byte of the run folder is that of local processes.

    Args:
        command: a stream without its run folder.
        place: where `local-2` is the run of local processes.
        nodes: how many.
        most: the second node is killed once so many files are done; None leaves it alone.
    """
    target = place / f"ray-{nodes}-{most}"
    ray = [sys.executable, "-c", PATIENT, "start", "--block", "--num-cpus", "1", "--object-store-memory", str(STORE), "--disable-usage-stats"]
    with namespaces():
        start(HEAD, [*ray, "--head", "--include-dashboard", "false", "--node-ip-address", NODES[HEAD], "--port", str(PORT)], place / "head.log")
        if nodes > 1:
            start(OTHER, [*ray, "--address", f"{NODES[HEAD]}:{PORT}", "--node-ip-address", NODES[OTHER]], place / "other.log")
        on_head = ["ip", "netns", "exec", HEAD, *command, str(target), "--engine", "ray", "--address", f"{NODES[HEAD]}:{PORT}"]
        meter = Meter()
        seconds, cpu = timed(on_head, None if most is None else target.with_name(f"{target.name}.partial") / "shards", most or 0)
        nodes_cpu = meter.stop() - cpu
    same = content(target) == content(place / "local-2")
    spent = f"{cpu:.1f} CPU s of the command and {nodes_cpu:.1f} of the nodes"
    print(f"Ray, {nodes} nodes of one worker{'' if most is None else ', one killed'}: {seconds:.1f} s, {spent}; {'equal' if same else 'DIFFERS'}", flush=True)
    return same


def timed(command: Sequence[str], done: Path | None = None, most: int = 0) -> tuple[float, float]:
    """Seconds that a command takes, and CPU seconds of it and its processes.

    Args:
        command: the command.
        done: where finished shards leave their state; given, the second node is killed once there are `most` of them.
        most: see `done`.

    Raises:
        CalledProcessError: the command fails.
    """
    began, used = time.monotonic(), cpu_of_children()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    if done is not None:
        while process.poll() is None and len(list(done.glob("*.npz"))) < most:
            time.sleep(0.02)
        if process.poll() is None:
            print(f"killed: {kill_all(OTHER)} processes of the second node", flush=True)
    if process.wait():
        raise subprocess.CalledProcessError(process.returncode, command)
    return time.monotonic() - began, cpu_of_children() - used


def cpu_of_children() -> float:
    """CPU seconds of all processes that this one started and that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


class Meter(threading.Thread):
    """CPU seconds of all processes in the namespaces, also of those that end meanwhile: looked at five times a second."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self._ended = threading.Event()
        self._ticks: dict[int, int] = {}
        self._look()
        self._before = sum(self._ticks.values())
        self.start()

    def run(self) -> None:
        """Look until it is stopped."""
        while not self._ended.wait(0.2):
            self._look()

    def stop(self) -> float:
        """CPU seconds since it began."""
        self._look()
        self._ended.set()
        self.join()
        return (sum(self._ticks.values()) - self._before) / os.sysconf("SC_CLK_TCK")

    def _look(self) -> None:
        for name in NODES:
            for pid in map(int, subprocess.run(["ip", "netns", "pids", name], capture_output=True, text=True).stdout.split()):
                with suppress(OSError):
                    self._ticks[pid] = sum(map(int, Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]))


def start(namespace: str, command: Sequence[str], log: Path) -> None:
    """A node in a namespace.

    Raises:
        RuntimeError: the node did not start; its last words are in the message.
    """
    with open(log, "wb") as out:
        process = subprocess.Popen(["ip", "netns", "exec", namespace, *command], stdout=out, stderr=subprocess.STDOUT)
    while process.poll() is None:
        if b"Ray runtime started" in log.read_bytes():
            return
        time.sleep(0.5)
    raise RuntimeError(f"The node in {namespace} did not start: {log.read_text()[-500:]}")


@contextmanager
def namespaces() -> Iterator[None]:
    """Two namespaces joined by a cable; they and all processes in them are gone afterwards."""
    ends = {HEAD: "evaluator-va", OTHER: "evaluator-vb"}
    try:
        for name in NODES:
            ip("netns", "add", name)
        ip("link", "add", ends[HEAD], "type", "veth", "peer", "name", ends[OTHER])
        for name, address in NODES.items():
            ip("link", "set", ends[name], "netns", name)
            ip("-n", name, "addr", "add", f"{address}/24", "dev", ends[name])
            for device in ("lo", ends[name]):
                ip("-n", name, "link", "set", device, "up")
        yield
    finally:
        for name in NODES:
            kill_all(name)
            subprocess.run(["ip", "netns", "del", name], stderr=subprocess.DEVNULL)


def ip(*arguments: str) -> None:
    """The command `ip`."""
    subprocess.run(["ip", *arguments], check=True)


def kill_all(namespace: str) -> int:
    """Kill every process of a namespace that this program made; how many there were."""
    listed = subprocess.run(["ip", "netns", "pids", namespace], capture_output=True, text=True).stdout.split()
    for pid in listed:
        try:
            os.kill(int(pid), signal.SIGKILL)
        except ProcessLookupError:
            continue
    return len(listed)


if __name__ == "__main__":
    sys.exit(main())
