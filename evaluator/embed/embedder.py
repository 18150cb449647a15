"""Texts to token vectors: tokenized once, sorted by length, in batches of about equal work."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from evaluator.embed import VectorArray
from evaluator.embed.models import DEFAULT_MODEL, ModelSpec, choose_device, find_model

TOKEN_BUDGET = 2048
"""Tokens in one batch, padding included; more does not fill two cores better."""
OVERLAP = 64
"""Tokens that neighbouring windows of a long text share on each side."""


class BertEmbedder:
    """The `Embedder` of BERT models."""

    def __init__(self, spec: ModelSpec, device: str) -> None:
        from tokenizers import Tokenizer

        from evaluator.embed.bert import BertEncoder

        self.spec = spec
        self.device = device
        self._encoder = BertEncoder(spec, device)
        self.limit = self._encoder.limit
        self._tokenizer = Tokenizer.from_file(str(spec.folder / "tokenizer.json"))
        # The file may ask for padding and for a cut far below the model's limit (128 for MiniLM).
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()

    def token_ids(self, texts: Sequence[str]) -> list[list[int]]:
        """See `Embedder.token_ids`; blanks at both ends are dropped first, as bert-score does."""
        return [encoding.ids for encoding in self._tokenizer.encode_batch([text.strip() for text in texts])]

    def truncated(self, ids: list[int]) -> list[int]:
        """See `Embedder.truncated`."""
        return ids if len(ids) <= self.limit else [*ids[: self.limit - 1], ids[-1]]

    def vectors(self, ids: Sequence[list[int]]) -> list[VectorArray]:
        """See `Embedder.vectors`."""
        windows = [list(_windows(one, self.limit)) for one in ids]
        flat = [window for several in windows for window in several]
        vectors = iter(self._batched(flat))
        return [_joined([next(vectors) for _ in several], len(one), self.limit) for one, several in zip(ids, windows, strict=True)]

    def _batched(self, ids: Sequence[list[int]]) -> list[VectorArray]:
        import torch

        out: list[VectorArray | None] = [None] * len(ids)
        for batch in _batches([len(one) for one in ids]):
            lengths = torch.tensor([len(ids[i]) for i in batch])
            padded = torch.zeros((len(batch), int(lengths.max())), dtype=torch.int64)
            for row, i in enumerate(batch):
                padded[row, : len(ids[i])] = torch.tensor(ids[i])
            hidden = self._encoder.hidden(padded, lengths).numpy()
            for row, i in enumerate(batch):
                vectors = hidden[row, : len(ids[i])]
                out[i] = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        return [vectors for vectors in out if vectors is not None]


def open_embedder(model: str = DEFAULT_MODEL, layer: int | None = None, device: str = "auto") -> BertEmbedder:
    """A model ready to embed.

    Raises:
        EvaluatorError: unknown model, layer or device, or files that are missing or changed.
    """
    return BertEmbedder(find_model(model, layer), choose_device(device))


def _batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Indices in groups of like length whose padded size stays within the budget."""
    batch: list[int] = []
    for i in sorted(range(len(lengths)), key=lambda i: (-lengths[i], i)):
        if batch and lengths[batch[0]] * (len(batch) + 1) > TOKEN_BUDGET:
            yield batch
            batch = []
        batch.append(i)
    if batch:
        yield batch


def _window_starts(n_inner: int, size: int) -> list[int]:
    """First inner token of each window: steps of size - 2 * OVERLAP, the last flush with the end."""
    step = max(1, size - 2 * OVERLAP)
    return [*range(0, n_inner - size, step), n_inner - size]


def _windows(ids: list[int], limit: int) -> Iterator[list[int]]:
    """The ids as they are when they fit, else overlapping windows, each with both special tokens."""
    if len(ids) <= limit:
        yield ids
        return
    first, inner, last = ids[0], ids[1:-1], ids[-1]
    for start in _window_starts(len(inner), limit - 2):
        yield [first, *inner[start : start + limit - 2], last]


def _joined(windows: list[VectorArray], length: int, limit: int) -> VectorArray:
    """Vectors of the whole text: each token from the window where it stands furthest from an edge."""
    if len(windows) == 1:
        return windows[0]
    size = limit - 2
    starts = _window_starts(length - 2, size)
    places = np.arange(length - 2)
    room = np.stack([np.minimum(places - start, start + size - 1 - places) for start in starts])
    best = room.argmax(axis=0)
    inner = np.stack([windows[k][1 + i - starts[k]] for i, k in enumerate(best)])
    return np.concatenate([windows[0][:1], inner, windows[-1][-1:]])
