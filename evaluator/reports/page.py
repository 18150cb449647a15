"""What `report.html` shows, free of markup: the view of a run with its paragraphs, places and marks."""

from __future__ import annotations

import json
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from evaluator.reports.marks import Piece, answering, pieces_of, told
from evaluator.reports.ranking import rows_of
from evaluator.reports.safe import printable
from evaluator.reports.view import View, make_view, verdict
from evaluator.types import Evaluation

MOST_CARDS = 100
"""Flagged paragraphs that are shown with their marks; the tables have all."""
MOST_SHELVES = 300
"""Segments shown in reading order; the tables have all. A run of more has no strip."""
RISK_STEPS = (0.1, 0.2, 0.4, 0.7)
"""Risks at which the strip's colour changes."""
METRIC_COLUMNS = ("bleu", "chrf", "chrf++", "ter", "bertscore_f1", "fidelity")

Row = Mapping[str, Any]


class Place(NamedTuple):
    """One score of a paragraph and where it stands among its system's."""

    metric: str
    value: str
    place: str


class Paragraph(NamedTuple):
    """One row of segments.csv as it is shown."""

    anchor: str
    system: str
    document: str
    segment: int
    alignment: str
    risk: float | None
    step: int
    """0 to 4, by risk."""
    severity: str
    flagged: bool
    reason: str
    reference: list[Piece]
    hypothesis: list[Piece]
    source: str
    findings: list[str]
    places: list[Place]

    @property
    def inserted(self) -> bool:
        """True for a paragraph that no reference paragraph accounts for."""
        return self.alignment.startswith("0-")


class Shelf(NamedTuple):
    """A reference segment with what every system made of it."""

    segment: int
    document: str
    paragraphs: list[Paragraph]


class Page(NamedTuple):
    """Everything on the page."""

    view: View
    headline: str
    verdict: str
    """Empty where the headline is the verdict."""
    compared: str
    """What was compared, in words."""
    scores: list[list[str]]
    """Rows of the score table, the header first."""
    strips: list[tuple[str, list[Paragraph]]]
    cards: list[Paragraph]
    cards_left: int
    pairs: dict[str, list[list[str]]]
    """By metric, a row of cells for each pair: systems, difference with interval, p, corrected p, people's agreement, wins, losses, ties."""
    article: list[Shelf]
    article_left: int
    shown: frozenset[str]
    """Addresses of the paragraphs in reading order."""
    details: list[tuple[str, str]]
    """Label and text, for the foot."""


def make_page(evaluation: Evaluation) -> Page:
    """The page of a run. Of a long run only what is shown is built."""
    view = make_view(evaluation)
    builder = Builder(evaluation)
    columns = evaluation.tables["segments"].columns
    flagged = sorted((k for k, flag in enumerate(columns["flagged"]) if flag), key=lambda k: -columns["risk"][k])
    keys = _reading_order(columns)
    article = [Shelf(key[1], printable(key[0]), [builder.paragraph(k) for k in rows]) for key, rows in keys[:MOST_SHELVES]]
    judged = [p for shelf in article for p in shelf.paragraphs if p.risk is not None]
    whole = len(keys) <= MOST_SHELVES and judged
    names = [printable(name) for name in evaluation.manifest["systems"]]
    return Page(
        view=view,
        headline=verdict(view) if view.judged else _size(view),
        verdict="" if view.judged else verdict(view),
        compared="; ".join(_input(file) for file in evaluation.manifest["inputs"]),
        scores=_score_rows(evaluation, view),
        strips=[(name, [p for p in judged if p.system == name]) for name in names] if whole else [],
        cards=[builder.paragraph(k) for k in flagged[:MOST_CARDS]],
        cards_left=max(0, len(flagged) - MOST_CARDS),
        pairs=_pairs(evaluation, view),
        article=article,
        article_left=max(0, len(keys) - MOST_SHELVES),
        shown=frozenset(p.anchor for shelf in article for p in shelf.paragraphs),
        details=_details(evaluation.manifest),
    )


def _size(view: View) -> str:
    """How much was scored, for a headline."""
    systems, segments = len(view.systems), max(one.segments for one in view.systems)
    return f"{systems} system{'s' * (systems > 1)} on {segments:,} segment{'s' * (segments != 1)}"


def _input(file: Row) -> str:
    name = f"{file['name']} = " if file["name"] else ""
    return printable(f"{file['role']} {name}{file['path']}")


