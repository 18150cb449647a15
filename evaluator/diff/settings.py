"""What differs between two manifests: inputs, options, versions, model, device."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from evaluator.options import OF_RUN
from evaluator.run_json import Manifest, SegmentsEntry
from evaluator.signatures import diagnosis_version
from evaluator.types import InputFile

CAUSES = ("input", "segments", "option", "version", "model", "device", "score")
"""Kinds of differences; the last is what the others explain."""
OF_DEVICE = ("device", "precision", "threads")
OF_VERSION = ("model", "layers", "reader", "base_sha256", "weights_sha256", "english", "language")
"""Of the diagnosis what its version says in one line."""
HARMLESS_OPTIONS = tuple(option.name for option in OF_RUN.values() if not option.declared.compared)
"""Options that say where and how a run was made; what came of them stands under the model's device."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is not the same in two runs."""

    cause: str
    """One of `CAUSES`."""
    what: str
    """Which input, option, package or cell."""
    before: str
    after: str

    def __str__(self) -> str:
        return f"{self.cause}: {self.what}: {self.before} -> {self.after}"


def compare_settings(before: Manifest, after: Manifest) -> list[Difference]:
    """All differences of two manifests, in the order of `CAUSES`."""
    return [
        *_inputs(before, after),
        *_segments(before, after),
        *_options(before, after),
        *_versions(before, after),
        *_model(before, after),
    ]


def _inputs(before: Manifest, after: Manifest) -> Iterator[Difference]:
    files = [_by_name(manifest.inputs) for manifest in (before, after)]
    for name in dict.fromkeys([*files[0], *files[1]]):
        one, two = files[0].get(name), files[1].get(name)
        if one is None or two is None:
            yield Difference("input", name, _path(one), _path(two))
        elif one.sha256 != two.sha256:
            yield Difference("input", name, _digest(one), _digest(two))


def _by_name(files: Sequence[InputFile]) -> dict[str, InputFile]:
    """Inputs by role and name; several references by their number."""
    named: dict[str, InputFile] = {}
    for file in files:
        base = f"{file.role} {file.name}".strip()
        name, number = base, 2
        while name in named:
            name, number = f"{base} {number}", number + 1
        named[name] = file
    return named


def _path(file: InputFile | None) -> str:
    return "not there" if file is None else file.path


def _digest(file: InputFile) -> str:
    return f"{file.path} (sha256 {file.sha256[:12]})"


def _segments(before: Manifest, after: Manifest) -> Iterator[Difference]:
    one, two = before.segments, after.segments
    if one is not None and two is not None and one != two:
        yield Difference("segments", "which were scored", _scored(one), _scored(two))


def _scored(entry: SegmentsEntry) -> str:
    left_out = {name: len(numbers) for name, numbers in entry.left_out.items()}
    return f"{entry.count} in {entry.documents} documents (sha256 {entry.sha256[:12]}), left out: {left_out or 'none'}"


def _options(before: Manifest, after: Manifest) -> Iterator[Difference]:
    flat = [_flat(manifest.options) for manifest in (before, after)]
    for name in dict.fromkeys([*flat[0], *flat[1]]):
        one, two = flat[0].get(name, "not given"), flat[1].get(name, "not given")
        if one != two and name not in HARMLESS_OPTIONS:
            yield Difference("option", name, one, two)


def _flat(options: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    flat: dict[str, str] = {}
    for name, value in options.items():
        if isinstance(value, Mapping):
            flat.update(_flat(value, f"{prefix}{name}."))
        else:
            flat[f"{prefix}{name}"] = ", ".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)
    return flat


def _versions(before: Manifest, after: Manifest) -> Iterator[Difference]:
    one, two = ({"evaluator": manifest.evaluator, **manifest.versions} for manifest in (before, after))
    for name in dict.fromkeys([*one, *two]):
        if one.get(name) != two.get(name):
            yield Difference("version", name, str(one.get(name, "not used")), str(two.get(name, "not used")))


def _model(before: Manifest, after: Manifest) -> Iterator[Difference]:
    for key, part in before.models.items():
        described = _by_version if key == "diagnosis" else _flat
        one, two = described(part), described(after.models[key])
        for name in dict.fromkeys([*one, *two]):
            if one.get(name) != two.get(name):
                cause = "device" if name in OF_DEVICE else "model"
                yield Difference(cause, f"{key} {name}", one.get(name, "none"), two.get(name, "none"))


def _by_version(entry: Mapping[str, Any]) -> dict[str, str]:
    """The diagnosis as its version, in one line for all its files, and its settings."""
    if not entry:
        return {}
    return {"version": diagnosis_version(entry), **_flat({name: value for name, value in entry.items() if name not in OF_VERSION})}
