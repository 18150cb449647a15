"""Several systems on `report.html`: who is better first, one against another, sizes of the page of a campaign, small screens."""

from __future__ import annotations

import csv
from io import StringIO
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from evaluator.reports.html import render_html
from evaluator.run import Run
from tests.browser.conftest import Opened
from tests.browser.generated import generated_run
from tests.browser.runs import hostile_run, sample_run, several_run

MOST_BYTES, MOST_PIXELS = 3_000_000, 20_000


@pytest.fixture(scope="module")
def campaign() -> str:
    """The page of 1,700 segments of six systems, with sources."""
    return render_html(generated_run())


def choose(page: Page, a: str, b: str, metric: str, n: int = 10) -> None:
    for place, label in enumerate((a, b, metric, str(n))):
        page.locator("#versus-choice select").nth(place).select_option(label=label)
    expect(page.locator("#versus-told")).to_contain_text(f"By {metric} {a} is better")
    expect(page.locator("#versus-lists h3").first).to_have_text(f"Where A ({a}) beats B ({b}) by most")


def in_sight(page: Page, selector: str) -> bool:
    """Whether the first such element is wholly on the screen without scrolling."""
    box = page.locator(selector).first.bounding_box()
    size = page.viewport_size
    return box is not None and size is not None and box["y"] >= 0 and box["y"] + box["height"] <= size["height"]


def test_the_page_of_a_campaign_is_small_and_begins_with_the_comparison(opened: Opened, campaign: str) -> None:
    assert len(campaign.encode()) < MOST_BYTES
    page = opened(campaign)
    assert page.evaluate("document.documentElement.scrollHeight") < MOST_PIXELS
    expect(page.locator("h1")).to_have_text("system-B and system-C share the lead by BLEU, chrF2 and TER")
    tops = page.locator("h2").evaluate_all("all => all.map((one) => [one.id, one.getBoundingClientRect().top])")
    assert [name for name, _ in sorted(tops, key=lambda pair: pair[1])][:3] == ["scores", "worst", "versus-name"]
    assert in_sight(page, ".clusters")
    assert in_sight(page, ".card .pair")
    assert page.locator(".clusters").inner_text().split("\n")[-1] == "system-C, system-B > system-A > system-D, system-E > system-F"


def test_ranks_intervals_and_scores_are_those_of_the_tables(opened: Opened, campaign: str) -> None:
    page, rows = opened(campaign), Run(generated_run()).statistics.set_index(["system", "metric"])
    for line in page.locator(".scores tbody tr").all():
        system, (cell, *_) = line.locator("th").inner_text(), line.locator("td").all_inner_texts()
        row: Any = rows.loc[(system, "BLEU")]
        ranks = dict.fromkeys((str(row["rank_low"]), str(row["rank_high"])))
        assert cell.split() == ["-".join(ranks), f"{row['score']:.1f}", f"{row['ci_low']:.1f}–{row['ci_high']:.1f}"]


def test_the_worst_are_chosen_system_by_system(opened: Opened, campaign: str) -> None:
    page = opened(campaign, scripts=False)
    groups = page.locator("details.group")
    assert groups.count() == 6
    expect(page.locator("details.group[open]")).to_have_count(1)
    expect(groups.first.locator("summary").first).to_contain_text("system-F")
    groups.nth(4).locator("summary").first.click()
    expect(page.locator("details.group[open]")).to_have_count(1)
    assert {heading.split(",")[0] for heading in groups.nth(4).locator(".card h3").all_inner_texts()} == {"system-B"}


def test_links_lead_to_the_worst_of_each_system(opened: Opened, campaign: str) -> None:
    page = opened(campaign)
    links = page.get_by_role("navigation", name="Worst paragraphs by system").get_by_role("link")
    assert links.count() == 6
    assert [text.split()[0] for text in links.all_inner_texts()] == [text.split()[0] for text in page.locator("details.group > summary").all_inner_texts()]
    links.nth(4).click()
    expect(page.locator("details.group[open] > summary")).to_contain_text("system-B")
    assert in_sight(page, "details.group[open] > summary")


def test_the_two_best_are_set_against_each_other_first(opened: Opened, campaign: str) -> None:
    page = opened(campaign)
    best = page.locator(".scores tbody th").all_inner_texts()[:2]
    assert best == ["system-C", "system-B"]
    expect(page.locator("#versus-lists h3").first).to_have_text("Where A (system-C) beats B (system-B) by most")
    chosen = page.locator("#versus-choice select").evaluate_all("all => all.slice(0, 2).map((one) => one.selectedOptions[0].label)")
    assert chosen == best


