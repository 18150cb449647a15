"""What a metric must offer, and the lazy registries that name the parts.

A registry maps a name to `module:Class`, imported at first use, so that asking for BLEU
never imports torch. Packages outside register under the entry-point group
`evaluator.metrics`. Unknown names are answered with the nearest known one.
"""

from __future__ import annotations

import difflib
import importlib
import inspect
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from types import ModuleType
from typing import Any, NamedTuple, Protocol

from evaluator.types import Advance, EvaluatorError, FloatArray

LANGUAGES = {
    **dict.fromkeys(("zho", "chi", "cmn", "yue", "chinese"), "zh"),
    **dict.fromkeys(("jpn", "jp", "japanese"), "ja"),
    **dict.fromkeys(("kor", "kr", "korean"), "ko"),
}
"""Other ways to write the languages for which metrics have options of their own."""
ELSEWHERE = {
    **dict.fromkeys(("comet", "unite-mup"), "comet"),
    **{name: name for name in ("metricx", "bleurt", "bartscore", "yisi", "prism", "gemba", "moverscore", "meteor", "rouge", "bertseg", "sentinel", "mbert")},
}
"""Metrics by a part of their names, with the name that their scores get as a further metric."""


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
    "tsv": Part("evaluator.readers.tables:read_tsv", ".tsv: named columns, tab-separated; quoted as pandas and spreadsheets do, or not at all (--no-quoting)"),
    "csv": Part("evaluator.readers.tables:read_csv", ".csv: named columns, comma, semicolon or tab, RFC 4180 quoting"),
    "jsonl": Part("evaluator.readers.tables:read_jsonl", ".jsonl, .json: one object per line, a list of objects, or columns as pandas writes them"),
    "parquet": Part("evaluator.readers.tables:read_parquet", ".parquet: named columns"),
    "xml": Part("evaluator.readers.wmt_xml:read_wmt_xml", ".xml: a WMT test set with references and systems"),
}
TEXT_READERS: dict[str, Part] = {
    "sgml": Part("evaluator.readers.sgml:read_sgml", ".sgm, .sgml, or any file with <seg> elements: WMT's and NIST's SGML"),
    "srt": Part("evaluator.readers.subtitles:read_srt", ".srt: SubRip subtitles, a segment per cue"),
    "vtt": Part("evaluator.readers.subtitles:read_vtt", ".vtt: WebVTT subtitles, a segment per cue"),
    "json": Part("evaluator.readers.json_texts:read_json_texts", ".json, .jsonl: texts, objects with a text field, WMT's test sets and outputs since 2024"),
}
SCORE_READERS: dict[str, Part] = {
    "comet": Part("evaluator.readers.scores:read_comet", "--scores NAME=FILE.json: what comet-score --to_json writes"),
    "metricx": Part("evaluator.readers.scores:read_metricx", "--scores NAME=FILE.jsonl: what MetricX's predict.py writes; lower is better"),
    "human": Part("evaluator.readers.scores:read_human", "--scores NAME=FILE.jsonl: WMT's human evaluation since 2024 (ESA), the mean over people"),
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


def base_language(lang: str) -> str:
    """The language alone, without script and country: `zh` for zh-Hans, zh_CN and cmn.

    >>> base_language("zh-Hant-TW"), base_language("Japanese"), base_language("de_AT")
    ('zh', 'ja', 'de')
    """
    first = re.split("[-_]", lang.lower())[0]
    return LANGUAGES.get(first, first)


def with_language(metrics: Iterable[str], given: Mapping[str, Mapping[str, Any]], lang: str | None) -> dict[str, dict[str, Any]]:
    """Options by metric, completed by what each metric takes for a language; what was given stays.

    Args:
        metrics: names.
        given: by metric the options that were chosen.
        lang: the language, None where it is not known.
    """
    options = {name: dict(chosen) for name, chosen in given.items()}
    for name in metrics if lang else ():
        of_language: Mapping[str, Mapping[str, Any]] = getattr(metric_class(name), "language_options", {})
        own = {**of_language.get(base_language(lang or ""), {}), **options.get(name, {})}
        if own:
            options[name] = own
    return options


def unknown_metric(name: str, known: Iterable[str]) -> str:
    """Why a name is no metric and what to write: for one that its own program computes, how its scores come in."""
    program = next((program for word, program in ELSEWHERE.items() if word in name.lower()), None)
    if program is not None:
        example = {"comet": "comet.json", "metricx": "metricx.jsonl"}.get(program, "scores.csv")
        return f"{name} is not computed here; give the scores that its own program made, as a further metric: --scores {program}={example}."
    return f"There is no metric {name!r}.{did_you_mean(name, known)} Scores that another program made are taken with --scores NAME=FILE."


def metric_parts() -> dict[str, Part]:
    """Built-in metrics and those of installed packages, by name."""
    from importlib.metadata import entry_points

    outside = {e.name: Part(e.value, f"from the package {e.dist.name}" if e.dist else "") for e in entry_points(group="evaluator.metrics")}
    return {**outside, **METRICS}


class CallablePackage(ModuleType):
    """A package that is also the public function of its name: `evaluator.check(...)` beside `evaluator.check.Problem`."""

    _function: str

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """The function's result."""
        return self.__wrapped__(*args, **kwargs)

    @property
    def __wrapped__(self) -> Any:
        """The function, imported when it is asked for; `help` and `inspect.signature` find it here."""
        return load_part(Part(self._function, ""))


def make_callable(package: str, function: str) -> None:
    """Let an imported package be called like a function.

    Args:
        package: its name in sys.modules.
        function: `module:name` of what answers the call; it may lie in a room above, for it is named and not imported.
    """
    module = sys.modules[package]
    module.__class__ = CallablePackage
    module._function = function  # type: ignore[attr-defined]


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
        raise EvaluatorError(unknown_metric(name, parts))
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
