"""BLEU, chrF and TER as subclasses of sacreBLEU's own classes: a drop-in with the same numbers.

Tokenizers, smoothing, signatures and score classes are sacreBLEU's. Added here: inputs that
sacreBLEU scores silently wrong are refused, and `segment_scores` for whole columns.
How a run uses them is in `adapters.py`.
"""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import Any, Literal

import numpy as np
from sacrebleu.metrics.base import Metric as SacreMetric
from sacrebleu.metrics.bleu import BLEU as SacreBLEU
from sacrebleu.metrics.chrf import CHRF as SacreCHRF
from sacrebleu.metrics.ter import TER as SacreTER

from evaluator.metrics.counting import Setting, f_scores, ter_scores
from evaluator.metrics.kernel import as_lists, as_rows, bleu_scores, compiled, make_references
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


ZH = "\u2001-\u2a6d\u2e80-\u2fdf\u2ff0-\u303f\u3100-\u312f\u31a0-\u31bf\u31c0-\u31ef\u3200-\u4db5\u4e00-\u9fbb\uf900-\ufa2d\ufa30-\ufa6a\ufa70-\ufad9\ufe10-\ufe1f\ufe30-\ufe4f\uff00-\uffef"
"""Characters that sacreBLEU's `zh` sets apart, what it makes of five-digit escapes included."""
AT_ONCE = {"bleu": 4096, "chrf": 4096, "ter": 256}
"""Texts counted between two reports of progress."""
TOKENIZED_FROM = 100


class Checked(SacreMetric):
    """What the three drop-ins add to sacreBLEU's base class: checks, and counting many texts at once."""

    def _setting(self) -> Setting:
        """What decides the statistics of prepared texts."""
        raise NotImplementedError

    def _prepared(self, texts: Sequence[str], reference: bool) -> Sequence[str]:
        """Texts as the setting wants them."""
        raise NotImplementedError

    def _check_corpus_score_args(self, hyps: Sequence[str], refs: Any) -> None:
        if isinstance(hyps, str):
            raise EvaluatorError(f"{type(self).__name__}: the hypotheses are one text; wrap it in a list: [text].")
        if isinstance(hyps, Sequence) and not len(hyps):
            raise EvaluatorError(f"{type(self).__name__}: there are 0 hypotheses; at least one is needed.")
        if refs is not None and isinstance(refs, Sequence) and isinstance(hyps, Sequence):
            check_streams(type(self).__name__, refs, len(hyps))
        super()._check_corpus_score_args(hyps, refs)

    def _cache_references(self, references: Streams) -> Any:
        if not isinstance(references, str):
            references = [stream if stream is None or isinstance(stream, Sequence) else list(stream) for stream in references]
        check_streams(type(self).__name__, references, None)
        made = make_references(self._setting(), [self._prepared_stream(stream) for stream in references])
        if made is None:
            return super()._cache_references(references)  # type: ignore[arg-type]
        self.num_refs = _n_references(references)
        return made

    def _prepared_stream(self, stream: Sequence[str | None]) -> Sequence[str | None]:
        if None not in stream:
            return self._prepared(stream, reference=True)  # type: ignore[arg-type]
        there = iter(self._prepared([text for text in stream if text is not None], reference=True))
        return [None if text is None else next(there) for text in stream]

    def _extract_corpus_statistics(self, hypotheses: Sequence[str], references: Streams | None) -> Any:
        if references:
            check_streams(type(self).__name__, references, len(hypotheses))
        elif self._ref_cache is not None and len(self._ref_cache) != len(hypotheses):
            raise EvaluatorError(
                f"{type(self).__name__}: {len(hypotheses)} hypotheses against {len(self._ref_cache)} segments of cached references; both must be the same."
            )
        made = self._cache_references(references) if references else self._ref_cache
        if not made or isinstance(made, list):
            return super()._extract_corpus_statistics(hypotheses, references)  # type: ignore[arg-type]
        if not self._force and sum(text.endswith(" .") for text in hypotheses) >= TOKENIZED_FROM:
            logging.getLogger("sacrebleu").warning("%d lines or more end in a tokenized period (' .'); detokenize them, or set force.", TOKENIZED_FROM)
        return self._as_lists(made.count(self._prepared(hypotheses, reference=False), None))

    def _as_lists(self, rows: FloatArray) -> list[list[Any]]:
        """Rows as sacreBLEU has them: lists of int."""
        return as_lists(rows, rows.shape[1])

    def pair_statistics(self, hypotheses: Sequence[str], segments: Sequence[int], advance: Advance) -> FloatArray:
        """Statistics of hypotheses against the cached references, float64 (n_hypotheses, n_stats).

        Args:
            hypotheses: texts, of one system or many.
            segments: for each the 0-based segment of the cached references.
            advance: called with the number of texts just done.
        """
        made: Any = self._ref_cache
        if isinstance(made, list):
            rows = []
            for hypothesis, segment in zip(hypotheses, segments, strict=True):
                rows.append(self._compute_segment_statistics(self._preprocess_segment(hypothesis), made[segment]))
                advance(1)
            return np.array(rows, dtype=np.float64).reshape(len(rows), -1)
        places = np.asarray(segments, dtype=np.int64)
        size = AT_ONCE[self._setting().metric]

        def count(start: int) -> FloatArray:
            part: FloatArray = made.count(self._prepared(hypotheses[start : start + size], reference=False), places[start : start + size])
            return part

        parts = []
        for part in in_threads(count, range(0, len(hypotheses), size)):
            parts.append(part)
            advance(len(part))
        return np.concatenate(parts) if parts else np.empty((0, self._setting().n_statistics))

    def _aggregate_and_compute(self, stats: Any) -> Any:
        """The score of summed statistics; what sacreBLEU adds up in Python, NumPy does here, in the same order."""
        return self._compute_score_from_stats(self._as_lists(as_rows(stats).cumsum(axis=0)[-1:])[0])

    def segment_scores(self, statistics: Any) -> FloatArray:
        """Score of each row of statistics, float64 (n,): what `_compute_score_from_stats` gives."""
        rows = as_rows(statistics)
        return self._row_scores(rows) if len(rows) else np.empty(0)

    def _row_scores(self, rows: FloatArray) -> FloatArray:
        return np.array([self._compute_score_from_stats(row).score for row in self._as_lists(rows)], dtype=np.float64)