def test_a_source_stands_once_for_all_systems(opened: Opened, campaign: str) -> None:
    page = opened(campaign)
    shelves = page.locator(".shelf")
    assert shelves.count() == 250
    assert page.locator(".shelf .source").count() == 250
    assert page.locator(".shelf .paragraph").count() == 6 * 250


@pytest.mark.parametrize("metric", [("chrf", "chrF2"), ("ter", "TER"), ("risk", "risk")])
def test_where_one_beats_the_other_is_what_python_returns(opened: Opened, campaign: str, metric: tuple[str, str]) -> None:
    page, run = opened(campaign), Run(generated_run())
    column, title = metric
    choose(page, "system-B", "system-E", title)
    page.click("#copy-versus")
    head, *rows = list(csv.reader(StringIO(page.evaluate("copied.at(-1)"))))
    assert head == ["better", "document", "segment", "metric", "score of system-B", "score of system-E", "a - b", "source", "reference", "system-B", "system-E"]
    for better, worse in (("system-B", "system-E"), ("system-E", "system-B")):
        expected = run.worst(40, system=worse, against=better, metric=column)
        shown = [row for row in rows if row[0] == better]
        assert len(shown) == 10
        known: dict[Any, Any] = {(one.document, str(one.segment)): one for one in expected.itertuples()}
        for row in shown:  # in equal steps of the digits kept on the page the order may differ
            one = known[row[1], row[2]]
            assert abs(abs(float(row[6])) - abs(one.delta)) < 0.011
            assert {row[9], row[10]} == {one.hypothesis, one.hypothesis_against}
            assert (row[7], row[8]) == (one.source, one.reference)
        gaps = [abs(float(row[6])) for row in shown]
        assert gaps == sorted(gaps, reverse=True)


def test_one_against_another_is_sorted_and_shows_the_difference(opened: Opened) -> None:
    page = opened(several_run())
    choose(page, "rewrite", "cut", "chrF2", 50)
    table = page.locator(".versus").first
    table.get_by_role("button", name="A − B").click()
    values = [float(text) for text in table.locator("tbody tr td:nth-child(4)").all_inner_texts()]
    assert values == sorted(values)
    table.get_by_role("button", name="A − B").click()
    values = [float(text) for text in table.locator("tbody tr td:nth-child(4)").all_inner_texts()]
    assert values == sorted(values, reverse=True)
    assert table.locator("ins, del").count() > 0
    columns = several_run().tables["segments"].columns
    number = int(table.locator("tbody button").first.inner_text().split()[-1])
    texts = {columns["hypothesis"][k] for k, segment in enumerate(columns["segment"]) if segment == number}
    assert {cell.inner_text() for cell in table.locator("tbody tr").first.locator("td p").all()[-2:]} <= {" ".join(text.split()) for text in texts} | texts


def test_a_minus_b_is_a_column_that_starts_where_a_is_worse(opened: Opened) -> None:
    page, run = opened(several_run()), Run(several_run())
    choose(page, "cut", "upper", "chrF2")
    page.click('[data-name="delta"] button')
    expect(page.locator('[data-name="delta"]')).to_have_attribute("aria-sort", "ascending")
    worst = run.worst(1, system="cut", against="upper", metric="chrf")
    first = page.locator(".gridbody .gridrow[data-at='0'] [role=gridcell]").all_inner_texts()
    assert first[0] == str(worst["segment"].item())
    assert abs(float(first[8]) - worst["delta"].item()) < 0.011
    assert float(first[4]) == pytest.approx(run.segments.loc[int(page.get_attribute(".gridbody .gridrow[data-at='0']", "data-k") or 0), "chrf"], abs=0.006)
    page.locator("#versus-choice select").nth(0).select_option(label="upper")
    page.locator("#versus-choice select").nth(1).select_option(label="cut")
    expect(page.locator(".gridbody .gridrow[data-at='0'] [role=gridcell]").nth(0)).to_have_text(
        str(run.worst(1, system="upper", against="cut", metric="chrf")["segment"].item())
    )


