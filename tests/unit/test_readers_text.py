"""Article text in every usual shape."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path

import pytest

from evaluator.readers.text import document_of, read_text, split_lines
from evaluator.types import EvaluatorError

Write = Callable[[str, str | bytes], Path]
WRAPPED = """The ferry crews walked off the job before
dawn on Friday, and the islands were cut off
from the capital, where nobody was ready for
such a long strike.

Nobody knows how long the strike will last,
the harbour master said on the quay, where
hundreds of people were waiting with their
suitcases for news of any kind.
"""


@pytest.mark.parametrize(
    ("content", "paragraphs"),
    [
        ("one\ntwo\n", ("one", "two")),
        ("one\ntwo", ("one", "two")),
        ("one\n\ntwo\n\n\nthree\n", ("one", "two", "three")),
        ("one\r\n\r\ntwo\r\n", ("one", "two")),
        ("one\rtwo\r", ("one", "two")),
        ("\ufeffone\ntwo\n", ("one", "two")),
        (" date 2031-03-14 One\n\ntwo\n", (" date 2031-03-14 One", "two")),
        ("one\u2028still one\x85still\ntwo\n", ("one\u2028still one\x85still", "two")),
    ],
)
def test_paragraphs_of_each_shape(write: Write, content: str, paragraphs: tuple[str, ...]) -> None:
    assert read_text(str(write("a.txt", content))).paragraphs == paragraphs


def test_wrapped_lines_become_paragraphs(write: Write) -> None:
    document = read_text(str(write("a.txt", WRAPPED)))
    assert document.wrapped
    assert len(document.paragraphs) == 2
    assert document.paragraphs[0].endswith("for such a long strike.")


def test_lists_between_blank_lines_are_not_taken_for_wrapped(write: Write) -> None:
    document = read_text(str(write("a.txt", "Latest news:\nFirst item.\nSecond item here.\n\nA long closing paragraph that says more than the list.\nEnd.\n")))
    assert not document.wrapped
    assert len(document.paragraphs) == 5


@pytest.mark.parametrize(
    "content",
    [
        "Title\nBy Jane Doe\n\n" + "\n\n".join(["A long paragraph of the article, which goes on. " * 6] * 3),
        "First one here.\n\nSecond one too.\nThird one now.\nFourth one yes.\nFifth one no.\nSixth one ok.\nSeventh one.\n",
        "渡轮今天停运了没有人知道\n\n什么时候会恢复正常运行呢\n港口主管说还要等几天时间\n码头上有几百人正在等消息\n他们都带着行李等着上船去\n没有人受伤官员们这样说道\n",
        "one\n\ntwo\nthree\nfour\nfive\nsix\nseven\neight\n",
    ],
)
def test_lines_that_are_no_wrapped_paragraphs_are_left_alone(write: Write, content: str) -> None:
    document = read_text(str(write("a.txt", content)))
    assert not document.wrapped
    assert len(document.paragraphs) == sum(bool(line) for line in content.split("\n"))


def test_gzip_is_unpacked(write: Write) -> None:
    assert read_text(str(write("a.txt.gz", gzip.compress(b"one\ntwo\n")))).paragraphs == ("one", "two")


def test_lines_end_at_line_feeds_alone() -> None:
    assert split_lines("a\x0bb\x0cc\x1cd\u2028e\nf\n") == ("a\x0bb\x0cc\x1cd\u2028e", "f")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", ["is empty", "0 bytes"]),
        (b" \n \n", ["is empty", "4 bytes"]),
        ("Üben\n".encode("latin-1"), ["not UTF-8", "byte 0 of 5", "0xdc", "It looks like"]),
        ("Ein Satz.\nZwei Sätze.\n".encode("utf-16"), ["utf-16", "iconv"]),
        ("Ein Satz.\nZwei S\u00e4\0tze.\n".encode(), ["has a NUL character in line 2, column 8", "tr -d"]),
        ("\u65e5\u672c\0\u8a9e\n".encode(), ["has a NUL character in line 1, column 3", "tr -d"]),
        (b"a\0b\0", ["has 2 NUL characters, the first in line 1, column 2", "utf-16le", "iconv"]),
        (b"Ein Satz.\n" + b"\0" * 400, ["has 400 NUL characters, the first in line 2, column 1", "tr -d"]),
        (b"Q\0", ["has a NUL character in line 1, column 2", "tr -d"]),
        (b"PK\x03\x04\x14\0\x06\0", ["Office document or another ZIP archive"]),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", ["Office document"]),
        (b"PAR1\x15\x04\x15", ["is Parquet; call it .parquet"]),
        (b"\x1f\x8b\x08\0\0", ["packed with gzip; call it .gz"]),
        (b"\x28\xb5\x2f\xfd\x24", ["is packed; unpack it"]),
        (b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n", ["is PDF"]),
        (b"text\n\0\1\2\3\4\5\6\7\0\1\2\3\4" * 20, ["NUL", "line 2, column 1", "binary"]),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\1\2\3\4\5\6", ["not UTF-8", "byte 0"]),
    ],
)
def test_bytes_that_are_no_text_are_refused_with_their_place(write: Write, content: bytes, words: list[str]) -> None:
    path = write("a.txt", content)
    with pytest.raises(EvaluatorError) as error:
        read_text(str(path))
    assert all(word in str(error.value) for word in [*words, "a.txt"])


def test_an_encoding_that_fits_is_named(write: Write) -> None:
    german = "Die Fähre fährt heute nicht, sagte der Kapitän. Überall warteten Fahrgäste auf größere Schiffe.\n" * 5
    path = write("a.txt", german.encode("cp1252"))
    with pytest.raises(EvaluatorError, match="It looks like cp125[02]; convert it with: iconv -f cp125"):
        read_text(str(path))


def test_missing_file_names_the_nearest(write: Write, tmp_path: Path) -> None:
    write("reference.txt", "a\n")
    with pytest.raises(EvaluatorError, match=r"Did you mean .*reference\.txt"):
        read_text(str(tmp_path / "referense.txt"))
    with pytest.raises(EvaluatorError, match="folder .* does not exist"):
        read_text(str(tmp_path / "nowhere" / "a.txt"))


def test_directory_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EvaluatorError, match="is a directory"):
        read_text(str(tmp_path))


def test_broken_gzip_is_refused(write: Write) -> None:
    with pytest.raises(EvaluatorError, match="gzip"):
        read_text(str(write("a.txt.gz", gzip.compress(b"some text\n" * 99)[:30])))


@pytest.mark.parametrize(("segments", "words"), [(["a", 1], "int, not text"), ([], "0 segments"), (["", " "], "2 segments"), (["\ud800"], "surrogate")])
def test_segments_in_memory_are_checked(segments: list[str], words: str) -> None:
    with pytest.raises(EvaluatorError, match=words):
        document_of("systems['a']", segments)
