"""`run.json` read as what it is: typed parts, and the JSON that they were read from.

`manifest.py` makes it, `results.py` reads and writes it. Fields that a run of an earlier version may lack have
defaults; what later versions add stays in `json` and is written back as it was.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import MISSING, dataclass, field, fields, is_dataclass
from functools import cache
from types import NoneType, UnionType
from typing import Any, get_args, get_origin, get_type_hints

from evaluator.types import EvaluatorError, InputFile

FREE_REWORDING = "FREE REWORDING"
"""What a note says of systems whose paragraphs the diagnosis cannot tell apart; reports repeat it beside their counts."""
NAME = "run.json"
WORDS: Mapping[Any, str] = {str: "text", int: "a whole number", float: "a number", bool: "true or false", NoneType: "null", tuple: "a list"}


@dataclass(frozen=True, slots=True)
class MetricEntry:
    """A metric that was asked for."""

    name: str
    title: str
    """As papers print it."""
    columns: tuple[str, ...] = ()
    """Of segments.csv."""
    unit_scale: bool = False
    """Whether it goes from 0 to 1."""
    higher_is_better: bool = True


@dataclass(frozen=True, slots=True)
class ComparedEntry:
    """How statistics in stats.npz become a score, so that systems can be compared again from the folder alone."""

    name: str
    title: str
    statistics: str
    """The name of the array."""
    column: str
    """Of segments.csv."""
    formula: Mapping[str, Any]
    """See `compare/formulas.py`."""
    higher_is_better: bool
    unit_scale: bool
    part: bool = False
    """True for a part of a metric, such as BERTScore's recall, which is compared when somebody asks for it."""


@dataclass(frozen=True, slots=True)
class Signatures:
    """Everything that decides a metric's numbers."""

    corpus: str
    segment: str = ""
    bert_score: str | None = None
    """How bert-score would sign the same."""


@dataclass(frozen=True, slots=True)
class SegmentsEntry:
    """Which segments were scored."""

    count: int
    documents: int
    sha256: str
    """Of their documents and numbers."""
    left_out: Mapping[str, tuple[int, ...]]
    """By system, the numbers of segments that are empty on both sides."""
    unit: str = ""
    """What a segment is."""
    missing_references: Mapping[str, tuple[int, ...]] | None = None
    """By number of the reference, the segments that it does not have; None where the run does not say it."""


