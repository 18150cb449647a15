"""Reports say how far metrics can be trusted: by the run's own human scores, by published figures, and where metrics disagree."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import evaluator
from evaluator.meta.published import EVERYWHERE, NAMES, STUDIES, published_figures
from evaluator.reports.html import render_html
from evaluator.reports.markdown import render_markdown
from evaluator.reports.terminal import render_short, render_terminal
from evaluator.reports.view import make_view
from evaluator.trust import pairs_in

WORDS = "the river dam broke last night and police said nobody was hurt in the town hall after rain fell for days on end".split()
QUIET: dict[str, object] = {"align": "line", "diagnose": "off", "resamples": 100}


def texts(seed: int = 0, n: int = 24) -> tuple[list[str], dict[str, list[str]]]:
    """References, and three systems of falling quality."""
    rng = np.random.default_rng(seed)
    references = [" ".join(rng.choice(WORDS, 12)) for _ in range(n)]

    def changed(text: str, share: float) -> str:
        return " ".join(word if rng.random() > share else rng.choice(WORDS) for word in text.split())

    return references, {name: [changed(text, share) for text in references] for name, share in (("ann", 0.1), ("ben", 0.2), ("cid", 0.35))}


def esa(path: Path, systems: dict[str, list[str]], seed: int = 1) -> Path:
    """A file of people's scores, best first in the order of the systems."""
    rng = np.random.default_rng(seed)
    rows = [
        {"doc_id": "d", "line_id": i, "system": name, "tgt": text, "esa_score": round(90 - 12 * k + rng.normal(0, 8), 1)}
        for k, (name, own) in enumerate(systems.items())
        for i, text in enumerate(own)
    ]
    path.write_text("\n".join(map(json.dumps, rows)) + "\n", encoding="utf-8")
    return path


def column(path: Path, scores: dict[str, list[float]]) -> Path:
    """Scores of another program."""
    rows = [f"{name}\t{score}" for name, own in scores.items() for score in own]
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


def stored(folder: Path, references: list[str], systems: dict[str, list[str]]) -> tuple[str, dict[str, str]]:
    """The texts as files of a folder."""
    folder.mkdir()
    for name, own in {"ref": references, **systems}.items():
        (folder / f"{name}.txt").write_text("\n".join(own) + "\n", encoding="utf-8")
    return str(folder / "ref.txt"), {name: str(folder / f"{name}.txt") for name in systems}


def test_metrics_are_judged_by_the_runs_own_human_scores(tmp_path: Path) -> None:
    references, systems = texts()
    human = esa(tmp_path / "esa.jsonl", systems)
    run = evaluator.evaluate(references, systems, metrics=["bleu", "ter"], scores={"esa": str(human)}, **QUIET)  # type: ignore[arg-type]
    assert run.manifest.trust is not None
    found = {(row["metric"], row["statistic"]): row for row in run.manifest.trust["figures"]}
    plain = evaluator.evaluate(references, systems, metrics=["bleu", "ter"], **QUIET)  # type: ignore[arg-type]
    judged = evaluator.meta(plain, str(human), statistics=["pearson", "spa", "acc_eq"], groupings=["none", "item"], draws=0, resamples=0)  # type: ignore[operator]
    for row in judged.meta.itertuples():
        name = {"bleu": "BLEU", "ter": "TER"}.get(row.metric, row.metric)
        statistic = {("pearson", "none"): "segment Pearson", ("spa", "all systems"): "SPA", ("acc_eq", "item"): "acc-eq by item"}.get(
            (row.statistic, row.grouping)
        )
        if statistic is not None:
            assert found[name, statistic]["value"] == pytest.approx(row.value, abs=1e-9)
    view = make_view(run.evaluation)
    assert view.trust[0] == "Trust: of 3 pairs of systems, ordered as people order them (esa of this run: 3 systems, 72 judged segments): BLEU 3, TER 3."
    assert "| TER | SPA | 1.000 |" in render_markdown(view)
    assert '<section aria-labelledby="trust">' in render_html(run.evaluation)


