"""Suites whose pages are made without a disk: runs, a past of made-up results, an index."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

import evaluator
from evaluator.suite.history import Noted, noted_of
from evaluator.suite.index import COLUMNS
from evaluator.suite.page import suite_page
from evaluator.suite.tables import Finished, leaderboard

REFERENCE = [f"the {word} sails at noon from pier {k} and nobody is left behind" for k, word in enumerate(["ferry", "barge", "yacht", "canoe"] * 3)]
EVIL = "<img src=x onerror=window.ran=1>\u202e\x1b[31m"
PLAIN = ("good", "poor")
NAMES = ("<img src=x onerror=window.ran=3>", '"><script>window.ran=2</script>')


def finished(name: str, names: Sequence[str], folder: str = "", fingerprint: str = "now") -> Finished:
    """A run of two systems on twelve segments."""
    good, poor = ([text.replace(*words) for text in REFERENCE] for words in (("noon", "midday"), ("nobody is", "all are")))
    systems = dict(zip(names, (good, poor), strict=True))
    evaluation = evaluator.evaluate(REFERENCE, systems, metrics=["chrf", "ter"], diagnose="off", resamples=100).evaluation
    suite = {"name": "boats", "set": name, "version": "2", "options": "", "fingerprint": fingerprint}
    return Finished(name, "", folder or name, "harbour", replace(evaluation, manifest=evaluation.manifest.changed(suite=suite)))


def past(runs: Sequence[Finished]) -> list[Noted]:
    """Three results of each run: one system better and better, then another signature, then what is stored now."""
    history = []
    for number, (fingerprint, less) in enumerate((("first", 7.5), ("second", 3.25), ("now", 0.0)), 1):
        for run in runs:
            for one in noted_of(run, fingerprint, f"2026-03-0{number}T10:00:00Z"):
                moved = one.system == run.evaluation.manifest.systems[0] and one.score is not None and less
                score = one.score - less if moved and one.score is not None else one.score
                signature = f"{one.signature}|old" if one.metric == "TER" and number == 1 else one.signature
                history.append(one._replace(score=score, signature=signature, system_texts=f"{one.system_texts}{less if moved else ''}"))
    return history


def index_of(runs: Sequence[Finished], text: str) -> list[dict[str, str]]:
    """A line a run, and one of another suite."""
    rows = [dict.fromkeys(COLUMNS, text) | {"suite": "boats", "run": f"boats/{run.folder}", "fingerprint": "now", "metrics": "chrF2 TER"} for run in runs]
    return [*rows, dict.fromkeys(COLUMNS, "elsewhere")]


@lru_cache(maxsize=4)
def suite_html(hostile: bool = False, history: bool = True) -> str:
    """The page of a suite of two sets."""
    names = NAMES if hostile else PLAIN
    runs = [finished(f"ferries {EVIL}" if hostile else "ferries", names, "ferries"), finished("yachts", names)]
    return suite_page("boats", runs, leaderboard(runs), past(runs) if history else [], index_of(runs, EVIL if hostile else "7"))
