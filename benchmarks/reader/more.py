"""Pairs without labels, for a reader that learns from larger ones.

    python benchmarks/reader/more.py --data DATA --work WORK [--seeds FOLDER]

Outputs of WMT22 systems beside references and beside each other, outputs of the labelled sets beside
each other, and errors of our own in all of these. Writes more.pkl to WORK and adds the references to
references.json. Texts of the development articles, and of the parts `fit` and `test`, are left out.
"""

from __future__ import annotations

import json
import pickle
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from corpora import Example, hashed, kept_out, key_of, read_all
from plant import Words, planted
from prepare import Labels, places, words_of

PAIRS = ("zh-en", "de-en", "cs-en", "ru-en")
NATURAL, DAMAGED = "unlabelled", "damaged"
"""Names of the two sets."""
N_BASES, EACH = 45_000, 3


class Sieve:
    """Lets a pair through once, and none with a text that readers are judged on."""

    def __init__(self, examples: Sequence[Example], out: set[str]) -> None:
        self._out = out | {key_of(text) for e in examples if e.part != "train" for text in (e.reference, e.hypothesis)}
        self._seen = {(e.reference, e.hypothesis) for e in examples}

    def allows(self, *texts: str) -> bool:
        """True where none of the texts is kept for judging."""
        return all((key := key_of(text)) and key not in self._out and "CANARY" not in text for text in texts)

    def passes(self, reference: str, hypothesis: str) -> bool:
        """True for a new pair of two different texts, both allowed."""
        pair = (reference, hypothesis)
        if reference == hypothesis or pair in self._seen or not self.allows(*pair):
            return False
        self._seen.add(pair)
        return True


def lines_of(path: Path) -> list[str]:
    """The segments of a file."""
    return path.read_text(encoding="utf-8").removesuffix("\n").split("\n")


def of_wmt(data: Path, sieve: Sieve) -> Iterator[Example]:
    """Each output beside each reference, and two pairs of outputs a segment."""
    for pair in PAIRS:
        folder = data / f"wmt/wmt22.{pair}"
        references = [lines_of(path) for path in sorted(folder.glob("ref.*.txt"))]
        systems = {path.stem: lines_of(path) for path in sorted((folder / "sys").glob("*.txt"))}
        rng = random.Random(3)
        for k, texts in enumerate(zip(*references, strict=True)):
            for j, reference in enumerate(texts):
                for name, outputs in systems.items():
                    if sieve.passes(reference, outputs[k]):
                        yield Example(NATURAL, "train", f"{pair} {k} {j}", reference, outputs[k], name)
            for _ in range(2 if sieve.allows(*texts) else 0):
                a, b = rng.sample(sorted(systems), 2)
                if sieve.passes(systems[a][k], systems[b][k]):
                    yield Example(NATURAL, "train", f"{pair} {k} systems", systems[a][k], systems[b][k], b)


def of_labelled(train: Sequence[Example], sieve: Sieve) -> Iterator[Example]:
    """Outputs of one segment beside each other."""
    rng = random.Random(7)
    groups: dict[str, list[Example]] = {}
    for e in train:
        if e.set in ("news20", "bio", "ted"):
            groups.setdefault(e.group, []).append(e)
    for name, members in groups.items():
        for _ in range(3 if len(members) > 1 else 0):
            a, b = rng.sample(members, 2)
            if sieve.passes(a.hypothesis, b.hypothesis):
                yield Example(NATURAL, "train", f"{name} outputs", a.hypothesis, b.hypothesis, b.kind)


def damaged(bases: Sequence[Example], words: Words) -> Iterator[Example]:
    """Errors of our own in outputs of any quality; the undamaged output is the better one, and nothing else is known."""
    rng = random.Random(12)
    for base in rng.sample(bases, min(N_BASES, len(bases))):
        clean = Example(DAMAGED, "train", f"damaged {base.group} {hashed(base.hypothesis)}", base.reference, base.hypothesis, "good", {}, 0.0)
        errors = planted(base.hypothesis, EACH, words, rng)
        if errors:
            yield clean
        for d in errors:
            yield replace(clean, hypothesis=d.text, kind=f"{d.severity} {d.kind}", quality=-1.0 if d.severity == "minor" else -5.0)


def main() -> None:
    """The command."""
    options = places(__doc__)
    examples = read_all(options.data, options.seeds)
    train = [e for e in examples if e.part == "train"]
    sieve = Sieve(examples, kept_out(options.data, options.seeds))
    natural = [*of_wmt(options.data, sieve), *of_labelled(train, sieve)]
    bases = [e for e in train if e.set in ("news20", "news20b", "bio", "ted", "wmt22", "humans")] + natural
    labelled = Labels().label([*natural, *damaged(bases, words_of(examples))])
    with (options.work / "more.pkl").open("wb") as file:
        pickle.dump(labelled, file, protocol=5)
    known = options.work / "references.json"
    learned = {*json.loads(known.read_text(encoding="utf-8")), *(e.reference for e in natural)}
    known.write_text(json.dumps(sorted(learned)), encoding="utf-8")
    print(Counter(one.set for one in labelled))


if __name__ == "__main__":
    main()
