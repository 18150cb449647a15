"""`run.plot`: the page's figures alone, and the density plot's shades."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

import evaluator
from evaluator.reports.plots import scatter, shade_edges
from evaluator.types import EvaluatorError

TEXTS = ["The dam held all night.", "It rained for a week.", "The road to the coast is closed.", "Nobody came to the quay."]
NAME = "<b>&\"x'"


@pytest.fixture(scope="module")
def run() -> evaluator.Run:
    systems = {NAME: [*TEXTS[:2], "The road is closed.", "Everybody came."], "b": ["The dam broke.", *TEXTS[1:]]}
    return evaluator.evaluate(TEXTS, systems, metrics=["chrf", "ter"], diagnose="off", resamples=200)


@pytest.mark.parametrize(
    ("kind", "metrics", "words"),
    [("distribution", ["ter"], ["TER", NAME, "b"]), ("scatter", ["chrF2", "ter"], ["chrF2 →", "↑ TER"]), ("intervals", [], ["chrF2, 95 % intervals"])],
)
def test_a_figure_is_whole_svg_and_names_what_it_shows(run: evaluator.Run, kind: str, metrics: list[str], words: list[str], tmp_path: Path) -> None:
    figure = run.plot(kind, *metrics, path=tmp_path / "figure.svg")
    root = ElementTree.fromstring(str(figure))
    assert set(words) <= {"".join(node.itertext()) for node in root.iter("{http://www.w3.org/2000/svg}text")}
    assert (tmp_path / "figure.svg").read_text(encoding="utf-8") == str(figure) == figure._repr_svg_()
    assert not re.search(r"var\(--|<b>|script|onload|href", str(figure))
    assert str(run.plot(kind, *metrics)) == str(figure)


def test_a_scatter_plot_has_a_dot_for_each_segment(run: evaluator.Run) -> None:
    root = ElementTree.fromstring(str(run.plot("scatter")))
    assert len(list(root.iter("{http://www.w3.org/2000/svg}circle"))) == 8


@pytest.mark.parametrize(
    ("kind", "metrics", "said"),
    [("bars", [], "no plot 'bars'"), ("scatter", ["chfr"], "chrf"), ("distribution", ["chrf", "ter"], "takes 1 metric; 2 are named")],
)
def test_what_cannot_be_drawn_is_refused(run: evaluator.Run, kind: str, metrics: list[str], said: str) -> None:
    with pytest.raises(EvaluatorError, match=said):
        run.plot(kind, *metrics)


def test_one_system_has_no_intervals_to_compare() -> None:
    one = evaluator.evaluate(TEXTS, {"a": TEXTS}, metrics=["chrf"], diagnose="off")
    with pytest.raises(EvaluatorError, match="compares none"):
        one.plot("intervals")
    with pytest.raises(EvaluatorError, match="needs 2 metrics"):
        one.plot("scatter")


def test_shades_follow_counts_however_full_the_squares_are() -> None:
    rng = np.random.default_rng(3)
    for n in (700, 20_000):
        made = scatter(("x", "y"), rng.normal(size=n), rng.normal(size=n), [])
        assert len(made.shades) >= 3
        assert all(made.shades)
        areas = [path.count("z") for path in made.shades]
        assert areas[0] > areas[-1]  # few squares are the fullest
    assert shade_edges(np.array([0, 0, 1, 1])) == [1]
    assert shade_edges(np.array([1, 7, 100])) == [1, 3, 6, 16, 40]
