"""First step: all pairs, their token labels and the vectors of all texts.

    python benchmarks/diagnosis/prepare.py --data DATA --work WORK [--limit N] [--no-vectors]

Reads DEMETR (MIT), the TED talks with MQM marks (Apache-2.0) and WMT22 reference pairs; see `corpora.py`.
Writes rows.pkl, items.pkl, index.json and vectors.f16 to WORK; none of that is part of the repository.
"""

from __future__ import annotations

import argparse
import difflib
import json
import random
import time
from collections import Counter
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from corpora import LAYERS, MEANING, SERIOUS, Item, Row, add_folders, demetr, dump, human_split, ted, text_key
from numpy.typing import NDArray
from plant import collect, planted

from evaluator.diagnosis.pairs import pieces_of
from evaluator.diagnosis.sides import Pieces
from evaluator.embed.embedder import ModelEmbedder, open_embedder

UNSEEN = ("full_lower", "first_lower", "tokenized")
"""Planted changes that an uncased tokenizer may not see."""
OWN_DEMETR, OWN_TALKS, TALKS = 9, 5, 1500
"""Errors of our own in each DEMETR text and in each of so many segments of the talks."""


class Labels:
    """Token labels of pairs.

    Args:
        embedder: whose tokenizer counts.
    """

    def __init__(self, embedder: ModelEmbedder) -> None:
        self._pieces = lru_cache(maxsize=None)(lambda text: pieces_of(embedder, [text])[0])

    def pieces(self, text: str) -> Pieces:
        """Word pieces of a text."""
        return self._pieces(text)

    def none(self, row: Row) -> Item:
        """A pair without any error."""
        return Item(row, np.zeros((len(self.pieces(row.hypothesis).ids), 3), np.float32))

    def planted(self, row: Row, unharmed: str) -> Item | None:
        """A planted error: what differs from the unharmed text; None where the tokens are the same."""
        a, b = list(self.pieces(unharmed).ids), list(self.pieces(row.hypothesis).ids)
        if row.category in UNSEEN and a == b:
            return None
        labels = np.zeros((len(b), 3), np.float32)
        lost: list[int] = []
        serious = row.severity in SERIOUS
        for op, i1, i2, j1, j2 in difflib.SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
            if op == "equal":
                continue
            labels[j1:j2, 0] = 1
            labels[j1:j2, 2] = float(serious)
            if op == "delete":
                labels[max(j1 - 1, 0) : j1 + 1, 1] = 1
            if op != "insert":
                lost += range(i1, i2)
        return Item(row, labels, lost if serious else [], unharmed)

    def marked(self, row: Row, errors: list[dict[str, Any]]) -> Item:
        """A segment with experts' marks."""
        item = self.none(row)
        for error in errors:
            item.mqm += 5 if error["severity"] == "major" else 1
            if error["start"] is not None:
                self._mark(item.labels, row.hypothesis, error)
        return item

    def _mark(self, labels: NDArray[np.float32], text: str, error: dict[str, Any]) -> None:
        """Labels of the tokens under one mark."""
        serious = error["severity"] == "major" and error["category"].startswith(MEANING)
        for k, (start, end) in enumerate(self.pieces(text).offsets):
            if start < error["end"] and end > error["start"]:
                if not error["category"].startswith("Fluency/Punct"):
                    labels[k, 0] = 1
                if serious:
                    labels[k, 2] = 1


def worst_of_meaning(errors: list[dict[str, Any]]) -> str:
    """`major` where a major error of meaning is marked, `minor` where only lesser ones are, or `none`."""
    marked = [error["severity"] for error in errors if error["category"].startswith(MEANING)]
    return "major" if "major" in marked else "minor" if marked else "none"


