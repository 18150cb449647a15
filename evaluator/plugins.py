"""The lazy registries that name the parts; what a metric must offer is in `protocol.py`.

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
from typing import Any, NamedTuple, Protocol, cast

from evaluator.frames import TABLES
from evaluator.protocol import Declaration, Metric
from evaluator.types import EvaluatorError

GROUP = "evaluator.metrics"
"""Entry-point group of other packages' metrics."""
METHODS = ("prepare", "segment_scores", "corpus_score", "details")
"""Of every metric class."""

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


class StatisticsStore(Protocol):
    """Keeps statistics between runs."""

    def fetch(self, setting: bytes, texts: Sequence[bytes]) -> list[bytes | None]:
        """For each digest of texts the statistics as bytes of float64, or None."""

    def keep(self, setting: bytes, texts: Sequence[bytes], rows: Sequence[bytes]) -> None:
        """Keep the statistics of texts under a setting."""


class Entry(NamedTuple):
    """One registered part."""

    target: str
    summary: str


METRICS: dict[str, str] = {
    "bleu": "evaluator.metrics.adapters:BleuMetric",
    "chrf": "evaluator.metrics.adapters:ChrfMetric",
    "chrf++": "evaluator.metrics.adapters:ChrfPlusMetric",
    "ter": "evaluator.metrics.adapters:TerMetric",
    "novelty": "evaluator.metrics.paraphrase:NoveltyMetric",
    "bertscore": "evaluator.metrics.bertscore:BertScoreMetric",
}
"""By name the class; what is known of it is in its `declared`."""
READERS: dict[str, Entry] = {
    "text": Entry(
        "evaluator.readers.text:read_text", ".txt and anything else: one paragraph per line, blank-line separated, or wrapped; .gz; - for standard input"
    ),
    "tsv": Entry("evaluator.readers.tables:read_tsv", ".tsv: named columns, tab-separated; quoted as pandas and spreadsheets do, or not at all (--no-quoting)"),
    "csv": Entry("evaluator.readers.tables:read_csv", ".csv: named columns, comma, semicolon or tab, RFC 4180 quoting"),
    "jsonl": Entry("evaluator.readers.tables:read_jsonl", ".jsonl, .json: one object per line, a list of objects, or columns as pandas writes them"),
    "parquet": Entry("evaluator.readers.tables:read_parquet", ".parquet: named columns"),
    "xml": Entry("evaluator.readers.wmt_xml:read_wmt_xml", ".xml: a WMT test set with references and systems"),
}
TEXT_READERS: dict[str, Entry] = {
    "sgml": Entry("evaluator.readers.sgml:read_sgml", ".sgm, .sgml, or any file with <seg> elements: WMT's and NIST's SGML"),
    "srt": Entry("evaluator.readers.subtitles:read_srt", ".srt: SubRip subtitles, a segment per cue"),
    "vtt": Entry("evaluator.readers.subtitles:read_vtt", ".vtt: WebVTT subtitles, a segment per cue"),
    "json": Entry("evaluator.readers.json_texts:read_json_texts", ".json, .jsonl: texts, objects with a text field, WMT's test sets and outputs since 2024"),
}
SCORE_READERS: dict[str, Entry] = {
    "comet": Entry("evaluator.readers.scores:read_comet", "--scores NAME=FILE.json: what comet-score --to_json writes"),
    "metricx": Entry("evaluator.readers.scores:read_metricx", "--scores NAME=FILE.jsonl: what MetricX's predict.py writes; lower is better"),
    "human": Entry("evaluator.readers.scores:read_human", "--scores NAME=FILE.jsonl: WMT's human evaluation since 2024 (ESA), the mean over people"),
    "seg.score": Entry("evaluator.readers.scores:read_seg_score", "--scores NAME=FILE.seg.score: mt-metrics-eval, `system<TAB>score` lines"),
    "column": Entry(
        "evaluator.readers.scores:read_column", "--scores NAME=FILE.csv or .tsv: a column called NAME or score, and system where there are several"
    ),
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
        of_language = metric_class(name).declared.language_options
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


def metric_parts() -> dict[str, Entry]:
    """Built-in metrics and those of installed packages, by name; of the latter the package and its version."""
    from importlib.metadata import entry_points

    outside = {e.name: Entry(e.value, f"{e.dist.name} {e.dist.version}" if e.dist else "") for e in entry_points(group=GROUP)}
    return {**outside, **{name: Entry(target, "") for name, target in METRICS.items()}}


def metric_lines() -> list[tuple[str, str]]:
    """What each metric says of itself, by name; of one that cannot be loaded why."""
    return [(name, _metric_line(name, part)) for name, part in sorted(metric_parts().items())]


def _metric_line(name: str, part: Entry) -> str:
    try:
        declared = metric_class(name).declared
    except EvaluatorError as error:
        return str(error)
    words = (declared.summary, declared.counted_by() if declared.counted_by else "", f"from the package {part.summary}" if part.summary else "")
    return "; ".join(word for word in words if word)


class CallablePackage(ModuleType):
    """A package that is also the public function of its name: `evaluator.check(...)` beside `evaluator.check.Problem`."""

    _function: str

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """The function's result."""
        return self.__wrapped__(*args, **kwargs)

    @property
    def __wrapped__(self) -> Any:
        """The function, imported when it is asked for; `help` and `inspect.signature` find it here."""
        return load_part(Entry(self._function, ""))


def make_callable(package: str, function: str) -> None:
    """Let an imported package be called like a function.

    Args:
        package: its name in sys.modules.
        function: `module:name` of what answers the call; it may lie in a room above, for it is named and not imported.
    """
    module = sys.modules[package]
    module.__class__ = CallablePackage
    module._function = function  # type: ignore[attr-defined]


def load_part(part: Entry) -> Any:
    """The class or function that a registry line names."""
    module, _, name = part.target.partition(":")
    return getattr(importlib.import_module(module), name)


def metric_class(name: str) -> type[Metric]:
    """Class of a metric.

    Raises:
        EvaluatorError: no metric has that name, or that of another package cannot be used.
    """
    if name in METRICS:
        return cast("type[Metric]", load_part(Entry(METRICS[name], "")))
    parts = metric_parts()  # looks through all installed packages, so only when it must
    if name not in parts:
        raise EvaluatorError(unknown_metric(name, parts))
    return _foreign_class(name, parts[name])


def _foreign_class(name: str, part: Entry) -> type[Metric]:
    """The class of another package, once it is known to be a metric."""
    where = f"The metric {name} of the package {part.summary} ({part.target})"
    try:
        cls = load_part(part)
    except Exception as error:  # whatever the package does when it is imported
        raise EvaluatorError(f"{where} cannot be loaded: {type(error).__name__}: {error}") from error
    lacking = [member for member in ("declared", *METHODS) if not hasattr(cls, member)]
    if lacking:
        before = "was written for an earlier protocol: it has `statistics` and" if hasattr(cls, "statistics") else "is no metric: it has"
        raise EvaluatorError(f"{where} {before} no {', '.join(f'`{member}`' for member in lacking)}. docs/metrics.md says what a metric declares and does.")
    if not isinstance(cls.declared, Declaration) or cls.declared.name != name:
        raise EvaluatorError(f"{where}: `declared` must be an evaluator.protocol.Declaration with name={name!r}; it is {cls.declared!r}.")
    return cast("type[Metric]", cls)


def metric_package(name: str) -> str:
    """Name and version of the package that a metric is from; empty for the built-in ones."""
    return "" if name in METRICS else metric_parts()[name].summary


class ConstructorOption(NamedTuple):
    """An option of a metric as its class takes it."""

    name: str
    kind: str
    """Its annotation, such as `str | None`; empty where there is none."""
    default: Any
    help: str
    flags: tuple[str, ...]


def metric_options(name: str) -> tuple[ConstructorOption, ...]:
    """The options that a metric declares, with types and defaults from its constructor.

    Raises:
        EvaluatorError: no such metric, or one whose constructor does not take what it declares.
    """
    cls = metric_class(name)
    parameters = inspect.signature(cls).parameters
    missing = [option.name for option in cls.declared.options if option.name not in parameters]
    if missing:
        raise EvaluatorError(f"The metric {name} declares the option {missing[0]!r}, which its constructor does not take.")
    return tuple(
        ConstructorOption(option.name, _kind(parameters[option.name]), parameters[option.name].default, option.help, option.flags)
        for option in cls.declared.options
    )


def _kind(parameter: inspect.Parameter) -> str:
    given = parameter.annotation
    return "" if given is parameter.empty else given if isinstance(given, str) else inspect.formatannotation(given)


def create_metric(name: str, options: Mapping[str, Any], *, embedder: object = None, lang: str | None = None) -> Metric:
    """A metric made with options.

    Args:
        name: of the metric.
        options: those that it declares.
        embedder: the loaded model, for metrics that need vectors.
        lang: language of the texts, for metrics that need it.

    Raises:
        EvaluatorError: unknown metric, or an option that it does not take.
    """
    cls = metric_class(name)
    known = [option.name for option in metric_options(name)]
    for option in options:
        if option not in known:
            raise EvaluatorError(f"The metric {name} has no option {option!r}.{did_you_mean(option, known)}")
    provided = {"vectors": ("embedder", embedder), "language": ("lang", lang)}
    needed = dict(provided[need] for need in cls.declared.needs if need in provided)
    metric: Metric = cls(**options, **needed)
    return metric


def check_columns(metrics: Iterable[str]) -> None:
    """Refuse metrics of which two fill one column, or one a column that is not a metric's.

    Raises:
        EvaluatorError: such metrics.
    """
    owners = {column.name: "segments.csv itself" for column in TABLES["segments"]}
    for name in metrics:
        for column in metric_class(name).declared.columns:
            if column.name in owners:
                raise EvaluatorError(f"The metric {name} fills the column {column.name!r}, which is that of {owners[column.name]}.")
            owners[column.name] = f"the metric {name}"
