"""Texts of which the reader's vocabulary knows too little to say anything: scripts that it lacks, emoji alone."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from evaluator.diagnosis.reader import MODEL
from evaluator.embed.models import find_model
from evaluator.embed.tokens import FileTokenizer

MOST_UNKNOWN = 0.5
"""Share of unknown characters from which a text counts as unread, as for BERTScore."""
CAUSE = f"the vocabulary of the reader ({MODEL}) does not know most characters of the reference"


@lru_cache(maxsize=1)
def vocabulary() -> FileTokenizer:
    """The tokenizer that the reader has too, without any weights."""
    return FileTokenizer(find_model(MODEL))


def unread_texts(texts: Iterable[str]) -> set[str]:
    """Those of the texts that the vocabulary does not know.

    >>> unread_texts(["The road is closed.", "🎉", "ዋጋው ጨምሯል"]) == {"🎉", "ዋጋው ጨምሯል"}
    True
    """
    foreign = sorted({text for text in texts if not text.isascii()})
    return {text for text, share in zip(foreign, vocabulary().unknown(foreign), strict=True) if share.characters >= MOST_UNKNOWN}