def test_escape_leads_back_to_where_a_segment_was_opened(opened: Opened) -> None:
    page = opened(several_run())
    page.focus("#grid")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("#detail-name")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#detail")).to_be_hidden()
    expect(page.locator("#grid")).to_be_focused()
    assert page.get_attribute("[aria-selected=true]", "data-at") == "1"
    opener = page.locator("#versus-lists tbody button").first
    opener.click()
    expect(page.locator("#detail-name")).to_be_focused()
    page.keyboard.press("Escape")
    expect(opener).to_be_focused()


def test_the_reference_stands_beside_the_hypothesis(opened: Opened) -> None:
    page = opened(several_run())
    row = page.locator(".gridbody .gridrow").first
    columns = several_run().tables["segments"].columns
    k = int(row.get_attribute("data-k") or -1)
    expect(row.locator(".text").nth(0)).to_have_text(columns["reference"][k][:100])
    expect(row.locator(".text").nth(1)).to_have_text(columns["hypothesis"][k][:100])


@pytest.mark.parametrize("how", ["hover", "focus", "tap"])
def test_names_of_metrics_and_risk_say_what_they_mean(opened: Opened, how: str) -> None:
    page = opened(sample_run())
    for name, said in (("BLEU", "runs of up to four words"), ("likely broken", "threshold")):
        term = page.locator(".scores .term", has_text=name)
        if how == "tap":
            term.dispatch_event("click")
        else:
            getattr(term, how)()
        expect(page.locator("#tip")).to_be_visible()
        assert said in page.locator("#tip").inner_text()
        page.keyboard.press("Escape")
    page.locator('[data-name="risk"] button').focus()
    assert "serious error" in page.locator("#tip").inner_text()
    listed = page.locator(".meaning dt").all_inner_texts()
    assert {"BLEU", "chrF2", "TER", "BERTScore-F1", "fidelity", "risk", "severity"} <= set(listed)


def test_the_headline_says_what_broke_and_the_first_broken_paragraph_is_in_sight(opened: Opened) -> None:
    page = opened(sample_run())
    headline = page.locator("h1").inner_text()
    assert headline.endswith("7 more paragraphs are likely broken")
    assert any(words in headline for words in ("“2,900” became “9,200”", "“Postponement of” was lost", "“loan” became “grant”"))
    assert in_sight(page, ".card .pair")


def test_paths_are_short_at_the_head_and_whole_at_the_foot(opened: Opened) -> None:
    page = opened(sample_run())
    path = sample_run().manifest["inputs"][0]["path"]
    assert "/" in path
    assert path not in page.locator("header").inner_text()
    assert path not in page.locator(".notes").inner_text()
    assert "reference reference.txt" in page.locator("header").inner_text()
    assert path in page.locator("footer").inner_text()


def test_a_phone_shows_all_metrics_and_says_where_tables_go_on(opened: Opened, campaign: str) -> None:
    page = opened(campaign, width=390, height=844)
    for title in ("BLEU", "chrF2", "TER", "likely broken"):
        box = page.locator(".scores th", has_text=title).bounding_box()
        assert box is not None
        assert box["x"] + box["width"] <= 390
    expect(page.locator(".scores .count").first).to_be_hidden()  # the head of the page says how many segments
    expect(page.locator("#grid.wider + .hint")).to_be_visible()
    heads = page.locator(".head [role=columnheader]").all_inner_texts()
    assert heads[:6] == ["segment", "system", "BLEU", "chrF2", "TER", "fidelity"]
    expect(page.locator(".versus td").first).to_have_css("display", "block")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    opened(campaign).close()


def test_print_keeps_the_names_of_segments_and_folds_nothing_open(opened: Opened) -> None:
    page = opened(several_run())
    page.emulate_media(media="print")
    expect(page.locator(".versus tbody button").first).to_be_visible()
    expect(page.locator("#versus-choice")).to_be_hidden()
    expect(page.locator(".ranking").first).to_be_hidden()
    expect(page.locator(".clusters")).to_be_visible()


def test_hostile_texts_do_nothing_when_one_is_set_against_another(opened: Opened) -> None:
    page = opened(hostile_run())
    page.locator("#versus-choice select").nth(2).select_option(label="fidelity")
    expect(page.locator(".versus tbody tr").first).to_be_visible()
    page.click("#copy-versus")
    rows = list(csv.reader(StringIO(page.evaluate("copied.at(-1)"))))
    assert not [cell for row in rows for cell in (*row[:4], *row[7:]) if cell.startswith(("=", "+", "-", "@", "\t"))]
    assert page.evaluate("window.ran") is None
    assert page.locator("img").count() == 0
