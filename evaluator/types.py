"""The values that travel between rooms: frozen, slotted, without behaviour but to show themselves in a notebook.

Nothing here reads files, computes or prints. Read `pipeline.py` next: it shows in which order these values are made.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from evaluator.cells import html_table, html_text

if TYPE_CHECKING:  # `evaluator --help` does without NumPy
    import numpy as np
    from numpy.typing import NDArray

    from evaluator.run_json import Manifest

FloatArray: TypeAlias = "NDArray[np.float64]"
"""Statistics and scores, always float64."""

Advance = Callable[[int], None]
"""Called with the number of units of work just done."""


class EvaluatorError(ValueError):
    """Bad input: one message that says what, where, both numbers and the fix.

    The command line prints the message and exits with 2; nothing has been written.
    """


class SeveralErrors(EvaluatorError):
    """Many mistakes at once, a line each under a heading."""

    def __init__(self, heading: str, lines: Sequence[str]) -> None:
        super().__init__(heading + "\n" + "\n".join(lines))
        self.lines = (heading, *(part for line in lines for part in line.split("\n")))


@dataclass(frozen=True, slots=True)
class Document:
    """One text as it was read, in both readings: lines and paragraphs."""

    name: str
    """How messages call it: the path as given, or `systems['nmt']` for texts in memory."""
    lines: tuple[str, ...]
    """The text split at line feeds; a final line feed ends the last line."""
    paragraphs: tuple[str, ...]
    """The text as paragraphs, never blank: lines, or blocks of wrapped lines joined."""
    wrapped: bool
    """True when `paragraphs` joins wrapped lines, so that lines are not paragraphs."""
    sha256: str
    """Hex digest of the bytes read (of the lines in UTF-8 for texts in memory)."""
    segmented: bool = False
    """True where one element of `lines` is one segment, never a wrapped line: lists in memory and forms that mark segments."""
    missing: tuple[int, ...] = ()
    """0-based lines that the file does not have at all, which is another thing than an empty one."""


@dataclass(frozen=True, slots=True)
class Inputs:
    """Everything the user handed in, read but not yet paired."""

    references: tuple[Document, ...]
    """The first is the spine that the others are aligned to."""
    systems: Mapping[str, Document]
    source: Document | None = None
    unit: str = ""
    """What a segment is where the files mark segments: cue, paragraph, document, segment; empty for lines of text."""
    documents: tuple[str, ...] = ()
    """The document of each line of the first reference, where the files say it."""
    domains: tuple[str, ...] = ()
    """Likewise its domain."""
    notes: tuple[str, ...] = ()
    """How files were read and what was left out."""
    files: tuple[InputFile, ...] = ()
    """One per file read; a file may hold several references and the source."""


@dataclass(frozen=True, slots=True)
class AlignedPair:
    """A bead: reference and hypothesis paragraphs that say the same, by 0-based number."""

    reference: tuple[int, ...]
    hypothesis: tuple[int, ...]
    moved: bool = False
    """True when the bead is out of the order of those around it."""
    score: float = field(default=1.0, compare=False)
    """Probability that this is exactly the right bead; 1 where lines were paired by number."""


def is_inserted(alignment: str) -> bool:
    """True for the `alignment` of a paragraph that no reference paragraph accounts for: such a row is read and not scored."""
    return alignment.startswith("0-")


@dataclass(frozen=True, slots=True)
class SegmentPair:
    """One row of `segments.csv` before it is scored."""

    document: str
    segment: int
    """1-based number of the reference paragraph in its document; for an inserted
    paragraph the number of the one it follows (0 before the first)."""
    alignment: str
    """`n-m`, the counts of reference and hypothesis paragraphs in the bead."""
    references: tuple[str | None, ...]
    """One text a reference; None where a further reference has nothing for it."""
    hypothesis: str
    source: str = ""
    domain: str = ""
    """Of the document, where the input says it."""

    @property
    def inserted(self) -> bool:
        """True for a paragraph that no reference paragraph accounts for."""
        return is_inserted(self.alignment)


@dataclass(frozen=True, slots=True)
class UnmatchedText:
    """Text at the start or end of a matched paragraph that the other side does not have."""

    system: str
    segment: int
    """1-based."""
    side: str
    """`hypothesis` or `reference`."""
    start: int
    end: int
    """Half-open character offsets into that side's text."""
    text: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One difference between a paragraph and its reference, with its place."""

    category: str
    """MQM, such as `accuracy/omission`."""
    severity: str
    """minor, major or critical."""
    side: str
    """`hypothesis` or `reference`: the text that `start` and `end` count in."""
    start: int | None
    end: int | None
    """Half-open character offsets; None where a finding has no place."""
    text: str
    counterpart: str
    """The other side's words, or nothing."""
    detector: str
    message: str


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What is said of one paragraph pair."""

    fidelity: float
    """0-100, how much of the reference's meaning survives; made to rank versions of one paragraph. NaN where rules judge, without the reader."""
    risk: float
    """0-1, probability of at least one major or critical error of meaning."""
    severity: str
    """The worst finding: none, minor, major or critical."""
    flagged: bool
    """Whether `risk` reaches the threshold."""
    findings: tuple[Finding, ...]
    reason: str = ""
    """One line for a person; empty where nothing was found."""

    def _repr_html_(self) -> str:
        """The diagnosis as a notebook shows it, every text escaped."""
        flag, fidelity = "flagged" if self.flagged else "not flagged", shown_fidelity(self) or "not judged"
        summary = f"{flag}: risk {self.risk:.3f}, fidelity {fidelity}, severity {self.severity}"
        rows = [[one.category, one.severity, one.side, one.text, one.counterpart, one.message] for one in self.findings]
        table = html_table(["category", "severity", "side", "text", "counterpart", "message"], rows) if rows else ""
        return f"<p>{html_text(summary)}</p>{table}"


