"""`BERTScorer`: a drop-in for bert-score's class of that name, with the same numbers."""

from __future__ import annotations

import sys
import time
import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from evaluator.embed.bertscore_tables import model_of_language
from evaluator.embed.embedder import open_embedder
from evaluator.metrics.baselines import Baseline, find_baseline
from evaluator.metrics.bertscore import bert_score_hash
from evaluator.metrics.matching import IdfWeights, idf_weights, match_pairs
from evaluator.types import EvaluatorError, FloatArray

Scores = tuple[torch.Tensor, torch.Tensor, torch.Tensor]
"""P, R and F1."""


class BERTScorer:
    """BERTScore with bert-score's constructor, attributes and numbers (to 1e-5 in fp32).

    Beyond bert-score: each text goes through the model once, vectors are freed after use, empty
    texts score 0 instead of raising, texts cut at the model's limit are counted in a warning, and
    a missing layer or baseline is an error when the scorer is made.

    Args:
        model_type: a preset, a folder, or a hub id; None takes bert-score's model of `lang`.
        num_layers: hidden layer, or the name of a model whose best layer to take; None takes the
            model's own.
        batch_size: most texts in one batch.
        nthreads: kept as an attribute; tokenizing needs no processes.
        all_layers: score every layer; P, R and F1 are (n_layers + 1, n_cands).
        idf: weigh tokens by inverse document frequency; needs `idf_sents` or `compute_idf`.
        idf_sents: texts that idf is computed from.
        device: `cpu`, `cuda` or `cuda:N`; None takes CUDA where there is one.
        lang: language of the texts; needed without `model_type` and for rescaling.
        rescale_with_baseline: rescale with bert-score's baseline, or MiniLM's own.
        baseline_path: a baseline file of the same form.
        use_fast_tokenizer: passed to transformers for models that need it.

    Raises:
        EvaluatorError: unknown model, layer, device or baseline.

    Source: https://github.com/Tiiiger/bert_score, scorer.py of 0.3.13.
    """

    def __init__(
        self,
        model_type: str | None = None,
        num_layers: int | str | None = None,
        batch_size: int = 64,
        nthreads: int = 4,
        all_layers: bool = False,
        idf: bool = False,
        idf_sents: Sequence[str] | None = None,
        device: str | None = None,
        lang: str | None = None,
        rescale_with_baseline: bool = False,
        baseline_path: str | None = None,
        use_fast_tokenizer: bool = False,
    ) -> None:
        if model_type is None and lang is None:
            raise EvaluatorError("BERTScorer needs a model_type or a lang; minilm is packaged and works offline.")
        if rescale_with_baseline and lang is None:
            raise EvaluatorError("BERTScorer needs a lang to rescale with its baseline.")
        self.model_type = model_type if model_type is not None else model_of_language(lang or "")
        self.lang, self.idf, self.rescale_with_baseline = lang, idf, rescale_with_baseline
        self.batch_size, self.nthreads, self.all_layers = batch_size, nthreads, all_layers
        self.use_fast_tokenizer = use_fast_tokenizer
        self._embedder = open_embedder(
            self.model_type,
            num_layers,
            str(device or "auto"),
            batch_size=batch_size,
            all_layers=all_layers,
            use_fast_tokenizer=use_fast_tokenizer,
        )
        self.num_layers, self.device = self._embedder.spec.layer, self._embedder.device
        self._baseline: Baseline | None = find_baseline(self._embedder.spec, lang or "", baseline_path) if rescale_with_baseline else None
        self.use_custom_baseline = baseline_path is not None
        self.baseline_path = str(self._baseline.path) if self._baseline else baseline_path
        self._idf: IdfWeights | None = None
        if idf_sents is not None:
            self.compute_idf(idf_sents)

    @property
    def hash(self) -> str:
        """bert-score's hash of the setting."""
        return bert_score_hash(
            self.model_type,
            self.num_layers,
            self.idf,
            rescaled=self.rescale_with_baseline,
            custom=self.use_custom_baseline,
            fast=self.use_fast_tokenizer,
        )

    @property
    def baseline_vals(self) -> torch.Tensor:
        """P, R and F1 of unrelated sentences: (3,), or (n_layers + 1, 1, 3) with all layers.

        Raises:
            EvaluatorError: the model has no baseline for the language.
        """
        baseline = self._baseline or find_baseline(self._embedder.spec, self.lang or "", self.baseline_path)
        values = torch.from_numpy(baseline.values).float()
        return values.unsqueeze(1) if self.all_layers else values[self.num_layers]

    def compute_idf(self, sents: Sequence[str]) -> None:
        """Take idf weights from these texts."""
        if self._idf is not None:
            warnings.warn("Overwriting the previous importance weights.", stacklevel=2)
        self._idf = idf_weights([self._embedder.truncated(ids) for ids in self._embedder.token_ids(sents)])

    def score(
        self,
        cands: Sequence[str],
        refs: Sequence[str] | Sequence[Sequence[str]],
        verbose: bool = False,
        batch_size: int | None = None,
        return_hash: bool = False,
    ) -> Any:
        """P, R and F1, each float32 (n_cands,), or ((P, R, F1), hash) with `return_hash`.

        With several references a candidate's P, R and F1 are the separate maxima over them.

        Args:
            cands: candidates.
            refs: one reference each, or a list of references each.
            verbose: print the time taken to stderr.
            batch_size: most texts in one batch; None takes the constructor's.
            return_hash: return bert-score's hash beside the scores.

        Raises:
            EvaluatorError: unequal numbers of candidates and references, or idf without weights.
        """
        if self.idf and self._idf is None:
            raise EvaluatorError("idf is on but no idf weights are there: give idf_sents, or call compute_idf first.")
        if isinstance(cands, str) or isinstance(refs, str):
            raise EvaluatorError("cands and refs are lists of texts; wrap a single text in a list: [text].")
        if batch_size is not None and batch_size < 1:
            raise EvaluatorError(f"batch_size is {batch_size}; it must be at least 1.")
        if len(cands) != len(refs):
            raise EvaluatorError(f"{len(cands)} candidates against {len(refs)} references; the counts must match.")
        start = time.perf_counter()
        groups = [[ref] if isinstance(ref, str) else list(ref) for ref in refs]
        if not all(groups):
            raise EvaluatorError(f"Candidate {groups.index([]) + 1} has 0 references; at least one is needed.")
        wrong = [type(text).__name__ for text in (*cands, *(ref for group in groups for ref in group)) if not isinstance(text, str)]
        if wrong:
            raise EvaluatorError(f"cands and refs must be texts, not {wrong[0]}; write an empty text for an empty segment.")
        self._embedder.batch_size = batch_size or self.batch_size
        out = self._tensors(self._best(list(cands), groups))
        if verbose:
            seconds = time.perf_counter() - start
            print(f"done in {seconds:.2f} seconds, {len(cands) / seconds:.2f} sentences/sec", file=sys.stderr)
        return (out, self.hash) if return_hash else out

    def _best(self, cands: list[str], groups: list[list[str]]) -> FloatArray:
        """Maxima over each candidate's references, (n_cands, 3) or (n_cands, n_layers + 1, 3)."""
        ids = self._ids([*cands, *(ref for group in groups for ref in group)])
        pairs = [(ids[cand], ids[ref]) for cand, group in zip(cands, groups, strict=True) for ref in group]
        scores = match_pairs(self._embedder, pairs, self._idf if self.idf else None, lambda _: None)
        ends = np.cumsum([len(group) for group in groups])
        return np.array([part.max(axis=0) for part in np.split(scores, ends[:-1])]) if cands else scores

    def _tensors(self, scores: FloatArray) -> Scores:
        if self._baseline is not None:
            scores = self._baseline.rescaled(scores, None if self.all_layers else self.num_layers)
        layers_first = torch.from_numpy(scores).float().transpose(0, 1) if self.all_layers else torch.from_numpy(scores).float()
        p, r, f = layers_first.unbind(dim=-1)
        return p, r, f

    def _ids(self, texts: Sequence[str]) -> dict[str, tuple[int, ...]]:
        distinct = list(dict.fromkeys(texts))
        whole = self._embedder.token_ids(distinct)
        cut = [self._embedder.truncated(ids) for ids in whole]
        long = sum(len(a) != len(b) for a, b in zip(whole, cut, strict=True))
        if long:
            # bert-score cuts them in silence.
            limit = self._embedder.limit
            warnings.warn(f"{long} of {len(distinct)} texts are longer than the model's {limit} tokens and were cut, as bert-score does.", stacklevel=4)
        return {text: tuple(one) for text, one in zip(distinct, cut, strict=True)}

    def __repr__(self) -> str:
        return f"BERTScorer(hash={self.hash}, batch_size={self.batch_size}, nthreads={self.nthreads})"
