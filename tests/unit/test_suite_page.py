"""The page of a suite: same bytes, texts escaped, trends and changes as the history says, made again from what is stored."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import pytest

from evaluator.reports.comparison import score_cells
from evaluator.reports.trend import Scored, told_of, trends_of
from evaluator.results import new_run_folder
from evaluator.run import fill_folder
from evaluator.suite.history import COLUMNS, note_results, read_history
from evaluator.suite.page import own_rankings, suite_page
from evaluator.suite.past import MAX_CHANGES, change_of, outcomes_of, pasts_of
from evaluator.suite.tables import leaderboard
from evaluator.types import EvaluatorError
from tests.browser.suites import EVIL, PLAIN, finished, index_of, past, suite_html
from tests.conftest import Cli


def test_the_same_results_give_the_same_bytes() -> None:
    def make() -> str:
        runs = [finished("ferries", PLAIN), finished("yachts", PLAIN)]
        return suite_page("boats", runs, leaderboard(runs), past(runs), index_of(runs, "7"))

    assert make() == make() == suite_html()


def test_texts_from_files_are_escaped_and_nothing_is_fetched() -> None:
    text = suite_html(hostile=True)
    assert "<img" not in text
    assert "<script" not in text
    assert "\u202e" not in text
    assert "\x1b" not in text
    assert "&lt;img src=x onerror=window.ran=1&gt;\\u202e␛[31m" in text
    assert "script-src &#39;none&#39;" in text
    assert not re.findall(r'(?:src|href)="(?!#|\./)', text)
    assert EVIL not in text


def test_the_leaderboard_has_the_interval_and_the_rank_of_each_set() -> None:
    run = finished("ferries", PLAIN)
    cells = score_cells(run.evaluation, own_rankings(run.evaluation))
    text = suite_html()
    for cell in cells.values():
        assert f'<b>{cell.text}</b> <span class="ends">{cell.interval}</span>' in text
    assert "good leads by chrF2 in the mean of 2 sets" in text
    assert "elsewhere" not in text  # a line of another suite


def test_one_result_says_when_the_trend_begins() -> None:
    assert "Every set has one result so far." in suite_html(history=False)
    assert "<figure>" not in suite_html(history=False)


def test_changes_say_which_system_moved_and_what_cannot_be_compared() -> None:
    run = finished("ferries", PLAIN)
    metrics = run.evaluation.manifest.metrics
    first, second, now = outcomes_of(past([run]), "ferries")
    change = change_of(second, now, metrics)
    assert [(row.system, row.what) for row in change.rows] == [("good", "other texts")]
    score = now.lines["good", "chrF2"].score
    assert score is not None
    assert change.rows[0].cells[0] == f"{score - 3.25:.1f} → {score:.1f} (+3.2)"
    assert change.rest == "1 system as before: same texts, same scores."
    assert change.notes == []
    signed = change_of(first, second, metrics)
    assert any(note.startswith("Signature of TER") and "cannot be compared" in note for note in signed.notes)
    assert signed.rows[0].cells[1].endswith(", not comparable")
    others = now._replace(lines={key: one._replace(reference_texts="x", version="3") for key, one in now.lines.items() if key[0] == "poor"})
    other = change_of(second, others, metrics)
    assert other.notes == ["The references are others: scores cannot be compared.", "Version of the card: 2 became 3."]
    assert [(row.system, row.what) for row in other.rows] == [("good", "gone")]


def test_lines_join_only_scores_that_can_be_compared() -> None:
    scores = [Scored(1, 10.0, 9.0, 11.0, "old", "a"), Scored(2, 20.0, 19.0, 21.0, "new", "b"), Scored(3, 22.0, 21.0, 23.0, "new", "b")]
    trends = trends_of("BLEU", False, True, {"x": scores, "gone": scores[:1]}, [1, 2, 3])
    assert trends is not None
    one, gone = trends.systems
    assert one.lines == [f"M{one.points[1].x} {one.points[1].y}L{one.points[2].x} {one.points[2].y}"]
    assert [point.new for point in one.points] == [True, True, False]
    assert one.points[2].y < one.points[1].y < one.points[0].y  # up is more
    assert one.told == "20.0 to 22.0 (+2.0) since result 2"
    assert gone.told == "10.0 in result 1; none before can be compared; not in the last result"
    assert told_of([], False) == ""


def test_of_many_results_the_last_changes_and_the_whole_are_shown() -> None:
    run = finished("ferries", PLAIN)
    lines = [one for one in past([run]) if one.fingerprint == "now"]
    history = [one._replace(fingerprint=str(k), finished=f"2026-03-01T10:00:{k:02}Z") for k in range(30) for one in lines]
    (shown,) = pasts_of([run], history, {one.title: one for one in run.evaluation.manifest.metrics})
    assert len(shown.changes) == MAX_CHANGES
    assert shown.left == 30 - MAX_CHANGES
    assert shown.changes[-1].title.startswith("What changed from result 1 (2026-03-01 10:00:00) to result 30")


def test_a_result_is_noted_once_and_again_when_it_comes_back(tmp_path: Path) -> None:
    first, second = finished("ferries", PLAIN, fingerprint="a"), finished("ferries", PLAIN, fingerprint="b")
    times = {("ferries", "a"): "2026-01-01T00:00:00Z", ("ferries", "b"): "2026-01-02T00:00:00Z"}
    for run, now in ((first, "?"), (first, "?"), (second, "?"), (first, "2026-01-03T00:00:00Z")):
        noted = note_results(tmp_path, [run], times, now)
    assert list(dict.fromkeys((one.fingerprint, one.finished) for one in noted)) == [
        ("a", "2026-01-01T00:00:00Z"), ("b", "2026-01-02T00:00:00Z"), ("a", "2026-01-03T00:00:00Z"),
    ]  # fmt: skip
    assert read_history(tmp_path / "history.csv") == noted
    with open(tmp_path / "history.csv", encoding="utf-8", newline="") as file:
        assert next(csv.reader(file)) == list(COLUMNS)


@pytest.mark.parametrize("text", ["a,b\n1,2\n", ",".join(COLUMNS) + "\nshort\n", ",".join(COLUMNS) + "\n" + ",".join("x" * len(COLUMNS)) + "\n"])
def test_what_is_no_history_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "history.csv").write_text(text)
    with pytest.raises(EvaluatorError, match="is not the history of a suite"):
        read_history(tmp_path / "history.csv")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A suite of one set as `evaluator bench` leaves it, without the tables over all."""
    run = finished("ferries", PLAIN)
    folder = tmp_path / "boats"
    folder.mkdir()
    with new_run_folder(folder / "ferries") as staging:
        fill_folder(run.evaluation, staging, reports=False)
    (folder / "suite.json").write_text(json.dumps({"runs": {"ferries": "now"}, "domains": {"ferries": "harbour"}}))
    return folder


