"""Models of every architecture that bert-score takes, loaded by transformers.

Weights are read from safetensors alone and code from the hub never runs. Which layers are
dropped and how texts are tokenized follow bert-score's `utils.py` (0.3.13) to the letter.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import Any

import torch

from evaluator.embed import TokenPlaces, UnknownShare, VectorArray
from evaluator.embed.bert import hidden_by, torch_name
from evaluator.embed.graph import Batch
from evaluator.embed.models import ModelSpec
from evaluator.embed.tokens import share_of
from evaluator.types import EvaluatorError


class HubTokenizer:
    """Token ids as bert-score makes them, without its cut."""

    def __init__(self, spec: ModelSpec, use_fast: bool) -> None:
        os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
        from transformers import AutoTokenizer, GPT2Tokenizer, RobertaTokenizer

        try:
            self._tokenizer: Any = AutoTokenizer.from_pretrained(str(spec.folder), use_fast=use_fast, local_files_only=True, trust_remote_code=False)
        except (OSError, ValueError, ImportError, KeyError, AttributeError) as error:
            raise EvaluatorError(f"The tokenizer of {spec.name} cannot be loaded: {str(error).strip().splitlines()[0]}") from None
        # bert-score puts a space before the first word for these two alone.
        self._options = {"add_prefix_space": True} if isinstance(self._tokenizer, (GPT2Tokenizer, RobertaTokenizer)) else {}
        self.limit = min(int(self._tokenizer.model_max_length), _position_limit(spec.config))
        self.pad_id = self._tokenizer.pad_token_id or 0
        self.n_special = len(self._tokenizer.encode("", add_special_tokens=True))

    def ids(self, texts: Sequence[str]) -> list[list[int]]:
        """Ids with special tokens."""
        return [list(self._tokenizer.encode(text.strip(), add_special_tokens=True, truncation=False, verbose=False, **self._options)) for text in texts]

    def places(self, texts: Sequence[str]) -> list[TokenPlaces]:  # noqa: ARG002
        """Places are known for BERT models alone, which do not come here."""
        raise EvaluatorError("Places of tokens are known for BERT models alone.")

    def unknown(self, texts: Sequence[str]) -> list[UnknownShare]:
        """How much of each text is unknown; by tokens alone where the tokenizer does not say where they stand."""
        unknown, out = self._tokenizer.unk_token_id, list[UnknownShare]()
        for text in (text.strip() for text in texts):
            if self._tokenizer.is_fast:
                made = self._tokenizer(text, add_special_tokens=False, return_offsets_mapping=True, verbose=False, **self._options)
                out.append(share_of(text, made["input_ids"], made["offset_mapping"], unknown))
            else:
                ids = self._tokenizer.encode(text, add_special_tokens=False, verbose=False, **self._options)
                share = ids.count(unknown) / len(ids) if ids else 0.0
                out.append(UnknownShare(share, share))
        return out

    def weightless(self) -> set[int]:
        """Ids that weigh nothing without idf: bert-score's separator and class tokens."""
        return {i for i in (self._tokenizer.sep_token_id, self._tokenizer.cls_token_id) if i is not None}


def _position_limit(config: dict[str, Any]) -> int:
    """Most tokens that the position embeddings take; unbounded for relative positions."""
    if config["model_type"] in ("t5", "mt5", "umt5", "xlnet"):
        return int(config.get("n_positions") or 2**30)
    positions = config.get("max_position_embeddings") or config.get("n_positions")
    if positions is None:
        return 2**30
    # RoBERTa counts positions from the padding id on.
    reserved = int(config.get("pad_token_id") or 0) + 1 if config["model_type"] in ROBERTA_KIN else 0
    return int(positions) - reserved


ROBERTA_KIN = ("roberta", "xlm-roberta", "camembert", "longformer", "xlm-roberta-xl", "roberta-prelayernorm", "mpnet")


class HubEncoder:
    """A transformers encoder cut after the layer asked for, or whole for all layers."""

    def __init__(self, spec: ModelSpec, device: str, bf16: bool, all_layers: bool) -> None:
        from transformers import AutoModel, T5EncoderModel
        from transformers.utils import logging

        logging.set_verbosity_error()
        logging.disable_progress_bar()
        cls: Any = T5EncoderModel if spec.config["model_type"] == "t5" else AutoModel
        try:
            model = cls.from_pretrained(str(spec.folder), use_safetensors=True, local_files_only=True, trust_remote_code=False, dtype=torch.float32)
        except (OSError, ValueError, KeyError, RuntimeError) as error:
            raise EvaluatorError(f"The model {spec.name} cannot be loaded: {str(error).strip().splitlines()[0]}") from None
        model.eval()
        if hasattr(model, "decoder") and hasattr(model, "encoder"):
            model = model.encoder
        if not all_layers:
            _cut(model, spec)
        self._model = model.to(device)
        self._device = device
        self._bf16 = bf16
        self._all = all_layers
        self.name = torch_name()

    def hidden_of(self, batches: Sequence[Batch], take: Callable[[int, VectorArray], None]) -> None:
        """Hand over the hidden states of each batch, float32 (layers, batch, width, dimension)."""
        hidden_by(self.hidden, batches, take)

    def hidden(self, ids: torch.Tensor, lengths: torch.Tensor) -> torch.Tensor:
        """Hidden states, float32 (layers, batch, width, dimension), where they were computed; one layer unless all were asked for."""
        mask = (torch.arange(ids.shape[1]) < lengths[:, None]).long()
        with torch.inference_mode(), torch.autocast(self._device.split(":")[0], torch.bfloat16, enabled=self._bf16):
            out = self._model(ids.to(self._device), attention_mask=mask.to(self._device), output_hidden_states=self._all)
        # bert-score takes the last of the outputs: the hidden states when they were asked for.
        states = torch.stack(tuple(out[-1])) if self._all else out[0].unsqueeze(0)
        return states.float()


def _cut(model: Any, spec: ModelSpec) -> None:
    """Drop the layers above the one asked for, in the place where each architecture keeps them."""
    n = spec.layer
    if n == 0 and spec.config["model_type"] in ("deberta", "deberta-v2"):
        raise EvaluatorError(f"{spec.name}: DeBERTa's encoder gives no vectors before its first layer; name a layer from 1 to {spec.n_layers}.")
    if hasattr(model, "n_layers"):  # XLM
        model.n_layers = n
    elif hasattr(model, "layer"):  # XLNet
        model.layer = model.layer[:n]
    elif hasattr(model, "encoder") and hasattr(model.encoder, "albert_layer_groups"):
        model.encoder.config.num_hidden_layers = n
    elif hasattr(model, "encoder") and hasattr(model.encoder, "block"):  # T5
        model.encoder.block = model.encoder.block[:n]
    elif hasattr(model, "encoder"):
        model.encoder.layer = model.encoder.layer[:n]
    elif hasattr(model, "transformer"):  # DistilBERT
        model.transformer.layer = model.transformer.layer[:n]
    elif hasattr(model, "layers"):  # BART
        model.layers = model.layers[:n]
    else:
        raise EvaluatorError(f"{spec.name} is of type {spec.config['model_type']!r}, whose layers neither bert-score nor evaluator knows how to cut.")
