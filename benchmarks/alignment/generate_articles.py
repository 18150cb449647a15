"""Articles with gold alignment, made from WMT references and system outputs.

    python benchmarks/alignment/generate_articles.py WMT_FOLDER ... [--articles 24] [--seed 0] [--out FILE]

A folder holds `ref*.txt`, `sys/*.txt` and perhaps `docs*.txt` (document names in the first tab-separated
field), one segment a line. Documents are strung together, a reference's lines joined into paragraphs, and the
system's text is edited on the way; as every piece of it remembers its paragraph, the gold alignment is exact.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import sys
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

BOILERPLATE = (
    "Loading…",
    "Read more",
    "Advertisement",
    "Share this article",
    "Sign up for our newsletter",
    "Comments (0)",
    "Related articles",
    "Follow us on Twitter and Facebook",
    "All rights reserved.",
    "Click here for the latest updates",
    "Story continues below",
    "Subscribe to continue reading",
    "By our correspondent",
    "This material may not be published, broadcast, rewritten or redistributed.",
    "Most read",
    "Watch live",
    "Photo: agencies",
    "This article was first published in our weekend edition.",
    "Get the app",
)


@dataclass(frozen=True)
class Rates:
    """What is done to the paragraphs of one level; all are probabilities but `boilerplate`."""

    drop: float = 0.0
    """A paragraph is left out."""
    drop_inside: float = 0.0
    """A segment of a paragraph of several is left out."""
    merge: float = 0.0
    """A paragraph is joined with the next one or two."""
    split: float = 0.0
    """A paragraph that can be is cut in two or three."""
    spill: float = 0.0
    """The end of a paragraph of several segments goes over to the next."""
    insert: float = 0.0
    """Insertions from other documents, a share of the paragraphs."""
    boilerplate: int = 0
    """Lines of boilerplate."""
    reorder: bool = False
    """A block is moved, one to three neighbours swap, one paragraph is said twice."""
    collapse: bool = False
    """Runs of one to eight paragraphs become one."""


LEVELS = {
    "L0_same": Rates(),
    "L1_boiler": Rates(boilerplate=2),
    "L2_light": Rates(drop=0.045, drop_inside=0.01, merge=0.08, split=0.12, insert=0.03, boilerplate=1),
    "L3_heavy": Rates(drop=0.11, drop_inside=0.03, merge=0.17, split=0.32, spill=0.09, insert=0.09, boilerplate=2),
    "L4_reorder": Rates(drop=0.09, drop_inside=0.02, merge=0.08, split=0.22, spill=0.045, insert=0.08, boilerplate=2, reorder=True),
    "L5_collapsed": Rates(drop=0.015, insert=0.02, boilerplate=1, collapse=True),
}


class Folder(NamedTuple):
    """The texts of one WMT folder."""

    name: str
    references: dict[str, list[str]]
    systems: dict[str, list[str]]
    documents: list[list[int]]
    """Line numbers of each document."""


class Piece(NamedTuple):
    """A segment of the system's text, or a part of one."""

    home: int
    """The reference paragraph it translates."""
    text: str


@dataclass(frozen=True, eq=False)
class Paragraph:
    """A hypothesis paragraph. Compared by identity: one that is said twice is twice in the list."""

    pieces: tuple[Piece, ...] = ()
    kind: str = "text"
    """`text`, `inserted` or `boilerplate`; those two have no pieces."""
    foreign: str = ""
    """Text of what has no pieces."""

    @property
    def text(self) -> str:
        """The paragraph as it is written."""
        return " ".join(piece.text for piece in self.pieces) or self.foreign


class Draft(NamedTuple):
    """An article before it is edited."""

    reference: list[str]
    hypothesis: list[Paragraph]
    elsewhere: list[str]
    """The system's lines of documents that are not in the article."""


def read_lines(path: Path) -> list[str]:
    """The lines of a file; other separators that `splitlines` knows stay in the text."""
    return path.read_text(encoding="utf-8").removesuffix("\n").split("\n")


def read_folder(folder: Path) -> Folder:
    """The texts of a WMT folder.

    Raises:
        SystemExit: it has no references or no systems, or their lengths differ.
    """
    references = {path.stem: read_lines(path) for path in sorted(folder.glob("ref*.txt"))}
    systems = {path.stem: read_lines(path) for path in sorted(folder.glob("sys/*.txt"))}
    if not references or not systems:
        raise SystemExit(f"{folder} needs ref*.txt and sys/*.txt; it has {len(references)} and {len(systems)} of them.")
    lengths = {name: len(lines) for name, lines in (*references.items(), *systems.items())}
    if len(set(lengths.values())) > 1:
        raise SystemExit(f"The files in {folder} have different numbers of lines: {lengths}.")
    return Folder(folder.name, references, systems, read_documents(folder, next(iter(lengths.values()))))


