"""Bars in Python: on demand, in a terminal and in a notebook, and silence elsewhere."""

from __future__ import annotations

import sys
from types import SimpleNamespace

import pytest

import evaluator
from evaluator.python.progress import is_watched, progress_bars

TEXTS = ["The dam held all night.", "It rained for a week."] * 20


def test_bars_are_shown_where_asked_for_and_not_in_a_pipe(capsys: pytest.CaptureFixture[str]) -> None:
    evaluator.evaluate(TEXTS, {"a": TEXTS}, metrics=["chrf"], diagnose="off")
    assert capsys.readouterr().err == ""
    evaluator.evaluate(TEXTS, {"a": TEXTS}, metrics=["chrf"], diagnose="off", progress=True)
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "chrf" in shown.err.lower()


def test_no_bars_where_refused_even_in_a_terminal(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    assert is_watched()
    with progress_bars(False) as start:
        start("work", 3)(2)
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(("shell", "watched"), [("ZMQInteractiveShell", True), ("TerminalInteractiveShell", False)])
def test_a_notebook_is_known_by_its_shell(monkeypatch: pytest.MonkeyPatch, shell: str, watched: bool) -> None:
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: type(shell, (), {})()))
    assert is_watched() == watched


class FakePlace:
    """What IPython's display hands back."""

    def __init__(self) -> None:
        self.drawn: list[str] = []

    def update(self, html: str) -> None:
        self.drawn.append(html)


def test_a_notebook_draws_its_bars_without_ipywidgets(monkeypatch: pytest.MonkeyPatch, recwarn: pytest.WarningsRecorder) -> None:
    place = FakePlace()
    shell = type("ZMQInteractiveShell", (), {})()
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: shell))
    monkeypatch.setitem(sys.modules, "IPython.display", SimpleNamespace(HTML=str, display=lambda _, display_id: place))
    monkeypatch.setattr("evaluator.python.progress.SECONDS", 0)
    with progress_bars(None) as start:
        advance = start("scoring <b>", 3)
        advance(2)
        assert place.drawn[-1] == '<div><progress value="2" max="3"></progress> scoring &lt;b&gt; 2/3</div>'
        advance(1)
        assert "3/3" in place.drawn[-1]
    assert place.drawn[-1] == ""  # gone at the end
    assert not recwarn.list
    place.drawn.clear()
    evaluator.evaluate(TEXTS, {"a": TEXTS}, metrics=["chrf"], diagnose="off")
    assert any("chrf" in html.lower() for html in place.drawn)
