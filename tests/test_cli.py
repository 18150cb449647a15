"""The command line as users meet it."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import evaluator
from tests.conftest import ROOT, SAMPLE, Cli

Write = Callable[[str, str | bytes], Path]
REFERENCE, REWRITE = SAMPLE / "reference.txt", SAMPLE / "rewrite.txt"


def test_score_writes_the_run_folder_and_prints_the_table(cli: Cli, tmp_path: Path) -> None:
    result = cli("score", REFERENCE, f"nmt={REWRITE}", "-o", tmp_path / "run")
    assert result.code == 0
    assert "BERTScore-F1" in result.out
    assert "BLEU|nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp|version:" in result.out
    assert "are likely broken; worst:" in result.out
    assert "Postponement of April vote" in result.out
    assert f"written: {tmp_path / 'run'}" in result.err
    run = evaluator.load(tmp_path / "run")
    assert run.scores["system"].tolist() == ["nmt"]
    assert len(run.segments) == 23
    assert not run.segments[["fidelity", "risk", "flagged"]].isna().any().any()
    assert run.manifest["model"]["weights_sha256"].startswith("53aa51172d14")


def test_scores_on_the_command_line_equal_those_of_python(cli: Cli, tmp_path: Path) -> None:
    cli("score", REFERENCE, REWRITE, "-m", "bleu", "chrf++", "ter", "-o", tmp_path / "run")
    run = evaluator.evaluate(REFERENCE, REWRITE, metrics=["bleu", "chrf++", "ter"])
    assert evaluator.load(tmp_path / "run").scores.equals(run.scores)


def test_both_ways_of_naming_inputs_are_the_same(cli: Cli, tmp_path: Path) -> None:
    common = ("-m", "bleu", "-b", "-w", "4")
    a = cli("score", REFERENCE, f"x={REWRITE}", *common, "-o", tmp_path / "a").out
    b = cli("score", *common, "--cand", f"x={REWRITE}", "-r", REFERENCE, "-o", tmp_path / "b").out
    c = cli("score", REFERENCE, *common, "-o", tmp_path / "c", f"x={REWRITE}").out
    assert a == b == c == "64.5115\n"


def test_several_references_and_systems(cli: Cli, tmp_path: Path) -> None:
    result = cli(
        "score", "-r", REFERENCE, REWRITE, "-i", f"a={REWRITE}", f"b={REFERENCE}", "-m", "bleu", "bertscore", "-o", tmp_path / "run", "--device", "cpu"
    )
    assert result.code == 0
    run = evaluator.load(tmp_path / "run")
    assert {"reference_2", "bertscore_ref"} <= set(run.segments.columns)
    same = run.segments["reference"].str.casefold() == run.segments["reference_2"].str.casefold()
    chosen = [2] * 23 + [1] * 23
    assert run.segments["bertscore_ref"].tolist() == [1 if alike else k for alike, k in zip(same, chosen, strict=True)]
    assert run.statistics["signature"][0].startswith("nrefs:2|")


def test_a_table_is_scored_alone(cli: Cli, write: Write, tmp_path: Path) -> None:
    rows = [{"system": s, "document": "d", "reference": "the dam held", "hypothesis": h} for s, h in (("a", "the dam held"), ("b", "a dam broke"))]
    table = write("t.jsonl", "\n".join(map(json.dumps, rows)))
    assert cli("score", table, "-m", "chrf", "-o", tmp_path / "run").code == 0
    assert evaluator.load(tmp_path / "run").scores["system"].tolist() == ["a", "b"]


@pytest.mark.parametrize("format_", ["table", "text", "json", "csv", "latex", "md"])
def test_every_format_prints_the_score(cli: Cli, tmp_path: Path, format_: str) -> None:
    result = cli("score", REFERENCE, REWRITE, "-m", "bleu", "--format", format_, "-o", tmp_path / "run")
    assert "64.5" in result.out
    if format_ == "json":
        assert json.loads(result.out)["score"] == 64.5


def test_options_reach_the_metrics_and_their_signatures(cli: Cli, tmp_path: Path) -> None:
    cli(
        "score", REFERENCE, REWRITE, "-m", "bleu", "chrf", "ter", "-tok", "intl", "-lc", "--chrf-lowercase", "--smooth_method", "floor", "--chrf_word_order=2",
        "--ter-case-sensitive", "-o", tmp_path / "run",
    )  # fmt: skip
    signatures = evaluator.load(tmp_path / "run").manifest["signatures"]
    assert signatures["BLEU"]["corpus"].startswith("nrefs:1|case:lc|eff:no|tok:intl|smooth:floor[0.10]")
    assert signatures["BLEU"]["segment"].startswith("nrefs:1|case:lc|eff:yes")
    assert "case:lc" in signatures["chrF2++"]["corpus"]
    assert "case:mixed" in signatures["TER"]["corpus"]


def test_details_hold_brevity_penalty_and_precisions(cli: Cli, tmp_path: Path) -> None:
    cli("score", REFERENCE, REWRITE, "-m", "bleu", "ter", "-o", tmp_path / "run")
    details = evaluator.load(tmp_path / "run").statistics["details"].tolist()
    assert details[0].startswith("83.3/69.8/59.6/50.0 (BP = 1.000 ratio = 1.020")
    assert details[1] == "edits = 161 ref_len = 706"


def test_default_folder_is_under_results(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert cli("demo", "-m", "bleu", "--quiet").err == ""
    (folder,) = (tmp_path / "results").iterdir()
    assert folder.name.endswith("Z-reference")


@pytest.mark.parametrize(("kind", "words"), [("metrics", "bertscore"), ("models", "minilm"), ("detectors", "negation"), ("formats", "parquet")])
def test_list(cli: Cli, kind: str, words: str) -> None:
    result = cli("list", kind)
    assert result.code == 0
    assert words in result.out


@pytest.mark.parametrize("command", ["", "score", "list", "demo"])
def test_help_ends_with_examples(cli: Cli, command: str) -> None:
    result = cli(*([command] if command else []), "--help")
    assert result.code == 0
    assert "examples:\n  evaluator" in result.out


def _examples() -> list[str]:
    from evaluator.cli import listing, score

    return [*score.EXAMPLES, *listing.EXAMPLES]


@pytest.mark.parametrize("example", _examples())
def test_examples_of_the_help_run(cli: Cli, example: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    os.symlink(ROOT / "benchmarks", tmp_path / "benchmarks")
    monkeypatch.chdir(tmp_path)
    assert cli(*example.split()[1:]).code == 0


def _python(code: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", code, *map(str, arguments)], capture_output=True, text=True, check=True)


def test_a_lexical_run_never_imports_torch_or_pandas(tmp_path: Path) -> None:
    code = """
