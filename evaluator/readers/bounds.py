"""Files that are small on disk and large in memory: packed text and Parquet are unpacked up to a bound, and refused beyond it.

Text packs to a third or a tenth of its size, and to a hundredth where it repeats itself; a file made to fill the
memory packs to a thousandth and less. Streams (`chunks.py`, `batches.py`) unpack as they read and have no such bound.
"""

from __future__ import annotations

import gzip
import os
import stat
from io import BytesIO
from pathlib import Path
from typing import Any

from evaluator.extras import importing
from evaluator.types import EvaluatorError

MAX_UNPACKED = 1 << 30
"""Bytes that any file may unpack to."""
MAX_RATIO = 100
"""Times its size on disk that a larger one may."""
ROWS_AT_ONCE = 1024
"""Of Parquet: so few that a batch of them cannot be much beyond the bound."""


def read_file(path: Path) -> bytes:
    """The bytes of a file that did not change meanwhile.

    Raises:
        EvaluatorError: it changed, or is a device that has no end.
        OSError: it cannot be read.
    """
    with open(path, "rb") as file:
        before = os.fstat(file.fileno())
        endless = stat.S_ISBLK(before.st_mode) or (stat.S_ISCHR(before.st_mode) and not file.isatty() and path != Path(os.devnull))
        if endless:
            raise EvaluatorError(f"{path} is a device and no file; name a file, or - for standard input.")
        data = file.read()
        after = os.fstat(file.fileno())
    if stat.S_ISREG(before.st_mode) and (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        raise EvaluatorError(
            f"{path} changed while it was read: from {before.st_size:,} to {after.st_size:,} bytes. Run the same command again once nothing writes to it."
        )
    return data


def unpack(data: bytes, path: str) -> bytes:
    """What gzip packed.

    Raises:
        EvaluatorError: it unpacks to more than the bound.
        OSError, EOFError, zlib.error: it is damaged.
    """
    most = _most(len(data))
    with gzip.GzipFile(fileobj=BytesIO(data)) as file:
        text = file.read(most + 1)
    if len(text) > most:
        raise _too_large(path, len(data), most)
    return text


def read_parquet_rows(data: bytes, path: str) -> Any:
    """A Parquet file as a pyarrow table.

    Raises:
        EvaluatorError: it is none, is damaged, holds text that is no UTF-8, or unpacks to more than the bound.
    """
    with importing("parquet"):
        import pyarrow
        import pyarrow.parquet

    most, size = _most(len(data)), 0
    batches = []
    try:
        file = pyarrow.parquet.ParquetFile(pyarrow.BufferReader(data))
        for batch in file.iter_batches(ROWS_AT_ONCE, use_threads=False):
            size += batch.nbytes
            if size > most:
                raise _too_large(path, len(data), most)
            batch.validate(full=True)
            batches.append(batch)
        return pyarrow.Table.from_batches(batches, file.schema_arrow)
    except (pyarrow.ArrowException, OSError) as error:
        raise EvaluatorError(f"{path} is not a Parquet file: {(str(error).splitlines() or [''])[0][:200]}.") from None


def _most(packed: int) -> int:
    return max(MAX_UNPACKED, MAX_RATIO * packed)


def _too_large(path: str, packed: int, most: int) -> EvaluatorError:
    return EvaluatorError(
        f"{path} has {packed:,} bytes and unpacks to more than {most:,}, {MAX_RATIO} times as many or 1 GiB; it is made to fill the memory, or holds the same "
        "over and over. If that is meant, unpack it, or score it as a table with `evaluator score --stream`."
    )
