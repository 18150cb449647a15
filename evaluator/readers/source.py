"""Bytes from a path, decoded as UTF-8 or refused with the place and the likely encoding."""

from __future__ import annotations

import gzip
import sys
import zlib
from pathlib import Path

from evaluator.readers.bounds import read_file, unpack
from evaluator.readers.forms import refuse_binary
from evaluator.types import EvaluatorError

COMMON_ENCODINGS = [
    "cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "koi8_r", "gb18030", "big5", "shift_jis", "euc_jp", "euc_kr",
]  # fmt: skip
"""Suggested when a file is not UTF-8; without the list rare ones (hp-roman8) win on short text."""


def read_bytes(path: str) -> bytes:
    """The file's bytes; `-` is standard input, `.gz` is unpacked.

    Raises:
        EvaluatorError: not there, a directory, not readable, damaged, or empty.
    """
    try:
        data = sys.stdin.buffer.read() if path == "-" else read_file(Path(path).expanduser())
        if path.endswith(".gz"):
            data = unpack(data, path)
    except EvaluatorError:
        raise
    except FileNotFoundError:
        raise EvaluatorError(_missing(path)) from None
    except IsADirectoryError:
        raise EvaluatorError(f"{path} is a directory; name a file in it.") from None
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise EvaluatorError(f"{path} is not a whole gzip file: {error}.") from None
    except (OSError, ValueError, RuntimeError) as error:  # RuntimeError: ~ of nobody
        raise EvaluatorError(f"{path!r} cannot be read: {error}.") from None
    if not data.strip():
        raise EvaluatorError(f"{path} is empty ({len(data)} bytes, no text); it must hold at least one line.")
    return data


def _missing(path: str) -> str:
    folder = Path(path).expanduser().parent
    if not folder.is_dir():
        return f"{path}: the folder {folder} does not exist."
    import difflib

    near = difflib.get_close_matches(Path(path).name, [p.name for p in folder.iterdir()], n=1, cutoff=0.75)
    return f"{path} does not exist.{f' Did you mean {folder / near[0]}?' if near else ''}"


def decode(data: bytes, path: str) -> str:
    """The bytes as text, a byte-order mark removed.

    Raises:
        EvaluatorError: not UTF-8, with the byte and an encoding that fits; an archive or another file that is no text; or a NUL character.
    """
    refuse_binary(data, path)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise EvaluatorError(_wrong_encoding(data, path, error)) from None
    place = text.find("\0")
    if place >= 0:
        raise EvaluatorError(_nul(data, text, place, path))
    return text


def _nul(data: bytes, text: str, place: int, path: str) -> str:
    """Where the first NUL character stands, and whether it is a stray one, half of UTF-16 or part of a binary file."""
    line, column = text.count("\n", 0, place) + 1, place - text.rfind("\n", 0, place)
    count = text.count("\0")
    where = f"{path} has {'a NUL character' if count == 1 else f'{count} NUL characters, the first'} in line {line}, column {column}"
    wide = _wide_encoding(data)
    if wide:
        return f"{where}: it is not UTF-8. It looks like {wide}; convert it with: iconv -f {wide} -t utf-8 {path}"
    if _controls(data[:100_000].replace(b"\0", b"")) > len(data[:100_000]) / 100:
        return f"{where}, and other control characters; is it a binary file?"
    return f"{where}, which is no character of a text. Take {'it' if count == 1 else 'them'} out: tr -d '\\000' < {path} > FILE"


def _wrong_encoding(data: bytes, path: str, error: UnicodeDecodeError) -> str:
    line = data.count(b"\n", 0, error.start) + 1
    return f"{path} is not UTF-8: byte {error.start} of {len(data)} (line {line}) is 0x{data[error.start]:02x}.{_advice(data, path)}"


def _advice(data: bytes, path: str) -> str:
    fits = _likely_encoding(data)
    if fits is None:
        return " No text encoding fits it; is it a binary file?"
    return f" It looks like {fits}; convert it with: iconv -f {fits} -t utf-8 {path}"


def _wide_encoding(data: bytes) -> str | None:
    """UTF-16 or UTF-32 where a mark says so, or where every other byte of much of the text is 0."""
    for mark, name in ((b"\xff\xfe\0\0", "utf-32"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if data.startswith(mark):
            return name
    head = data[:100_000]
    even, odd = head[0::2].count(0), head[1::2].count(0)
    for name, many, few in (("utf-16le", odd, even), ("utf-16be", even, odd)):
        if many > 1 and many > len(head) // 5 and few < many / 4:
            return name
    return None


def _controls(data: bytes) -> int:
    """Bytes that are control characters which no text has."""
    return sum(data.count(bytes([b])) for b in (*range(9), 14, 15, *range(16, 32)))


def _likely_encoding(data: bytes) -> str | None:
    wide = _wide_encoding(data)
    if wide:
        return wide
    head = data[:100_000]
    if _controls(head) > len(head) / 100:
        return None
    from charset_normalizer import from_bytes

    best = from_bytes(head, cp_isolation=COMMON_ENCODINGS).best()
    if best is None:
        return None
    # The Western and the Central European code page differ in few letters; the first is far more common.
    return "cp1252" if best.encoding == "cp1250" and _decodes(head, "cp1252") else best.encoding.replace("_", "-")


def _decodes(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True
