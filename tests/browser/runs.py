"""Runs whose reports the browser opens."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

import evaluator
from evaluator.frames import empty_table
from evaluator.run_json import Manifest
from evaluator.types import Evaluation, Table
from tests.conftest import SAMPLE

HOSTILE = (
    "</script><script>window.ran=1;alert(1)</script>",
    '<img src=x onerror="window.ran=2;alert(2)">',
    '"><a href="javascript:window.ran=3">x</a>',
    "<!--<script>window.ran=4</script>",
    "line\u2028separator \u202eoverride \x1b[31mred\u0007 \u2066isolate",
    '=HYPERLINK("http://example.org")',
    "'=1+1",
    "-- @SUM(1)",
    "x" * 100_000,
    "{{ 7 * 7 }} {% raw %} ${7*7} `tick`",
    "| a | *b* | [c](javascript:alert(5)) | # d",
    r"\write18{ls} $x^2$ & 50% ~ {}",
    "עברית: הסכר עמד. اللغة العربية",
    "大坝守住了。ダムは持ちこたえた。",
)


@lru_cache(maxsize=1)
def sample_run() -> Evaluation:
    """The sample pair with a diagnosis."""
    return evaluator.evaluate(SAMPLE / "reference.txt", {"rewrite": SAMPLE / "rewrite.txt"}, metrics=["bleu", "chrf", "ter", "bertscore"]).evaluation


@lru_cache(maxsize=1)
def several_run() -> Evaluation:
    """Three versions of the sample's reference, with a diagnosis."""
    lines = (SAMPLE / "reference.txt").read_text(encoding="utf-8").splitlines()
    cut = [line.rsplit(" ", 3)[0] if k % 3 else line.replace("not ", "") for k, line in enumerate(lines)]
    upper = [line.upper() if k % 4 == 0 else line for k, line in enumerate(lines)]
    systems: dict[str, Path | list[str]] = {"rewrite": SAMPLE / "rewrite.txt", "cut": cut, "upper": upper}
    return evaluator.evaluate(lines, systems, metrics=["bleu", "chrf", "bertscore"]).evaluation


@lru_cache(maxsize=1)
def hostile_run() -> Evaluation:
    """Texts and a name that would like to run."""
    names = ("<img src=x onerror=alert(6)>", "=cmd")
    systems = {name: [f"{text} {k}" for text in HOSTILE] for k, name in enumerate(names)}
    return evaluator.evaluate(list(HOSTILE), systems, metrics=["bleu", "chrf"], diagnose="on").evaluation


@lru_cache(maxsize=1)
def article_run() -> Evaluation:
    """An article that lost a paragraph, got one more at its beginning, and has a long one."""
    texts = [
        "The river burst its banks on Monday and flooded the lower market, police said.",
        "Officials closed two bridges and told drivers to stay away from the quay.",
        "Farmers in the valley lost an estimated four thousand sheep, the union said.",
        "The president is to visit the region on Friday. " + "The road is long. " * 1500,
    ]
    rewritten = ["Here is an opening about pasta that nobody wrote before.", texts[0], texts[1], texts[3].strip() + " End."]
    return evaluator.evaluate(texts, {"rewrite": rewritten}, metrics=["bleu"], diagnose="on", align="paragraph").evaluation


@lru_cache(maxsize=3)
def made_up_run(segments: int, systems: int, judged: bool = False) -> Evaluation:
    """As many rows as asked for, with numbers from a seeded generator and texts that name their row; `judged` ones have risks."""
    n, names = segments * systems, [f"system-{k}" for k in range(systems)]
    rng = np.random.default_rng(7)
    columns: dict[str, list[Any]] = {
        "system": [name for name in names for _ in range(segments)],
        "document": [f"doc-{i // 1000}" for i in range(segments)] * systems,
        "segment": [i % 1000 + 1 for i in range(segments)] * systems,
        "alignment": ["1-1"] * n,
        "source": [""] * n,
        "reference": [f"reference {i}" for i in range(segments)] * systems,
        "hypothesis": [f"hypothesis of row {k}" for k in range(n)],
        "bleu": np.round(rng.random(n) * 100, 6).tolist(),
        "ter": [None if k % 11 == 0 else float(k % 170) for k in range(n)],
        "fidelity": [None] * n,
        "risk": [None] * n,
        "severity": [""] * n,
        "flagged": [None] * n,
        "reason": [""] * n,
    }
    if judged:
        columns |= {"risk": np.round(rng.random(n) ** 3, 6).tolist(), "severity": ["none"] * n}
        columns["flagged"] = [risk > 0.9 for risk in columns["risk"]]
    rows = [{"system": name, "metric": title, "score": 50.0, "details": "", "signature": "none"} for name in names for title in ("BLEU", "TER")]
    statistics = {column: [row.get(column) for row in rows] for column in empty_table("statistics").columns}
    compared = [
        {"name": c, "statistics": c, "formula": {}, "title": t, "column": c, "higher_is_better": up, "unit_scale": False}
        for t, c, up in (("BLEU", "bleu", True), ("TER", "ter", False))
    ]
    manifest = {
        "evaluator": "0", "versions": {}, "options": {}, "systems": names, "inputs": [], "notes": [], "signatures": {}, "compared": compared,
        "metrics": [{"name": one["column"], "title": one["title"], "unit_scale": False} for one in compared],
    }  # fmt: skip
    scores: dict[str, list[Any]] = {"system": names, "segments": [segments] * systems, "flagged": [None] * systems}
    tables = [Table("segments", columns), empty_table("findings"), Table("scores", scores), Table("statistics", statistics)]
    return Evaluation({table.name: table for table in tables}, {}, Manifest.read(manifest))
