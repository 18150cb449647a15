"""The properties in the test run: few examples each, the same ones every time. `benchmarks/fuzz/run.py` tries many."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import evaluator
from tests.fuzz import properties
from tests.fuzz.inputs import ODD_TEXTS, SCRAPS, SMALL, WORDS, YAML, Edit, edited, seeds

PLACES = st.floats(0, 1, allow_nan=False)
EDITS = st.lists(st.builds(Edit, PLACES, st.integers(0, 30), st.one_of(st.sampled_from(SCRAPS), st.binary(max_size=4))), min_size=1, max_size=6)
CHARACTERS = st.characters(exclude_categories=["Cs"])
TEXTS = st.one_of(
    st.sampled_from(ODD_TEXTS),
    st.text(CHARACTERS, max_size=40),
    st.lists(st.sampled_from((*WORDS, *ODD_TEXTS)), max_size=12).map(" ".join),
)
PAIRS = st.lists(st.tuples(TEXTS, TEXTS), min_size=1, max_size=5)


def few(examples: int) -> settings:
    """So many examples, the same each time; a shared machine is slow now and then."""
    checks = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]
    return settings(max_examples=examples, derandomize=True, deadline=None, database=None, suppress_health_check=checks)


def sides(pairs: Sequence[tuple[str, str]]) -> tuple[list[str], list[str]]:
    return [reference for reference, _ in pairs], [hypothesis for _, hypothesis in pairs]


@few(150)
@given(name=st.sampled_from(sorted(seeds())), edits=EDITS)
def test_damaged_files_are_read_or_refused(tmp_path: Path, name: str, edits: list[Edit]) -> None:
    properties.file_is_read_or_refused(tmp_path, name, edited(seeds()[name], edits))


@few(400)
@given(name=st.sampled_from(sorted(name for name in seeds() if not name.endswith((".gz", ".zst", ".parquet")))), edits=EDITS)
def test_damaged_texts_are_read_or_refused(name: str, edits: list[Edit]) -> None:
    properties.text_is_read_or_refused(name, edited(seeds()[name], edits).decode("utf-8", "replace").replace("\0", ""))


@few(60)
@given(name=st.sampled_from(sorted(seeds())), data=st.binary(max_size=60))
def test_any_bytes_under_any_name_are_read_or_refused(tmp_path: Path, name: str, data: bytes) -> None:
    properties.file_is_read_or_refused(tmp_path, name, data)


@few(80)
@given(name=st.sampled_from(sorted(SMALL)), edits=EDITS)
def test_damaged_files_beside_the_texts_are_read_or_refused(tmp_path: Path, name: str, edits: list[Edit]) -> None:
    properties.small_file_is_read_or_refused(tmp_path, name, edited(SMALL[name], edits))


@few(20)
@given(edits=EDITS)
def test_damaged_suites_are_read_or_refused(tmp_path: Path, edits: list[Edit]) -> None:
    properties.suite_is_read_or_refused(tmp_path, edited(YAML, edits))


@few(60)
@given(pairs=PAIRS)
def test_metrics_are_those_of_sacrebleu(pairs: list[tuple[str, str]]) -> None:
    properties.metrics_are_those_of_sacrebleu(*sides(pairs))


@few(60)
@given(references=st.lists(TEXTS, min_size=1, max_size=8), hypotheses=st.lists(TEXTS, min_size=1, max_size=8))
def test_paragraphs_are_aligned_once(references: list[str], hypotheses: list[str]) -> None:
    properties.paragraphs_are_aligned_once(references, hypotheses)


@few(8)
@given(pairs=PAIRS, name=TEXTS)
def test_nothing_escapes_from_the_page(pairs: list[tuple[str, str]], name: str) -> None:
    properties.nothing_escapes_from_the_page(*sides(pairs), name)


@few(15)
@given(pairs=PAIRS)
def test_rules_hold_their_words(pairs: list[tuple[str, str]]) -> None:
    properties.findings_hold_their_words(*sides(pairs), "de")


@pytest.mark.model
@pytest.mark.slow
@few(12)
@given(pairs=st.lists(st.tuples(TEXTS, TEXTS), min_size=4, max_size=12))
def test_the_reader_and_its_detectors_hold_their_words(pairs: list[tuple[str, str]]) -> None:
    properties.findings_hold_their_words(*sides(pairs), "en")


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Path:
    texts = ["The dam held.", "Nobody was hurt.", "It rained."]
    run = evaluator.evaluate(texts, {"a": texts[::-1], "b": texts}, metrics=["chrf"], resamples=100, diagnose="off")
    return run.save(tmp_path_factory.mktemp("stored") / "run")


@few(30)
@given(name=st.sampled_from(("run.json", "stats.npz", "segments.csv", "scores.csv", "statistics.csv", "pairs.csv", "findings.csv")), edits=EDITS)
def test_damaged_runs_are_shown_or_refused(stored: Path, tmp_path: Path, name: str, edits: list[Edit]) -> None:
    work = tmp_path / "run"
    shutil.copytree(stored, work, dirs_exist_ok=True)
    properties.run_is_read_or_refused(work, {name: edited((stored / name).read_bytes(), edits)})


@few(60)
@given(
    key=st.sampled_from(
        ("systems", "inputs", "options", "metrics", "compared", "signatures", "segments", "comparison", "notes", "unreadable", "stream", "suite")
    ),
    value=st.recursive(
        st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5)), lambda inner: st.lists(inner, max_size=3), max_leaves=4
    ),
)
def test_any_json_in_a_field_is_shown_or_refused(stored: Path, tmp_path: Path, key: str, value: object) -> None:
    work = tmp_path / "run"
    shutil.copytree(stored, work, dirs_exist_ok=True)
    manifest = json.loads((stored / "run.json").read_text(encoding="utf-8"))
    properties.run_is_read_or_refused(work, {"run.json": json.dumps({**manifest, key: value}).encode()})
