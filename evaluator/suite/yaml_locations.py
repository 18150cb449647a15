"""YAML read with locations, so that every mistake is reported as file:line:column, and all at once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from evaluator.extras import importing
from evaluator.plugins import did_you_mean
from evaluator.types import SeveralErrors

with importing("suites"):
    import yaml

KINDS = {str: "text", int: "a whole number", float: "a number", bool: "true or false", list: "a list", dict: "a mapping"}
MAX_CHARACTERS = 1_000_000
"""Of a file; PyYAML reads as many in some 10 seconds."""
MAX_VALUES = 100_000
"""In one file."""
BRACKETS = re.compile(r"(?:[\[{]\s*){64}")
"""Lists in lists without end, over which PyYAML takes seconds before it gives up: it looks for keys in each of them."""


@dataclass(frozen=True, slots=True)
class Location:
    """Where something stands in a file."""

    file: str
    line: int
    """1-based."""
    column: int
    """1-based."""

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(slots=True)
class Problems:
    """Mistakes found so far; the only value here that grows."""

    found: list[tuple[Location, str]] = field(default_factory=list)

    def add(self, place: Location, message: str) -> None:
        """Note a mistake."""
        self.found.append((place, message))

    def stop(self) -> None:
        """End here when there are mistakes.

        Raises:
            SeveralErrors: all of them, in the order of the file.
        """
        if self.found:
            lines = sorted(self.found, key=lambda one: (one[0].file, one[0].line, one[0].column))
            counted = f"{len(lines)} mistake{'s' * (len(lines) > 1)}"
            raise SeveralErrors(f"{counted}:", [f"{place}: {message}" for place, message in lines])


@dataclass(frozen=True, slots=True)
class Located:
    """A value of a YAML file with its place."""

    value: Any
    """A scalar, a list of `Located`, or a dict of name to `Located`."""
    place: Location
    keys: Mapping[str, Location] = field(default_factory=dict)
    """Of a mapping, where each name stands."""

    @property
    def plain(self) -> Any:
        """The value without places."""
        if isinstance(self.value, list):
            return [one.plain for one in self.value]
        if isinstance(self.value, dict):
            return {name: one.plain for name, one in self.value.items()}
        return self.value


def read_yaml(text: str, file: str, problems: Problems) -> Located | None:
    """The file's value; None where it is no YAML, which is then among the problems."""
    try:
        if len(text) > MAX_CHARACTERS:
            raise yaml.YAMLError(f"{len(text):,} characters, and what a suite is read from has at most {MAX_CHARACTERS:,}")
        if BRACKETS.search(text):
            raise RecursionError
        loader = yaml.SafeLoader(text)
        node = loader.get_single_node()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = Location(file, mark.line + 1, mark.column + 1) if mark else Location(file, 1, 1)
        problems.add(place, f"not YAML: {' '.join(filter(None, (error.context, error.problem)))}")
        return None
    except yaml.YAMLError as error:
        problems.add(Location(file, 1, 1), f"not YAML: {' '.join(str(error).split())}")
        return None
    except RecursionError:
        problems.add(Location(file, 1, 1), "not YAML that a suite has: nested too deeply")
        return None
    if node is None:
        problems.add(Location(file, 1, 1), "the file is empty")
        return None
    try:
        return _located(loader, node, file, problems, 0, count(1))
    except _TooManyError:
        problems.add(Location(file, 1, 1), f"more than {MAX_VALUES} values, aliases counted each time that they stand for their anchor")
        return None


class _TooManyError(Exception):
    """Aliases of aliases: a few lines that stand for billions of values."""


