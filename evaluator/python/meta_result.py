"""A study of metrics as Python and the command line hand it out: frames, texts, files."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evaluator.atomic import write_files, write_folder
from evaluator.frames import Column
from evaluator.meta.bootstrap import RESAMPLES
from evaluator.meta.columns import META, META_PAIRS
from evaluator.meta.permutation import DRAWS, SEED
from evaluator.meta.study import MetaPlan
from evaluator.python.meta import MetaRequest, Outcome, judge_metrics
from evaluator.readers.human_tables import Rows
from evaluator.readers.scores import ScoreFile
from evaluator.reports.meta import latex_meta, markdown_meta, render_meta, rows_of
from evaluator.reports.meta_page import meta_page
from evaluator.results import csv_text
from evaluator.run import Run
from evaluator.types import Evaluation, EvaluatorError, Table
from evaluator.version import __version__
from evaluator.wording import speaking_python

if TYPE_CHECKING:
    import pandas as pd

FILES = ("meta.csv", "meta_pairs.csv", "meta.md", "meta.tex", "meta.html", "meta.json")
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
            "meta.html": meta_page(study.meta, study.pairs, self.notes, width),
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
            "evaluator": __version__, "inputs": inputs, "options": options, "systems": list(self._outcome.systems), "notes": list(self.notes),
            "meta": rows_of(study.meta), "pairs": rows_of(study.pairs),
        }  # fmt: skip

    def save(self, folder: str | os.PathLike[str], *, force: bool = False, spreadsheet_safe: bool = False) -> Path:
        """Write the files of `FILES` into a folder and return its path.

        Raises:
            EvaluatorError: they exist and `force` is not given, or the folder cannot be written.
        """
        target = Path(folder).expanduser()
        check_target(target, force)
        files = self.files(spreadsheet_safe=spreadsheet_safe)
        if target.is_dir():
            write_files(target, files)
        else:
            write_folder(target, files)
        return target

    def _repr_html_(self) -> str:
        """The frame, as notebooks show it."""
        html: str = self.meta.to_html(index=False, escape=True)
        return html

    def __repr__(self) -> str:
        metrics = dict.fromkeys(self._outcome.study.meta.columns["metric"])
        return f"<evaluator.meta of {', '.join(metrics)} on {len(self._outcome.systems)} systems>"


def meta(
    source: str | os.PathLike[str] | Run | pd.DataFrame,
    human: str | os.PathLike[str] | pd.DataFrame | None = None,
    *,
    metrics: Sequence[str] = (),
    lower_is_better: Sequence[str] = (),
    scores: Mapping[str, str] | None = None,
    spans: Mapping[str, str] | None = None,
    human_column: str | None = None,
    human_lower_is_better: bool = False,
    include_human: bool = False,
    system_scores: str = "corpus",
    serious: float | None = None,
    contrastive: bool = False,
    statistics: Sequence[str] = (),
    groupings: Sequence[str] = (),
    resamples: int = RESAMPLES,
    draws: int = DRAWS,
    seed: int = SEED,
    quoting: bool = True,
) -> MetaResult:
    """How well metrics agree with people: correlations and accuracies with intervals, tests between metrics, people's own agreement.

    Args:
        source: a run or its folder, a table of scores (a frame or a file: system, segment, a column per metric), or FOLDER:PAIR of mt-metrics-eval.
        human: human scores: a frame or a file; None where `source` has a column of them.
        metrics: which metrics; none for all.
        lower_is_better: metrics that are error rates.
        scores: further metrics by name, each a file that another program wrote.
        spans: spans that other programs marked, by name, each a file as of MQM or ESA.
        human_column: the column of human scores, where there are several.
        human_lower_is_better: True for penalties.
        include_human: count human translations among the systems.
        system_scores: corpus for a metric's own score of a system, mean for the mean of its segments.
        serious: the human score from which down a segment is seriously wrong.
        contrastive: `source` is a table of better and worse translations, and needs no human scores.
        statistics: which of `STATISTICS`; none for all.
        groupings: which of none, item and system; none for all.
        resamples: of the intervals, 0 for none.
        draws: of the tests, 0 for none.
        seed: of both.
        quoting: False takes quotation marks in TSV and CSV as they are.

    Raises:
        EvaluatorError: scores that cannot be read or do not fit together.
    """
    with speaking_python():
        default = MetaPlan()
        plan = MetaPlan(tuple(statistics) or default.statistics, tuple(groupings) or default.groupings, resamples, draws, seed)
        request = MetaRequest(
            source=_given(source),
            human=None if human is None else _given_table(human),
            metrics=tuple(metrics),
            lower_is_better=tuple(lower_is_better),
            scores=tuple(ScoreFile(name, os.fspath(path)) for name, path in (scores or {}).items()),
            spans=tuple(ScoreFile(name, os.fspath(path)) for name, path in (spans or {}).items()),
            human_column=human_column,
            human_lower_is_better=human_lower_is_better,
            include_human=include_human,
            system_scores=system_scores,
            serious=serious,
            contrastive=contrastive,
            quoting=quoting,
            plan=plan,
        )
        return MetaResult(judge_metrics(request))


def _given(source: str | os.PathLike[str] | Run | pd.DataFrame) -> str | Evaluation | Rows:
    return source.evaluation if isinstance(source, Run) else _given_table(source)


def _given_table(table: str | os.PathLike[str] | pd.DataFrame) -> str | Rows:
    if isinstance(table, (str, os.PathLike)):
        return os.fspath(table)
    if not hasattr(table, "to_dict") or not hasattr(table, "columns"):
        raise EvaluatorError(f"Scores are a path, a run or a DataFrame, not {type(table).__name__}.")
    rows = table.astype(object).where(table.notna(), None).to_dict("records")
    return Rows([str(name) for name in table.columns], [(f"row {i}", {str(name): value for name, value in row.items()}) for i, row in enumerate(rows)])


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
