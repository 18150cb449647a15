"""First step: every pair as tokens with labels.

    python benchmarks/reader/prepare.py --data DATA --work WORK [--seeds FOLDER]

Writes pairs.pkl, for the reader, examples.pkl, for the decision and the test, and references.json to WORK; nothing of them is part of the repository.
"""

from __future__ import annotations

import argparse
import difflib
import json
import pickle
import random
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from corpora import Example, hashed, read_all
from numpy.typing import NDArray
from plant import Words, collect, planted

from evaluator.diagnosis.joint import Joint, Tokens, join
from evaluator.embed.embedder import open_embedder
from evaluator.embed.models import find_model
from evaluator.embed.tokens import FileTokenizer

TARGETS = ("serious", "any", "planted", "mqm", "da_wmt", "da_edit")
HIGHEST_PENALTY = 25.0
LONGEST = 180
"""Word pieces of a side; longer pairs are left out of training."""
OWN_BASES = {"news20": 2500, "wmt22": 4500, "humans": 1500, "mlqe": 1500, "bio": 500}
"""Texts of each set in which errors of our own are planted."""
OWN_EACH = 4


class Labelled(NamedTuple):
    """A pair as arrays."""

    set: str
    part: str
    group: str
    kind: str
    joint: Joint
    targets: NDArray[np.float32]
    """By `TARGETS`; NaN where unknown."""
    quality: float
    tokens: NDArray[np.float32]
    """(n_hypothesis, 3): any error, serious error, edited; NaN where unknown."""
    lost: NDArray[np.float32]
    """(n_reference,): lost or changed; NaN where unknown."""


class Labels:
    """Tokens and labels of examples."""

    def __init__(self) -> None:
        self._tokenizer = FileTokenizer(find_model("minilm"))
        (self.special,) = [tuple(self._tokenizer.ids([""])[0])]

    def tokens(self, texts: Sequence[str]) -> list[Tokens]:
        """Word pieces of texts."""
        return [Tokens(tuple(place.ids[1:-1]), tuple(place.offsets[1:-1])) for place in self._tokenizer.places(texts)]

    def label(self, examples: Sequence[Example]) -> list[Labelled]:
        """The examples with labels, those over the length left out."""
        texts = list(dict.fromkeys(t for e in examples for t in (e.reference, e.hypothesis, e.original or "")))
        known = dict(zip(texts, self.tokens(texts), strict=True))
        return [
            self._labelled(e, known)
            for e in examples
            if max(len(known[e.reference].ids), len(known[e.hypothesis].ids)) <= LONGEST and known[e.hypothesis].ids and known[e.reference].ids
        ]

    def _labelled(self, e: Example, known: dict[str, Tokens]) -> Labelled:
        reference, hypothesis = known[e.reference], known[e.hypothesis]
        joint = join(e.reference, e.hypothesis, (reference, hypothesis), self.special)  # type: ignore[arg-type]
        tokens = np.full((len(hypothesis.ids), 3), np.nan, dtype=np.float32)
        lost = np.full(len(reference.ids), np.nan, dtype=np.float32)
        if e.marks is not None:
            tokens[:, :2] = _under_marks(hypothesis, e.marks)
        if e.kind == "human" or e.kind == "clean":
            tokens[:], lost[:] = 0, 0
        elif e.original is not None and e.set == "mlqe":
            tokens[:, 2], lost[:] = _difference(hypothesis, reference)
        elif e.original is not None:
            tokens[:], lost[:] = _planted(e, hypothesis, known[e.original], reference)
        return Labelled(e.set, e.part, e.group, e.kind, joint, _targets(e), np.nan if e.quality is None else e.quality, tokens, lost)


def _targets(e: Example) -> NDArray[np.float32]:
    out = np.array([e.targets.get(name, np.nan) for name in TARGETS], dtype=np.float32)
    k = TARGETS.index("mqm")
    out[k] = np.log1p(min(out[k], HIGHEST_PENALTY)) / np.log1p(HIGHEST_PENALTY) if not np.isnan(out[k]) else np.nan
    return out


def _under_marks(tokens: Tokens, marks: Iterable[Any]) -> NDArray[np.float32]:
    out = np.zeros((len(tokens.ids), 2), dtype=np.float32)
    for mark in marks:
        for k, (start, end) in enumerate(tokens.offsets):
            if start < mark.end and end > mark.start:
                out[k] += (mark.any, mark.serious)
    return np.minimum(out, 1.0)


