"""Which systems lead, in one sentence."""

from __future__ import annotations

import pytest

from evaluator.reports.headline import leaders, what_broke
from evaluator.reports.ranking import Ranked, Ranking


def ranking(metric: str, first: str, behind: str = "") -> Ranking:
    """Systems of one letter each: those of the first cluster, and those behind."""
    systems = [Ranked(name, 50.0, 49.0, 51.0, 1, len(first), 1, worse_than_best=False) for name in first]
    systems += [Ranked(name, 40.0, 39.0, 41.0, len(first) + 1, len(first) + len(behind), 2, worse_than_best=True) for name in behind]
    return Ranking(metric, unit_scale=False, higher_is_better=True, systems=tuple(systems), verdicts=(), left_out=0)


@pytest.mark.parametrize(
    ("rankings", "told"),
    [
        ([], ""),
        ([ranking("BLEU", "a", "b")], "a leads by BLEU"),
        ([ranking("BLEU", "ab", "c")], "a and b share the lead by BLEU"),
        ([ranking("BLEU", "abc")], "No system stands out by BLEU"),
        ([ranking("BLEU", "abcde", "f")], "All but f share the lead by BLEU"),
        ([ranking("BLEU", "abcde", "fg"), ranking("TER", "abcde", "fg")], "All but f and g share the lead by BLEU and TER"),
        ([ranking("BLEU", "abcde", "fgh")], "5 of 8 systems share the lead by BLEU"),
        ([ranking("BLEU", "a", "bcdef"), ranking("TER", "abcde", "f")], "a leads by BLEU; all but f share the lead by TER"),
    ],
)
def test_leaders_are_named_and_of_many_those_behind(rankings: list[Ranking], told: str) -> None:
    assert leaders(rankings) == told


def test_a_change_of_roles_is_told_after_a_colon() -> None:
    finding = {"severity": "critical", "category": "accuracy/role", "text": "B hit A", "counterpart": "A hit B", "message": ""}
    assert what_broke([finding], "", "") == "who did what was changed: “A hit B” became “B hit A”"