def test_the_terminal_has_it_in_two_lines_at_most(tmp_path: Path) -> None:
    reference, systems = stored(tmp_path / "wmt23.he-en", *texts())
    view = make_view(evaluator.evaluate(reference, systems, metrics=["bleu", "chrf"], **QUIET).evaluation)  # type: ignore[arg-type]
    for render in (render_terminal, render_short):
        lines = [line for line in render(view, columns=200, color=False, width=1).splitlines() if line.startswith(("Trust", "Lexical and neural"))]
        assert lines == list(view.trust)


def test_human_translations_do_not_count_among_the_systems(tmp_path: Path) -> None:
    references, systems = texts()
    systems = {**systems, "refB": list(reversed(references))}
    run = evaluator.evaluate(references, systems, metrics=["chrf"], scores={"mqm": str(esa(tmp_path / "esa.jsonl", systems))}, **QUIET)  # type: ignore[arg-type]
    assert run.manifest.trust is not None
    assert {row["on"] for row in run.manifest.trust["figures"]} == {"mqm of this run: 3 systems, 72 judged segments"}


def test_published_figures_stand_beside_a_known_language_pair(tmp_path: Path) -> None:
    reference, systems = stored(tmp_path / "wmt23.he-en", *texts())
    run = evaluator.evaluate(reference, systems, metrics=["bleu", "chrf", "ter"], **QUIET)  # type: ignore[arg-type]
    assert run.manifest.trust is not None
    assert run.manifest.trust["pair"] == "he-en"
    view = make_view(run.evaluation)
    assert view.trust == ("Trust: system Pearson with people on WMT23 he-en: BLEU .769, chrF2 .776; published, sources in the report.",)
    shown = {(row.metric, row.statistic, row.value, row.on) for row in view.trust_rows}
    assert ("chrF2", "pairwise accuracy", ".719", "chrF on 6,530 pairs of systems in many languages (ToShip23)") in shown
    assert all(row.source for row in view.trust_rows)
    assert "TER" not in {row.metric for row in view.trust_rows}
    assert "guardians-mt-eval" in render_markdown(view)


def test_nothing_is_said_where_nothing_is_known(tmp_path: Path) -> None:
    reference, systems = stored(tmp_path / "built-in-a-day", *texts())
    run = evaluator.evaluate(reference, systems, metrics=["bleu"], **QUIET)  # type: ignore[arg-type]
    assert "trust" not in run.manifest
    view = make_view(run.evaluation)
    assert not view.trust
    assert "trust" not in render_markdown(view).lower()
    assert 'aria-labelledby="trust"' not in render_html(run.evaluation)


def test_metrics_that_disagree_on_the_winner_are_named(tmp_path: Path) -> None:
    references, systems = texts()
    systems["b<i>n"] = systems.pop("ben")
    n = len(references)
    comet = column(tmp_path / "comet.seg.score", {"ann": [0.1] * n, "cid": [0.2 + i / 100 for i in range(n)], "b<i>n": [0.3 + i / 90 for i in range(n)]})
    run = evaluator.evaluate(references, systems, metrics=["bleu", "chrf"], scores={"comet": str(comet)}, **QUIET)  # type: ignore[arg-type]
    view = make_view(run.evaluation)
    assert view.trust == ("Lexical and neural metrics disagree on the best system: BLEU, chrF2 ann; comet b<i>n.",)
    assert "b<i>n" not in render_html(run.evaluation).split("<script")[0]
    assert "b<i>n" not in render_markdown(view)


@pytest.mark.parametrize(
    ("path", "pairs"),
    [("wmt23:he-en", {"he-en"}), ("data/wmttest2022.de-en.all.xml", {"de-en"}), ("zh_en/ref.txt", {"zh-en"}), ("en-en/a.txt", set()), ("x-ray.txt", set())],
)
def test_language_pairs_are_read_from_names(path: str, pairs: set[str]) -> None:
    assert pairs_in(path) == pairs


def test_published_figures_are_shares_with_a_source() -> None:
    for study in (*STUDIES, EVERYWHERE):
        assert study.source
        assert all(len(values) == len(study.statistics) and all(-1 <= value <= 1 for value in values) for values in study.values.values())
    published = {name for study in (*STUDIES, EVERYWHERE) for name in study.values}
    assert {name for names in NAMES.values() for name in names} <= published
    assert not published_figures({"chrF2++": "chrf++", "mine": "mine"}, "he-en")