def build(data: Path, labels: Labels, limit: int) -> tuple[list[Row], list[Item]]:
    """All pairs, and those among them that the token head can learn from."""
    rows: list[Row] = []
    items: list[Item] = []
    seen: set[str] = set()
    for r in demetr(data, limit):
        if r["severity"] == "base":
            continue
        group, fold = "d" + r["id"], int(r["id"]) % 5
        if r["id"] not in seen:
            seen.add(r["id"])
            rows.append(Row("clean", r["reference"], r["mt"], group, "clean", "none", fold))
            items.append(labels.none(rows[-1]))
        rows.append(Row("pert", r["reference"], r["perturbed"], group, r["category"], r["severity"], fold))
        item = labels.planted(rows[-1], r["mt"])
        if item is not None:
            items.append(item)
    talks = ted(data, limit)
    first = min(r["doc"] for r in talks)
    for r in talks:
        if r["reference"].strip() and r["hypothesis"].strip():
            fold = 1 if r["doc"] == first else 3
            rows.append(Row("ted", r["reference"], r["hypothesis"], f"t{r['doc']}.{r['seg']}", "ted", worst_of_meaning(r["errors"]), fold))
            items.append(labels.marked(rows[-1], r["errors"]))
    test, train = human_split(data, limit)
    human = [Row("hh", x, y, f"hh{i}", "hh", "none", 1 + i % 4) for i, (x, y) in enumerate(train)]
    human += [Row("hhtest", x, y, f"hhtest{i}", "hhtest", "none", 0) for i, (x, y) in enumerate(test)]
    return rows + human, items + [labels.none(row) for row in human]


def extend(rows: list[Row], labels: Labels, embedder: ModelEmbedder) -> list[Item]:
    """Pairs for the token heads alone: DEMETR pairs turned round, and errors of our own in both ways round and in the talks."""
    rng = random.Random(7)
    given = [row for row in rows if row.kind in ("clean", "ted")]
    words = collect([text for row in given for text in (row.reference, row.hypothesis)], embedder)
    right = [row for row in given if row.kind == "ted" and row.severity == "none"]
    rng.shuffle(right)
    items: list[Item] = []
    bases = [
        base
        for row in given
        if row.kind == "clean"
        for base in (row, Row("turned", row.hypothesis, row.reference, "x" + row.group, "turned", "none", row.fold))
    ]
    bases += [row._replace(kind="talk", group=f"y{n}{row.group}") for n, row in enumerate(right[:TALKS])]
    for base in bases:
        if base.kind != "clean":
            items.append(labels.none(base))
        own = "own_talk" if base.kind == "talk" else "own"
        for damaged in planted(base.hypothesis, OWN_TALKS if base.kind == "talk" else OWN_DEMETR, words, rng):
            row = Row(own, base.reference, damaged.text, base.group, "own_" + damaged.kind, damaged.severity, base.fold)
            item = labels.planted(row, base.hypothesis)
            if item is not None:
                items.append(item)
    return items


def embed(texts: list[str], embedder: ModelEmbedder, work: Path) -> None:
    """One pass over all texts."""
    index: dict[str, tuple[int, int]] = {}
    place, started = 0, time.time()
    with (work / "vectors.f16").open("wb") as file:
        for i in range(0, len(texts), 256):
            part = texts[i : i + 256]
            for text, layers in zip(part, embedder.vectors(embedder.token_ids(part)), strict=True):
                vectors = np.ascontiguousarray(layers[list(LAYERS)].swapaxes(0, 1).astype(np.float16))
                file.write(vectors.tobytes())
                index[text_key(text)] = (place, place + len(vectors))
                place += len(vectors)
            print(f"{i + len(part)} of {len(texts)} texts, {time.time() - started:.0f} s", flush=True)
    (work / "index.json").write_text(json.dumps(index), encoding="utf-8")


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_folders(parser, data=True)
    parser.add_argument(
        "--limit", type=int, default=0, metavar="N", help="only the first N DEMETR texts, N segments a talk and N human pairs of each part, to try things out"
    )
    parser.add_argument("--no-vectors", action="store_true", help="pairs and labels only")
    options = parser.parse_args()
    embedder = open_embedder("minilm", all_layers=True)
    labels = Labels(embedder)
    rows, items = build(options.data, labels, options.limit)
    items += extend(rows, labels, embedder)
    dump(rows, options.work / "rows.pkl")
    dump(items, options.work / "items.pkl")
    print(len(rows), "pairs,", len(items), "with labels:", dict(Counter(item.row.kind for item in items)))
    if not options.no_vectors:
        # a few planted errors start from another version of the unharmed text than the one that is judged
        texts = [text for row in rows for text in (row.reference, row.hypothesis)]
        texts += [text for item in items for text in (item.row.hypothesis, item.unharmed) if text]
        embed(list(dict.fromkeys(texts)), embedder, options.work)


if __name__ == "__main__":
    main()
