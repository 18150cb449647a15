"""`evaluator meta` from files to tables, and what it says of files that do not fit."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import pearsonr

from tests.conftest import Cli

Write = Callable[[str, str | bytes], Path]
QUICK = ("--resamples", 0, "--draws", 0)


def tables(write: Write, *, systems: str = "abcd", n: int = 12, seed: int = 3) -> tuple[Path, Path]:
    """A table of two metrics and one of human scores, on the same segments."""
    rng = np.random.default_rng(seed)
    scores, human = ["system,document,segment,good,bad"], ["system\tdoc\tseg\thuman_score"]
    for k, system in enumerate(systems):
        for i in range(n):
            truth = round(float(rng.normal(k, 2)), 1)
            scores.append(f"{system},d{i // 4},{i},{truth + rng.normal(0, 1):.3f},{truth + rng.normal(0, 9):.3f}")
            human.append(f"{system}\td{i // 4}\t{i}\t{truth}")
    return write("scores.csv", "\n".join(scores) + "\n"), write("human.tsv", "\n".join(human) + "\n")


def read(path: Path) -> list[dict[str, str]]:
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_a_table_and_human_scores_become_statistics_of_both_levels(cli: Cli, write: Write, tmp_path: Path) -> None:
    scores, human = tables(write)
    done = cli("meta", scores, "--human", human, "-o", tmp_path / "out")
    assert done.code == 0, done.err
    rows = {(row["level"], row["statistic"], row["grouping"], row["metric"]): row for row in read(tmp_path / "out" / "meta.csv")}
    gold = np.array([float(row.split("\t")[3]) for row in human.read_text().splitlines()[1:]])
    good = np.array([float(row.split(",")[3]) for row in scores.read_text().splitlines()[1:]])
    assert float(rows["segment", "pearson", "none", "good"]["value"]) == pytest.approx(pearsonr(gold, good).statistic)
    systems = float(pearsonr(gold.reshape(4, 12).mean(axis=1), good.reshape(4, 12).mean(axis=1)).statistic)
    assert float(rows["system", "pearson", "all systems", "good"]["value"]) == pytest.approx(systems)
    low, value, high = (float(rows["segment", "kendall_b", "none", "good"][name]) for name in ("ci_low", "value", "ci_high"))
    assert low < value < high
    assert rows["segment", "pearson", "none", "bad"]["cluster"] == "2"
    assert "epsilon" in rows["segment", "acc_eq", "item", "good"]["details"]
    assert "48 of 48 judgements" in done.out


def test_every_file_of_a_study_is_written_and_kept(cli: Cli, write: Write, tmp_path: Path) -> None:
    scores, human = tables(write)
    out = tmp_path / "out"
    assert cli("meta", scores, "--human", human, "-o", out, *QUICK).code == 0
    assert sorted(path.name for path in out.iterdir()) == ["meta.csv", "meta.json", "meta.md", "meta.tex", "meta_pairs.csv"]
    again = cli("meta", scores, "--human", human, "-o", out, *QUICK)
    assert again.code == 2
    assert "--force" in again.err
    assert cli("meta", scores, "--human", human, "-o", out, "--force", *QUICK).code == 0
