"""A study of metrics as Python and the command line hand it out: frames, texts, files."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evaluator import __version__
from evaluator.frames import Column
from evaluator.meta.columns import META, META_PAIRS
from evaluator.python.meta import Outcome
from evaluator.reports.meta import latex_meta, markdown_meta, render_meta, rows_of
from evaluator.results import csv_text, write_whole
from evaluator.types import EvaluatorError, Table

if TYPE_CHECKING:
    import pandas as pd

FILES = ("meta.csv", "meta_pairs.csv", "meta.md", "meta.tex", "meta.json")
_PANDAS: dict[str, Any] = {"int": "Int64", "float": "float64", "bool": "boolean", "str": object}


class MetaResult:
    """Metrics judged against people: `meta` and `pairs` as pandas frames, `notes`, and files."""

    def __init__(self, outcome: Outcome) -> None:
        self._outcome = outcome

    @property
    def meta(self) -> pd.DataFrame:
        """One row per level, statistic, grouping and metric: the columns of meta.csv."""
        return _frame(self._outcome.study.meta, META)

    @property
    def pairs(self) -> pd.DataFrame:
        """One row per statistic and pair of metrics: the columns of meta_pairs.csv."""
        return _frame(self._outcome.study.pairs, META_PAIRS)

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader must know: how the files were matched, what was left out, outliers."""
        return self._outcome.study.notes

    def text(self, *, columns: int = 120, color: bool = False, width: int = 3, notes: bool = True) -> str:
        """The tables of a terminal."""
        return render_meta(self._outcome.study.meta, self.notes if notes else (), columns=columns, color=color, width=width)

    def files(self, *, width: int = 3, spreadsheet_safe: bool = False) -> dict[str, str]:
        """The contents of all files by name."""
        study = self._outcome.study
        return {
            "meta.csv": csv_text(study.meta, spreadsheet_safe),
            "meta_pairs.csv": csv_text(study.pairs, spreadsheet_safe),
            "meta.md": markdown_meta(study.meta, self.notes, width),
            "meta.tex": latex_meta(study.meta, width),
            "meta.json": json.dumps(self._stated(), indent=1, ensure_ascii=False) + "\n",
        }

    def _stated(self) -> dict[str, Any]:
        study, request = self._outcome.study, self._outcome.request
        inputs = [{"role": file.role, "path": file.path, "sha256": file.sha256} for file in self._outcome.files]
        plan = request.plan
        options = {
            "metrics": list(request.metrics), "lower_is_better": list(request.lower_is_better), "human_column": request.human_column,
            "human_lower_is_better": request.human_lower_is_better, "include_human": request.include_human, "system_scores": request.system_scores,
            "serious": request.serious, "statistics": list(plan.statistics), "groupings": list(plan.groupings), "resamples": plan.resamples,
            "draws": plan.draws, "seed": plan.seed,
        }  # fmt: skip
        return {
            "evaluator": __version__, "inputs": inputs, "options": options, "systems": list(self._outcome.material.systems), "notes": list(self.notes),
            "meta": rows_of(study.meta), "pairs": rows_of(study.pairs),
        }  # fmt: skip

    def save(self, folder: str | os.PathLike[str], *, force: bool = False, spreadsheet_safe: bool = False) -> Path:
        """Write the files of `FILES` into a folder and return its path.

        Raises:
            EvaluatorError: they exist and `force` is not given, or the folder cannot be written.
        """
        target = Path(folder).expanduser()
        check_target(target, force)
        try:
            target.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise EvaluatorError(f"The folder {target} cannot be made: {error.strerror or error}. Choose another place with -o DIR.") from None
        for name, text in self.files(spreadsheet_safe=spreadsheet_safe).items():
            write_whole(target / name, text)
        return target

    def _repr_html_(self) -> str:
        """The frame, as notebooks show it."""
        html: str = self.meta.to_html(index=False, escape=True)
        return html

    def __repr__(self) -> str:
        metrics = dict.fromkeys(self._outcome.study.meta.columns["metric"])
        return f"<evaluator.meta of {', '.join(metrics)} on {len(self._outcome.material.systems)} systems>"


def check_target(target: Path, force: bool) -> None:
    """Nothing, when the files may be written into the folder.

    Raises:
        EvaluatorError: it is no folder, or holds files of another study.
    """
    if target.exists() and not target.is_dir():
        raise EvaluatorError(f"{target} exists and is not a folder; choose another place with -o DIR.")
    found = [name for name in FILES if (target / name).exists()]
    if found and not force:
        raise EvaluatorError(f"{target} holds {', '.join(found)} already; use --force to replace them, or another place with -o DIR.")


def _frame(table: Table, columns: tuple[Column, ...]) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame({column.name: pd.Series(table.columns[column.name], dtype=_PANDAS[column.kind]) for column in columns})
