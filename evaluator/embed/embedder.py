"""Texts to token vectors: tokenized once, sorted by length, in batches of about equal work."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from evaluator.embed import UnknownShare, VectorArray
from evaluator.embed.cached_tokens import CachedTokenizer
from evaluator.embed.devices import choose_device
from evaluator.embed.graph import Batch, GraphEncoder, can_build
from evaluator.embed.models import DEFAULT_MODEL, ModelSpec, can_run, find_model
from evaluator.embed.tokens import FileTokenizer, Share, shares, windows
from evaluator.extras import importing, require
from evaluator.plugins import did_you_mean
from evaluator.types import EvaluatorError

if TYPE_CHECKING:
    from evaluator.embed.bert import BertEncoder
    from evaluator.embed.hub import HubEncoder, HubTokenizer
    from evaluator.embed.table import TokenTable

TOKEN_BUDGET = 2048
"""Tokens in one batch, padding included; more does not fill two cores better."""
GPU_TOKEN_BUDGET = 32768
PRECISIONS = ("fp32", "bf16")


class ModelEmbedder:
    """The `Embedder` of all models: BERT's on a processor by OpenVINO, everything else by torch.

    Args:
        spec: the model.
        device: `cpu` or `cuda`.
        precision: `fp32`, or `bf16` for matrix products in bfloat16.
        batch_size: most texts in one batch; None leaves it to the token budget.
        all_layers: vectors of every layer, embeddings first.
        also: further layers whose vectors are wanted beside the spec's; BERT models alone.
        use_fast_tokenizer: what bert-score passes to transformers as `use_fast`.
        keep_tokens: a text that comes again is not tokenized again, as where its diagnosis asks for it too.
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
        keep_tokens: bool = False,
    ) -> None:
        self.spec = spec
        self.device = device
        self.precision = precision
        self.batch_size = batch_size
        layers = tuple(range(spec.n_layers + 1)) if all_layers else tuple(sorted({spec.layer, *also}))
        self.layers = layers
        self.main = layers.index(spec.layer) if len(layers) > 1 and not all_layers else None
        self._many = len(layers) > 1 or all_layers
        self.tokenizer: FileTokenizer | HubTokenizer
        self._encoder: GraphEncoder | BertEncoder | HubEncoder
        if _runs_here(spec, device, precision):
            self.tokenizer = CachedTokenizer(spec) if keep_tokens else FileTokenizer(spec)
            self._encoder = _bert_encoder(spec, device, precision, layers)
        else:
            self.tokenizer, self._encoder = _hub_parts(spec, device, precision, use_fast_tokenizer, all_layers=all_layers, several=bool(also))
        self.runtime: str = self._encoder.name
        self.limit = self.tokenizer.limit
        self.n_special = self.tokenizer.n_special
        if self.limit <= self.n_special:
            raise EvaluatorError(
                f"{spec.name} takes {self.limit} tokens, {self.n_special} of them special: no text fits. Check model_max_length of its tokenizer."
            )
        self.leading: tuple[int, ...] = (spec.n_layers + 1,) if all_layers else ()
        self.weightless = frozenset(self.tokenizer.weightless())
        # Two special tokens stand one at each end, a single one (T5) at the end.
        self._head, self._tail = self.n_special // 2, self.n_special - self.n_special // 2

    def token_ids(self, texts: Sequence[str]) -> list[list[int]]:
        """See `Embedder.token_ids`."""
        return self.tokenizer.ids(texts)

    def unknown_share(self, texts: Sequence[str]) -> list[UnknownShare]:
        """See `Embedder.unknown_share`."""
        return self.tokenizer.unknown(texts)

    def truncated(self, ids: list[int]) -> list[int]:
        """See `Embedder.truncated`."""
        return ids if len(ids) <= self.limit else [*ids[: self.limit - self._tail], *ids[len(ids) - self._tail :]]

    def vectors(self, ids: Sequence[list[int]]) -> list[VectorArray]:
        """See `Embedder.vectors`."""
        ends = self._head, self._tail
        out: dict[int, VectorArray] = {}
        passes = [
            _Pass(text, window, share)
            for text, one in enumerate(ids)
            for window, share in zip(windows(one, self.limit, *ends), shares(len(one), self.limit, *ends), strict=True)
        ]

        def take(k: int, unit: VectorArray) -> None:
            text, window, share = passes[k]
            if len(window) == len(ids[text]):
                out[text] = unit
                return
            # Written where they belong as they come: a long text's windows are never all held beside the whole.
            if text not in out:
                out[text] = np.empty((*unit.shape[:-2], len(ids[text]), unit.shape[-1]), dtype=unit.dtype)
            out[text][..., share.start : share.stop, :] = unit[..., share.skipped : share.skipped + share.stop - share.start, :]

        self._batched([one.window for one in passes], take)
        return [out[text] for text in range(len(ids))]

    def table(self, ids: Sequence[tuple[int, ...]]) -> TokenTable:
        """Unit vectors of texts that fit into one pass, each given once, as a table where the model runs in torch; of the spec's own layer."""
        from evaluator.embed.table import make_table

        budget = TOKEN_BUDGET if self.device == "cpu" else GPU_TOKEN_BUDGET
        groups = batches([len(one) for one in ids], self.batch_size, budget)
        padded = ((group, self._padded([ids[i] for i in group])) for group in groups)
        return make_table(self._encoder.hidden, padded, ids, self.main or 0, self.device)  # type: ignore[union-attr]

    def _batched(self, ids: Sequence[list[int]], take: Callable[[int, VectorArray], None]) -> None:
        """Hand over the unit vectors of each list of ids, in any order."""
        on_gpu = self.device != "cpu"
        groups = list(batches([len(one) for one in ids], self.batch_size, GPU_TOKEN_BUDGET if on_gpu else TOKEN_BUDGET))

        def take_batch(k: int, hidden: VectorArray) -> None:
            for row, i in enumerate(groups[k]):
                vectors = hidden[:, row, : len(ids[i])] if self._many else hidden[0, row, : len(ids[i])]
                take(i, vectors / np.linalg.norm(vectors, axis=-1, keepdims=True))

        self._encoder.hidden_of([self._padded([ids[i] for i in group]) for group in groups], take_batch)

    def _padded(self, texts: Sequence[Sequence[int]]) -> Batch:
        lengths = np.array([len(text) for text in texts], dtype=np.int64)
        padded = np.full((len(texts), int(lengths.max())), self.tokenizer.pad_id, dtype=np.int64)
        for row, text in zip(padded, texts, strict=True):
            row[: len(text)] = text
        return Batch(padded, lengths)


