"""What an alignment is made of while it is made: beads of paragraphs, and the vectors a model may add.

Nothing is computed here. Read `aligner.py` next.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

IntArray = NDArray[np.int64]


class ParagraphVectors(NamedTuple):
    """Additive paragraph vectors of a model: mean token vector times the length in characters."""

    reference: NDArray[np.float32]
    """float32 (n, d)."""
    hypothesis: NDArray[np.float32]
    """float32 (m, d)."""


@dataclass
class Bead:
    """A pair under construction, in the local numbers of a `Region` (hypothesis after reference)."""

    reference: list[int]
    hypothesis: list[int]

    @property
    def members(self) -> list[int]:
        """All paragraphs of the bead."""
        return self.reference + self.hypothesis

    def side(self, which: int) -> list[int]:
        """The members on side 0 (reference) or 1 (hypothesis): the list itself."""
        return self.hypothesis if which else self.reference
