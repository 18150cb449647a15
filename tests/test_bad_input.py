"""Bad input: one message that says what, where and the fix, exit 2, nothing half-written."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import SAMPLE, Cli

Write = Callable[[str, str | bytes], Path]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, write: Write) -> Path:
    """A folder with a good pair and some bad files, as the working folder."""
    write("ref.txt", "the dam held\nnobody was hurt\n")
    write("sys.txt", "the dam broke\nnobody was hurt\n")
    write("three.txt", "the dam broke\nnobody was hurt\nmore\n")
    write("empty.txt", "")
    write("blank.txt", "\n \n")
    write("latin.txt", "Die Fähre fährt.\nÜber Wasser.\n".encode("latin-1"))
    write("binary.txt", bytes(range(256)) * 4)
    write("good.tsv", "reference\thypothesis\na\tb\n")
    write("table.tsv", "referense\thypothesis\na\tb\n")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "sys.txt").write_text("x\ny\n")
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "keep.txt").write_text("keep")
    monkeypatch.chdir(tmp_path)
    return tmp_path


CASES: list[tuple[str, list[str]]] = [
    ("score ref.txt nowhere.txt", ["nowhere.txt does not exist"]),
    ("score reff.txt sys.txt", ["reff.txt does not exist", "Did you mean ref.txt"]),
    ("score ref.txt empty.txt", ["empty.txt is empty", "0 bytes"]),
    ("score blank.txt sys.txt", ["blank.txt is empty"]),
    ("score ref.txt folder", ["folder is a directory"]),
    ("score ref.txt latin.txt", ["latin.txt is not UTF-8", "byte 5 of", "iconv"]),
    ("score ref.txt binary.txt", ["binary.txt is not", "byte"]),
    ("score ref.txt three.txt --align line", ["three.txt has 3", "ref.txt has 2", "--align paragraph"]),
    ("score ref.txt sys.txt folder/sys.txt", ["2 systems are called 'sys'", "sys.txt, folder/sys.txt", "NAME=FILE"]),
    ("score ref.txt a=sys.txt a=three.txt", ["2 systems are called 'a'"]),
    ("score ref.txt =sys.txt", ["empty name"]),
    ("score ref.txt sys.txt -m blue", ["no metric 'blue'", "Did you mean bleu"]),
    ("score ref.txt sys.txt -m bleu bleu", ["bleu was asked for twice"]),
    ("score ref.txt sys.txt -m chrf chrf++ --chrf-word-order 2", ["are the same with these options"]),
    ("score -m bleu ref.txt sys.txt", ["put the files before -m"]),
    ("score ref.txt sys.txt -tok 13b", ["no tokenizer '13b'", "Did you mean 13a"]),
    ("score ref.txt sys.txt -tok ja-mecab -m bleu", ["ja-mecab", "pip install 'sacrebleu[ja]'"]),
    ("score ref.txt sys.txt --smooth-method expp", ["no smoothing method"]),
    ("score ref.txt sys.txt --model minilmm", ["no model 'minilmm'", "Did you mean minilm"]),
    ("score ref.txt sys.txt --num-layers 9", ["no layer 9", "6 layers"]),
    ("score ref.txt sys.txt --device gpu", ["no device 'gpu'"]),
    ("score ref.txt sys.txt --metric bleu", ["no option --metric", "Did you mean --metrics"]),
    ("score ref.txt sys.txt --chrf-word-order two", ["invalid int value: 'two'"]),
    ("score ref.txt sys.txt --chrf-char-order 0", ["char_order is 0"]),
    ("score ref.txt sys.txt --format jsn", ["no format 'jsn'", "Did you mean json"]),
    ("score ref.txt sys.txt --align lines", ["no alignment mode 'lines'", "Did you mean line"]),
    ("score ref.txt sys.txt -w -1", ["--width is -1"]),
    ("score ref.txt sys.txt -w 400", ["--width is 400"]),
    ("score ref.txt sys.txt --smooth-value -1 --smooth-method add-k", ["smooth_value is -1"]),
    ("score ref.txt sys.txt --tokenize zh -m chrf", ["--tokenize is an option of bleu"]),
    ("score ref.txt sys.txt --rescale-with-baseline", ["needs the language", "--lang en"]),
    ("score ref.txt sys.txt --rescale-with-baseline --lang xx --model minilm", ["no baseline", "'xx'"]),
    ("score ref.txt sys.txt --precision fp64", ["no precision 'fp64'"]),
    ("score ref.txt sys.txt --batch-size 0", ["--batch-size is 0; it must be 1 or more"]),
    ("score -i sys.txt", ["No reference was given"]),
    ("score good.tsv -s sys.txt", ["leave -s and the options of alignment out"]),
    ("score ref.txt ~nosuchuser/x.txt", ["cannot be read"]),
    (f"score ref.txt sys.txt -o {'x' * 300}", ["cannot be made"]),
    ("score table.tsv", ["no column 'reference'", "Is it referense"]),
    ("score ref.txt table.tsv", ["table.tsv is a table"]),
    ("score ref.txt", ["ref.txt alone is not enough"]),
    ("score", ["No files were given"]),
    ("score -r ref.txt", ["no system to score"]),
    ("score ref.txt sys.txt -o notes", ["notes exists and is not a run folder"]),
    ("score ref.txt sys.txt -o notes --force", ["notes exists and is not a run folder"]),
    ("score ref.txt sys.txt -o ref.txt", ["ref.txt exists and is not a folder"]),
    ("score ref.txt sys.txt -o ref.txt/run", ["cannot be made"]),
    ("score ref.txt sys.txt -s three.txt", ["three.txt has 3", "ref.txt has 2"]),
    ("score ref.txt sys.txt --test bootstrp", ["no test 'bootstrp'", "Did you mean bootstrap"]),
    ("score ref.txt sys.txt --test bootstrap --paired-ar", ["Two tests are asked for: ar and bootstrap"]),
    ("score ref.txt sys.txt --unit doc", ["no unit of resampling 'doc'"]),
    ("score ref.txt sys.txt --unit document -m bleu", ["needs to know the documents", "--documents FILE"]),
    ("score ref.txt sys.txt --resamples 10", ["--resamples is 10", "100 or more"]),
    ("score ref.txt sys.txt --correction bonferroni", ["no correction 'bonferroni'"]),
    ("score ref.txt sys.txt --seed -1", ["--seed is -1"]),
    ("score ref.txt sys.txt --documents nowhere.txt", ["nowhere.txt does not exist"]),
    ("score ref.txt sys.txt --documents three.txt -m bleu", ["three.txt has 3 lines, the reference has 2 segments"]),
    ("score good.tsv --documents three.txt", ["A table holds documents as a column"]),
    ("score ref.txt sys.txt --scores comet.json", ["write NAME=FILE"]),
    ("score ref.txt sys.txt -m bleu --scores q=nowhere.csv", ["nowhere.csv does not exist"]),
    ("score ref.txt sys.txt --lower-is-better ter", ["--lower-is-better names 'ter'"]),
    ("compare ref.txt sys.txt", ["There is 1 system; comparing needs at least two"]),
    ("compare notes", ["notes is not a run folder"]),
    ("compare ref.txt sys.txt three.txt --buckets lenth", ["no buckets by 'lenth'", "Did you mean length"]),
    ("compare ref.txt sys.txt three.txt --ngrams -1", ["--ngrams is -1"]),
    ("compare ref.txt sys.txt three.txt -b", ["use evaluator score -b"]),
    ("gate notes --baseline notes", ["notes is not a run folder"]),
    ("scor ref.txt", ["no command 'scor'", "Did you mean score"]),
    ("list metrix", ["no list of 'metrix'", "Did you mean metrics"]),
]


@pytest.mark.parametrize(("command", "words"), CASES, ids=[command for command, _ in CASES])
def test_each_mistake_has_one_message_and_exit_2(cli: Cli, here: Path, command: str, words: list[str]) -> None:
    before = sorted(here.rglob("*"))
    result = cli(*command.split())
    assert result.code == 2
    assert result.out == ""
    assert result.err.startswith("evaluator: error: ")
    assert result.err.count("\n") == 1
    assert all(word in result.err for word in words), result.err
    assert sorted(here.rglob("*")) == before, "something was written"


@pytest.mark.slow
def test_a_killed_run_leaves_nothing(here: Path) -> None:
    code = """
