"""CPU time and memory of aligning n paragraphs with about as many, without and with a model's vectors.

    python benchmarks/alignment/cost.py [--sizes 35 1000 3000 20000] [--seed 0]

Each measurement is a process of its own. The texts are made here, of made-up words; the second is the first
with words exchanged, paragraphs merged, dropped and inserted, and one block moved. The vectors are random and
as alike as the texts: a model's own time is not counted. F1 is a check that the work was done, no measure of
quality: made-up text is not like any real one.
"""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import time
from collections.abc import Sequence
from itertools import pairwise, product
from typing import NamedTuple

import numpy as np
from gold import Article, Beads, count_beads
from numpy.typing import NDArray

from evaluator.alignment.aligner import align_articles
from evaluator.alignment.pairs import ParagraphVectors

SYLLABLES = [first + last for first, last in product("bdfgklmnprstv", ("a", "e", "i", "o", "u", "an", "en", "il", "or", "us"))]
VOCABULARY = 20_000
DIMENSION = 384
EXCHANGED = 0.3
"""Share of words that a second translation puts in another way."""
NOISE = 0.5
"""Length of what a vector has of its own, in lengths of what it shares with its counterpart."""


class Task(NamedTuple):
    """What one process measures."""

    n: int
    vectors: bool
    seed: int


class Cost(NamedTuple):
    """What one alignment cost."""

    m: int
    """Hypothesis paragraphs."""
    seconds: float
    """CPU seconds of all threads."""
    mebibytes: float
    """Peak memory beyond what texts and imports took."""
    f1: float


class Made(NamedTuple):
    """A hypothesis paragraph."""

    sources: tuple[int, ...]
    """Reference paragraphs it is made of; none for an insertion."""
    text: str


def make_words(rng: np.random.Generator) -> list[str]:
    """Made-up words of one to four syllables, the frequent ones first and short."""
    lengths = np.sort(rng.integers(1, 5, VOCABULARY))
    return ["".join(rng.choice(SYLLABLES, length)) for length in lengths]


def draw_words(words: Sequence[str], n: int, rng: np.random.Generator) -> list[str]:
    """n words whose frequencies fall as in natural text (Zipf)."""
    chances = 1 / np.arange(3, len(words) + 3)
    return [words[i] for i in rng.choice(len(words), n, p=chances / chances.sum()).tolist()]


def make_paragraphs(words: Sequence[str], n: int, rng: np.random.Generator) -> list[list[str]]:
    """Paragraphs of 10 to 60 words."""
    ends = rng.integers(10, 61, n).cumsum().tolist()
    drawn = draw_words(words, ends[-1], rng)
    return [drawn[start:end] for start, end in pairwise([0, *ends])]


def reword(paragraph: Sequence[str], words: Sequence[str], rng: np.random.Generator) -> str:
    """The paragraph with some words exchanged for others, drawn alike: rare ones anywhere would mislead the aligner."""
    exchanged = rng.random(len(paragraph)) < EXCHANGED
    other = draw_words(words, len(paragraph), rng)
    return " ".join(new if change else old for old, new, change in zip(paragraph, other, exchanged, strict=True))


def edit_paragraphs(paragraphs: Sequence[Sequence[str]], words: Sequence[str], rng: np.random.Generator) -> list[Made]:
    """The other text: reworded, 6 % merged with the next, 4 % dropped, 4 % inserted, a block of 2 % moved."""
    made, i = [], 0
    while i < len(paragraphs):
        draw = rng.random()
        if draw < 0.04:
            i += 1
            continue
        if draw < 0.08:
            made.append(Made((), " ".join(make_paragraphs(words, 1, rng)[0])))
        sources = tuple(range(i, min(i + (2 if draw > 0.94 else 1), len(paragraphs))))
        made.append(Made(sources, " ".join(reword(paragraphs[k], words, rng) for k in sources)))
        i += len(sources)
    start, length, rest = len(made) // 3, max(1, len(made) // 50), 2 * len(made) // 3
    return made[:start] + made[start + length : rest] + made[start : start + length] + made[rest:]


def make_article(n: int, rng: np.random.Generator) -> tuple[Article, list[Made]]:
    """The two texts with their gold alignment, and what the second is made of."""
    words = make_words(rng)
    paragraphs = make_paragraphs(words, n, rng)
    made = edit_paragraphs(paragraphs, words, rng)
    used = {i for one in made for i in one.sources}
    gold: Beads = [(one.sources, (j,)) for j, one in enumerate(made)]
    gold += [((i,), ()) for i in range(n) if i not in used]
    return Article("", [" ".join(paragraph) for paragraph in paragraphs], [one.text for one in made], gold, {}), made


def make_vectors(article: Article, made: Sequence[Made], rng: np.random.Generator) -> ParagraphVectors:
    """Additive vectors as a model would give: a sum over the sources, with noise."""

    def draw(texts: Sequence[str]) -> NDArray[np.float32]:
        lengths = np.array([[len(text) + 1] for text in texts], dtype=np.float32)
        return rng.standard_normal((len(texts), DIMENSION), dtype=np.float32) * lengths

    reference, hypothesis = draw(article.reference), draw(article.hypothesis)
    for j, one in enumerate(made):
        if one.sources:
            hypothesis[j] = NOISE * hypothesis[j] + reference[list(one.sources)].sum(axis=0)
    return ParagraphVectors(reference, hypothesis)


def measure(task: Task) -> Cost:
    """The cost of one alignment; right only as the first thing a process does, since peaks never fall."""
    rng = np.random.default_rng(task.seed)
    article, made = make_article(task.n, rng)
    vectors = make_vectors(article, made, rng) if task.vectors else None
    align_articles(article.reference[:5], article.hypothesis[:5])  # imports what is imported late
    before, start = _peak(), time.process_time()
    found = align_articles(article.reference, article.hypothesis, vectors)
    seconds, after = time.process_time() - start, _peak()
    count = count_beads(article, [(pair.reference, pair.hypothesis) for pair in found.pairs])
    return Cost(len(made), seconds, after - before, count.f1)


def _peak() -> float:
    """Most memory that this process has held, in MiB (Linux counts in KiB)."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", nargs="+", type=int, default=[35, 1000, 3000, 20_000])
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    tasks = [Task(n, vectors, args.seed) for n in args.sizes for vectors in (False, True)]
    print("|     n |     m | vectors | CPU s | extra MiB |    F1 |\n|------:|------:|---------|------:|----------:|------:|")
    # Spawned, not forked: a forked child would start with its parent's peak.
    with multiprocessing.get_context("spawn").Pool(1, maxtasksperchild=1) as pool:
        for task, cost in zip(tasks, pool.imap(measure, tasks, chunksize=1), strict=True):
            kind = "yes" if task.vectors else "no"
            print(f"| {task.n:5d} | {cost.m:5d} | {kind:7s} | {cost.seconds:5.2f} | {cost.mebibytes:9.0f} | {cost.f1:5.3f} |", flush=True)


if __name__ == "__main__":
    main()
