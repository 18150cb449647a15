"""What the three lexical drop-ins add to sacreBLEU's base class: checks of references, and counting many texts at once."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from sacrebleu.metrics.base import Metric as SacreMetric

from evaluator.metrics import kernel
from evaluator.metrics.counting import Setting
from evaluator.protocol import Streams
from evaluator.types import Advance, EvaluatorError, FloatArray

AT_ONCE = {"bleu": 4096, "chrf": 4096, "ter": 256}
"""Texts counted between two reports of progress."""
TOKENIZED_FROM = 100


class SacrebleuBase(SacreMetric):
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
        made = kernel.make_references(self._setting(), [self._prepared_stream(stream) for stream in references])
        if made is None:
            return super()._cache_references(references)  # type: ignore[arg-type]
        self.num_refs = count_references(references)
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
                f"{type(self).__name__}: {len(hypotheses)} hypotheses against {len(self._ref_cache)} segments of cached references; the counts must match."
            )
        made = self._cache_references(references) if references else self._ref_cache
        if not made or isinstance(made, list):
            return super()._extract_corpus_statistics(hypotheses, references)  # type: ignore[arg-type]
        if not self._force and sum(text.endswith(" .") for text in hypotheses) >= TOKENIZED_FROM:
            logging.getLogger("sacrebleu").warning("%d lines or more end in a tokenized period (' .'); detokenize them, or set force.", TOKENIZED_FROM)
        return self._as_lists(made.count(self._prepared(hypotheses, reference=False), None))

    def _as_lists(self, rows: FloatArray) -> list[list[Any]]:
        """Rows as sacreBLEU has them: lists of int."""
        return kernel.as_lists(rows, rows.shape[1])

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
        return self._compute_score_from_stats(self._as_lists(kernel.as_rows(stats).cumsum(axis=0)[-1:])[0])

    def segment_scores(self, statistics: Any) -> FloatArray:
        """Score of each row of statistics, float64 (n,): what `_compute_score_from_stats` gives."""
        rows = kernel.as_rows(statistics)
        return self._row_scores(rows) if len(rows) else np.empty(0)

    def _row_scores(self, rows: FloatArray) -> FloatArray:
        return np.array([self._compute_score_from_stats(row).score for row in self._as_lists(rows)], dtype=np.float64)


def in_threads(count: Callable[[int], FloatArray], starts: Sequence[int]) -> Iterator[FloatArray]:
    """Results in order, computed side by side where there are several cores; counting holds no lock."""
    if len(starts) < 2 or kernel.compiled is None:
        yield from map(count, starts)
        return
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(min(len(starts), cores())) as pool:
        yield from pool.map(count, starts)


def cores() -> int:
    """Processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def count_references(references: Streams) -> int:
    """References of each segment; -1 where their number varies, as in sacreBLEU."""
    if all(None not in stream for stream in references):
        return len(references)
    counts = {sum(text is not None for text in texts) for texts in zip(*references, strict=True)}
    return counts.pop() if len(counts) == 1 else -1


def check_streams(metric: str, references: Streams, n_hypotheses: int | None) -> None:
    """Refuse reference lists that sacreBLEU would score silently wrong.

    Args:
        metric: name for the message.
        references: one stream per reference.
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
    raise EvaluatorError(f"{metric}: reference stream {wrong + 1} has {lengths[wrong]} segments, {what} {expected}; each stream needs one text per hypothesis.")


def _check_defined(metric: str, references: Streams) -> None:
    if len(references) == 1 and None not in references[0]:
        return
    for segment, texts in enumerate(zip(*references, strict=True)):
        if all(text is None for text in texts):
            raise EvaluatorError(f"{metric}: segment {segment + 1} has no reference: None in all {len(references)} streams.")
