"""What a run is asked for: `Request`, and what is refused before any file is read."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from evaluator.compare import Plan
from evaluator.extras import left_out, missing, require
from evaluator.plugins import StatisticsStore, check_columns, did_you_mean, metric_class
from evaluator.readers.inputs import TextSource
from evaluator.readers.scores import ScoreFile
from evaluator.readers.tables import TextTable
from evaluator.types import EvaluatorError

DIAGNOSE = ("auto", "on", "off")
DEFAULT_METRICS = ("bleu", "chrf", "ter", "bertscore")
"""Those of them that are not installed are left out, and a note says so; `with_installed_metrics`."""


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked for: inputs and options, as the command line and Python both state them."""

    references: Sequence[TextSource] = ()
    systems: Mapping[str, TextSource] = field(default_factory=dict)
    source: TextSource | None = None
    table: str | TextTable | None = None
    """One table in the place of references, systems and source: a file, or one in memory."""
    only: Sequence[str] = ()
    """Systems of the table to score; none for all."""
    reference_names: Sequence[str] = ()
    """References to take from a file that holds several by name; none for those by people."""
    quoting: bool = True
    """False takes quotation marks in TSV and CSV as part of the texts."""
    notes: Sequence[str] = ()
    """What to note about the inputs beside what reading them shows."""
    metrics: Sequence[str] = DEFAULT_METRICS
    metric_options: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """By metric, the options of its class."""
    align: str = "auto"
    align_model: str | None = None
    """Model whose vectors help to align articles; None compares spelling alone."""
    alignment: str | None = None
    """A file with the alignment to use, as `--save-alignment` writes it."""
    model: str | None = None
    """None takes bert-score's model of `lang`, or the packaged one without a language."""
    num_layers: int | str | None = None
    lang: str | None = None
    device: str = "auto"
    precision: str = "fp32"
    batch_size: int | None = None
    diagnose: str = "auto"
    """`auto` diagnoses when bertscore is among the metrics."""
    prior: float | None = None
    """Share of paragraphs with a serious error, for the diagnosis; None for that of its data."""
    documents: TextSource | None = None
    """The document of each segment, a file or a list, for texts that are no table."""
    scores: Sequence[ScoreFile] = ()
    """Files of scores made elsewhere."""
    lower_is_better: Sequence[str] = ()
    """Which of those scores are error rates."""
    plan: Plan = field(default_factory=Plan)
    """How systems are compared."""
    buckets: Sequence[str] = ()
    """Parts of the test set to compare on as well."""
    ngrams: int = 0
    """N-grams to show that one system gets and another misses."""
    store: StatisticsStore | None = None
    """Where statistics of segments are kept between runs; no number depends on it."""


def check_metrics(request: Request) -> None:
    """Refuse unknown or repeated metrics before any file is read."""
    if not request.metrics:
        raise EvaluatorError("No metric was asked for; name at least one.")
    for name in request.metrics:
        declared = metric_class(name).declared
        if "vectors" in declared.needs:
            _require_model(declared.title, request)
        if list(request.metrics).count(name) > 1:
            raise EvaluatorError(f"The metric {name} was asked for twice.")
    check_columns(request.metrics)
    for name in request.metric_options:
        if name not in request.metrics:
            raise EvaluatorError(f"There are options for {name!r}, which is not among the metrics asked for: {', '.join(request.metrics)}.")


def with_installed_metrics(request: Request) -> Request:
    """The request without those default metrics that are not installed, and a note of them; metrics that were asked for stay."""
    absent = [name for name in DEFAULT_METRICS if missing(name)]
    if request.metrics is not DEFAULT_METRICS or not absent:
        return request
    words = left_out([*absent, *(["diagnosis"] if request.diagnose == "auto" else [])])
    return replace(request, metrics=tuple(name for name in DEFAULT_METRICS if name not in absent), notes=(*request.notes, *words))


def _require_model(metric: str, request: Request) -> None:
    """Stop where the model that a metric needs cannot run, before any file is read."""
    from evaluator.embed.models import DEFAULT_MODEL, part_of

    if request.model is None and request.lang:
        require("hub", f"{metric} with bert-score's model for --lang {request.lang}")
    else:
        model = request.model or DEFAULT_MODEL
        require(part_of(model), f"{metric} with the model {model}")


def is_diagnosed(request: Request) -> bool:
    """True where a run of the request has a diagnosis.

    Raises:
        EvaluatorError: an unknown setting, or a diagnosis asked for that is not installed.
    """
    if request.diagnose not in DIAGNOSE:
        raise EvaluatorError(f"--diagnose is {request.diagnose!r}.{did_you_mean(request.diagnose, DIAGNOSE)}")
    if request.diagnose == "on":
        require("diagnosis")
        return True
    return request.diagnose == "auto" and "bertscore" in request.metrics and not missing("diagnosis")


def options_of(request: Request) -> dict[str, Any]:
    """The options of a request as `run.json` holds them."""
    names = ("align", "align_model", "alignment", "model", "num_layers", "lang", "device", "precision", "batch_size", "diagnose", "prior")
    options = {name: dict(values) for name, values in request.metric_options.items()}
    return {
        "metrics": list(request.metrics),
        "metric_options": options,
        "scores": [asdict(one) for one in request.scores],
        "lower_is_better": list(request.lower_is_better),
        "documents": os.fspath(request.documents) if isinstance(request.documents, (str, os.PathLike)) else None,
        **{name: getattr(request, name) for name in names},
        "only": list(request.only),
        "reference_names": list(request.reference_names),
        "quoting": request.quoting,
        "buckets": list(request.buckets),
        "ngrams": request.ngrams,
        "comparison": asdict(request.plan),
    }
