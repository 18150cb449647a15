"""A stored run reproduced: its request from `run.json`, its inputs where they were or where they are now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from evaluator.compare import Plan
from evaluator.diff import Difference, NotCompared, compare_numbers, compare_settings, find_not_compared, without_diagnosis
from evaluator.option_checks import check_options
from evaluator.options import LISTS, OF_RUN
from evaluator.pipeline import evaluate, evaluate_pairs
from evaluator.readers.inputs import split_pair
from evaluator.readers.scores import ScoreFile
from evaluator.request import Request
from evaluator.run_json import Manifest, read_part
from evaluator.score import StartWork
from evaluator.types import EvalSet, Evaluation, EvaluatorError, InputFile, SegmentPair, System, is_inserted

PLAIN = tuple(option.name for option in OF_RUN.values() if option.declared.names != "file")
"""Options that a request has under the same name, and no file."""


@dataclass(frozen=True, slots=True)
class Moved:
    """Where inputs are now; what is not named is where it was."""

    root: str = ""
    """Folder that relative paths of `run.json` start from; empty for the current one."""
    references: Sequence[str] = ()
    systems: Mapping[str, str] = field(default_factory=dict)
    source: str | None = None
    table: str | None = None
    device: str | None = None
    """Another device than the run asked for."""


@dataclass(frozen=True, slots=True)
class Verification:
    """A run reproduced, and what is not the same."""

    settings: tuple[Difference, ...]
    """Differences of inputs, options, versions, model and device."""
    numbers: tuple[Difference, ...]
    """Cells that differ."""
    not_compared: NotCompared | None = None
    """What another version of the diagnosis made, and so stands unverified."""

    @property
    def passed(self) -> bool:
        """True when inputs and the numbers compared are the same; other versions or devices may have made them."""
        return not self.numbers and not any(one.cause in ("input", "segments") for one in self.settings)


def verify(stored: Evaluation, moved: Moved, start_work: StartWork) -> Verification:
    """Reproduce a run from its inputs and compare.

    Raises:
        EvaluatorError: an input is neither where it was nor named.
    """
    return _compared(stored, evaluate(request_of(stored.manifest, moved), start_work))


def verify_texts(stored: Evaluation, moved: Moved, start_work: StartWork) -> Verification:
    """Make a run's numbers again from the texts in its own segments.csv, for inputs that are gone or were never files."""
    plain = replace(_plain_request(stored.manifest, moved), scores=_score_files(stored.manifest, moved), calibration=_calibration(stored.manifest, moved))
    files = [file for file in stored.manifest.inputs if file.role != "scores"]
    return _compared(stored, evaluate_pairs(plain, stored_pairs(stored), files, start_work))


def _compared(stored: Evaluation, again: Evaluation) -> Verification:
    settings = tuple(one for one in compare_settings(stored.manifest, again.manifest) if not _is_path(one))
    left_out = find_not_compared(stored, again)
    if left_out:
        stored, again = without_diagnosis(stored), without_diagnosis(again)
    return Verification(settings, tuple(compare_numbers(stored, again)), left_out)


def _is_path(difference: Difference) -> bool:
    """True for options that name a file: the file itself is among the inputs."""
    return difference.cause == "option" and difference.what in ("documents", "alignment", "scores", "calibration")


def request_of(manifest: Manifest, moved: Moved) -> Request:
    """The request that a manifest records.

    Raises:
        EvaluatorError: an input is neither where it was nor named.
    """
    by_role: dict[str, list[InputFile]] = {}
    for file in manifest.inputs:
        by_role.setdefault(file.role, []).append(file)
    unknown = [name for name in moved.systems if name not in manifest.systems]
    if unknown:
        raise EvaluatorError(f"The run has no system {unknown[0]!r}; it has {', '.join(manifest.systems)}.")
    recorded = by_role.get("reference", [])
    if moved.references and len(moved.references) != len(recorded):
        raise EvaluatorError(f"The run has {len(recorded)} references and {len(moved.references)} were given; name all of them.")
    references = moved.references or [_found(file, moved.root) for file in recorded]
    table = [moved.table or _found(file, moved.root) for file in by_role.get("table", [])]
    source = [moved.source or _found(file, moved.root) for file in by_role.get("source", [])]
    request = replace(
        _plain_request(manifest, moved),
        references=references,
        systems={file.name: moved.systems.get(file.name) or _found(file, moved.root) for file in by_role.get("system", [])},
        source=source[0] if source else None,
        table=table[0] if table else None,
        scores=_score_files(manifest, moved),
    )
    single = {role: _found(by_role[role][0], moved.root) for role in ("alignment", "documents") if role in by_role}
    return replace(request, alignment=single.get("alignment"), documents=single.get("documents"), calibration=_calibration(manifest, moved))


