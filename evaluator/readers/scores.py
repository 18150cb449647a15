"""Scores made by other programs, one a segment: COMET's JSON, MetricX's JSONL, `.seg.score`, a column.

Their packages cannot share an environment with ours, so their files are read. Each file says its
own direction or has none: MetricX predicts errors, so lower is better; all others count as higher
is better unless the user says otherwise, and the notes of the run state it.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from evaluator.frames import FINDINGS, SCORES, SEGMENTS, STATISTICS
from evaluator.plugins import METRICS, SCORE_READERS, did_you_mean, load_part
from evaluator.readers.human import is_human_evaluation, place_judgements, read_judgements, score_number
from evaluator.readers.inputs import system_name
from evaluator.readers.source import decode, read_bytes
from evaluator.readers.text import split_lines
from evaluator.types import EvalSet, EvaluatorError, FloatArray, ImportedScores, InputFile

ENDINGS = {".json": "comet", ".jsonl": "metricx", ".score": "seg.score", ".csv": "column", ".tsv": "column"}
SYSTEM_FIELDS = ("system", "system_id", "system_name")
COLUMNS_OF_BERTSCORE = ("bertscore_p", "bertscore_r", "bertscore_f1", "bertscore_ref")


@dataclass(frozen=True, slots=True)
class ScoreFile:
    """One file of scores, as the user names it."""

    name: str
    """Of the metric."""
    path: str
    system: str | None = None
    """Whose scores they are, where the file does not say."""


class Block(NamedTuple):
    """The scores of one system in a file, in the order of segments."""

    system: str | None
    """As the file has it; None where it names none."""
    scores: list[float]
    """NaN where there is none."""
    texts: list[str]
    """The hypotheses that were scored; empty where the file does not hold them."""
    sparse: bool = False
    """True where only some segments have scores, which are found by their texts."""


class Imported(NamedTuple):
    """All files read."""

    scores: list[ImportedScores]
    files: list[InputFile]


Reader = Callable[[str, str, str], list[Block]]
"""From path, text and the metric's name to blocks."""


def read_score_files(asked: Sequence[ScoreFile], evalset: EvalSet, lower_is_better: Sequence[str]) -> Imported:
    """Every file of scores, each system's scores as many as its segments.

    Raises:
        EvaluatorError: a name that is taken, a system without scores, or scores of other segments.
    """
    names = list(dict.fromkeys(one.name for one in asked))
    for name in names:
        _check_name(name)
    for name in lower_is_better:
        if name not in names:
            raise EvaluatorError(f"--lower-is-better names {name!r}, of which there are no scores.{did_you_mean(name, names or ['--scores NAME=FILE'])}")
    files: list[InputFile] = []
    scores = [_read_metric(name, [one for one in asked if one.name == name], evalset, name in lower_is_better, files) for name in names]
    return Imported(scores, files)


def _check_name(name: str) -> None:
    columns = {column.name for table in (SEGMENTS, FINDINGS, SCORES, STATISTICS) for column in table}
    taken = {*columns, *METRICS, *COLUMNS_OF_BERTSCORE, "domain", "bleu", "chrf2", "chrf2++", "bertscore-f1", "bertscore-p", "bertscore-r", "paraphrase"}
    if not name.strip() or not name.isprintable():
        raise EvaluatorError(f"The name {name!a} of imported scores is empty or holds a control character; write --scores NAME=FILE.")
    if name.lower() in taken or name.startswith("reference_"):
        raise EvaluatorError(f"The name {name!r} of imported scores is taken by a column or metric of evaluator; choose another one.")


