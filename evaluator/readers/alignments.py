"""Alignment files: a TSV that people can read, edit and hand back.

Columns: text (the system, or `reference 2`), reference and hypothesis (1-based numbers of
non-blank paragraphs, separated by spaces; empty for an insertion or omission), moved (yes or
empty). Further columns are for the eye and are ignored.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from evaluator.readers.source import decode, read_bytes
from evaluator.readers.text import split_lines
from evaluator.types import AlignedPair, EvaluatorError, TextAlignment

COLUMNS = ("text", "reference", "hypothesis", "moved")
SHOWN = 60
"""Characters of a paragraph's beginning that the file shows."""


@dataclass(frozen=True, slots=True)
class AlignmentFile:
    """An alignment file as read."""

    pairs: Mapping[str, list[AlignedPair]]
    """Beads by the text they belong to, in the order of the file."""
    sha256: str


def read_alignments(path: str) -> AlignmentFile:
    """The alignments of a file.

    Raises:
        EvaluatorError: a column is missing or a cell is not a list of numbers.
    """
    data = read_bytes(path)
    header, *rows = [[cell.strip() for cell in line.split("\t")] for line in split_lines(decode(data, path))]
    missing = [name for name in COLUMNS[:3] if name not in header]
    if missing:
        raise EvaluatorError(f"{path} has no column {missing[0]!r}; an alignment file has the columns {', '.join(COLUMNS)}, separated by tabs.")
    found: dict[str, list[AlignedPair]] = {}
    for number, row in enumerate(rows, 2):
        if not any(cell.strip() for cell in row):
            continue
        cells = dict(zip(header, [*row, *[""] * (len(header) - len(row))], strict=False))
        sides = [_numbers(cells[name], f"{path}, line {number}, column {name}") for name in ("reference", "hypothesis")]
        if not any(sides):
            raise EvaluatorError(f"{path}, line {number}: both reference and hypothesis are empty; name at least one paragraph.")
        found.setdefault(cells["text"], []).append(AlignedPair(sides[0], sides[1], cells.get("moved", "").strip().lower() == "yes"))
    if not found:
        raise EvaluatorError(f"{path} has a header and no rows.")
    return AlignmentFile(found, hashlib.sha256(data).hexdigest())


def _numbers(cell: str, where: str) -> tuple[int, ...]:
    numbers = cell.replace(",", " ").split()
    if not all(number.isdecimal() and len(number) < 9 and int(number) > 0 for number in numbers):
        raise EvaluatorError(f"{where}: {cell!r} is not a list of paragraph numbers counted from 1, separated by spaces.")
    return tuple(sorted(int(number) - 1 for number in numbers))


def alignment_text(alignments: Sequence[TextAlignment]) -> str:
    """The file for alignments: numbers to edit, and the beginnings of the paragraphs to edit by."""
    lines = ["\t".join((*COLUMNS, "probability", "reference_text", "hypothesis_text"))]
    for alignment in alignments:
        for pair in alignment.pairs:
            texts = [_shown(alignment.reference, pair.reference), _shown(alignment.hypothesis, pair.hypothesis)]
            moved = "yes" if pair.moved else ""
            lines.append("\t".join([alignment.name, _joined(pair.reference), _joined(pair.hypothesis), moved, f"{pair.score:.2f}", *texts]))
    return "\n".join(lines) + "\n"


def _joined(indices: Sequence[int]) -> str:
    return " ".join(str(i + 1) for i in indices)


def _shown(texts: Sequence[str], indices: Sequence[int]) -> str:
    words = (" ".join(texts[i].split()) for i in indices)
    return " + ".join(text if len(text) <= SHOWN else text[:SHOWN] + "…" for text in words)
