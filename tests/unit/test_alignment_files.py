"""Alignment files: written, edited by hand, used again, refused when they do not fit."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import evaluator
from tests.conftest import SAMPLE, Cli

Write = Callable[[str, str | bytes], Path]
REFERENCE = SAMPLE / "reference.txt"


@pytest.fixture
def shorter(sample: tuple[list[str], list[str]], write: Write) -> Path:
    """The rewrite with two paragraphs merged, one lost and one inserted."""
    rewrite = sample[1]
    return write(
        "short.txt",
        "\n\n".join(
            [rewrite[0], f"{rewrite[1]} {rewrite[2]}", *rewrite[3:9], *rewrite[10:15], "Win two tickets to the summer opera in our reader quiz!", *rewrite[15:]]
        )
        + "\n",
    )


def test_a_saved_alignment_used_again_gives_the_same_run(cli: Cli, shorter: Path, tmp_path: Path) -> None:
    saved = tmp_path / "alignment.tsv"
    assert cli("score", REFERENCE, f"a={shorter}", "-m", "chrf", "-o", tmp_path / "one", "--save-alignment", saved).code == 0
    lines = saved.read_text(encoding="utf-8").split("\n")
    assert lines[0].startswith("text\treference\thypothesis\tmoved\tprobability")
    assert any(line.startswith("a\t2 3\t2\t") for line in lines)
    assert any(line.startswith("a\t10\t\t") for line in lines)
    assert any(line.startswith("a\t\t14\t") for line in lines)
    assert cli("score", REFERENCE, f"a={shorter}", "-m", "chrf", "-o", tmp_path / "two", "--alignment", saved).code == 0
    one, two = evaluator.load(tmp_path / "one"), evaluator.load(tmp_path / "two")
    assert one.segments.equals(two.segments)
    assert one.scores.equals(two.scores)


def test_an_edited_alignment_is_followed(cli: Cli, shorter: Path, tmp_path: Path) -> None:
    saved = tmp_path / "alignment.tsv"
    cli("score", REFERENCE, f"a={shorter}", "-m", "chrf", "-o", tmp_path / "one", "--save-alignment", saved)
    lines = [line for line in saved.read_text(encoding="utf-8").split("\n") if not line.startswith(("a\t10\t\t", "a\t\t14\t"))]
    saved.write_text("\n".join([*lines, "a\t10\t14"]), encoding="utf-8")
    assert cli("score", REFERENCE, f"a={shorter}", "-m", "chrf", "-o", tmp_path / "two", "--alignment", saved).code == 0
    rows = evaluator.load(tmp_path / "two").segments
    assert rows.loc[rows["segment"] == 10, "hypothesis"].tolist() == ["Win two tickets to the summer opera in our reader quiz!"]
    assert rows.loc[rows["segment"] == 10, "alignment"].tolist() == ["1-1 moved"]


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (lambda text: text.replace("a\t1\t1\t", "a\t1\t1 2\t"), "names hypothesis paragraph 2 2 times"),
        (lambda text: text.replace("a\t1\t1\t", "a\t99\t1\t"), "names reference paragraph 99; there are 23"),
        (lambda text: text.replace("a\t1\t1\t", "a\tone\t1\t"), "line 2, column reference: 'one' is not a list of paragraph numbers"),
        (lambda text: text.replace("a\t1\t1\t", "a\t\t\t"), "line 2: both reference and hypothesis are empty"),
        (lambda text: text.replace("text\t", "txt\t"), "no column 'text'"),
        (lambda text: text.replace("\na\t", "\nb\t"), "has rows for 'b', which is not among the texts"),
    ],
)
def test_alignments_that_do_not_fit_are_refused(cli: Cli, shorter: Path, tmp_path: Path, edit: Callable[[str], str], words: str) -> None:
    saved = tmp_path / "alignment.tsv"
    cli("score", REFERENCE, f"a={shorter}", "-m", "chrf", "-o", tmp_path / "one", "--save-alignment", saved)
    saved.write_text(edit(saved.read_text(encoding="utf-8")), encoding="utf-8")
    result = cli("score", REFERENCE, f"a={shorter}", "-m", "chrf", "-o", tmp_path / "two", "--alignment", saved)
    assert result.code == 2
    assert words in result.err
    assert not (tmp_path / "two").exists()


def test_an_alignment_that_cannot_be_saved_leaves_no_run(cli: Cli, shorter: Path, tmp_path: Path) -> None:
    result = cli("score", REFERENCE, f"a={shorter}", "-m", "chrf", "-o", tmp_path / "one", "--save-alignment", tmp_path / "nowhere" / "a.tsv")
    assert result.code == 2
    assert "cannot be written" in result.err
    assert not (tmp_path / "one").exists()


def test_systems_are_aligned_one_by_one_and_share_the_segments(cli: Cli, shorter: Path, tmp_path: Path) -> None:
    alone = cli("score", REFERENCE, f"a={shorter}", "-m", "chrf", "-o", tmp_path / "one")
    both = cli("score", REFERENCE, f"b={SAMPLE / 'rewrite.txt'}", f"a={shorter}", "-m", "chrf", "-o", tmp_path / "two")
    assert alone.code == both.code == 0
    one, two = evaluator.load(tmp_path / "one").segments, evaluator.load(tmp_path / "two").segments
    assert two[two["system"] == "a"].reset_index(drop=True).equals(one)
    real = two[two["alignment"] != "0-1"]
    assert real[real["system"] == "a"]["segment"].tolist() == real[real["system"] == "b"]["segment"].tolist()


def test_the_notes_say_what_was_aligned_cut_and_left_over(cli: Cli, shorter: Path, tmp_path: Path) -> None:
    result = cli("score", REFERENCE, f"a={shorter}", "-m", "chrf", "-o", tmp_path / "one")
    assert "22 of 23 reference paragraphs covered, 1 inserted" in result.out
    assert "segments 2, 3 share one text, cut at" in result.out
    assert "segment 1 has 'date 2031-03-14'" in result.out
    assert result.out.count("note:") == 4  # three of the alignment, and that nothing was diagnosed


@pytest.mark.model
def test_a_model_can_help(cli: Cli, shorter: Path, tmp_path: Path) -> None:
    result = cli("score", REFERENCE, f"a={shorter}", "-m", "chrf", "-o", tmp_path / "one", "--align-model", "minilm")
    assert result.code == 0
    assert "22 of 23 reference paragraphs covered" in result.out
