"""BLEU, chrF and TER as subclasses of sacreBLEU's own classes: a drop-in with the same numbers.

Tokenizers, smoothing, signatures and score classes are sacreBLEU's. Added here: inputs that
sacreBLEU scores silently wrong are refused, and `segment_scores` for whole columns.
How a run uses them is in `adapters.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from sacrebleu.metrics.base import Metric as SacreMetric
from sacrebleu.metrics.bleu import BLEU as SacreBLEU
from sacrebleu.metrics.chrf import CHRF as SacreCHRF
from sacrebleu.metrics.ter import TER as SacreTER

from evaluator.plugins import did_you_mean
from evaluator.types import Advance, EvaluatorError, FloatArray

Streams = Sequence[Sequence[str | None]]
"""References as sacreBLEU wants them: one stream a reference, each (n_segments,)."""

NEEDS = {
    "ja-mecab": "pip install 'sacrebleu[ja]'",
    "ko-mecab": "pip install 'sacrebleu[ko]'",
    "spm": "pip install sentencepiece, and a download by sacreBLEU at first use",
    "flores101": "pip install sentencepiece, and a download by sacreBLEU at first use",
    "flores200": "pip install sentencepiece, and a download by sacreBLEU at first use",
    "spBLEU-1K": "pip install sentencepiece, and a download by sacreBLEU at first use",
}
"""What tokenizers need beyond sacreBLEU itself."""


class Checked(SacreMetric):
    """What the three drop-ins add to sacreBLEU's base class."""

    def _check_corpus_score_args(self, hyps: Sequence[str], refs: Any) -> None:
        if isinstance(hyps, str):
            raise EvaluatorError(f"{type(self).__name__}: the hypotheses are one text; wrap it in a list: [text].")
        if isinstance(hyps, Sequence) and not len(hyps):
            raise EvaluatorError(f"{type(self).__name__}: there are 0 hypotheses; at least one is needed.")
        if refs is not None and isinstance(refs, Sequence) and isinstance(hyps, Sequence):
            check_streams(type(self).__name__, refs, len(hyps))
        super()._check_corpus_score_args(hyps, refs)

    def _cache_references(self, references: Streams) -> list[Any]:
        if not isinstance(references, str):
            references = [stream if stream is None or isinstance(stream, Sequence) else list(stream) for stream in references]
        check_streams(type(self).__name__, references, None)
        return super()._cache_references(references)  # type: ignore[arg-type]

    def _extract_corpus_statistics(self, hypotheses: Sequence[str], references: Streams | None) -> Any:
        if references:
            check_streams(type(self).__name__, references, len(hypotheses))
        elif self._ref_cache is not None and len(self._ref_cache) != len(hypotheses):
            raise EvaluatorError(
                f"{type(self).__name__}: {len(hypotheses)} hypotheses against {len(self._ref_cache)} segments of cached references; both must be the same."
            )
        return super()._extract_corpus_statistics(hypotheses, references)  # type: ignore[arg-type]

    def pair_statistics(self, hypotheses: Sequence[str], segments: Sequence[int], advance: Advance) -> FloatArray:
        """Statistics of hypotheses against the cached references, float64 (n_hypotheses, n_stats).

        Args:
            hypotheses: texts, of one system or many.
            segments: for each the 0-based segment of the cached references.
            advance: called with 1 after each.
        """
        rows = []
        for hypothesis, segment in zip(hypotheses, segments, strict=True):
            rows.append(self._compute_segment_statistics(self._preprocess_segment(hypothesis), self._ref_cache[segment]))  # type: ignore[index]
            advance(1)
        return np.array(rows, dtype=np.float64).reshape(len(rows), -1)

    def segment_scores(self, statistics: Any) -> FloatArray:
        """Score of each row of statistics, float64 (n,): what `_compute_score_from_stats` gives."""
        return np.array([self._compute_score_from_stats(list(row)).score for row in statistics], dtype=np.float64)


