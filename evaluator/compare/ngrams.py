"""Words of the references that one system gets and another misses.

An n-gram counts as matched as often as a segment's hypothesis has it, at most as often as its
reference does (clipped, as in BLEU). They are ordered by how far the two counts are apart for
their size, (a - b) / sqrt(a + b), longer ones first among equals.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

from evaluator.compare.runs import segment_rows
from evaluator.frames import NGRAMS, check_frame
from evaluator.types import Evaluation, Table

LONGEST = 4
MIN_AHEAD = 2
"""Matches by which one system must be ahead."""
TOKEN = re.compile(r"\w+|[^\w\s]")

Ngram = tuple[str, ...]


def ngrams_of(text: str) -> Counter[Ngram]:
    """Counts of all n-grams of one to four words or marks."""
    tokens = TOKEN.findall(text)
    return Counter(tuple(tokens[i : i + n]) for n in range(1, LONGEST + 1) for i in range(len(tokens) - n + 1))


def matches(references: Sequence[Counter[Ngram]], hypotheses: Sequence[str]) -> Counter[Ngram]:
    """Clipped matches of one system over all segments."""
    found: Counter[Ngram] = Counter()
    for reference, hypothesis in zip(references, hypotheses, strict=True):
        found.update(reference & ngrams_of(hypothesis))
    return found


def ngram_table(evaluation: Evaluation, most: int) -> Table:
    """For each ordered pair of systems the n-grams that tell them apart most: rows of ngrams.csv.

    Args:
        evaluation: the run.
        most: n-grams a pair and direction.
    """
    columns = evaluation.tables["segments"].columns
    additional = [name for name in columns if name.startswith("reference_")]
    rows = segment_rows(evaluation)
    references = [_most_of([columns[name][row] for name in ("reference", *additional)]) for row in rows[0]]
    total: Counter[Ngram] = Counter()
    for one in references:
        total.update(one)
    found = [matches(references, [columns["hypothesis"][row] for row in own]) for own in rows]
    systems = evaluation.manifest.systems
    table: dict[str, list[Any]] = {column.name: [] for column in NGRAMS}
    for i, a in enumerate(systems):
        for j, b in enumerate(systems):
            for ngram in _ahead(found[i], found[j], most) if i != j else ():
                row = (a, b, " ".join(ngram), len(ngram), total[ngram], found[i][ngram], found[j][ngram])
                for name, value in zip(table, row, strict=True):
                    table[name].append(value)
    return check_frame(Table("ngrams", table))


def _most_of(texts: Sequence[str]) -> Counter[Ngram]:
    """Of several references the highest count of each n-gram."""
    out: Counter[Ngram] = Counter()
    for text in texts:
        out |= ngrams_of(text)
    return out


def _ahead(a: Counter[Ngram], b: Counter[Ngram], most: int) -> list[Ngram]:
    """The n-grams that a gets and b misses, furthest apart first, none that a longer one explains."""
    ahead = [ngram for ngram in a if a[ngram] - b[ngram] >= MIN_AHEAD]
    ahead.sort(key=lambda ngram: (-(a[ngram] - b[ngram]) / math.sqrt(a[ngram] + b[ngram]), -len(ngram), ngram))
    chosen: list[Ngram] = []
    for ngram in ahead:
        if len(chosen) == most:
            break
        if not any(_inside(ngram, longer) and a[ngram] - b[ngram] == a[longer] - b[longer] for longer in chosen):
            chosen.append(ngram)
    return chosen


def _inside(short: Ngram, long: Ngram) -> bool:
    return any(long[i : i + len(short)] == short for i in range(len(long) - len(short) + 1))
