"""What a file that marks its segments holds: one or several texts for each segment, and what is known of the segment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

OWN = ""
"""Name of the stream of a file that holds one text for each segment."""


@dataclass(frozen=True, slots=True)
class TextFile:
    """A file as segments; every sequence has one element per segment, or is empty where the file does not say."""

    path: str
    form: str
    """One of `forms.FORMS`."""
    unit: str
    """What a segment is: cue, segment, paragraph or document."""
    sha256: str
    streams: Mapping[str, Sequence[str | None]]
    """Texts by name: `OWN` alone, or references by their names; None where a segment is missing."""
    keys: Sequence[str] = ()
    """What names a segment across files, each once."""
    documents: Sequence[str] = ()
    domains: Sequence[str] = ()
    source: Sequence[str] = ()
    systems: Sequence[str] = ()
    """Which of the streams are outputs of systems."""
    left_out: Mapping[int, str] = field(default_factory=dict)
    """0-based segments that are not scored, with the reason."""

    @property
    def n_segments(self) -> int:
        """How many segments there are."""
        return len(next(iter(self.streams.values())))
