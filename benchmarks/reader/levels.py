"""Fifth step, to look: which levels of the reader's token marks give phrases that people would mark.

    python benchmarks/reader/levels.py --work WORK [--articles FILE.jsonl] [--pairs N]

Characters of serious errors, F1 against each rater in turn, on the part `fit` of news20 and of the
talks, with the decision that ships; and on both sides of marked articles where such a file is given.
Writes nothing: the levels go into `fit.py --levels`.
"""

from __future__ import annotations

import argparse
import json
import pickle
import random
from collections.abc import Iterable, Sequence
from itertools import product
from pathlib import Path
from typing import NamedTuple

from corpora import Example

from evaluator.diagnosis.decide import in_paragraph, with_phrases
from evaluator.diagnosis.evidence import Evidence, kinds, numbers
from evaluator.diagnosis.model import Levels, load_decision, risk_of
from evaluator.diagnosis.observe import evidence_of
from evaluator.types import Finding

SERIOUS = ("major", "critical")


class Gold(NamedTuple):
    """A pair with the characters that each rater marked, by side."""

    raters: list[dict[str, set[int]]]
    pieces: list[Evidence]
    risk: float


def characters(findings: Iterable[Finding], side: str) -> set[int]:
    """Characters under serious findings of one side."""
    return set().union(
        *(range(f.start, f.end) for f in findings if f.side == side and f.severity in SERIOUS and f.start is not None and f.end is not None), set()
    )


def f1(golds: Sequence[Gold], threshold: float, levels: Levels, sides: Sequence[str], only: str = "") -> tuple[float, float, float]:
    """Precision, recall and F1 over all raters."""
    tp = fp = fn = 0
    for gold in golds:
        findings = [
            in_paragraph(f, piece) for piece in gold.pieces for f in with_phrases(piece, levels, gold.risk >= levels.suspicious, gold.risk >= threshold)
        ]
        findings = [f for f in findings if not only or f.detector.startswith(only)]
        for side in sides:
            ours = characters(findings, side)
            for rater in gold.raters:
                tp, fp, fn = tp + len(rater[side] & ours), fp + len(ours - rater[side]), fn + len(rater[side] - ours)
    return tp / max(1, tp + fp), tp / max(1, tp + fn), 2 * tp / max(1, 2 * tp + fp + fn)


def _golds(pairs: Sequence[tuple[str, str]], raters: Sequence[list[dict[str, set[int]]]]) -> list[Gold]:
    decision = load_decision()
    out = []
    for pieces, marks in zip(evidence_of(list(pairs), [True] * len(pairs)), raters, strict=True):
        risk = risk_of(decision, numbers(pieces), kinds([f for piece in pieces for f in piece.findings]))
        out.append(Gold(marks, pieces, risk))
    return out


def experts(work: Path, name: str, number: int) -> list[Gold]:
    """Pairs of the part `fit` with their marks; soft marks count as often as raters made them."""
    with (work / "examples.pkl").open("rb") as file:
        examples: list[Example] = [e for e in pickle.load(file) if e.set == name and e.part == "fit" and e.marks is not None]
    chosen = random.Random(4).sample(examples, min(number, len(examples)))
    raters = []
    for e in chosen:
        counted = [[m for m in e.marks or [] if m.serious > 0]]
        raters.append([{"hypothesis": set().union(*(range(m.start, m.end) for m in marks), set()), "reference": set[int]()} for marks in counted])
    return _golds([(e.reference, e.hypothesis) for e in chosen], raters)


def articles(path: Path) -> list[Gold]:
    """Marked articles, both sides."""
    rows = [json.loads(line) for line in path.open(encoding="utf-8")]
    raters = [
        [
            {
                side: set().union(*(range(e["start"], e["end"]) for e in row["errors"] if e["side"] == side and e["severity"] in SERIOUS), set())
                for side in ("hypothesis", "reference")
            }
        ]
        for row in rows
    ]
    return _golds([(row["reference"], row["hypothesis"]) for row in rows], raters)


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--articles", type=Path)
    parser.add_argument("--pairs", type=int, default=400)
    options = parser.parse_args()
    sets: dict[str, tuple[list[Gold], Sequence[str]]] = {name: (experts(options.work, name, options.pairs), ("hypothesis",)) for name in ("news20", "ted")}
    if options.articles:
        sets["articles"] = (articles(options.articles), ("hypothesis", "reference"))
        sets["articles, hypothesis"] = (sets["articles"][0], ("hypothesis",))
    threshold = load_decision().threshold
    grid = [Levels(serious, share, 1.1, 1.1, threshold) for serious, share in product((0.15, 0.3, 1.1), (0.25, 0.35, 0.5, 0.7))]
    grid += [Levels(0.3, 0.35, lost, share, threshold) for lost, share in product((0.3, 0.6), (0.5, 0.7, 0.9))]
    grid += [Levels(0.3, 0.35, 0.3, 0.6, suspicious) for suspicious in (0.15, 0.2, 0.25, 0.3)]
    for levels in grid:
        row = [f"{name}: {' '.join(f'{v:.3f}' for v in f1(golds, threshold, levels, sides))}" for name, (golds, sides) in sets.items()]
        print(" ".join(f"{name} {value}" for name, value in levels._asdict().items()), "|", " | ".join(row), flush=True)


if __name__ == "__main__":
    main()
