"""Tables of any size for measuring streams: texts of our own, as long as news sentences, the same bytes for the same arguments."""

from __future__ import annotations

import random
from pathlib import Path

TEXT = (
    "the river rose in the night and the mayor asked people of the lower town to leave their houses before morning while engineers opened a second gate "
    "of the old dam north of the valley where rain had fallen for nine days without a break according to the weather service which expects more on Friday"
)
WORDS = TEXT.split()
LONGEST, SHORTEST = 34, 8
"""Words in a text."""


def write_tables(folder: Path, rows: int, files: int, seed: int = 7) -> Path:
    """A folder of `files` tab-separated tables with `rows` rows in all; half of the hypotheses differ from their reference in a word, or break off."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = random.Random(seed)
    for k in range(files):
        n = rows // files + (k < rows % files)
        with open(folder / f"part-{k:03d}.tsv", "w", encoding="utf-8", newline="\n") as out:
            out.write("reference\thypothesis\n")
            for _ in range(n):
                words = rng.choices(WORDS, k=rng.randint(SHORTEST, LONGEST))
                out.write(f"{' '.join(words).capitalize()}.\t{' '.join(_changed(words, rng)).capitalize()}.\n")
    return folder


def _changed(words: list[str], rng: random.Random) -> list[str]:
    at = rng.randrange(len(words))
    kind = rng.random()
    if kind < 0.5:
        return words
    if kind < 0.6:
        return words[: max(3, at)]
    return [*words[:at], rng.choice(WORDS), *words[at + 1 :]]