def _read_metric(name: str, asked: Sequence[ScoreFile], evalset: EvalSet, lower: bool, files: list[InputFile]) -> ImportedScores:
    systems = {system.name: [pair.hypothesis for pair in system.pairs if not pair.inserted] for system in evalset.systems}
    values: dict[str, FloatArray] = {}
    kinds: list[str] = []
    digests: list[str] = []
    others: list[str] = []
    for one in asked:
        data = read_bytes(one.path)
        kind = _kind(one.path, data)
        digests.append(hashlib.sha256(data).hexdigest())
        files.append(InputFile("scores", name, one.path, digests[-1]))
        kinds.append(kind)
        reader: Reader = load_part(SCORE_READERS[kind])
        blocks = reader(one.path, decode(data, one.path), name)
        for block in blocks:
            system = _system_of(block, one, blocks, systems)
            if system is None:
                others.append(str(block.system))  # files of a whole task hold more systems than a run
                continue
            if system in values:
                raise EvaluatorError(f"{one.path} has scores of {system!r} by {name}, which were read already; each system needs them once.")
            values[system] = _checked(block, one.path, system, systems[system])
    lacking = [system for system in systems if system not in values]
    if lacking:
        raise EvaluatorError(
            f"There are no scores of {', '.join(map(repr, lacking))} by {name} in {', '.join(one.path for one in asked)}, which "
            f"{'has others of ' + ', '.join(others[:5]) if others else 'must hold those of every system'}. Systems are found by name."
        )
    higher = not lower and "metricx" not in kinds
    signature = f"imported:{'+'.join(sorted(set(kinds)))}|higher:{'yes' if higher else 'no'}|sha256:{'+'.join(digest[:12] for digest in digests)}"
    return ImportedScores(name, values, higher, signature, _notes(name, kinds, higher, values))


def _kind(path: str, data: bytes) -> str:
    ending = next((ending for ending in ENDINGS if path.lower().removesuffix(".gz").endswith(ending)), None)
    if ending is None:
        raise EvaluatorError(f"{path}: no reader of scores knows this ending; known are {', '.join(ENDINGS)}.")
    return "human" if ENDINGS[ending] in ("metricx", "comet") and is_human_evaluation(decode(data, path)) else ENDINGS[ending]


def _system_of(block: Block, asked: ScoreFile, blocks: Sequence[Block], systems: Mapping[str, object]) -> str | None:
    """Whose scores a block holds: as the user says, as the file says, as the file is called, or the only system's.

    None for a system that the file names and the run does not have.
    """
    if asked.system is not None and len(blocks) == 1:
        candidates = [asked.system]
    elif block.system is not None:
        candidates = [block.system, system_name(block.system)]
    else:
        candidates = [system_name(asked.path).split(".")[0]]
    found = next((name for name in candidates if name in systems), None)
    if found is None and len(systems) == 1 and len(blocks) == 1 and asked.system is None:
        found = next(iter(systems))
    if found is None and block.system is None:
        raise EvaluatorError(
            f"{asked.path} has scores of {candidates[0]!r}, which is no system of this run ({', '.join(systems)}). Say whose they are: "
            f"--scores {asked.name}=SYSTEM={asked.path}"
        )
    return found


def _checked(block: Block, path: str, system: str, hypotheses: Sequence[str]) -> FloatArray:
    if block.sparse:
        judged: dict[str, list[float]] = {}
        for text, score in zip(block.texts, block.scores, strict=True):
            judged.setdefault(" ".join(text.split()), []).append(score)
        return np.array(place_judgements(path, system, judged, hypotheses), dtype=np.float64)
    if len(block.scores) != len(hypotheses):
        raise EvaluatorError(
            f"{path} has {len(block.scores)} scores of {system!r}, which has {len(hypotheses)} segments; score the very segments that segments.csv lists."
        )
    for number, (text, hypothesis) in enumerate(zip(block.texts, hypotheses, strict=False), 1):
        if text.split() != hypothesis.split():
            raise EvaluatorError(
                f"{path}, segment {number} of {system!r}: {text[:40]!r} was scored, the run has {hypothesis[:40]!r}. Score the same texts in the same order."
            )
    return np.array(block.scores, dtype=np.float64)


def _notes(name: str, kinds: Sequence[str], higher: bool, values: Mapping[str, FloatArray]) -> tuple[str, ...]:
    why = " (MetricX predicts errors)" if "metricx" in kinds else "" if not higher else "; say --lower-is-better if it is not so" if "column" in kinds else ""
    direction = "higher" if higher else "lower"
    missing = int(np.isnan(np.stack(list(values.values()))).any(axis=0).sum())
    left = f" {missing} segments lack a score of some system and are left out for all." if missing else ""
    return (f"{name}: external scores, {direction} is better{why}.{left}",)


