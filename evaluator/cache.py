"""Statistics of segments kept between runs: by what was measured and how, never by file or name.

One SQLite file in write-ahead mode, so that several processes read and write at once. An entry is
found by its setting (metric, options, versions) and the digest of its hypothesis and references,
and carries a checksum over both; one that does not fit is not used. A file that SQLite cannot read
is set aside and a new one begun. The size is bounded: what was not used for longest goes first.
"""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
import time
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from evaluator.types import EvaluatorError
from evaluator.version import __version__

FILE = "statistics.sqlite"
SET_ASIDE = "statistics.broken.sqlite"
FORMAT = 2
"""Part of every setting: raised when entries mean something else than before."""
DEFAULT_MEGABYTES = 1024
AT_ONCE = 1000
"""Keys in one query."""
WAIT = 20.0
"""Seconds that a process waits for another to finish writing."""
KEPT_SHARE = 0.8
"""Share of the bound that is left after making room."""
FRESH = 24
"""Hours after which a use is noted again."""
_SCHEMA = "CREATE TABLE IF NOT EXISTS entries (key BLOB PRIMARY KEY, value BLOB NOT NULL, used INTEGER NOT NULL) WITHOUT ROWID"


Found = TypeVar("Found")


class CacheInfo(NamedTuple):
    """What a cache holds."""

    path: Path
    entries: int
    megabytes: float
    bound: int
    """Megabytes."""


def setting_of(metric: str, options: Mapping[str, Any], package: str = "") -> bytes:
    """Digest of everything beside the texts that decides a metric's statistics.

    Args:
        metric: its name.
        options: those that it was made with.
        package: name and version of the package that it is from; empty for the built-in ones.
    """
    stated = json.dumps([FORMAT, metric, sorted(options.items()), version("sacrebleu"), __version__, *([package] if package else [])])
    return hashlib.blake2b(stated.encode(), digest_size=8).digest()


class Cache:
    """The cache of one folder, opened at first use.

    Args:
        folder: where it lies; made when it is missing.
        megabytes: the bound.
    """

    def __init__(self, folder: Path, megabytes: int = DEFAULT_MEGABYTES) -> None:
        if megabytes < 1:
            raise EvaluatorError(f"The cache's bound is {megabytes} MB; it must be at least 1.")
        self.path = folder / FILE
        self.bound = megabytes
        self.messages: list[str] = []
        """What went wrong, for the user; no result depends on it."""
        self._open: sqlite3.Connection | None = None
        self._off = False

    def fetch(self, setting: bytes, texts: Sequence[bytes]) -> list[bytes | None]:
        """The statistics of each digest of texts as bytes of float64, None where there are none."""
        keys = [setting + text for text in texts]
        nothing: dict[bytes, bytes] = {}
        found = self._guarded(lambda connection: _read(connection, keys), nothing)
        return [found.get(key) for key in keys]

    def keep(self, setting: bytes, texts: Sequence[bytes], rows: Sequence[bytes]) -> None:
        """Store the statistics of texts; damaged entries of the same texts are replaced."""
        hour = _hour()
        entries = [(key := setting + text, _checksum(key, row) + row, hour) for text, row in zip(texts, rows, strict=True)]

        def write(connection: sqlite3.Connection) -> None:
            connection.executemany("INSERT OR REPLACE INTO entries VALUES (?, ?, ?)", sorted(entries))
            connection.commit()
            self._make_room(connection)

        self._guarded(write, None)

    def info(self) -> CacheInfo:
        """How many entries there are and how much they take."""
        nothing = CacheInfo(self.path, 0, 0.0, self.bound)

        def count(connection: sqlite3.Connection) -> CacheInfo:
            (entries,) = connection.execute("SELECT COUNT(*) FROM entries").fetchone()
            return CacheInfo(self.path, entries, _used_bytes(connection) / 2**20, self.bound)

        return self._guarded(count, nothing) if self.path.exists() else nothing

    def clear(self) -> None:
        """Remove everything that the cache keeps, and nothing else in its folder."""
        self.close()
        for name in (FILE, f"{FILE}-wal", f"{FILE}-shm", SET_ASIDE):
            (self.path.parent / name).unlink(missing_ok=True)

    def close(self) -> None:
        """Close the file."""
        if self._open is not None:
            self._open.close()
            self._open = None

    def _guarded(self, action: Callable[[sqlite3.Connection], Found], otherwise: Found) -> Found:
        """What the action gives; `otherwise` where the file cannot be used. What SQLite cannot read is set aside."""
        if self._off:
            return otherwise
        try:
            return action(self._connected())
        except (sqlite3.OperationalError, OSError) as error:
            self._give_up(str(error))
        except sqlite3.Error as error:
            self._set_aside(str(error))
        return otherwise

    def _connected(self) -> sqlite3.Connection:
        if self._open is None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            connection = sqlite3.connect(self.path, timeout=WAIT)
            try:
                connection.execute("PRAGMA journal_mode = WAL")
                connection.execute("PRAGMA synchronous = NORMAL")
                connection.execute(_SCHEMA)
                connection.commit()
            except sqlite3.Error:
                connection.close()
                raise
            self._open = connection
        return self._open

    def _give_up(self, why: str) -> None:
        self.close()
        self._off = True
        self.messages.append(f"The cache {self.path} cannot be used and was left alone: {why}.")

    def _set_aside(self, why: str) -> None:
        self.close()
        try:
            os.replace(self.path, self.path.with_name(SET_ASIDE))
            for ending in ("-wal", "-shm"):
                self.path.with_name(FILE + ending).unlink(missing_ok=True)
        except OSError as error:
            self._give_up(f"{why}, and it cannot be set aside: {error.strerror}")
            return
        self.messages.append(f"The cache {self.path} is damaged ({why}); it was set aside as {SET_ASIDE}, nothing of it was used.")

    def _make_room(self, connection: sqlite3.Connection) -> None:
        """Drop what was not used for longest once the bound is passed."""
        most = self.bound * 2**20
        used = _used_bytes(connection)
        if used <= most:
            return
        (entries,) = connection.execute("SELECT COUNT(*) FROM entries").fetchone()
        surplus = int(entries * (1 - KEPT_SHARE * most / used)) + 1
        connection.execute("DELETE FROM entries WHERE key IN (SELECT key FROM entries ORDER BY used LIMIT ?)", (surplus,))
        connection.commit()


def _read(connection: sqlite3.Connection, keys: Sequence[bytes]) -> dict[bytes, bytes]:
    """Whole entries by key; their use is noted once a day."""
    found: dict[bytes, bytes] = {}
    stale: list[bytes] = []
    hour = _hour()
    for start in range(0, len(keys), AT_ONCE):
        some = keys[start : start + AT_ONCE]
        marks = ",".join("?" * len(some))
        for key, value, used in connection.execute(f"SELECT key, value, used FROM entries WHERE key IN ({marks})", some):
            if isinstance(value, bytes) and value[:8] == _checksum(key, value[8:]):
                found[key] = value[8:]
                if isinstance(used, int) and used < hour - FRESH:
                    stale.append(key)
    if stale:
        connection.executemany("UPDATE entries SET used = ? WHERE key = ?", [(hour, key) for key in stale])
        connection.commit()
    return found


def _used_bytes(connection: sqlite3.Connection) -> int:
    pages, free, size = (connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "freelist_count", "page_size"))
    return int((pages - free) * size)


def _checksum(key: bytes, row: bytes) -> bytes:
    return hashlib.blake2b(key + row, digest_size=8).digest()


def _hour() -> int:
    return int(time.time() // 3600)
