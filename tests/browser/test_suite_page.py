"""`report.html` of a suite in a browser: for those who see or point otherwise, on small screens, with hostile texts."""

from __future__ import annotations

import pytest

from tests.browser.conftest import Opened
from tests.browser.suites import EVIL, NAMES, suite_html
from tests.browser.test_safe import violations


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("dark", [False, True])
def test_axe_finds_nothing(opened: Opened, dark: bool, width: int) -> None:
    page = opened(suite_html(), dark=dark, width=width, ready=False)
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    assert violations(page) == []


def test_hostile_texts_are_shown_and_never_run(opened: Opened) -> None:
    page = opened(suite_html(hostile=True), ready=False)
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    assert violations(page) == []
    assert page.evaluate("window.ran") is None
    assert page.locator("img, script, iframe, object").count() == 0
    assert EVIL.split("\u202e")[0] in page.locator("table").first.inner_text()
    assert NAMES[1] in page.locator("table").first.inner_text()
    assert page.evaluate("[...document.querySelectorAll('a')].filter((a) => !/^(#|\\.\\/)/.test(a.getAttribute('href'))).length") == 0


@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("hostile", [False, True])
def test_nothing_is_wider_than_the_screen(opened: Opened, hostile: bool, width: int) -> None:
    page = opened(suite_html(hostile), width=width, ready=False)
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_every_link_in_the_page_leads_somewhere(opened: Opened) -> None:
    page = opened(suite_html(), ready=False)
    assert page.evaluate("[...document.querySelectorAll('a[href^=\"#\"]')].filter((a) => !document.getElementById(a.hash.slice(1))).length") == 0
    assert page.locator("a[href='./ferries/report.html']").count() == 2
