"""Habits from sacreBLEU, bert-score and COMET: what they mean here, or the answer that says what to write."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import evaluator
from tests.conftest import Cli

Write = Callable[[str, str | bytes], Path]
REFERENCE = "The lock keeper opened the gate at dawn.\nTwo barges came through.\nNobody asked for a fee.\nThe third one turned back.\n"
SYSTEM = "The lock keeper opened a gate at dawn.\nTwo barges passed through.\nNobody asked for any fee.\nThe third one went back.\n"


@pytest.fixture
def texts(write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    """Reference and system in a folder of their own, which is the current one."""
    monkeypatch.chdir(tmp_path)
    return write("ref.txt", REFERENCE), write("sys.txt", SYSTEM)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("-l",), "-l"),
        (("-lo",), "-lc"),
        (("-to", "zh"), "Did you mean -tok"),
        (("-sl",), "segments.csv"),
        (("--sentence-level",), "segments.csv"),
        (("-nr", "2"), "-r ref1.txt ref2.txt"),
        (("--num-refs", "2"), "-r ref1.txt ref2.txt"),
        (("-cw", "2"), "--chrf-word-order"),
        (("--paired-bs-n", "1000"), "--resamples"),
        (("--gpus", "0"), "--scores"),
        (("--test-set", "wmt23"), "sacrebleu:wmt23/en-de"),
        (("-t", "wmt23"), "sacrebleu:wmt23/en-de"),
        (("-t", "wmt22", "-l", "cs-en"), "sacrebleu:wmt22/cs-en"),
        (("-s", "floor"), "--smooth-method floor"),
        (("-l", "17"), "--num-layers 17"),
        (("-l", "English please"), "-l en-de"),
        (("-l", "en-zh", "--lang", "ja"), "leave one out"),
        (("-seed", "3"), "--seed"),
        (("-metrics", "bleu"), "--metrics"),
    ],
)
def test_an_option_of_another_program_is_answered_with_what_to_write(cli: Cli, texts: tuple[Path, Path], arguments: tuple[str, ...], words: str) -> None:
    result = cli("score", *texts, *arguments, "-o", "run")
    assert (result.code, result.out) == (2, "")
    assert words in result.err
    assert not Path("run").exists()


def test_the_batch_size_of_bert_score_is_answered(cli: Cli, texts: tuple[Path, Path]) -> None:
    assert "--batch-size 64" in cli("score", *texts, "-b", "64").err


@pytest.mark.parametrize(
    ("pair", "tokenizer"),
    [
        ("en-de", "13a"),
        ("de", "13a"),
        ("en-zh", "zh"),
        ("en-zh_CN", "zh"),
        ("zh-CN", "zh"),
        ("zh-en", "13a"),
        ("zh-Hant", "zh"),
        ("pt-BR", "13a"),
        ("ja-zh", "zh"),
    ],
)
def test_a_language_pair_chooses_the_tokenizer_of_its_target_and_no_model(cli: Cli, texts: tuple[Path, Path], pair: str, tokenizer: str) -> None:
    assert cli("score", *texts, "-m", "bleu", "ter", "-l", pair, "-o", "run").code == 0
    signatures = evaluator.load("run").manifest["signatures"]
    assert f"|tok:{tokenizer}|" in signatures["BLEU"]["corpus"]
    assert "case:mixed" in signatures["BLEU"]["corpus"]
    assert f"norm:{'yes' if tokenizer == 'zh' else 'no'}" in signatures["TER"]["corpus"]
    assert evaluator.load("run").manifest["options"]["lang"] is None


def test_one_letter_options_still_take_their_value_attached(cli: Cli, texts: tuple[Path, Path]) -> None:
    assert cli("score", *texts, "-m", "bleu", "-b", "-w4").out == cli("score", *texts, "-m", "bleu", "-b", "-w", "4").out
    assert cli("score", *texts, "-mbleu", "-bq").code == 0


def test_bare_scores_write_a_folder_only_where_one_is_named(cli: Cli, texts: tuple[Path, Path]) -> None:
    bare = cli("score", *texts, "-m", "bleu", "chrf", "-b")
    assert bare.code == 0
    assert "written" not in bare.err
    assert not Path("results").exists()
    named = cli("score", *texts, "-m", "bleu", "chrf", "-b", "-o", "run")
    assert named.out == bare.out
    assert Path("run", "run.json").is_file()


@pytest.mark.slow
def test_bare_scores_need_no_folder_that_can_be_written(texts: tuple[Path, Path]) -> None:
    command = [sys.executable, "-m", "evaluator", "score", *map(str, texts), "-m", "chrf", "-b"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd="/proc")
    assert float(done.stdout) > 50


@pytest.mark.slow
@pytest.mark.parametrize("named", ["-", "nmt=-"])
def test_a_piped_system_is_scored_and_writes_nothing(texts: tuple[Path, Path], tmp_path: Path, named: str) -> None:
    command = [sys.executable, "-m", "evaluator", "score", "ref.txt", named, "-m", "chrf"]
    done = subprocess.run(command, capture_output=True, text=True, input=SYSTEM, cwd=tmp_path, check=True)
    assert ("nmt" if "=" in named else "stdin") in done.stdout
    assert not (tmp_path / "results").exists()


def test_a_reference_alone_says_how_standard_input_is_named(texts: tuple[Path, Path], tmp_path: Path) -> None:
    command = [sys.executable, "-m", "evaluator", "score", "ref.txt", "-m", "chrf", "-b"]
    done = subprocess.run(command, capture_output=True, text=True, input=SYSTEM, cwd=tmp_path, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert "standard input" in done.stderr
    assert "evaluator score ref.txt -" in done.stderr


@pytest.mark.parametrize(
    "name", ["comet", "COMET", "xcomet-xl", "cometkiwi", "bleurt", "BLEURT-20", "metricx", "metricx-24", "bartscore", "rouge", "wer", "unheard-of"]
)
def test_a_metric_of_another_program_comes_in_by_its_scores(cli: Cli, texts: tuple[Path, Path], name: str) -> None:
    result = cli("score", *texts, "-m", name, "-b")
    assert result.code == 2
    assert "--scores" in result.err
    assert "Did you mean bleu" not in result.err


def test_suites_answer_likewise(cli: Cli, texts: tuple[Path, Path], write: Write) -> None:
    config = write("c.yaml", "metrics: [comet]\nsets:\n  - reference: ref.txt\n    system_files: [sys.txt]\n")
    assert "--scores comet=" in cli("bench", config).err


BLANKS = ("a\nb\n\nc\nd\n", "x\nx\n\ny\ny\n")


@pytest.mark.parametrize(
    ("labels", "why"),
    [
        ("x\nx\n\ny\ny\n", "the separator in all files"),
        ("x\nx\ny\ny\n", "no separator in the labels"),
        ("x\nx\nx\ny\ny\n", "a label at the separator too"),
        ("x\nx\n\n\ny\ny\n", "another number of separators in the labels"),
        ("x\nx\n\ny\ny\n\n", "a blank last line"),
    ],
)
def test_blank_separators_go_together_with_documents(cli: Cli, write: Write, tmp_path: Path, labels: str, why: str) -> None:
    lines, others = REFERENCE.splitlines(), SYSTEM.splitlines()
    reference, system = (write(name, "\n".join([*text[:2], "", *text[2:]]) + "\n") for name, text in (("r.txt", lines), ("s.txt", others)))
    result = cli("score", reference, system, "-m", "chrf", "--documents", write("docs.txt", labels), "-o", tmp_path / "run")
    assert result.code == 0, (why, result.err)
    assert evaluator.load(tmp_path / "run").segments["document"].tolist() == ["x", "x", "y", "y"]


def test_a_blank_label_of_a_segment_is_refused_with_its_line(cli: Cli, write: Write, texts: tuple[Path, Path]) -> None:
    result = cli("score", *texts, "-m", "chrf", "--documents", write("docs.txt", "x\n\ny\ny\n"), "-b")
    assert result.code == 2
    assert "line 2" in result.err
