"""Pairs that the diagnosis is trained on, and the caches that the other files here share; no command of its own.

Read from a folder given on the command line, never shipped:

- DEMETR (MIT): machine translations into English, each with planted errors, `demetr/demetr.tsv.gz`
- TED talks, Chinese to English, with experts' MQM marks (Apache-2.0), `human/ted21.zh-en.spans.jsonl.gz`
- WMT22 into English: pairs of two human references, harmless rewordings by definition, `wmt/*-en/ref.*.txt`

Folds: a DEMETR text has its id modulo 5; the first talk is fold 1, the others fold 3; human pairs are dealt out
over folds 1 to 4, except for 400 that are kept apart as `hhtest` in fold 0.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import hashlib
import json
import pickle
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evaluator.diagnosis.pairs import LAYERS

SERIOUS = ("critical", "major")
MEANING = ("Accuracy", "Terminology")
"""Beginnings of MQM categories that are errors of meaning."""
DIMENSION = 384
N_TEST, N_TRAIN = 400, 1400
"""Human pairs kept apart, and those trained on."""


class Row(NamedTuple):
    """One pair."""

    kind: str
    """`clean` and `pert` from DEMETR, `ted`, `hh` and `hhtest` from WMT; for the token heads alone `turned` (a clean pair the other way
    round), `own` (errors of our own in either), `talk` and `own_talk` (the same in segments of the talks)."""
    reference: str
    hypothesis: str
    group: str
    """Pairs with the same reference."""
    category: str
    """DEMETR's name of the planted error; the kind for all others."""
    severity: str
    """Of the planted error; for talks the worst error of meaning."""
    fold: int


@dataclass
class Item:
    """A pair with labels for the token head."""

    row: Row
    labels: NDArray[np.float32]
    """(n, 3) over hypothesis tokens: any error, something lost beside it, a serious error."""
    lost: list[int] = field(default_factory=list)
    """Tokens of the unharmed text that a serious planted error took away."""
    unharmed: str = ""
    mqm: float = 0.0
    """Experts' penalty: 5 a major error, 1 any other."""


def add_folders(parser: argparse.ArgumentParser, data: bool = False) -> None:
    """The options that every command here has."""
    if data:
        parser.add_argument("--data", type=Path, required=True, help="folder with demetr/, human/ and wmt/")
    parser.add_argument("--work", type=Path, required=True, help="folder for caches, about 2 GB")


def demetr(data: Path, limit: int = 0) -> list[dict[str, str]]:
    """Rows of DEMETR that passed its own check and whose planted error changed something; of the first `limit` texts, 0 for all."""
    csv.field_size_limit(10**9)
    with gzip.open(data / "demetr/demetr.tsv.gz", "rt", encoding="utf-8", newline="\n") as file:
        table = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        rows = [row for row in table if row["pert_check"] == "1" and row["mt"] != row["perturbed"]]
    kept = set(list(dict.fromkeys(row["id"] for row in rows))[: limit or None])
    return [row for row in rows if row["id"] in kept]


def ted(data: Path, limit: int = 0) -> list[dict[str, Any]]:
    """Marked segments of the talks; the first `limit` of each talk, 0 for all."""
    with gzip.open(data / "human/ted21.zh-en.spans.jsonl.gz", "rt", encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    if not limit:
        return rows
    return [row for doc in sorted({row["doc"] for row in rows}) for row in [r for r in rows if r["doc"] == doc][:limit]]


def human_pairs(data: Path) -> list[tuple[str, str]]:
    """Two human references of the same source that differ, from every WMT set into English that has two."""
    human: list[tuple[str, str]] = []
    for folder in sorted((data / "wmt").glob("*-en")):
        files = sorted(folder.glob("ref.*.txt"))[:2]
        if len(files) == 2:
            first, second = (path.read_text(encoding="utf-8").removesuffix("\n").split("\n") for path in files)
            human += [(x, y) for x, y in zip(first, second, strict=True) if x.strip() and y.strip() and x != y and "CANARY" not in x]
    return human


def human_split(data: Path, limit: int = 0) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Pairs kept apart and pairs to train on."""
    human = human_pairs(data)
    test = random.Random(4).sample(human, N_TEST)
    apart = set(test)
    train = random.Random(5).sample([pair for pair in human if pair not in apart], N_TRAIN)
    return test[: limit or None], train[: limit or None]


def text_key(text: str) -> str:
    """The key of a text in the index of vectors."""
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


class Store:
    """Token vectors on disk, float16, of the layers that the diagnosis uses.

    Args:
        work: the folder of caches.
    """

    def __init__(self, work: Path) -> None:
        self._index: dict[str, tuple[int, int]] = json.loads((work / "index.json").read_text(encoding="utf-8"))
        self._vectors = np.memmap(work / "vectors.f16", dtype=np.float16, mode="r").reshape(-1, len(LAYERS), DIMENSION)

    def whole(self, text: str) -> NDArray[np.float32]:
        """All tokens, special ones included, (n_layers, n_tokens + 2, dimension)."""
        first, end = self._index[text_key(text)]
        return self._vectors[first:end].swapaxes(0, 1).astype(np.float32)

    def inner(self, text: str) -> NDArray[np.float16]:
        """Tokens without the special ones, (n_tokens, n_layers, dimension)."""
        first, end = self._index[text_key(text)]
        return self._vectors[first + 1 : end - 1]


def dump(value: object, path: Path) -> None:
    """Writes a cache."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        pickle.dump(value, file)


def load(path: Path) -> Any:
    """Reads a cache that `dump` wrote; only files of one's own, as a pickle can run code."""
    with path.open("rb") as file:
        return pickle.load(file)


def columns(rows: Sequence[Row]) -> dict[str, NDArray[Any]]:
    """Kind, category, severity and fold of all rows as arrays."""
    return {name: np.array([getattr(row, name) for row in rows]) for name in ("kind", "category", "severity", "fold")}
