"""`report.md`: the run for people, in Markdown."""

from __future__ import annotations

from evaluator.reports.safe import markdown
from evaluator.reports.view import LOWEST_TITLE, View, verdict

SHOWN = 10


def render_markdown(view: View) -> str:
    """The report as Markdown text."""
    lines = ["# Evaluation", "", f"{_inputs(view)}", "", *score_table(view, 1), "", verdict(view), ""]
    if view.flagged:
        lines += ["## Likely broken", ""]
        for row in view.flagged:
            lines += [
                f"**{markdown(row.system)}**, {markdown(row.document)}, segment {row.segment}, risk {row.risk:.2f}: {markdown(row.reason)}",
                "",
                f"> reference: {markdown(row.reference).strip()}",
                ">",
                f"> hypothesis: {markdown(row.hypothesis).strip() or '(omitted)'}",
                "",
            ]
    if view.lowest and not view.judged:
        lines += [f"## {LOWEST_TITLE}", "", "How much of the reference is found in the hypothesis: low is a place to look, not a verdict.", ""]
        for low in [row for row in view.lowest if row.recall < 1][:SHOWN]:
            lines += [
                f"**{markdown(low.system)}**, {markdown(low.document)}, segment {low.segment}, recall {low.recall:.4f}",
                "",
                f"> reference: {markdown(low.reference).strip()}",
                ">",
                f"> hypothesis: {markdown(low.hypothesis).strip() or '(omitted)'}",
                "",
            ]
    if view.notes:
        lines += ["## Notes", "", *(f"- {markdown(note)}" for note in view.notes), ""]
    lines += ["## Signatures", ""]
    for metric, signature in view.manifest["signatures"].items():
        lines.append(f"- {markdown(metric)}: `{signature['corpus']}`")
    versions = ", ".join(f"{name} {number}" for name, number in view.manifest["versions"].items())
    lines += ["", f"evaluator {view.manifest['evaluator']}, {versions}."]
    return "\n".join(lines) + "\n"


def score_table(view: View, width: int) -> list[str]:
    """The score table as Markdown lines."""
    metrics = [score.metric for score in view.systems[0].scores]
    lines = [f"| system | {' | '.join(metrics)} | segments |", f"|---|{'---:|' * (len(metrics) + 1)}"]
    for system in view.systems:
        cells = [markdown(system.system), *(score.shown(width) for score in system.scores), str(system.segments)]
        lines.append(f"| {' | '.join(cells)} |")
    return lines


def _inputs(view: View) -> str:
    files = view.manifest["inputs"]
    named = [f"{file['role']} {markdown(file['name'] + ' = ' if file['name'] else '')}{markdown(file['path'])}" for file in files]
    return "; ".join(named) + "."
