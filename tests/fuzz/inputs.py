"""What properties are tried with: whole files of every form that is read, edits that damage them, and texts that break things."""

from __future__ import annotations

import gzip
import io
import json
import random
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

WORDS = "the dam held nobody was hurt 12 boats rained until noon".split()
ODD_TEXTS = (
    "", " ", "\u00a0", "a", "12", "1,000.5", "-1", "not", "“a”", '"', "'", "=1+1", "</script><script>alert(1)</script>", "<b onload=x>", "&lt;", "{{ 7*7 }}",
    "\u202eevil\u202c", "\u200b", "\ufeffx", "e\u0301" * 5, "\u0301", "\U0001f468\u200d\U0001f469\u200d\U0001f467", "\U000e0041", "\uffff", "\U0010ffff",
    "\x1b[31mred", "a\tb", "a\nb", "a\r\nb", "\x0b", "\x85", "\u2028", "漢字かな", "ไทย", "اَلْعَرَبِيَّةُ", "İstanbul ß ŉ",
    "x" * 300, "..." * 50, "( " * 40, "'s " * 30, "%s%n", "$(id)", "\\",
)  # fmt: skip
"""Texts that break readers, tokenizers, pages and terminals of others."""
SCRAPS = (
    b"", b"\n", b"\t", b"\r", b"\0", b'"', b",", b";", b"|", b"{", b"}", b"[", b"]", b"<", b">", b"&", b"\xff", b"\xc3", b"\xed\xa0\x80", b"\xef\xbb\xbf",
    b"\\ud800", b"null", b"true", b"1e999", b"-1", b"9" * 30, b"NaN", b"''", b'""', b"<seg>", b"</seg>", b"<!--", b"]]>", b"<![CDATA[", b"&#0;", b"&#xd800;",
    b"reference", b"hypothesis",
        b"system", b" --> ", b"00:00:00,000", b"!!python/object:os.system", b"&a", b"*a", b"- ", b": ", b"\xe2\x80\xa8", b"\xf0\x9f\x98\x80", b"=1+1",
    b"../../x",
    b"~nobody/x", b"\x1b[2J",
)  # fmt: skip
"""Bytes that edits put in."""


class Edit(NamedTuple):
    """One change of a file."""

    place: float
    """Share of the file before it, 0 to 1."""
    length: int
    """Bytes that are taken out there."""
    scrap: bytes
    """What is put in instead."""


def edited(data: bytes, edits: Sequence[Edit]) -> bytes:
    """The file with the edits made one after another."""
    for place, length, scrap in edits:
        at = int(place * len(data))
        data = data[:at] + scrap + data[at + length :]
    return data


def draw_edits(rng: random.Random) -> list[Edit]:
    """A few edits."""
    return [
        Edit(rng.random(), rng.choice((0, 0, 1, 1, 2, 5, 30)), rng.choice(SCRAPS) if rng.random() < 0.8 else rng.randbytes(rng.randint(1, 4)))
        for _ in range(rng.choice((1, 1, 2, 3, 6)))
    ]


def draw_text(rng: random.Random) -> str:
    """A text of words, odd texts and characters of every plane; never half a surrogate pair."""
    parts = []
    for _ in range(rng.choice((0, 1, 3, 8, 20))):
        kind = rng.random()
        if kind < 0.6:
            parts.append(rng.choice(WORDS))
        elif kind < 0.85:
            parts.append(rng.choice(ODD_TEXTS))
        else:
            code = rng.choice((rng.randrange(0x250), rng.randrange(0xD800), rng.randrange(0xE000, 0x110000)))
            parts.append(chr(code))
    return rng.choice((" ", "", " ", "\n")).join(parts)


