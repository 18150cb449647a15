"""What the script of `report.html` reads: columns of whole numbers, and texts in compressed blocks.

A column is packed as planes of bytes (all low bytes, then all next ones), deflated and written in
base64; a block is JSON of some segments with the rows of all systems, packed the same way. Texts
go through `printable` first. Only `<script type="text/plain">` elements hold them, and base64 has no
character that a browser could take for markup.
"""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from json.encoder import encode_basestring
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evaluator.reports.marks import SEVERITIES, Piece
from evaluator.reports.paragraphs import Builder
from evaluator.reports.safe import printable

BLOCK_CHARACTERS = 120_000
"""A block is closed when it holds so many: small enough to be unpacked while someone scrolls."""
MAX_THOROUGH = 100_000
"""Segments up to which blocks are packed as small as they get; of more, in a third of the time and an eighth larger."""
AT_ONCE = 512
"""Segments whose texts are looked at together."""
MOST_CATEGORIES = 31
"""Categories with a bit of their own in a row's mask; further ones share the last."""
MISSING = {1: 0xFF, 2: 0xFFFF, 4: 0xFFFFFFFF}
"""Stands for an undefined number in a column of so many bytes."""

_TEXT = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
_quoted = encode_basestring
"""One text as `_TEXT` writes it."""

Keys = Sequence[tuple[tuple[str, int], list[int]]]


class Packed(NamedTuple):
    """The data of a page."""

    head: str
    """JSON with nothing in it that ends a script element."""
    columns: list[str]
    blocks: list[str]


class Numbers(NamedTuple):
    """One column in the making; a value is `(number + offset) / scale`."""

    name: str
    values: NDArray[np.int64]
    """-1 is undefined; with `delta` in the facts they are differences to the row before, modulo that number."""
    facts: dict[str, Any]


def pack(builder: Builder, keys: Keys) -> Packed:
    """The data of a run.

    Args:
        builder: the run.
        keys: (document, segment) in reading order, each with its rows.
    """
    numbers = list(_numbers(builder, keys))
    widths = [_width(one.values) for one in numbers]
    first_keys, texts = _blocks(builder, keys)
    with ThreadPoolExecutor(2) as pool:  # zlib works without the interpreter's lock
        columns = list(pool.map(lambda pair: _deflated(_planes(pair[0].values, pair[1])), zip(numbers, widths, strict=True)))
        level = 6 if len(keys) <= MAX_THOROUGH else 2
        blocks = list(pool.map(lambda text: _deflated(text, level), texts))
    head = {
        "rows": len(builder.columns["system"]),
        "columns": [
            {"name": one.name, "bytes": width, "missing": MISSING[4 if "delta" in one.facts else width], **one.facts}
            for one, width in zip(numbers, widths, strict=True)
        ],
        "systems": [printable(name) for name in dict.fromkeys(builder.columns["system"])],
        "documents": [printable(name) for name in dict.fromkeys(key[0] for key, _ in keys)],
        "alignments": list(dict.fromkeys(builder.columns["alignment"])),
        "categories": [printable(name) for name in builder.categories()],
        "meanings": dict(builder.meanings),
        "references": 1 + sum(name.startswith("reference_") for name in builder.columns),
        "blocks": first_keys,
    }
    return Packed(inert(head), columns, blocks)


