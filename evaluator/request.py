"""What a run is asked for: `Request`, and what is refused before any file is read."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from evaluator.compare import Plan, check_plan
from evaluator.extras import left_out, missing, require
from evaluator.option_checks import check_options
from evaluator.options import DEFAULT_METRICS, OF_RUN, RunOptions
from evaluator.plugins import StatisticsStore, check_columns, metric_class
from evaluator.readers.inputs import TextSource
from evaluator.readers.scores import ScoreFile
from evaluator.readers.tables import TextTable
from evaluator.types import EvaluatorError


@dataclass(frozen=True, slots=True, kw_only=True)
class Request(RunOptions):
    """What is asked for: texts and options, as the command line and Python both state them; `options.py` has the options."""

    references: Sequence[TextSource] = ()
    systems: Mapping[str, TextSource] = field(default_factory=dict)
    source: TextSource | None = None
    table: str | TextTable | None = None
    """One table instead of references, systems and source: a file, or one in memory."""
    target: str = ""
    """The target of a language pair, which chose tokenizers and no model; for notes."""
    notes: Sequence[str] = ()
    """What to note about the inputs beside what reading them shows."""
    plan: Plan = field(default_factory=Plan)
    """How systems are compared."""
    store: StatisticsStore | None = None
    """Where statistics of segments are kept between runs; no number depends on it."""


def check_request(request: Request) -> None:
    """Refuse options and metrics that are wrong before any file is read.

    Raises:
        EvaluatorError: names the first.
    """
    check_options(OF_RUN, request)
    if request.prior is not None and request.calibration is not None:
        raise EvaluatorError(f"--prior {request.prior:g} and --calibration both set the prior; leave one of them out.")
    check_plan(request.plan)
    check_metrics(request)


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
        EvaluatorError: a diagnosis asked for that is not installed.
    """
    if request.diagnose == "on":
        require("diagnosis")
        return True
    return request.diagnose == "auto" and "bertscore" in request.metrics and not missing("diagnosis")


def options_of(request: Request) -> dict[str, Any]:
    """The options of a request as `run.json` holds them."""
    options = {name: _stored(getattr(request, name)) for name in OF_RUN}
    if not isinstance(request.documents, (str, os.PathLike)):
        options["documents"] = None  # a list from Python
    return {**options, "comparison": asdict(request.plan)}


def _stored(value: Any) -> Any:
    """A value as JSON has it."""
    if isinstance(value, Mapping):
        return {name: _stored(one) for name, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_stored(one) for one in value]
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    return asdict(value) if isinstance(value, ScoreFile) else value
