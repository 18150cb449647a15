"""One table of options: what is made from it agrees with it, and a wrong value is answered in the same words everywhere."""

from __future__ import annotations

import inspect
import json
import re
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import evaluator
from evaluator.api import evaluate
from evaluator.cli.score_options import build_parser
from evaluator.cli.score_request import make_request
from evaluator.compare import Plan
from evaluator.option_checks import problem_of
from evaluator.options import OF_COMPARISON, OF_RUN, OPTIONS, Option
from evaluator.request import Request, options_of
from evaluator.suite.options import KNOWN
from evaluator.types import EvaluatorError
from tests.conftest import Cli

REFERENCE, SYSTEM = ["The tram stopped.", "It rained."], ["The tram halted.", "It rained."]
OTHER = {
    "align": "line",
    "test": "bootstrap",
    "unit": "segment",
    "correction": "bh",
    "seed": 7,
    "resamples": 200,
    "diagnose": "off",
    "prior": 0.3,
    "device": "cpu",
}
PACKAGE = Path(evaluator.__file__).parent


def _of(where: str) -> list[Option]:
    return [option for option in OPTIONS.values() if where in option.declared.where]


@pytest.mark.parametrize("option", _of("python"), ids=lambda option: option.name)
def test_evaluate_has_each_option_by_name_type_default_and_docs(option: Option) -> None:
    parameter = inspect.signature(evaluate).parameters[option.name]
    default = {} if option.name in ("metric_options", "scores") else option.default  # None there, which stands for nothing given
    assert (parameter.default or {}) == default if default == {} else parameter.default == option.default
    if option.kinds:
        kinds = [part.strip() for part in str(parameter.annotation).split("|")]
        assert kinds == [*(kind.__name__ for kind in option.kinds), *(["None"] if option.optional else [])]
    (line,) = re.findall(rf"^        {option.name}: (.+(?:\n            .+)*)", str(evaluate.__doc__), re.MULTILINE)
    for choice in option.declared.choices:
        assert re.search(rf"\b{choice}\b", line) or (option.name, choice) == ("align", "none"), f"{option.name} does not name {choice}"


def test_evaluate_has_no_option_that_the_table_lacks() -> None:
    others = {"reference", "systems", "references", "source", "progress"}  # texts, and what is shown meanwhile
    assert set(inspect.signature(evaluate).parameters) - others == {option.name for option in _of("python")}


@pytest.mark.parametrize("option", [option for option in _of("command") if option.declared.group], ids=lambda option: option.name)
def test_the_command_line_has_each_option_with_type_default_and_help(option: Option) -> None:
    actions = {action.dest: action for action in build_parser()._actions}
    action = actions[option.name]
    assert option.flag in action.option_strings
    assert action.default == (None if option.name in ("test", "seed") else option.default)
    assert action.help
    assert "{" not in action.help


def test_a_request_keeps_what_the_command_line_states() -> None:
    given = [word for name, value in OTHER.items() for word in (OPTIONS[name].flag, str(value))]
    request = make_request(build_parser().parse(["ref.txt", "a=sys.txt", "-m", "chrf", *given]))
    stated = options_of(request)
    assert {name: {**stated, **stated["comparison"]}[name] for name in OTHER} == OTHER


def test_run_json_has_every_option_in_the_order_of_the_table() -> None:
    assert list(options_of(Request())) == [*OF_RUN, "comparison"]
    assert list(options_of(Request())["comparison"]) == list(OF_COMPARISON)
    assert [one.name for one in fields(Plan)] == list(OF_COMPARISON)
    assert json.loads(json.dumps(options_of(Request(scores=(), documents=["a"])))) == options_of(Request())


def test_suites_have_the_options_of_a_run() -> None:
    assert list(KNOWN) == [
        "align", "align_model", "model", "num_layers", "lang", "device", "precision", "batch_size", "diagnose", "prior",
        "test", "unit", "resamples", "correction", "seed",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("device", "gpu", "There is no device 'gpu'."),
        ("align", "lines", "There is no alignment mode 'lines'. Did you mean line?"),
        ("diagnose", "maybe", "{} is 'maybe'."),
        ("resamples", 99, "{} is 99; it must be 100 or more."),
        ("batch_size", 0, "{} is 0; it must be 1 or more."),
        ("prior", 1.0, "{} is 1.0; it must be between 0 and 1."),
        ("seed", -1, "{} is -1; it must be 0 or more."),
    ],
)
def test_a_wrong_value_has_the_same_words_everywhere(name: str, value: Any, words: str, cli: Cli, tmp_path: Path) -> None:
    ref, sys = tmp_path / "ref.txt", tmp_path / "sys.txt"
    ref.write_text("\n".join(REFERENCE) + "\n")
    sys.write_text("\n".join(SYSTEM) + "\n")
    assert words.format(OPTIONS[name].flag) in cli("score", ref, sys, "-m", "chrf", OPTIONS[name].flag, value).err
    with pytest.raises(EvaluatorError, match=re.escape(words.format(name))):
        evaluate(REFERENCE, {"a": SYSTEM}, metrics=["chrf"], **{name: value})
    (tmp_path / "c.yaml").write_text(f"suite: c\nmetrics: [chrf]\noptions: {{{name}: {value}}}\nsets:\n  - {{reference: ref.txt, system_files: [sys.txt]}}\n")
    assert words.format(name).rstrip(".") in cli("validate", tmp_path / "c.yaml").err


@pytest.mark.parametrize(("name", "value"), [("resamples", "many"), ("resamples", True), ("lang", 3), ("prior", "high"), ("quoting", "no"), ("ngrams", 1.5)])
def test_a_wrong_type_is_refused_from_python(name: str, value: Any) -> None:
    assert re.search(r"is .*; it must be (text|a whole number|a number|true or false)\.", problem_of(OPTIONS[name], value, name))


def test_numbers_of_numpy_and_whole_numbers_are_numbers() -> None:
    assert problem_of(OPTIONS["resamples"], np.int64(500), "resamples") == ""
    assert problem_of(OPTIONS["prior"], np.float64(0.5), "prior") == ""
    assert problem_of(OPTIONS["model"], Path("a/model"), "model") == ""


def test_an_option_is_declared_in_one_place() -> None:
    """Who else names the option: `evaluate`, what loads the model, and what says that it was used."""
    files = sorted(path.name for path in PACKAGE.rglob("*.py") if "align_model" in path.read_text(encoding="utf-8"))
    assert files == ["api.py", "loading.py", "manifest.py", "options.py", "run_json.py", "wiring.py"]
