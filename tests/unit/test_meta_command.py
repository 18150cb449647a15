"""`evaluator meta` from files to tables, and what it says of files that do not fit."""

from __future__ import annotations

import csv
import json
import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sacrebleu.metrics.bleu import BLEU
from scipy.stats import pearsonr

import evaluator
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


@pytest.mark.slow
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
    assert sorted(path.name for path in out.iterdir()) == ["meta.csv", "meta.html", "meta.json", "meta.md", "meta.tex", "meta_pairs.csv"]
    again = cli("meta", scores, "--human", human, "-o", out, *QUICK)
    assert again.code == 2
    assert "--force" in again.err
    assert cli("meta", scores, "--human", human, "-o", out, "--force", *QUICK).code == 0


def sentences(n: int) -> list[str]:
    return [f"The {('dam', 'road', 'mill')[i % 3]} number {i} was closed after the storm on {('Monday', 'Friday')[i % 2]}." for i in range(n)]


def run_of_three(cli: Cli, write: Write, tmp_path: Path, *options: str) -> tuple[Path, list[dict[str, str]]]:
    """A run of three systems that are worse and worse, and its segments."""
    reference = sentences(12)
    systems = {"a": reference, "b": [text.replace("storm", "wind") for text in reference], "c": [text.replace("closed after", "open in") for text in reference]}
    lines = [json.dumps({"system": name, "reference": r, "hypothesis": h}) for name, texts in systems.items() for r, h in zip(reference, texts, strict=True)]
    done = cli("score", write("pairs.jsonl", "\n".join(lines)), "-m", "bleu", "ter", "--no-report", "-o", tmp_path / "run", *options)
    assert done.code == 0, done.err
    return tmp_path / "run", read(tmp_path / "run" / "segments.csv")


def test_a_run_has_its_corpus_scores_and_error_rates_count_the_other_way(cli: Cli, write: Write, tmp_path: Path) -> None:
    run, rows = run_of_three(cli, write, tmp_path)
    human = ["system,segment,human_score", *(f"{row['system']},{row['segment']},{-10 * 'abc'.index(row['system'])}" for row in rows if row["segment"] != "7")]
    done = cli("meta", run, "--human", write("human.csv", "\n".join(human)), "-o", tmp_path / "out", *QUICK)
    assert done.code == 0, done.err
    assert "33 of 33 judgements" in done.out
    assert "Lower is better for TER" in done.out
    found = {(row["statistic"], row["metric"]): row for row in read(tmp_path / "out" / "meta.csv") if row["level"] == "system"}
    assert float(found["pearson", "TER"]["value"]) > 0.9
    kept = [[row for row in rows if row["system"] == name and row["segment"] != "7"] for name in "abc"]
    corpus = [BLEU().corpus_score([row["hypothesis"] for row in own], [[row["reference"] for row in own]]).score for own in kept]
    assert float(found["pearson", "BLEU"]["value"]) == pytest.approx(pearsonr([0, -10, -20], corpus).statistic)
    means = [np.mean([float(row["bleu"]) for row in own]) for own in kept]
    assert cli("meta", run, "--human", tmp_path / "human.csv", "--system-scores", "mean", "-o", tmp_path / "mean", *QUICK).code == 0
    found = {(row["statistic"], row["metric"]): row for row in read(tmp_path / "mean" / "meta.csv") if row["level"] == "system"}
    assert float(found["pearson", "BLEU"]["value"]) == pytest.approx(pearsonr([0, -10, -20], means).statistic)


@pytest.mark.model
def test_findings_of_a_run_stand_beside_spans_that_people_marked(cli: Cli, write: Write, tmp_path: Path) -> None:
    run, rows = run_of_three(cli, write, tmp_path, "--diagnose", "on")
    marked = []
    for row in rows:
        start = row["hypothesis"].find("open in")
        error = [{"start": start, "end": start + 7, "category": "Accuracy/Mistranslation", "severity": "major"}] if start >= 0 else []
        named = {name: row[name] for name in ("system", "document", "segment", "hypothesis")}
        marked.append(json.dumps({**named, "raters": [error, error]}))
    done = cli("meta", run, "--human", write("mqm.jsonl", "\n".join(marked)), "-o", tmp_path / "out", *QUICK)
    assert done.code == 0, done.err
    found = {(row["statistic"], row["grouping"], row["metric"]): row for row in read(tmp_path / "out" / "meta.csv") if row["level"] == "span"}
    assert float(found["f1", "serious errors", "rater"]["value"]) == 1.0
    assert float(found["recall", "serious errors of meaning", "everything"]["value"]) == 1.0
    assert ("precision", "all errors", "findings") in found
    people = [row for row in read(tmp_path / "out" / "meta.csv") if row["metric"] == "rater" and row["level"] == "segment"]
    assert [float(row["value"]) for row in people if row["statistic"] == "pearson" and row["grouping"] == "none"] == pytest.approx([1.0])
    assert "metrics against one rater" in people[0]["details"]


