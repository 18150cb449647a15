"""Runs by two versions of the diagnosis: what it made is never compared, and each command says so."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import evaluator
from evaluator.compare import Limits, Plan, check_gate
from evaluator.diff import compare_settings, explain
from evaluator.request import Request
from evaluator.run_json import Manifest
from evaluator.signatures import changed_diagnosis, diagnosis_signature, diagnosis_version
from evaluator.suite import plan, plan_suite, read_config
from evaluator.types import Evaluation, EvaluatorError, Table
from tests.conftest import Cli

REFERENCE = [f"the {word} sails at noon from pier {k} and nobody is left behind" for k, word in enumerate(["ferry", "barge", "yacht", "canoe"])]
GOOD = [text.replace("noon", "midday") for text in REFERENCE]
LOST = [GOOD[0], GOOD[1].replace("nobody is left", "everybody is left"), *GOOD[2:]]
OLD = {
    "model": "minilm",
    "layers": [3, 4, 5, 6],
    "weights_sha256": {"heads.npz": "1" * 64, "tokens.npz": "2" * 64, "calibration.json": "3" * 64},
    "threshold": 0.5,
    "prior": 0.2,
    "english": "by pair",
}
NEW = {
    "model": "minilm",
    "reader": "1",
    "base_sha256": "4" * 64,
    "weights_sha256": {"reader.safetensors": "5" * 64, "decision.json": "6" * 64},
    "threshold": 0.5,
    "prior": 0.2,
    "language": "en",
}

Change = Callable[[Evaluation], Evaluation]


def _scored(hypotheses: list[str], **options: object) -> Evaluation:
    arguments: dict[str, object] = {"metrics": ["chrf", "novelty"], "diagnose": "on", "device": "cpu", "resamples": 100, **options}
    return evaluator.evaluate(REFERENCE, {"nmt": hypotheses}, **arguments).evaluation  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def runs() -> Mapping[str, Evaluation]:
    return {"good": _scored(GOOD), "lost": _scored(LOST)}


def _stated(run: Evaluation) -> Mapping[str, Any]:
    assert run.manifest.diagnosis is not None
    return run.manifest.diagnosis


def _by(run: Evaluation, stated: Mapping[str, Any]) -> Evaluation:
    """The run as if another version of the diagnosis had made it, and signed as runs were before they named it."""
    columns = dict(run.tables["statistics"].columns)
    columns["signature"] = [
        "settings:0123456789ab|version:evaluator-0.1.0" if metric in ("fidelity", "Paraphrase") else signature
        for metric, signature in zip(columns["metric"], columns["signature"], strict=True)
    ]
    manifest = run.manifest.changed(diagnosis=dict(stated))
    return replace(run, tables={**run.tables, "statistics": Table("statistics", columns)}, manifest=manifest)


# Signatures


def test_the_signature_names_the_model_its_weights_and_the_language() -> None:
    assert diagnosis_signature(NEW, "0.2") == "reader:minilm-joint-1|base:444444444444|weights:555555555555|decision:666666666666|lang:en|version:evaluator-0.2"
    old = diagnosis_signature(OLD, "0.1.0")
    assert old.startswith("reader:heads-0|weights:")
    assert old.endswith("|decision:333333333333|lang:by-pair|version:evaluator-0.1.0")
    assert diagnosis_version(OLD) != diagnosis_version({**OLD, "weights_sha256": {**OLD["weights_sha256"], "tokens.npz": "7" * 64}})  # type: ignore[dict-item]


def test_what_moves_only_the_risk_is_not_in_the_signature() -> None:
    assert diagnosis_signature({**NEW, "prior": 0.01, "threshold": 0.9}) == diagnosis_signature(NEW)
    assert diagnosis_signature({**NEW, "language": "de"}) != diagnosis_signature(NEW)


def test_no_value_of_a_stored_manifest_breaks_the_signature() -> None:
    stated = {"model": "a|b:c", "reader": "1|version:9", "weights_sha256": ["no mapping"], "english": None}
    assert diagnosis_signature(stated).count("|") == diagnosis_signature(NEW).count("|") - 1  # without a base
    assert changed_diagnosis(stated, NEW) is not None


def test_two_versions_are_other_weights_and_a_run_without_diagnosis_is_none() -> None:
    assert changed_diagnosis(NEW, {**NEW, "prior": 0.5, "english": False}) is None
    changed = changed_diagnosis(OLD, NEW)
    assert changed is not None
    assert (changed.before, changed.after) == (diagnosis_version(OLD), diagnosis_version(NEW))
    assert changed_diagnosis(None, NEW) is None


def test_a_run_signs_fidelity_and_paraphrase_by_its_diagnosis(runs: Mapping[str, Evaluation]) -> None:
    table = runs["good"].tables["statistics"].columns
    signatures = dict(zip(table["metric"], table["signature"], strict=True))
    expected = diagnosis_signature(_stated(runs["good"]))
    assert signatures["fidelity"] == expected
    assert signatures["Paraphrase"].startswith(f"fidelity:{expected.replace('|', ';')};novelty:")
    other = _scored(GOOD, prior=0.01).tables["statistics"].columns
    assert dict(zip(other["metric"], other["signature"], strict=True))["fidelity"] == expected


# gate


def test_a_gate_over_two_versions_skips_the_diagnosis_alone_and_says_so(runs: Mapping[str, Evaluation]) -> None:
    same = check_gate(runs["lost"], runs["good"], Limits(), Plan(resamples=100))
    assert not all(one.passed for one in same)  # one more critical finding
    assert all(one.compared for one in same)
    checks = check_gate(runs["lost"], _by(runs["good"], OLD), Limits(), Plan(resamples=100))
    assert [one.message.partition(" of ")[0] for one in checks if one.compared] == ["chrF2", "Novelty"]
    (said,) = (one for one in checks if not one.compared)
    assert said.message.startswith("not compared: Paraphrase, fidelity, critical findings: ")
    assert diagnosis_version(OLD) in said.message
    assert diagnosis_version(_stated(runs["lost"])) in said.message


@pytest.mark.slow
def test_a_worse_score_still_fails_a_gate_over_two_versions() -> None:
    reference = [f"{text} on day {k}" for k in range(8) for text in REFERENCE]
    good, worse = (
        evaluator.evaluate(
            reference,
            {"nmt": [text.replace("nobody is left behind", words) for text in reference]},
            metrics=["chrf"],
            diagnose="on",
            device="cpu",
            resamples=100,
        ).evaluation
        for words in ("no one is left behind", "all stay")
    )
    checks = check_gate(worse, _by(good, OLD), Limits(), Plan(resamples=1000))
    assert [(one.passed, one.compared) for one in checks] == [(False, True), (True, False)]


def test_a_limit_on_fidelity_by_two_versions_is_refused_with_both_signatures(runs: Mapping[str, Evaluation]) -> None:
    old = _by(runs["good"], OLD)
    for name in ("fidelity", "Paraphrase"):
        with pytest.raises(EvaluatorError) as caught:
            check_gate(runs["good"], old, Limits(max_drop={"chrf": 1, name: 1}), Plan())
        assert f"--max-drop names {name!r}" in str(caught.value)
        assert diagnosis_signature(_stated(runs["good"])) in str(caught.value)
        assert diagnosis_signature(OLD) in str(caught.value)
    assert [one.compared for one in check_gate(runs["good"], old, Limits(max_drop={"chrf": 1}), Plan())] == [True]
    assert all(one.passed for one in check_gate(runs["good"], runs["good"], Limits(max_drop={"fidelity": 0}), Plan()))


def test_a_limit_of_critical_findings_is_of_the_run_alone(runs: Mapping[str, Evaluation]) -> None:
    (check,) = check_gate(runs["lost"], _by(runs["good"], OLD), Limits(max_critical=0), Plan())
    assert not check.passed


def test_runs_with_nothing_but_the_diagnosis_in_common_are_refused_when_it_changed(runs: Mapping[str, Evaluation]) -> None:
    bleu = _by(_scored(GOOD, metrics=["bleu"]), OLD)
    with pytest.raises(EvaluatorError, match=r"only what the diagnosis makes in common.*reader:heads-0.* in the baseline"):
        check_gate(_scored(GOOD, metrics=["chrf"]), bleu, Limits(), Plan())


def test_stored_signatures_of_one_version_do_not_stop_a_gate(runs: Mapping[str, Evaluation]) -> None:
    stored = _by(runs["good"], {**_stated(runs["good"]), "prior": 0.5})
    checks = check_gate(runs["good"], stored, Limits(max_drop={"fidelity": 0}), Plan())
    assert [one.passed for one in checks] == [True]
    other = _by(runs["good"], {**_stated(runs["good"]), "language": "de"})
    with pytest.raises(EvaluatorError, match=r"is signed reader:.*lang:en.* and reader:.*lang:de"):
        check_gate(runs["good"], other, Limits(max_drop={"fidelity": 0}), Plan())


def test_the_command_of_the_gate_shows_what_it_skipped(runs: Mapping[str, Evaluation], cli: Cli, tmp_path: Path) -> None:
    evaluator.run.Run(runs["lost"]).save(tmp_path / "now")
    evaluator.run.Run(_by(runs["good"], OLD)).save(tmp_path / "before")
    result = cli("gate", tmp_path / "now", "--baseline", tmp_path / "before", "--resamples", "100")
    assert result.code == 0
    assert "\nskip not compared: Paraphrase, fidelity, critical findings: the diagnosis is reader:" in result.out
    refused = cli("gate", tmp_path / "now", "--baseline", tmp_path / "before", "--max-drop", "fidelity=1")
    assert (refused.code, refused.err.count("\n")) == (2, 1)


# verify


@pytest.fixture
def stored(cli: Cli, tmp_path: Path) -> Path:
    """A run of two systems, its diagnosis edited as if another version had made it."""
    for name, texts in (("ref", REFERENCE), ("a", GOOD), ("b", LOST)):
        (tmp_path / f"{name}.txt").write_text("\n".join(texts) + "\n")
    files = [tmp_path / f"{name}.txt" for name in ("ref", "a", "b")]
    options = ["-m", "chrf", "novelty", "--diagnose", "on", "--device", "cpu", "--resamples", "100", "--no-report"]
    assert cli("score", *files, *options, "-o", tmp_path / "run").code == 0
    run = evaluator.load(tmp_path / "run").evaluation
    tables = dict(run.tables)
    for table, columns in (("segments", ("fidelity", "risk", "paraphrase")), ("scores", ("flagged", "critical", "major", "minor", "Paraphrase"))):
        moved = {name: [v + 1 if isinstance(v, int | float) else v for v in tables[table].columns[name]] for name in columns}
        tables[table] = Table(table, {**tables[table].columns, **moved})
    for table in ("statistics", "pairs"):
        tables[table] = _moved_rows(tables[table])
    first = {name: values[:1] for name, values in tables["findings"].columns.items()}
    tables["findings"] = Table("findings", {name: values * 2 for name, values in first.items()})
    evaluator.run.Run(_by(replace(run, tables=tables), OLD)).save(tmp_path / "run", force=True)
    return tmp_path / "run"


def _moved_rows(table: Table) -> Table:
    columns = dict(table.columns)
    for name in ("score", "score_a", "score_b", "ci_low", "p_value"):
        if name in columns:
            rows = zip(columns[name], columns["metric"], strict=True)
            columns[name] = [v + 1 if v is not None and metric in ("fidelity", "Paraphrase") else v for v, metric in rows]
    return Table(table.name, columns)


def test_verify_leaves_out_what_another_version_made_and_says_so_in_one_line(stored: Path, cli: Cli) -> None:
    result = cli("verify", stored)
    assert (result.code, result.err) == (0, ""), result.out
    (line,) = (one for one in result.out.split("\n") if one.startswith("not compared: "))
    for words in ("fidelity, risk, severity, flagged, reason, paraphrase of segments.csv", "flagged, critical, major, minor, Paraphrase of scores.csv"):
        assert words in line
    for words in ("fidelity and Paraphrase in statistics.csv", "fidelity and Paraphrase in pairs.csv", "findings.csv", diagnosis_version(OLD)):
        assert words in line
    assert f"{stored}: every number that was compared is the same, with the differences above\n" in result.out
    assert "score: " not in result.out


def test_verify_as_json_has_it_too(stored: Path, cli: Cli) -> None:
    found = json.loads(cli("verify", stored, "--texts", "--format", "json").out)
    assert found["numbers"] == []
    assert found["not_compared"]["before"] == diagnosis_version(OLD)
    assert found["not_compared"]["after"] != diagnosis_version(OLD)
    assert "findings.csv" in found["not_compared"]["what"]


def test_verify_still_finds_every_other_number(stored: Path, cli: Cli) -> None:
    path = stored / "segments.csv"
    run = evaluator.load(stored).evaluation
    columns = {**run.tables["segments"].columns, "chrf": [value + 1 for value in run.tables["segments"].columns["chrf"]]}
    evaluator.run.Run(replace(run, tables={**run.tables, "segments": Table("segments", columns)})).save(path.parent, force=True)
    result = cli("verify", stored)
    assert result.code == 1
    assert "score: segments.csv, a, ref, 1: chrf: " in result.out
    assert "not compared: " in result.out


def test_verify_compares_the_diagnosis_of_the_same_version(stored: Path, cli: Cli) -> None:
    now = evaluator.load(stored).evaluation
    current = _stated(_scored(GOOD))
    evaluator.run.Run(replace(now, manifest=now.manifest.changed(diagnosis={**current, "prior": 0.7}))).save(stored, force=True)
    result = cli("verify", stored, "--format", "json")
    found = json.loads(result.out)
    assert (result.code, found["not_compared"]) == (1, None)
    assert any("fidelity" in one["what"] for one in found["numbers"])
    assert any("findings.csv" in one["what"] for one in found["numbers"])


# explain-diff


def test_explain_diff_blames_the_diagnosis_for_what_it_made_alone(runs: Mapping[str, Evaluation], cli: Cli, tmp_path: Path) -> None:
    def moved(run: Evaluation) -> Evaluation:
        tables = {**run.tables, "statistics": _moved_rows(run.tables["statistics"])}
        for table, names in (("segments", ("fidelity", "paraphrase", "chrf")), ("scores", ("Paraphrase", "chrF2"))):
            tables[table] = Table(table, {**tables[table].columns, **{name: [value + 1 for value in tables[table].columns[name]] for name in names}})
        return replace(run, tables=tables)

    before = moved(_by(runs["good"], {**OLD, "threshold": 0.1}))
    found = explain(before, runs["good"])
    causes = {one.metric: [f"{cause.cause} {cause.what}" for cause in one.causes] for one in found.movements}
    assert causes == {"chrF2": [], "Paraphrase": ["model diagnosis version"], "fidelity": ["model diagnosis version"]}
    assert found.diagnosis is not None
    evaluator.run.Run(before).save(tmp_path / "before")
    evaluator.run.Run(runs["good"]).save(tmp_path / "after")
    shown = cli("explain-diff", tmp_path / "before", tmp_path / "after").out
    assert f"model: diagnosis version: {diagnosis_version(OLD)} -> " in shown
    assert f"not comparable: fidelity, Paraphrase, flags and findings: made by the diagnosis {diagnosis_version(OLD)} before" in shown
    assert "nmt, fidelity: " in shown
    as_json = json.loads(cli("explain-diff", tmp_path / "before", tmp_path / "after", "--format", "json").out)
    assert as_json["diagnosis"]["before"] == diagnosis_version(OLD)
    assert explain(runs["good"], runs["lost"]).diagnosis is None


@pytest.mark.model
def test_explain_diff_does_not_blame_the_diagnosis_for_bertscore() -> None:
    run = evaluator.evaluate(["one text"], {"a": ["one test"]}, metrics=["bertscore"], device="cpu").evaluation
    tables = dict(run.tables)
    for table, name in (("scores", "BERTScore-F1"), ("segments", "bertscore_f1")):
        tables[table] = Table(table, {**tables[table].columns, name: [value - 0.1 for value in tables[table].columns[name]]})
    other = _by(replace(run, tables=tables), OLD)
    other = replace(other, manifest=other.manifest.changed(model={**run.manifest["model"], "layer": 99}))
    (movement,) = explain(run, other).movements
    assert [cause.what for cause in movement.causes] == ["model layer"]


def test_the_prior_alone_explains_no_fidelity() -> None:
    plain = {"evaluator": "0", "inputs": [], "options": {}, "versions": {}, "systems": [], "metrics": []}
    manifests = [Manifest.read({**plain, "diagnosis": {**NEW, "prior": prior}}) for prior in (0.1, 0.2)]
    assert [one.what for one in compare_settings(*manifests)] == ["diagnosis prior"]


# bench


def test_other_weights_of_the_diagnosis_make_diagnosed_runs_of_a_suite_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, texts in (("ref", REFERENCE), ("a", GOOD)):
        (tmp_path / f"{name}.txt").write_text("\n".join(texts) + "\n")
    config = tmp_path / "suite.yaml"
    config.write_text(
        "suite: boats\nmetrics: [chrf]\nmatrix:\n  diagnose: ['on', 'off']\nsets:\n  - {name: harbour, reference: ref.txt, system_files: [a.txt]}\n"
    )
    weights = tmp_path / "weights"
    weights.mkdir()
    (weights / "decision.json").write_text("{}")
    monkeypatch.setattr(plan, "DIAGNOSIS_WEIGHTS", weights)

    def fingerprints() -> dict[str, str]:
        return {run.request.diagnose: run.fingerprint for run in plan_suite(read_config(str(config)))}

    first = fingerprints()
    assert fingerprints() == first
    (weights / "decision.json").write_text('{"certain": 1}')
    second = fingerprints()
    assert second["off"] == first["off"]
    assert second["on"] != first["on"]


def test_the_weights_in_a_fingerprint_are_those_of_run_json() -> None:
    request = Request(metrics=["chrf"], diagnose="on")
    assert request.diagnose == "on"
    stated = _stated(_scored(GOOD))["weights_sha256"]
    digests = dict(plan._weights_of_diagnosis())
    assert {name: digests[name] for name in stated} == stated
