"""The lexical metrics as a run uses them: declared, prepared with references, counted.

Each wraps a drop-in of `lexical.py` and computes nothing itself.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

from sacrebleu.metrics.bleu import BLEU as SacreBLEU

from evaluator.metrics.kernel import counted_by, is_cheaper_than_cache
from evaluator.metrics.lexical import BLEU, CHRF, TER, UNPINNED
from evaluator.metrics.sacrebleu_base import TOKENIZED_FROM, SacrebleuBase, check_streams, count_references
from evaluator.protocol import Counts, Declaration, Option, Scale, ScoreColumn, Signature, Streams
from evaluator.types import Advance, EvaluatorError, FloatArray

PERCENT = Scale(best=100, worst=0)


@dataclass(frozen=True)
class PreparedLexical:
    """A sacreBLEU metric with references; they are made ready when the first text is counted."""

    _corpus: SacrebleuBase
    _segment: SacrebleuBase
    _references: Streams
    _warns_as: str = ""

    @cached_property
    def signature(self) -> Signature:
        """sacreBLEU's signatures of the corpus score and the segment scores."""
        n_references = count_references(self._references)
        corpus, segment = (str(_with_references(one, n_references).get_signature()) for one in (self._corpus, self._segment))
        return Signature(corpus, segment)

    @cached_property
    def _counter(self) -> SacrebleuBase:
        counter = copy(self._corpus)  # the metric itself keeps no references
        counter._ref_cache = counter._cache_references(self._references)
        return counter

    def notes(self, hypotheses: Sequence[str]) -> tuple[str, ...]:
        """Text that looks tokenized, at the count at which sacreBLEU warns."""
        tokenized = sum([text.endswith(" .") for text in hypotheses]) if self._warns_as else 0
        if tokenized < TOKENIZED_FROM:
            return ()
        return (f"{self._warns_as}: {tokenized} hypotheses end in a tokenized period (' .'); detokenize them, or their scores cannot be compared.",)

    def count(self, hypotheses: Sequence[str], segments: Sequence[int], advance: Advance) -> Counts:
        """See `Prepared.count`."""
        return Counts(self._counter.pair_statistics(hypotheses, segments, advance))


def _with_references(metric: SacrebleuBase, n_references: int) -> SacrebleuBase:
    bound = copy(metric)
    bound.num_refs = n_references
    return bound


class LexicalMetric:
    """A sacreBLEU metric behind the `Metric` protocol."""

    declared: ClassVar[Declaration]
    formula: dict[str, Any]
    warns_as: ClassVar[str] = ""
    """Name under which texts that look tokenized are noted, as sacreBLEU warns of them."""

    def __init__(self, corpus: SacrebleuBase, segment: SacrebleuBase | None = None) -> None:
        self._corpus = corpus
        self._segment = segment or corpus

    @property
    def title(self) -> str:
        """Name as sacreBLEU prints it."""
        return type(self._corpus).__name__

    @property
    def cached(self) -> bool:
        """Where sacreBLEU's version pins the tokenizer, and counting is slower than a lookup."""
        tokenizer = getattr(self._corpus, "tokenizer_signature", None)
        pinned = tokenizer is None or not tokenizer.startswith(UNPINNED)
        return pinned and not is_cheaper_than_cache(self.declared.name, tokenizer)

    def prepare(self, references: Streams, sources: Sequence[str] = ()) -> PreparedLexical:  # noqa: ARG002
        """See `Metric.prepare`."""
        check_streams(type(self._corpus).__name__, references, None)
        return PreparedLexical(self._corpus, self._segment, references, self.warns_as)

    def segment_scores(self, statistics: FloatArray) -> Mapping[str, FloatArray]:
        """See `Metric.segment_scores`."""
        return {self.declared.name: self._segment.segment_scores(statistics)}

    def corpus_score(self, summed: FloatArray) -> float:
        """See `Metric.corpus_score`."""
        return float(self._score(summed).score)

    def details(self, summed: FloatArray) -> str:
        """sacreBLEU's words after the score: precisions, brevity penalty, lengths."""
        return str(self._score(summed)._verbose)

    def _score(self, summed: FloatArray) -> Any:
        return self._corpus._compute_score_from_stats([float(x) for x in summed])


