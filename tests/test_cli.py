"""The command line as users meet it."""

from __future__ import annotations

import csv
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import evaluator
from evaluator.cli import COMMANDS
from tests.conftest import ROOT, SAMPLE, Cli

Write = Callable[[str, str | bytes], Path]
REFERENCE, REWRITE = SAMPLE / "reference.txt", SAMPLE / "rewrite.txt"


@pytest.mark.model
@pytest.mark.slow
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


def test_metrics_that_are_given_one_by_one_all_count(cli: Cli) -> None:
    once, again = (cli("score", REFERENCE, REWRITE, *options, "-b") for options in (("-m", "bleu", "chrf"), ("-m", "bleu", "-m", "chrf")))
    assert again == once
    assert len(once.out.split()) == 2


def test_both_ways_of_naming_inputs_are_the_same(cli: Cli, tmp_path: Path) -> None:
    common = ("-m", "bleu", "-b", "-w", "4")
    a = cli("score", REFERENCE, f"x={REWRITE}", *common, "-o", tmp_path / "a").out
    b = cli("score", *common, "--cand", f"x={REWRITE}", "-r", REFERENCE, "-o", tmp_path / "b").out
    c = cli("score", REFERENCE, *common, "-o", tmp_path / "c", f"x={REWRITE}").out
    assert a == b == c == "64.5115\n"


@pytest.mark.model
@pytest.mark.slow
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


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_help_ends_with_examples(cli: Cli, command: str) -> None:
    result = cli(*([command] if command else []), "--help")
    assert result.code == 0
    assert "examples:\n  evaluator" in result.out


def _examples() -> list[str]:
    from evaluator.cli import bench, cache, check, compare, explain_diff, gate, listing, score, validate, verify

    commands = (score, compare, gate, listing, check, verify, explain_diff, cache, bench, validate)
    examples = [example for command in commands for example in command.EXAMPLES]
    return [example for example in examples if not set(example.split()) & {"ref.txt", "pairs.tsv", "verify", "--data"} or "--texts" in example]


@pytest.fixture(scope="session")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the runs that the examples speak of: two systems, diagnosed."""
    folder = tmp_path_factory.mktemp("stored")
    texts = {"a": REWRITE, "b": REFERENCE}
    evaluator.evaluate(REFERENCE, texts, metrics=["bleu", "chrf"], diagnose="on", device="cpu", resamples=200).save(folder / "run1")
    os.symlink(folder / "run1", folder / "new")
    return folder


@pytest.mark.model
@pytest.mark.slow
@pytest.mark.parametrize("example", _examples())
def test_examples_of_the_help_run(cli: Cli, example: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    os.symlink(ROOT / "benchmarks", tmp_path / "benchmarks")
    os.symlink(ROOT / "configs", tmp_path / "configs")
    if "results/run1" in example or "results/new" in example:
        os.symlink(request.getfixturevalue("stored"), tmp_path / "results")
    monkeypatch.chdir(tmp_path)
    assert cli(*example.split()[1:]).code == 0


def _python(code: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", code, *map(str, arguments)], capture_output=True, text=True, check=True)


@pytest.mark.slow
def test_a_lexical_run_never_imports_torch_or_pandas(tmp_path: Path) -> None:
    code = """