def in_threads(count: Callable[[int], FloatArray], starts: Sequence[int]) -> Iterator[FloatArray]:
    """Results in order, computed side by side where there are several cores; counting holds no lock."""
    if len(starts) < 2 or not compiled:
        yield from map(count, starts)
        return
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(min(len(starts), cores())) as pool:
        yield from pool.map(count, starts)


def cores() -> int:
    """Processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _n_references(references: Streams) -> int:
    """References of each segment; -1 where their number varies, as in sacreBLEU."""
    if all(None not in stream for stream in references):
        return len(references)
    counts = {sum(text is not None for text in texts) for texts in zip(*references, strict=True)}
    return counts.pop() if len(counts) == 1 else -1


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

    def _setting(self) -> Setting:
        kinds: dict[str, Literal["13a", "western"]] = {"13a": "13a", "zh": "western"}
        tokens = kinds.get(self.tokenizer_signature, "split") if compiled else "split"
        return Setting("bleu", tokens, self.max_ngram_order)

    def _prepared(self, texts: Sequence[str], reference: bool) -> Sequence[str]:  # noqa: ARG002
        if not compiled or self.tokenizer_signature not in ("13a", "zh"):
            return [self._preprocess_segment(text) for text in texts]
        kept = [text.lower().rstrip() for text in texts] if self.lowercase else [text.rstrip() for text in texts]
        return kept if self.tokenizer_signature == "13a" else [_zh_pattern().sub(r" \g<0> ", text.strip()) for text in kept]

    def _row_scores(self, rows: FloatArray) -> FloatArray:
        default = self.SMOOTH_DEFAULTS[self.smooth_method]
        value = float(self.smooth_value if self.smooth_value is not None else default or 0)
        scores = bleu_scores(rows, self.smooth_method, value, bool(self.effective_order))
        return super()._row_scores(rows) if scores is None else scores


@cache
def _zh_pattern() -> re.Pattern[str]:
    return re.compile(f"[{ZH}]")


class CHRF(Checked, SacreCHRF):
    """chrF and chrF++ (Popović 2015, 2017) with sacreBLEU's numbers and signature.

    Args are those of `sacrebleu.metrics.CHRF`; `word_order=2` makes it chrF++.
    """

    def _setting(self) -> Setting:
        return Setting("chrf", "split", self.char_order, self.word_order, bool(self.whitespace), float(self.beta**2), bool(self.eps_smoothing))

    def _prepared(self, texts: Sequence[str], reference: bool) -> Sequence[str]:  # noqa: ARG002
        return [text.lower() for text in texts] if self.lowercase else texts

    def _row_scores(self, rows: FloatArray) -> FloatArray:
        return f_scores(rows, float(self.beta**2), bool(self.eps_smoothing))


class TER(Checked, SacreTER):
    """TER (Snover et al. 2006) with sacreBLEU's numbers and signature.

    Args are those of `sacrebleu.metrics.TER`.
    """

    def _setting(self) -> Setting:
        return Setting("ter")

    def _prepared(self, texts: Sequence[str], reference: bool) -> Sequence[str]:
        once = self._lower if not self.normalized and not self.no_punct else self._preprocess_segment
        return [once(once(text)) for text in texts] if reference else [once(text) for text in texts]  # sacreBLEU prepares references twice

    def _lower(self, text: str) -> str:
        return text.rstrip() if self.case_sensitive else text.rstrip().lower()

    def _as_lists(self, rows: FloatArray) -> list[list[Any]]:
        return as_lists(rows, 1)

    def _row_scores(self, rows: FloatArray) -> FloatArray:
        return ter_scores(rows)


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
