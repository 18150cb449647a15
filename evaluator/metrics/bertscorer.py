"""`BERTScorer`: a drop-in for bert-score's class of that name, with the same numbers."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch

from evaluator.embed.embedder import open_embedder
from evaluator.metrics.matching import IdfWeights, idf_weights, match_pairs
from evaluator.types import EvaluatorError


class BERTScorer:
    """BERTScore with bert-score's constructor, attributes and numbers (to 1e-5 in fp32).

    Beyond bert-score: each text goes through the model once, vectors are freed after use, empty
    texts score 0 instead of raising, and texts cut at the model's limit are counted in a warning.

    Args:
        model_type: `minilm` or a folder with a BERT model.
        num_layers: hidden layer; None takes the preset's.
        batch_size: accepted for compatibility; batches are made by token count.
        idf: weigh tokens by inverse document frequency; needs `idf_sents` or `compute_idf`.
        idf_sents: texts that idf is computed from.
        device: `cpu` or `cuda`; None takes CUDA where there is one.
        lang: kept as an attribute.

    Raises:
        EvaluatorError: unknown model, layer or device.

    Source: https://github.com/Tiiiger/bert_score, scorer.py.
    """

    def __init__(
        self,
        model_type: str | None = None,
        num_layers: int | None = None,
        batch_size: int = 64,
        nthreads: int = 4,
        *,
        idf: bool = False,
        idf_sents: Sequence[str] | None = None,
        device: str | None = None,
        lang: str | None = None,
    ) -> None:
        if model_type is None:
            raise EvaluatorError("BERTScorer needs a model_type: minilm, or a folder with a BERT model.")
        self.model_type = model_type
        self.batch_size = batch_size
        self.nthreads = nthreads
        self.idf = idf
        self.lang = lang
        self._embedder = open_embedder(model_type, num_layers, (device or "auto").split(":")[0])
        self.num_layers = self._embedder.spec.layer
        self.device = self._embedder.device
        self._idf: IdfWeights | None = None
        if idf_sents is not None:
            self.compute_idf(idf_sents)

    def compute_idf(self, sents: Sequence[str]) -> None:
        """Take idf weights from these texts."""
        if self._idf is not None:
            warnings.warn("Overwriting the previous importance weights.", stacklevel=2)
        self._idf = idf_weights([self._embedder.truncated(ids) for ids in self._embedder.token_ids(sents)])

    def score(
        self,
        cands: Sequence[str],
        refs: Sequence[str] | Sequence[Sequence[str]],
        verbose: bool = False,  # noqa: ARG002
        batch_size: int = 64,  # noqa: ARG002
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """P, R and F1, each float32 (n_cands,).

        With several references a candidate's P, R and F1 are the separate maxima over them.

        Raises:
            EvaluatorError: unequal numbers of candidates and references, or idf without weights.
        """
        if self.idf and self._idf is None:
            raise EvaluatorError("idf is on but no idf weights are there: give idf_sents, or call compute_idf first.")
        if len(cands) != len(refs):
            raise EvaluatorError(f"{len(cands)} candidates against {len(refs)} references; both must be the same.")
        groups = [[ref] if isinstance(ref, str) else list(ref) for ref in refs]
        ids = self._ids([*cands, *(ref for group in groups for ref in group)])
        pairs = [(ids[cand], ids[ref]) for cand, group in zip(cands, groups, strict=True) for ref in group]
        scores = match_pairs(self._embedder, pairs, self._idf if self.idf else None, _silent)
        best = np.empty((len(cands), 3))
        at = 0
        for row, group in enumerate(groups):
            if not group:
                raise EvaluatorError(f"Candidate {row + 1} has 0 references; at least one is needed.")
            best[row] = scores[at : at + len(group)].max(axis=0)
            at += len(group)
        p, r, f = torch.from_numpy(best).float().unbind(dim=1)
        return p, r, f

    def _ids(self, texts: Sequence[str]) -> dict[str, tuple[int, ...]]:
        distinct = list(dict.fromkeys(texts))
        whole = self._embedder.token_ids(distinct)
        cut = [self._embedder.truncated(ids) for ids in whole]
        long = sum(len(a) != len(b) for a, b in zip(whole, cut, strict=True))
        if long:
            # bert-score cuts them in silence.
            limit = self._embedder.limit
            warnings.warn(f"{long} of {len(distinct)} texts are longer than the model's {limit} tokens and were cut, as bert-score does.", stacklevel=3)
        return {text: tuple(one) for text, one in zip(distinct, cut, strict=True)}


_silent: Callable[[int], Any] = lambda _: None  # noqa: E731
