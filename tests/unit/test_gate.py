"""A gate: kept by the same run, broken by a worse one, refused for runs that cannot be compared."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

import evaluator
from evaluator.compare import Limits, Plan, check_gate
from evaluator.types import Evaluation, EvaluatorError
from tests.conftest import Cli

Write = Callable[[str, str | bytes], Path]
REFERENCE = [f"the {word} sails at noon from pier {k} and nobody is left behind" for k, word in enumerate(["ferry", "barge", "yacht", "canoe"] * 6)]
GOOD = [text.replace("noon", "midday") for text in REFERENCE]
WORSE = [text.replace("nobody is left behind", "all stay") if k % 2 else text for k, text in enumerate(GOOD)]
TINY = [GOOD[0].replace("pier 0", "pier 9"), *GOOD[1:]]


def _scored(hypotheses: list[str], name: str = "nmt", reference: list[str] = REFERENCE, **options: object) -> Evaluation:
    arguments: dict[str, object] = {"metrics": ["chrf", "ter"], "resamples": 100, **options}
    return evaluator.evaluate(reference, {name: hypotheses}, **arguments).evaluation  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def runs() -> Mapping[str, Evaluation]:
    return {"good": _scored(GOOD), "worse": _scored(WORSE), "tiny": _scored(TINY)}


def test_without_limits_a_significantly_worse_metric_fails(runs: Mapping[str, Evaluation]) -> None:
    checks = check_gate(runs["worse"], runs["good"], Limits(), Plan(resamples=1000))
    assert [check.passed for check in checks] == [False, False]
    assert "chrF2 of nmt: " in checks[0].message
    assert "significantly worse" in checks[0].message
    assert "lower is better" in checks[1].message
    assert len(checks[0].segments) == 12
    assert all("all stay" in one.after and "nobody" in one.before for one in checks[0].segments)
    changes = [tuple(map(float, one.change.removeprefix("chrF2 ").split(" to "))) for one in checks[0].segments]
    assert all(before > now for before, now in changes)


def test_a_change_of_one_segment_is_not_significant_and_better_never_fails(runs: Mapping[str, Evaluation]) -> None:
    assert all(check.passed for check in check_gate(runs["tiny"], runs["good"], Limits(), Plan(resamples=1000)))
    assert all(check.passed and not check.segments for check in check_gate(runs["good"], runs["worse"], Limits(), Plan(resamples=1000)))
    assert all(check.passed for check in check_gate(runs["good"], runs["good"], Limits(max_drop={"chrf": 0, "TER": 0}), Plan()))


def test_limits_are_points_in_the_worse_direction(runs: Mapping[str, Evaluation]) -> None:
    chrf = [run.tables["scores"].columns["chrF2"][0] for run in (runs["good"], runs["worse"])]
    ter = [run.tables["scores"].columns["TER"][0] for run in (runs["good"], runs["worse"])]
    edges = {"chrF2": chrf[0] - chrf[1], "ter": ter[1] - ter[0]}
    assert all(size > 0 for size in edges.values())
    for name, size in edges.items():
        for limit, passed in ((size * 1.001, True), (size * 0.999, False)):
            (check,) = check_gate(runs["worse"], runs["good"], Limits(max_drop={name: limit}), Plan())
            assert check.passed == passed


def test_systems_are_matched_by_name_and_single_ones_whatever_they_are_called() -> None:
    new = _scored(WORSE, "new")
    assert not check_gate(new, _scored(GOOD, "old"), Limits(max_drop={"chrf": 0.1}), Plan())[0].passed
    both = evaluator.evaluate(REFERENCE, {"new": GOOD, "other": GOOD}, metrics=["chrf"], resamples=100).evaluation
    assert not check_gate(new, both, Limits(max_drop={"chrf": 0.1}), Plan())[0].passed
    with pytest.raises(EvaluatorError, match="The baseline has no system 'nmt'"):
        check_gate(_scored(GOOD, "nmt"), both, Limits(), Plan())


def test_runs_that_cannot_be_compared_are_refused(runs: Mapping[str, Evaluation]) -> None:
    good = runs["good"]
    with pytest.raises(EvaluatorError, match="The run has 24 segments, the baseline 23"):
        check_gate(good, _scored(GOOD[1:], reference=REFERENCE[1:]), Limits(), Plan())
    with pytest.raises(EvaluatorError, match="Segment 1 of the text has the reference 'the ferry"):
        check_gate(good, _scored(GOOD, reference=["another text altogether", *REFERENCE[1:]]), Limits(), Plan())
    with pytest.raises(EvaluatorError, match="chrF2 is signed nrefs:1.case:mixed.* and nrefs:1.case:lc"):
        check_gate(good, _scored(GOOD, metric_options={"chrf": {"lowercase": True}}), Limits(), Plan())
    with pytest.raises(EvaluatorError, match="no metric in common: chrF2, TER against BLEU"):
        check_gate(good, _scored(GOOD, metrics=["bleu"]), Limits(), Plan())
    with pytest.raises(EvaluatorError, match="--max-drop names 'cherf', which the runs do not both have. Did you mean chrf"):
        check_gate(good, good, Limits(max_drop={"cherf": 1}), Plan())
    with pytest.raises(EvaluatorError, match="--max-critical counts findings, and the run was not diagnosed"):
        check_gate(good, None, Limits(max_critical=0), Plan())
    with pytest.raises(EvaluatorError, match="Nothing to compare with"):
        check_gate(good, None, Limits(), Plan())


@pytest.fixture(scope="module")
def diagnosed() -> Mapping[str, Evaluation]:
    lost = [GOOD[0], GOOD[1].replace("nobody is left", "everybody is left"), *GOOD[2:4]]
    return {name: _scored(texts, reference=REFERENCE[:4], diagnose="on", device="cpu") for name, texts in (("good", GOOD[:4]), ("lost", lost))}


def test_more_critical_findings_fail_and_name_the_new_segments(diagnosed: Mapping[str, Evaluation]) -> None:
    checks = check_gate(diagnosed["lost"], diagnosed["good"], Limits(), Plan())
    assert [check.passed for check in checks] == [True, True, True, False]
    assert checks[-1].message == "critical findings of nmt: 0 before, 1 now"
    (segment,) = checks[-1].segments
    assert segment.segment == 2
    assert "nobody" in segment.before
    assert "everybody" in segment.after


def test_a_limit_of_critical_findings_needs_no_baseline(diagnosed: Mapping[str, Evaluation]) -> None:
    assert check_gate(diagnosed["lost"], None, Limits(max_critical=1), Plan())[0].passed
    (check,) = check_gate(diagnosed["lost"], None, Limits(max_critical=0), Plan())
    assert not check.passed
    assert [one.segment for one in check.segments] == [2]


def test_the_command_exits_with_1_and_shows_the_segments(cli: Cli, write: Write, tmp_path: Path) -> None:
    reference = write("ref.txt", "\n".join(REFERENCE) + "\n")
    for name, texts in (("good", GOOD), ("worse", WORSE)):
        system = write(f"{name}.txt", "\n".join(texts) + "\n")
        assert cli("score", reference, system, "-m", "chrf", "-o", tmp_path / f"run-{name}", "--resamples", "200").code == 0
    kept = cli("gate", tmp_path / "run-good", "--baseline", tmp_path / "run-good")
    assert (kept.code, kept.err) == (0, "")
    assert kept.out.startswith("ok   chrF2 of good")
    broken = cli("gate", tmp_path / "run-worse", "--baseline", tmp_path / "run-good", "--max-drop", "chrf=0.5")
    assert broken.code == 1
    assert broken.out.startswith("FAIL chrF2 of worse: ")
    assert "worse than the limit of 0.5" in broken.out
    assert "before    the barge sails at midday" in broken.out
    assert "and 2 more segments" in broken.out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "No run was given"),
        (["nowhere"], "nowhere is not a run folder"),
        (["x", "--max-drop", "chrf"], "--max-drop chrf: write METRIC=X"),
        (["x", "--max-drop", "chrf=-1"], "0 or more, such as chrf=0.5"),
        (["x", "--max-critical", "many"], "invalid int value: 'many'"),
        (["x", "--max-drops", "chrf=1"], "Did you mean --max-drop"),
    ],
)
def test_bad_input_exits_with_2_and_one_message(cli: Cli, arguments: list[str], words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = cli("gate", *arguments)
    assert result.code == 2
    assert result.err.count("\n") == 1
    assert words in result.err