def _hub_parts(spec: ModelSpec, device: str, precision: str, use_fast_tokenizer: bool, *, all_layers: bool, several: bool) -> tuple[HubTokenizer, HubEncoder]:
    with importing("hub"):
        from evaluator.embed import hub

    if several:
        raise EvaluatorError(f"Vectors of several layers are taken from BERT models alone, not from {spec.name}.")
    return hub.HubTokenizer(spec, use_fast_tokenizer), hub.HubEncoder(spec, device, precision == "bf16", all_layers)


class _Pass(NamedTuple):
    """One window on its way through the model."""

    text: int
    window: list[int]
    share: Share


def _runs_here(spec: ModelSpec, device: str, precision: str) -> bool:
    """True for models that need no transformers: BERT everywhere, MPNet as a graph alone."""
    if not can_run(spec.config) or not (spec.packed or (spec.folder / "tokenizer.json").is_file()):
        return False
    return spec.config["model_type"] == "bert" or (device == "cpu" and can_build(spec, precision))


def _bert_encoder(spec: ModelSpec, device: str, precision: str, layers: Sequence[int]) -> GraphEncoder | BertEncoder:
    if device == "cpu" and can_build(spec, precision):
        return GraphEncoder(spec, precision, layers)
    require("encoder", spec.name)
    with importing("torch", f"{spec.name} on {device} in {precision}"):
        from evaluator.embed.bert import BertEncoder

    return BertEncoder(spec, device, precision == "bf16", layers)


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
    keep_tokens: bool = False,
) -> ModelEmbedder:
    """A model ready to embed; see `ModelEmbedder` for the options.

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
        return ModelEmbedder(
            spec,
            chosen,
            precision=precision,
            batch_size=batch_size,
            all_layers=all_layers,
            also=also,
            use_fast_tokenizer=use_fast_tokenizer,
            keep_tokens=keep_tokens,
        )
    except EvaluatorError:
        raise
    except Exception as error:
        # Damaged files fail in a dozen ways inside safetensors, tokenizers and torch.
        raise EvaluatorError(f"The model in {spec.folder} cannot be loaded: {type(error).__name__}: {str(error).strip()[:300]}") from error


def batches(lengths: Sequence[int], most: int | None = None, budget: int = TOKEN_BUDGET) -> Iterator[list[int]]:
    """Indices in groups of like length whose padded size stays within the budget.

    Args:
        lengths: tokens of each text.
        most: most texts in a group.
        budget: tokens of a group, padding included; a longer text goes alone.
    """
    batch: list[int] = []
    for i in sorted(range(len(lengths)), key=lambda i: (-lengths[i], i)):
        longest = lengths[batch[0]] if batch else 0
        # At most a sixteenth is padding, and one token, once the group has work enough.
        padded = longest - lengths[i] > 1 + longest // 16 and 4 * longest * len(batch) > budget
        if batch and (longest * (len(batch) + 1) > budget or len(batch) == most or padded):
            yield batch
            batch = []
        batch.append(i)
    if batch:
        yield batch
