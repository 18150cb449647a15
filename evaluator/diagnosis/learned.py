"""Whether a run's references are among those that the reader learned from: there it knows more than elsewhere.

Kept are 32-bit hashes of the references, no text.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from evaluator.diagnosis.reader import FOLDER

FILE = FOLDER / "learned.npy"
MIN_WORDS = 5
"""Shorter references are found anywhere."""
MIN_SHARE, MIN_NUMBER = 0.05, 3
"""From so many known references on a run gets a note; single ones are chance."""
_WORD = re.compile(r"\w+")


def hash_of(text: str) -> int | None:
    """A number of the text for which case, spaces and punctuation do not count; None for texts too short to be known."""
    words = _WORD.findall(text.casefold())
    return zlib.crc32(" ".join(words).encode()) if len(words) >= MIN_WORDS else None


@lru_cache(maxsize=1)
def _known() -> NDArray[np.uint32]:
    known: NDArray[np.uint32] = np.load(FILE)
    return known


def learned_note(references: Iterable[str]) -> str | None:
    """What a user must know where the reader has seen the references; None where it has not."""
    hashes = {number for text in set(references) if (number := hash_of(text)) is not None}
    if not hashes:
        return None
    wanted = np.array(sorted(hashes), dtype=np.uint32)
    known = _known()
    at = np.minimum(np.searchsorted(known, wanted), len(known) - 1)
    seen = int((known[at] == wanted).sum())
    if seen < max(MIN_NUMBER, MIN_SHARE * len(wanted)):
        return None
    return (
        f"Diagnosis: {seen} of {len(wanted)} references belong to test sets whose marked outputs the reader learned from; "
        "here its risk and fidelity look better than they are elsewhere (docs/reader.md)."
    )
