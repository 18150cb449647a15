"""Texts to measure with: a WMT folder (ref.*.txt, sys/*.txt), or systems made of the sample article's words."""

from __future__ import annotations

import random
from pathlib import Path
from typing import NamedTuple

SAMPLE = Path(__file__).parent.parent / "sample"


class Texts(NamedTuple):
    """A test set."""

    name: str
    reference: list[str]
    systems: list[list[str]]


def read_texts(folder: Path | None, n_systems: int, n_segments: int | None) -> Texts:
    """The folder's first reference and systems; made ones without a folder."""
    if folder is None:
        return made_texts(n_systems, n_segments or 1000)
    reference = _lines(sorted(folder.glob("ref.*.txt"))[0])[:n_segments]
    systems = [_lines(path)[:n_segments] for path in sorted((folder / "sys").glob("*.txt"))[:n_systems]]
    return Texts(folder.name, reference, systems)


def made_texts(n_systems: int, n_segments: int) -> Texts:
    """Segments of 8 to 45 words in the order of the sample's, and systems that drop, move and replace some."""
    rng = random.Random(5)
    words = (SAMPLE / "reference.txt").read_text(encoding="utf-8").split()
    starts = [rng.randrange(len(words) - 50) for _ in range(n_segments)]
    reference = [" ".join(words[i : i + rng.randrange(8, 46)]) for i in starts]
    return Texts("made of the sample", reference, [[_changed(text, words, rng) for text in reference] for _ in range(n_systems)])


def write_texts(texts: Texts, folder: Path) -> tuple[Path, list[Path]]:
    """Files of a reference and of systems."""
    reference, systems = folder / "ref.txt", [folder / f"sys{k}.txt" for k in range(len(texts.systems))]
    for path, lines in zip((reference, *systems), (texts.reference, *texts.systems), strict=True):
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return reference, systems


def _changed(text: str, words: list[str], rng: random.Random) -> str:
    mine = text.split()
    for _ in range(1 + len(mine) // 6):
        i, j = rng.randrange(len(mine)), rng.randrange(len(mine))
        kind = rng.random()
        if kind < 0.5:
            mine[i] = rng.choice(words)
        elif kind < 0.75:
            mine.insert(j, mine.pop(i))
        else:
            mine[i : i + 1] = [mine[i], rng.choice(words)]
    return " ".join(mine)


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").removesuffix("\n").split("\n")
