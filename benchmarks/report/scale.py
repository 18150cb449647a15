"""How `report.html` bears 30,000 segments of 15 systems: seconds to build, megabytes, and what a browser needs.

    python benchmarks/report/scale.py DATA [--segments 30000] [--systems 15] [--keep FILE]

DATA is a folder of test sets in WMT's layout (ref.*.txt and sys/*.txt), repeated until there are enough
segments. Texts are real; scores and findings are stand-ins from a seeded generator, since only their
number matters here. Needs Chromium, at CHROMIUM or /usr/bin/chromium.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from pathlib import Path
from typing import Any

import numpy as np

from evaluator.frames import empty_table
from evaluator.reports.html import render_html
from evaluator.run_json import Manifest
from evaluator.types import Evaluation, Table

FLAGS = "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync"
PATIENCE, SETTLING = 600_000, 2000
"""Milliseconds that a step may take on a busy machine, and that the page is given to finish what it does by itself."""
COMPARED = (("bleu", "BLEU", True, False), ("chrf", "chrF2", True, False), ("ter", "TER", False, False), ("bertscore_f1", "BERTScore-F1", True, True))


def texts_of(folder: Path, segments: int, systems: int) -> tuple[list[str], list[list[str]]]:
    """References, and each system's texts."""
    references: list[str] = []
    outputs: list[list[str]] = [[] for _ in range(systems)]
    sets = sorted(path for path in folder.iterdir() if path.is_dir())
    for number in range(1000):
        one = sets[number % len(sets)]
        references += _lines(sorted(one.glob("ref.*.txt"))[0])
        files = sorted((one / "sys").glob("*.txt"))
        for k in range(systems):
            outputs[k] += _lines(files[k % len(files)])
        if len(references) >= segments:
            break
    return references[:segments], [texts[:segments] for texts in outputs]


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").removesuffix("\n").split("\n")


def made_up(folder: Path, segments: int, systems: int) -> Evaluation:
    """A run of real texts with stand-in scores; every eighth row has a finding."""
    references, outputs = texts_of(folder, segments, systems)
    rng, n = np.random.default_rng(12345), segments * systems
    names = [f"system-{k + 1}" for k in range(systems)]
    columns: dict[str, list[Any]] = {
        "system": [name for name in names for _ in range(segments)],
        "document": ["set"] * n,
        "segment": list(range(1, segments + 1)) * systems,
        "alignment": ["1-1"] * n,
        "source": [""] * n,
        "reference": references * systems,
        "hypothesis": [text for texts in outputs for text in texts],
    }
    quality = np.clip(rng.normal(0.55, 0.2, n), 0, 1)
    for name, spread, scale in (("bleu", 0.15, 100), ("chrf", 0.1, 100), ("ter", 0.15, 100), ("bertscore_f1", 0.05, 1)):
        base = 1 - quality if name == "ter" else quality
        columns[name] = (np.clip(base + rng.normal(0, spread, n), 0, 1) * scale).tolist()
    risk = rng.random(n) ** 3
    columns["fidelity"] = (quality * 100).tolist()
    columns["risk"] = risk.tolist()
    columns["severity"] = np.where(np.arange(n) % 8 == 0, "major", "none").tolist()
    columns["flagged"] = (risk > 0.7).tolist()
    columns["reason"] = ["mistranslation: stand-in" if k % 8 == 0 else "" for k in range(n)]
    findings: dict[str, list[Any]] = {name: [] for name in empty_table("findings").columns}
    for k in range(0, n, 8):
        text = columns["hypothesis"][k][:12]
        row = (
            columns["system"][k],
            "set",
            columns["segment"][k],
            k,
            "accuracy/mistranslation",
            "major",
            "hypothesis",
            0,
            len(text),
            text,
            "",
            "stand-in",
            "a stand-in finding",
        )
        for values, value in zip(findings.values(), row, strict=True):
            values.append(value)
    scores: dict[str, list[Any]] = {
        "system": names,
        "segments": [segments] * systems,
        **{name: [0] * systems for name in ("flagged", "critical", "major", "minor")},
    }
    stats: dict[str, list[Any]] = {name: [] for name in empty_table("statistics").columns}
    for name in names:
        for _, title, _, _ in COMPARED:
            for column, values in stats.items():
                values.append({"system": name, "metric": title, "score": 50.0, "details": "", "signature": "stand-in"}.get(column))
    metrics = [{"name": c, "title": t, "columns": [c], "unit_scale": u, "higher_is_better": up} for c, t, up, u in COMPARED]
    manifest = {
        "evaluator": "0", "versions": {}, "options": {}, "systems": names, "inputs": [], "notes": [], "signatures": {}, "metrics": metrics,
        "compared": [{"name": c, "statistics": c, "formula": {}, "title": t, "column": c, "higher_is_better": up, "unit_scale": u}
                     for c, t, up, u in (*COMPARED, ("fidelity", "fidelity", True, False))],
    }  # fmt: skip
    tables = {name: Table(name, columns) for name, columns in (("segments", columns), ("findings", findings), ("scores", scores), ("statistics", stats))}
    return Evaluation(tables, {}, Manifest.read(manifest))


