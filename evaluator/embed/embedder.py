"""Texts to token vectors: tokenized once, sorted by length, in batches of about equal work."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from evaluator.embed import TokenPlaces, VectorArray
from evaluator.embed.models import DEFAULT_MODEL, ModelSpec, choose_device, find_model
from evaluator.embed.tokens import FileTokenizer, joined, windows
from evaluator.plugins import did_you_mean
from evaluator.types import EvaluatorError

if TYPE_CHECKING:
    import torch

    from evaluator.embed.hub import HubEncoder, HubTokenizer

TOKEN_BUDGET = 2048
"""Tokens in one batch, padding included; more does not fill two cores better."""
PRECISIONS = ("fp32", "bf16")


class TorchEmbedder:
    """The `Embedder` of models that torch runs.

    Args:
        spec: the model.
        device: `cpu` or `cuda`.
        precision: `fp32`, or `bf16` for matrix products in bfloat16.
        batch_size: most texts in one batch; None leaves it to the token budget.
        all_layers: vectors of every layer, embeddings first.
        also: further layers whose vectors are wanted beside the spec's; BERT models alone.
        use_fast_tokenizer: what bert-score passes to transformers as `use_fast`.
    """

    def __init__(
        self,
        spec: ModelSpec,
        device: str,
        *,
        precision: str = "fp32",
        batch_size: int | None = None,
        all_layers: bool = False,
        also: Sequence[int] = (),
        use_fast_tokenizer: bool = False,
    ) -> None:
        from evaluator.embed import bert

        self.spec = spec
        self.device = device
        self.precision = precision
        self.batch_size = batch_size
        layers = tuple(range(spec.n_layers + 1)) if all_layers else tuple(sorted({spec.layer, *also}))
        self.layers = layers
        self.main = layers.index(spec.layer) if len(layers) > 1 and not all_layers else None
        self._many = len(layers) > 1 or all_layers
        if bert.can_run(spec.config) and (spec.folder / "tokenizer.json").is_file():
            self._tokenizer: FileTokenizer | HubTokenizer = FileTokenizer(spec)
            self._encoder: bert.BertEncoder | HubEncoder = bert.BertEncoder(spec, device, precision == "bf16", layers)
        else:
            from evaluator.embed import hub

            if also:
                raise EvaluatorError(f"Vectors of several layers are taken from BERT models alone, not from {spec.name}.")
            self._tokenizer = hub.HubTokenizer(spec, use_fast_tokenizer)
            self._encoder = hub.HubEncoder(spec, device, precision == "bf16", all_layers)
        self.limit = self._tokenizer.limit
        self.n_special = self._tokenizer.n_special
        if self.limit <= self.n_special:
            raise EvaluatorError(
                f"{spec.name} takes {self.limit} tokens, {self.n_special} of them special: no text fits. Check model_max_length of its tokenizer."
            )
        self.leading: tuple[int, ...] = (spec.n_layers + 1,) if all_layers else ()
        self.weightless = frozenset(self._tokenizer.weightless())
        # Two special tokens stand one at each end, a single one (T5) at the end.
        self._head, self._tail = self.n_special // 2, self.n_special - self.n_special // 2

    def token_ids(self, texts: Sequence[str]) -> list[list[int]]:
        """See `Embedder.token_ids`."""
        return self._tokenizer.ids(texts)

    def token_places(self, texts: Sequence[str]) -> list[TokenPlaces]:
        """See `Embedder.token_places`."""
        return self._tokenizer.places(texts)

    def truncated(self, ids: list[int]) -> list[int]:
        """See `Embedder.truncated`."""
        return ids if len(ids) <= self.limit else [*ids[: self.limit - self._tail], *ids[len(ids) - self._tail :]]

    def vectors(self, ids: Sequence[list[int]]) -> list[VectorArray]:
        """See `Embedder.vectors`."""
        several = [list(windows(one, self.limit, self._head, self._tail)) for one in ids]
        vectors = iter(self._batched([window for parts in several for window in parts]))
        ends = self._head, self._tail
        return [joined([next(vectors) for _ in parts], len(one), self.limit, *ends) for one, parts in zip(ids, several, strict=True)]

    def _batched(self, ids: Sequence[list[int]]) -> list[VectorArray]:
        import torch

        out: dict[int, VectorArray] = {}
        for batch in batches([len(one) for one in ids], self.batch_size):
            lengths = torch.tensor([len(ids[i]) for i in batch])
            padded = torch.full((len(batch), int(lengths.max())), self._tokenizer.pad_id, dtype=torch.int64)
            for row, i in enumerate(batch):
                padded[row, : len(ids[i])] = torch.tensor(ids[i])
            hidden = self._hidden(padded, lengths)
            for row, i in enumerate(batch):
                vectors = hidden[:, row, : len(ids[i])] if self._many else hidden[0, row, : len(ids[i])]
                out[i] = vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)
        return [out[i] for i in range(len(ids))]

    def _hidden(self, padded: torch.Tensor, lengths: torch.Tensor) -> VectorArray:
        hidden: VectorArray = self._encoder.hidden(padded, lengths).numpy()
        return hidden


def open_embedder(
    model: str = DEFAULT_MODEL,
    layer: int | str | None = None,
    device: str = "auto",
    *,
    precision: str = "fp32",
    batch_size: int | None = None,
    all_layers: bool = False,
    also: Sequence[int] = (),
    use_fast_tokenizer: bool = False,
) -> TorchEmbedder:
    """A model ready to embed; see `TorchEmbedder` for the options.

    Raises:
        EvaluatorError: unknown model, layer, device or precision, or files that are missing or changed.
    """
    if precision not in PRECISIONS:
        raise EvaluatorError(f"There is no precision {precision!r}.{did_you_mean(precision, PRECISIONS)}")
    if batch_size is not None and batch_size < 1:
        raise EvaluatorError(f"The batch size is {batch_size}; it must be at least 1.")
    chosen = choose_device(device)
    spec = find_model(model, layer, any_layer=all_layers)
    try:
        return TorchEmbedder(spec, chosen, precision=precision, batch_size=batch_size, all_layers=all_layers, also=also, use_fast_tokenizer=use_fast_tokenizer)
    except EvaluatorError:
        raise
    except Exception as error:
        # Damaged files fail in a dozen ways inside safetensors, tokenizers and torch.
        raise EvaluatorError(f"The model in {spec.folder} cannot be loaded: {type(error).__name__}: {str(error).strip()[:300]}") from error


def batches(lengths: Sequence[int], most: int | None = None) -> Iterator[list[int]]:
    """Indices in groups of like length whose padded size stays within the budget.

    Args:
        lengths: tokens of each text.
        most: most texts in a group.
    """
    batch: list[int] = []
    for i in sorted(range(len(lengths)), key=lambda i: (-lengths[i], i)):
        if batch and (lengths[batch[0]] * (len(batch) + 1) > TOKEN_BUDGET or len(batch) == most):
            yield batch
            batch = []
        batch.append(i)
    if batch:
        yield batch
