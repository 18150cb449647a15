"""A tokenizer for all parts of a run that use one model: a text that comes again is not tokenized again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evaluator.embed.models import ModelSpec
from evaluator.embed.tokens import Encoding, FileTokenizer

MAX_TOKENS = 2**22
"""Tokens that are kept, in 13 bytes each; texts beyond are tokenized whenever they come, so that memory does not grow with the corpus."""


@dataclass(frozen=True, slots=True)
class KeptEncoding:
    """What the package `tokenizers` gives, in a tenth of the memory."""

    _ids: NDArray[np.int32]
    _offsets: NDArray[np.int32]
    """(n_tokens, 2)."""
    special_tokens_mask: bytes

    @property
    def ids(self) -> list[int]:
        """Special tokens included."""
        ids: list[int] = self._ids.tolist()
        return ids

    @property
    def offsets(self) -> list[tuple[int, int]]:
        """Half-open character offsets."""
        return [(a, b) for a, b in self._offsets.tolist()]


class CachedTokenizer(FileTokenizer):
    """Tokens as `FileTokenizer` gives them.

    Args:
        spec: the model.
        max_tokens: most tokens that are kept.
    """

    def __init__(self, spec: ModelSpec, max_tokens: int = MAX_TOKENS) -> None:
        super().__init__(spec)
        self._kept: dict[str, KeptEncoding] = {}
        self._room = max_tokens

    def _encoded(self, texts: Sequence[str]) -> Sequence[Encoding]:
        new = list(dict.fromkeys(text for text in texts if text not in self._kept))
        found: dict[str, Encoding] = dict(zip(new, super()._encoded(new), strict=True))
        out = [found[text] if text in found else self._kept[text] for text in texts]
        for text, encoding in found.items():
            self._keep(text, encoding)
        return out

    def _keep(self, text: str, encoding: Encoding) -> None:
        ids = np.array(encoding.ids, dtype=np.int32)
        if len(ids) <= self._room:
            self._room -= len(ids)
            offsets = np.array(encoding.offsets, dtype=np.int32).reshape(-1, 2)
            self._kept[text] = KeptEncoding(ids, offsets, bytes(encoding.special_tokens_mask))