def read_documents(folder: Path, n_lines: int) -> list[list[int]]:
    """Line numbers of each document; where names are not known, runs of ten lines."""
    path = next(iter(sorted(folder.glob("docs*.txt"))), None)
    names = [line.split("\t")[0] for line in read_lines(path)] if path else ["-"] * n_lines
    if len(names) != n_lines:
        raise SystemExit(f"{path} has {len(names)} lines, the texts have {n_lines}.")
    keys = [name if name != "-" else f"- {i // 10}" for i, name in enumerate(names)]
    return [list(run) for _, run in groupby(range(n_lines), key=keys.__getitem__)]


def draft_article(reference: Sequence[str], system: Sequence[str], documents: Sequence[Sequence[int]], rng: random.Random) -> Draft:
    """Some documents strung together, in paragraphs of one to four lines on both sides alike."""
    order = rng.sample(range(len(documents)), len(documents))
    wanted, grow = rng.randint(18, 55) * 1.6, rng.choice((0.12, 0.3, 0.42))
    runs: list[list[int]] = []
    used = 0
    while used < len(order) and sum(map(len, runs)) < wanted:
        lines = deque(i for i in documents[order[used]] if reference[i].strip() and system[i].strip())
        used += 1
        while lines:
            runs.append([lines.popleft()])
            while lines and len(runs[-1]) < 4 and rng.random() < grow:
                runs[-1].append(lines.popleft())
    return Draft(
        [" ".join(reference[i] for i in run) for run in runs],
        [Paragraph(tuple(Piece(home, system[i]) for i in run)) for home, run in enumerate(runs)],
        [system[i] for k in order[used:] for i in documents[k] if system[i].strip()],
    )


def drop_text(paragraphs: Sequence[Paragraph], rates: Rates, rng: random.Random) -> list[Paragraph]:
    """The paragraphs without those, and without the segments in them, that are dropped; one stays."""
    kept = [paragraph for paragraph in paragraphs if rng.random() >= rates.drop] or list(paragraphs[:1])
    shortened = []
    for paragraph in kept:
        pieces = tuple(piece for piece in paragraph.pieces if len(paragraph.pieces) == 1 or rng.random() >= rates.drop_inside)
        shortened.append(Paragraph(pieces or paragraph.pieces[:1]))
    return shortened


def cut_paragraphs(paragraphs: Sequence[Paragraph], rates: Rates, rng: random.Random) -> list[Paragraph]:
    """The paragraphs with merges, splits and spills."""
    rest = deque(paragraph.pieces for paragraph in paragraphs)
    made: list[tuple[Piece, ...]] = []
    while rest:
        pieces, draw = rest.popleft(), rng.random()
        if rates.collapse:
            made.append(_take(pieces, rest, rng.choice((1, 1, 1, 2, 3, 4, 5, 6, 7, 8)) - 1))
        elif draw < rates.merge:
            made.append(_take(pieces, rest, 1 if rng.random() < 0.85 else 2))
        elif draw < rates.merge + rates.split:
            made += _split(pieces, rng)
        elif draw < rates.merge + rates.split + rates.spill and rest and len(pieces) > 1:
            cut = rng.randint(1, len(pieces) - 1)
            made += [pieces[:cut], pieces[cut:] + rest.popleft()]
        else:
            made.append(pieces)
    return [Paragraph(pieces) for pieces in made]


def _take(pieces: tuple[Piece, ...], rest: deque[tuple[Piece, ...]], n: int) -> tuple[Piece, ...]:
    """The pieces and those of the next n paragraphs, which leave `rest`."""
    for _ in range(min(n, len(rest))):
        pieces += rest.popleft()
    return pieces


def _split(pieces: tuple[Piece, ...], rng: random.Random) -> list[tuple[Piece, ...]]:
    """The pieces in two or three parts; a single one is cut at a sentence end, or stays whole."""
    if len(pieces) == 1:
        home, text = pieces[0]
        sentences = re.split(r"(?<=[.!?]) +", text)
        if len(sentences) == 1:
            return [pieces]
        cut = rng.randint(1, len(sentences) - 1)
        return [(Piece(home, " ".join(part)),) for part in (sentences[:cut], sentences[cut:])]
    n_cuts = 1 if len(pieces) == 2 or rng.random() < 0.8 else 2
    cuts = sorted(rng.sample(range(1, len(pieces)), n_cuts))
    return [pieces[a:b] for a, b in zip([0, *cuts], [*cuts, len(pieces)], strict=True)]


