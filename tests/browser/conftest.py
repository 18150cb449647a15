"""A Chromium for the tests of `report.html`; every page opened here must stay silent and fetch nothing."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Dialog, Page, sync_playwright

from evaluator.reports.html import render_html
from evaluator.types import Evaluation

FLAGS = "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync"
NAMES = ("chromium", "chromium-browser", "google-chrome")

Opened = Callable[..., Page]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        pytest.fail(f"These tests need Chromium: none of {', '.join(NAMES)} is on the path. Install Debian's package chromium, or set CHROMIUM to one.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS.split())
        yield browser
        browser.close()


@pytest.fixture
def opened(browser: Browser, tmp_path: Path) -> Iterator[Opened]:
    """Opens a run's report; at the end nothing may have been fetched, logged, asked or thrown."""
    heard: list[str] = []
    contexts: list[BrowserContext] = []

    def asked(dialog: Dialog) -> None:
        heard.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def open_page(
        run: Evaluation | str, fragment: str = "", *, width: int = 1280, height: int = 900, dark: bool = False, scripts: bool = True, ready: bool = True
    ) -> Page:
        path = tmp_path / f"report-{len(contexts)}.html"
        path.write_text(run if isinstance(run, str) else render_html(run), encoding="utf-8", newline="")
        context = browser.new_context(viewport={"width": width, "height": height}, color_scheme="dark" if dark else "light", java_script_enabled=scripts)
        contexts.append(context)
        page = context.new_page()
        page.on("request", lambda request: None if request.url.startswith(path.as_uri()) else heard.append(f"fetched {request.url[:100]}"))
        page.on("console", lambda message: heard.append(f"console: {message.text}"))
        page.on("pageerror", lambda error: heard.append(f"error: {error}"))
        page.on("dialog", asked)
        page.add_init_script("window.copied = []; navigator.clipboard.writeText = async (text) => { window.copied.push(text); };")
        page.goto(path.as_uri() + fragment)
        if scripts and ready:
            page.wait_for_selector("html[data-ready]")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert heard == []
