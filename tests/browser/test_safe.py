"""`report.html` with hostile texts, on small screens, for those who see or point otherwise."""

from __future__ import annotations

import json
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from evaluator.reports.html import render_html
from tests.browser.conftest import Opened
from tests.browser.runs import HOSTILE, hostile_run, made_up_run, sample_run, several_run


def violations(page: Page) -> list[Any]:
    """What axe finds by all its rules; without a selector for each element that passes, which takes two thirds of its time."""
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    return [(one["id"], one["impact"], [node["html"][:120] for node in one["nodes"][:3]]) for one in found]


def test_axe_names_every_element_that_fails(opened: Opened) -> None:
    page = opened('<html lang="en"><title>t</title><main><h1>h</h1><button></button><button></button><p style="color: #ccc">pale</p></main>', ready=False)
    assert [(name, len(nodes)) for name, _, nodes in violations(page)] == [("button-name", 2), ("color-contrast", 1)]


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("dark", [False, True])
def test_axe_finds_nothing(opened: Opened, dark: bool, width: int) -> None:
    page = opened(several_run(), dark=dark, width=width)
    page.locator(".gridbody .gridrow").first.click()
    expect(page.locator("#detail")).to_be_visible()
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    assert violations(page) == []


@pytest.mark.parametrize("run", [sample_run, hostile_run, lambda: made_up_run(3000, 3)], ids=["one", "hostile", "plain"])
def test_axe_finds_nothing_in_other_runs(opened: Opened, run: Any) -> None:
    assert violations(opened(run())) == []


def test_hostile_texts_are_shown_and_never_run(opened: Opened) -> None:
    page = opened(hostile_run())
    for row in page.locator(".gridbody .gridrow").all()[:6]:
        row.click()
        expect(page.locator("#detail")).to_be_visible()
    for button in page.get_by_role("button", name="word diff").all()[:6]:
        button.click()
    page.fill("#search", "<img")
    page.wait_for_selector("html[data-search-ms]")
    assert page.evaluate("window.ran") is None
    assert page.locator("img").count() == 0
    assert page.evaluate("document.querySelectorAll('a[href]:not([href^=\"#\"]), [onerror], iframe, object').length") == 0
    text = page.locator("#article").locator("..").inner_text()
    assert HOSTILE[0] in text
    assert "\\u202eoverride" in text
    assert "␛[31mred" in text
    assert "{{ 7 * 7 }}" in text


@pytest.mark.parametrize("width", [320, 1280])  # 320 CSS pixels are 1280 at 400 % zoom
@pytest.mark.parametrize("run", [hostile_run, several_run], ids=["hostile", "several"])
def test_nothing_is_wider_than_the_screen(opened: Opened, run: Any, width: int) -> None:
    page = opened(run(), width=width, height=256 if width == 320 else 900)
    page.locator(".gridbody .gridrow").first.click()
    expect(page.locator("#detail")).to_be_visible()
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_policy_stops_what_slips_through(opened: Opened) -> None:
    text = render_html(sample_run())
    evil = '<img src="http://127.0.0.1:9/x.png" onerror="window.ran=1"><script>window.ran=2</script><a href="javascript:window.ran=3" id="evil">x</a>'
    page = opened(sample_run())
    page.close()
    context = page.context
    tried = context.new_page()  # its complaints are wanted, so it is not listened to
    tried.set_content(text.replace("<main>", f"<main>{evil}", 1))
    tried.wait_for_selector("html[data-ready]")
    tried.click("#evil")
    refused = tried.evaluate("(() => { try { document.body.innerHTML = '<p>x</p>'; return 'taken'; } catch (error) { return error.name; } })()")
    assert tried.evaluate("window.ran") is None
    assert refused == "TypeError"


def test_directions_and_scripts(opened: Opened) -> None:
    page = opened(hostile_run())
    hebrew = page.locator(".shelf p[dir=auto]", has_text="עברית").first
    assert hebrew.evaluate("(one) => getComputedStyle(one).direction") == "rtl"
    assert page.locator(".shelf p[dir=auto]", has_text="大坝守住了").first.evaluate("(one) => getComputedStyle(one).direction") == "ltr"
    page.evaluate("location.hash = '#none'")
    assert json.loads(page.locator("#data").text_content() or "")["systems"] == ["<img src=x onerror=alert(6)>", "=cmd"]
