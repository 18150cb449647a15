"""Files and folders written atomically: whole in their place, or not there at all, also where the process is killed.

Everything is written beside its place, in a file or folder whose name ends with `PARTIAL`, and renamed. The maker
keeps a lock on it; what lies there unlocked is what a killed process left, and whoever writes to the same place
next takes it away. Nothing here knows what is written.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from evaluator.types import EvaluatorError

PARTIAL = ".evaluator-partial"
"""How everything unfinished ends."""
FRESH = 60.0
"""Seconds in which something unfinished is left alone even without a lock: its maker may be about to take it."""
_SHOWN = 60
"""Characters of a name that the name of its unfinished version has."""
_AT_FDCWD, _EXCHANGE = -100, 2


def words_of(error: OSError) -> str:
    """What went wrong, without number and path."""
    return f"{error.strerror or error}"


def write_text(path: Path, text: str) -> None:
    """Write text as UTF-8, line ends as they are."""
    with open(path, "w", encoding="utf-8", newline="") as file:
        file.write(text)


def write_whole(path: Path, text: str) -> None:
    """Write a file of its own atomically, replacing what is there.

    Raises:
        EvaluatorError: it cannot be written.
    """
    write_files(path.parent, {path.name: text})


def write_files(folder: Path, files: Mapping[str, str]) -> None:
    """Write several files of a folder: all are written aside before the first is put in its place.

    Args:
        folder: it exists.
        files: text by name.

    Raises:
        EvaluatorError: one cannot be written; no file was replaced then, unless renaming itself failed.
    """
    path = folder
    try:
        with ExitStack() as stack:
            partials = []
            for name, text in files.items():
                path = folder / name
                partials.append(stack.enter_context(_written_aside(path, text)))
            for partial, name in zip(partials, files, strict=True):
                path = folder / name
                os.replace(partial, path)
    except OSError as error:
        raise EvaluatorError(f"{path} cannot be written: {words_of(error)}.") from None


@contextmanager
def _written_aside(path: Path, text: str) -> Iterator[Path]:
    remove_abandoned(path)
    partial = path.with_name(f".{path.name[:_SHOWN]}.{os.getpid()}{PARTIAL}")
    try:
        with open(partial, "w", encoding="utf-8", newline="") as file:
            lock_of(file.fileno())
            file.write(text)
            file.flush()
            yield partial
    finally:
        partial.unlink(missing_ok=True)


@contextmanager
def staging_beside(target: Path) -> Iterator[Path]:
    """A temporary folder beside `target`, on the same file system; whatever is in it at the end of the block is removed.

    Raises:
        OSError: it cannot be made.
    """
    target = target.absolute()
    remove_abandoned(target)
    folder = Path(tempfile.mkdtemp(prefix=f".{target.name[:_SHOWN]}-", suffix=PARTIAL, dir=target.parent))
    try:
        with _held(folder):
            yield folder
    finally:
        _remove(folder)


def _remove(folder: Path) -> None:
    """Remove a folder, also where Ctrl-C comes in the middle of it."""
    try:
        shutil.rmtree(folder, ignore_errors=True)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


@contextmanager
def _held(folder: Path) -> Iterator[None]:
    """The folder locked, where the system can lock folders."""
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except OSError:
        yield
        return
    try:
        lock_of(descriptor)
        yield
    finally:
        os.close(descriptor)


def lock_of(descriptor: int) -> bool:
    """True where the lock was free and is now ours, or the system has none; it ends with the process."""
    try:
        import fcntl

        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except (ImportError, OSError):  # another system, or a file system without locks
        return True
    return True


def remove_abandoned(target: Path) -> None:
    """Take away what killed processes left of unfinished versions of `target`."""
    starts = tuple(f".{target.name[:_SHOWN]}{mark}" for mark in ".-")
    with suppress(OSError):
        for path in list(os.scandir(target.absolute().parent)):
            if path.name.endswith(PARTIAL) and path.name.startswith(starts) and _is_abandoned(path):
                if path.is_dir(follow_symlinks=False):
                    shutil.rmtree(path, ignore_errors=True)
                else:
                    os.unlink(path)


def _is_abandoned(path: os.DirEntry[str]) -> bool:
    if path.is_symlink() or abs(time.time() - path.stat(follow_symlinks=False).st_mtime) < FRESH:
        return False
    descriptor = os.open(path, os.O_RDONLY)
    try:
        return lock_of(descriptor)
    finally:
        os.close(descriptor)


def write_folder(target: Path, files: Mapping[str, str]) -> None:
    """Write a new folder atomically; its parents are made.

    Args:
        target: nothing is there, or an empty folder.
        files: text by name.

    Raises:
        EvaluatorError: it cannot be written, or something is there by now.
    """
    try:
        target.absolute().parent.mkdir(parents=True, exist_ok=True)
        with staging_beside(target) as staging:
            for name, text in files.items():
                write_text(staging / name, text)
            put_folder(staging, target, replace=False)
    except OSError as error:
        raise EvaluatorError(f"The folder {target} cannot be written: {words_of(error)}. Choose another place.") from None


def put_folder(staging: Path, target: Path, *, replace: bool) -> None:
    """Put a folder in its place.

    Args:
        staging: the new folder. What was in the place may be there afterwards.
        target: the place.
        replace: a folder that is there is exchanged for the new one, in one step where the system can do that.

    Raises:
        OSError: it cannot be put there, and what was there still is.
    """
    os.chmod(staging, 0o777 & ~_umask())
    if not replace or not target.exists() or not any(target.iterdir()):
        os.replace(staging, target)
    elif not _exchange(staging, target):
        _replace_in_two_steps(staging, target)


def _exchange(one: Path, other: Path) -> bool:
    """Exchange two folders in one step; False where this is not Linux, or the file system cannot."""
    try:
        exchange = ctypes.CDLL(None, use_errno=True).renameat2
    except (AttributeError, OSError, TypeError):
        return False
    return int(exchange(_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other), _EXCHANGE)) == 0


def _replace_in_two_steps(staging: Path, target: Path) -> None:
    old = Path(tempfile.mkdtemp(prefix=f".{target.name[:_SHOWN]}-old-", dir=target.absolute().parent))
    try:
        os.replace(target, old / "run")
        os.replace(staging, target)
    except BaseException:  # Ctrl-C between the two as well
        if not target.exists() and (old / "run").exists():
            os.replace(old / "run", target)
        with suppress(OSError):
            old.rmdir()
        raise
    shutil.rmtree(old, ignore_errors=True)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
