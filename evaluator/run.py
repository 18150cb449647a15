"""A finished run: its tables as pandas frames, and the files of its folder."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from evaluator.frames import empty_table, to_pandas
from evaluator.reports.html import render_html
from evaluator.reports.markdown import render_markdown
from evaluator.reports.notebook import render_notebook
from evaluator.reports.view import make_view
from evaluator.results import Staging, new_run_folder, write_run, write_whole
from evaluator.run_json import Manifest
from evaluator.types import Evaluation
from evaluator.wording import speaking_python

if TYPE_CHECKING:
    import pandas as pd


class Run:
    """A finished run: tables as pandas frames, columns as the run folder documents them."""

    def __init__(self, evaluation: Evaluation) -> None:
        self._evaluation = evaluation

    @property
    def evaluation(self) -> Evaluation:
        """The run without pandas: tables by column, statistics, manifest."""
        return self._evaluation

    @property
    def segments(self) -> pd.DataFrame:
        """One row a system and segment."""
        return to_pandas(self._evaluation.tables["segments"])

    @property
    def findings(self) -> pd.DataFrame:
        """One row a finding."""
        return to_pandas(self._evaluation.tables["findings"])

    @property
    def scores(self) -> pd.DataFrame:
        """One row a system, one column a metric."""
        return to_pandas(self._evaluation.tables["scores"])

    @property
    def statistics(self) -> pd.DataFrame:
        """One row a system and metric, with signature and details."""
        return to_pandas(self._evaluation.tables["statistics"])

    @property
    def pairs(self) -> pd.DataFrame:
        """One row a metric and pair of systems; none with one system."""
        return to_pandas(self._evaluation.tables.get("pairs", empty_table("pairs")))

    @property
    def manifest(self) -> Manifest:
        """`run.json`, by part (`.notes`) or as it is stored (`["notes"]`)."""
        return self._evaluation.manifest

    def save(self, folder: str | os.PathLike[str], *, force: bool = False, spreadsheet_safe: bool = False) -> Path:
        """Write the run folder, whole or not at all, and return its path.

        Args:
            folder: where to; parents are made.
            force: replace an existing run folder.
            spreadsheet_safe: put an apostrophe before cells that a spreadsheet would run; `load` takes it off.

        Raises:
            EvaluatorError: the folder exists, or cannot be written.
        """
        target = Path(folder).expanduser()
        with speaking_python(), new_run_folder(target, force=force) as staging:
            fill_folder(self._evaluation, staging, spreadsheet_safe=spreadsheet_safe)
        return target

    def to_html(self, path: str | os.PathLike[str]) -> Path:
        """Write the report as one self-contained page, whole or not at all, and return its path.

        Raises:
            EvaluatorError: it cannot be written there.
        """
        target = Path(path).expanduser()
        write_whole(target, render_html(self._evaluation))
        return target

    def _repr_html_(self) -> str:
        """The score table, as notebooks show it."""
        return render_notebook(make_view(self._evaluation))

    def __repr__(self) -> str:
        scores = self._evaluation.tables["scores"].columns
        return f"<evaluator.Run of {', '.join(scores['system'])}: {', '.join(metric.title for metric in self.manifest.metrics)}>"


def fill_folder(evaluation: Evaluation, staging: Staging, *, spreadsheet_safe: bool = False, reports: bool = True) -> None:
    """Write all files of a run into an empty folder, with the reports or without."""
    plain = evaluation.manifest.changed(spreadsheet_safe=None)
    evaluation = replace(evaluation, manifest=plain.changed(spreadsheet_safe=True) if spreadsheet_safe else plain)
    write_run(evaluation, staging, reports_of(evaluation) if reports else {})


def reports_of(evaluation: Evaluation) -> dict[str, str]:
    """The reports of a run folder by file name."""
    return {"report.html": render_html(evaluation), "report.md": render_markdown(make_view(evaluation))}