@dataclass(frozen=True, slots=True)
class ComparisonEntry:
    """How systems were compared."""

    test: str
    unit: str
    resamples: int
    seed: int
    correction: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Manifest(Mapping[str, Any]):
    """`run.json`: everything needed to get the same numbers again.

    As a mapping it is the JSON, for users' scripts; evaluator itself reads the parts.
    """

    evaluator: str
    """The version that made the run."""
    systems: tuple[str, ...]
    inputs: tuple[InputFile, ...]
    options: Mapping[str, Any]
    """As the request had them; `options.py` says which there are."""
    metrics: tuple[MetricEntry, ...]
    """Those that were asked for."""
    versions: Mapping[str, str]
    """Of Python and packages."""
    segments: SegmentsEntry | None = None
    signatures: Mapping[str, Signatures] = field(default_factory=dict)
    """By title of the metric."""
    compared: tuple[ComparedEntry, ...] | None = None
    """What can be compared: the metrics, their parts, and fidelity; None in runs from before they could be compared again."""
    align_model: Mapping[str, Any] | None = None
    """Name and digest of the model that helped to align."""
    diagnosis: Mapping[str, Any] | None = None
    """What the diagnosis states of itself (`signatures.py` reads it); None without one."""
    unreadable: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """By metric, how many segments its model could not read, and why."""
    notes: tuple[str, ...] = ()
    model: Mapping[str, Any] | None = None
    """BERTScore's: name, layer, digests, device, runtime."""
    comparison: ComparisonEntry | None = None
    trust: Mapping[str, Any] | None = None
    """How far the metrics can be trusted, by the run's human scores or published figures: `figures`, `human`, `pair`; None where neither is known."""
    suite: Mapping[str, Any] | None = None
    """Where a run is one of a suite: its name, set and fingerprint."""
    stream: Mapping[str, Any] | None = None
    """What a run that was streamed says of itself: shards, rows, where worst segments are; None for one that was in memory."""
    spreadsheet_safe: bool = False
    """Whether cells that a spreadsheet would run have an apostrophe before them."""
    json: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """All of it as it is stored, in its order."""

    def __getitem__(self, name: str) -> Any:
        return self.json[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.json)

    def __len__(self) -> int:
        return len(self.json)

    @classmethod
    def read(cls, stored: object) -> Manifest:
        """The manifest of a JSON value.

        Raises:
            EvaluatorError: what is missing, or which value is of a wrong type.
        """
        entries = stored if isinstance(stored, Mapping) else {}
        required = sorted(one.name for one in fields(cls) if one.default is MISSING and one.default_factory is MISSING)
        if lacking := [name for name in required if name not in entries]:
            raise EvaluatorError(f"{NAME} has no {', '.join(lacking)}.")
        manifest: Manifest = read_part(cls, {**{name: value for name, value in entries.items() if name != "json"}, "json": dict(entries)}, "")
        return manifest

    def changed(self, **values: Any) -> Manifest:
        """The manifest with other values, as JSON has them; None takes one out.

        >>> stored = {"evaluator": "1", "systems": ["a"], "inputs": [], "options": {}, "metrics": [], "versions": {}, "notes": ["x"]}
        >>> Manifest.read(stored).changed(notes=["y", "z"]).notes
        ('y', 'z')
        """
        merged = {**self.json, **values}
        return Manifest.read({name: value for name, value in merged.items() if value is not None or name not in values})

    @property
    def models(self) -> dict[str, Mapping[str, Any]]:
        """What is stated of each model that had a part in the run, by its name in run.json; nothing of those that had none."""
        stated = {"model": self.model, "align_model": self.align_model, "diagnosis": self.diagnosis}
        return {name: one or {} for name, one in stated.items()}


def read_part(kind: Any, value: Any, where: str) -> Any:
    """A JSON value as a type: a dataclass, `tuple[X, ...]`, `Mapping[str, X]`, a union, or a plain type.

    Raises:
        EvaluatorError: it is of another one.
    """
    if kind is Any:
        return value
    if isinstance(kind, UnionType):
        return _of_union(kind, value, where)
    if is_dataclass(kind):
        return _of_dataclass(kind, value, where)
    origin = get_origin(kind)
    if origin is tuple and isinstance(value, (list, tuple)):
        return tuple(read_part(get_args(kind)[0], one, f"{where}[{i}]") for i, one in enumerate(value))
    if origin is Mapping and isinstance(value, Mapping):
        return {key: read_part(get_args(kind)[1], one, f"{where}.{key}") for key, one in value.items()}
    fitting = isinstance(value, (int, float) if kind is float else kind) if origin is None else False
    if not fitting or (isinstance(value, bool) and kind is not bool):
        raise _wrong(value, where, WORDS.get(origin or kind, "an object"))
    return value


def _of_union(kind: UnionType, value: Any, where: str) -> Any:
    """`X | None`: the one union that the parts have."""
    (other,) = (one for one in get_args(kind) if one is not NoneType)
    return None if value is None else read_part(other, value, where)


def _of_dataclass(kind: Any, value: Any, where: str) -> Any:
    if not isinstance(value, Mapping):
        raise _wrong(value, where, "an object")
    hints = _hints(kind)
    known = {name: read_part(hint, value[name], f"{where}.{name}".lstrip(".")) for name, hint in hints.items() if name in value}
    needed = [one.name for one in fields(kind) if one.default is MISSING and one.default_factory is MISSING]
    if lacking := [name for name in needed if name not in known]:
        raise EvaluatorError(f"{NAME}: {where} has no {', '.join(lacking)}.")
    return kind(**known)


@cache
def _hints(kind: Any) -> dict[str, Any]:
    return get_type_hints(kind)


def _wrong(value: Any, where: str, words: str) -> EvaluatorError:
    text = repr(value)
    return EvaluatorError(f"{NAME}: {where} is {text if len(text) <= 60 else text[:59] + '…'}; it must be {words}.")