import os, signal, sys
from evaluator import pipeline
from evaluator.cli import main
pipeline.score_systems = lambda *_: os.kill(os.getpid(), signal.SIGTERM)
sys.exit(main(sys.argv[1:]))
"""
    before = sorted(here.rglob("*"))
    done = subprocess.run([sys.executable, "-c", code, "score", "ref.txt", "sys.txt", "-m", "bleu", "-o", "deep/run"], capture_output=True, check=False)
    assert done.returncode == 143
    assert sorted(here.rglob("*")) == before


@pytest.mark.slow
def test_a_full_standard_output_has_a_message(here: Path) -> None:
    with open("/dev/full", "w") as full:
        command = [sys.executable, "-m", "evaluator", "score", "ref.txt", "sys.txt", "-m", "bleu", "-o", "run"]
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 2
    assert "No space left on device" in done.stderr
    assert (here / "run" / "run.json").exists()


def test_an_unwritable_place_is_known_before_any_work(cli: Cli, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import tempfile

    def refuse(**_: object) -> str:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(tempfile, "mkdtemp", refuse)  # the tests may run as root, whom no mode stops
    result = cli("score", "ref.txt", "sys.txt", "-o", "deep/run")
    assert result.code == 2
    assert "cannot be made: Permission denied" in result.err


@pytest.mark.slow
def test_a_full_disk_in_mid_write_leaves_nothing_and_keeps_the_old_run(here: Path) -> None:
    # A limit on file size stops the write of a real file half-way, as a full disk does.
    command = [sys.executable, "-m", "evaluator", "score", str(SAMPLE / "reference.txt"), str(SAMPLE / "rewrite.txt"), "-m", "bleu", "-o", "run"]
    assert subprocess.run(command, capture_output=True, check=False).returncode == 0
    before = {path.name: path.read_bytes() for path in (here / "run").iterdir()}
    limited = f"""