def _calibration(manifest: Manifest, moved: Moved) -> str | None:
    """Where the calibration of a run is; None for a run without one."""
    return next((_found(file, moved.root) for file in manifest.inputs if file.role == "calibration"), None)


def _plain_request(manifest: Manifest, moved: Moved) -> Request:
    options = dict(manifest.options)
    for name in LISTS:
        if name in options:
            options[name] = read_part(tuple[str, ...], options[name], f"options.{name}")
    if "metric_options" in options:
        options["metric_options"] = read_part(Mapping[str, Mapping[str, Any]], options["metric_options"], "options.metric_options")
    request = Request(**{name: options[name] for name in PLAIN if name in options}, plan=_plan(manifest))
    check_options(OF_RUN, request)
    return replace(request, device=moved.device) if moved.device else request


def _plan(manifest: Manifest) -> Plan:
    """How the stored tables were compared: when scored, or by a later `evaluator compare`."""
    plan: Plan = read_part(Plan, manifest.options.get("comparison", {}), "options.comparison")
    compared = manifest.comparison
    if compared is None:
        return plan
    made = (plan.test, plan.n_resamples, plan.correction, plan.seed)
    if made == (compared.test, compared.resamples, compared.correction, compared.seed) and plan.unit in ("auto", compared.unit):
        return plan
    return Plan(compared.test, compared.unit, compared.resamples, compared.correction, compared.seed)


def _score_files(manifest: Manifest, moved: Moved) -> list[ScoreFile]:
    files: tuple[ScoreFile, ...] = read_part(tuple[ScoreFile, ...], manifest.options.get("scores", []), "options.scores")
    return [replace(one, path=_located(one.path, moved.root)) for one in files]


def _located(path: str, root: str) -> str:
    return path if not root or Path(path).is_absolute() else str(Path(root) / path)


def _found(file: InputFile, root: str) -> str:
    path = _located(file.path, root)
    if path == "-" or not Path(split_pair(path).path).expanduser().exists():
        name = f"{file.role} {file.name}".strip()
        raise EvaluatorError(
            f"The {name} was {file.path!r} and does not exist. Say where it is now (-r, -i NAME=FILE, -s, --table, or --root FOLDER for all), "
            "or verify from the texts in segments.csv with --texts."
        )
    return path


def stored_pairs(stored: Evaluation) -> EvalSet:
    """The paired texts of a run folder."""
    columns = stored.tables["segments"].columns
    additional = sorted((name for name in columns if name.startswith("reference_")), key=lambda name: int(name.split("_")[1]))
    rows: dict[str, list[SegmentPair]] = {name: [] for name in stored.manifest.systems}
    segments, number = stored.manifest.segments, dict[str, int]()
    missing = segments.missing_references if segments else None
    for i, system in enumerate(columns["system"]):
        inserted = is_inserted(columns["alignment"][i])
        number[system] = number.get(system, 0) + (not inserted)
        references = _stored_references([columns[name][i] for name in ("reference", *additional)], inserted, number[system], missing)
        domain = columns["domain"][i] if "domain" in columns else ""
        place = columns["document"][i], columns["segment"][i], columns["alignment"][i]
        rows[system].append(SegmentPair(*place, references, columns["hypothesis"][i], columns["source"][i], domain))
    return EvalSet(tuple(System(name, tuple(pairs)) for name, pairs in rows.items()), 1 + len(additional), unit=segments.unit if segments else "")


def _stored_references(texts: Sequence[str], inserted: bool, number: int, missing: Mapping[str, Sequence[int]] | None) -> tuple[str | None, ...]:
    """Texts of a row as they were scored: None where a reference does not have the segment at all, which the cell does not show."""
    if inserted:
        return ("", *(None for _ in texts[1:]))
    if missing is None:  # a run that does not say it: an empty cell of a further reference was none
        return (texts[0], *(text or None for text in texts[1:]))
    return tuple(None if number in missing.get(str(k), ()) else text for k, text in enumerate(texts, 1))
