"""BERTScore as a run uses it: statistics [P, R, F1, 1] per hypothesis, the best reference by F1."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from evaluator import __version__
from evaluator.embed import Embedder
from evaluator.metrics.matching import idf_weights, match_pairs
from evaluator.types import Advance, FloatArray

DIGITS = 6
"""Scores leave here rounded, so that batches cannot move a byte of the results."""


class BertScoreMetric:
    """BERTScore behind the `Metric` protocol of `plugins.py`.

    Args:
        embedder: the loaded model.
        idf: weigh tokens by their inverse document frequency in the references.
    """

    name = "bertscore"
    title = "BERTScore-F1"
    needs_embedder = True
    unit_scale = True
    higher_is_better = True

    def __init__(self, embedder: Embedder, *, idf: bool = False) -> None:
        self._embedder = embedder
        self._idf = idf
        self._n_references = 0
        self.columns: tuple[str, ...] = ("bertscore_p", "bertscore_r", "bertscore_f1")

    def statistics(self, hypotheses: Sequence[str], segments: Sequence[int], references: Sequence[Sequence[str | None]], advance: Advance) -> FloatArray:
        """See `Metric.statistics`: P, R, F1, 1, and with several references the 1-based one chosen."""
        self._n_references = len(references)
        ids = self._token_ids(hypotheses, references)
        pairs, owners = [], []
        for row, (hypothesis, segment) in enumerate(zip(hypotheses, segments, strict=True)):
            for k, stream in enumerate(references):
                reference = stream[segment]
                if reference is not None:
                    pairs.append((ids[hypothesis], ids[reference]))
                    owners.append((row, k))
        idf = idf_weights([ids[text] for stream in references for text in stream if text is not None]) if self._idf else None
        scores = np.round(match_pairs(self._embedder, pairs, idf, _shared_by(len(references), advance)), DIGITS)
        best = np.full((len(hypotheses), 5), -np.inf)
        for (row, k), score in zip(owners, scores, strict=True):
            if score[2] > best[row, 2]:
                best[row] = (*score, 1.0, k + 1)
        return best if len(references) > 1 else best[:, :4]

    def _token_ids(self, hypotheses: Sequence[str], references: Sequence[Sequence[str | None]]) -> dict[str, tuple[int, ...]]:
        texts = list(dict.fromkeys([*hypotheses, *(text for stream in references for text in stream if text is not None)]))
        return {text: tuple(ids) for text, ids in zip(texts, self._embedder.token_ids(texts), strict=True)}

    def segment_scores(self, statistics: FloatArray) -> Mapping[str, FloatArray]:
        """See `Metric.segment_scores`; `bertscore_ref` is there with several references."""
        columns = {name: statistics[:, i] for i, name in enumerate(self.columns)}
        return {**columns, "bertscore_ref": statistics[:, 4]} if self._n_references > 1 else columns

    def corpus_score(self, summed: FloatArray) -> float:
        """Mean F1."""
        return float(summed[2] / summed[3]) if summed[3] else float("nan")

    def details(self, summed: FloatArray) -> str:
        """Mean precision and recall."""
        return f"P = {summed[0] / summed[3]:.6f} R = {summed[1] / summed[3]:.6f}" if summed[3] else ""

    def signature(self) -> str:
        """Model, weights, layer and weighting."""
        spec = self._embedder.spec
        parts = {
            "nrefs": self._n_references,
            "model": spec.name,
            "weights": spec.weights_sha256[:12],
            "layer": spec.layer,
            "idf": "yes" if self._idf else "no",
            "rescaled": "no",
            "dtype": "fp32",
            "version": f"evaluator-{__version__}",
        }
        return "|".join(f"{key}:{value}" for key, value in parts.items())

    def segment_signature(self) -> str:
        """The same: segments are scored alone."""
        return self.signature()


def _shared_by(n_references: int, advance: Advance) -> Advance:
    """Counts pairs and reports hypotheses: each has a pair for every reference."""
    pairs = 0

    def count(n: int) -> None:
        nonlocal pairs
        before, pairs = pairs, pairs + n
        advance(pairs // n_references - before // n_references)

    return count
