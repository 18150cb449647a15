"""A run over freely reworded texts says that its flags mean little, where they are read."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

import evaluator
from evaluator.diagnosis.rewording import MIN_SEGMENTS, rewording_notes, shared_words
from evaluator.run_json import FREE_REWORDING
from evaluator.types import EvalSet, SegmentPair, System
from tests.conftest import ROOT, Cli

ROWS = [json.loads(line) for line in (ROOT / "benchmarks" / "pairs" / "pairs.jsonl").read_text(encoding="utf-8").splitlines()]
FREE = [row for row in ROWS if row["set"] == "free-3" and not row["broken"]][:8]
CLOSE = [row for row in ROWS if row["set"] == "close-1"][:8]


def evalset(**systems: list[tuple[list[str | None], str]]) -> EvalSet:
    """One document, its systems' rows as references and hypothesis."""
    pairs = {name: [SegmentPair("d", k, "1-1", tuple(refs), text) for k, (refs, text) in enumerate(rows, 1)] for name, rows in systems.items()}
    return EvalSet(tuple(System(name, tuple(rows)) for name, rows in pairs.items()), 1)


def rows_of(rows: list[dict[str, str]]) -> list[tuple[list[str | None], str]]:
    return [([row["reference"]], row["hypothesis"]) for row in rows]


def test_words_are_shared_as_often_as_both_have_them() -> None:
    assert shared_words("The cat and the dog", "the Cat") == pytest.approx(4 / 7)
    assert shared_words("the the the", "the") == pytest.approx(0.5)
    assert shared_words("", "") == 0.0


def test_only_systems_that_reword_freely_are_named() -> None:
    (note,) = rewording_notes(evalset(mt=rows_of(CLOSE), free=rows_of(FREE)))
    assert note.startswith(f"Diagnosis: {FREE_REWORDING} by free (median 0.")
    assert "mt" not in note.partition(";")[0]
    assert rewording_notes(evalset(mt=rows_of(CLOSE))) == []


def test_few_or_short_segments_say_nothing_and_the_nearest_reference_counts() -> None:
    assert rewording_notes(evalset(free=rows_of(FREE[: MIN_SEGMENTS - 1]))) == []
    assert rewording_notes(evalset(free=[(["Good morning to you."], "Hello there, everybody.")] * 9)) == []
    near = [([row["reference"], row["hypothesis"]], row["hypothesis"]) for row in FREE]
    assert rewording_notes(evalset(free=near)) == []


def test_texts_cut_shifted_repeated_or_in_another_language_are_no_rewordings() -> None:
    texts = [row["reference"] for row in FREE]
    worse = {
        "cut": [" ".join(text.split()[: len(text.split()) // 3]) for text in texts],
        "repeated": [f"{text} {text} {text}" for text in texts],
        "shifted": [*texts[3:], *texts[:3]],
        "foreign": ["Der Rat hat am Montag in der alten Halle über den neuen Haushalt der Stadt beraten."] * len(texts),
    }
    for name, hypotheses in worse.items():
        assert rewording_notes(evalset(**{name: list(zip([[text] for text in texts], hypotheses, strict=True))})) == [], name


@pytest.mark.model
def test_terminal_page_and_run_say_it_beside_the_count(cli: Cli, tmp_path: Path, write: Callable[[str, str], Path]) -> None:
    for name, rows in (("free", FREE), ("close", CLOSE)):
        paths = [write(f"{name}.{side}.txt", "\n".join(row[side] for row in rows) + "\n") for side in ("reference", "hypothesis")]
        done = cli("score", *paths, "-m", "bertscore", "--align", "line", "--output", tmp_path / name)
        assert done.code == 0, done.err
        said = name == "free"
        page, stored = ((tmp_path / name / file).read_text(encoding="utf-8") for file in ("report.html", "run.json"))
        assert ("paragraphs that say the same are flagged as often" in " ".join(done.out.split())) == said
        assert ("paragraphs that say the same are flagged as often" in page) == said
        assert (FREE_REWORDING in stored) == said


@pytest.mark.model
def test_in_python_and_for_german_rules() -> None:
    run = evaluator.evaluate([row["reference"] for row in FREE], [row["hypothesis"] for row in FREE], metrics=["bertscore"])
    assert any(FREE_REWORDING in note for note in run.manifest.notes)
    german = ["Der Rat hat am Montag in der alten Halle über den neuen Haushalt der Stadt beraten."] * 6
    other = ["Zu Wochenbeginn ging es in dem historischen Saal um das Budget, das die Kommune künftig hat."] * 6
    run = evaluator.evaluate(german, other, metrics=["bertscore"])
    assert not any(FREE_REWORDING in note for note in run.manifest.notes)