def shown_fidelity(diagnosis: Diagnosis) -> str:
    """Fidelity with one decimal; nothing where rules judged, which give none."""
    return "" if math.isnan(diagnosis.fidelity) else f"{diagnosis.fidelity:.1f}"


@dataclass(frozen=True, slots=True)
class System:
    """One system's rows, in reading order."""

    name: str
    pairs: tuple[SegmentPair, ...]

    @property
    def segments(self) -> Sequence[SegmentPair]:
        """The rows that are reference segments: all but inserted paragraphs."""
        # Not `pair.inserted`: of a million rows the two calls for each take longer than reading them.
        kept = [pair for pair in self.pairs if pair.alignment[:2] != "0-"]
        return self.pairs if len(kept) == len(self.pairs) else kept


@dataclass(frozen=True, slots=True)
class TextAlignment:
    """How one text was aligned to the first reference."""

    name: str
    """The system, or `reference 2` and so on."""
    pairs: tuple[AlignedPair, ...]
    """In numbers of non-blank paragraphs."""
    reference: tuple[str, ...]
    hypothesis: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class EvalSet:
    """Systems over one sequence of reference segments: the same (document, segment) for all."""

    systems: tuple[System, ...]
    n_references: int
    notes: tuple[str, ...] = ()
    """What a reader of the results should know: how texts were paired, what was left out."""
    alignments: tuple[TextAlignment, ...] = ()
    """How each system and additional reference was aligned to the first reference."""
    extras: tuple[UnmatchedText, ...] = ()
    """Beginnings and ends of paragraphs without counterpart; the texts keep them."""
    unit: str = ""
    """What a segment is: line, paragraph, cue, document, segment or row."""


@dataclass(frozen=True, slots=True)
class InputFile:
    """Where a text came from, for `run.json`."""

    role: str
    name: str
    path: str
    sha256: str


@dataclass(frozen=True, slots=True)
class ImportedScores:
    """One score a segment of every system, made by another program."""

    name: str
    values: Mapping[str, FloatArray]
    """By system, float64 (n_segments,); NaN where there is none."""
    higher_is_better: bool
    signature: str
    """Format, direction and digests of the files."""
    notes: tuple[str, ...] = ()
    """What a reader should know: the direction, segments left out."""


@dataclass(frozen=True, slots=True)
class WorseSegment:
    """One segment that got worse, or holds a critical finding."""

    document: str
    segment: int
    change: str
    """The scores before and after, or the reason."""
    reference: str
    before: str
    """The baseline's hypothesis; empty without a baseline."""
    after: str


@dataclass(frozen=True, slots=True)
class GateCheck:
    """One rule of a gate, kept or broken."""

    passed: bool
    message: str
    segments: tuple[WorseSegment, ...] = ()
    """What got worse, worst first; empty where the rule is kept."""
    compared: bool = True
    """False where the message says what was not compared and why; it breaks no rule."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table by columns of equal length: lists of str, int, float, bool or None, and `FloatColumn`s of scores, which read like them."""

    name: str
    columns: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """A finished run: what the run folder holds."""

    tables: Mapping[str, Table]
    """By file stem: segments, findings, scores, statistics; pairs with two systems and more."""
    statistics: Mapping[str, FloatArray]
    """By metric: sufficient statistics, float64 (n_systems, n_segments, n_stats)."""
    manifest: Manifest
    """`run.json`: options, signatures, digests, versions."""
    alignments: tuple[TextAlignment, ...] = ()
    """How texts were aligned; not kept in the run folder."""
