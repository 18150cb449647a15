"""WMT's XML test sets: sources, references by translator, and hypotheses by system, as a table."""

from __future__ import annotations

import hashlib
import xml.etree.ElementTree as ElementTree
from collections.abc import Mapping

from evaluator.readers.source import read_bytes
from evaluator.readers.tables import TextTable
from evaluator.readers.text import check_encodable
from evaluator.types import EvaluatorError

Segments = Mapping[str, str]
"""Texts by the id of their segment."""


def read_wmt_xml(path: str) -> TextTable:
    """A row per system and segment; the first translator of the file is the reference, the others follow.

    Raises:
        EvaluatorError: not XML, no document, no reference or no hypothesis, or segments that do not belong together.
    """
    data = read_bytes(path)
    try:
        root = ElementTree.fromstring(data)
    except ElementTree.ParseError as error:
        raise EvaluatorError(f"{path} is not XML: {error}.") from None
    except (LookupError, ValueError) as error:  # an encoding that expat does not read
        raise EvaluatorError(f"{path} is not XML that can be read: {error}. Write it in UTF-8.") from None
    documents = list(root.iter("doc"))
    if not documents:
        raise EvaluatorError(f"{path} has no <doc>; it must be a WMT test set with src, ref and hyp in each doc.")
    translators = list(dict.fromkeys(_name(one, "translator") for document in documents for one in document.iter("ref")))
    systems = list(dict.fromkeys(_name(one, "system") for document in documents for one in document.iter("hyp")))
    for found, what in ((translators, "reference (<ref>)"), (systems, "system's output (<hyp>)")):
        if not found:
            raise EvaluatorError(f"{path} has no {what}; take a file that holds references and systems, or give text files.")
    names = ["system", "document", "domain", "source", "reference", *(f"reference_{k}" for k in range(2, len(translators) + 1)), "hypothesis"]
    columns: dict[str, list[str]] = {name: [] for name in names}
    for system in systems:
        for number, document in enumerate(documents, 1):
            _add(path, columns, document, document.get("id") or f"doc{number}", system, translators)
    if not any(columns["domain"]):
        del columns["domain"]
    return TextTable(path, hashlib.sha256(data).hexdigest(), columns, 1)


def _name(element: ElementTree.Element, attribute: str) -> str:
    return element.get(attribute) or "A"


def _add(path: str, columns: Mapping[str, list[str]], document: ElementTree.Element, name: str, system: str, translators: list[str]) -> None:
    sources = _segments(path, name, next(iter(document.iter("src")), None))
    references = [_segments(path, name, _of(path, name, document, "ref", "translator", one)) for one in translators]
    hypotheses = _segments(path, name, _of(path, name, document, "hyp", "system", system))
    spine = sources or references[0]
    for texts, whose in ((references[0], f"the reference {translators[0]}"), (hypotheses, f"the system {system}")):
        wrong = sorted({*texts} ^ {*spine})
        if wrong:
            raise EvaluatorError(
                f"{path}, document {name}: {whose} has {len(texts)} segments, there must be {len(spine)}; the first that differs is {wrong[0]!r}."
            )
    for segment in spine:
        row = {"system": system, "document": name, "domain": document.get("domain") or "", "source": sources.get(segment, "")}
        row |= {("reference" if k == 0 else f"reference_{k + 1}"): texts.get(segment, "") for k, texts in enumerate(references)}
        row["hypothesis"] = hypotheses[segment]
        for column, values in columns.items():
            values.append(row[column])


def _of(path: str, name: str, document: ElementTree.Element, tag: str, attribute: str, value: str) -> ElementTree.Element | None:
    own = [one for one in document.iter(tag) if _name(one, attribute) == value]
    if len(own) > 1:
        raise EvaluatorError(f"{path}, document {name}: there are {len(own)} <{tag}> of the {attribute} {value!r}; leave one.")
    return own[0] if own else None


def _segments(path: str, document: str, element: ElementTree.Element | None) -> Segments:
    found: dict[str, str] = {}
    for number, segment in enumerate(element.iter("seg") if element is not None else (), 1):
        name = segment.get("id") or str(number)
        if name in found:
            raise EvaluatorError(f"{path}, document {document}: the segment {name} is there twice.")
        found[name] = "".join(segment.itertext()).strip()
        check_encodable(found[name], f"{path}, document {document}, segment {name}")
    return found