def inert(value: object) -> str:
    """JSON that a script element can hold: no `<`, `>`, `&`, and no line separators."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def _numbers(builder: Builder, keys: Keys) -> Iterator[Numbers]:
    """The columns: by row first, then by segment."""
    columns, n = builder.columns, len(builder.columns["system"])
    of_row = np.zeros(n, dtype=np.int64)
    for i, (_, rows) in enumerate(keys):
        of_row[rows] = i
    yield Numbers("key", np.diff(of_row, prepend=0) % len(keys), {"delta": len(keys)})
    yield Numbers("system", builder.systems, {})
    yield Numbers("alignment", _places(columns["alignment"]), {})
    for metric in builder.metrics:
        scale, digits = (10_000, 4) if metric.unit_scale else (100, 2)
        yield _scores(metric.name, columns[metric.name], scale, {"title": metric.title, "digits": digits, "up": metric.higher_is_better})
    if any(risk is not None for risk in columns["risk"]):
        yield _scores("risk", columns["risk"], 1000, {"title": "risk", "digits": 3, "up": False})
        known = {name: i for i, name in enumerate(("none", *SEVERITIES))}
        yield Numbers("severity", np.array([known.get(name, -1) for name in columns["severity"]], dtype=np.int64), {})
        yield Numbers("flagged", np.array([-1 if flag is None else int(flag) for flag in columns["flagged"]], dtype=np.int64), {})
        bits = {name: 1 << min(i, MOST_CATEGORIES - 1) for i, name in enumerate(builder.categories())}
        masks = [sum({bits[f["category"]] for f in builder.findings(k)}) for k in range(n)]
        yield Numbers("categories", np.array(masks, dtype=np.int64), {})
    yield Numbers("length", np.array([len(text) for text in columns["hypothesis"]], dtype=np.int64), {})
    documents = {name: i for i, name in enumerate(dict.fromkeys(key[0] for key, _ in keys))}
    yield Numbers("document", np.array([documents[key[0]] for key, _ in keys], dtype=np.int64), {"by": "key"})
    yield Numbers("segment", np.array([key[1] for key, _ in keys], dtype=np.int64), {"by": "key"})


def _scores(name: str, values: Sequence[float | None], scale: int, facts: dict[str, Any]) -> Numbers:
    numbers = np.array([np.nan if value is None else value for value in values], dtype=np.float64)
    known = ~np.isnan(numbers)
    least = min(0.0, float(numbers[known].min(initial=0)))
    span = max(0.0, float(numbers[known].max(initial=0))) - least
    fitting = float(scale)
    while span * fitting >= MISSING[4] - 1:  # of scores in the millions, which only imported ones reach, the last digits go
        fitting /= 10
        facts = {**facts, "digits": max(0, facts["digits"] - 1)}
    offset = round(least * fitting)
    whole = np.full(len(values), -1, dtype=np.int64)
    whole[known] = np.rint(numbers[known] * fitting).astype(np.int64) - offset
    return Numbers(name, whole, {**facts, "scale": int(fitting) if fitting >= 1 else fitting, "offset": offset})


def _places(names: Sequence[str]) -> NDArray[np.int64]:
    known = {name: i for i, name in enumerate(dict.fromkeys(names))}
    return np.array([known[name] for name in names], dtype=np.int64)


def _width(values: NDArray[np.int64]) -> int:
    top = int(values.max(initial=0))
    return next(width for width, missing in MISSING.items() if top < missing)


def _planes(values: NDArray[np.int64], width: int) -> bytes:
    whole = np.where(values < 0, MISSING[width], values).astype(f"<u{width}")
    return whole.view(np.uint8).reshape(-1, width).T.tobytes()


def _deflated(data: bytes, level: int = 6) -> str:
    return base64.b64encode(zlib.compress(data, level)).decode()


def _blocks(builder: Builder, keys: Keys) -> tuple[list[int], list[bytes]]:
    """The first segment of each block, and the block as JSON: a list of [source, references, rows]."""
    first, texts, held, size = [0], [], [], 0
    further = [name for name in builder.columns if name.startswith("reference_")]
    for i, entry in enumerate(_entries(builder, keys, further)):
        held.append(entry)
        size += len(entry)
        if size >= BLOCK_CHARACTERS and i + 1 < len(keys):
            texts.append(_joined(held))
            first.append(i + 1)
            held, size = [], 0
    texts.append(_joined(held))
    return first, texts


def _joined(entries: Sequence[str]) -> bytes:
    return f"[{','.join(entries)}]".encode()


def _entries(builder: Builder, keys: Keys, further: Sequence[str]) -> Iterator[str]:
    """The entry of each segment; where one system's rows have texts alone, many at a time."""
    alone = not builder.several and not further and not builder.categories() and not any(builder.columns["reason"])
    for start in range(0, len(keys), AT_ONCE):
        some = keys[start : start + AT_ONCE]
        made = _plain_entries(builder, some) if alone and all(len(rows) == 1 for _, rows in some) else []
        yield from made or (_entry(builder, rows, further) for _, rows in some)


def _plain_entries(builder: Builder, keys: Keys) -> list[str]:
    """Entries of one row each, as `_entry` has them; none where one holds a character that is replaced."""
    at = [rows[0] for _, rows in keys]
    sources, references, hypotheses = (map(_quoted, [builder.columns[name][k] or "" for k in at]) for name in ("source", "reference", "hypothesis"))
    made = [f"[{source},[{reference}],[[{k},{hypothesis}]]]" for k, source, reference, hypothesis in zip(at, sources, references, hypotheses, strict=True)]
    text = "".join(made)
    return made if text.isprintable() and "\\" not in text.replace('\\"', "") else []


def _entry(builder: Builder, rows: Sequence[int], further: Sequence[str]) -> str:
    columns = builder.columns
    spine = next((k for k in rows if columns["reference"][k]), rows[0])
    source, references = columns["source"][spine] or "", [columns["reference"][spine], *(columns[name][spine] for name in further)]
    if any(columns["reason"][k] or builder.findings(k) for k in rows):
        return _TEXT.encode(_printable([source, references, [_row(builder, k, spine) for k in rows]]))
    # Nearly all rows of a long run: texts alone. An encoder for each of them would take longer than the rest of the page.
    own = ",".join([f"[{k},{_quoted(columns['hypothesis'][k])}]" for k in rows])
    text = f"[{_quoted(source)},[{','.join(map(_quoted, references))}],[{own}]]"
    plain = "\\" not in text or "\\" not in text.replace('\\"', "")  # escaped quotation marks are as they should be
    return text if plain and printable(text) == text else _TEXT.encode(_printable([source, references, [_row(builder, k, spine) for k in rows]]))


def _printable(value: Any) -> Any:
    if isinstance(value, str):
        return printable(value)
    return [_printable(one) for one in value] if isinstance(value, list) else value


def _row(builder: Builder, k: int, spine: int) -> list[Any]:
    """[row, hypothesis, reason, findings, marks on the reference, marks on the hypothesis]; what is empty at the end is left out."""
    columns = builder.columns
    out: list[Any] = [k, columns["hypothesis"][k]]
    if builder.findings(k) or columns["reason"][k]:
        reference, hypothesis = builder.pieces(k)
        same = columns["reference"][k] == columns["reference"][spine]
        out += [columns["reason"][k] or "", builder.told(k), spans(reference) if same else [], spans(hypothesis)]
    return out


def spans(pieces: Sequence[Piece]) -> list[list[Any]]:
    """[start, end, severity, words] of each mark, in UTF-16 units as browsers count."""
    out, at = [], 0
    for piece in pieces:
        end = at + len(piece.text.encode("utf-16-le", "surrogatepass")) // 2
        if piece.severity:
            out.append([at, end, 1 + SEVERITIES.index(piece.severity), piece.told])
        at = end
    return out