import sys
from evaluator.cli import main
assert main(sys.argv[1:]) == 0
print([m for m in ("torch", "transformers", "bert_score", "tokenizers", "pandas", "pyarrow") if m in sys.modules])
"""
    done = _python(code, "score", REFERENCE, REWRITE, "-m", "bleu", "chrf", "ter", "-o", tmp_path / "run")
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.model
@pytest.mark.slow
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


@pytest.mark.slow
def test_standard_input_can_be_the_system(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "evaluator", "score", str(REFERENCE), "-", "-m", "bleu", "-b", "-o", str(tmp_path / "run")]
    done = subprocess.run(command, input=REWRITE.read_bytes(), capture_output=True, check=True)
    assert done.stdout == b"64.5\n"


@pytest.mark.slow
def test_a_closed_pipe_ends_quietly(tmp_path: Path) -> None:
    command = f"{sys.executable} -m evaluator score {REFERENCE} {REWRITE} -m bleu --quiet -o {tmp_path / 'run'} | true"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr
    assert (tmp_path / "run" / "run.json").exists()


@pytest.mark.model
@pytest.mark.slow
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


def _three(write: Write) -> list[object]:
    """A reference and three systems of 40 segments, the last far worse."""
    texts = [f"the ferry sails at noon from pier {k}" for k in range(40)]
    changed: dict[str, Callable[[str], str]] = {
        "ref": lambda t: t,
        "x": lambda t: t.replace("noon", "midday"),
        "y": lambda t: t.replace("ferry", "boat"),
        "z": lambda t: "the boat",
    }
    return [write(f"{name}.txt", "".join(f"{change(text)}\n" for text in texts)) for name, change in changed.items()]


def test_score_of_several_systems_compares_them(cli: Cli, write: Write, tmp_path: Path) -> None:
    result = cli("score", *_three(write), "-m", "bleu", "chrf", "-o", tmp_path / "run", "--resamples", "1000")
    assert result.code == 0
    assert "paired approximate randomization by segment, 1,000 resamples, seed 12345, Holm over 3 pairs" in result.out
    assert re.search(r"rank +cluster +system +BLEU ↑ +95 % interval", result.out)
    assert "  x > z on chrF2 by" in result.out
    assert len(evaluator.load(tmp_path / "run").pairs) == 6
    report = (tmp_path / "run" / "report.md").read_text(encoding="utf-8")
    assert "| rank | cluster | system | BLEU | interval |" in report
    assert "†: worse than the best, p at most .05" in report


@pytest.mark.parametrize(
    ("options", "test", "resamples"),
    [
        ([], "ar", 10000),
        (["--paired-ar"], "ar", 10000),
        (["--paired-bs"], "sacrebleu-bs", 1000),
        (["--test", "bootstrap", "--resamples", "150"], "bootstrap", 150),
    ],
)
def test_the_test_is_chosen_as_in_sacrebleu(cli: Cli, write: Write, tmp_path: Path, options: list[str], test: str, resamples: int) -> None:
    assert cli("score", *_three(write), "-m", "chrf", "-o", tmp_path / "run", *options).code == 0
    pairs = evaluator.load(tmp_path / "run").pairs
    assert set(pairs["test"]) == {test}
    assert set(pairs["n_resamples"]) == {resamples}


@pytest.mark.slow
def test_the_seed_of_sacrebleu_is_taken_from_the_environment(cli: Cli, write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = _three(write)
    seeds = []
    for k, (given, options) in enumerate([("7", []), ("7", ["--seed", "0"]), ("none", []), ("none", [])]):
        monkeypatch.setenv("SACREBLEU_SEED", given)
        assert cli("score", *files, "-m", "chrf", "-o", tmp_path / f"run{k}", "--resamples", "100", *options).code == 0
        seeds.append(int(evaluator.load(tmp_path / f"run{k}").pairs["seed"][0]))
    assert seeds[:2] == [7, 0]
    assert seeds[2] != seeds[3]
    monkeypatch.setenv("SACREBLEU_SEED", "lucky")
    assert "SACREBLEU_SEED is 'lucky'" in cli("score", *files, "-m", "chrf", "-o", tmp_path / "bad").err


@pytest.mark.model
def test_compare_prints_and_writes_only_when_told(cli: Cli, stored: Path, tmp_path: Path) -> None:
    before = {path.name: path.read_bytes() for path in (stored / "run1").iterdir()}
    result = cli("compare", stored / "run1", "--test", "bootstrap", "--resamples", "300", "--buckets", "length,error", "--ngrams", "3")
    assert (result.code, result.err) == (0, "")
    assert "signed paired bootstrap by segment, 300 resamples" in result.out
    assert "chrF2 by length" in result.out
    assert "fidelity by error" in result.out
    assert "b gets, a misses" in result.out
    assert {path.name: path.read_bytes() for path in (stored / "run1").iterdir()} == before
    assert cli("compare", stored / "run1", "--buckets", "rare", "-o", tmp_path / "again").code == 0
    assert (tmp_path / "again" / "buckets.csv").exists()
    assert set(evaluator.load(tmp_path / "again").pairs["test"]) == {"ar"}


@pytest.mark.model
@pytest.mark.parametrize("format_", ["json", "csv", "latex", "md"])
def test_compare_speaks_every_format(cli: Cli, stored: Path, format_: str) -> None:
    result = cli("compare", stored / "run1", "-m", "chrf", "--format", format_)
    assert result.code == 0
    if format_ == "json":
        shown = json.loads(result.out)
        assert [row["metric"] for row in shown["pairs"]] == ["chrF2"]
        assert shown["comparison"]["test"] == "ar"
    elif format_ == "csv":
        assert [row["verdict"][:8] for row in csv.DictReader(result.out.splitlines())] == ["b > a on"]
    else:
        assert (r"\textbf{100.0}" if format_ == "latex" else "**100.0**") in result.out


def test_compare_takes_inputs_as_score_does(cli: Cli, write: Write, tmp_path: Path) -> None:
    result = cli("compare", *_three(write), "-m", "chrf", "-o", tmp_path / "run", "--ngrams", "2", "--unit", "segment")
    assert result.code == 0
    assert "x gets, y misses" in result.out
    assert (tmp_path / "run" / "ngrams.csv").exists()
    assert "written:" in result.err


def test_a_table_of_one_system_cannot_be_compared(cli: Cli, write: Write, tmp_path: Path) -> None:
    table = write("one.tsv", "reference\thypothesis\nthe dam held\tthe dam held\n")
    result = cli("compare", table, "-m", "chrf", "-o", tmp_path / "run")
    assert result.code == 2
    assert "There is one system, 'one'; comparing needs at least two" in result.err
    assert not (tmp_path / "run").exists()


@pytest.mark.model
def test_options_of_scoring_are_refused_for_a_stored_run(cli: Cli, stored: Path) -> None:
    result = cli("compare", stored / "run1", "--tokenize", "zh")
    assert result.code == 2
    assert "--tokenize is for inputs that are scored" in result.err


@pytest.mark.slow
def test_comparing_a_stored_run_imports_no_metric_and_no_pandas(stored: Path) -> None:
    code = """
