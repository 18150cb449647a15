"""The score table for programs: sacreBLEU's JSON, CSV, Markdown alone, bare scores; LaTeX is in `paper.py`."""

from __future__ import annotations

import csv
import json
from io import StringIO

from evaluator.frames import guarded
from evaluator.reports.paper import PLAIN, PaperStyle, markdown_lines
from evaluator.reports.view import Score, View


def render_json(view: View, width: int) -> str:
    """JSON of sacreBLEU's shape: for one system its objects, for several one object each.

    Unlike sacreBLEU's, several systems keep numbers as numbers and carry their signatures.
    """
    if len(view.systems) == 1:
        objects = [json.dumps(_sacrebleu_object(score, width), indent=1, ensure_ascii=False) for score in view.systems[0].scores]
        return (objects[0] if len(objects) == 1 else "[\n" + ",\n".join(objects) + "\n]") + "\n"
    rows = [
        {
            "system": system.system,
            **{score.metric: _rounded(score, width) for score in system.scores},
            "signatures": {score.metric: score.signature for score in system.scores},
        }
        for system in view.systems
    ]
    return json.dumps(rows, indent=1, ensure_ascii=False) + "\n"


def _rounded(score: Score, width: int) -> float | None:
    return None if score.value is None else float(score.shown(width))


def _sacrebleu_object(score: Score, width: int) -> dict[str, object]:
    signature = dict(part.split(":", 1) for part in score.signature.split("|"))
    verbose = {"verbose_score": score.details} if score.details else {}
    return {"name": score.metric, "score": _rounded(score, width), "signature": score.signature, **verbose, **signature}


def render_markdown_table(view: View, width: int, style: PaperStyle = PLAIN) -> str:
    """The score table alone."""
    return "\n".join(markdown_lines(view, width, style)) + "\n"


def render_csv(view: View, width: int, spreadsheet_safe: bool = False) -> str:
    """The score table as CSV with `width` decimals; `scores.csv` has them all."""
    safe = guarded if spreadsheet_safe else str
    out = StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n", quoting=csv.QUOTE_MINIMAL)
    writer.writerow(["system", *(safe(score.metric) for score in view.systems[0].scores), "segments"])
    for system in view.systems:
        writer.writerow([safe(system.system), *(score.shown(width) for score in system.scores), system.segments])
    return out.getvalue()


def render_bare(view: View, width: int) -> str:
    """Scores only: for one system one a line, for several a tab-separated line each."""
    if len(view.systems) == 1:
        return "".join(f"{score.shown(width)}\n" for score in view.systems[0].scores)
    return "".join("\t".join([system.system, *(score.shown(width) for score in system.scores)]) + "\n" for system in view.systems)
