"""`report.md`: the run for people, in Markdown."""

from __future__ import annotations

from evaluator.reports.paper import markdown_lines
from evaluator.reports.safe import markdown
from evaluator.reports.view import LOWEST_TITLE, View, verdict

SHOWN = 10


def render_markdown(view: View) -> str:
    """The report as Markdown text."""
    lines = ["# Evaluation", "", f"{_inputs(view)}", "", *markdown_lines(view, 1), "", verdict(view), "", *comparison_lines(view), *trust_section(view)]
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
    for metric, signature in view.manifest.signatures.items():
        lines.append(f"- {markdown(metric)}: `{signature.corpus}`")
    versions = ", ".join(f"{name} {number}" for name, number in view.manifest.versions.items())
    lines += ["", f"evaluator {view.manifest.evaluator}, {versions}."]
    return "\n".join(lines) + "\n"


def comparison_lines(view: View) -> list[str]:
    """The rankings and what is said of pairs; nothing with one system."""
    if not view.rankings:
        return []
    lines = ["## Comparison", "", f"{markdown(view.test)}. Intervals are 95 %.", ""]
    for ranking in view.rankings:
        lines += [f"| rank | cluster | system | {markdown(ranking.metric)} | interval |", "|---|---|---|---:|---|"]
        for one in ranking.systems:
            interval = f"{ranking.shown(one.ci_low, 1)} to {ranking.shown(one.ci_high, 1)}"
            lines.append(f"| {one.rank} | {one.cluster} | {markdown(one.system)} | {ranking.shown(one.score, 1)} | {interval} |")
        lines += ["", *(f"- {markdown(verdict)}" for verdict in ranking.verdicts)]
        lines += [f"- and {ranking.left_out} more pairs in pairs.csv"] * bool(ranking.left_out) + [""]
    return lines


def trust_section(view: View) -> list[str]:
    """How far the metrics can be trusted here; nothing where nothing is known."""
    rows = view.trust_rows
    if not rows and not view.trust:
        return []
    lines = ["## How far to trust the metrics", "", *(f"- {markdown(line)}" for line in view.trust), ""]
    if rows:
        lines += ["| metric | statistic | value | 95 % interval | computed on | source |", "|---|---|---:|---|---|---|"]
        lines += [f"| {' | '.join(map(markdown, row))} |" for row in rows] + [""]
    return lines


def _inputs(view: View) -> str:
    named = [f"{file.role} {markdown(file.name + ' = ' if file.name else '')}{markdown(file.path)}" for file in view.manifest.inputs]
    return "; ".join(named) + "."
