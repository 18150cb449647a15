"""What form a file has: its content decides, the ending only where the content could be either.

Forms with one clear meaning are read (`READ`); the rest is refused with what to do. A text file
in which markup is merely likely is read as text, and `check/markup.py` says so.
"""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

from evaluator.types import EvaluatorError

FORMS = {
    "text": "text, a paragraph per line, separated by blank lines, or wrapped",
    "sgml": "SGML of WMT and NIST with <seg> elements",
    "xml": "WMT's XML test set",
    "srt": "SubRip subtitles",
    "vtt": "WebVTT subtitles",
    "json": "JSON list of texts or of objects with a text field",
    "jsonl": "JSON Lines, each a text or an object with a text field",
}
_REFUSED = {
    "html": "is HTML; what of it is text to score is not clear. Give the text alone, one segment per line "
    "(pandoc -f html -t plain --wrap=none makes text of it).",
    "xliff": "is XLIFF, which holds source and target in states of work. Export the targets as text, one segment per line, or as a table with columns "
    "source, reference and hypothesis.",
    "tmx": "is TMX, which holds texts in several languages. Export one language as text, one segment per line.",
    "ttml": "is TTML. Convert it to .srt or .vtt, which are read cue by cue.",
    "markdown": "is Markdown; scores would count its marks. Give the text alone (pandoc -f markdown -t plain --wrap=none), "
    "or call it .txt if the marks belong to it.",
    "rtf": "is RTF, not text. Save it as plain text in UTF-8.",
    "zip": "is an Office document or another ZIP archive. Save a table as .csv or .parquet, a text as plain text in UTF-8.",
    "pdf": "is PDF, not text. Extract the text, one paragraph per line.",
    "parquet": "is Parquet; call it .parquet.",
    "gzip": "is packed with gzip; call it .gz.",
    "packed": "is packed; unpack it, or pack it with gzip and call it .gz.",
    "office": "is an Office document or another compound file. Save a table as .csv or .parquet, a text as plain text in UTF-8.",
    "other-xml": "is XML of a kind that is not read (its root is <{root}>). Give the text alone, one segment per line, or SGML or XML as WMT has it.",
}
_MAGIC = {
    b"PK\x03\x04": "zip", b"PK\x05\x06": "zip", b"%PDF-": "pdf", b"PAR1": "parquet", b"\x1f\x8b": "gzip", b"\xd0\xcf\x11\xe0": "office",
    b"\x28\xb5\x2f\xfd": "packed", b"\xfd7zXZ\x00": "packed", b"BZh91AY": "packed", b"7z\xbc\xaf\x27\x1c": "packed",
}  # fmt: skip
"""Bytes that files which are no text begin with."""
_SUBRIP = re.compile(r"\s*+(?:\d++[ \t]*+\r?\n)?[ \t]*+\d{1,3}:\d{1,2}:\d{1,2}[,.]\d{1,3}[ \t]*-->[ \t]*\d")
_ROOT = re.compile(r"<([A-Za-z][\w:.-]*)")
_PROLOGUE = re.compile(r"\s*(?:<\?xml[^>]*\?>|<!--.*?-->|<!DOCTYPE\s+([\w:.-]+)[^>\[]*(?:\[.*?\]\s*)?>|\s+)", re.DOTALL | re.IGNORECASE)
_SEGMENT = re.compile(r"<seg(?:\s[^<>]*)?>", re.IGNORECASE)
_BLOCKS = {"html", "head", "body", "p", "div", "ul", "ol", "table", "h1", "h2", "h3", "article", "section", "main", "span", "br", "meta", "title", "blockquote"}
_MARKDOWN = re.compile(
    r"(?m)^ {0,3}(?:#{1,6} \S|```|~~~|[-*+] \S|> |\|.*\|[ \t]*$)|\*\*\S[^*\n]*\*\*|\[[^\[\]\n]+\]\([^()\s]+\)|(?<!\w)[*_]\S[^*_\n]*[*_](?!\w)"
)


def form_of(text: str, path: str) -> str:
    """The form of a text, one of `FORMS`.

    Raises:
        EvaluatorError: a form that has no one clear meaning; the message says what to do.
    """
    start = text.lstrip("\ufeff \t\r\n")
    if start.startswith("WEBVTT") and (len(start) == 6 or start[6] in " \t\r\n"):
        return "vtt"
    if _SUBRIP.match(text):
        return "srt"
    if start.startswith("{\\rtf"):
        raise refusal("rtf", path)
    if start.startswith("%PDF-"):
        raise refusal("pdf", path)
    if start.startswith("<"):
        form = _tagged(start, path)
        if form is not None:
            return form
    if _SEGMENT.search(text[:20_000]) and len(_SEGMENT.findall(text)) >= 0.5 * sum(bool(line.strip()) for line in text.split("\n")):
        return "sgml"
    form = json_form(start, path)
    return form if form is not None else _named(text, path, ending_of(path))