def _difference(ours: Tokens, theirs: Tokens) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Tokens of either side that differ from the other."""
    a, b = np.zeros(len(ours.ids), np.float32), np.zeros(len(theirs.ids), np.float32)
    for op, i1, i2, j1, j2 in difflib.SequenceMatcher(None, ours.ids, theirs.ids, autojunk=False).get_opcodes():
        if op != "equal":
            a[i1:i2], b[j1:j2] = 1, 1
    return a, b


def _planted(e: Example, damaged: Tokens, whole: Tokens, reference: Tokens) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Labels of a planted error: what differs from the whole text, and the reference's tokens that went with it."""
    changed, gone = _difference(damaged, whole)
    serious = e.targets["planted"]
    tokens = np.stack([changed, changed * serious, changed], axis=1)
    went = [int(i) for i, g in zip(whole.ids, gone, strict=True) if g]
    lost = np.zeros(len(reference.ids), np.float32)
    for k, i in enumerate(reference.ids):
        if i in went:
            lost[k] = serious
    if went and not lost.any():
        lost[:] = np.nan  # the reference says it in other words
    return tokens, lost


def own_errors(examples: Sequence[Example], words: Words) -> list[Example]:
    """Errors of our own in outputs that people found good, the undamaged text beside them."""
    rng = random.Random(11)
    out: list[Example] = []
    for name, number in OWN_BASES.items():
        good = [e for e in examples if e.set == name and e.part != "test" and _good(e)]
        for base in rng.sample(good, min(number, len(good))):
            group = f"own {base.group} {hashed(base.hypothesis)}"
            clean = replace(base, set="own", group=group, kind="good", targets={"planted": 0.0}, quality=0.0, marks=None, original=None)
            damaged = [
                replace(
                    clean,
                    hypothesis=d.text,
                    kind=f"{d.severity} {d.kind}",
                    targets={"planted": float(d.severity != "minor")},
                    quality=-5.0 if d.severity != "minor" else -1.0,
                    original=base.hypothesis,
                )
                for d in planted(base.hypothesis, OWN_EACH, words, rng)
            ]
            out += [clean, *damaged] if damaged else []
    return out


def _good(e: Example) -> bool:
    """True where people found little or nothing wrong."""
    if e.set in ("news20", "bio"):
        return e.targets["any"] < 0.4 and e.targets["serious"] == 0
    if e.set == "wmt22":
        return e.targets["da_wmt"] > 0.5
    return e.set == "humans" or e.targets.get("da_edit", 0.0) > 0.7


def words_of(examples: Sequence[Example]) -> Words:
    """What errors are made of, from a sample of the outputs to learn from."""
    texts = [e.hypothesis for e in examples if e.part == "train" and e.set in ("news20", "wmt22", "ted", "bio")]
    return collect(random.Random(5).sample(texts, min(12000, len(texts))), open_embedder("minilm", all_layers=True))


def places(description: str | None) -> argparse.Namespace:
    """Where the data are and where to write, from the command line."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder with mqm/, human/, demetr/, wmt/ and articles/")
    parser.add_argument("--work", type=Path, required=True, help="folder for caches")
    parser.add_argument("--seeds", type=Path, help="folder of the article pair, whose paragraphs are left out as well")
    return parser.parse_args()


def main() -> None:
    """The command."""
    options = places(__doc__)
    examples = read_all(options.data, options.seeds)
    examples += own_errors(examples, words_of(examples))
    labelled = Labels().label(examples)
    options.work.mkdir(parents=True, exist_ok=True)
    with (options.work / "pairs.pkl").open("wb") as file:
        pickle.dump(labelled, file, protocol=5)
    with (options.work / "examples.pkl").open("wb") as file:
        pickle.dump([e for e in examples if e.part != "train" or e.set == "demetr"], file, protocol=5)
    learned = sorted({e.reference for e in examples if e.part == "train"})
    (options.work / "references.json").write_text(json.dumps(learned), encoding="utf-8")
    for (name, part), n in sorted(Counter((one.set, one.part) for one in labelled).items()):
        print(f"{name:8s} {part:5s} {n:6d} pairs, {np.mean([len(x.joint.ids) for x in labelled if (x.set, x.part) == (name, part)]):.0f} tokens")


if __name__ == "__main__":
    main()
