"""Ray over two nodes on one machine, each in a network namespace of its own, and one of them killed in mid-run.

    sudo python benchmarks/scale/nodes.py --rows 200000 --files 16 --kill

Needs root for the namespaces, and `evaluator[ray]`. Nothing listens outside the two namespaces, which go at the end with
every process in them. Prints seconds of local processes and of Ray on the same files, and exits with 1 where a byte differs.
"""

from __future__ import annotations

import argparse
import os
import secrets
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from kills import content
from stream_tables import write_tables

NODES = {"evaluator-a": "10.77.0.1", "evaluator-b": "10.77.0.2"}
HEAD, OTHER = NODES
PORT = 6379
STORE = 100_000_000
"""Bytes of each node's object store: shards are files, so that Ray holds next to nothing."""
PATIENCE = 300.0
"""Seconds that a node may take to start."""


def main() -> int:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, default in (("rows", 200_000), ("files", 16)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--kill", action="store_true", help="kill the second node once a third of the files is done")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        tables = write_tables(Path(place) / "tables", args.rows, args.files)
        command = [sys.executable, "-m", "evaluator", "score", str(tables), "-m", "bleu", "chrf", "-q", "--resamples", "1000", "-o"]
        for workers in (1, 2):
            seconds = timed([*command, str(Path(place) / f"local-{workers}"), "--workers", str(workers)])
            print(f"local processes, {workers}: {seconds:.1f} s", flush=True)
        return over_nodes(command, Path(place), args.files, args.kill)


def over_nodes(command: Sequence[str], place: Path, files: int, kills: bool) -> int:
    """Score on the two nodes; 1 where the run folder differs from that of local processes."""
    os.environ |= {"RAY_USAGE_STATS_ENABLED": "0", "RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": secrets.token_hex(32), "HOME": str(place)}
    ray = [sys.executable, "-m", "ray.scripts.scripts", "start", "--block", "--num-cpus", "1", "--object-store-memory", str(STORE), "--disable-usage-stats"]
    with namespaces():
        first = inside(HEAD, [*ray, "--head", "--include-dashboard", "false", "--node-ip-address", NODES[HEAD], "--port", str(PORT)])
        wait_for_node(1, first)
        second = inside(OTHER, [*ray, "--address", f"{NODES[HEAD]}:{PORT}", "--node-ip-address", NODES[OTHER]])
        wait_for_node(2, second)
        on_head = ["ip", "netns", "exec", HEAD, *command, str(place / "ray"), "--engine", "ray", "--address", f"{NODES[HEAD]}:{PORT}"]
        seconds = timed(on_head, place / "ray.partial" / "shards" if kills else None, files // 3)
    same = content(place / "ray") == content(place / "local-2")
    print(f"Ray, two nodes of one worker{', one killed' if kills else ''}: {seconds:.1f} s; {'equal' if same else 'DIFFERS'}", flush=True)
    return 0 if same else 1


def timed(command: Sequence[str], done: Path | None = None, most: int = 0) -> float:
    """Seconds that a command takes.

    Args:
        command: the command.
        done: where finished shards leave their state; given, the second node is killed once there are `most` of them.
        most: see `done`.

    Raises:
        CalledProcessError: the command fails.
    """
    began = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    if done is not None:
        while process.poll() is None and len(list(done.glob("*.npz"))) < most:
            time.sleep(0.02)
        if process.poll() is None:
            print(f"killed: {kill_all(OTHER)} processes of the second node", flush=True)
    if process.wait():
        raise subprocess.CalledProcessError(process.returncode, command)
    return time.monotonic() - began


def inside(namespace: str, command: Sequence[str]) -> subprocess.Popen[bytes]:
    """A command in a namespace."""
    return subprocess.Popen(["ip", "netns", "exec", namespace, *command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def wait_for_node(n: int, process: subprocess.Popen[bytes]) -> None:
    """Wait until the cluster has so many nodes.

    Raises:
        RuntimeError: the node ended, or did not start in time.
    """
    look = (
        f"import ray; ray.init('{NODES[HEAD]}:{PORT}', logging_level='ERROR'); raise SystemExit(0 if len([x for x in ray.nodes() if x['Alive']]) >= {n} else 3)"
    )
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and process.poll() is None:
        if subprocess.run(["ip", "netns", "exec", HEAD, sys.executable, "-c", look], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0:
            return
        time.sleep(1)
    raise RuntimeError(f"Node {n} did not start.")


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