def test_a_folder_of_mt_metrics_eval_is_judged_without_its_human_translation(cli: Cli, tmp_path: Path) -> None:
    rng = np.random.default_rng(2)
    folder = tmp_path / "set"
    (folder / "metric-scores" / "en-de").mkdir(parents=True)
    (folder / "human-scores").mkdir()
    truth = {name: rng.normal(k, 1, 20) for k, name in enumerate(("a", "b", "c", "refB"))}
    human = [f"{name}\t{'None' if i % 5 == 4 else x}\n" for name, own in truth.items() for i, x in enumerate(own)]
    (folder / "human-scores" / "en-de.mqm.seg.score").write_text("".join(human))
    for metric, noise in (("good-refA", 0.3), ("bad-src", 9)):
        scores = "".join(f"{name}\t{x + rng.normal(0, noise)}\n" for name, own in truth.items() for x in own)
        (folder / "metric-scores" / "en-de" / f"{metric}.seg.score").write_text(scores)
    done = cli("meta", f"{folder}:en-de", "--human", "mqm", "-o", tmp_path / "out", *QUICK)
    assert done.code == 0, done.err
    rows = read(tmp_path / "out" / "meta.csv")
    assert {row["metric"] for row in rows} == {"good-refA", "bad-src"}
    assert {(row["n_systems"], row["n_segments"]) for row in rows} == {("3", "48")}
    assert "refB; left out" in done.out
    counted = cli("meta", f"{folder}:en-de", "--include-human", "-m", "good-refA", "-o", tmp_path / "all", *QUICK)
    assert {row["n_systems"] for row in read(tmp_path / "all" / "meta.csv")} == {"4"}
    assert "counted" in counted.out
    for arguments, message in (
        ((f"{folder}:en-fr",), "no segment scores of 'en-fr'"),
        ((f"{folder}:en-de", "-m", "goood-refA"), "Did you mean good-refA"),
        ((f"{folder}:en-de", "--human", "mqn"), "Did you mean mqm"),
    ):
        wrong = cli("meta", *arguments, "-o", tmp_path / "no")
        assert wrong.code == 2
        assert message in wrong.err


def test_scores_of_other_programs_are_further_metrics(cli: Cli, write: Write, tmp_path: Path) -> None:
    scores, human = tables(write)
    rows = [line.split("\t") for line in human.read_text().splitlines()[1:]]
    further = write("x.seg.score", "".join(f"{row[0]}\t{-float(row[3])}\n" for row in rows))
    done = cli("meta", scores, "--human", human, "--scores", f"x={further}", "--lower-is-better", "x", "-o", tmp_path / "out", *QUICK)
    assert done.code == 0, done.err
    found = {row["metric"]: row["value"] for row in read(tmp_path / "out" / "meta.csv") if (row["statistic"], row["grouping"]) == ("pearson", "none")}
    assert float(found["x"]) == pytest.approx(1.0)
    assert "good" in cli("meta", scores, "--human", human, "--scores", f"good={further}", "-o", tmp_path / "b").err


def test_a_contrastive_table_is_scored_and_judged(cli: Cli, write: Write, tmp_path: Path) -> None:
    header = "category\tseverity\tpert_check\treference\tmt\tperturbed"
    rows = [
        "number\tmajor\t1\tThree dams broke.\tThree dams broke.\tFive dams broke.",
        "case\tminor\t1\tThree dams broke.\tThree dams broke.\tthree dams broke.",
        "failed\tminor\t0\tThree dams broke.\tThree dams broke.\tA dam.",
        "same\tminor\t1\tThree dams broke.\tIt rained.\tIt rained.",
        "reference\tbase\t1\tThree dams broke.\tDams broke.\tThree dams broke.",
    ]
    done = cli("meta", write("c.tsv", "\n".join([header, *rows]) + "\n"), "--contrastive", "-m", "chrf", "ter", "-o", tmp_path / "out")
    assert done.code == 0, done.err
    found = {(row["grouping"], row["metric"]): row["value"] for row in read(tmp_path / "out" / "meta.csv")}
    assert found == {
        ("all pairs", "chrF2"): "1.0", ("all pairs", "TER"): "0.5", ("severity major", "chrF2"): "1.0", ("severity major", "TER"): "1.0",
        ("severity minor", "chrF2"): "1.0", ("severity minor", "TER"): "0.0", ("category case", "chrF2"): "1.0", ("category case", "TER"): "0.0",
        ("category number", "chrF2"): "1.0", ("category number", "TER"): "1.0",
    }  # fmt: skip
    assert all(note in done.out for note in ("1 pairs are marked pert_check", "1 pairs have equal texts", "1 pairs have the reference"))
    columns = "category,m_good,m_bad\nx,2,1\nx,1,2\n"
    assert cli("meta", write("d.csv", columns), "--contrastive", "-o", tmp_path / "two").code == 0
    assert [row["value"] for row in read(tmp_path / "two" / "meta.csv")] == ["0.5", "0.5"]


