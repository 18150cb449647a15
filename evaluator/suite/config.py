"""A suite's configuration: test sets, systems, metrics and options, read from one YAML file with all mistakes at once."""

from __future__ import annotations

import glob
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

from evaluator.options import DEFAULT_METRICS
from evaluator.plugins import did_you_mean, metric_parts, unknown_metric
from evaluator.readers.source import read_bytes
from evaluator.suite.card import Card, read_card
from evaluator.suite.options import KNOWN, Options, check_made, check_metric_option, check_value, read_options
from evaluator.suite.yaml_locations import Located, Location, Problems, Section, check_name, read_yaml

KEYS = ("suite", "description", "data", "metrics", "options", "matrix", "sets")
SET_KEYS = (
    "name", "card", "sacrebleu", "table", "mtme", "reference", "source", "documents", "systems", "system_files", "references", "metrics", "options",
)  # fmt: skip
KINDS_OF_SET = ("card", "sacrebleu", "table", "mtme", "reference")


@dataclass(frozen=True, slots=True)
class SetConfig:
    """One test set of a suite."""

    name: str
    kind: str
    """One of `KINDS_OF_SET`."""
    where: tuple[str, ...]
    """Path, set name or references, by kind."""
    card: Card | None
    source: str | None
    documents: str | None
    systems: tuple[str, ...]
    """Patterns of the names of the set's own systems; empty for all."""
    system_files: tuple[str, ...]
    """Further systems: paths, globs or NAME=path."""
    references: tuple[str, ...]
    """Patterns of the names of the references; empty for all, of folders of mt-metrics-eval for those by people."""
    metrics: tuple[str, ...]
    options: Options
    place: Location


@dataclass(frozen=True, slots=True)
class Combination:
    """One combination of the matrix."""

    name: str
    """Such as `bleu.tokenize=intl`; empty without a matrix."""
    options: Options


@dataclass(frozen=True, slots=True)
class SuiteConfig:
    """A suite as its file states it."""

    name: str
    path: str
    data: str
    """Folder of the sets' files, or empty."""
    options: Options
    combinations: tuple[Combination, ...]
    sets: tuple[SetConfig, ...]


def read_config(path: str) -> SuiteConfig:
    """The configuration of a suite.

    Raises:
        EvaluatorError: it cannot be read, or has mistakes: all of them, each as file:line:column.
    """
    problems = Problems()
    text = read_bytes(path).decode("utf-8", errors="replace")
    located = read_yaml(text, path, problems)
    problems.stop()
    assert located is not None
    section = Section(located, KEYS, problems)
    section.need("sets")
    folder = Path(path).parent
    metrics = _metrics(section, DEFAULT_METRICS)
    options = read_options(section.values["options"], problems) if "options" in section else {}
    combinations = _matrix(section.values.get("matrix"), problems)
    sets = tuple(one for item in section.items("sets") if (one := _set(item, folder, metrics, problems)) is not None)
    if "sets" in section and not section.items("sets"):
        problems.add(section.values["sets"].place, "there is no set; name at least one")
    _check_names(sets, problems)
    name = section.text("suite", Path(path).stem)
    check_name(section, "suite", name if "suite" in section else "")
    data = section.text("data")
    problems.stop()
    return SuiteConfig(name, path, _under(folder, data) if data else "", options, combinations, sets)


def _metrics(section: Section, default: tuple[str, ...]) -> tuple[str, ...]:
    known = metric_parts()
    names = []
    for item in section.items("metrics"):
        name = str(item.value).lower()
        if name not in known:
            section.problems.add(item.place, _as_part(unknown_metric(str(item.value), known)))
        elif name in names:
            section.problems.add(item.place, f"the metric {name} is there twice")
        else:
            names.append(name)
    if "metrics" in section and not section.items("metrics"):
        section.problems.add(section.values["metrics"].place, "there is no metric; name at least one")
    return tuple(names) or default


def _as_part(sentence: str) -> str:
    """A sentence as it stands after a place."""
    return f"t{sentence[1:]}" if sentence.startswith("There ") else sentence


