"""What a metric must offer, and the lazy registries that name the parts.

A registry maps a name to `module:Class`, imported at first use, so that asking for BLEU
never imports torch. Packages outside register under the entry-point group
`evaluator.metrics`. Unknown names are answered with the nearest known one.
"""

from __future__ import annotations

import difflib
import importlib
import inspect
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from evaluator.types import Advance, EvaluatorError, FloatArray


class Described(Protocol):
    """What is said of a metric and made of its statistics, wherever they come from."""

    @property
    def name(self) -> str:
        """Registry name, such as `bleu`."""

    @property
    def title(self) -> str:
        """Name as printed in papers, such as `chrF2++`."""

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns of `segments.csv` that `segment_scores` fills."""

    @property
    def unit_scale(self) -> bool:
        """True for scores around 0..1, False for 0..100; decides the digits shown."""

    @property
    def higher_is_better(self) -> bool:
        """False for error rates."""

    @property
    def formula(self) -> Mapping[str, Any]:
        """How summed statistics become the score, as plain data: `kind` bleu, chrf, ter or ratio, and its parameters.

        `compare/formulas.py` has them; {"kind": "ratio", "of": 0, "by": 1} is the mean of one score a segment.
        """

    def corpus_score(self, summed: FloatArray) -> float:
        """Score from statistics summed over segments, float64 (n_stats,); NaN when undefined."""

    def details(self, summed: FloatArray) -> str:
        """What the metric says beside its score, on one line."""

    def signature(self) -> str:
        """Everything that decides the number; known once references were seen."""

    def segment_signature(self) -> str:
        """Likewise for the scores of single segments."""


class Metric(Described, Protocol):
    """A metric as additive sufficient statistics: shards of them sum to the same number."""

    def statistics(self, hypotheses: Sequence[str], segments: Sequence[int], references: Sequence[Sequence[str | None]], advance: Advance) -> FloatArray:
        """Sufficient statistics, float64 (n_hypotheses, n_stats).

        Args:
            hypotheses: texts of all systems, one after another.
            segments: for each hypothesis the 0-based place of its reference in the streams.
            references: one stream a reference, each (n_segments,); None where there is none.
            advance: called with the number of hypotheses just done.
        """

    def segment_scores(self, statistics: FloatArray) -> Mapping[str, FloatArray]:
        """Scores by column, each float64 (n,)."""


class StatisticsStore(Protocol):
    """Keeps statistics between runs."""

    def fetch(self, setting: bytes, texts: Sequence[bytes]) -> list[bytes | None]:
        """For each digest of texts the statistics as bytes of float64, or None."""

    def keep(self, setting: bytes, texts: Sequence[bytes], rows: Sequence[bytes]) -> None:
        """Keep the statistics of texts under a setting."""


class Part(NamedTuple):
    """One registered part."""

    target: str
    summary: str


METRICS: dict[str, Part] = {
    "bleu": Part("evaluator.metrics.adapters:BleuMetric", "BLEU, sacreBLEU's numbers (Papineni et al. 2002)"),
    "chrf": Part("evaluator.metrics.adapters:ChrfMetric", "chrF2, sacreBLEU's numbers (Popović 2015)"),
    "chrf++": Part("evaluator.metrics.adapters:ChrfPlusMetric", "chrF2++, chrF with word bigrams (Popović 2017)"),
    "ter": Part("evaluator.metrics.adapters:TerMetric", "TER, sacreBLEU's numbers; lower is better (Snover et al. 2006)"),
    "novelty": Part("evaluator.metrics.paraphrase:NoveltyMetric", "share of words and word sequences that the reference does not have; 0 for a copy"),
    "bertscore": Part("evaluator.metrics.bertscore:BertScoreMetric", "BERTScore P, R and F1 (Zhang et al. 2020)"),
}
READERS: dict[str, Part] = {
    "text": Part("evaluator.readers.text:read_text", ".txt and anything else: a paragraph a line, blank-line separated, or wrapped; .gz; - for standard input"),
    "tsv": Part("evaluator.readers.tables:read_tsv", ".tsv: named columns, tab-separated, no quoting"),
    "csv": Part("evaluator.readers.tables:read_csv", ".csv: named columns, RFC 4180 quoting"),
    "jsonl": Part("evaluator.readers.tables:read_jsonl", ".jsonl: one object a line"),
    "parquet": Part("evaluator.readers.tables:read_parquet", ".parquet: named columns"),
    "xml": Part("evaluator.readers.wmt_xml:read_wmt_xml", ".xml: a WMT test set with references and systems"),
}
SCORE_READERS: dict[str, Part] = {
    "comet": Part("evaluator.readers.scores:read_comet", "--scores NAME=FILE.json: what comet-score --to_json writes"),
    "metricx": Part("evaluator.readers.scores:read_metricx", "--scores NAME=FILE.jsonl: what MetricX's predict.py writes; lower is better"),
    "seg.score": Part("evaluator.readers.scores:read_seg_score", "--scores NAME=FILE.seg.score: mt-metrics-eval, `system<TAB>score` lines"),
    "column": Part("evaluator.readers.scores:read_column", "--scores NAME=FILE.csv or .tsv: a column called NAME or score, and system where there are several"),
}


def did_you_mean(wrong: str, known: Iterable[str], *, listed: Iterable[str] | None = None) -> str:
    """` Did you mean X?` for the nearest known name, or the known names when none is near.

    Args:
        wrong: what was given.
        known: all names.
        listed: the names to list when none is near, if not all.
    """
    names = sorted(known)
    near = difflib.get_close_matches(wrong.lower(), names, n=1, cutoff=0.6)
    return f" Did you mean {near[0]}?" if near else f" Known: {', '.join(names if listed is None else sorted(listed))}."


def metric_parts() -> dict[str, Part]:
    """Built-in metrics and those of installed packages, by name."""
    from importlib.metadata import entry_points

    outside = {e.name: Part(e.value, f"from the package {e.dist.name}" if e.dist else "") for e in entry_points(group="evaluator.metrics")}
    return {**outside, **METRICS}


def load_part(part: Part) -> Any:
    """The class or function that a registry line names."""
    module, _, name = part.target.partition(":")
    return getattr(importlib.import_module(module), name)


def metric_class(name: str) -> Any:
    """Class of a metric.

    Raises:
        EvaluatorError: no metric has that name.
    """
    if name in METRICS:
        return load_part(METRICS[name])
    parts = metric_parts()  # looks through all installed packages, so only when it must
    if name not in parts:
        raise EvaluatorError(f"There is no metric {name!r}.{did_you_mean(name, parts)}")
    return load_part(parts[name])


def create_metric(name: str, options: Mapping[str, Any]) -> Metric:
    """A metric made with options.

    Raises:
        EvaluatorError: unknown metric, or an option that it does not take.
    """
    cls = metric_class(name)
    known = list(inspect.signature(cls).parameters)
    for option in options:
        if option not in known:
            raise EvaluatorError(f"The metric {name} has no option {option!r}.{did_you_mean(option, known)}")
    metric: Metric = cls(**options)
    return metric
