"""Options of a suite: what names there are, of which kind, and what they make of a request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from evaluator.compare import CORRECTIONS, TESTS, UNITS, Plan
from evaluator.compare.plan import FEWEST_RESAMPLES
from evaluator.plugins import create_metric, did_you_mean, metric_class, metric_options, metric_parts, with_language
from evaluator.request import DIAGNOSE, Request
from evaluator.suite.marks import Marked, Place, Problems
from evaluator.types import EvaluatorError

KINDS: dict[str, tuple[type, ...]] = {
    "align": (str,), "align_model": (str,), "model": (str,), "num_layers": (int, str), "lang": (str,), "device": (str,), "precision": (str,),
    "batch_size": (int,), "diagnose": (str,), "prior": (float, int), "test": (str,), "unit": (str,), "resamples": (int,), "correction": (str,), "seed": (int,),
}  # fmt: skip
"""Options of a run, as `evaluator score` has them."""
CHOICES: dict[str, tuple[str, ...]] = {
    "align": ("auto", "line", "none", "paragraph"), "device": ("auto", "cpu", "cuda"), "precision": ("fp32", "bf16"), "diagnose": DIAGNOSE,
    "test": tuple(TESTS), "unit": UNITS, "correction": tuple(CORRECTIONS),
}  # fmt: skip
FEWEST = {"resamples": FEWEST_RESAMPLES, "batch_size": 1}
OF_PLAN = ("test", "unit", "resamples", "correction", "seed")
ANNOTATED: dict[str, tuple[type, ...]] = {"str": (str,), "int": (int,), "float": (float, int), "bool": (bool,)}

Options = Mapping[str, Any]
"""Plain values by option; a metric's options are a mapping under the metric's name."""


def read_options(marked: Marked, problems: Problems) -> dict[str, Any]:
    """The options of a mapping, what is wrong with them noted."""
    if not isinstance(marked.value, dict):
        problems.add(marked.place, "options must be a mapping of option to value")
        return {}
    options: dict[str, Any] = {}
    metrics = metric_parts()
    for name, value in marked.value.items():
        if name in metrics:
            options[name] = _metric_options(name, value, problems)
        elif name in KINDS:
            options[name] = value.plain
            check_value(name, value, problems)
        else:
            problems.add(marked.keys[name], f"there is no option {name!r}.{did_you_mean(name, [*KINDS, *metrics])}")
    return options


def check_value(name: str, marked: Marked, problems: Problems) -> None:
    """Note a value of the wrong kind, or none of the known ones."""
    value: Any = marked.value
    if value is not None and (isinstance(value, bool) or not isinstance(value, KINDS[name])):
        problems.add(marked.place, f"{name} is {marked.plain!r}; it must be {' or '.join(_words(kind) for kind in KINDS[name])}")
    elif name in CHOICES and value not in CHOICES[name]:
        problems.add(marked.place, f"{name} is {value!r}.{did_you_mean(str(value), CHOICES[name])}")
    elif name in FEWEST and isinstance(value, int) and value < FEWEST[name]:
        problems.add(marked.place, f"{name} is {value}; it must be {FEWEST[name]} or more")
    elif name == "prior" and isinstance(value, (int, float)) and not 0 < value < 1:
        problems.add(marked.place, f"prior is {value}; it must be between 0 and 1")


def _words(kind: type) -> str:
    return {str: "text", int: "a whole number", float: "a number", bool: "true or false"}[kind]


def _metric_options(metric: str, marked: Marked, problems: Problems) -> dict[str, Any]:
    if not isinstance(marked.value, dict):
        problems.add(marked.place, f"the options of {metric} must be a mapping of option to value")
        return {}
    before = len(problems.found)
    for name, value in marked.value.items():
        check_metric_option(metric, name, value, marked.keys[name], problems)
    options: dict[str, Any] = marked.plain
    if len(problems.found) == before:
        check_made(metric, options, marked.place, problems)
    return options


def check_made(metric: str, options: Options, place: Place, problems: Problems) -> None:
    """Note options with which a metric cannot be made; those with a model are made when they run."""
    if getattr(metric_class(metric), "needs_embedder", False):
        return
    try:
        create_metric(metric, options)
    except EvaluatorError as error:
        problems.add(place, str(error))


def check_metric_option(metric: str, name: str, marked: Marked, key: Place, problems: Problems) -> None:
    """Note an option that a metric does not take, or a value of the wrong kind."""
    own = {option.name: option for option in metric_options(metric)}
    if name not in own:
        problems.add(key, f"the metric {metric} has no option {name!r}.{did_you_mean(name, own)}")
        return
    kinds = [part.strip() for part in own[name].kind.split("|")]
    known = [ANNOTATED[kind] for kind in kinds if kind in ANNOTATED]
    fits = (marked.value is None and "None" in kinds) or any(
        isinstance(marked.value, kind) and (kind == (bool,) or not isinstance(marked.value, bool)) for kind in known
    )
    if known and not fits:
        problems.add(marked.place, f"{metric}.{name} is {marked.plain!r}; it must be {' or '.join(kinds)}")


def merged(*layers: Options) -> dict[str, Any]:
    """Options of which later layers win; those of a metric are merged one by one."""
    out: dict[str, Any] = {}
    for layer in layers:
        for name, value in layer.items():
            out[name] = {**out.get(name, {}), **value} if isinstance(value, Mapping) else value
    return out


def with_options(request: Request, options: Options) -> Request:
    """The request with a suite's options; those of metrics that are not asked for stay out."""
    plain = {name: value for name, value in options.items() if name in KINDS and name not in OF_PLAN and value is not None}
    metrics = {name: dict(value) for name, value in options.items() if isinstance(value, Mapping) and name in request.metrics and value}
    plan = Plan(**{name: options[name] for name in OF_PLAN if options.get(name) is not None})
    return replace(request, metric_options=with_language(request.metrics, metrics, options.get("lang")), plan=plan, **plain)
