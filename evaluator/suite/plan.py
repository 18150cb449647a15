"""From a configuration to runs: what is scored with what, where the files are, and by what a finished run is known."""

from __future__ import annotations

import glob
import hashlib
import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import lru_cache
from pathlib import Path

from evaluator import diagnosis
from evaluator.check import check_system_names
from evaluator.extras import installed_versions
from evaluator.options import OF_RUN
from evaluator.plugins import did_you_mean
from evaluator.readers.collections import SACREBLEU, find_mtme, find_sacrebleu
from evaluator.readers.inputs import read_table, split_pair, system_name, table_name
from evaluator.readers.testsets import choose_references, chosen_note
from evaluator.request import Request, check_request, is_diagnosed, options_of, with_installed_metrics
from evaluator.suite.card import SetFiles, find_files
from evaluator.suite.config import SetConfig, SuiteConfig
from evaluator.suite.options import merged, with_options
from evaluator.types import EvaluatorError, SeveralErrors
from evaluator.version import __version__

UNFIT = re.compile(r"[^\w.,=+-]+")
"""What a folder's name should not hold."""
DIAGNOSIS_WEIGHTS = Path(diagnosis.__file__).parent / "weights"
"""What the diagnosis was fitted to; read without loading it."""
FORMAT = 2
"""Part of every fingerprint: raised when a finished run of before is no longer what would be written."""


@dataclass(frozen=True, slots=True)
class PlannedRun:
    """One run of a suite."""

    set_name: str
    combination: str
    """Of the matrix; empty without one."""
    request: Request
    fingerprint: str
    """Digest of options, versions and the digests of all inputs: a run folder that records the same is finished."""
    domain: str
    """Of all segments, where the set's files name none."""
    version: str
    """Of the card; empty without one."""
    n_systems: int
    n_segments: int
    """Lines of the first reference, or rows a system of the table; for the estimate."""

    @property
    def name(self) -> str:
        """Name of the run's folder."""
        if not self.combination:
            return self.set_name
        return f"{self.set_name}--{UNFIT.sub('-', self.combination)}"


def plan_suite(config: SuiteConfig, data: str = "") -> list[PlannedRun]:
    """All runs in the order of the file, every combination of a set together.

    Args:
        config: the suite.
        data: folder of the sets' files, before that of the configuration.

    Raises:
        EvaluatorError: sets whose files are missing or wrong: all of them at once.
    """
    runs: list[PlannedRun] = []
    wrong: list[str] = []
    for one in config.sets:
        try:
            files = _files_of(one, data or config.data)
            base = with_installed_metrics(_request(one, files))
            size = _size(base)
            for combination in config.combinations:
                request = with_options(base, merged(config.options, one.options, combination.options))
                check_request(request)
                card = one.card
                runs.append(
                    PlannedRun(one.name, combination.name, request, _fingerprint(request), card.domain if card else "", card.version if card else "", *size)
                )
        except EvaluatorError as error:
            wrong.append(f"{one.place}: {error}")
    if wrong:
        raise SeveralErrors(f"{len(wrong)} of {len(config.sets)} sets cannot be run:", wrong)
    _check_folders(runs)
    return runs


def _check_folders(runs: Sequence[PlannedRun]) -> None:
    """Refuse two runs in one folder, of which one would take the other's place."""
    for name, times in Counter(run.name for run in runs).items():
        if times > 1:
            raise EvaluatorError(f"{times} runs would be written to the folder {name!r}: name each value of the matrix once, and sets so that they differ.")


def _files_of(one: SetConfig, data: str) -> SetFiles:
    """Where the set's own texts are."""
    if one.kind == "card":
        assert one.card is not None
        return find_files(one.card, data)
    if one.kind == "table":
        return SetFiles({}, {}, None, None, one.where[0])
    if one.kind == "reference":
        return SetFiles({system_name(path): path for path in one.where}, {}, one.source, one.documents, None)
    found = find_mtme(one.where[0]) if one.kind == "mtme" else find_sacrebleu(SACREBLEU + one.where[0].removeprefix(SACREBLEU))
    return SetFiles(found.references, found.systems, found.source, found.documents or one.documents, None)


def _request(one: SetConfig, files: SetFiles) -> Request:
    additional = _additional_systems(one)
    if files.table is not None:
        if additional:
            raise EvaluatorError(f"{one.name}: system_files cannot be added to a table; put their rows into it, or give text files.")
        return Request(table=files.table, only=tuple(_picked(one.name, "system", _table_systems(files.table), one.systems)), metrics=one.metrics)
    references = _picked(one.name, "reference", files.references, one.references)
    notes: list[str] = []
    if _named_by_collection(one) and not one.references:
        references = choose_references(one.name, list(files.references), ())
        notes = chosen_note(list(files.references), references, ())
    own = _picked(one.name, "system", files.systems, one.systems) if files.systems else []
    if one.systems and not files.systems:
        raise EvaluatorError(f"{one.name} brings no systems of its own; name files under system_files.")
    named = [*((name, files.systems[name]) for name in own), *additional]
    check_system_names(named)
    return Request(
        references=[files.references[name] for name in references],
        systems=dict(named),
        source=files.source,
        documents=files.documents,
        notes=tuple(notes),
        metrics=one.metrics,
    )


