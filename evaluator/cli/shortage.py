"""Too little memory or too few threads: one message instead of what libraries do then, each in a way of its own."""

from __future__ import annotations

import errno
import mmap
from collections.abc import Iterator

NO_MEMORY = "there is not enough memory for these inputs; nothing was written. Score fewer systems at once, or give a table, which streams in constant memory."
NO_THREAD = "the system lets no further thread start, by a limit on memory or on processes (ulimit -v, ulimit -u); nothing was written."
WORDS_OF_MEMORY = (
    "failed to map segment",  # a library that cannot be loaded
    "cannot allocate memory",
    "can't allocate memory",
    "not enough memory",
    "insufficient memory",
    "out of memory",
    "bad_alloc",
    "bad alloc",
    "error return without exception set",  # CPython's, of an exception for which there was no memory
)
THREADS = "can't start new thread"
NEEDED = 256 * 2**20
"""Bytes of address space that NumPy and SciPy take with their buffers, and the smallest inputs."""


def hold_memory() -> None:
    """Under a limit on memory (ulimit -v), take what NumPy's and SciPy's BLAS need before anything is read or written.

    Each has an OpenBLAS of its own, which takes buffers when it is loaded and at its first product. Where it gets none it ends the
    process, brings it down, or tries again without end (SciPy's, seen at 190 MB).

    Raises:
        MemoryError: the limit leaves too little.
    """
    try:
        from resource import RLIM_INFINITY, RLIMIT_AS, getrlimit
    except ImportError:  # a system without such limits
        return
    if getrlimit(RLIMIT_AS)[0] == RLIM_INFINITY:
        return
    try:
        mmap.mmap(-1, NEEDED).close()
    except OSError:
        raise MemoryError from None
    import numpy as np
    import scipy.special  # noqa: F401

    square = np.ones((128, 128))
    np.matmul(square, square)


def shortage_of(error: BaseException) -> str | None:
    """The message for the user where the exception, or one that it came from, is of too little memory; None where it is another.

    >>> shortage_of(RuntimeError("can't start new thread")) == NO_THREAD
    True
    >>> shortage_of(ValueError("bad_alloc")) is None
    True
    """
    for one in _chain(error):
        text = str(one).lower()
        if isinstance(one, MemoryError) or (isinstance(one, OSError) and one.errno == errno.ENOMEM):
            return NO_MEMORY
        if isinstance(one, (ImportError, OSError, RuntimeError, SystemError)) and any(words in text for words in WORDS_OF_MEMORY):
            return NO_MEMORY
        if isinstance(one, RuntimeError) and THREADS in text:
            return NO_THREAD
    return None


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """The exception and what it was raised from or while."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__
