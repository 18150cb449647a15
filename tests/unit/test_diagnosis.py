"""The diagnosis: spans, flags, properties, and the sample pair's own gold."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pandas as pd
import pytest

import evaluator
from evaluator.types import Diagnosis, EvaluatorError
from tests.conftest import SAMPLE, Cli

pytestmark = pytest.mark.model

Pair = tuple[list[str], list[str]]


@pytest.fixture(scope="module")
def judged(sample: Pair) -> list[Diagnosis]:
    return evaluator.diagnose(*sample)


@pytest.fixture(scope="module")
def gold() -> dict[int, str]:
    """Worst planted severity of each paragraph of the sample."""
    order = ["none", "minor", "major", "critical"]
    worst: dict[int, str] = {}
    with open(SAMPLE / "gold.csv", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            k = int(row["segment"])
            worst[k] = max(worst.get(k, "none"), row["severity"], key=order.index)
    return worst


def test_identical_texts_have_no_finding_and_no_risk(sample: Pair) -> None:
    for one in evaluator.diagnose(sample[0], sample[0]):
        assert (one.fidelity, one.risk, one.severity, one.flagged, one.findings, one.reason) == (100.0, 0.0, "none", False, (), "")


def test_spans_hold_their_words(sample: Pair, judged: list[Diagnosis]) -> None:
    placed = 0
    for reference, hypothesis, one in zip(*sample, judged, strict=True):
        for finding in one.findings:
            if finding.start is not None:
                placed += 1
                cell = hypothesis if finding.side == "hypothesis" else reference
                assert cell[finding.start : finding.end] == finding.text
    assert placed > 20


def test_a_flag_names_a_serious_finding_and_a_reason(judged: list[Diagnosis]) -> None:
    for one in judged:
        assert 0 <= one.risk <= 1
        assert 0 <= one.fidelity <= 100
        if one.flagged:
            assert one.severity in ("major", "critical")
            assert one.reason
    flagged, quiet = [d.risk for d in judged if d.flagged], [d.risk for d in judged if not d.flagged]
    assert min(flagged) > max(quiet)


def test_the_planted_errors_of_the_sample_are_flagged_and_the_rewordings_are_not(judged: list[Diagnosis], gold: dict[int, str]) -> None:
    broken = [k for k, severity in gold.items() if severity in ("major", "critical")]
    found = [k for k in broken if judged[k - 1].flagged]
    assert len(found) >= 0.8 * len(broken)
    assert not [k for k, severity in gold.items() if severity == "none" and judged[k - 1].flagged]


def test_the_garbled_headline_is_flagged_with_the_lost_word(judged: list[Diagnosis]) -> None:
    headline = judged[9]
    assert headline.flagged
    assert "Postponement" in headline.reason


@pytest.mark.parametrize("again", ["reversed", "split", "doubled"])
def test_each_pair_is_judged_alone(sample: Pair, judged: list[Diagnosis], again: str) -> None:
    r, h = sample
    if again == "reversed":
        assert evaluator.diagnose(r[::-1], h[::-1])[::-1] == judged
    elif again == "split":
        assert [evaluator.diagnose([r[i]], [h[i]])[0] for i in (0, 9, 10, 22)] == [judged[i] for i in (0, 9, 10, 22)]
    else:
        assert evaluator.diagnose(r * 2, h * 2) == judged * 2


def test_a_name_spelled_two_ways_in_one_document_is_told_and_changes_no_judgement() -> None:
    references = ["Mayor Ludmila Korsakin spoke first.", "Later Korsakin left the hall.", "The harbour stayed shut."]
    hypotheses = ["Mayor Ludmila Korsakin spoke first.", "Later Kersokin left the hall.", "The harbour stayed shut."]
    alone = evaluator.diagnose(references, hypotheses)
    together = evaluator.diagnose(references, hypotheses, documents=["a", "a", "a"])
    apart = evaluator.diagnose(references, hypotheses, documents=["a", "b", "a"])
    assert apart == alone
    assert [f.detector for f in together[1].findings if f.text == "Kersokin"] == ["names_two_ways"]
    assert "Korsakin is spelled Kersokin here and Korsakin elsewhere" in together[1].findings[0].message
    assert [(one.risk, one.fidelity, one.severity, one.flagged) for one in together] == [(one.risk, one.fidelity, one.severity, one.flagged) for one in alone]
    with pytest.raises(EvaluatorError, match="3 pairs and 1 documents"):
        evaluator.diagnose(references, hypotheses, documents=["a"])


def test_two_wrong_spellings_of_one_name_are_told_in_both_places() -> None:
    references = ["Later Korsakin left the hall.", "Korsakin came back at noon, the clerk said."]
    hypotheses = ["Later Kersokin left the hall.", "Korsukan came back at noon, the clerk said."]
    together = evaluator.diagnose(references, hypotheses, documents=["a", "a"])
    assert [any(f.detector == "names_two_ways" for f in one.findings) for one in together] == [True, True]


def test_without_a_language_english_word_lists_look_at_each_pair(sample: Pair) -> None:
    references = [
        "Er war nicht im Hafen, als die Fähre am Abend mit 300 Leuten auf der Insel ankam.",
        "Die Frau des Bürgermeisters will man nicht sehen, hat er am Montag gesagt.",
    ]
    hypotheses = [
        "Er war im Hafen, als die Fähre am Abend mit 400 Leuten auf der Insel ankam.",
        "Den Mann des Bürgermeisters will man sehen, hat sie am Montag gesagt.",
    ]
    german = evaluator.diagnose(references, hypotheses)
    assert german == evaluator.diagnose(references, hypotheses, lang="de")
    assert "accuracy/number" in {f.category for f in german[0].findings}
    assert evaluator.diagnose(*sample) == evaluator.diagnose(*sample, lang="en")


def test_stretches_of_the_source_are_untranslated_text() -> None:
    source = "Der Hafen blieb am Montag wegen des Sturms geschlossen."
    reference = "The harbour stayed closed on Monday because of the storm."
    half = "The harbour stayed closed am Montag wegen des storm."
    alone, beside, right = evaluator.diagnose([reference] * 3, [half, half, reference], sources=["", source, source])
    assert next(f for f in beside.findings if f.detector == "copied").text == "am Montag wegen des"
    assert beside.flagged
    assert beside.risk >= max(alone.risk, 0.95)
    assert not right.findings
    paraphrase = evaluator.diagnose([reference], ["The harbour was shut on Monday."], sources=["The harbour was shut on Monday because of a storm."])
    assert not any(f.detector == "copied" for f in paraphrase[0].findings)


def test_blank_sides_are_whole_errors() -> None:
    omitted, added, nothing = evaluator.diagnose(["The dam held.", "", " "], ["", "Buy boots!", ""])
    assert (omitted.severity, omitted.flagged, omitted.findings[0].category, omitted.findings[0].text) == (
        "critical",
        True,
        "accuracy/omission",
        "The dam held.",
    )
    assert added.findings[0].category == "accuracy/addition"
    assert nothing.risk == 0


def test_a_prior_moves_every_risk_the_same_way(sample: Pair, judged: list[Diagnosis]) -> None:
    rare = evaluator.diagnose(*sample, prior=0.02)
    assert all(a.risk <= b.risk for a, b in zip(rare, judged, strict=True))
    assert sum(a.risk for a in rare) < sum(b.risk for b in judged)
    with pytest.raises(EvaluatorError, match="between 0 and 1"):
        evaluator.diagnose(*sample, prior=1.5)


def test_unequal_lists_are_refused() -> None:
    with pytest.raises(EvaluatorError, match="There are 2 references and 1 hypotheses"):
        evaluator.diagnose(["a", "b"], ["a"])


def test_a_run_holds_the_diagnosis_in_its_tables(cli: Cli, tmp_path: Path, judged: list[Diagnosis]) -> None:
    result = cli("score", SAMPLE / "reference.txt", f"nmt={SAMPLE / 'rewrite.txt'}", "-o", tmp_path / "run")
    run = evaluator.load(tmp_path / "run")
    assert run.segments["risk"].tolist() == [one.risk for one in judged]
    assert run.segments["flagged"].tolist() == [one.flagged for one in judged]
    assert len(run.findings) == sum(len(one.findings) for one in judged)
    for _, finding in run.findings.iterrows():
        row = run.segments.iloc[finding["row"]]
        assert row["segment"] == finding["segment"]
        if not pd.isna(finding["start"]):
            assert row[finding["side"]][finding["start"] : finding["end"]] == finding["text"]
    assert run.scores["flagged"].tolist() == [sum(one.flagged for one in judged)]
    threshold = json.loads((tmp_path / "run" / "run.json").read_text(encoding="utf-8"))["diagnosis"]["threshold"]
    assert all(flagged == (risk >= threshold) for flagged, risk in zip(run.segments["flagged"], run.segments["risk"], strict=True))
    flagged = sum(one.flagged for one in judged)
    assert f"{flagged} of 23 paragraphs are likely broken; worst:" in result.out
    assert "Postponement of" in (tmp_path / "run" / "report.md").read_text(encoding="utf-8")


def test_diagnosis_off_leaves_its_cells_empty_and_says_so(cli: Cli, tmp_path: Path) -> None:
    result = cli("score", SAMPLE / "reference.txt", SAMPLE / "rewrite.txt", "-m", "bertscore", "--diagnose", "off", "-o", tmp_path / "run")
    run = evaluator.load(tmp_path / "run")
    assert run.segments[["fidelity", "risk", "flagged"]].isna().all().all()
    assert len(run.findings) == 0
    assert "Diagnosis: off" in result.out
    assert "Lowest by BERTScore recall" in result.out


def test_diagnosis_needs_no_bertscore_and_shares_no_other_model(cli: Cli, tmp_path: Path) -> None:
    common = (SAMPLE / "reference.txt", f"a={SAMPLE / 'rewrite.txt'}")
    cli("score", *common, "-m", "chrf", "--diagnose", "on", "-o", tmp_path / "one")
    cli("score", *common, "-m", "bertscore", "-o", tmp_path / "two")
    cli("score", *common, "-m", "bertscore", "--num-layers", "6", "-o", tmp_path / "three")
    risks = [evaluator.load(tmp_path / name).segments["risk"].tolist() for name in ("one", "two", "three")]
    assert risks[0] == risks[1] == risks[2]


def test_a_finding_stands_only_if_no_reference_licenses_the_wording() -> None:
    hypothesis = ["Nobody was hurt in the fire, the mayor said."]
    one = evaluator.evaluate(["Three people were hurt in the fire, the mayor said."], {"a": hypothesis}, metrics=["chrf"], diagnose="on")
    two = evaluator.evaluate(
        ["Three people were hurt in the fire, the mayor said."],
        {"a": hypothesis},
        references=[["No one was injured in the fire, the mayor said."]],
        metrics=["chrf"],
        diagnose="on",
    )
    assert one.segments["flagged"].tolist() == [True]
    assert two.segments["flagged"].tolist() == [False]


@pytest.mark.parametrize(
    ("reference", "hypothesis", "category"),
    [
        ("The flood killed 1,886 people on the coast.", "The flood killed 1,868 people on the coast.", "accuracy/number"),
        ("Officials did not close the bridge on Monday.", "Officials did close the bridge on Monday.", "accuracy/negation"),
        ("The mayor said she would resign after the vote.", "The mayor said he would resign after the vote.", "accuracy/gender"),
        ("Mayor Ludmila Korsakin spoke to reporters in Talvin.", "Mayor Ludmila Kersokin spoke to reporters in Talvin.", "accuracy/name"),
        ("The harbour reopened in the morning after the storm.", "The harbour reopened in the morning in the morning after the storm.", "fluency/duplication"),
    ],
)
def test_detectors_name_what_is_wrong(reference: str, hypothesis: str, category: str) -> None:
    (one,) = evaluator.diagnose([reference], [hypothesis])
    assert category in {finding.category for finding in one.findings}, one


@pytest.mark.parametrize(
    ("reference", "hypothesis"),
    [
        ("The flood killed 1,886 people on the coast.", "The flood killed 1886 people on the coast."),
        ("LATEST NEWS FROM THE HARBOUR", "Latest news from the harbour"),
        ("Contributing: The Harbour Agency", "Contributed by: Harbour Agency"),
        ("The drugs were worth £1,600, the harbour police said.", "The drugs were worth 1,600 pounds, the harbour police said."),
        ("President Sergey Aksin met Volodymyr Talenskyy on Monday.", "President Sergei Aksin met Volodymyr Talensky on Monday."),
    ],
)
def test_harmless_differences_are_not_flagged(reference: str, hypothesis: str) -> None:
    (one,) = evaluator.diagnose([reference], [hypothesis])
    assert not one.flagged, one


def test_the_reason_names_a_changed_word_once() -> None:
    (diagnosis,) = evaluator.diagnose(["The mayor opened the dam at 27 hours."], ["The mayor opened the dam at 74 hours."], lang="en")
    assert diagnosis is not None
    assert '"27"' in diagnosis.reason
    assert diagnosis.reason.count('"27"') == 1
