"""Each property notices a defect that is put into what it looks at: the tests beside this one can fail."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import evaluator
from evaluator.reports.html import render_html
from evaluator.types import EvaluatorError
from tests.fuzz import properties

Plant = Callable[[str, Any], None]
REFERENCES, HYPOTHESES = ["The dam held.", "It rained."], ["The dam broke.", "It rained."]


@pytest.fixture
def plant(monkeypatch: pytest.MonkeyPatch) -> Plant:
    """Puts something in the place of what the properties call."""
    return lambda name, value: monkeypatch.setattr(properties, name, value)


def crash(*_: Any, **__: Any) -> None:
    raise KeyError("planted")


def test_a_crash_of_a_reader_is_noticed(plant: Plant, tmp_path: Path) -> None:
    tried: tuple[tuple[str, Callable[[], None]], ...] = (
        ("read_inputs", lambda: properties.file_is_read_or_refused(tmp_path, "a.txt", b"one\n")),
        ("form_of", lambda: properties.text_is_read_or_refused("a.txt", "one\n")),
        ("read_documents", lambda: properties.small_file_is_read_or_refused(tmp_path, "d.tsv", b"a\n")),
        ("read_config", lambda: properties.suite_is_read_or_refused(tmp_path, b"sets: []\n")),
        ("read_run", lambda: properties.run_is_read_or_refused(tmp_path, {})),
    )
    for name, property_of in tried:
        plant(name, crash)
        with pytest.raises(KeyError, match="planted"):
            property_of()


@pytest.mark.parametrize("message", ["", "x" * properties.MOST_WORDS])
def test_a_message_that_says_nothing_or_everything_is_noticed(message: str, plant: Plant, tmp_path: Path) -> None:
    def refuse(_: str) -> None:
        raise EvaluatorError(message)

    plant("read_config", refuse)
    with pytest.raises(AssertionError):
        properties.suite_is_read_or_refused(tmp_path, b"sets: []\n")


@pytest.mark.parametrize("name", [".hidden", "../up"])
def test_a_set_that_leaves_its_folder_is_noticed(name: str, plant: Plant, tmp_path: Path) -> None:
    plant("read_config", lambda _: SimpleNamespace(sets=[SimpleNamespace(name=name)]))
    with pytest.raises(AssertionError):
        properties.suite_is_read_or_refused(tmp_path, b"")


@pytest.mark.parametrize("metric", ["BLEU", "CHRF", "TER"])
def test_another_number_than_sacrebleus_is_noticed(metric: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(getattr(evaluator.metrics, metric), "corpus_score", lambda *_: SimpleNamespace(score=12.5))
    with pytest.raises(AssertionError):
        properties.metrics_are_those_of_sacrebleu(REFERENCES, HYPOTHESES)


@pytest.mark.parametrize("beads", [[((0,), (0, 1))], [((0, 1), (0,))], [((0,), (0,)), ((0,), ()), ((1,), (1,))]])
def test_a_paragraph_that_is_lost_or_there_twice_is_noticed(beads: list[tuple[tuple[int, ...], tuple[int, ...]]], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evaluator, "align", lambda *_, **__: [SimpleNamespace(reference=a, hypothesis=b) for a, b in beads])
    with pytest.raises(AssertionError):
        properties.paragraphs_are_aligned_once(REFERENCES, HYPOTHESES)


@pytest.mark.parametrize("added", ["<script>1</script>", "<p onclick='1'>", "<a href='javascript:1'>", "<img src='//elsewhere'>"])
def test_what_escapes_from_the_page_is_noticed(added: str, plant: Plant) -> None:
    properties.nothing_escapes_from_the_page(REFERENCES, HYPOTHESES, "a")  # the page without it, kept for comparing
    plant("render_html", lambda evaluation: render_html(evaluation) + added)
    with pytest.raises(AssertionError):
        properties.nothing_escapes_from_the_page(REFERENCES, HYPOTHESES, "a")


@pytest.mark.parametrize("change", [{"risk": 1.5}, {"fidelity": -1.0}, {"start": 2}, {"end": 99}])
def test_a_number_or_a_place_that_is_wrong_is_noticed(change: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    finding = evaluator.Finding("accuracy/mistranslation", "major", "hypothesis", 8, 13, "broke", "held", "planted", "planted")
    whole = evaluator.Diagnosis(50.0, 0.5, "major", True, (finding,))
    right = {"risk": whole.risk, "fidelity": whole.fidelity} | {name: value for name, value in change.items() if name in ("risk", "fidelity")}
    place = {name: value for name, value in change.items() if name in ("start", "end")}
    monkeypatch.setattr(evaluator, "diagnose", lambda *_, **__: [replace(whole, **right, findings=(replace(finding, **place),))])
    with pytest.raises(AssertionError):
        properties.findings_hold_their_words(REFERENCES[:1], HYPOTHESES[:1], "en")
