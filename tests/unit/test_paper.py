"""The table of a paper: sorted, with intervals and clusters on demand, and compiled."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

import evaluator
from evaluator.reports.paper import PaperStyle, latex_table, markdown_lines, paper_table
from evaluator.reports.view import Score, SystemScores, View, make_view
from tests.conftest import Cli

REFERENCES = [f"The {word} of the harbour was closed on day {n} because of the storm." for n, word in enumerate(("gate", "quay", "dock", "pier", "road") * 8)]
ALL = PaperStyle(intervals=True, clusters=True)


def worse(share: int) -> list[str]:
    """The references with words lost in every `share`-th of them."""
    return [text.replace("of the harbour ", "").replace("because", "for") if n % share == 0 else text for n, text in enumerate(REFERENCES)]


@pytest.fixture(scope="module")
def run() -> evaluator.Run:
    systems = {"bad_1": worse(1), "good & near": worse(20), "good": worse(21)}
    return evaluator.evaluate(REFERENCES, systems, metrics=["chrf", "ter"], diagnose="off", resamples=500)


@pytest.fixture(scope="module")
def view(run: evaluator.Run) -> View:
    return make_view(run.evaluation)


def test_the_best_system_comes_first_in_both_formats(view: View, run: evaluator.Run) -> None:
    order = run.scores.sort_values("chrF2", ascending=False)["system"].tolist()
    assert order[-1] == "bad_1" != view.systems[-1].system
    rows = [line.split("|")[1].strip() for line in markdown_lines(view, 1)[2:5]]
    assert rows == [name.replace("&", "&amp;").replace("_", "\\_") for name in order]
    cells = [line.split(" & ")[0] for line in latex_table(view, 1).splitlines() if line.endswith(r"\\") and "System" not in line]
    assert cells == [name.replace("&", r"\&").replace("_", r"\_") for name in order]


def test_intervals_and_clusters_stand_beside_scores_where_asked_for(view: View, run: evaluator.Run) -> None:
    row: Any = run.statistics.set_index(["system", "metric"]).loc[("bad_1", "chrF2")]
    interval = f"[{row['ci_low']:.1f}, {row['ci_high']:.1f}]"
    plain, whole = latex_table(view, 1), latex_table(view, 1, ALL)
    assert interval not in plain
    assert rf"{row['score']:.1f}$^{{{row['cluster']}}}$ {{\footnotesize {interval}}}" in whole
    assert f"{row['score']:.1f}<sup>{row['cluster']}</sup> {interval}" in "\n".join(markdown_lines(view, 1, ALL))
    assert row["cluster"] == 2
    assert plain.count(r"\addlinespace") == 0
    assert whole.count(r"\addlinespace") == 1  # between the two clusters of the first metric
    assert "dagger" not in whole
    assert "Raised: cluster" in whole
    assert all(command in plain for command in (r"\toprule", r"\midrule", r"\bottomrule"))


def test_undefined_scores_come_last_and_errors_ascend(view: View) -> None:
    def titled(values: dict[str, float | None], metric: str) -> View:
        systems = tuple(SystemScores(name, 2, (Score(metric, value, False, "", ""),)) for name, value in values.items())
        return view._replace(systems=systems, rankings=())

    values = {"none": None, "low": 1.0, "high": 2.0}
    assert [row.system for row in paper_table(titled(values, "chrF2"), 1).rows] == ["high", "low", "none"]
    assert [row.system for row in paper_table(titled(values, "TER"), 1).rows] == ["low", "high", "none"]


@pytest.mark.parametrize("format_", ["latex", "md"])
def test_the_commands_take_the_options(cli: Cli, run: evaluator.Run, tmp_path: Path, format_: str) -> None:
    run.save(tmp_path / "run")
    result = cli("compare", tmp_path / "run", "--format", format_, "--intervals", "--clusters")
    assert result.code == 0, result.err
    assert "[" in result.out
    assert ("$^{1}$" if format_ == "latex" else "<sup>1</sup>") in result.out
    assert cli("report", tmp_path / "run", "--format", "latex", "--intervals").code == 0
    assert r"\footnotesize [" in (tmp_path / "run" / "report.tex").read_text(encoding="utf-8")


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is not installed (Debian: texlive-latex-recommended)")
@pytest.mark.parametrize("style", [PaperStyle(), ALL], ids=["plain", "all"])
def test_the_table_compiles_without_a_warning(view: View, tmp_path: Path, style: PaperStyle) -> None:
    body = latex_table(view, 1, style)
    document = "\n".join((r"\documentclass{article}", r"\usepackage{booktabs}", r"\begin{document}", r"\begin{table}", r"\centering", body, r"\end{table}",
                          r"\end{document}"))  # fmt: skip
    (tmp_path / "paper.tex").write_text(document, encoding="utf-8")
    done = subprocess.run(
        ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "-no-shell-escape", "paper.tex"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-2000:]
    assert (tmp_path / "paper.pdf").stat().st_size > 1000
    assert not re.findall(r"^(?:LaTeX Warning|Overfull).*$", done.stdout, re.MULTILINE)
