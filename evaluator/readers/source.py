"""Bytes from a path, decoded as UTF-8 or refused with the place and the likely encoding."""

from __future__ import annotations

import gzip
import sys
import zlib
from pathlib import Path

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
        data = sys.stdin.buffer.read() if path == "-" else Path(path).expanduser().read_bytes()
        if path.endswith(".gz"):
            data = gzip.decompress(data)
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
        return f"{path} is not there: the folder {folder} does not exist."
    import difflib

    near = difflib.get_close_matches(Path(path).name, [p.name for p in folder.iterdir()], n=1, cutoff=0.75)
    return f"{path} is not there.{f' Did you mean {folder / near[0]}?' if near else ''}"


def decode(data: bytes, path: str) -> str:
    """The bytes as text, a byte-order mark removed.

    Raises:
        EvaluatorError: not UTF-8; the message names the byte and an encoding that fits.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise EvaluatorError(_wrong_encoding(data, path, error)) from None
    place = text.find("\0")
    if place >= 0:
        raise EvaluatorError(f"{path} is not text: it has a NUL character at byte {len(text[:place].encode())} of {len(data)}.{_advice(data, path)}")
    return text


def _wrong_encoding(data: bytes, path: str, error: UnicodeDecodeError) -> str:
    line = data.count(b"\n", 0, error.start) + 1
    return f"{path} is not UTF-8: byte {error.start} of {len(data)} (line {line}) is 0x{data[error.start]:02x}.{_advice(data, path)}"


def _advice(data: bytes, path: str) -> str:
    fits = _likely_encoding(data)
    if fits is None:
        return " No text encoding fits it; is it a binary file?"
    return f" It looks like {fits}; convert it with: iconv -f {fits} -t utf-8 {path}"


def _likely_encoding(data: bytes) -> str | None:
    for mark, name in ((b"\xff\xfe\0\0", "utf-32"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if data.startswith(mark):
            return name
    head = data[:100_000]
    if head[1::2].count(0) > len(head) // 5:
        return "utf-16le"
    if head[0::2].count(0) > len(head) // 5:
        return "utf-16be"
    control = sum(head.count(bytes([b])) for b in (*range(9), 14, 15, *range(16, 32)))
    if control > len(head) / 100:
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
