"""SGML as WMT and NIST have it: <seg> elements in <doc>s of a refset, srcset or tstset, under any file name.

No parser of a library reads it: it is no XML (tags in capitals, bare `&` and `<` in texts, no
declaration), and sacreBLEU's own reader takes lines that begin with `<seg ` and leaves entities in
them. Segments may span lines or share one here; the five entities of XML and numbered ones are
read as the characters that they stand for, as mteval-v13a does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from evaluator.readers.streams import OWN, TextFile
from evaluator.types import EvaluatorError

_TAG = re.compile(  # possessive, and no value that two alternatives match: a tag that does not end would take time without end
    r"<(/?)(refset|srcset|tstset|doc|seg)\b((?:\s++[\w:.-]++\s*+=\s*+(?:\"[^\"]*+\"|'[^']*+'|[^\s>\"'][^\s>]*+))*+)\s*+(/?)>", re.IGNORECASE
)
_ATTRIBUTE = re.compile(r"([\w:.-]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s>]+))")
_ENTITY = re.compile(r"&(amp|lt|gt|quot|apos|#(\d{1,7})|#[xX]([0-9a-fA-F]{1,6}));")
_NAMED = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}
_INNER = re.compile(r"</?(?:hl|p|hi|b|i)>", re.IGNORECASE)


class Segment(NamedTuple):
    """One <seg>."""

    whose: str
    """System or reference of its document or set; empty where neither says it."""
    document: str
    number: str
    text: str


def read_sgml(path: str, text: str, sha256: str) -> TextFile:
    """The segments by document; several references or systems in one file are streams by name.

    Raises:
        EvaluatorError: a segment that does not end, is there twice, or that not every reference has.
    """
    by_name: dict[str, dict[tuple[str, str], str]] = {}
    for segment in _segments(path, text):
        own = by_name.setdefault(segment.whose, {})
        if (segment.document, segment.number) in own:
            raise EvaluatorError(f"{path}: segment {segment.number} of document {segment.document!r} is there twice.")
        own[segment.document, segment.number] = segment.text
    if not by_name:
        raise EvaluatorError(f"{path} has no <seg> with text.")
    keys = list(dict.fromkeys(key for own in by_name.values() for key in own))
    streams = {name if len(by_name) > 1 else OWN: [own.get(key) for key in keys] for name, own in by_name.items()}
    documents = [document for document, _ in keys] if any(document for document, _ in keys) else []
    return TextFile(path, "sgml", "segment", sha256, streams, ["\t".join(key) for key in keys], documents)


def _segments(path: str, text: str) -> Iterator[Segment]:
    whole: dict[str, str] = {}
    document: dict[str, str] = {}
    n_documents = count = 0
    start: re.Match[str] | None = None
    for tag in _TAG.finditer(text):
        closing, name, attributes = bool(tag[1]), tag[2].lower(), {m[1].lower(): m[2] or m[3] or m[4] or "" for m in _ATTRIBUTE.finditer(tag[3])}
        if name != "seg" and start is not None:
            raise EvaluatorError(f"{path}, line {_line(text, start)}: the <seg> does not end before the next <{'/' * closing}{name}>.")
        if name in ("refset", "srcset", "tstset"):
            whole = {} if closing else attributes
        elif name == "doc":
            document = {} if closing else attributes
            n_documents += not closing
            count = 0
        elif not closing and start is not None:
            raise EvaluatorError(f"{path}, line {_line(text, start)}: the <seg> does not end before the next one.")
        elif not closing:
            count += 1
            number = attributes.get("id", str(count))
            start = None if tag[4] else tag
            if tag[4]:
                yield Segment(_whose(document, whole), document.get("docid", ""), number, "")
        elif start is not None:
            yield Segment(_whose(document, whole), document.get("docid", str(n_documents or "")), number, clean(text[start.end() : tag.start()]))
            start = None
    if start is not None:
        raise EvaluatorError(f"{path}, line {_line(text, start)}: the <seg> does not end.")


def _whose(document: dict[str, str], whole: dict[str, str]) -> str:
    return document.get("sysid") or document.get("refid") or whole.get("refid") or whole.get("sysid") or ""


def _line(text: str, tag: re.Match[str]) -> int:
    return text.count("\n", 0, tag.start()) + 1


def clean(text: str) -> str:
    """A segment's text on one line, entities read."""
    return _ENTITY.sub(_character, " ".join(_INNER.sub("", text).split()) if "\n" in text else _INNER.sub("", text).strip())


def _character(entity: re.Match[str]) -> str:
    code = int(entity[2]) if entity[2] else int(entity[3], 16) if entity[3] else -1
    if code < 0:
        return _NAMED[entity[1]]
    return chr(code) if 0 < code < 0x110000 and not 0xD800 <= code < 0xE000 else entity[0]
