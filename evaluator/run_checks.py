"""Whether the parts of a stored run belong together: what run.json names must be in the tables and in stats.npz.

`run_json.py` has seen to the types of run.json, `frames.py` to the columns of each table. Whoever reads a run
may take it for granted afterwards that a name in one part is found in the others.
"""

from __future__ import annotations

import zipfile
from collections.abc import Mapping, Sequence
from typing import IO, Any

from numpy.lib import format

from evaluator.frames import TABLES
from evaluator.option_checks import problem_of
from evaluator.options import OF_COMPARISON
from evaluator.run_json import Manifest, read_part
from evaluator.types import Evaluation, EvaluatorError, FloatArray

FILLED = {"segments": ("segment",), "findings": ("segment", "row"), "scores": ("segments",), "statistics": ("n_segments", "n_documents")}
"""By table, the numbers that are never empty."""
MAX_STATISTICS = 1000
"""Numbers of one segment that a metric sums; the longest of ours has 50."""
MAX_GROUPS = 250_000
"""Units, or groups of them, that a stream keeps sums of."""


def check_tables(run: Evaluation) -> None:
    """Refuse a run whose tables and run.json do not belong together; its statistics may be unread.

    Raises:
        EvaluatorError: says which part names what another one lacks.
    """
    manifest, tables = run.manifest, {name: table.columns for name, table in run.tables.items()}
    for name, columns in FILLED.items():
        for column in columns:
            if None in tables[name][column]:
                raise EvaluatorError(f"{name}.csv has an empty cell in the column {column}, row {tables[name][column].index(None) + 1}.")
    _check_systems(manifest, tables)
    _check_metrics(manifest, tables)
    _check_findings(tables, streamed=manifest.stream is not None)
    _check_details(manifest)


def read_arrays(file: IO[bytes], run: Evaluation) -> dict[str, FloatArray]:
    """The arrays of stats.npz; none is unpacked of which the header states more than the run can have.

    Args:
        file: open at its beginning.
        run: the tables and the manifest that they belong to.

    Raises:
        EvaluatorError: what a header states, and what fits the run.
        Exception: what zipfile and NumPy raise of a damaged file.
    """
    arrays: dict[str, FloatArray] = {}
    with zipfile.ZipFile(file) as archive:
        for member in archive.infolist():
            with archive.open(member) as part:
                version = format.read_magic(part)
                shape, _, kind = (format.read_array_header_1_0 if version == (1, 0) else format.read_array_header_2_0)(part)
            name = member.filename.removesuffix(".npy")
            _check_header(name, shape, kind.kind, run)
            with archive.open(member) as part:
                arrays[name] = format.read_array(part, allow_pickle=False)
    return arrays


def _check_header(name: str, shape: Sequence[int], kind: str, run: Evaluation) -> None:
    n_systems = len(run.manifest.systems)
    most = max(len(run.tables["segments"].columns["segment"]), MAX_GROUPS if run.manifest.stream is not None else 0)
    fits = len(shape) == 3 and shape[0] == n_systems and shape[1] <= most and shape[2] <= MAX_STATISTICS
    if kind not in "fiu" or not (fits or (len(shape) == 1 and shape[0] <= most)):
        stated = " x ".join(map(str, shape)) or "one value"
        fitting = f"{n_systems} systems and at most {most:,} segments, {MAX_STATISTICS:,} each"
        raise EvaluatorError(f"stats.npz: {name} holds {stated} of kind {kind!r}; numbers of {fitting}, fit the run.")


def _check_systems(manifest: Manifest, tables: Mapping[str, Mapping[str, list[Any]]]) -> None:
    systems = list(manifest.systems)
    if not systems or len(set(systems)) < len(systems):
        raise EvaluatorError(f"run.json: systems is {_listed(systems)}; it must name each system once.")
    if tables["scores"]["system"] != systems:
        raise EvaluatorError(f"run.json names the systems {_listed(systems)}, scores.csv {_listed(tables['scores']['system'])}; they must be the same.")
    known = set(systems)
    for name, columns in (("segments", ("system",)), ("findings", ("system",)), ("statistics", ("system",)), ("pairs", ("system_a", "system_b"))):
        for column in columns:
            if strange := set(tables.get(name, {}).get(column, ())) - known:
                raise EvaluatorError(f"{name}.csv has the system {_short(min(strange))}, which run.json does not name; it names {_listed(systems)}.")
    absent = known - set(tables["segments"]["system"])
    if absent and manifest.stream is None:  # of a stream the worst segments alone are read
        raise EvaluatorError(f"segments.csv has no segment of {_short(min(absent))}, which run.json names.")


