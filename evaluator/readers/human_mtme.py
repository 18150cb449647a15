"""Scores in folders of mt-metrics-eval: `metric-scores/PAIR/NAME-REF.seg.score` and `human-scores/PAIR.NAME.seg.score`."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from evaluator.plugins import did_you_mean
from evaluator.readers.human_rows import JudgedRow
from evaluator.readers.scores import read_seg_score
from evaluator.readers.source import decode, read_bytes
from evaluator.readers.testsets import is_human
from evaluator.types import EvaluatorError, InputFile

METRICS, HUMAN = "metric-scores", "human-scores"
ENDING = ".seg.score"


@dataclass(frozen=True, slots=True)
class MtmeScores:
    """Every metric's scores of every system."""

    rows: tuple[JudgedRow, ...]
    """A row per system and segment; `metrics` holds NaN where a metric has none."""
    files: tuple[InputFile, ...]


def has_scores(path: str) -> bool:
    """True for FOLDER:PAIR where the folder holds scores of metrics as mt-metrics-eval keeps them."""
    folder, colon, pair = path.rpartition(":")
    return bool(colon and pair) and (Path(folder).expanduser() / METRICS).is_dir()


def read_mtme_scores(path: str, metrics: Sequence[str] = ()) -> MtmeScores:
    """The segment scores of FOLDER:PAIR.

    Args:
        path: FOLDER:PAIR.
        metrics: names such as BLEU-refA; none for all.

    Raises:
        EvaluatorError: no such pair or metric, or systems with different numbers of segments.
    """
    name, _, pair = path.rpartition(":")
    folder = Path(name).expanduser() / METRICS / pair
    found = {one.name.removesuffix(ENDING): one for one in sorted(folder.glob(f"*{ENDING}"))} if folder.is_dir() else {}
    if not found:
        known = sorted(one.name for one in folder.parent.iterdir() if one.is_dir())
        raise EvaluatorError(f"{folder.parent} has no segment scores of {pair!r}.{did_you_mean(pair, known)}")
    for metric in metrics:
        if metric not in found:
            raise EvaluatorError(f"{folder} has no scores of {metric!r}.{did_you_mean(metric, found)}")
    scores: dict[str, dict[str, list[float]]] = {}
    files = []
    for metric in metrics or found:
        data = read_bytes(str(found[metric]))
        files.append(InputFile("scores", metric, str(found[metric]), hashlib.sha256(data).hexdigest()))
        scores[metric] = {block.system or "": block.scores for block in read_seg_score(str(found[metric]), decode(data, str(found[metric])), metric)}
    return MtmeScores(_rows(path, scores), tuple(files))


def _rows(path: str, scores: Mapping[str, Mapping[str, list[float]]]) -> tuple[JudgedRow, ...]:
    systems = list(dict.fromkeys(system for own in scores.values() for system in own))
    counts = {(metric, system): len(values) for metric, own in scores.items() for system, values in own.items()}
    n = max(counts.values())
    wrong = next((key for key, count in counts.items() if count != n), None)
    if wrong is not None:
        raise EvaluatorError(f"{path}: {wrong[0]} has {counts[wrong]} scores of {wrong[1]!r}, others have {n}; every system needs one line per segment.")
    nothing = [float("nan")] * n
    return tuple(
        JudgedRow(system, "", str(i + 1), by_human=is_human(system), metrics={metric: own.get(system, nothing)[i] for metric, own in scores.items()})
        for system in systems
        for i in range(n)
    )


def human_file(path: str, name: str | None) -> str:
    """The file of human scores of FOLDER:PAIR: a name such as mqm, a file of the user's own, or the only one there.

    Raises:
        EvaluatorError: no such scores, or several and no name.
    """
    folder, _, pair = path.rpartition(":")
    where = Path(folder).expanduser() / HUMAN
    found = {one.name.removesuffix(ENDING).removeprefix(f"{pair}."): str(one) for one in sorted(where.glob(f"{pair}.*{ENDING}"))}
    if name is not None and Path(name).expanduser().is_file():
        return name
    if name is None and len(found) == 1:
        return next(iter(found.values()))
    if name is None:
        raise EvaluatorError(f"{where} has human scores of {', '.join(found) or 'no kind'} for {pair}; choose with --human NAME.")
    if name not in found:
        raise EvaluatorError(f"{where} has no human scores {name!r} of {pair}.{did_you_mean(name, found)}")
    return found[name]
