"""Options of a suite: what names there are, of which kind, and what they make of a request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from evaluator.compare import Plan
from evaluator.option_checks import problem_of
from evaluator.options import OF_COMPARISON, OPTIONS
from evaluator.plugins import create_metric, did_you_mean, metric_class, metric_options, metric_parts, with_language
from evaluator.request import Request
from evaluator.suite.yaml_locations import Located, Location, Problems
from evaluator.types import EvaluatorError

KNOWN = {name: option for name, option in OPTIONS.items() if "suite" in option.declared.where}
"""Options of a run that a suite can set, as `evaluator score` has them."""
ANNOTATED: dict[str, tuple[type, ...]] = {"str": (str,), "int": (int,), "float": (float, int), "bool": (bool,)}

Options = Mapping[str, Any]
"""Plain values by option; a metric's options are a mapping under the metric's name."""


def read_options(located: Located, problems: Problems) -> dict[str, Any]:
    """The options of a mapping, what is wrong with them noted."""
    if not isinstance(located.value, dict):
        problems.add(located.place, "options must be a mapping of option to value")
        return {}
    options: dict[str, Any] = {}
    metrics = metric_parts()
    for name, value in located.value.items():
        if name in metrics:
            options[name] = _metric_options(name, value, problems)
        elif name in KNOWN:
            options[name] = value.plain
            check_value(name, value, problems)
        else:
            problems.add(located.keys[name], f"there is no option {name!r}.{did_you_mean(name, [*KNOWN, *metrics])}")
    return options


def check_value(name: str, located: Located, problems: Problems) -> None:
    """Note a value of the wrong kind, or none of the known ones."""
    value = located.value if isinstance(located.value, KNOWN[name].kinds) or located.value is None else located.plain
    if value is not None and (problem := problem_of(KNOWN[name], value, name)):
        problems.add(located.place, problem.rstrip("."))


def _words(kind: type) -> str:
    return {str: "text", int: "a whole number", float: "a number", bool: "true or false"}[kind]


def _metric_options(metric: str, located: Located, problems: Problems) -> dict[str, Any]:
    if not isinstance(located.value, dict):
        problems.add(located.place, f"the options of {metric} must be a mapping of option to value")
        return {}
    before = len(problems.found)
    for name, value in located.value.items():
        check_metric_option(metric, name, value, located.keys[name], problems)
    options: dict[str, Any] = located.plain
    if len(problems.found) == before:
        check_made(metric, options, located.place, problems)
    return options


def check_made(metric: str, options: Options, place: Location, problems: Problems) -> None:
    """Note options with which a metric cannot be made; those with a model are made when they run."""
    if getattr(metric_class(metric), "needs_embedder", False):
        return
    try:
        create_metric(metric, options)
    except EvaluatorError as error:
        problems.add(place, str(error))


def check_metric_option(metric: str, name: str, located: Located, key: Location, problems: Problems) -> None:
    """Note an option that a metric does not take, or a value of the wrong kind."""
    own = {option.name: option for option in metric_options(metric)}
    if name not in own:
        problems.add(key, f"the metric {metric} has no option {name!r}.{did_you_mean(name, own)}")
        return
    kinds = [part.strip() for part in own[name].kind.split("|")]
    known = [ANNOTATED[kind] for kind in kinds if kind in ANNOTATED]
    fits = (located.value is None and "None" in kinds) or any(
        isinstance(located.value, kind) and (kind == (bool,) or not isinstance(located.value, bool)) for kind in known
    )
    if known and not fits:
        problems.add(located.place, f"{metric}.{name} is {located.plain!r}; it must be {' or '.join(kinds)}")


def merged(*layers: Options) -> dict[str, Any]:
    """Options of which later layers win; those of a metric are merged one by one."""
    out: dict[str, Any] = {}
    for layer in layers:
        for name, value in layer.items():
            out[name] = {**out.get(name, {}), **value} if isinstance(value, Mapping) else value
    return out


def with_options(request: Request, options: Options) -> Request:
    """The request with a suite's options; those of metrics that are not asked for stay out."""
    plain = {name: value for name, value in options.items() if name in KNOWN and name not in OF_COMPARISON and value is not None}
    metrics = {name: dict(value) for name, value in options.items() if isinstance(value, Mapping) and name in request.metrics and value}
    plan = Plan(**{name: options[name] for name in OF_COMPARISON if options.get(name) is not None})
    return replace(request, metric_options=with_language(request.metrics, metrics, options.get("lang")), plan=plan, **plain)