class BLEU(Checked, SacreBLEU):
    """BLEU (Papineni et al. 2002) with sacreBLEU's numbers and signature.

    Args are those of `sacrebleu.metrics.BLEU`.

    Raises:
        EvaluatorError: an unknown tokenizer or smoothing method, or one whose extra is not installed.

    >>> BLEU().corpus_score(["The cat sat down."], [["The cat sat down."]]).score
    100.00000000000004
    """

    def __init__(
        self,
        lowercase: bool = False,
        force: bool = False,
        tokenize: str | None = None,
        smooth_method: str = "exp",
        smooth_value: float | None = None,
        max_ngram_order: int = 4,
        effective_order: bool = False,
        trg_lang: str = "",
        references: Streams | None = None,
    ) -> None:
        if tokenize is not None and tokenize not in self.TOKENIZERS:
            raise EvaluatorError(f"There is no tokenizer {tokenize!r}.{did_you_mean(tokenize, self.TOKENIZERS)}")
        if smooth_method not in self.SMOOTH_DEFAULTS:
            raise EvaluatorError(f"There is no smoothing method {smooth_method!r}.{did_you_mean(smooth_method, self.SMOOTH_DEFAULTS)}")

        def build() -> None:
            # Without references: an error in them is not a missing extra.
            super(BLEU, self).__init__(lowercase, force, tokenize, smooth_method, smooth_value, max_ngram_order, effective_order, trg_lang)

        _with_extras(build, tokenize or self._TOKENIZER_MAP.get(trg_lang, self.TOKENIZER_DEFAULT))
        if references is not None:
            self._ref_cache = self._cache_references(references)


class CHRF(Checked, SacreCHRF):
    """chrF and chrF++ (Popović 2015, 2017) with sacreBLEU's numbers and signature.

    Args are those of `sacrebleu.metrics.CHRF`; `word_order=2` makes it chrF++.
    """


class TER(Checked, SacreTER):
    """TER (Snover et al. 2006) with sacreBLEU's numbers and signature.

    Args are those of `sacrebleu.metrics.TER`.
    """


def _with_extras(build: Callable[[], None], tokenizer: str) -> None:
    try:
        build()
    except (ImportError, RuntimeError, OSError, SystemExit) as error:
        # sacreBLEU's downloader ends the process on an SSL error.
        first = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise EvaluatorError(f"The tokenizer {tokenizer!r} is not ready: {first} It needs: {NEEDS.get(tokenizer, 'what sacreBLEU says')}.") from error


def check_streams(metric: str, references: Streams, n_hypotheses: int | None) -> None:
    """Refuse reference lists that sacreBLEU would score silently wrong.

    Args:
        metric: name for the message.
        references: one stream a reference.
        n_hypotheses: what each stream must hold; None to ask only that all hold the same.

    Raises:
        EvaluatorError: flat, empty, transposed or short lists, or a segment without any reference.
    """
    if not isinstance(references, Sequence) or any(stream is None for stream in references):
        return  # sacreBLEU's own TypeError says it
    if any(isinstance(stream, str) for stream in references):
        raise EvaluatorError(f"{metric}: references is a flat list of {len(references)} texts; it is a list of streams: wrap it as [references].")
    lengths = [len(stream) for stream in references]
    expected = lengths[0] if n_hypotheses is None and lengths else n_hypotheses
    if not lengths:
        raise EvaluatorError(f"{metric}: there are 0 reference streams; at least one is needed.")
    wrong = next((k for k, length in enumerate(lengths) if length != expected), None)
    if wrong is None:
        _check_defined(metric, references)
        return
    if n_hypotheses is not None and len(references) == n_hypotheses and len(set(lengths)) == 1:
        raise EvaluatorError(
            f"{metric}: references is {len(references)} lists of {lengths[0]}, for {n_hypotheses} hypotheses it must be {lengths[0]} lists of {n_hypotheses}: "
            "it is transposed; use [list(stream) for stream in zip(*references)]."
        )
    what = "the first stream" if n_hypotheses is None else "hypotheses"
    raise EvaluatorError(f"{metric}: reference stream {wrong + 1} has {lengths[wrong]} segments, {what} {expected}; each stream needs one text a hypothesis.")


def _check_defined(metric: str, references: Streams) -> None:
    if len(references) == 1 and None not in references[0]:
        return
    for segment, texts in enumerate(zip(*references, strict=True)):
        if all(text is None for text in texts):
            raise EvaluatorError(f"{metric}: segment {segment + 1} has no reference: None in all {len(references)} streams.")
