"""The tokenizer of a model folder without transformers, and windows over long texts."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple, Protocol

from evaluator.embed import TokenPlaces, UnknownShare
from evaluator.embed.models import ModelSpec
from evaluator.embed.packed import PackedFile, packed_tokenizer
from evaluator.extras import importing

OVERLAP = 64
"""Most tokens that neighbouring windows of a long text share on each side."""


def overlap_of(limit: int) -> int:
    """Tokens shared on each side: a quarter of a small window, so that each goes through about twice."""
    return max(1, min(OVERLAP, limit // 4))


class Encoding(Protocol):
    """The tokens of one text, as the package `tokenizers` gives them."""

    @property
    def ids(self) -> list[int]:
        """Special tokens included."""

    @property
    def offsets(self) -> list[tuple[int, int]]:
        """Half-open character offsets."""

    @property
    def special_tokens_mask(self) -> Sequence[int]:
        """1 for each special token."""


class FileTokenizer:
    """Token ids from `tokenizer.json`, or from the vocabulary of a packed model."""

    def __init__(self, spec: ModelSpec) -> None:
        with importing("encoder"):
            from tokenizers import Tokenizer

        self._tokenizer = packed_tokenizer(PackedFile(spec.packed)) if spec.packed else Tokenizer.from_file(str(spec.folder / "tokenizer.json"))
        # The file may ask for padding and for a cut far below the model's limit (128 for MiniLM).
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()
        self.pad_id = int(spec.config.get("pad_token_id") or 0)
        reserved = self.pad_id + 1 if spec.config["model_type"] == "mpnet" else 0  # it counts positions from the padding id on
        self.limit = min(_stated_limit(spec), int(spec.config["max_position_embeddings"]) - reserved)
        self._special: list[int] = self._tokenizer.encode("").ids
        self.n_special = len(self._special)

    def ids(self, texts: Sequence[str]) -> list[list[int]]:
        """Ids with special tokens."""
        return [encoding.ids for encoding in self._encoded([text.strip() for text in texts])]

    def places(self, texts: Sequence[str]) -> list[TokenPlaces]:
        """Ids with the places of their tokens."""
        out = []
        for text, encoding in zip(texts, self._encoded([text.strip() for text in texts]), strict=True):
            shift = len(text) - len(text.lstrip())
            inner = [(a + shift, b + shift) for a, b in encoding.offsets]
            out.append(TokenPlaces(encoding.ids, [(0, 0) if special else place for special, place in zip(encoding.special_tokens_mask, inner, strict=True)]))
        return out

    def unknown(self, texts: Sequence[str]) -> list[UnknownShare]:
        """How much of each text is unknown."""
        texts = [text.strip() for text in texts]
        unknown, head = self._unknown(), self.n_special // 2
        inner = slice(head, head - self.n_special or None)
        return [share_of(text, one.ids[inner], one.offsets[inner], unknown) for text, one in zip(texts, self._encoded(texts), strict=True)]

    def _encoded(self, texts: Sequence[str]) -> Sequence[Encoding]:
        encoded: Sequence[Encoding] = self._tokenizer.encode_batch(texts)
        return encoded

    def _unknown(self) -> int | None:
        """Id of the unknown token: the model's own, or the one that its kind of vocabulary is published with."""
        names = (getattr(self._tokenizer.model, "unk_token", None), "[UNK]", "<unk>")
        return next((i for i in (self._tokenizer.token_to_id(name) for name in names if name) if i is not None), None)

    def weightless(self) -> set[int]:
        """Ids of the separator and class tokens."""
        return set(self._special)


def _stated_limit(spec: ModelSpec) -> int:
    """`model_max_length` of tokenizer_config.json; unbounded where it is not stated."""
    try:
        stated = json.loads((spec.folder / "tokenizer_config.json").read_text(encoding="utf-8")).get("model_max_length")
        return int(stated) if stated else 2**30
    except (OSError, ValueError, TypeError, AttributeError, OverflowError, RecursionError):
        return 2**30


def window_starts(n_inner: int, size: int) -> list[int]:
    """First inner token of each window, each overlapping the next, the last flush with the end."""
    step = max(1, size - 2 * overlap_of(size))
    return [*range(0, n_inner - size, step), n_inner - size]


def windows(ids: list[int], limit: int, head: int, tail: int) -> Iterator[list[int]]:
    """The ids as they are when they fit, else overlapping windows, each with all special tokens.

    Args:
        ids: a text's tokens.
        limit: most tokens in one pass.
        head: special tokens at the start.
        tail: special tokens at the end.
    """
    if len(ids) <= limit:
        yield ids
        return
    first, inner, last = ids[:head], ids[head : len(ids) - tail], ids[len(ids) - tail :]
    size = limit - head - tail
    for start in window_starts(len(inner), size):
        yield [*first, *inner[start : start + size], *last]


def share_of(text: str, ids: list[int], offsets: Sequence[tuple[int, int]], unknown: int | None) -> UnknownShare:
    """How much of a text is unknown, from its tokens without the special ones and where they stand."""
    n_unknown = 0 if unknown is None else ids.count(unknown)
    if not n_unknown:
        return UnknownShare(0.0, 0.0)
    # Accents and vowel signs that the tokenizer drops stand in no token: they do not count.
    places = [{at for at in range(a, b) if not text[at].isspace()} for a, b in offsets]
    held = set().union(*(place for i, place in zip(ids, places, strict=True) if i == unknown))
    return UnknownShare(n_unknown / len(ids), len(held) / max(1, len(set().union(*places))))


class Share(NamedTuple):
    """The tokens of a text whose vectors one of its windows gives."""

    start: int
    """First of them in the text, special tokens included."""
    stop: int
    skipped: int
    """Tokens of the window before them."""


def shares(length: int, limit: int, head: int, tail: int) -> list[Share]:
    """One share for each window of a text of `length` tokens: each token from the window where it stands furthest from an edge.

    Windows are of one size, so that this is the window whose middle is nearest, the earlier of two.
    """
    if length <= limit:
        return [Share(0, length, 0)]
    size = limit - head - tail
    starts = window_starts(length - head - tail, size)
    ends = [head + (a + b + size + 1) // 2 for a, b in pairwise(starts)]
    return [Share(first, stop, first - start) for first, stop, start in zip([0, *ends], [*ends, length], starts, strict=True)]
