"""Article text and segment files as a `Document`: lines and paragraphs.

Lines end at line feeds alone: U+2028 and its kin stay inside a segment, as in every WMT
file. Paragraphs are lines, or blocks between blank lines when the lines in them are wrapped.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from itertools import groupby, pairwise

from evaluator.readers.source import decode, read_bytes
from evaluator.types import Document, EvaluatorError

WIDEST_WRAP = 132
"""Characters; a file with a longer line has one paragraph per line."""
MIN_JOINTS = 4
"""Line breaks inside blocks that it takes to see a width."""


def read_text(path: str) -> Document:
    """A text file as lines and paragraphs.

    Raises:
        EvaluatorError: the file cannot be read, or is not UTF-8 text.
    """
    data = read_bytes(path)
    return text_document(path, decode(data, path), hashlib.sha256(data).hexdigest())


def text_document(path: str, text: str, sha256: str) -> Document:
    """The content of a text file as lines and paragraphs."""
    # A file name that is not UTF-8 arrives as half surrogates, which no report could hold.
    name = path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    return _document(name, split_lines(text), sha256)


def document_of(name: str, segments: Sequence[str]) -> Document:
    """A list of segments in memory as a document: every element is one line.

    Raises:
        EvaluatorError: no element, an element that is not text, or one that UTF-8 cannot hold.
    """
    segments = list(segments)
    for i, segment in enumerate(segments):
        if not isinstance(segment, str):
            raise EvaluatorError(f"{name}[{i}] is {type(segment).__name__}, not text.")
        check_encodable(segment, f"{name}[{i}]")
    if not any(s.strip() for s in segments):
        raise EvaluatorError(f"{name} has {len(segments)} segments and no text; it must hold at least one.")
    digest = hashlib.sha256("\n".join(segments).encode()).hexdigest()
    return Document(name, tuple(segments), tuple(s for s in segments if s.strip()), False, digest, True)


def check_encodable(text: str, where: str) -> None:
    """Refuse half a surrogate pair, which no file can hold.

    Raises:
        EvaluatorError: the text has a lone surrogate.
    """
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise EvaluatorError(f"{where} holds half a surrogate pair at character {error.start}; it is not valid Unicode text.") from None


def check_names(path: str, names: Iterable[str]) -> None:
    """Refuse half a surrogate pair in a name of a document, domain, system or reference.

    Raises:
        EvaluatorError: the first that has one.
    """
    for name in dict.fromkeys(names):
        if not name.isascii():
            check_encodable(name, f"{path}, name {name[:60]!a}")


def split_lines(text: str) -> tuple[str, ...]:
    """Lines without their ends: line feed, or carriage return and line feed."""
    if "\n" not in text and "\r" in text:
        text = text.replace("\r", "\n")
    lines = text.removesuffix("\n").split("\n")
    return tuple(line.removesuffix("\r") for line in lines) if "\r" in text else tuple(lines)


def _document(name: str, lines: tuple[str, ...], sha256: str) -> Document:
    blocks = [list(block) for text, block in groupby(lines, key=lambda line: bool(line.strip())) if text]
    wrapped = _is_wrapped(blocks)
    paragraphs = tuple(" ".join(line.strip() for line in block) for block in blocks) if wrapped else tuple(line for block in blocks for line in block)
    return Document(name, lines, paragraphs, wrapped, sha256)


def _is_wrapped(blocks: list[list[str]]) -> bool:
    """True when the lines of blocks are paragraphs broken at a width.

    A line was broken because the next word did not fit: so no line but a block's last could
    have taken the first word of the line after it. Needs a blank line somewhere, for without
    one nothing tells wrapped lines from paragraphs.
    """
    joints = [joint for block in blocks for joint in pairwise(line.strip() for line in block)]
    width = max((len(line) for block in blocks for line in block), default=0)
    if len(blocks) < 2 or len(joints) < max(MIN_JOINTS, len(blocks) / 4) or width > WIDEST_WRAP:
        return False
    if any(" " not in line for line, _ in joints):
        return False  # one word per line, or a script without spaces: nothing that shows a break
    fits = sum(len(line) + 1 + len(following.split()[0]) <= width for line, following in joints)
    ended = sum(line.rstrip("\"'”’»)]").endswith((".", "!", "?", ":", "…")) for line, _ in joints)
    # A width chosen by hand or by another measure (bytes, wide letters) leaves a few short lines;
    # lines that mostly end a sentence are sentences, whatever their length.
    return fits <= 0.1 * len(joints) and ended <= 0.4 * len(joints)