def test_report_makes_the_page_of_a_stored_suite_again(folder: Path, cli: Cli) -> None:
    result = cli("report", folder)
    assert result.code == 0
    assert result.out.splitlines() == [str(folder / name) for name in ("leaderboard.csv", "report.md", "report.html", "history.csv")]
    before = {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}
    assert b"good leads by chrF2" in before["report.html"]
    assert cli("report", folder).code == 0
    assert {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()} == before


@pytest.mark.parametrize(
    ("state", "told"),
    [
        ("{", "does not say what the suite was made of"), ('{"runs": {}, "domains": {}}', "names no runs"),
        ('{"runs": {"ferries": "other"}, "domains": {}}', "is not the run that"),
        ('{"runs": {"../ferries": "now"}, "domains": {}}', "which is no folder in that of the suite"),
        ('{"runs": {"gone": "now"}, "domains": {}}', "gone"),
    ],
)  # fmt: skip
def test_a_suite_that_is_not_whole_is_refused(folder: Path, cli: Cli, state: str, told: str) -> None:
    (folder / "suite.json").write_text(state)
    result = cli("report", folder)
    assert result.code == 2
    assert told in result.err
    assert not (folder / "report.html").exists()


def test_latex_is_of_single_runs(folder: Path, cli: Cli) -> None:
    result = cli("report", folder, "--format", "latex")
    assert result.code == 2
    assert "LaTeX is written of single runs" in result.err


def test_an_index_with_a_short_row_is_refused(folder: Path, cli: Cli) -> None:
    (folder.parent / "index.csv").write_text("finished,suite,run,fingerprint\nx,boats,boats/ferries,now\n")
    result = cli("report", folder)
    assert result.code == 2
    assert "row 2 has no set" in result.err