def _named_by_collection(one: SetConfig) -> bool:
    """True where mt-metrics-eval or sacreBLEU gave references their names, synthetic ones among them."""
    return one.kind in ("mtme", "sacrebleu") or (one.kind == "card" and one.card is not None and one.card.form == "mt-metrics-eval")


def _table_systems(path: str) -> list[str]:
    columns = read_table(path).columns
    return list(dict.fromkeys(columns.get("system", [table_name(path)] * len(columns["reference"]))))


def _picked(whose: str, what: str, names: Mapping[str, str] | Sequence[str], patterns: Sequence[str]) -> list[str]:
    """The names that any pattern fits, in their own order; all without patterns.

    Raises:
        EvaluatorError: a pattern that fits none.
    """
    for pattern in patterns:
        if not any(fnmatchcase(name, pattern) for name in names):
            raise EvaluatorError(f"{whose} has no {what} {pattern!r}.{did_you_mean(pattern, names)}")
    return [name for name in names if not patterns or any(fnmatchcase(name, pattern) for pattern in patterns)]


def _additional_systems(one: SetConfig) -> list[tuple[str, str]]:
    """(name, path) of every file that the globs find.

    Raises:
        EvaluatorError: a glob that finds nothing.
    """
    found = []
    for text in one.system_files:
        name, equals, path = text.partition("=")
        if equals and "/" not in name:
            found.append((name, path))
            continue
        paths = sorted(glob.glob(text)) if glob.has_magic(text) and not Path(text).exists() else [text]
        if not paths:
            raise EvaluatorError(f"{one.name}: no file is found by {text}.")
        found += [(system_name(path), path) for path in paths]
    return found


def _size(request: Request) -> tuple[int, int]:
    if isinstance(request.table, str):
        rows = read_table(request.table).columns["reference"]
        return max(1, len(request.only)), len(rows) // max(1, len(request.only))
    path = Path(str(request.references[0])).expanduser()
    return len(request.systems), path.read_bytes().count(b"\n") if path.is_file() else 0


def _fingerprint(request: Request) -> str:
    """Digest of what decides a run's files.

    Raises:
        EvaluatorError: an input that does not exist.
    """
    paths = [
        *map(str, request.references),
        *map(str, request.systems.values()),
        *(str(one) for one in (request.source, request.documents, request.table) if one),
    ]
    fingerprinted = {
        "format": FORMAT,
        "evaluator": __version__,
        "versions": installed_versions(("numpy", "sacrebleu", "torch", "transformers")),
        "options": options_of(request),
        "systems": list(request.systems),
        "inputs": [(path, _digest(path)) for path in paths],
    }
    if of_options := _files_of_options(request):
        fingerprinted["of_options"] = of_options
    if is_diagnosed(request):
        fingerprinted["diagnosis"] = _weights_of_diagnosis()
    return hashlib.sha256(json.dumps(fingerprinted, sort_keys=True, default=str).encode()).hexdigest()


def _files_of_options(request: Request) -> list[tuple[str, str]]:
    """(path, digest) of the files of models and baselines that options name by a path; packaged and downloaded models have versions."""
    models = (getattr(request, option.name) for option in OF_RUN.values() if option.declared.names == "model")
    named = (*models, request.metric_options.get("bertscore", {}).get("baseline_path"))
    found: list[tuple[str, str]] = []
    for place in dict.fromkeys(Path(one).expanduser() for one in named if one):
        for path in sorted(place.iterdir()) if place.is_dir() else [place]:
            if path.is_file():
                state = path.stat()
                found.append((str(path), _digest_of_large(path, state.st_size, state.st_mtime_ns)))
    return found


def _weights_of_diagnosis() -> list[tuple[str, str]]:
    """(name, digest) of the weights of the diagnosis: with others a finished run would not be what is written now, and
    a leaderboard would rank `paraphrase` of two versions. The version of evaluator does not say so while it is developed."""
    found = []
    for path in sorted(DIAGNOSIS_WEIGHTS.iterdir()):
        if path.is_file():
            state = path.stat()
            found.append((path.name, _digest_of_large(path, state.st_size, state.st_mtime_ns)))
    return found


@lru_cache(maxsize=1024)
def _digest_of_large(path: Path, _size: int, _changed: int) -> str:
    """Weights are gigabytes, and every run of a suite has the same: read once while size and time stay."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _digest(path: str) -> str:
    try:
        return hashlib.sha256(Path(split_pair(path).path).expanduser().read_bytes()).hexdigest()
    except OSError as error:
        raise EvaluatorError(f"{path} cannot be read: {error.strerror}.") from None
