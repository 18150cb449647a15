"""The lexical metrics as a run uses them: additive statistics, columns, titles, signatures.

Each wraps a drop-in of `lexical.py` and computes nothing itself.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from sacrebleu.metrics.bleu import BLEU as SacreBLEU

from evaluator.metrics.checked import TOKENIZED_FROM, Checked
from evaluator.metrics.lexical import BLEU, CHRF, TER
from evaluator.types import Advance, EvaluatorError, FloatArray


class LexicalMetric:
    """A sacreBLEU metric behind the `Metric` protocol of `plugins.py`."""

    name: str
    formula: dict[str, Any]
    unit_scale = False
    higher_is_better = True

    def __init__(self, corpus: Checked, segment: Checked | None = None) -> None:
        self._corpus = corpus
        self._segment = segment or corpus
        self.columns: tuple[str, ...] = (self.name,)

    @property
    def title(self) -> str:
        """Name as sacreBLEU prints it."""
        return type(self._corpus).__name__

    def statistics(self, hypotheses: Sequence[str], segments: Sequence[int], references: Sequence[Sequence[str | None]], advance: Advance) -> FloatArray:
        """See `Metric.statistics`."""
        self._corpus._ref_cache = self._corpus._cache_references(references)
        self._segment.num_refs = self._corpus.num_refs  # its signature states them
        return self._corpus.pair_statistics(hypotheses, segments, advance)

    def segment_scores(self, statistics: FloatArray) -> Mapping[str, FloatArray]:
        """See `Metric.segment_scores`."""
        return {self.name: self._segment.segment_scores(statistics)}

    def corpus_score(self, summed: FloatArray) -> float:
        """See `Metric.corpus_score`."""
        return float(self._score(summed).score)

    def details(self, summed: FloatArray) -> str:
        """sacreBLEU's words after the score: precisions, brevity penalty, lengths."""
        return str(self._score(summed)._verbose)

    def _score(self, summed: FloatArray) -> Any:
        return self._corpus._compute_score_from_stats([float(x) for x in summed])

    def signature(self) -> str:
        """sacreBLEU's signature of the corpus score."""
        return str(self._corpus.get_signature())

    def segment_signature(self) -> str:
        """sacreBLEU's signature of the segment scores."""
        return str(self._segment.get_signature())


class BleuMetric(LexicalMetric):
    """Corpus BLEU; segments have effective order, as sacreBLEU advises for sentences."""

    name = "bleu"
    language_options: ClassVar[dict[str, dict[str, Any]]] = {lang: {"tokenize": tokenizer} for lang, tokenizer in SacreBLEU._TOKENIZER_MAP.items()}
    """By language the options that it needs: sacreBLEU's own choice of a tokenizer."""

    def __init__(
        self,
        *,
        tokenize: str | None = None,
        lowercase: bool = False,
        smooth_method: str = "exp",
        smooth_value: float | None = None,
        max_ngram_order: int = 4,
        effective_order: bool = False,
    ) -> None:
        if max_ngram_order < 1:
            raise EvaluatorError(f"bleu: max_ngram_order is {max_ngram_order}; it must be at least 1.")
        if smooth_value is not None and not 0 <= smooth_value < math.inf:
            raise EvaluatorError(f"bleu: smooth_value is {smooth_value}; it must be 0 or more.")

        def make(effective: bool) -> BLEU:
            # force: the warning about tokenized text belongs to the preflight, not to each stream.
            return BLEU(lowercase, True, tokenize, smooth_method, smooth_value, max_ngram_order, effective)

        self.formula: dict[str, Any] = {
            "kind": "bleu", "order": max_ngram_order, "smooth_method": smooth_method, "smooth_value": smooth_value, "effective_order": effective_order,
        }  # fmt: skip
        super().__init__(make(effective_order), make(True))
        self.notes: list[str] = []

    def statistics(self, hypotheses: Sequence[str], segments: Sequence[int], references: Sequence[Sequence[str | None]], advance: Advance) -> FloatArray:
        """See `Metric.statistics`; notes text that looks tokenized, at the count at which sacreBLEU warns."""
        tokenized = sum(text.endswith(" .") for text in hypotheses)
        if tokenized >= TOKENIZED_FROM:
            self.notes = [f"BLEU: {tokenized} hypotheses end in a tokenized period (' .'); detokenize them, or their scores cannot be compared."]
        return super().statistics(hypotheses, segments, references, advance)


class ChrfMetric(LexicalMetric):
    """Corpus and segment chrF."""

    name = "chrf"

    def __init__(
        self,
        *,
        char_order: int = 6,
        word_order: int = 0,
        beta: int = 2,
        lowercase: bool = False,
        whitespace: bool = False,
        eps_smoothing: bool = False,
    ) -> None:
        for option, value, least in (("char_order", char_order, 1), ("word_order", word_order, 0), ("beta", beta, 1)):
            if value < least:
                raise EvaluatorError(f"{self.name}: {option} is {value}; it must be at least {least}.")
        self.formula: dict[str, Any] = {"kind": "chrf", "order": char_order + word_order, "beta": beta, "eps_smoothing": eps_smoothing}
        super().__init__(CHRF(char_order, word_order, beta, lowercase, whitespace, eps_smoothing))

    @property
    def title(self) -> str:
        """chrF2, chrF2++ and so on."""
        metric = self._corpus
        assert isinstance(metric, CHRF)
        return f"chrF{metric.beta}" + "+" * metric.word_order


class ChrfPlusMetric(ChrfMetric):
    """chrF++: word n-grams beside the characters'."""

    name = "chrf++"

    def __init__(
        self, *, char_order: int = 6, word_order: int = 2, beta: int = 2, lowercase: bool = False, whitespace: bool = False, eps_smoothing: bool = False
    ) -> None:
        super().__init__(char_order=char_order, word_order=word_order, beta=beta, lowercase=lowercase, whitespace=whitespace, eps_smoothing=eps_smoothing)


class TerMetric(LexicalMetric):
    """Translation edit rate; lower is better."""

    name = "ter"
    higher_is_better = False
    language_options: ClassVar[dict[str, dict[str, Any]]] = {lang: {"normalized": True, "asian_support": True} for lang in SacreBLEU._TOKENIZER_MAP}
    """tercom's treatment of Asian characters, which has no effect without its normalization."""

    def __init__(self, *, normalized: bool = False, no_punct: bool = False, asian_support: bool = False, case_sensitive: bool = False) -> None:
        self.formula: dict[str, Any] = {"kind": "ter"}
        super().__init__(TER(normalized, no_punct, asian_support, case_sensitive))

    def details(self, summed: FloatArray) -> str:
        """Edits and reference words."""
        return f"edits = {int(summed[0])} ref_len = {float(summed[1]):g}"
