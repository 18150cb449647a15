"""The segment table of `report.html`: sorting, filtering, searching, keys, addresses, copies."""

from __future__ import annotations

import csv
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

import evaluator
from evaluator.frames import guarded
from evaluator.reports.safe import printable
from evaluator.types import Evaluation
from tests.browser.conftest import Opened
from tests.browser.runs import article_run, hostile_run, made_up_run, sample_run, several_run


def rows_in_view(page: Page) -> list[int]:
    """Row numbers in the order shown, read from a copy of the first ones."""
    return [
        int(k)
        for k in page.evaluate("[...document.querySelectorAll('.gridbody .gridrow')].sort((a, b) => a.dataset.at - b.dataset.at).map((r) => r.dataset.k)")
    ]


def count(page: Page) -> int:
    return int((page.locator("#status").text_content() or "").split(" of ")[0].replace(",", ""))


def copied(page: Page, name: str = "csv") -> str:
    before = page.evaluate("copied.length")
    page.click(f"#copy-{name}")
    expect(page.locator("#status")).to_contain_text("copied")
    assert page.evaluate("copied.length") == before + 1
    return str(page.evaluate("copied.at(-1)"))


def cells(run: Evaluation, name: str) -> list[Any]:
    return list(run.tables["segments"].columns[name])