def _matrix(located: Located | None, problems: Problems) -> tuple[Combination, ...]:
    """All combinations of the values of all names, in the order of the file."""
    if located is None:
        return (Combination("", {}),)
    if not isinstance(located.value, dict):
        problems.add(located.place, "matrix must be a mapping of option, or metric.option, to a list of values")
        return ()
    axes: list[list[tuple[str, Any]]] = []
    for name, values in located.value.items():
        metric, dot, option = name.partition(".")
        if not isinstance(values.value, list) or not values.value:
            problems.add(values.place, f"{name} must be a list of the values to try")
            continue
        for value in values.value:
            if dot and metric in metric_parts():
                before = len(problems.found)
                check_metric_option(metric, option, value, located.keys[name], problems)
                if len(problems.found) == before:
                    check_made(metric, {option: value.plain}, value.place, problems)
            elif name in KNOWN:
                check_value(name, value, problems)
        if not (dot and metric in metric_parts()) and name not in KNOWN:
            problems.add(located.keys[name], f"there is no option {name!r}.{did_you_mean(name, KNOWN)} Options of a metric are written metric.option.")
            continue
        axes.append([(name, value.plain) for value in values.value])
    return tuple(_combination(picked) for picked in product(*axes))


def _combination(picked: Sequence[tuple[str, Any]]) -> Combination:
    options: dict[str, Any] = {}
    for name, value in picked:
        metric, dot, option = name.partition(".")
        if dot:
            options.setdefault(metric, {})[option] = value
        else:
            options[name] = value
    return Combination(",".join(f"{name}={str(value).lower() if isinstance(value, bool) else value}" for name, value in picked), options)


def _set(located: Located, folder: Path, metrics: tuple[str, ...], problems: Problems) -> SetConfig | None:
    section = Section(located, SET_KEYS, problems)
    kinds = [kind for kind in KINDS_OF_SET if kind in section]
    if len(kinds) != 1:
        given = f"{' and '.join(kinds)} are" if kinds else "none is"
        problems.add(located.place, f"a set has one of {', '.join(KINDS_OF_SET)}; {given} there")
        return None
    kind = kinds[0]
    where = tuple(section.texts(kind))
    if not where:
        return None
    card = _card(section, Path(_under(folder, where[0])), problems) if kind == "card" else None
    if kind in ("table", "mtme", "reference"):
        where = tuple(_under(folder, one) for one in where)
    for name in ("systems", "references", "source", "documents"):
        if name in section and name in _meaningless(kind):
            problems.add(section.values[name].place, f"{name!r} has no meaning beside {kind!r}")
    name = section.text("name") or (card.name if card else _default_name(where[0]))
    check_name(section, "name", section.text("name"))
    if name.startswith(".") and "name" not in section:
        problems.add(located.place, f"the set would be called {name!r}, which names no folder; give it a name")
    source, documents = (_under(folder, section.text(key)) if key in section else None for key in ("source", "documents"))
    files = tuple(_rooted(one, folder) for one in section.texts("system_files"))
    own = _metrics(section, metrics)
    options = read_options(section.values["options"], problems) if "options" in section else {}
    return SetConfig(
        name, kind, where, card, source, documents, tuple(section.texts("systems")), files, tuple(section.texts("references")), own, options, located.place
    )


def _meaningless(kind: str) -> tuple[str, ...]:
    return {"reference": ("systems", "references"), "sacrebleu": ("systems", "source"), "table": ("references", "source", "documents")}.get(
        kind, ("source", "documents")
    )


def _card(section: Section, path: Path, problems: Problems) -> Card | None:
    path = path / "card.yaml" if path.is_dir() else path
    if not path.is_file():
        problems.add(section.values["card"].place, f"the card {path} does not exist")
        return None
    return read_card(path, problems)


def _default_name(where: str) -> str:
    return Path(where.replace(":", ".").replace("sacrebleu.", "")).name.removesuffix(".gz").rsplit(".txt", 1)[0].replace("/", "-")


def _under(folder: Path, path: str) -> str:
    """A path from the folder of the configuration, without steps back and forth."""
    return os.path.normpath(folder / Path(path).expanduser())


def _rooted(text: str, folder: Path) -> str:
    """A glob, or NAME=path, from the folder of the configuration."""
    name, equals, path = text.partition("=")
    if equals and "/" not in name:
        return f"{name}={_under(folder, path)}"
    # The folder is a place and no pattern, whatever is in its name.
    return _under(Path(glob.escape(str(folder))) if glob.has_magic(text) else folder, text)


def _check_names(sets: Sequence[SetConfig], problems: Problems) -> None:
    seen: Mapping[str, Location] = {}
    for one in sets:
        if one.name in seen:
            problems.add(one.place, f"the set {one.name!r} is there twice; give one of them a name of its own")
        seen = {one.name: one.place, **seen}