def refuse_binary(data: bytes, path: str) -> None:
    """Refuse what its first bytes show to be no text, whatever its name.

    Raises:
        EvaluatorError: an archive, an Office document, PDF or Parquet.
    """
    for magic, kind in _MAGIC.items():
        if data.startswith(magic):
            raise refusal(kind, path)


def _named(text: str, path: str, ending: str) -> str:
    """The form where the content is plain: an ending that promises another one must be right."""
    if ending in (".srt", ".vtt"):
        raise EvaluatorError(f"{path} is no {FORMS['srt' if ending == '.srt' else 'vtt']}: {_first_line(text)} is neither a cue's timing nor its header.")
    if ending in (".sgm", ".sgml"):
        raise EvaluatorError(f"{path} is no {FORMS['sgml']}: it has no <seg>. Call it .txt if it is plain text.")
    if ending in (".json", ".jsonl"):
        raise EvaluatorError(f"{path} is not JSON: it begins with {_first_line(text)}. Call it .txt if it is plain text.")
    if ending in (".html", ".htm", ".xhtml"):
        raise refusal("html", path)
    if ending in (".xlf", ".xliff"):
        raise refusal("xliff", path)
    if ending in (".md", ".markdown") and _MARKDOWN.search(text):
        raise refusal("markdown", path)
    return "text"


def refusal(kind: str, path: str, root: str = "") -> EvaluatorError:
    """The error for a form that is not read."""
    return EvaluatorError(f"{path} {_REFUSED[kind].format(root=root)}")


def ending_of(path: str) -> str:
    """The ending in lower case, without `.gz`."""
    return Path(path.lower().removesuffix(".gz")).suffix


def _first_line(text: str) -> str:
    return repr(text.strip().split("\n")[0][:40])


def _tagged(start: str, path: str) -> str | None:
    """The form of what begins with `<`; None where that is no tag, as in `<3 this`."""
    at, doctype = 0, ""
    while (match := _PROLOGUE.match(start, at)) and match.end() > at:
        doctype = doctype or (match[1] or "").lower()
        at = match.end()
    root = _ROOT.match(start, at)
    name = (root[1] if root else doctype).lower().rpartition(":")[2]
    simple = {"xliff": "xliff", "tmx": "tmx", "tt": "ttml"}
    if doctype == "html" or name == "html":
        raise refusal("html", path)
    if name in simple:
        raise refusal(simple[name], path)
    if name in ("refset", "srcset", "tstset", "mteval", "dataset", "collection", "doc", "seg", "hl"):
        return "xml" if re.search(r"<(?:ref|hyp|src)[\s>]", start) else "sgml" if _SEGMENT.search(start) else _other_xml(name, path)
    declared = start.startswith("<?xml") or doctype
    if root and declared:
        return "sgml" if _SEGMENT.search(start) else _other_xml(name, path)
    if name in _BLOCKS and start.rstrip().endswith(">"):
        raise refusal("html", path)
    if root and _SEGMENT.search(start) is None and _has_elements(start):
        return _other_xml(name, path)
    return None


def _has_elements(text: str) -> bool:
    """True for well-formed XML with elements in its root; a line in <b></b> is text with a tag."""
    try:
        return len(ElementTree.fromstring(text)) > 0
    except (ElementTree.ParseError, ValueError):
        return False


def _other_xml(root: str, path: str) -> str:
    raise refusal("other-xml", path, root or "?")


def json_form(start: str, path: str) -> str | None:
    """`json` or `jsonl` where the text is that; None where it is text that begins with a bracket or quotation mark.

    Raises:
        EvaluatorError: it begins like JSON, or is called so, and is not.
    """
    ending = ending_of(path)
    named = ending in (".json", ".jsonl")
    if start[:1] not in ("{", "[", *(('"',) if named else ())):
        return None
    first, _, rest = start.partition("\n")
    if rest.strip() and first.strip() not in ("[", "{") and _json_error(first) is None:
        return "jsonl" if named or first[0] == "{" else None
    if ending == ".jsonl" and start[0] == "{" and (not rest.strip() or rest.lstrip()[:1] == "{"):
        return "jsonl"  # its reader says which line is wrong
    error = _json_error(start)
    if error is None and start[0] == '"':
        return "jsonl"  # one text alone
    if error is None:
        return "json" if named or len(start.rstrip()) > 2 else None
    if named or re.match(r'[{]\s*"[^"\n]*"\s*:|\[\s*[{]\s*"', start):
        raise EvaluatorError(f"{path} begins like JSON and is not: {error}")
    return None


def _json_error(text: str) -> str | None:
    try:
        json.loads(text)
    except (ValueError, RecursionError) as error:
        return f"{error}."
    return None
