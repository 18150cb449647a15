"""What a reader sees and does at the top of `report.html`: verdict, strip, cards, marks, figures."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

import evaluator
from tests.browser.conftest import Opened
from tests.browser.runs import article_run, made_up_run, sample_run, several_run


def test_without_scripts_scores_and_flagged_paragraphs_are_read(opened: Opened) -> None:
    page = opened(sample_run(), scripts=False)
    expect(page.locator(".lead")).to_have_text("10 of 23 paragraphs are likely broken.")  # which, the strip and the cards say
    expect(page.get_by_role("region", name="Score table")).to_contain_text("BERTScore-F1")
    assert page.locator(".card").count() == 10
    expect(page.locator(".card mark.critical", has_text="Postponement of")).to_be_visible()
    expect(page.locator("#grid")).to_be_hidden()
    assert "needs JavaScript" in page.locator("body").inner_text()


def test_a_cell_of_the_strip_leads_to_its_paragraph(opened: Opened) -> None:
    page = opened(sample_run())
    assert page.locator(".strip a").count() == 23
    page.locator(".strip a", has_text=re.compile("^20$")).click()
    assert page.url.endswith("#segment-20")
    expect(page.locator("#segment-20")).to_be_in_viewport()


def test_a_long_run_has_a_strip_of_groups_that_open_their_worst(opened: Opened) -> None:
    run = made_up_run(3000, 3, judged=True)
    risks = run.tables["segments"].columns["risk"]
    page = opened(run)
    assert [strip.locator("a").count() for strip in page.locator(".strip").all()] == [60, 60, 60]
    worst = [max(range(3000 + i, 3000 + i + 50), key=lambda k: risks[k]) for i in range(0, 3000, 50)]  # of the second system
    cells = page.locator(".strip").nth(1).locator("a")
    assert [cell.get_attribute("href") for cell in cells.all()] == [f"#row-{k}" for k in worst]
    place = next(i for i, k in enumerate(worst) if page.locator(f"#row-{k}").count() == 0)  # the others have a card
    cells.nth(place).click()
    expect(page.locator("#detail .chosen")).to_contain_text(f"hypothesis of row {worst[place]}")
    assert page.locator(".card").count() == 3 * 8
    flagged = max(sum(risk > 0.9 for risk in risks[i : i + 3000]) for i in (0, 3000, 6000))
    assert f"{flagged - 8} more flagged paragraphs" in page.locator(".group[open]").inner_text()


@pytest.mark.parametrize("how", ["hover", "focus"])
def test_a_mark_says_what_and_why(opened: Opened, how: str) -> None:
    page = opened(sample_run())
    mark = page.locator(".card mark", has_text="Postponement of").first
    mark.scroll_into_view_if_needed()
    mark.hover() if how == "hover" else mark.focus()
    tip = page.locator("#tip")
    expect(tip).to_be_visible()
    assert "accuracy/omission" in tip.inner_text()
    assert mark.get_attribute("aria-describedby") == "tip"
    page.keyboard.press("Escape")
    expect(tip).to_be_hidden()
    assert mark.get_attribute("aria-describedby") is None


def test_word_diff_on_demand_and_back(opened: Opened) -> None:
    page = opened(sample_run())
    card = page.locator(".card", has_text="Postponement of")
    before = card.locator(".pair").inner_html()
    button = card.get_by_role("button", name="word diff")
    button.click()
    assert card.locator("del").all_inner_texts() == ["Postponement of "]
    assert button.get_attribute("aria-pressed") == "true"
    button.click()
    assert card.locator(".pair").inner_html() == before


def test_a_word_diff_is_of_the_texts_alone(opened: Opened) -> None:
    page = opened(article_run())
    expect(page.locator(".card", has_text="(omitted)")).to_have_count(1)
    card = page.locator(".card", has_text="omission").first
    card.get_by_role("button", name="word diff").click()
    assert card.locator("ins").count() == 0
    assert "".join(card.locator("del").all_inner_texts()).startswith("Farmers in the valley")
    page.locator(".gridbody .gridrow", has_text="Here is an opening").click()
    page.locator("#detail").get_by_role("button", name="word diff").click()
    assert page.locator("#detail del").count() == 0
    page.locator(".gridbody .gridrow", has_text="The president").click()
    detail = page.locator("#detail")
    expect(detail.get_by_role("button", name="show all")).to_have_count(2)
    detail.get_by_role("button", name="word diff").click()
    assert "End." in "".join(detail.locator("ins").all_inner_texts())
    detail.get_by_role("button", name="word diff").click()
    expect(detail.get_by_role("button", name="show all")).to_have_count(2)


def test_segments_of_several_documents_are_told_apart(opened: Opened) -> None:
    page = opened(made_up_run(3000, 3, judged=True))
    told = page.locator(".card h3").first.inner_text()
    assert re.match(r"system-\d, segment \d+ of doc-\d ", told), told
    assert re.search(r"worst: segment \d+ of doc-\d, risk", page.locator(".strip a").first.get_attribute("title") or "")
    listed = page.locator(".against li a").all_text_contents()
    assert listed
    assert all(re.search(r"segment \d+ of doc-\d$", one) for one in listed), listed
    assert page.locator("#status").inner_text() == "9,000 of 9,000 rows"  # nothing failed for want of tests of these systems


def test_where_one_beats_the_other_names_documents(opened: Opened, tmp_path: Path) -> None:
    (tmp_path / "documents.txt").write_text("north\nnorth\nsouth\nsouth\n", encoding="utf-8")
    texts = ["The dam held.", "It rained all night.", "The road is closed.", "Nobody came."]
    systems = {"a": [*texts[:3], "Some came."], "b": ["The dam broke.", *texts[1:]]}
    page = opened(evaluator.evaluate(texts, systems, metrics=["chrf"], documents=str(tmp_path / "documents.txt")).evaluation)
    buttons = page.locator("#versus-lists tbody button")
    expect(buttons).to_have_text(["2 of south", "1 of north"])  # the better system is A; the column's head says segment
    assert [button.get_attribute("aria-label") for button in buttons.all()] == ["segment 2 of south", "segment 1 of north"]


def test_scores_stand_beside_their_place_among_the_others(opened: Opened) -> None:
    page = opened(sample_run())
    places = page.locator(".card").first.locator(".places li")
    assert places.count() == 5
    assert all(re.search(r"(worst|best) of 23$", text) for text in places.all_inner_texts())
    assert page.locator(".card").first.locator("svg.spark .here").count() == 5


def test_harmless_marks_are_quieter_and_can_be_hidden(opened: Opened) -> None:
    page = opened(sample_run())
    background = "getComputedStyle(document.querySelector('.shelf mark.{}')).backgroundColor"
    assert page.evaluate(background.format("minor")) == "rgba(0, 0, 0, 0)"
    assert page.evaluate(background.format("critical")) != "rgba(0, 0, 0, 0)"
    border = "getComputedStyle(document.querySelector('.shelf mark.minor')).borderBottomStyle"
    assert page.evaluate(border) == "dotted"
    page.check("#hide-harmless")
    assert page.evaluate(border) == "none"


def test_figures_name_what_they_show(opened: Opened) -> None:
    page = opened(several_run())
    assert page.locator("figure svg.histogram").count() == 3 * 4
    assert all("median" in (one.get_attribute("aria-label") or "") for one in page.locator("figure svg.histogram").all())
    dots = page.locator(".scatter").first.locator("a")
    assert dots.count() == 23 * 3
    assert page.locator(".scatter").first.locator(".dot.flag").count() == sum(map(bool, several_run().tables["segments"].columns["flagged"]))
    assert (dots.first.get_attribute("href") or "").startswith("#")


def test_many_points_become_squares(opened: Opened) -> None:
    page = opened(made_up_run(2000, 2))
    scatter = page.locator(".scatter").first
    assert scatter.locator("a").count() == 0
    assert scatter.locator(".shade").count() >= 2


def test_rankings_pairs_and_where_one_beats_the_other(opened: Opened) -> None:
    run = several_run()
    page = opened(run)
    expect(page.locator("#versus")).to_be_visible()
    pairs = run.tables["pairs"].columns
    for column, metric in enumerate(("BLEU", "chrF2", "BERTScore-F1")):
        row = next(k for k, name in enumerate(pairs["metric"]) if name == metric and (pairs["system_a"][k], pairs["system_b"][k]) == ("rewrite", "upper"))
        page.locator("#versus-choice select").nth(0).select_option(label="rewrite")
        page.locator("#versus-choice select").nth(1).select_option(label="upper")
        page.locator("#versus-choice select").nth(2).select_option(index=column)
        said = f"rewrite is better in {pairs['wins'][row]} segments, upper in {pairs['losses'][row]}; {pairs['ties'][row]} are ties"
        expect(page.locator("#versus-told")).to_contain_text(f"By {metric} {said}")
    expect(page.locator("#versus-lists tbody tr")).not_to_have_count(0)
    page.locator("#versus-lists tbody button").first.click()
    expect(page.locator("#detail")).to_be_visible()
    assert page.locator("#detail .system").count() == 3


def test_print_shows_the_report_without_its_controls(opened: Opened) -> None:
    page = opened(sample_run())
    page.emulate_media(media="print")
    for name in ("#grid", "#filters", ".jump", ".card button"):
        expect(page.locator(name).first).to_be_hidden()
    expect(page.locator(".card mark.critical").first).to_be_visible()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"


def test_dark_is_dark(opened: Opened) -> None:
    light, dark = (opened(sample_run(), dark=one).evaluate("getComputedStyle(document.body).backgroundColor") for one in (False, True))
    brightness = [sum(map(int, re.findall(r"\d+", color)[:3])) for color in (light, dark)]
    assert brightness[0] > 700
    assert brightness[1] < 120
