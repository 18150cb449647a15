"""What `report.html` shows, free of markup: the view of a run with its paragraphs, places, marks and plots."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from evaluator.digits import shown_p
from evaluator.reports.comparison import Comparison, comparison_of
from evaluator.reports.definitions import Definition, definitions_of
from evaluator.reports.figures import IntervalBar, Plotted, StripCell, distribution_of, intervals_of, scatters_of, strips_of
from evaluator.reports.headline import headline_of, lead_of, size_of
from evaluator.reports.order import gravity
from evaluator.reports.packed import Packed, pack
from evaluator.reports.paragraphs import Builder, Paragraph, reading_order
from evaluator.reports.plots import Distribution, Tick
from evaluator.reports.ranking import rows_of
from evaluator.reports.safe import printable
from evaluator.reports.view import View, make_view
from evaluator.run_json import Manifest
from evaluator.types import Evaluation, InputFile

MOST_CARDS = 30
"""Flagged paragraphs of one system that are shown with their marks; the tables have all."""
CARDS_OF_ALL = 60
"""Of several systems together, at least three of each."""
CARDS_EACH = 8
MOST_SHELVES = 300
"""Segments shown in reading order; the tables have all."""
MOST_SHOWN = 1500
"""Paragraphs shown in reading order, at least a few segments of all systems."""
MOST_UNFOLDED = 160
"""Paragraphs in reading order up to which they lie open; more are folded, `FOLD` segments together."""
FOLD = 25


class Shelf(NamedTuple):
    """A reference segment with what every system made of it."""

    segment: int
    document: str
    source: str
    paragraphs: list[Paragraph]


class Fold(NamedTuple):
    """Segments in reading order that are unfolded together."""

    title: str
    flagged: int
    """Likely broken paragraphs among them."""
    shelves: list[Shelf]


class Worst(NamedTuple):
    """The worst paragraphs of one system."""

    system: str
    flagged: int
    judged: int
    cards: list[Paragraph]

    @property
    def left(self) -> int:
        """Flagged paragraphs that are not shown."""
        return self.flagged - len(self.cards)


class Page(NamedTuple):
    """Everything on the page."""

    view: View
    headline: str
    lead: str
    """What broke, where the headline says which system leads; else how many paragraphs."""
    compared: str
    """What was compared, in words."""
    notes: list[str]
    """With short paths."""
    comparison: Comparison
    definitions: list[Definition]
    strips: list[tuple[str, list[StripCell]]]
    whole: bool
    """Whether each cell of a strip is one paragraph, shown on the page."""
    worst: list[Worst]
    """Systems with flagged paragraphs, the one with most first."""
    pairs: dict[str, list[list[str]]]
    """By metric, a row of cells for each pair: systems, difference with interval, p, corrected p, people's agreement, wins, losses, ties."""
    intervals: dict[str, tuple[list[IntervalBar | None], list[Tick]]]
    """By metric, of the ranked systems in their order, and the axis."""
    distributions: list[Distribution]
    scatters: list[Plotted]
    documents: bool
    """Whether there are several."""
    first_two: tuple[int, int]
    """Places of the systems that are set against each other first: the two best by the first metric; both 0 with one system."""
    folds: list[Fold]
    """One without a title where all lie open."""
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
    flagged = sorted((k for k, flag in enumerate(columns["flagged"]) if flag), key=gravity(columns))
    keys = reading_order(columns)
    names = short_names(evaluation.manifest.inputs)
    files = [file for file in evaluation.manifest.inputs if not builder.several or file.role != "system"]
    inputs = "; ".join(_input(file, names[file.path]) for file in files)
    most = min(MOST_SHELVES, max(20, MOST_SHOWN // len(view.systems)))
    shelves = [_shelf(builder, key, rows) for key, rows in keys[:most]]
    whole = len(keys) <= most
    return Page(
        view=view,
        headline=headline_of(view, builder, flagged),
        lead=lead_of(view, builder, flagged),
        compared=f"{size_of(view)}; {inputs}" if builder.several else inputs,
        notes=[shorter(note, names) for note in view.notes],
        comparison=comparison_of(evaluation, view),
        definitions=definitions_of([(metric.title, metric.higher_is_better) for metric in builder.metrics], bool(view.judged), bool(view.rankings)),
        strips=strips_of(builder, keys, whole),
        whole=whole,
        worst=worst_of(builder, flagged),
        pairs=_pairs(evaluation, view),
        intervals={ranking.metric: intervals_of(ranking) for ranking in view.rankings},
        distributions=[distribution_of(builder, metric) for metric in builder.metrics],
        scatters=scatters_of(builder),
        documents=builder.documents,
        first_two=first_two(view, builder.names),
        folds=folds_of(shelves, builder.documents),
        article_left=max(0, len(keys) - most),
        shown=frozenset(p.anchor for shelf in shelves for p in shelf.paragraphs),
        details=_details(evaluation.manifest),
        data=pack(builder, keys),
    )


def _shelf(builder: Builder, key: tuple[str, int], rows: Sequence[int]) -> Shelf:
    paragraphs = [builder.paragraph(k) for k in rows]
    return Shelf(key[1], printable(key[0]), next((p.source for p in paragraphs if p.source), ""), paragraphs)


def worst_of(builder: Builder, flagged: Sequence[int]) -> list[Worst]:
    """The worst paragraphs system by system.

    Args:
        builder: the run.
        flagged: rows, worst first.
    """
    by_system: dict[str, list[int]] = {name: [] for name in builder.names}
    for k in flagged:
        by_system[builder.columns["system"][k]].append(k)
    most = MOST_CARDS if len(by_system) == 1 else max(3, min(CARDS_EACH, CARDS_OF_ALL // len(by_system)))
    judged = Counter(name for name, risk in zip(builder.columns["system"], builder.columns["risk"], strict=True) if risk is not None)
    groups = [Worst(printable(name), len(rows), judged[name], [builder.paragraph(k) for k in rows[:most]]) for name, rows in by_system.items() if rows]
    return sorted(groups, key=lambda group: -group.flagged)


def first_two(view: View, names: Sequence[str]) -> tuple[int, int]:
    """The two best systems by the first metric as places in `names`; the first two where nothing ranks them."""
    best = [system.system for system in view.rankings[0].systems if system.system in names] if view.rankings else names
    places = [names.index(name) for name in best[:2]]
    return places[0], places[-1]


def folds_of(shelves: Sequence[Shelf], documents: bool) -> list[Fold]:
    """Segments in reading order: all open where they are few, else folded some together."""
    if sum(len(shelf.paragraphs) for shelf in shelves) <= MOST_UNFOLDED:
        return [Fold("", 0, list(shelves))]
    parts = [list(shelves[i : i + FOLD]) for i in range(0, len(shelves), FOLD)]
    return [Fold(_from_to(part, documents), sum(p.flagged for shelf in part for p in shelf.paragraphs), part) for part in parts]


def _from_to(part: Sequence[Shelf], documents: bool) -> str:
    first, last = (f"{shelf.document}, segment {shelf.segment}," if documents else str(shelf.segment) for shelf in (part[0], part[-1]))
    return f"{first} to {last}".rstrip(",") if documents else f"segments {first} to {last}"


def short_names(inputs: Sequence[InputFile]) -> dict[str, str]:
    """Paths of the inputs without their folders, as far as that tells them apart; the foot of the page has whole ones."""
    paths = list(dict.fromkeys(file.path for file in inputs))
    parts = [[part for part in re.split(r"[/\\]", path) if part] or [path] for path in paths]
    last = Counter(one[-1] for one in parts)
    return {path: one[-1] if last[one[-1]] == 1 else "/".join(one[-2:]) for path, one in zip(paths, parts, strict=True)}


def shorter(note: str, names: Mapping[str, str]) -> str:
    """The note with short names of the inputs, the longest paths first."""
    for path, name in sorted(names.items(), key=lambda item: -len(item[0])):
        note = note.replace(path, name) if re.search(r"[/\\]", path) else note
    return note


def _input(file: InputFile, path: str) -> str:
    name = f"{file.name} = " if file.name else ""
    return printable(f"{file.role} {name}{path}" if name or path != file.role else file.role)


def _pairs(evaluation: Evaluation, view: View) -> dict[str, list[list[str]]]:
    out: dict[str, list[list[str]]] = {}
    shown = {ranking.metric: ranking.shown for ranking in view.rankings}
    for row in rows_of(evaluation.tables["pairs"]) if view.rankings else ():
        number = shown[row["metric"]]
        delta = f"{number(row['delta'], 1)} [{number(row['ci_low'], 1)}, {number(row['ci_high'], 1)}]"
        people = "" if row["human_agreement"] is None else f"{row['human_agreement']:.0f} %"
        names = [printable(row["system_a"]), printable(row["system_b"])]
        tests = [delta, shown_p(row["p_value"]), shown_p(row["p_holm"]), people]
        out.setdefault(row["metric"], []).append([*names, *tests, f"{row['wins']} / {row['losses']} / {row['ties']}"])
    return out


def _details(manifest: Manifest) -> list[tuple[str, str]]:
    """Signatures, inputs, options and versions: what a page found alone still says."""
    details = [(metric, signature.corpus) for metric, signature in manifest.signatures.items()]
    details += [(_input(file, file.path), f"sha256 {file.sha256}") for file in manifest.inputs]
    for name in ("options", "comparison", "diagnosis"):
        if manifest.json.get(name):
            details.append((name, json.dumps(manifest.json[name], ensure_ascii=False, sort_keys=True)))
    details.append(("versions", ", ".join(f"{name} {number}" for name, number in {"evaluator": manifest.evaluator, **manifest.versions}.items())))
    return [(printable(label), printable(text)) for label, text in details]
