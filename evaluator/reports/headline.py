"""The headline of a report: what broke, or which system leads, in one sentence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from evaluator.reports.marks import SEVERITIES
from evaluator.reports.paragraphs import Builder
from evaluator.reports.ranking import Ranking
from evaluator.reports.safe import printable
from evaluator.reports.view import View, caution, verdict

SAID = 3
"""Broken paragraphs that the headline tells."""
LONGEST = 48
"""Characters of a quotation."""
CHANGES = {"number", "name", "mistranslation", "negation", "gender", "terminology"}
"""Kinds of findings told as `this became that`, where both sides are known."""
ENDS = ".!?…。！？؟।:;\"'”’»)"
"""A first paragraph that ends with none of these is a headline."""


def headline_of(view: View, builder: Builder, flagged: Sequence[int]) -> str:
    """What the page says first.

    Args:
        view: the run.
        builder: its rows.
        flagged: rows of likely broken paragraphs, worst first.
    """
    leads = leaders(view.rankings)
    if leads:
        return leads
    if view.judged and flagged:
        return broken(builder, flagged, view.broken)
    return verdict(view) if view.judged else size_of(view)


def lead_of(view: View, builder: Builder, flagged: Sequence[int]) -> str:
    """What stands under the headline: how many paragraphs are likely broken, and with several systems what broke; empty where the headline says it."""
    if not flagged:
        counted = verdict(view)
        return "" if counted == headline_of(view, builder, flagged) else counted
    counted = f"{view.broken:,} of {view.judged:,} paragraphs {'is' if view.broken == 1 else 'are'} likely broken.{caution(view)}"
    return f"{counted} {'; '.join(printable(clause(builder, k)) for k in flagged[:2])}." if builder.several and view.rankings else counted


def size_of(view: View) -> str:
    """How much was scored."""
    systems, segments = len(view.systems), max(system.segments for system in view.systems)
    return f"{systems} system{'s' * (systems > 1)} on {segments:,} segment{'s' * (segments != 1)}"


def leaders(rankings: Sequence[Ranking]) -> str:
    """Which system leads by which metrics, as far as the tests tell; empty with one system."""
    by_leaders: dict[tuple[str, ...], list[str]] = {}
    for ranking in rankings:
        first = tuple(sorted(printable(system.system) for system in ranking.systems if system.cluster == 1))
        if first:
            by_leaders.setdefault(first, []).append(ranking.metric)
    said = []
    for systems, metrics in by_leaders.items():
        if len(systems) == 1:
            said.append(f"{systems[0]} leads by {listed(metrics)}")
        elif len(systems) == len(rankings[0].systems):
            said.append(f"no system stands out by {listed(metrics)}")
        else:
            behind = [name for name in (printable(one.system) for one in rankings[0].systems) if name not in systems]
            many = f"all but {listed(behind)}" if len(behind) <= 2 else f"{len(systems)} of {len(rankings[0].systems)} systems"
            few = listed(systems) if len(systems) <= 4 else many
            said.append(f"{few} share the lead by {listed(metrics)}")
    line = "; ".join(said)
    return line[:1].upper() + line[1:] if line.startswith(("no system stands", "all but ")) else line  # names stay as they are


def broken(builder: Builder, flagged: Sequence[int], total: int) -> str:
    """What the worst paragraphs lost, gained or changed, and how many more there are of all flagged ones."""
    said = [printable(clause(builder, k)) for k in flagged[:SAID]]
    more = total - len(said)
    left = f"; {more:,} more paragraph{'s are' if more > 1 else ' is'} likely broken" if more else ""
    first = said[0] if builder.several or builder.documents else said[0][:1].upper() + said[0][1:]  # names stay as they are
    return "; ".join([first, *said[1:]]) + left


def clause(builder: Builder, k: int) -> str:
    """What broke in row `k`, with the system and the document where there are several."""
    columns = builder.columns
    where = [columns["system"][k]] * builder.several + [columns["document"][k]] * builder.documents
    headline = columns["segment"][k] == 1 and columns["reference"][k] and columns["reference"][k].strip()[-1:] not in ENDS
    what = what_broke(builder.findings(k), columns["reason"][k] or "", "the headline" if headline else "")
    return f"{', '.join(where)}: {what}" if where else what


def what_broke(findings: Sequence[dict[str, Any]], reason: str, subject: str) -> str:
    """The worst finding as a clause; the reason where no finding can be told so.

    >>> finding = {"severity": "critical", "category": "accuracy/omission", "text": "Freezing of", "counterpart": "", "message": "lost"}
    >>> what_broke([finding], "", "the headline")
    'the headline lost “Freezing of”'
    """
    if not findings:
        return f"{subject}: {reason}" if subject else reason
    # What a detector knows by name comes before what the reader points at, as in the reason.
    worst = max(findings, key=lambda finding: (SEVERITIES.index(finding["severity"]), not finding.get("detector", "").startswith("tokens")))
    kind = worst["category"].rpartition("/")[2]
    text, other = quoted(worst["text"]), quoted(worst["counterpart"])
    if kind == "omission" and text:
        return f"{subject} lost {text}" if subject else f"{text} was lost"
    said = {
        "addition": f"{text} was added",
        "untranslated": f"{text} was left untranslated",
        "duplication": f"{text} is there twice",
        "role": f"who did what was changed: {other} became {text}" if other else f"who did what was changed in {text}",
    }.get(kind, f"{other} became {text}" if kind in CHANGES and other else f"{text}: {worst['message']}")
    if not text:
        said = worst["message"]
    return f"{said} in {subject}" if subject else said


def quoted(text: str) -> str:
    """The text in quotation marks, cut where it is long; nothing of nothing."""
    line = text.strip()
    return f"“{line if len(line) <= LONGEST else line[:LONGEST].rsplit(' ', 1)[0] + ' …'}”" if line else ""


def listed(names: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return " and ".join([*filter(None, [", ".join(names[:-1])]), *names[-1:]])