class Builder:
    """Rows of a run as paragraphs, made when they are asked for.

    Args:
        evaluation: the run.
    """

    def __init__(self, evaluation: Evaluation) -> None:
        self._columns = evaluation.tables["segments"].columns
        self._found: dict[int, list[dict[str, Any]]] = {}
        for finding in rows_of(evaluation.tables["findings"]):
            self._found.setdefault(finding["row"], []).append(finding)
        self._ordered = _ordered(self._columns)
        # the first paragraph of a number has the address that people write
        self._first: dict[int, int] = {}
        for k, (segment, alignment) in enumerate(zip(self._columns["segment"], self._columns["alignment"], strict=True)):
            if not alignment.startswith("0-"):
                self._first.setdefault(segment, k)

    def paragraph(self, k: int) -> Paragraph:
        """Row `k` of segments.csv."""
        row = {name: values[k] for name, values in self._columns.items()}
        findings, risk = self._found.get(k, []), row["risk"]
        on = {side: [f for f in findings if f["side"] == side] for side in ("reference", "hypothesis")}
        return Paragraph(
            anchor=f"segment-{row['segment']}" if self._first.get(row["segment"]) == k else f"row-{k}",
            system=printable(row["system"]),
            document=printable(row["document"]),
            segment=row["segment"],
            alignment=row["alignment"],
            risk=risk,
            step=0 if risk is None else bisect_right(RISK_STEPS, risk),
            severity=row["severity"] or "none",
            flagged=bool(row["flagged"]),
            reason=printable(row["reason"] or ""),
            reference=pieces_of(row["reference"], [*on["reference"], *answering(row["reference"], on["hypothesis"])]),
            hypothesis=pieces_of(row["hypothesis"], [*on["hypothesis"], *answering(row["hypothesis"], on["reference"])]),
            source=printable(row["source"] or ""),
            findings=list(dict.fromkeys(told(f) for f in findings)),
            places=[_place(name, row[name], self._ordered[row["system"], name]) for name in METRIC_COLUMNS if row.get(name) is not None],
        )


def _ordered(columns: Mapping[str, Sequence[Any]]) -> dict[tuple[str, str], list[float]]:
    """For each system and metric its paragraphs' scores, ascending."""
    out: dict[tuple[str, str], list[float]] = {}
    for name in METRIC_COLUMNS:
        for system, value in zip(columns["system"], columns.get(name, ()), strict=False):
            if value is not None:
                out.setdefault((system, name), []).append(value)
    return {key: sorted(values) for key, values in out.items()}


def _place(name: str, value: float, ordered: Sequence[float]) -> Place:
    """The score with its place from the worse end."""
    place = len(ordered) - bisect_right(ordered, value) + 1 if name == "ter" else bisect_left(ordered, value) + 1
    digits = 3 if name.startswith("bertscore") else 1
    return Place(name.removesuffix("_f1"), f"{value:.{digits}f}", f"{place}. worst of {len(ordered)}")


def _reading_order(columns: Mapping[str, Sequence[Any]]) -> list[tuple[tuple[str, int], list[int]]]:
    """(document, segment) in reading order, each with the rows of all systems and what they inserted after it."""
    documents = {name: i for i, name in enumerate(dict.fromkeys(columns["document"]))}
    rows: dict[tuple[str, int], list[int]] = {}
    for k, key in enumerate(zip(columns["document"], columns["segment"], strict=True)):
        rows.setdefault(key, []).append(k)
    return sorted(rows.items(), key=lambda item: (documents[item[0][0]], item[0][1]))


def _score_rows(evaluation: Evaluation, view: View) -> list[list[str]]:
    """System, score [interval] by metric, segments, flagged."""
    intervals = {(row["system"], row["metric"]): (row["ci_low"], row["ci_high"]) for row in rows_of(evaluation.tables["statistics"])}
    flagged = dict(zip(evaluation.tables["scores"].columns["system"], evaluation.tables["scores"].columns["flagged"], strict=True))
    metrics = [score.metric for score in view.systems[0].scores]
    rows = [["system", *metrics, "segments", *(["likely broken"] if view.judged else [])]]
    for one in view.systems:
        cells = []
        for score in one.scores:
            low, high = (score._replace(value=end).shown(1) for end in intervals.get((one.system, score.metric), (None, None)))
            cells.append(f"{score.shown(1)} [{low}, {high}]" if low and high else score.shown(1))
        rows.append([printable(one.system), *cells, str(one.segments), *([str(flagged[one.system])] if view.judged else [])])
    return rows


def _pairs(evaluation: Evaluation, view: View) -> dict[str, list[list[str]]]:
    out: dict[str, list[list[str]]] = {}
    shown = {ranking.metric: ranking.shown for ranking in view.rankings}
    for row in rows_of(evaluation.tables["pairs"]) if view.rankings else ():
        number = shown[row["metric"]]
        delta = f"{number(row['delta'], 1)} [{number(row['ci_low'], 1)}, {number(row['ci_high'], 1)}]"
        people = "" if row["human_agreement"] is None else f"{row['human_agreement']:.0f} %"
        names = [printable(row["system_a"]), printable(row["system_b"])]
        tests = [delta, f"{row['p_value']:.4f}", f"{row['p_holm']:.4f}", people]
        out.setdefault(row["metric"], []).append([*names, *tests, f"{row['wins']} / {row['losses']} / {row['ties']}"])
    return out


def _details(manifest: Row) -> list[tuple[str, str]]:
    """Signatures, inputs, options and versions: what a page found alone still says."""
    details = [(metric, signature["corpus"]) for metric, signature in manifest["signatures"].items()]
    details += [(_input(file), f"sha256 {file['sha256']}") for file in manifest["inputs"]]
    for name in ("options", "comparison", "diagnosis"):
        if manifest.get(name):
            details.append((name, json.dumps(manifest[name], ensure_ascii=False, sort_keys=True)))
    details.append(("versions", ", ".join(f"{name} {number}" for name, number in {"evaluator": manifest["evaluator"], **manifest["versions"]}.items())))
    return [(printable(label), printable(text)) for label, text in details]
