"""What a stream is asked to do, and its pieces: one input file is one shard, one shard has one output file."""

from __future__ import annotations

import glob
import hashlib
import json
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evaluator.readers.batches import count_rows_at_least, stream_form
from evaluator.readers.calibration import read_calibration
from evaluator.request import Request, options_of
from evaluator.types import EvaluatorError
from evaluator.version import __version__

STREAMED_FROM = 100_000
"""Rows above which a table streams unless --no-stream is given."""
OUT_FORMATS = ("csv", "tsv", "jsonl", "parquet")


@dataclass(frozen=True, slots=True)
class Shard:
    """One input file."""

    index: int
    name: str
    """Of its files: number and the input's own name without endings."""
    path: str
    size: int
    modified: int
    """Nanoseconds; with the size it tells whether the file is still the one that was scored."""


@dataclass(frozen=True, slots=True)
class Job:
    """Everything that a shard needs beside its input; plain data, which travels to other processes and machines."""

    request: Request
    out_format: str = "csv"
    only_flagged: bool = False
    rejects: bool = False
    """True writes rows that cannot be scored to a file, False stops at the first."""
    spreadsheet_safe: bool = False
    system: str = ""
    """Name of the system of files that name none; empty for the file's own name."""

    @property
    def digest(self) -> str:
        """Digest of what decides the output; the number of workers does not."""
        stated: dict[str, Any] = {**options_of(self.request), "evaluator": __version__, "out_format": self.out_format}
        stated |= {"only_flagged": self.only_flagged, "rejects": self.rejects, "spreadsheet_safe": self.spreadsheet_safe, "system": self.system}
        if self.request.calibration is not None:  # another file of the same name makes other flags
            stated["calibration_sha256"] = read_calibration(self.request.calibration).sha256
        return hashlib.sha256(json.dumps(stated, sort_keys=True, default=str).encode()).hexdigest()


def input_files(where: str) -> list[str]:
    """The files that a table, folder or pattern names, in the order of their names; empty where it is nothing that streams."""
    path = Path(where).expanduser()
    if path.is_dir():
        return sorted(str(one) for one in path.iterdir() if one.is_file() and stream_form(one.name) and not one.name.startswith("."))
    if path.exists():
        return [where] if stream_form(where) else []
    if any(character in where for character in "*?["):
        return sorted(one for one in glob.glob(str(path), recursive=True) if stream_form(one) and os.path.isfile(one))
    return []


def make_shards(files: Sequence[str]) -> list[Shard]:
    """One shard a file.

    Raises:
        EvaluatorError: a file that cannot be looked at.
    """
    out = []
    for i, path in enumerate(files):
        try:
            found = os.stat(Path(path).expanduser())
        except OSError as error:
            raise EvaluatorError(f"{path} cannot be read: {error.strerror or error}.") from None
        stem = re.sub(r"[^\w.-]+", "-", Path(path).name).split(".")[0][:80] or "table"
        out.append(Shard(i, f"{i:05d}-{stem}", path, found.st_size, found.st_mtime_ns))
    return out


def is_large(path: str) -> bool:
    """True where a table has more rows than are kept in memory unless asked for."""
    return count_rows_at_least(path, STREAMED_FROM + 1)  # the header is a line too


def chosen_shards(shards: Sequence[Shard], index: int | None, count: int | None) -> list[Shard]:
    """The shards of one task of an array: every `count`-th, beginning at `index`.

    Raises:
        EvaluatorError: one of the two alone, or an index outside.
    """
    if (index is None) != (count is None):
        raise EvaluatorError("--shard-index and --num-shards go together: which task of how many.")
    if index is None or count is None:
        return list(shards)
    if count < 1 or not 0 <= index < count:
        raise EvaluatorError(f"--shard-index is {index} of --num-shards {count}; it goes from 0 to {count - 1}.")
    return [shard for shard in shards if shard.index % count == index]