class BleuMetric(LexicalMetric):
    """Corpus BLEU; segments have effective order, as sacreBLEU advises for sentences."""

    declared = Declaration(
        name="bleu",
        title="BLEU",
        summary="BLEU, sacreBLEU's numbers (Papineni et al. 2002)",
        scale=PERCENT,
        columns=(ScoreColumn("bleu", "0-100, sentence BLEU with effective order."),),
        options=(
            Option("tokenize", "tokenizer, default 13a; zh, ja-mecab, intl, char, none, flores200 …", ("--tokenize", "-tok")),
            Option("lowercase", "ignore case", ("--lowercase", "-lc")),
            Option("smooth_method", "exp (default), floor, add-k or none", ("--smooth-method",)),
            Option("smooth_value", "value for floor and add-k", ("--smooth-value",)),
            Option("max_ngram_order", "longest n-gram"),
            Option("effective_order", "leave out orders that a text is too short for, in the corpus score too"),
        ),
        language_options={lang: {"tokenize": tokenizer} for lang, tokenizer in SacreBLEU._TOKENIZER_MAP.items()},
        counted_by=lambda: counted_by("bleu"),
    )
    warns_as = "BLEU"

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
            # force: the warning about tokenized text is a note of the run, not a line of each stream.
            return BLEU(lowercase, True, tokenize, smooth_method, smooth_value, max_ngram_order, effective)

        self.formula: dict[str, Any] = {
            "kind": "bleu", "order": max_ngram_order, "smooth_method": smooth_method, "smooth_value": smooth_value, "effective_order": effective_order,
        }  # fmt: skip
        super().__init__(make(effective_order), make(True))


CHRF_OPTIONS = (
    Option("char_order", "longest character n-gram; default 6", ("--chrf-char-order",)),
    Option("beta", "weight of recall; default 2", ("--chrf-beta",)),
    Option("lowercase", "ignore case", ("--chrf-lowercase",)),
    Option("whitespace", "count blanks as characters", ("--chrf-whitespace",)),
    Option("eps_smoothing", "smooth as chrF++.py, NLTK and Moses do", ("--chrf-eps-smoothing",)),
)


class ChrfMetric(LexicalMetric):
    """Corpus and segment chrF."""

    declared = Declaration(
        name="chrf",
        title="chrF2",
        summary="chrF2, sacreBLEU's numbers (Popović 2015)",
        scale=PERCENT,
        columns=(ScoreColumn("chrf", "0-100, chrF of the segment."),),
        options=(*CHRF_OPTIONS, Option("word_order", "longest word n-gram; default 0, 2 makes chrf chrF++", ("--chrf-word-order",))),
        counted_by=lambda: counted_by("chrf"),
    )

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
                raise EvaluatorError(f"{self.declared.name}: {option} is {value}; it must be at least {least}.")
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

    declared = Declaration(
        name="chrf++",
        title="chrF2++",
        summary="chrF2++, chrF with word bigrams (Popović 2017)",
        scale=PERCENT,
        columns=(ScoreColumn("chrf++", "0-100, chrF++ of the segment."),),
        options=(*CHRF_OPTIONS, Option("word_order", "longest word n-gram; default 2")),
        counted_by=lambda: counted_by("chrf++"),
    )

    def __init__(
        self, *, char_order: int = 6, word_order: int = 2, beta: int = 2, lowercase: bool = False, whitespace: bool = False, eps_smoothing: bool = False
    ) -> None:
        super().__init__(char_order=char_order, word_order=word_order, beta=beta, lowercase=lowercase, whitespace=whitespace, eps_smoothing=eps_smoothing)


class TerMetric(LexicalMetric):
    """Translation edit rate; lower is better."""

    declared = Declaration(
        name="ter",
        title="TER",
        summary="TER, sacreBLEU's numbers; lower is better (Snover et al. 2006)",
        scale=Scale(best=0, worst=100, open_end=True),
        columns=(ScoreColumn("ter", "Edits per 100 words of the reference; lower is better, over 100 where a text is far longer."),),
        options=(
            Option("normalized", "tercom's normalization", ("--ter-normalized",)),
            Option("no_punct", "drop punctuation", ("--ter-no-punct",)),
            Option("asian_support", "treat East Asian characters as words", ("--ter-asian-support",)),
            Option("case_sensitive", "do not lowercase", ("--ter-case-sensitive",)),
        ),
        # tercom's treatment of Asian characters has no effect without its normalization
        language_options={lang: {"normalized": True, "asian_support": True} for lang in SacreBLEU._TOKENIZER_MAP},
        counted_by=lambda: counted_by("ter"),
    )

    def __init__(self, *, normalized: bool = False, no_punct: bool = False, asian_support: bool = False, case_sensitive: bool = False) -> None:
        self.formula: dict[str, Any] = {"kind": "ter"}
        super().__init__(TER(normalized, no_punct, asian_support, case_sensitive))

    def details(self, summed: FloatArray) -> str:
        """Edits and reference words."""
        return f"edits = {int(summed[0])} ref_len = {float(summed[1]):g}"