import sys
from evaluator.cli import main
assert main(sys.argv[1:]) == 0
print([m for m in ("torch", "transformers", "bert_score", "tokenizers", "pandas", "pyarrow") if m in sys.modules])
"""
    done = _python(code, "score", REFERENCE, REWRITE, "-m", "bleu", "chrf", "ter", "-o", tmp_path / "run")
    assert done.stdout.splitlines()[-1] == "[]"


def test_bertscore_with_the_packaged_model_never_imports_transformers(tmp_path: Path) -> None:
    code = """
import sys
from evaluator.cli import main
assert main(sys.argv[1:]) == 0
print([m for m in ("transformers", "bert_score", "pandas") if m in sys.modules])
"""
    done = _python(code, "score", REFERENCE, REWRITE, "-m", "bertscore", "-o", tmp_path / "run")
    assert done.stdout.splitlines()[-1] == "[]"


def test_help_imports_next_to_nothing() -> None:
    code = "import sys; from evaluator.cli import main; main(['--help']); print([m for m in ('numpy', 'sacrebleu', 'rich', 'torch') if m in sys.modules])"
    assert _python(code).stdout.splitlines()[-1] == "[]"


def test_standard_input_can_be_the_system(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "evaluator", "score", str(REFERENCE), "-", "-m", "bleu", "-b", "-o", str(tmp_path / "run")]
    done = subprocess.run(command, input=REWRITE.read_bytes(), capture_output=True, check=True)
    assert done.stdout == b"64.5\n"


def test_a_closed_pipe_ends_quietly(tmp_path: Path) -> None:
    command = f"{sys.executable} -m evaluator score {REFERENCE} {REWRITE} -m bleu --quiet -o {tmp_path / 'run'} | true"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr
    assert (tmp_path / "run" / "run.json").exists()


def test_two_processes_write_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        done = subprocess.run([sys.executable, "-m", "evaluator", "score", REFERENCE, f"x={REWRITE}", "-o", tmp_path / name], capture_output=True, check=False)
        assert done.returncode == 0
    for path in (tmp_path / "a").iterdir():
        assert path.read_bytes() == (tmp_path / "b" / path.name).read_bytes(), path.name


def test_gold_of_the_sample_marks_its_own_words() -> None:
    lines = {
        side: [x for x in (SAMPLE / name).read_text(encoding="utf-8").split("\n") if x.strip()]
        for side, name in (("reference", "reference.txt"), ("hypothesis", "rewrite.txt"))
    }
    with open(SAMPLE / "gold.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {int(row["segment"]) for row in rows} == set(range(1, 24))
    for row in rows:
        if row["start"]:
            assert lines[row["side"]][int(row["segment"]) - 1][int(row["start"]) : int(row["end"])] == row["text"]