def test_what_is_undefined_is_empty_and_says_why(cli: Cli, write: Write, tmp_path: Path) -> None:
    rows = [f"{system},{i},{i % 3},7" for system in "ab" for i in range(6)]
    human = [f"{system},{i},{i % 2 + (system == 'a')}" for system in "ab" for i in range(6)]
    scores = write("s.csv", "\n".join(["system,segment,m,same", *rows]))
    done = cli("meta", scores, "--human", write("h.csv", "\n".join(["system,segment,human_score", *human])), "-o", tmp_path / "out", *QUICK)
    assert done.code == 0, done.err
    found = {(row["level"], row["statistic"], row["grouping"], row["metric"]): row for row in read(tmp_path / "out" / "meta.csv")}
    for row in found.values():
        assert row["value"] or row["details"].startswith("undefined"), row
    assert found["system", "pearson", "all systems", "m"]["details"] == "undefined: 2 systems, and at least 3 are needed"
    assert "constant" in found["segment", "kendall_b", "none", "same"]["details"]
    assert "2 systems" in found["segment", "pearson", "item", "m"]["details"]
    assert "Systems: 2; statistics of systems need at least 3" in done.out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "No scores were given"),
        (("scores.csv",), "holds no human scores"),
        (("nothing.csv", "--human", "human.tsv"), "nothing.csv does not exist"),
        (("scores.csv", "--human", "human.tsv", "--statistics", "spaa"), "Did you mean spa"),
        (("scores.csv", "--human", "human.tsv", "--groupings", "items"), "Did you mean item"),
        (("scores.csv", "--human", "human.tsv", "-m", "goood"), "Did you mean good"),
        (("scores.csv", "--human", "human.tsv", "--human-column", "humn_score"), "Did you mean human_score"),
        (("scores.csv", "--human", "human.tsv", "--resamples", "-1"), "must be 0 or more"),
        (("scores.csv", "--human", "human.tsv", "--system-scores", "means"), "Did you mean mean"),
        (("scores.csv", "--human", "human.tsv", "--contrastive"), "leave --human out"),
        (("scores.csv", "--contrastive"), "holds no scores"),
        (("scores.csv", "--human", "human.tsv", "--spans", "x=human.tsv"), "no marked spans"),
        (("scores.csv", "--human", "human.tsv", "--format", "xml"), "no format 'xml'"),
        ((".", "--human", "human.tsv"), "a folder without run.json"),
    ],
)
def test_bad_input_ends_with_2_and_one_message(
    cli: Cli, write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], message: str
) -> None:
    tables(write)
    monkeypatch.chdir(tmp_path)
    done = cli("meta", *arguments)
    assert done.code == 2
    assert message in done.err
    assert done.err.count("\n") == 1
    assert not (tmp_path / "results").exists()


def test_names_from_files_are_harmless_wherever_they_are_shown(cli: Cli, write: Write, tmp_path: Path) -> None:
    scores, human = tables(write)
    name = '"=cmd|\x1b[31m<b>$\\x"'
    hostile = write("hostile.csv", scores.read_text().replace("good", name))
    done = cli("meta", hostile, "--human", human, "-o", tmp_path / "out", "--spreadsheet-safe", *QUICK)
    assert done.code == 0, done.err
    assert "\x1b" not in done.out
    assert any(row["metric"].startswith("'=cmd") for row in read(tmp_path / "out" / "meta.csv"))
    shown = (tmp_path / "out" / "meta.md").read_text()
    assert "<b>" not in shown
    assert "\x1b" not in shown
    page = (tmp_path / "out" / "meta.html").read_text()
    assert "<b>" not in page
    assert "\x1b" not in page
    ElementTree.fromstring(re.sub(r"<(meta|br)\b([^>]*)>", r"<\1\2/>", page.removeprefix("<!doctype html>")))
    assert r"\textbackslash{}x" in (tmp_path / "out" / "meta.tex").read_text()


@pytest.mark.slow
def test_the_same_inputs_give_the_same_bytes(cli: Cli, write: Write, tmp_path: Path) -> None:
    scores, human = tables(write)
    for name in ("one", "two"):
        assert cli("meta", scores, "--human", human, "-o", tmp_path / name, "--resamples", 100, "--draws", 100, "-q").code == 0
    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes()


