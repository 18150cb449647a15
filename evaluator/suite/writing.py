"""What stands over all runs of a suite: `leaderboard.csv`, `report.md`, `report.html` and `history.csv`; made from stored runs alone."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from evaluator.results import csv_text, read_run, write_whole
from evaluator.suite.history import NAME as HISTORY
from evaluator.suite.history import note_results
from evaluator.suite.index import locked, read_index
from evaluator.suite.page import suite_page
from evaluator.suite.tables import Finished, leaderboard, suite_report
from evaluator.types import EvaluatorError

STATE = "suite.json"
TABLES = ("leaderboard.csv", "report.md", "report.html", HISTORY)
INDEX = "index.csv"


def write_tables(name: str, finished: Sequence[Finished], folder: Path) -> None:
    """Write what stands over all runs of a suite.

    Args:
        name: of the suite.
        finished: its runs.
        folder: its folder; index.csv is beside it.
    """
    board = leaderboard(finished)
    index = read_index(folder.parent / INDEX)
    times = {(line["run"].removeprefix(f"{name}/"), line["fingerprint"]): line["finished"] for line in index if line["suite"] == name}
    history = note_results(folder, finished, times, f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}")
    write_whole(folder / "leaderboard.csv", csv_text(board))
    write_whole(folder / "report.md", suite_report(name, finished, board))
    write_whole(folder / "report.html", suite_page(name, finished, board, history, index))


def rewrite_tables(folder: Path) -> list[Path]:
    """Write the tables and reports of a suite again from its stored runs; nothing is scored.

    Raises:
        EvaluatorError: a run does not exist or is another one than the suite finished.
    """
    with locked(folder):
        state = _read_state(folder / STATE)
        finished = [_stored(folder, run, fingerprint, state["domains"].get(run, "")) for run, fingerprint in state["runs"].items()]
        if not finished:
            raise EvaluatorError(f"{folder / STATE} names no runs. Make the suite again: evaluator bench CONFIG.yaml")
        write_tables(str((finished[0].evaluation.manifest.suite or {})["name"]), finished, folder)
    return [folder / name for name in TABLES]


def _read_state(path: Path) -> dict[str, dict[str, str]]:
    try:
        state = json.loads(path.read_text(encoding="utf-8"))
        parts = {name: dict(state[name]) for name in ("runs", "domains")}
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise EvaluatorError(f"{path} does not say what the suite was made of ({error}). Make the suite again: evaluator bench CONFIG.yaml") from None
    for run in parts["runs"]:
        if Path(run).name != run or "\\" in run or run.startswith("."):
            raise EvaluatorError(f"{path} names the run {run!r}, which is no folder in that of the suite. Make the suite again: evaluator bench CONFIG.yaml")
    return parts


def _stored(folder: Path, run: str, fingerprint: str, domain: str) -> Finished:
    evaluation = read_run(folder / run)
    suite = evaluation.manifest.json.get("suite") or {}
    if suite.get("fingerprint") != fingerprint:
        raise EvaluatorError(f"{folder / run} is not the run that {folder / STATE} was made of. Make the suite again: evaluator bench CONFIG.yaml")
    if lacking := [name for name in ("name", "set", "options") if name not in suite]:
        raise EvaluatorError(f"{folder / run} is damaged: its suite has no {', '.join(lacking)}. Make the suite again: evaluator bench CONFIG.yaml")
    return Finished(str(suite["set"]), str(suite["options"]), run, domain, evaluation)