def _check_metrics(manifest: Manifest, tables: Mapping[str, Mapping[str, list[Any]]]) -> None:
    if not manifest.metrics:
        raise EvaluatorError("run.json: metrics is empty; a run has one at least.")
    listed = set(zip(tables["statistics"]["system"], tables["statistics"]["metric"], strict=True))
    for i, metric in enumerate(manifest.metrics):
        where = f"run.json: metrics[{i}]"
        _check_column(f"{where}.title", metric.title, "scores", tables["scores"])
        for column in metric.columns:
            _check_column(f"{where}.columns", column, "segments", tables["segments"])
        _check_listed(f"{where}.title", metric.title, manifest.systems, listed)


def check_statistics(run: Evaluation) -> None:
    """Refuse a run of which run.json says that something can be compared that its statistics or tables do not hold.

    Raises:
        EvaluatorError: names it.
    """
    manifest, segments = run.manifest, run.tables["segments"].columns
    entries = manifest.compared
    table = run.tables["statistics"].columns
    listed = set(zip(table["system"], table["metric"], strict=True))
    owners = {entry.name: entry.title for entry in entries or ()}
    for i, entry in enumerate(entries or ()):
        where = f"run.json: compared[{i}]"
        array = run.statistics.get(entry.statistics)
        if array is None or array.ndim != 3:
            raise EvaluatorError(f"{where}.statistics is {_short(entry.statistics)}, of which stats.npz has no statistics; it has {_listed(run.statistics)}.")
        if entry.statistics not in owners:
            raise EvaluatorError(f"{where}.statistics is {_short(entry.statistics)}, which is the name of no metric in compared.")
        _check_column(f"{where}.column", entry.column, "segments", segments)
        _check_listed(f"{where}.statistics", owners[entry.statistics], manifest.systems, listed)
    titles = {entry.title for entry in entries or ()}
    if "pairs" in run.tables:
        for metric in set(run.tables["pairs"].columns["metric"]) - titles:
            raise EvaluatorError(f"pairs.csv has the metric {_short(metric)}, which run.json does not name under compared; it names {_listed(titles)}.")


def _check_findings(tables: Mapping[str, Mapping[str, list[Any]]], streamed: bool) -> None:
    """Rows and offsets of findings; those of a stream count in segments that are not read."""
    findings, segments = tables["findings"], tables["segments"]
    if streamed:
        return
    n = len(segments["system"])
    for k, (row, side, start, end) in enumerate(zip(*(findings[name] for name in ("row", "side", "start", "end")), strict=True), 1):
        if not 0 <= row < n:
            raise EvaluatorError(f"findings.csv, row {k}: its segment is row {row}, and segments.csv has the rows 0 to {n - 1}.")
        if side not in ("hypothesis", "reference"):
            raise EvaluatorError(f"findings.csv, row {k}: side is {_short(side)}; it must be hypothesis or reference.")
        if (start is None) != (end is None) or (start is not None and not 0 <= start <= end <= len(segments[side][row])):
            raise EvaluatorError(
                f"findings.csv, row {k}: start and end are {start} and {end}, and the {side} of row {row} has {len(segments[side][row])} characters."
            )


def _check_details(manifest: Manifest) -> None:
    """What is read of the parts that a diagnosis, a stream and a suite write of themselves."""
    for part, name, kind in (("diagnosis", "threshold", float), ("diagnosis", "prior", float), ("stream", "rows", int), ("suite", "name", str)):
        stated = getattr(manifest, part)
        if stated and name in stated:
            read_part(kind, stated[name], f"{part}.{name}")
        elif stated is not None and part == "stream":
            raise EvaluatorError(f"run.json: {part} has no {name}.")
    for name in ("test", "correction", "resamples") if manifest.comparison is not None else ():
        if problem := problem_of(OF_COMPARISON[name], getattr(manifest.comparison, name), f"run.json: comparison.{name}"):
            raise EvaluatorError(problem)


def _check_column(where: str, column: str, name: str, table: Mapping[str, list[Any]]) -> None:
    known = {one.name for one in TABLES[name] if one.kind != "float"}
    if column not in table or column in known:
        raise EvaluatorError(f"{where} is {_short(column)}, which is no column of scores in {name}.csv; its columns are {_listed(table)}.")


def _check_listed(where: str, title: str, systems: Sequence[str], listed: set[tuple[str, str]]) -> None:
    for system in systems:
        if (system, title) not in listed:
            raise EvaluatorError(f"{where}: statistics.csv has no row of {_short(title)} and the system {_short(system)}.")


def _listed(names: Any) -> str:
    shown = [_short(name) for name in names]
    return ", ".join(shown[:8]) + (f" and {len(shown) - 8} more" if len(shown) > 8 else "") or "none"


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:59] + "…"