def _located(loader: Any, node: Any, file: str, problems: Problems, depth: int, counter: Iterator[int]) -> Located:
    if next(counter) > MAX_VALUES:
        raise _TooManyError
    place = Location(file, node.start_mark.line + 1, node.start_mark.column + 1)
    if depth > 12:
        problems.add(place, "nested too deeply")
        return Located(None, place)
    if isinstance(node, yaml.SequenceNode):
        return Located([_located(loader, one, file, problems, depth + 1, counter) for one in node.value], place)
    if isinstance(node, yaml.MappingNode):
        values: dict[str, Located] = {}
        keys: dict[str, Location] = {}
        for key, value in node.value:
            name = key.value if isinstance(key, yaml.ScalarNode) else "?"
            where = Location(file, key.start_mark.line + 1, key.start_mark.column + 1)
            if name in values:
                problems.add(where, f"{name!r} is there twice; the first is in line {keys[name].line}")
                continue
            values[name], keys[name] = _located(loader, value, file, problems, depth + 1, counter), where
        return Located(values, place, keys)
    try:
        value = loader.construct_object(node)
    except (yaml.YAMLError, ValueError, ArithmeticError, LookupError, AttributeError):  # what PyYAML's own readers of tags raise
        problems.add(
            place,
            f"{node.value[:60]!r} cannot be read as {node.tag[:60].replace('tag:yaml.org,2002:', '!!')}; "
            "write plain text, in quotes where it looks like another kind",
        )
        return Located(None, place)
    if isinstance(value, int) and abs(value) >= 2**63:  # Python writes no number of more than 4,300 digits
        problems.add(place, "a number of more than 64 bits; write a smaller one")
        return Located(None, place)
    return Located(value if isinstance(value, (str, int, float, bool)) or value is None else str(node.value), place)


class Section:
    """A mapping whose names are known: asks for values and notes what is wrong with them."""

    def __init__(self, located: Located, known: Iterable[str], problems: Problems, what: str = "key") -> None:
        self.problems = problems
        self.place = located.place
        self.values: dict[str, Located] = {}
        names = list(known)
        if not isinstance(located.value, dict):
            problems.add(located.place, f"{_shown(located.value)} instead of a mapping with {', '.join(names[:6])}")
            return
        for name, value in located.value.items():
            if name in names:
                self.values[name] = value
            else:
                problems.add(located.keys[name], f"there is no {what} {name!r}.{did_you_mean(name, names)}")

    def __contains__(self, name: str) -> bool:
        return name in self.values

    def need(self, name: str) -> None:
        """Note that a name is missing."""
        if name not in self.values:
            self.problems.add(self.place, f"{name!r} is missing")

    def text(self, name: str, default: str = "") -> str:
        """A text; a number is taken as it is written."""
        located = self.values.get(name)
        if located is None or located.value is None:
            return default
        if isinstance(located.value, (list, dict, bool)):
            self.wrong(name, "text")
            return default
        return str(located.value)

    def texts(self, name: str) -> list[str]:
        """A list of texts; one text alone is a list of one."""
        return [str(one.value) for one in self.items(name) if self._is_text(one)]

    def items(self, name: str) -> Sequence[Located]:
        """The elements of a list; one value alone is a list of one."""
        located = self.values.get(name)
        if located is None or located.value is None:
            return []
        return located.value if isinstance(located.value, list) else [located]

    def _is_text(self, located: Located) -> bool:
        if isinstance(located.value, (list, dict, bool)) or located.value is None:
            self.problems.add(located.place, f"{_shown(located.value)} instead of text")
            return False
        return True

    def wrong(self, name: str, instead_of: str) -> None:
        """Note that a value is of another kind."""
        located = self.values[name]
        self.problems.add(located.place, f"{name} is {_shown(located.value)} instead of {instead_of}")


def _shown(value: Any) -> str:
    kind = next((words for type_, words in KINDS.items() if isinstance(value, type_) and not (type_ is int and isinstance(value, bool))), "nothing")
    return kind if isinstance(value, (list, dict)) or value is None else f"{value!r} ({kind})"


def check_name(section: Section, name: str, value: str) -> None:
    """Note a name that cannot be one of a folder; one that begins with a full stop hides, or is a step out of it."""
    if value and not re.fullmatch(r"[\w+-][\w.+-]*", value):
        message = f"{name} is {value!r}; use letters, digits and . _ + - alone, and no full stop first, it names a folder"
        section.problems.add(section.values[name].place, message)
