"""Faults for a command that runs in a forked child: at its k-th change of the disk, after so much time, or as limits.

Every write-open, rename, removal, folder and link below the working folder is an operation; Python's audit hooks
tell of each before it is done. So a fault can be put at every one of them, one after another, and none is left to chance.
"""

from __future__ import annotations

import errno
import os
import resource
import signal
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evaluator.cli import main

CHANGES = {"open", "os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.link", "os.chmod", "os.truncate", "os.utime", "os.symlink", "sqlite3.connect"}
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
LIMIT = 300.0
"""Seconds after which a child is taken for hung."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a child ended."""

    code: int
    """Exit code; the negative number of the signal that ended it."""
    out: str
    err: str
    operations: int
    """Changes of the disk that it began; 0 where it was killed."""
    seconds: float
    """CPU time."""
    peak: int
    """MiB of memory at the most."""


Fault = Callable[[str], None]
"""Called in the child with the working folder, before the command."""


def run_in_child(folder: Path, arguments: Sequence[str], fault: Fault | None = None) -> Outcome:
    """Run a command in a fork of this process, which has everything imported."""
    beside = folder.parent / f"{folder.name}.said"
    beside.mkdir(exist_ok=True)
    child = os.fork()
    if child == 0:
        _be_child(folder, beside, arguments, fault)
    began = time.monotonic()
    while True:
        done, status, usage = os.wait4(child, os.WNOHANG)
        if done:
            break
        if time.monotonic() - began > LIMIT:
            os.kill(child, signal.SIGKILL)
        time.sleep(0.002)
    said = {name: (beside / name).read_text(encoding="utf-8", errors="replace") if (beside / name).exists() else "" for name in ("out", "err", "operations")}
    for name in said:
        (beside / name).unlink(missing_ok=True)
    beside.rmdir()
    return Outcome(
        os.waitstatus_to_exitcode(status), said["out"], said["err"], int(said["operations"] or 0), usage.ru_utime + usage.ru_stime, usage.ru_maxrss // 1024
    )


def _be_child(folder: Path, beside: Path, arguments: Sequence[str], fault: Fault | None) -> None:
    code = 70
    try:
        os.chdir(folder)
        for number, name in ((1, "out"), (2, "err")):
            os.dup2(os.open(beside / name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), number)
        sys.stdout, sys.stderr = (open(number, "w", encoding="utf-8", closefd=False) for number in (1, 2))  # noqa: SIM115
        os.environ["EVALUATOR_CACHE"] = str(folder / "cache")
        signal.signal(signal.SIGINT, signal.default_int_handler)  # a job in the background ignores it
        Hook(str(folder), _nothing)
        if fault is not None:
            fault(str(folder))
        code = main(arguments)
    except BaseException:
        traceback.print_exc()
    finally:
        try:
            _tell(beside)
        finally:
            os._exit(code)  # whatever happens: the child must not go on as a second parent


def _tell(beside: Path) -> None:
    """What the child says at its end, when the fault is over."""
    signal.setitimer(signal.ITIMER_PROF, 0)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if _may_raise():
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    with open(beside / "operations", "w", encoding="utf-8") as file:
        file.write(str(max((hook.count for hook in Hook.all), default=0)))
    sys.stdout.flush()
    sys.stderr.flush()


def _may_raise() -> bool:
    return resource.getrlimit(resource.RLIMIT_FSIZE)[1] == resource.RLIM_INFINITY


def _nothing(count: int) -> None:
    """No fault."""


class Hook:
    """Counts changes of the disk below a folder and calls an action before each."""

    all: tuple[Hook, ...] = ()

    def __init__(self, folder: str, action: Callable[[int], None]) -> None:
        self.folder, self.action, self.count, self.busy = folder + os.sep, action, 0, False
        Hook.all = (*Hook.all, self)
        sys.addaudithook(self._heard)

    def _heard(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event not in CHANGES or self.busy or not arguments:
            return
        if event == "open" and not (isinstance(arguments[2], int) and arguments[2] & WRITING):
            return
        path = arguments[0]
        if not isinstance(path, (str, bytes, os.PathLike)) or not os.path.abspath(os.fsdecode(path)).startswith(self.folder):
            return
        self.busy = True
        try:
            self.count += 1
            self.action(self.count)
        finally:
            self.busy = False


def at_operation(k: int, action: Callable[[], None]) -> Fault:
    """The action before the k-th change of the disk."""

    def begin(folder: str) -> None:
        Hook(folder, lambda count: action() if count == k else None)

    return begin


def from_operation(k: int, action: Callable[[], None]) -> Fault:
    """The action before the k-th change of the disk and all after it."""

    def begin(folder: str) -> None:
        Hook(folder, lambda count: action() if count >= k else None)

    return begin


def kill() -> None:
    """SIGKILL."""
    os.kill(os.getpid(), signal.SIGKILL)


def interrupt() -> None:
    """Ctrl-C."""
    os.kill(os.getpid(), signal.SIGINT)


def fill() -> None:
    """No space is left."""
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def deny() -> None:
    """The folder cannot be written to."""
    raise OSError(errno.EROFS, os.strerror(errno.EROFS))


def after(seconds: float, number: int) -> Fault:
    """A signal after so much CPU time, wherever the program is then; SIGKILL and SIGINT alike."""

    def begin(_: str) -> None:
        signal.signal(signal.SIGPROF, signal.SIG_DFL if number == signal.SIGKILL else lambda *_: os.kill(os.getpid(), number))
        signal.setitimer(signal.ITIMER_PROF, max(1e-4, seconds))

    return begin


def with_file_limit(size: int) -> Fault:
    """No file can grow beyond so many bytes: the write that would fails in its middle, as on a full disk."""

    def begin(_: str) -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))

    return begin


def with_memory(megabytes: float) -> Fault:
    """So much address space more than the process has."""

    def begin(_: str) -> None:
        with open("/proc/self/statm", encoding="ascii") as file:
            now = int(file.read().split()[0]) * resource.getpagesize()
        limit = now + int(megabytes * 2**20)
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))

    return begin
