"""Digests of model files; a file that has not changed since is read once in a process."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path


def digest_of(files: Sequence[Path]) -> str:
    """Hex sha256: of the file, or over the digests of several."""
    digests = [sha256_of(path) for path in files]
    return digests[0] if len(digests) == 1 else hashlib.sha256("".join(digests).encode()).hexdigest()


def sha256_of(path: Path) -> str:
    """Hex digest of a file."""
    # A run asks for the weights of one model up to five times (aligning, BERTScore, the reader, run.json), and 91 MB take .06 s.
    found = path.stat()
    return _digest_of_version(path.absolute(), found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)


@lru_cache(maxsize=64)
def _digest_of_version(path: Path, *version: int) -> str:  # noqa: ARG001
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
