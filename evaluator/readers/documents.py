"""Which document and domain each segment belongs to, for texts that are no table."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

from evaluator.readers.source import decode, read_bytes
from evaluator.readers.text import split_lines
from evaluator.types import EvalSet, EvaluatorError, SegmentPair, System


@dataclass(frozen=True, slots=True)
class DocumentLabels:
    """One document and domain a segment, as read."""

    path: str
    documents: tuple[str, ...]
    domains: tuple[str, ...]
    """Empty texts where the file has none."""
    sha256: str


def read_documents(path: str) -> DocumentLabels:
    """A file with a line a segment: document, and after a tab its domain; further cells are ignored.

    A file called `.docs` is mt-metrics-eval's, domain before document.

    Raises:
        EvaluatorError: a line without a document.
    """
    data = read_bytes(path)
    swapped = path.removesuffix(".gz").endswith(".docs")
    documents, domains = [], []
    for number, line in enumerate(split_lines(decode(data, path)), 1):
        cells = line.split() if swapped else line.split("\t")
        if (swapped and len(cells) < 2) or not cells or not cells[0].strip():
            expected = "domain and document" if swapped else "the name of a document"
            raise EvaluatorError(f"{path}, line {number}: {line[:40]!r} instead of {expected}; each segment needs a line.")
        domain, document = (cells[0], cells[1]) if swapped else (cells[1] if len(cells) > 1 else "", cells[0])
        documents.append(document)
        domains.append(domain)
    return DocumentLabels(path, tuple(documents), tuple(domains), hashlib.sha256(data).hexdigest())


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


def _labelled(pairs: Sequence[SegmentPair], labels: DocumentLabels, numbers: Sequence[int]) -> list[SegmentPair]:
    """An inserted paragraph belongs to the document of the segment that it follows, and of the first when it is first."""
    out = []
    at = -1
    for pair in pairs:
        at += not pair.inserted
        place = max(at, 0)
        out.append(replace(pair, document=labels.documents[place], domain=labels.domains[place], segment=numbers[place] if at >= 0 else 0))
    return out