import sys
from evaluator.cli import main
assert main(sys.argv[1:]) == 0
print([m for m in ("torch", "transformers", "pandas", "pyarrow", "scipy", "sacrebleu") if m in sys.modules])
"""
    assert _python(code, "compare", stored / "run1", "--buckets", "length", "--ngrams", "1").stdout.splitlines()[-1] == "[]"


def test_imported_scores_from_the_command_line(cli: Cli, write: Write, tmp_path: Path) -> None:
    files = _three(write)
    scores = [write(f"{name}.jsonl", "".join(f'{{"prediction": {k}}}\n' for _ in range(40))) for k, name in enumerate("xyz")]
    named = [f"metricx={scores[0]}", f"metricx=y={scores[1]}", f"metricx={scores[2]}"]
    result = cli("score", *files, "-m", "chrf", "--scores", *named, "-o", tmp_path / "run", "--resamples", "200")
    assert result.code == 0, result.err
    assert "metricx ↓" in result.out
    assert evaluator.load(tmp_path / "run").scores["metricx"].tolist() == [0, 1, 2]


def test_the_list_says_what_counts(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    from evaluator.metrics import kernel

    assert kernel.counted_by("chrf") in cli("list", "metrics").out
    monkeypatch.setattr(kernel, "compiled", None)
    monkeypatch.setattr(kernel, "missing", "it was not built")
    out = cli("list", "metrics").out
    assert "counted by NumPy" in out
    assert "counted by sacreBLEU's own code, hundreds of times slower" in out


def test_ter_without_the_kernel_is_said_to_be_slow(cli: Cli, write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from evaluator.metrics import kernel

    texts = write("ref.txt", "the cat sat\n"), write("a.txt", "a cat sat\n")
    results = []
    for k, compiled in enumerate((kernel.compiled, None)):
        monkeypatch.setattr(kernel, "compiled", compiled)
        results.append(cli("score", *texts, "-m", "bleu", "chrf", "ter", "-o", tmp_path / str(k)))
    assert "note: TER is counted by sacreBLEU's own code" in results[1].err
    assert results[0].out == results[1].out
    assert (tmp_path / "0" / "stats.npz").read_bytes() == (tmp_path / "1" / "stats.npz").read_bytes()


@pytest.mark.model
@pytest.mark.slow
def test_the_packaged_model_runs_without_torch_and_transformers(tmp_path: Path) -> None:
    code = f"""
import sys
from evaluator.cli import main
main(["score", {str(SAMPLE / "reference.txt")!r}, {str(SAMPLE / "rewrite.txt")!r}, "-o", {str(tmp_path / "run")!r}, "--device", "cpu", "-q"])
print([m for m in ("torch", "transformers", "bert_score", "pandas") if m in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.rstrip().endswith("[]")


def test_without_reports_the_tables_are_the_same(cli: Cli, tmp_path: Path) -> None:
    for name, more in (("with", []), ("without", ["--no-report"])):
        assert cli("score", SAMPLE / "reference.txt", SAMPLE / "rewrite.txt", "-m", "bleu", "-o", tmp_path / name, *more).code == 0
    names = {path.name for path in (tmp_path / "without").iterdir()}
    assert {path.name for path in (tmp_path / "with").iterdir()} - names == {"report.html", "report.md"}
    assert all((tmp_path / "with" / name).read_bytes() == (tmp_path / "without" / name).read_bytes() for name in names)
    assert cli("report", tmp_path / "without").code == 0
    assert (tmp_path / "with" / "report.html").read_bytes() == (tmp_path / "without" / "report.html").read_bytes()