@cache
def seeds() -> dict[str, bytes]:
    """A whole file of every form that is read, by file name."""
    rows = [
        ("The dam held.", "The dam broke.", "a"),
        ("It rained.", "It rained.", "a"),
        ("The dam held.", "The dam held.", "b"),
        ("It rained.", "It did.", "b"),
    ]
    names = ("reference", "hypothesis", "system")
    objects = [dict(zip(names, row, strict=True)) for row in rows]
    lines = b'The dam held.\nNobody was hurt, said "Ann".\n\nIt rained.\n'
    tsv = "".join("\t".join(row) + "\n" for row in (names, *rows)).encode()
    test_set = {
        "doc_id": "en-de_#_news_#_a_#_1",
        "src_text": "s",
        "refs": {"refA": {"ref": "r"}, "refB": {"ref": "q"}},
        "tgt_text": {"x": "h"},
        "domain": "news",
    }
    newest: dict[str, object] = {"lp": "en-de_DE", "domain": "news", "document_id": "d", "segment_id": 1, "is_bad_source": False, "source": "s", "target": "t"}
    segments = "".join(f'<seg id="{k}">Text {k} &amp; more</seg>\n' for k in (1, 2))
    files = {
        "a.txt": lines,
        "wrapped.txt": b"The dam which the town had built\nheld overnight and nobody was\nhurt in it.\n\nIt rained until noon and then\nthe sun came out.\n",
        "a.txt.gz": gzip.compress(lines, mtime=0),
        "a.tsv": tsv,
        "q.tsv": tsv.replace(b"The dam held.", b'"The ""dam"" held."'),
        "a.csv": "".join(",".join(f'"{cell}"' for cell in row) + "\n" for row in (names, *rows)).encode(),
        "a.tsv.gz": gzip.compress(tsv, mtime=0),
        "a.jsonl": "".join(json.dumps(one) + "\n" for one in objects).encode(),
        "a.json": json.dumps(objects, indent=1).encode(),
        "columns.json": json.dumps({name: [row[k] for row in rows] for k, name in enumerate(names)}).encode(),
        "texts.json": json.dumps([row[0] for row in rows]).encode(),
        "set.jsonl": (json.dumps(test_set) + "\n" + json.dumps({**test_set, "doc_id": "en-de_#_news_#_a_#_2"}) + "\n").encode(),
        "wmt24pp.jsonl": (json.dumps(newest) + "\n" + json.dumps({**newest, "segment_id": 2, "is_bad_source": True}) + "\n").encode(),
        "a.sgm": f'<refset setid="s" srclang="any" trglang="en">\n<doc docid="d" sysid="r">\n<p>\n{segments}</p>\n</doc>\n</refset>\n'.encode(),
        "a.xml": (
            "<?xml version='1.0' encoding='utf-8'?>\n<dataset id='t'><doc id='d' origlang='en'>"
            + "".join(f"<{tag} lang='en'><p>{segments}</p></{tag.split()[0]}>" for tag in ("src", "ref translator='A'", "hyp system='x'"))
            + "</doc></dataset>\n"
        ).encode(),
        "a.srt": b"1\n00:00:01,000 --> 00:00:02,500\nThe <i>dam</i> held.\n\n2\n00:00:03,000 --> 00:00:04,000\nIt rained.\n",
        "a.vtt": b"WEBVTT\n\nNOTE x\n\n1\n00:01.000 --> 00:02.000 align:start\n<v Ann>The dam held.</v>\n\n00:03.000 --> 00:04.000\nIt rained.\n",
    }
    return files | _with_arrow(objects, tsv)


def _with_arrow(objects: Sequence[dict[str, str]], tsv: bytes) -> dict[str, bytes]:
    import pyarrow
    import pyarrow.parquet

    out = io.BytesIO()
    pyarrow.parquet.write_table(pyarrow.table({name: [one[name] for one in objects] for name in objects[0]}), out)
    return {"a.parquet": out.getvalue(), "a.tsv.zst": bytes(pyarrow.compress(tsv, codec="zstd", asbytes=True))}


YAML = b"""suite: small
description: a few
metrics: [bleu, chrf]
options: {resamples: 100, diagnose: "off", bleu: {tokenize: 13a}}
matrix: {bleu.tokenize: [13a, intl], chrf.word_order: [0, 2]}
sets:
  - name: one
    reference: ref.txt
    system_files: [a.txt, "b=b.txt"]
    metrics: [bleu]
  - {name: two, table: t.tsv, systems: ["*"]}
"""
ALIGNMENT = b"text\treference\thypothesis\tmoved\na\t1 2\t1\t\na\t3\t2\tyes\na\t\t3\t\n"
DOCUMENTS = b"d1\tnews\nd1\tnews\nd2\tchat\n"
HUMAN = b"system\tdocument\tsegment\tscore\trater\na\td\t1\t10\tann\na\td\t2\t90\tann\nb\td\t1\t70\tben\n"
MQM = (
    b"system\tdoc\tdoc_id\tseg_id\trater\tsource\ttarget\tcategory\tseverity\n"
    b"a\td\td\t1\tann\ts\tThe <v>dam</v> held.\tAccuracy/Omission\tMajor\na\td\td\t2\tann\ts\tIt rained.\tNo-error\tno-error\n"
)
CALIBRATION = json.dumps({"prior": 0.2, "threshold": 0.3, "diagnosis": "reader:x|weights:y|decision:z"}).encode()
SMALL = {"a.alignment.tsv": ALIGNMENT, "a.docs": DOCUMENTS, "a.human.tsv": HUMAN, "a.mqm.tsv": MQM, "a.calibration.json": CALIBRATION}
"""Files beside the texts, by name."""