def move_paragraphs(paragraphs: Sequence[Paragraph], rng: random.Random) -> list[Paragraph]:
    """The paragraphs with a block of three to a quarter of them elsewhere, and one to three swaps."""
    n = rng.randint(3, max(3, len(paragraphs) // 4))
    start = rng.randrange(max(1, len(paragraphs) - n))
    block, rest = list(paragraphs[start : start + n]), [*paragraphs[:start], *paragraphs[start + n :]]
    place = rng.randint(0, len(rest))
    moved = rest[:place] + block + rest[place:]
    for _ in range(rng.randint(1, 3) if len(moved) > 1 else 0):
        a = rng.randrange(len(moved) - 1)
        moved[a], moved[a + 1] = moved[a + 1], moved[a]
    return moved


def add_paragraphs(paragraphs: Sequence[Paragraph], elsewhere: Sequence[str], rates: Rates, rng: random.Random) -> list[Paragraph]:
    """The paragraphs with insertions, one said twice (where text is reordered) and boilerplate."""
    found = list(paragraphs)
    n_inserted = round(rates.insert * len(found) + rng.random() * 0.8) if rates.insert and elsewhere else 0
    extra = [Paragraph(kind="inserted", foreign=rng.choice(elsewhere)) for _ in range(n_inserted)]
    extra += [rng.choice(found)] if rates.reorder else []
    for paragraph in extra:
        found.insert(rng.randint(0, len(found)), paragraph)
    for _ in range(rates.boilerplate):
        found.insert(rng.randint(1, len(found)), Paragraph(kind="boilerplate", foreign=rng.choice(BOILERPLATE)))
    return found


def find_gold(n_reference: int, hypothesis: Sequence[Paragraph]) -> dict[str, list[object]]:
    """`gold`, `kinds` and `dups` of an article: paragraphs that share text are one bead.

    Of a paragraph that is said twice the first is the one that counts.
    """
    first: dict[Paragraph, int] = {}
    copies = [[j, first[paragraph]] for j, paragraph in enumerate(hypothesis) if first.setdefault(paragraph, j) != j]
    again = {j for j, _ in copies}
    groups: list[tuple[set[int], set[int]]] = [({i}, set()) for i in range(n_reference)]
    for j, paragraph in enumerate(hypothesis):
        homes = set() if j in again else {piece.home for piece in paragraph.pieces}
        touched = [group for group in groups if group[0] & homes]
        groups = [group for group in groups if not group[0] & homes]
        groups.append((set().union(*(g[0] for g in touched)), {j}.union(*(g[1] for g in touched))))
    beads = sorted(([sorted(r), sorted(h)] for r, h in groups), key=lambda bead: (not bead[1], bead[1], bead[0]))
    kinds = [_kind(r, h, "duplicate" if h and h[0] in again else hypothesis[h[0]].kind if h else "") for r, h in beads]
    return {"gold": list(beads), "kinds": list(kinds), "dups": list(copies)}


def _kind(reference: Sequence[int], hypothesis: Sequence[int], foreign: str) -> str:
    if not hypothesis:
        return "dropped"
    return f"{len(reference)}-{len(hypothesis)}" if reference else foreign


def generate_article(folders: Sequence[Folder], level: str, number: int, seed: int) -> dict[str, object]:
    """One article of a level as a row of the JSONL file; the same for the same arguments."""
    rng, rates = random.Random(f"{seed} {level} {number}"), LEVELS[level]
    folder = rng.choice(folders)
    system = rng.choice(sorted(folder.systems))
    reference = folder.references[rng.choice(sorted(folder.references))]
    draft = draft_article(reference, folder.systems[system], folder.documents, rng)
    edited = cut_paragraphs(drop_text(draft.hypothesis, rates, rng), rates, rng)
    if rates.reorder:
        edited = move_paragraphs(edited, rng)
    edited = add_paragraphs(edited, draft.elsewhere, rates, rng)
    texts = [paragraph.text for paragraph in edited]
    if rng.random() < 0.3:
        # What scrapers leave before the first line.
        texts[0] = f" date 20{rng.randint(15, 24)}-{rng.randint(1, 12):02d}-{rng.randint(1, 28):02d} {texts[0]}"
    row: dict[str, object] = {"id": f"{seed}-{level}-{number:03d}", "seed": seed, "level": level, "pair": folder.name, "system": system}
    return {**row, "reference": draft.reference, "hypothesis": texts, **find_gold(len(draft.reference), edited)}


def generate_articles(folders: Sequence[Folder], per_level: int, seed: int) -> Iterator[dict[str, object]]:
    """`per_level` articles of each level, the levels in turn."""
    for number in range(per_level):
        for level in LEVELS:
            yield generate_article(folders, level, number, seed)


def main() -> None:
    """Write the articles, one JSON object a line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--articles", type=int, default=24, help="articles of each of the six levels (default 24)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, help="JSONL file; default standard output")
    args = parser.parse_args()
    rows = generate_articles([read_folder(folder) for folder in args.folders], args.articles, args.seed)
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    if args.out:
        args.out.write_text(text, encoding="utf-8")
    else:
        sys.stdout.write(text)


if __name__ == "__main__":
    main()
