"""What a terminal shows: at most 40 lines, verdicts first, the whole with --verbose; small p-values as they are."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

import evaluator
from evaluator.digits import shown_p
from evaluator.reports.brief import around_change
from evaluator.reports.terminal import render_comparison, render_short, render_terminal, screen_lines
from evaluator.reports.view import NO_DIAGNOSIS, Flagged, View, make_view
from tests.conftest import Cli

TEXTS = [f"The {word} of the harbour was closed on day {n} because of the storm." for n, word in enumerate(("gate", "quay", "dock", "pier") * 15)]


def worse(share: int) -> list[str]:
    return [text.replace("of the harbour ", "").replace("because", "for") if n % share == 0 else text for n, text in enumerate(TEXTS)]


@pytest.fixture(scope="module")
def many() -> View:
    """Fifteen systems, many notes and flagged paragraphs, each as long as a page."""
    systems = {f"system-{n}": worse(n + 1) for n in range(15)}
    run = evaluator.evaluate(TEXTS, systems, metrics=["bleu", "chrf", "chrf++", "ter"], diagnose="off", resamples=200)
    flagged = tuple(
        Flagged(f"system-{n % 15}", "doc", n, 0.9, "critical", f"omission: “{'of the harbour ' * 30}”", TEXTS[n % 60] * 40, TEXTS[n % 60] * 39)
        for n in range(200)
    )
    return make_view(run.evaluation)._replace(flagged=flagged, broken=200, judged=900, notes=tuple(f"note {n}: {'what is odd ' * 60}" for n in range(30)))


@pytest.mark.slow
@pytest.mark.parametrize("columns", [80, 100, 200])
def test_no_run_takes_more_than_40_lines(many: View, columns: int) -> None:
    for worst in (True, False):
        text = render_short(many, columns=columns, color=False, width=1, worst=worst)
        assert screen_lines(text, columns) <= 40
        assert "--verbose" in text
    assert screen_lines(render_terminal(many, columns=columns, color=False, width=1), columns) > 200


def test_verdicts_come_first_and_nothing_is_left_out_in_silence(many: View) -> None:
    lines = render_short(many, columns=100, color=False, width=1).splitlines()
    assert lines[0] == "No system stands out by BLEU, chrF2, chrF2++ and TER"
    assert lines[1].startswith("200 of 900 paragraphs are likely broken")
    text = "\n".join(lines)
    assert re.search(r"^and (3|6) more systems in scores.csv$", text, re.MULTILINE)
    assert "and 27 more notes in run.json" in text
    assert "more in report.html and segments.csv" in text
    best = next(row for row in lines if row.startswith("system-14"))
    assert lines.index(best) < min(lines.index(row) for row in lines if row.startswith("system-9 "))


def made(*systems: str, flagged: int = 20, notes: int = 6) -> View:
    """Systems on three segments; as many flagged paragraphs and notes as asked for, by default more than 40 lines hold."""
    texts = {"a": worse(1)[:3], "b": TEXTS[:3], "c": worse(2)[:3]}
    run = evaluator.evaluate(TEXTS[:3], {name: texts[name] for name in systems}, metrics=["chrf", "ter"], diagnose="off", resamples=200).evaluation
    rows = tuple(Flagged("a", "doc", 2, 0.9, "critical", "omission: “of the harbour”", TEXTS[1], worse(1)[1]) for _ in range(flagged))
    return make_view(run)._replace(flagged=rows, broken=flagged, judged=60, notes=("a note",) * notes)


def headings(text: str) -> list[str]:
    """The first words of each block, which a blank line parts from the next."""
    return [re.split(r"  |: |\|", block.split("\n")[0])[0].strip() for block in text.removesuffix("\n").split("\n\n")]


@pytest.mark.parametrize("systems", ["a", "ab", "abc"])
def test_short_and_whole_have_the_same_blocks_in_the_same_order(systems: str) -> None:
    view = made(*systems)
    short, whole = (headings(render(view, columns=100, color=False, width=1)) for render in (render_short, render_terminal))
    same = ["Likely broken, worst first", "note", "chrF2"]
    if len(systems) == 1:
        assert whole == ["20 of 60 paragraphs are likely broken; worst", "system", *same]
        assert short == [*whole, "--verbose shows every paragraph and note."]
        return
    test = "paired approximate randomization by segment, 200 resamples, seed 12345" + ", Holm over 3 pairs" * (len(systems) == 3)
    assert short == [short[0], "system", short[2], *same, "--verbose shows every interval, pair, paragraph and note."]
    assert short[2] in ("chrF2", "chrF2 and TER")
    assert whole == [short[0], "system", test, "rank", "rank", *same]


@pytest.mark.parametrize("systems", ["a", "ab", "abc"])
def test_what_is_short_is_shown_whole(systems: str) -> None:
    view = made(*systems, flagged=1, notes=1)
    assert render_short(view, columns=100, color=False, width=1) == render_terminal(view, columns=100, color=False, width=1)
    if len(systems) > 1:
        assert render_short(view, columns=100, color=False, width=1, worst=False) == render_comparison(view, columns=100, color=False, width=1)
    assert "--verbose" not in render_short(view, columns=100, color=False, width=1)


def test_two_systems_are_told_apart_in_words_that_name_the_metric_once() -> None:
    view = made("a", "b")
    lines = [line for line in render_short(view, columns=100, color=False, width=1).splitlines() if "p = " in line]
    assert [line.partition(":")[0] for line in lines] == ["chrF2", "TER"]  # three segments decide nothing
    told = view.rankings[0]._replace(verdicts=("b > a on chrF2 by 9.1 [1.0, 12.0], p = .011",))
    text = render_short(view._replace(rankings=(told,)), columns=100, color=False, width=1)
    assert "\nb > a on chrF2 by 9.1 [1.0, 12.0], p = .011\n" in text


def test_colour_takes_no_room() -> None:
    view = made("a", "b")
    plain, coloured = (render_short(view, columns=80, color=color, width=1) for color in (False, True))
    assert "\x1b[" in coloured
    assert "\x1b[" not in plain
    assert [line.rstrip() for line in re.sub("\x1b\\[[0-9;]*m", "", coloured).splitlines()] == plain.splitlines()


def test_that_nothing_was_judged_is_a_note() -> None:
    view = made("a", flagged=0, notes=1)._replace(judged=0)
    for render in (render_short, render_terminal):
        assert f"note: {NO_DIAGNOSIS}" in render(view, columns=100, color=False, width=1)
    assert NO_DIAGNOSIS not in render_comparison(made("a", "b")._replace(judged=0), columns=100, color=False, width=1)


@pytest.mark.slow
def test_verbose_prints_everything(cli: Cli, write: Callable[[str, str | bytes], Path]) -> None:
    reference = write("ref.txt", "\n".join(TEXTS) + "\n")
    systems = [f"s{n}={write(f's{n}.txt', chr(10).join(worse(n + 1)) + chr(10))}" for n in range(7)]
    arguments = ("score", reference, *systems, "-m", "bleu", "chrf", "ter", "--resamples", "200", "--quiet")
    short, whole = cli(*arguments), cli(*arguments, "--verbose")
    assert (short.code, whole.code) == (0, 0), short.err
    assert len(short.out.splitlines()) <= 40 < len(whole.out.splitlines())
    assert "rank   cluster" not in short.out
    assert "rank   cluster" in whole.out


@pytest.mark.parametrize(
    ("p", "shown"),
    [(0.0015, ".0015"), (0.00149, ".0015"), (0.0004, ".0004"), (0.00009999, ".0001"), (0.0123, ".012"), (0.05, ".050"), (0.9999, "1"), (0.000002, "2e-06")],
)
def test_a_small_p_is_shown_as_it_is(p: float, shown: str) -> None:
    assert shown_p(p) == shown
    assert p > 0.99 or abs(float(shown) - p) < 0.06 * p + 1e-9


def test_texts_are_shown_from_where_they_differ() -> None:
    same = "The long beginning of this paragraph is the same in both texts and says nothing, "
    assert around_change(same + "he said.", same + "she said.") == ("… both texts and says nothing, he said.", "… both texts and says nothing, she said.")
    assert around_change("a b", "") == ("a b", "(omitted)")
    assert around_change("a b", "a c") == ("a b", "a c")