@pytest.mark.parametrize("name", ["bleu", "ter"])
def test_sorting_is_stable_and_keeps_undefined_ones_last(opened: Opened, name: str) -> None:
    run = made_up_run(3000, 3)
    values, segments = cells(run, name), 3000
    page = opened(run)
    reading = sorted(range(len(values)), key=lambda k: (k % segments, k // segments))
    assert rows_in_view(page)[:12] == reading[:12]
    for descending in (True, False) if name == "ter" else (False, True):  # the bad end first
        page.click(f'[data-name="{name}"] button')
        assert page.get_attribute(f'[data-name="{name}"]', "aria-sort") == ("descending" if descending else "ascending")
        known = [k for k in reading if values[k] is not None]
        expected = sorted(known, key=lambda k: (-1 if descending else 1) * round(values[k] * 100))
        assert rows_in_view(page)[:12] == expected[:12]
        page.focus("#grid")
        page.keyboard.press("End")
        assert rows_in_view(page)[-1] == ([*expected, *(k for k in reading if values[k] is None)])[-1]


def test_every_column_sorts(opened: Opened) -> None:
    page = opened(several_run())
    names = page.locator(".head [data-name]").evaluate_all("all => all.map((one) => one.dataset.name)")
    assert names == ["segment", "system", "severity", "bleu", "chrf", "bertscore_f1", "fidelity", "risk", "delta", "length", "reference", "hypothesis"]
    columns = several_run().tables["segments"].columns
    order = {"none": 0, "minor": 1, "major": 2, "critical": 3}
    for name in names[:-2]:
        page.click(f'[data-name="{name}"] button')
        k = rows_in_view(page)[0]
        values: list[Any] = [len(text) for text in columns["hypothesis"]] if name == "length" else [] if name == "delta" else columns[name]
        if name == "system":
            assert columns["system"][k] == "rewrite"
        elif name == "severity":
            assert order[columns[name][k]] == max(order[value] for value in values)
        elif name != "delta":
            worst = max(values) if name == "risk" else min(values)
            assert values[k] == pytest.approx(worst, abs=0.01)


def test_filters_keep_what_the_table_has(opened: Opened) -> None:
    run = several_run()
    columns, findings = run.tables["segments"].columns, run.tables["findings"].columns
    page = opened(run)
    rows = list(zip(*(columns[name] for name in ("system", "severity", "flagged", "bleu")), strict=True))
    page.select_option("#filter-system", label="cut")
    assert count(page) == sum(system == "cut" for system, *_ in rows)
    page.select_option("#filter-severity", label="critical")
    assert count(page) == sum(system == "cut" and severity == "critical" for system, severity, *_ in rows) > 0
    page.click("#filters >> text=clear")
    assert count(page) == len(rows)
    page.check("#filter-flagged")
    assert count(page) == sum(bool(flag) for _, _, flag, _ in rows) > 0
    page.click("#filters >> text=clear")
    page.select_option("#filter-category", label="accuracy/omission")
    assert count(page) == len({row for row, category in zip(findings["row"], findings["category"], strict=True) if category == "accuracy/omission"}) > 0
    page.click("#filters >> text=clear")
    page.click("#filter-ranges summary")
    page.get_by_label("BLEU at least").fill("40")
    page.get_by_label("BLEU at most").fill("70.5")
    assert count(page) == sum(40 <= round(bleu, 2) <= 70.5 for *_, bleu in rows) > 0


def test_search_looks_into_every_text(opened: Opened) -> None:
    run = made_up_run(3000, 3)
    page = opened(run)
    page.focus("#grid")
    page.keyboard.press("/")
    page.keyboard.type("of ROW 77")
    page.wait_for_selector("html[data-search-ms]")
    assert count(page) == sum("of row 77" in text for text in cells(run, "hypothesis"))
    page.fill("#search", "reference 2999")
    expect(page.locator("#status")).to_have_text("3 of 9,000 rows")
    page.fill("#search", "")
    expect(page.locator("#status")).to_have_text("9,000 of 9,000 rows")
    page.select_option("#filter-document", label="doc-2")
    assert count(page) == 3000


def test_keys_move_through_the_table_and_open_a_segment(opened: Opened) -> None:
    page = opened(several_run())
    page.focus("#grid")
    active = "document.querySelector('[aria-selected=true]').dataset.at"
    for key, at in (("ArrowDown", 1), ("ArrowDown", 2), ("ArrowUp", 1), ("End", 68), ("ArrowDown", 68), ("Home", 0), ("PageDown", None)):
        page.keyboard.press(key)
        if at is not None:
            assert int(page.evaluate(active)) == at, key
    at = int(page.evaluate(active))
    assert at > 5
    assert page.get_attribute("#grid", "aria-activedescendant") == f"grid-{at}"
    page.keyboard.press("Enter")
    expect(page.locator("#detail-name")).to_be_focused()
    expect(page.locator("#detail-name")).to_have_text(f"Segment {at // 3 + 1}")
    page.get_by_role("button", name="next").click()
    expect(page.locator("#detail-name")).to_have_text(f"Segment {(at + 1) // 3 + 1}")
    page.get_by_role("button", name="close").click()
    expect(page.locator("#detail")).to_be_hidden()
    expect(page.locator("#grid")).to_be_focused()


def test_an_address_leads_to_its_segment_wherever_it_is(opened: Opened) -> None:
    page = opened(made_up_run(3000, 3), "#row-8123")
    expect(page.locator("#detail-name")).to_have_text("Segment 124 of doc-2")
    expect(page.locator("#detail .chosen")).to_contain_text("hypothesis of row 8123")
    assert page.locator("#detail .system").count() == 3
    page.evaluate("location.hash = '#segment-700'")
    expect(page.locator("#detail .chosen")).to_contain_text("hypothesis of row 699")
    page.evaluate("location.hash = '#row-99999999'")
    page.evaluate("location.hash = '#segment-<img>'")
    expect(page.locator("#detail .chosen")).to_contain_text("hypothesis of row 699")
    near = opened(sample_run(), "#segment-11")
    expect(near.locator("#segment-11")).to_be_in_viewport()


def test_only_rows_in_sight_exist_and_the_last_is_reached(opened: Opened) -> None:
    page = opened(made_up_run(130_000, 2))  # too tall for one pixel a pixel
    assert page.locator(".gridbody .gridrow").count() < 40
    page.focus("#grid")
    page.keyboard.press("End")
    assert rows_in_view(page)[-1] == 259_999
    expect(page.locator(".gridbody .gridrow", has_text="hypothesis of row 259999")).to_be_in_viewport()
    page.keyboard.press("ArrowUp")
    assert page.evaluate("document.querySelector('[aria-selected=true]').dataset.k") == "129999"
    page.evaluate("document.getElementById('grid').scrollTop = document.getElementById('grid').scrollHeight / 2")
    page.wait_for_function("() => Math.abs(document.querySelector('.gridbody .gridrow').dataset.at - 130000) < 50")


def test_what_is_filtered_is_copied_as_csv(opened: Opened) -> None:
    run = several_run()
    page = opened(run)
    page.select_option("#filter-system", label="cut")
    page.click('[data-name="risk"] button')
    head, *rows = list(csv.reader(StringIO(copied(page))))
    assert head == [
        "system",
        "document",
        "segment",
        "alignment",
        "bleu",
        "chrf",
        "bertscore_f1",
        "fidelity",
        "risk",
        "severity",
        "flagged",
        "reason",
        "reference",
        "hypothesis",
    ]
    columns = run.tables["segments"].columns
    expected = [k for k, system in enumerate(columns["system"]) if system == "cut"]
    expected.sort(key=lambda k: -round(columns["risk"][k] * 1000))
    assert [(row[2], row[11], row[12], row[13]) for row in rows] == [
        (str(columns["segment"][k]), *(guarded(printable(columns[name][k])) for name in ("reason", "reference", "hypothesis"))) for k in expected
    ]
    assert [row[4] for row in rows] == [f"{columns['bleu'][k]:.2f}" for k in expected]
    page.uncheck("#with-texts")
    assert copied(page).splitlines()[0].endswith("severity,flagged")


def test_copies_run_nowhere(opened: Opened) -> None:
    page = opened(hostile_run())
    rows = list(csv.reader(StringIO(copied(page))))
    assert all(not cell.startswith(("=", "+", "-", "@", "\t")) for row in rows[1:] for cell in (row[0], row[11], row[12], row[-1]))
    assert "'=cmd" in {row[0] for row in rows}
    texts = {row[-1] for row in rows}
    assert "''=1+1 0" in texts
    assert '\'=HYPERLINK("http://example.org") 0' in texts
    markdown = copied(page, "markdown")
    assert "<img" not in markdown
    assert "http://" not in markdown
    assert {line.replace("\\|", "").count("|") for line in markdown.splitlines()} == {len(rows[0]) + 1}
    latex = copied(page, "latex")
    assert r"\textbackslash{}write18\{ls\} \textbackslash" not in latex  # the text has one backslash
    assert r"\textbackslash{}write18\{ls\} x\textasciicircum{}2" not in latex
    assert r"\textbackslash{}write18\{ls\} \$x\textasciicircum{}2\$ \& 50\% \textasciitilde{} \{\}" in latex


@pytest.mark.parametrize("name", ["key", "length", "categories", "__proto__", "=cmd"])
def test_a_metric_may_have_any_name(opened: Opened, tmp_path: Path, name: str) -> None:
    (tmp_path / "scores.csv").write_text("score\n3\n1\n2\n", encoding="utf-8")
    texts = ["The dam held.", "It rained all night.", "Nobody came."]
    run = evaluator.evaluate(texts, {"a": texts}, metrics=["bleu"], scores={name: str(tmp_path / "scores.csv")}).evaluation
    page = opened(run)
    heads = page.locator(".head [role=columnheader]")
    assert heads.all_inner_texts() == ["segment", "BLEU", name, "chars", "reference", "hypothesis"]
    heads.nth(2).get_by_role("button").click()
    assert rows_in_view(page) == [1, 2, 0]
    heads.nth(2).get_by_role("button").click()
    assert rows_in_view(page) == [0, 2, 1]
    assert [one.get_attribute("aria-sort") for one in heads.all()] == ["none", "none", "descending", "none", "none", "none"]
    assert page.locator(".gridbody .gridrow").first.locator("[role=gridcell]").nth(3).inner_text() == str(len(texts[0]))
    head, *rows = csv.reader(StringIO(copied(page)))
    assert (head[5], [row[5] for row in rows]) == (guarded(name), ["3.00", "2.00", "1.00"])


def test_what_is_undefined_is_copied_as_nothing(opened: Opened) -> None:
    head, *rows = csv.reader(StringIO(copied(opened(article_run()))))
    flags = {row[head.index("alignment")]: row[head.index("flagged")] for row in rows}
    assert flags["0-1"] == ""
    assert flags["1-0"] == "true"


def test_an_opened_segment_is_in_sight(opened: Opened) -> None:
    page = opened(made_up_run(3000, 3))
    page.locator("#grid").scroll_into_view_if_needed()
    page.locator(".gridbody .gridrow").nth(1).click()
    expect(page.locator("#detail-name")).to_be_focused()
    expect(page.locator("#detail .chosen")).to_be_in_viewport()


def test_where_the_clipboard_is_closed_the_text_is_shown_to_be_taken(opened: Opened) -> None:
    page = opened(sample_run())
    page.evaluate("() => { navigator.clipboard.writeText = async () => { throw new Error('no'); }; }")
    page.click("#copy-csv")
    expect(page.locator("#copied")).to_be_visible()
    assert page.locator("#copied").input_value().startswith("system,document,segment")


def test_too_many_rows_are_not_copied_in_silence(opened: Opened) -> None:
    page = opened(made_up_run(130_000, 2))
    page.click("#copy-csv")
    expect(page.locator("#status")).to_contain_text("260,000 rows are too many to copy (at most 20,000)")
