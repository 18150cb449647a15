"""What `report.html` shows, free of markup: the view of a run with its paragraphs, places, marks and plots."""

from __future__ import annotations

import json
from typing import NamedTuple

from evaluator.reports.figures import Cell, Interval, Plotted, distribution_of, intervals_of, scatters_of, strips_of
from evaluator.reports.packed import Packed, pack
from evaluator.reports.paragraphs import Builder, Paragraph, reading_order
from evaluator.reports.plots import Distribution, Tick
from evaluator.reports.ranking import rows_of
from evaluator.reports.safe import printable
from evaluator.reports.view import View, make_view, verdict
from evaluator.run_json import Manifest
from evaluator.types import Evaluation, InputFile

MOST_CARDS = 100
"""Flagged paragraphs that are shown with their marks; the tables have all."""
MOST_SHELVES = 300
"""Segments shown in reading order; the tables have all."""
MOST_SHOWN = 1500
"""Paragraphs shown in reading order, at least a few segments of all systems."""


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
    strips: list[tuple[str, list[Cell]]]
    whole: bool
    """Whether each cell of a strip is one paragraph, shown on the page."""
    cards: list[Paragraph]
    cards_left: int
    pairs: dict[str, list[list[str]]]
    """By metric, a row of cells for each pair: systems, difference with interval, p, corrected p, people's agreement, wins, losses, ties."""
    intervals: dict[str, tuple[list[Interval | None], list[Tick]]]
    """By metric, of the ranked systems in their order, and the axis."""
    distributions: list[Distribution]
    scatters: list[Plotted]
    article: list[Shelf]
    article_left: int
    shown: frozenset[str]
    """Addresses of the paragraphs in reading order."""
    details: list[tuple[str, str]]
    """Label and text, for the foot."""
    data: Packed
    """For the script."""


def make_page(evaluation: Evaluation) -> Page:
    """The page of a run. Of a long run only a part is markup; the script has all rows."""
    view = make_view(evaluation)
    builder = Builder(evaluation)
    columns = builder.columns
    flagged = sorted((k for k, flag in enumerate(columns["flagged"]) if flag), key=lambda k: -columns["risk"][k])
    keys = reading_order(columns)
    most = min(MOST_SHELVES, max(20, MOST_SHOWN // len(view.systems)))
    article = [Shelf(key[1], printable(key[0]), [builder.paragraph(k) for k in rows]) for key, rows in keys[:most]]
    whole = len(keys) <= most
    return Page(
        view=view,
        headline=verdict(view) if view.judged else _size(view),
        verdict="" if view.judged else verdict(view),
        compared="; ".join(_input(file) for file in evaluation.manifest.inputs),
        scores=_score_rows(evaluation, view),
        strips=strips_of(builder, keys, whole),
        whole=whole,
        cards=[builder.paragraph(k) for k in flagged[:MOST_CARDS]],
        cards_left=max(0, len(flagged) - MOST_CARDS),
        pairs=_pairs(evaluation, view),
        intervals={ranking.metric: intervals_of(ranking) for ranking in view.rankings},
        distributions=[distribution_of(builder, metric) for metric in builder.metrics],
        scatters=scatters_of(builder),
        article=article,
        article_left=max(0, len(keys) - most),
        shown=frozenset(p.anchor for shelf in article for p in shelf.paragraphs),
        details=_details(evaluation.manifest),
        data=pack(builder, keys),
    )


def _size(view: View) -> str:
    """How much was scored, for a headline."""
    systems, segments = len(view.systems), max(one.segments for one in view.systems)
    return f"{systems} system{'s' * (systems > 1)} on {segments:,} segment{'s' * (segments != 1)}"


def _input(file: InputFile) -> str:
    name = f"{file.name} = " if file.name else ""
    return printable(f"{file.role} {name}{file.path}")


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


def _details(manifest: Manifest) -> list[tuple[str, str]]:
    """Signatures, inputs, options and versions: what a page found alone still says."""
    details = [(metric, signature.corpus) for metric, signature in manifest.signatures.items()]
    details += [(_input(file), f"sha256 {file.sha256}") for file in manifest.inputs]
    for name in ("options", "comparison", "diagnosis"):
        if stated := manifest.json.get(name):
            details.append((name, json.dumps(stated, ensure_ascii=False, sort_keys=True)))
    details.append(("versions", ", ".join(f"{name} {number}" for name, number in {"evaluator": manifest.evaluator, **manifest.versions}.items())))
    return [(printable(label), printable(text)) for label, text in details]