def in_browser(path: Path, repeat: int) -> dict[str, float]:
    """What a browser needs: medians over `repeat` fresh starts; of each step milliseconds of the clock, and of the CPU that the page's main thread took."""
    from playwright.sync_api import sync_playwright

    found: dict[str, list[float]] = {}
    with sync_playwright() as playwright:
        for _ in range(repeat):
            arguments = [*FLAGS.split(), "--enable-precise-memory-info", "--js-flags=--expose-gc"]
            browser = playwright.chromium.launch(executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"), args=arguments)
            page = browser.new_page(viewport={"width": 1280, "height": 900})
            page.set_default_timeout(PATIENCE)
            devtools = page.context.new_cdp_session(page)
            devtools.send("Performance.enable", {"timeDomain": "threadTicks"})

            def cpu(devtools: Any = devtools) -> float:
                """Milliseconds of the main thread so far, which other work on the machine does not add to."""
                found = devtools.send("Performance.getMetrics")["metrics"]
                return 1000 * float(next(one["value"] for one in found if one["name"] == "TaskDuration"))

            page.goto(path.as_uri(), timeout=PATIENCE)
            page.wait_for_selector("html[data-ready]")
            measured = {"ready ms": float(page.evaluate("+document.documentElement.dataset.ready")), "ready CPU ms": cpu()}
            page.wait_for_timeout(SETTLING)
            page.click('[data-name="chrf"] button')
            measured["sort ms"] = float(page.evaluate("+document.documentElement.dataset.sortMs"))
            page.check("#filter-flagged")
            measured["filter ms"] = float(page.evaluate("+document.documentElement.dataset.filterMs"))
            page.click("#filters button")
            page.wait_for_timeout(SETTLING)
            before = cpu()
            measured["open ms"] = page.evaluate(
                "new Promise((done) => { const start = performance.now(); document.querySelector('.gridbody .gridrow').click();"
                " const look = () => document.querySelector('#detail h3') ? done(performance.now() - start) : requestAnimationFrame(look); look(); })"
            )
            page.wait_for_timeout(SETTLING)
            measured["open CPU ms"] = cpu() - before
            before = cpu()
            page.fill("#search", "the president")
            page.wait_for_selector("html[data-search-ms]")
            measured["text search ms"] = float(page.evaluate("+document.documentElement.dataset.searchMs"))
            measured["text search CPU ms"] = cpu() - before
            measured["heap MB"] = page.evaluate("(gc(), gc(), performance.memory.usedJSHeapSize / 1e6)")
            measured["elements"] = page.evaluate("document.querySelectorAll('*').length")
            browser.close()
            for name, value in measured.items():
                found.setdefault(name, []).append(value)
    return {name: statistics.median(values) for name, values in found.items()}


def main() -> None:
    """Build, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--segments", type=int, default=30_000)
    parser.add_argument("--systems", type=int, default=15)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--keep", type=Path, default=Path("scale.html"), help="where the page is written")
    args = parser.parse_args()
    run = made_up(args.data, args.segments, args.systems)
    start, cpu = time.perf_counter(), time.process_time()
    text = render_html(run)
    args.keep.write_text(text, encoding="utf-8", newline="")
    print(f"built in {time.perf_counter() - start:.1f} s wall, {time.process_time() - cpu:.1f} s CPU; {args.keep.stat().st_size / 1e6:.1f} MB")
    for name, value in in_browser(args.keep.absolute(), args.repeat).items():
        print(f"{name}: {value:,.0f}")


if __name__ == "__main__":
    main()
