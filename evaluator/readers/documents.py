"""Which document and domain each segment belongs to, for texts that are no table."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace

from evaluator.readers.source import decode, read_bytes
from evaluator.readers.text import check_encodable, split_lines
from evaluator.types import EvalSet, EvaluatorError, Inputs, SegmentPair, System


@dataclass(frozen=True, slots=True)
class DocumentLabels:
    """One document and domain a segment, as read."""

    path: str
    documents: tuple[str, ...]
    domains: tuple[str, ...]
    """Empty texts where the file has none."""
    sha256: str


def read_documents(where: str | os.PathLike[str] | Sequence[str]) -> DocumentLabels:
    """The document of each segment, from a list or a file.

    A file has one line per segment: document, and after a tab its domain; additional cells are ignored. A file called `.docs` is
    mt-metrics-eval's, domain before document. Blank lines are kept: they may stand where all texts have one.

    Raises:
        EvaluatorError: a line without a document, or an element that is not text.
    """
    if not isinstance(where, (str, os.PathLike)):
        return _listed(list(where))
    path = os.fspath(where)
    data = read_bytes(path)
    swapped = path.removesuffix(".gz").endswith(".docs")
    documents, domains = [], []
    for number, line in enumerate(split_lines(decode(data, path)), 1):
        cells = line.split() if swapped else line.split("\t")
        if not line.strip():
            cells = ["", ""]
        elif (swapped and len(cells) < 2) or not cells[0].strip():
            expected = "domain and document" if swapped else "the name of a document"
            raise EvaluatorError(f"{path}, line {number}: {line[:40]!r} instead of {expected}; each segment needs a line.")
        domain, document = (cells[0], cells[1]) if swapped else (cells[1] if len(cells) > 1 else "", cells[0])
        documents.append(document)
        domains.append(domain)
    return DocumentLabels(path, tuple(documents), tuple(domains), hashlib.sha256(data).hexdigest())


def _listed(documents: Sequence[object]) -> DocumentLabels:
    texts = []
    for i, name in enumerate(documents):
        if not isinstance(name, str) or not name.strip():
            raise EvaluatorError(f"documents[{i}] is {name!r} instead of the name of a document; each segment needs one.")
        check_encodable(name, f"documents[{i}]")
        texts.append(str(name))
    return DocumentLabels("documents", tuple(texts), ("",) * len(texts), hashlib.sha256("\n".join(texts).encode()).hexdigest())


def without_separators(labels: DocumentLabels, inputs: Inputs, n_segments: int) -> DocumentLabels:
    """The labels of segments alone, without the lines at which every text is blank or the labels themselves separate documents.

    Raises:
        EvaluatorError: a segment's line is blank.
    """
    lines = range(len(labels.documents))
    texts = [one.lines for one in (*inputs.references, *inputs.systems.values()) if len(one.lines) == len(lines)]
    kept = [i for i in lines if any(text[i].strip() for text in texts)]
    if not texts or len(kept) != n_segments:
        kept = [i for i in lines if labels.documents[i].strip()]
    if len(kept) != n_segments:
        kept = list(lines)
    for i in kept:
        if not labels.documents[i].strip():
            raise EvaluatorError(f"{labels.path}, line {i + 1}: '' instead of the name of a document; each segment needs a line.")
    return replace(labels, documents=tuple(labels.documents[i] for i in kept), domains=tuple(labels.domains[i] for i in kept))


def label_documents(evalset: EvalSet, labels: DocumentLabels) -> EvalSet:
    """The same systems with documents, domains and the numbers of segments within documents.

    Raises:
        EvaluatorError: another number of lines than of segments.
    """
    n = sum(not pair.inserted for pair in evalset.systems[0].pairs)
    if len(labels.documents) != n:
        raise EvaluatorError(f"{labels.path} has {len(labels.documents)} lines, the reference has {n} segments; each segment needs the line of its document.")
    counts: dict[str, int] = {}
    numbers = []
    for document in labels.documents:
        counts[document] = counts.get(document, 0) + 1
        numbers.append(counts[document])
    return replace(evalset, systems=tuple(System(system.name, tuple(_labelled(system.pairs, labels, numbers))) for system in evalset.systems))


def as_read(evalset: EvalSet, inputs: Inputs, *, labelled: bool) -> EvalSet:
    """The set with how its files were read: notes, the unit of a segment and, with `labelled`, the documents that the files name."""
    evalset = replace(evalset, notes=(*inputs.notes, *evalset.notes), unit=inputs.unit or _unit_of(evalset, inputs))
    n = sum(not pair.inserted for pair in evalset.systems[0].pairs)
    if not labelled or len(inputs.documents) != n:
        return evalset
    domains = inputs.domains or ("",) * n
    return label_documents(evalset, DocumentLabels(inputs.references[0].name, inputs.documents, domains, ""))


def _unit_of(evalset: EvalSet, inputs: Inputs) -> str:
    """What a segment of plain texts is: line where lines were paired by number, else paragraph."""
    aligned = any(pair.alignment not in ("1-1", "1-0") for system in evalset.systems for pair in system.pairs)
    return "paragraph" if aligned or inputs.references[0].wrapped else "line"


def _labelled(pairs: Sequence[SegmentPair], labels: DocumentLabels, numbers: Sequence[int]) -> list[SegmentPair]:
    """An inserted paragraph belongs to the document of the segment that it follows, and of the first when it is first."""
    out = []
    at = -1
    for pair in pairs:
        at += not pair.inserted
        place = max(at, 0)
        out.append(replace(pair, document=labels.documents[place], domain=labels.domains[place], segment=numbers[place] if at >= 0 else 0))
    return out
