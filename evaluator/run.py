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
from evaluator.reports.svg import Figure, draw
from evaluator.reports.view import make_view
from evaluator.reports.worst import by_metric, check_systems, worse_than, worst_rows
from evaluator.results import Staging, new_run_folder, write_run, write_whole
from evaluator.run_json import Manifest
from evaluator.types import Evaluation, EvaluatorError
from evaluator.wording import speaking_python

if TYPE_CHECKING:
    import pandas as pd


class Run:
    """A finished run: tables as pandas frames, columns as the run folder documents them."""

    def __init__(self, evaluation: Evaluation) -> None:
        self._evaluation = evaluation
        self._frames: dict[str, pd.DataFrame] = {}

    @property
    def evaluation(self) -> Evaluation:
        """The run without pandas: tables by column, statistics, manifest."""
        return self._evaluation

    @property
    def segments(self) -> pd.DataFrame:
        """One row per system and segment."""
        return self._frame("segments")

    @property
    def findings(self) -> pd.DataFrame:
        """One row per finding."""
        return self._frame("findings")

    @property
    def scores(self) -> pd.DataFrame:
        """One row per system, one column per metric."""
        return self._frame("scores")

    @property
    def statistics(self) -> pd.DataFrame:
        """One row per system and metric, with signature and details."""
        return self._frame("statistics")

    @property
    def pairs(self) -> pd.DataFrame:
        """One row per metric and pair of systems; none with one system."""
        return self._frame("pairs")

    @property
    def manifest(self) -> Manifest:
        """`run.json`, by part (`.notes`) or as it is stored (`["notes"]`)."""
        return self._evaluation.manifest

    def _frame(self, name: str) -> pd.DataFrame:
        """A table as a frame of the caller's own: made once, copied for everyone who asks, so that nobody's changes reach another."""
        if name not in self._frames:
            self._frames[name] = to_pandas(self._evaluation.tables.get(name) or empty_table(name))
        return self._frames[name].copy()

    def worst(self, n: int = 20, system: str | None = None, against: str | None = None, metric: str = "risk") -> pd.DataFrame:
        """The n segments that are worst, or where `system` is worse than `against` by most.

        Args:
            n: most rows.
            system: its segments alone; needed with `against`.
            against: another system. The frame then has the texts and scores of both, and `delta`, the score of `system` less that of `against`;
                segments where `system` is not worse are left out. Exchange the two for the reverse.
            metric: what is bad: a column such as `chrf` or a title such as `chrF2`; `fidelity` and `risk` where there is a diagnosis.
                By risk the order is the page's: flagged segments first, by severity, risk and fidelity.

        Returns:
            Rows of `segments`, with their index in it, worst first.

        Raises:
            EvaluatorError: an unknown system or metric, or `against` without `system`.

        >>> import evaluator
        >>> texts = ["A dam broke.", "Nobody was hurt."]
        >>> run = evaluator.evaluate(texts, {"a": texts, "b": ["A dam broke.", "Nobody was."]}, metrics=["chrf"], diagnose="off")
        >>> run.worst(1, system="b", against="a", metric="chrf")[["segment", "hypothesis", "hypothesis_against"]].values.tolist()
        [[2, 'Nobody was.', 'Nobody was hurt.']]
        """
        with speaking_python():
            if n < 0:
                raise EvaluatorError(f"n is {n}; it must be 0 or more.")
            check_systems(self._evaluation, system, against)
            by = by_metric(self._evaluation, metric)
            if against is None:
                return self.segments.iloc[worst_rows(self._evaluation, n, system, by)]
            if system is None or system == against:
                raise EvaluatorError(f"against={against!r} needs another system that it is compared with: system=...")
            pairs = worse_than(self._evaluation, n, system, against, by)
            segments = self.segments
            frame = segments.loc[[a for a, _ in pairs], ["document", "segment", "source", "reference", "hypothesis"]]
            other = segments.iloc[[b for _, b in pairs]]
            frame["hypothesis_against"] = other["hypothesis"].to_numpy()
            frame[by.column] = segments.loc[frame.index, by.column]
            frame[f"{by.column}_against"] = other[by.column].to_numpy()
            frame["delta"] = frame[by.column] - frame[f"{by.column}_against"]
            return frame

    def plot(self, kind: str = "distribution", *metrics: str, path: str | os.PathLike[str] | None = None) -> Figure:
        """A figure of the report as SVG, which a notebook draws; `str()` of it is the text.

        Args:
            kind: `distribution` (of one metric, system by system), `scatter` (two metrics, segment by segment) or `intervals` (of compared systems).
            metrics: columns such as `chrf` or titles such as `chrF2`; those that the run begins with where none is named.
            path: a file to write it to as well.

        Raises:
            EvaluatorError: an unknown kind or metric, or what this run does not have.

        >>> import evaluator
        >>> run = evaluator.evaluate(["A dam broke.", "It rained."], {"a": ["A dam burst.", "It rained."]}, metrics=["chrf"], diagnose="off")
        >>> str(run.plot("distribution", "chrf"))[:4]
        '<svg'
        """
        with speaking_python():
            figure = draw(self._evaluation, kind, metrics)
            if path is not None:
                write_whole(Path(path).expanduser(), figure.svg)
            return figure

    def save(self, folder: str | os.PathLike[str], *, force: bool = False, spreadsheet_safe: bool = False) -> Path:
        """Write the run folder atomically and return its path.

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
        """Write the report as one self-contained page, atomically, and return its path.

        Raises:
            EvaluatorError: it cannot be written there.
        """
        target = Path(path).expanduser()
        write_whole(target, render_html(self._evaluation))
        return target

    def _repr_html_(self) -> str:
        """Verdicts, scores and the worst paragraphs, as notebooks show them."""
        return render_notebook(self._evaluation, make_view(self._evaluation))

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
