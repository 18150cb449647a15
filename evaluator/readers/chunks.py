"""Text files of any size chunk by chunk, unpacked as they are read."""

from __future__ import annotations

import gzip
import hashlib
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Any

from evaluator.extras import require
from evaluator.types import EvaluatorError

CHUNK = 1 << 20
"""Bytes read at once."""
MAX_LINE = 256 * CHUNK
"""Bytes of one line, which is in memory as a whole."""


class TextChunks:
    """Bytes of a text file, unpacked, with the place in the file on disk and the digest of what was read."""

    def __init__(self, path: str) -> None:
        self.path = path
        self._position = 0
        self._sha = hashlib.sha256()
        try:
            self._raw = open(Path(path).expanduser(), "rb")  # noqa: SIM115  (closed when the last chunk is read)
            self._file = _unpacked(self._raw, path)
        except OSError as error:
            raise EvaluatorError(f"{path} cannot be read: {error.strerror or error}.") from None

    def chunk(self) -> bytes:
        """The next bytes; none at the end."""
        if self._raw.closed:
            return b""
        try:
            data: bytes = self._file.read(CHUNK)
        except (EOFError, zlib.error, gzip.BadGzipFile, OSError) as error:
            raise EvaluatorError(f"{self.path} is damaged: {error}.") from None
        self._sha.update(data)
        if not data:
            self._position = self._raw.tell()
            self._raw.close()
        return data

    def position(self) -> int:
        """Bytes of the file on disk that were read."""
        return self._position if self._raw.closed else self._raw.tell()

    def digest(self) -> str:
        """sha256 of what was read, unpacked: as `read_bytes` has it."""
        return self._sha.hexdigest()


def _unpacked(raw: IO[bytes], path: str) -> Any:
    if path.lower().endswith(".gz"):
        return gzip.GzipFile(fileobj=raw)
    if path.lower().endswith(".zst"):
        require("parquet", f"{path}: reading zstd")
        import pyarrow

        return pyarrow.CompressedInputStream(pyarrow.PythonFile(raw, mode="r"), "zstd")
    return raw


def lines_of(source: TextChunks, start: bytes) -> Iterator[list[bytes]]:
    """Lines without their line feeds, chunk by chunk; `start` was read before."""
    parts = [start]
    while data := source.chunk():
        whole, feed, rest = data.rpartition(b"\n")
        if not feed:
            parts.append(data)  # a line longer than a chunk, put together once it ends
            if len(parts) > MAX_LINE // CHUNK:
                raise EvaluatorError(f"{source.path} has a line of more than {MAX_LINE // 2**20} MiB; a row that long is no row of a table.")
            continue
        yield b"".join((*parts, whole)).split(b"\n")
        parts = [rest]
    if carry := b"".join(parts):
        yield carry.removesuffix(b"\n").split(b"\n")


def decoded_lines(lines: Sequence[bytes]) -> list[str]:
    """Lines as texts; bytes that are no UTF-8 become half surrogates, which `row_problem` names."""
    text = b"\n".join(lines).decode("utf-8", "surrogateescape")
    return [line.removesuffix("\r") for line in text.split("\n")] if "\r" in text else text.split("\n")
