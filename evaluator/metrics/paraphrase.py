"""Novelty: how much of a text is not copied from its reference. Adequacy needs another metric beside it.

BLEU, chrF and BERTScore are highest for a copy; a paraphrase is asked for other words. Novelty is highest for words
that the reference does not have, and so for nonsense too: read it beside fidelity, or as `paraphrase`, which needs both.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version

import numpy as np

from evaluator.metrics.adapters import BleuMetric, PreparedLexical
from evaluator.protocol import Counts, Declaration, Option, Scale, ScoreColumn, SegmentMean, Signature, Streams
from evaluator.types import Advance, EvaluatorError, FloatArray
from evaluator.version import __version__

_SIGNS = "\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u0610-\u061a\u064b-\u065f\u0670\u0900-\u0963\u0966-\u0dff\u200c\u200d"
"""Accents, points and vowel signs, which are no letters to `re` and part of a word: combining, Hebrew, Arabic, Indic; joiners."""
WORD = re.compile(f"[\u0e00-\u0eff\u1000-\u109f\u3040-\u30ff\u3400-\u9fff]|[\\w'’{_SIGNS}]+")
"""Words without punctuation; in scripts that are written without spaces each character is one."""


class NoveltyMetric(SegmentMean):
    """100 less the mean share, over n-grams of 1 to `order` words, that a reference of the segment has too.

    0 for a copy, 100 where not a word is shared; 0 for an empty text, in which nothing is new. Case and marks do not
    count. Statistics are [novelty, 1, share of copied n-grams, longest copied span in words, self-BLEU]; the corpus
    score is the mean over segments. Self-BLEU is sentence BLEU against the references: what the text takes over.

    Args:
        order: longest n-gram.

    Raises:
        EvaluatorError: an order below 1.

    Source: iBLEU (Sun and Zhou 2012) sets BLEU against the reference beside BLEU against the input; here the copied
        share is neither clipped nor has it a brevity penalty, so that a short text is not taken for a new one.
    """

    declared = Declaration(
        name="novelty",
        title="Novelty",
        summary="share of words and word sequences that the reference does not have; 0 for a copy",
        scale=Scale(best=100, worst=0),
        columns=(
            ScoreColumn("copied_ngrams", "0-100, share of the words and sequences of up to 4 words that a reference has too."),
            ScoreColumn("copied_span", "Words of the longest run taken from a reference."),
            ScoreColumn("self_bleu", "Sentence BLEU against the references, as a measure of copying."),
            ScoreColumn("novelty", "100 less copied_ngrams; 0 for an empty text."),
        ),
        options=(Option("order", "longest n-gram in words; default 4"),),
        rewards_copies=False,
    )
    cached = True

    def __init__(self, *, order: int = 4) -> None:
        if order < 1:
            raise EvaluatorError(f"novelty: order is {order}; it must be at least 1.")
        self._order = order
        self._bleu = BleuMetric()

    def prepare(self, references: Streams, sources: Sequence[str] = ()) -> PreparedNovelty:  # noqa: ARG002
        """See `Metric.prepare`."""
        return PreparedNovelty(self._order, self._bleu, self._bleu.prepare(references), references)

    def segment_scores(self, statistics: FloatArray) -> Mapping[str, FloatArray]:
        """See `Metric.segment_scores`."""
        places = {"copied_ngrams": 2, "copied_span": 3, "self_bleu": 4, "novelty": 0}
        return {name: statistics[:, place] for name, place in places.items()}

    def details(self, summed: FloatArray) -> str:
        """Means of what is copied."""
        if not summed[1]:
            return ""
        share, span, bleu = (summed[k] / summed[1] for k in (2, 3, 4))
        return f"copied n-grams = {share:.1f} % longest copied span = {span:.1f} words self-BLEU = {bleu:.1f}"


@dataclass(frozen=True)
class PreparedNovelty:
    """Novelty with the references of a run; their words are cut when the first text is counted."""

    _order: int
    _bleu: BleuMetric
    _self_bleu: PreparedLexical
    _references: Streams

    @cached_property
    def _words(self) -> list[list[list[str]]]:
        return [[[] if text is None else words(text) for text in stream] for stream in self._references]

    @property
    def signature(self) -> Signature:
        """References, order and versions."""
        return Signature(f"nrefs:{len(self._references)}|case:lc|order:{self._order}|sacrebleu:{version('sacrebleu')}|version:evaluator-{__version__}")

    def notes(self, hypotheses: Sequence[str]) -> tuple[str, ...]:  # noqa: ARG002
        """None."""
        return ()

    def count(self, hypotheses: Sequence[str], segments: Sequence[int], advance: Advance) -> Counts:
        """See `Prepared.count`."""
        copied = self._bleu.segment_scores(self._self_bleu.count(hypotheses, segments, advance).statistics)["bleu"]
        rows = np.zeros((len(hypotheses), 5))
        for row, (hypothesis, segment, bleu) in enumerate(zip(hypotheses, segments, copied, strict=True)):
            own = words(hypothesis)
            theirs = [stream[segment] for stream in self._words]
            share = copied_share(own, theirs, self._order)
            rows[row] = (100 * (1 - share) if own else 0.0, 1.0, 100 * share, longest_copy(own, theirs), bleu)
        return Counts(rows)


def words(text: str) -> list[str]:
    """A text's words, in lower case and without marks."""
    return WORD.findall(text.lower())


def copied_share(own: Sequence[str], references: Sequence[Sequence[str]], order: int) -> float:
    """Mean over the orders that the text has of the share of its n-grams that any reference has, 0 to 1."""
    shares = []
    for n in range(1, min(order, len(own)) + 1):
        theirs = {tuple(reference[i : i + n]) for reference in references for i in range(len(reference) - n + 1)}
        mine = [tuple(own[i : i + n]) in theirs for i in range(len(own) - n + 1)]
        shares.append(sum(mine) / len(mine))
    return sum(shares) / len(shares) if shares else 0.0


def longest_copy(own: Sequence[str], references: Sequence[Sequence[str]]) -> int:
    """Words of the longest run that stands in a reference in the same order."""
    best = 0
    for reference in references:
        places: dict[str, list[int]] = {}
        for j, word in enumerate(reference):
            places.setdefault(word, []).append(j)
        before: dict[int, int] = {}
        for word in own:
            now = {j: before.get(j - 1, 0) + 1 for j in places.get(word, ())}
            best = max(best, max(now.values(), default=0))
            before = now
    return best
