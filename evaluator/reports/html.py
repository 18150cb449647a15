"""`report.html`: one file without scripts and without anything to fetch.

What a browser may do with the page is stated in it: a content-security policy that allows its own
style sheet, by hash, and nothing else. Texts from files are escaped by the template engine; even
markup that slipped through could not run.
"""

from __future__ import annotations

import base64
import hashlib
from functools import lru_cache
from importlib.resources import files

from evaluator.reports.page import make_page
from evaluator.types import Evaluation

FOLDER = "templates"


def render_html(evaluation: Evaluation) -> str:
    """The report as one self-contained page."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("evaluator.reports", FOLDER), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    style = _style()
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    return environment.get_template("report.html.j2").render(page=make_page(evaluation), style=style, policy=policy) + "\n"


@lru_cache(maxsize=1)
def _style() -> str:
    return files("evaluator.reports").joinpath(FOLDER, "report.css").read_text(encoding="utf-8")