@pytest.mark.parametrize(("form", "start"), [("csv", "level,statistic"), ("md", "| system level |"), ("latex", "% \\usepackage{booktabs}"), ("json", "{")])
def test_every_format_can_be_printed(cli: Cli, write: Write, tmp_path: Path, form: str, start: str) -> None:
    scores, human = tables(write)
    done = cli("meta", scores, "--human", human, "--format", form, "-o", tmp_path / "out", *QUICK)
    assert done.code == 0, done.err
    assert done.out.startswith(start)


def test_auc_is_tested_and_systems_are_drawn_in_every_form(cli: Cli, write: Write, tmp_path: Path) -> None:
    scores, human = tables(write)
    out = tmp_path / "out"
    options = ("--statistics", "auc", "system_pearson", "--serious", 0, "--resamples", 40, "--draws", 40)
    assert cli("meta", scores, "--human", human, "-o", out, *options).code == 0
    tests = {(row["statistic"], row["grouping"]): row["test"] for row in read(out / "meta_pairs.csv")}
    assert tests["auc", "all segments"] == "ranks"
    rows = {(row["level"], row["metric"]): row for row in read(out / "meta.csv")}
    low, high = (float(rows["system", "good"][name]) for name in ("ci_low_systems", "ci_high_systems"))
    assert rows["segment", "good"]["ci_low_systems"] == ""
    assert f"| {low:.3f} to {high:.3f} |" in (out / "meta.md").read_text()
    paper = (out / "meta.tex").read_text()
    assert f"& {low:.3f} to {high:.3f} " in paper
    assert paper.isascii()  # pdflatex knows no other characters without further packages
    assert f"systems too: {low:.3f} – {high:.3f}" in (out / "meta.html").read_text()


def test_what_is_undefined_for_every_metric_is_said_once(cli: Cli, write: Write, tmp_path: Path) -> None:
    scores, human = tables(write, systems="a")
    done = cli("meta", scores, "--human", human, "--statistics", "system_pearson", "spa", "-o", tmp_path / "out", *QUICK)
    assert "Pearson, SPA: undefined: 1 system, and at least 3 are needed" in done.out.splitlines()


def test_from_python_frames_give_frames() -> None:
    rng = np.random.default_rng(1)
    keys = [(system, i) for system in "abc" for i in range(10)]
    truth = rng.normal(0, 1, 30)
    scores = pd.DataFrame({"system": [s for s, _ in keys], "segment": [i for _, i in keys], "m": truth + rng.normal(0, 1, 30)})
    human = pd.DataFrame({"system": [s for s, _ in keys], "segment": [i for _, i in keys], "human_score": truth})
    result = evaluator.meta(scores, human, statistics=["pearson"], resamples=50, draws=0)  # type: ignore[operator]
    assert list(result.meta["grouping"]) == ["none", "item", "system"]
    assert result.meta["value"].iloc[0] == pytest.approx(pearsonr(truth, scores["m"]).statistic)
    assert result.meta["rank"].dtype == "Int64"
    with pytest.raises(evaluator.EvaluatorError, match="lower_is_better names 'x'"):
        evaluator.meta(scores, human, lower_is_better=["x"])  # type: ignore[operator]


def test_systems_without_a_common_cell_and_lengths_without_texts_are_said(cli: Cli, write: Write, tmp_path: Path) -> None:
    scores, human = tables(write)
    lines = [",".join([*line.split(",")[:4], ""]) if line.startswith("d,") else line for line in scores.read_text().splitlines()]
    done = cli("meta", write("holes.csv", "\n".join(lines)), "--human", human, "--serious", 0, "-o", tmp_path / "out", *QUICK)
    assert done.code == 0, done.err
    assert "No segment of d has both" in done.out
    rows = read(tmp_path / "out" / "meta.csv")
    assert {row["n_systems"] for row in rows} == {"3"}
    bins = [row for row in rows if row["grouping"] == "within length bins"]
    assert [(row["value"], row["details"]) for row in bins] == [("", "undefined: no texts are known, and so no lengths")] * 2


def test_a_column_with_a_wrong_cell_is_refused_and_not_left_out(cli: Cli, write: Write, tmp_path: Path) -> None:
    scores, human = tables(write)
    lines = scores.read_text().splitlines()
    wrong = write("wrong.csv", "\n".join([*lines[:5], lines[5].rsplit(",", 1)[0] + ",n/k", *lines[6:]]))
    done = cli("meta", wrong, "--human", human, "-o", tmp_path / "out", *QUICK)
    assert done.code == 2
    assert "line 6, column bad: 'n/k' is no number, and 47 of 48 cells are" in done.err
    remarks = write("remarks.csv", "\n".join([f"{lines[0]},remark", *(f"{line},{'why?' if i == 3 else ''}" for i, line in enumerate(lines[1:]))]))
    done = cli("meta", remarks, "--human", human, "-o", tmp_path / "out", *QUICK)
    assert done.code == 0, done.err
    assert "remark" not in done.out
