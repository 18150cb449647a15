"""`report.html` of a run and of a suite: one file with nothing to fetch.

What a browser may do with the page is stated in it: a content-security policy that allows its own
style sheet and script, by hash, and nothing else, and that lets no script make markup out of text.
Texts from files are escaped by the template engine or lie packed in data elements; even markup that
slipped through could not run.
"""

from __future__ import annotations

import base64
import hashlib
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from evaluator.reports.page import make_page
from evaluator.reports.suite_page import SuitePage
from evaluator.types import Evaluation

if TYPE_CHECKING:
    from jinja2 import Environment

FOLDER = "templates"
SCRIPTS = ("data", "sort", "words", "detail", "copy", "grid", "filter", "versus", "main")
"""Parts of the script, in this order."""


def render_html(evaluation: Evaluation) -> str:
    """The report as one self-contained page."""
    script = _script()
    return _render("report.html.j2", f"'{_digest(script)}'", page=make_page(evaluation), script=script)


def render_suite(page: SuitePage) -> str:
    """The page of a suite, self-contained and without a script."""
    return _render("suite.html.j2", "'none'", page=page)


def _render(template: str, allowed: str, **values: Any) -> str:
    style = _style()
    policy = "; ".join(
        (
            "default-src 'none'",
            f"style-src '{_digest(style)}'",
            f"script-src {allowed}",
            "require-trusted-types-for 'script'",
            "trusted-types 'none'",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )
    return _environment().get_template(template).render(style=style, policy=policy, **values) + "\n"


@lru_cache(maxsize=1)
def _environment() -> Environment:
    """The templates, compiled at first use."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    return Environment(loader=PackageLoader("evaluator.reports", FOLDER), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)


def _digest(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


@lru_cache(maxsize=1)
def _style() -> str:
    return files("evaluator.reports").joinpath(FOLDER, "report.css").read_text(encoding="utf-8")


@lru_cache(maxsize=1)
def _script() -> str:
    folder = files("evaluator.reports").joinpath(FOLDER, "script")
    parts = [folder.joinpath(f"{name}.js").read_text(encoding="utf-8") for name in SCRIPTS]
    return '(() => {\n"use strict";\n' + "\n".join(parts) + "})();\n"
