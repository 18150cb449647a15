"""The detectors by kind: what is certain is major or critical in its category, what says the same is not."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import evaluator
from evaluator.diagnosis import detect
from evaluator.diagnosis.catalog import BY_NAME, KINDS
from evaluator.diagnosis.detect.clocks import same_time
from evaluator.diagnosis.detect.name_forms import same_words
from evaluator.diagnosis.detect.negation_cues import negated_form
from evaluator.diagnosis.observe import DETECTORS, evidence_of, find_all
from evaluator.diagnosis.pair import Pair
from evaluator.types import Finding
from tests.conftest import ROOT
from tests.unit.detector_cases import BROKEN, EXAMPLES, HARMLESS, NAME, NEGATION, QUIET

pytestmark = pytest.mark.model

SERIOUS = ("major", "critical")


def pair(reference: str, hypothesis: str, english: bool = True) -> Pair:
    """The two texts as detectors see them."""
    ((piece,),) = evidence_of([(reference, hypothesis)], [english])
    return piece.pair


@cache
def found(reference: str, hypothesis: str, english: bool = True) -> tuple[Finding, ...]:
    return tuple(find_all(pair(reference, hypothesis, english)))


def serious(reference: str, hypothesis: str, english: bool = True) -> list[Finding]:
    return [f for f in found(reference, hypothesis, english) if f.severity in SERIOUS]


@pytest.mark.parametrize(("reference", "hypothesis", "category"), BROKEN)
def test_what_is_certain_is_serious_in_its_category(reference: str, hypothesis: str, category: str) -> None:
    findings = found(reference, hypothesis)
    assert [f for f in findings if f.category == category and f.severity in SERIOUS], findings


@pytest.mark.parametrize(("reference", "hypothesis"), HARMLESS)
def test_what_says_the_same_has_no_serious_finding(reference: str, hypothesis: str) -> None:
    assert not serious(reference, hypothesis)


@pytest.mark.parametrize(("reference", "hypothesis"), HARMLESS)
def test_what_says_the_same_is_quiet_the_other_way_round(reference: str, hypothesis: str) -> None:
    assert not [f for f in serious(hypothesis, reference) if not f.detector.startswith(("numbers_added", "coverage", "truncation"))]


@pytest.mark.parametrize(("reference", "hypothesis", "category"), [*BROKEN, *((r, h, "") for r, h in HARMLESS)])
def test_every_finding_is_in_the_table_of_kinds(reference: str, hypothesis: str, category: str) -> None:
    for finding in (*found(reference, hypothesis), *found(hypothesis, reference)):
        kind = BY_NAME[finding.detector]
        assert finding.severity in kind.severities, finding
        assert finding.category in kind.category.split(", "), finding


def test_the_table_names_each_kind_once_and_every_detector() -> None:
    assert len(BY_NAME) == len(KINDS)
    assert {kind.family for kind in KINDS} == {detector.__name__.removeprefix("find_") for detector in DETECTORS} | {"slot", "sources"}


EXAMPLE_KINDS = {kind.name for kind in KINDS if kind.family != "sources"}
EMITTED = {detector.__name__.removeprefix("find_"): detector for detector in DETECTORS}


@pytest.mark.parametrize("kind", sorted(EXAMPLE_KINDS | set(EXAMPLES)))
def test_every_kind_of_finding_has_an_example_in_which_it_is_found(kind: str) -> None:
    assert kind in EXAMPLES, f"tests/unit/detector_cases.py has no pair in EXAMPLES for {kind}"
    assert kind in BY_NAME, f"diagnosis/catalog.py has no row for {kind}"
    ((piece,),) = evidence_of([EXAMPLES[kind]], [True])
    assert kind in {finding.detector for finding in piece.findings}


@pytest.mark.parametrize("family", sorted({kind.family for kind in KINDS} - {"sources"} | set(EMITTED) | set(QUIET)))
def test_every_detector_has_a_harmless_pair_in_which_it_finds_nothing(family: str) -> None:
    assert family in QUIET, f"tests/unit/detector_cases.py has no pair in QUIET for {family}"
    assert QUIET[family][0] != QUIET[family][1]
    ((piece,),) = evidence_of([QUIET[family]], [True])
    assert not [finding for finding in piece.findings if BY_NAME[finding.detector].family == family]


def test_every_detector_in_the_folder_is_called() -> None:
    sources = {path: path.read_text(encoding="utf-8") for path in Path(detect.__file__).parent.glob("*.py")}
    called = {detector.__name__ for detector in DETECTORS}
    for path, text in sources.items():
        for name in re.findall(r"^def (find_\w+)\(", text, re.MULTILINE):
            others = [other for place, other in sources.items() if place != path]
            assert name in called or any(re.search(rf"\b{name}\(", other) for other in others), (
                f"{name} in {path.name} is not in DETECTORS of diagnosis/observe.py"
            )


@pytest.mark.parametrize("text", [case[0] for case in BROKEN[::3]])
def test_identical_texts_and_case_alone_have_no_serious_finding(text: str) -> None:
    assert not found(text, text)
    assert not serious(text, text.upper())


@pytest.mark.parametrize(("reference", "hypothesis", "category"), BROKEN[::4])
def test_places_hold_their_words(reference: str, hypothesis: str, category: str) -> None:
    for finding in found(reference, hypothesis):
        if finding.start is not None:
            text = hypothesis if finding.side == "hypothesis" else reference
            assert text[finding.start : finding.end] == finding.text


@pytest.mark.parametrize(
    ("reference", "hypothesis"),
    [
        ("कुल ७२ लोग आए।", "कुल 72 लोग आए।"),
        ("Die Regierung will die Gebühren im Winter senken.", "Im Winter will die Regierung die Abgaben verringern."),
        ("约三千人参加了比赛。", "大约3000人参加了比赛。"),
    ],
)
def test_other_languages_are_left_in_peace(reference: str, hypothesis: str) -> None:
    assert not serious(reference, hypothesis, english=False)


@pytest.mark.parametrize(
    ("reference", "hypothesis", "detector"),
    [
        ("Bei dem Brand wurden 34 Hühner gerettet.", "Bei dem Brand wurden 43 Hühner gerettet.", "numbers"),
        ("Ministerin Haller reist nach Oslo.", "Ministerin Krüger reist nach Oslo.", "names_swapped"),
        ("Das Haus wurde gestern im Tal verkauft.", "Das Haus was sold yesterday in the Tal.", "script_foreign"),
        ("Am Montag beschloss der Rat den Haushalt und die höheren Gebühren für das Bad.", "Am Montag beschloss der Rat den Haushalt.", "truncation_end"),
    ],
)
def test_other_languages_have_numbers_titles_and_ends(reference: str, hypothesis: str, detector: str) -> None:
    assert detector in {f.detector for f in serious(reference, hypothesis, english=False)}


def test_a_letter_more_or_less_in_a_name_is_a_minor_misspelling() -> None:
    for reference, hypothesis in [("We met Korsakin at noon.", "We met Korsaklin at noon."), ("She lives in Zalmerin.", "She lives in Zalmern.")]:
        names = [f for f in found(reference, hypothesis) if f.category == NAME]
        assert [(f.detector, f.severity) for f in names] == [("names_misspelt", "minor")]


def test_another_member_of_a_closed_class_is_an_opposite() -> None:
    for reference, hypothesis in [
        ("She won the silver medal.", "She won the golden medal."),
        ("Snow fell in the northern valleys.", "Snow fell in the eastern valleys."),
    ]:
        assert "antonyms" in {f.detector for f in serious(reference, hypothesis)}


def test_opposites_are_known_in_every_form_and_spelling() -> None:
    for reference, hypothesis in [
        ("The minister criticised the plan.", "The minister praised the plan."),
        ("The board rejects the offer.", "The board accepts the offer."),
        ("The club is defending the trainer.", "The club is attacking the trainer."),
    ]:
        assert "antonyms" in {f.detector for f in serious(reference, hypothesis)}
    assert "antonyms" not in {f.detector for f in found("They banned the film.", "They bans the film.")}


def test_units_of_other_sizes_are_other_units() -> None:
    for reference, hypothesis in [("The wall is 40 cm thick.", "The wall is 40 mm thick."), ("It weighs 5 kg.", "It weighs 5 g.")]:
        assert "numbers_unit" in {f.detector for f in serious(reference, hypothesis)}
    assert not found("Add 30 ml of oil.", "Add 30 millilitres of oil.")


def test_one_lost_name_and_a_reworded_negation_are_only_suspicious() -> None:
    assert {f.severity for f in found("Olsen left the hall at once.", "The mayor left the hall at once.") if f.category == NAME} <= {"minor"}
    assert {f.severity for f in found("Prices did not stay level.", "Prices climbed.") if f.category == NEGATION} <= {"minor"}


@given(st.integers(0, 23), st.integers(0, 59))
def test_a_time_is_itself_on_both_clocks(hour: int, minute: int) -> None:
    minutes = 60 * hour + minute
    assert same_time(minutes, minutes, True)
    assert same_time(minutes, (minutes + 720) % 1440, False)
    assert not same_time(minutes, (minutes + 720) % 1440, True)


@pytest.mark.parametrize(("a", "b"), [("Zelensky", "Selenskyj"), ("Zelenskyy", "Zelensky"), ("Sergey", "Sergej"), ("Wladimir", "Vladimir")])
def test_transliterations_are_one_name(a: str, b: str) -> None:
    assert same_words(a, b)


@pytest.mark.parametrize(
    ("word", "stems", "negated"),
    [
        ("impossible", {"possibl"}, True),
        ("illegal", {"legal"}, True),
        ("unknown", {"known"}, True),
        ("improve", {"prov"}, False),
        ("discover", {"cover"}, False),
        ("uncle", set(), False),
        ("important", set(), False),
        ("immediately", set(), False),
    ],
)
def test_a_prefix_negates_only_before_a_word_of_its_own(word: str, stems: set[str], negated: bool) -> None:
    assert negated_form(word, stems) == negated


def test_near_copies_written_to_try_it_are_told_apart() -> None:
    rows = [json.loads(line) for line in (ROOT / "benchmarks" / "pairs" / "pairs.jsonl").read_text(encoding="utf-8").splitlines()]
    close = [row for row in rows if row["set"].startswith("close")]
    judged = evaluator.diagnose([row["reference"] for row in close], [row["hypothesis"] for row in close])
    wrong = [row["hypothesis"] for row, one in zip(close, judged, strict=True) if one.flagged and not row["broken"]]
    found = [one.flagged for row, one in zip(close, judged, strict=True) if row["broken"]]
    assert wrong == []
    assert len(found) == 110
    assert sum(found) >= 90