import resource, signal, sys
from evaluator.cli import main
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (4000, 4000))
sys.exit(main({[*command[3:], "--force"]!r}))
"""
    done = subprocess.run([sys.executable, "-c", limited], capture_output=True, text=True, check=False, env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"})
    assert done.returncode == 2, done.stderr
    assert "could not be written: File too large" in done.stderr
    assert {path.name: path.read_bytes() for path in (here / "run").iterdir()} == before
    assert not [path for path in here.iterdir() if path.name.startswith(".")]


@pytest.mark.model
def test_cuda_where_there_is_none(cli: Cli, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    result = cli("score", "ref.txt", "sys.txt", "--device", "cuda")
    assert result.code == 2
    assert "cuda was asked for" in result.err


def test_ctrl_c_leaves_nothing(cli: Cli, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from evaluator import pipeline

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(pipeline, "score_systems", interrupted)
    before = sorted(here.rglob("*"))
    result = cli("score", "ref.txt", "sys.txt", "-m", "bleu", "-o", "run")
    assert result.code == 130
    assert sorted(here.rglob("*")) == before


def test_control_characters_of_names_never_reach_the_terminal(cli: Cli, here: Path) -> None:
    result = cli("score", "ref.txt", "\x1b[31mx=sys.txt")
    assert result.code == 2
    assert "\x1b" not in result.err