def read_comet(path: str, text: str, name: str) -> list[Block]:  # noqa: ARG001
    """`comet-score --to_json`: an object of one list per system file, its items with src, mt, ref and COMET."""
    loaded = _json(path, text)
    if not isinstance(loaded, dict) or not all(isinstance(items, list) and items and all(isinstance(x, dict) for x in items) for items in loaded.values()):
        raise EvaluatorError(f"{path} is not what comet-score --to_json writes: an object with one list of segments a system file.")
    blocks = []
    for system, items in loaded.items():
        scores = [score_number(item.get("COMET", item.get("score")), f"{path}, {system}, segment {i}, COMET") for i, item in enumerate(items, 1)]
        blocks.append(Block(system, scores, [str(item["mt"]) for item in items] if all("mt" in item for item in items) else []))
    return blocks


def read_metricx(path: str, text: str, name: str) -> list[Block]:  # noqa: ARG001
    """MetricX's `predict.py`: one object per line with `prediction`, lower is better, beside the fields that went in."""
    rows = []
    for number, line in enumerate(split_lines(text), 1):
        if line.strip():
            row = _json(f"{path}, line {number}", line)
            if not isinstance(row, dict) or "prediction" not in row:
                raise EvaluatorError(f"{path}, line {number}: no field `prediction`, which MetricX's predict.py writes.")
            system = next((str(row[field]) for field in SYSTEM_FIELDS if field in row), None)
            rows.append((system, score_number(row["prediction"], f"{path}, line {number}, prediction"), row.get("hypothesis")))
    return _by_system(rows)


def read_human(path: str, text: str, name: str) -> list[Block]:  # noqa: ARG001
    """WMT's human evaluation since 2024: a row per segment with `scores` by system, or a row per judgement with `esa_score`."""
    rows = [(one.system, one.score, one.text) for one in read_judgements(path, text)]
    return [block._replace(sparse=True) for block in _by_system(rows)]


def read_seg_score(path: str, text: str, name: str) -> list[Block]:  # noqa: ARG001
    """mt-metrics-eval's `.seg.score`: system and score a line, grouped by system; None where there is no score."""
    rows = []
    for number, line in enumerate(split_lines(text), 1):
        cells = line.rsplit(maxsplit=1)
        if len(cells) != 2:
            raise EvaluatorError(f"{path}, line {number}: {line[:40]!r} instead of a system and its score.")
        rows.append((cells[0], score_number(None if cells[1] == "None" else cells[1], f"{path}, line {number}"), None))
    return _by_system(rows)


def read_column(path: str, text: str, name: str) -> list[Block]:
    """A CSV or TSV with a column called like the metric or `score`, and `system` where there are several."""
    tabs = path.lower().removesuffix(".gz").endswith(".tsv")
    try:
        lines = [line.split("\t") for line in split_lines(text)] if tabs else [row for row in csv.reader(io.StringIO(text, newline=""), strict=True) if row]
    except csv.Error as error:
        raise EvaluatorError(f"{path}: not RFC 4180 CSV: {error}.") from None
    header, *rows = lines
    column = next((word for word in (name, "score") if word in header), None)
    if column is None:
        raise EvaluatorError(f"{path} has no column {name!r} or 'score'; it has {', '.join(header)}. Call --scores like the column.")
    wrong = next((i for i, row in enumerate(rows, 2) if len(row) != len(header)), None)
    if wrong is not None:
        raise EvaluatorError(f"{path}, row {wrong}: {len(rows[wrong - 2])} cells, but the header names {len(header)} columns.")
    system = next((header.index(field) for field in SYSTEM_FIELDS if field in header), None)
    at = header.index(column)
    return _by_system(
        [(None if system is None else row[system], score_number(row[at] or None, f"{path}, row {i}, column {column}"), None) for i, row in enumerate(rows, 2)]
    )


def _by_system(rows: Sequence[tuple[str | None, float, Any]]) -> list[Block]:
    blocks: dict[str | None, Block] = {}
    for system, score, text in rows:
        block = blocks.setdefault(system, Block(system, [], []))
        block.scores.append(score)
        if isinstance(text, str):
            block.texts.append(text)
    return [block if len(block.texts) == len(block.scores) else block._replace(texts=[]) for block in blocks.values()]


def _json(where: str, text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise EvaluatorError(f"{where}: not JSON: {error}.") from None
