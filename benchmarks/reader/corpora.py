"""Pairs that the reader learns from and is judged on, read from a folder given on the command line; no command of its own.

- `mqm/news20.zh-en.mqm.jsonl.gz`: WMT20 news, three experts' MQM marks a segment, two references
- `mqm/bio.xx-en.mqm.jsonl.gz`: medical abstracts, one expert
- `human/ted21.zh-en.spans.jsonl.gz`: TED talks, one expert
- `mqm/mlqe.xx-en.da_pe.jsonl.gz`: direct assessments with a post-edited reference
- `human/wmt22.*-en.da.tsv.gz`: direct assessments of WMT22
- `demetr/demetr.tsv.gz`: planted errors
- `wmt/*-en/ref.*.txt`: pairs of two human references

Each pair is in one part: `train` for the reader, `fit` for the decision that joins reader and
detectors, `test` for neither. Parts are whole documents, talks, sentences or sources. No pair whose
reference or hypothesis stands as a reference in the development articles or in the article pair is in
any part.
"""

from __future__ import annotations

import csv
import gzip
import json
import random
import re
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

MEANING = ("Accuracy", "Terminology", "Non-translation")
"""Beginnings of MQM categories that are errors of meaning."""
SERIOUS = ("major", "critical")
PARTS = 8
"""Of as many documents one is for the test and one for the decision."""
LEFT_SYSTEM = "Online-B.1605"
"""A system of news20 that is in the test alone."""
LEFT_TALK = "talk.7"
N_HUMAN = 400
PENALTY = {"critical": 5, "major": 5, "minor": 1}


class Mark(NamedTuple):
    """Characters of the hypothesis that raters marked."""

    start: int
    end: int
    any: float
    """Share of raters who marked an error of meaning here."""
    serious: float


@dataclass
class Example:
    """A pair with what is known of it."""

    set: str
    part: str
    group: str
    """Pairs that may be ranked against each other."""
    reference: str
    hypothesis: str
    kind: str = ""
    """Of the planted error, or the system."""
    targets: dict[str, float] = field(default_factory=dict)
    """`serious` and `any`: share of raters; `mqm`: their mean penalty; `planted`: 0 or 1; `da_wmt`, `da_edit`: standardized assessments."""
    quality: float | None = None
    """Comparable within the group, higher is better."""
    marks: list[Mark] | None = None
    """None where nobody looked for places."""
    original: str | None = None
    """The text before an error was planted or after it was edited, for token labels."""
    raters: int = 0


def key_of(text: str) -> str:
    """A text for looking it up: case, blanks and punctuation do not count."""
    return "".join(re.findall(r"\w+", text.casefold()))


def kept_out(data: Path, seeds: Path | None = None) -> set[str]:
    """Keys of the development articles' texts, and of the article pair's."""
    rows = [json.loads(line) for line in (data / "articles/dev.jsonl").open(encoding="utf-8")]
    texts = [text for row in rows for text in (row["reference"], row["hypothesis"])]
    for path in sorted(seeds.glob("*.txt")) if seeds is not None else []:
        texts += path.read_text(encoding="utf-8").splitlines()
    return {key_of(text) for text in texts} - {""}


def _read(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)


def _table(path: Path) -> list[dict[str, str]]:
    csv.field_size_limit(10**9)
    with gzip.open(path, "rt", encoding="utf-8", newline="\n") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def _part(number: int, parts: int = PARTS) -> str:
    return {0: "test", parts // 2: "fit"}.get(number % parts, "train")


def hashed(text: str) -> int:
    """A number of the text that is the same in every process."""
    return zlib.crc32(text.encode())


def meaning(error: Mapping[str, Any]) -> bool:
    """True for an MQM error of meaning of some weight."""
    return str(error["category"]).startswith(MEANING) and error["severity"] in PENALTY


def marked(raters: Sequence[Sequence[Mapping[str, Any]]]) -> tuple[dict[str, float], list[Mark]]:
    """Targets and marks from the raters of one hypothesis."""
    k = len(raters)
    found = [[e for e in errors if meaning(e)] for errors in raters]
    targets = {
        "any": sum(map(bool, found)) / k,
        "serious": sum(any(e["severity"] in SERIOUS for e in errors) for errors in found) / k,
        "mqm": sum(PENALTY[e["severity"]] for errors in found for e in errors) / k,
    }
    marks = [
        Mark(e["start"], e["end"], 1 / k, float(e["severity"] in SERIOUS) / k)
        for errors in found
        for e in errors
        if e["start"] is not None and e["end"] - e["start"] > 0
    ]
    return targets, marks


def news20(data: Path) -> Iterator[Example]:
    """WMT20 news with three raters, each hypothesis beside each reference."""
    rows = list(_read(data / "mqm/news20.zh-en.mqm.jsonl.gz"))
    number = {name: k for k, name in enumerate(sorted({row["document"] for row in rows}))}
    for row in rows:
        part = _part(number[row["document"]])
        if row["system"] == LEFT_SYSTEM and part != "test":
            continue
        targets, marks = marked(row["raters"])
        human = str(row["system"]).startswith("Human")
        for k, reference in enumerate(row["references"][:1] if human else row["references"]):
            group = f"news20 {row['document']} {row['segment']} {k}"
            yield Example(
                "news20" if k == 0 else "news20b",
                part,
                group,
                reference,
                row["hypothesis"],
                row["system"],
                targets,
                -targets["mqm"],
                marks,
                raters=len(row["raters"]),
            )


def bio(data: Path) -> Iterator[Example]:
    """Medical abstracts with one rater."""
    rows = list(_read(data / "mqm/bio.xx-en.mqm.jsonl.gz"))
    number = {name: k for k, name in enumerate(sorted({row["document"] for row in rows}))}
    for row in rows:
        targets, marks = marked(row["raters"])
        group = f"bio {row['document']} {row['segment']}"
        yield Example(
            "bio", _part(number[row["document"]]), group, row["references"][0], row["hypothesis"], row["system"], targets, -targets["mqm"], marks, raters=1
        )


def ted(data: Path) -> Iterator[Example]:
    """TED talks with one rater; one talk is left out."""
    for row in _read(data / "human/ted21.zh-en.spans.jsonl.gz"):
        part = "test" if row["doc"] == LEFT_TALK else "fit" if row["seg"] % 6 == 3 else "train"
        targets, marks = marked([row["errors"]])
        yield Example(
            "ted", part, f"ted {row['doc']} {row['seg']}", row["reference"], row["hypothesis"], row["system"], targets, -targets["mqm"], marks, raters=1
        )


def mlqe(data: Path) -> Iterator[Example]:
    """Sentences with direct assessments and what a post-editor made of them."""
    for k, row in enumerate(_read(data / "mqm/mlqe.xx-en.da_pe.jsonl.gz")):
        reference = detokenized(row["reference"])
        part = _part(hashed(reference), 10)
        yield Example("mlqe", part, f"mlqe {k}", reference, detokenized(row["hypothesis"]), row["pair"], {"da_edit": row["da_z"]}, original=reference)


_BEFORE, _AFTER = re.compile(r"\s+([.,;:!?%)\]}]|'s\b|n't\b|'(?:re|ve|ll|d|m)\b)"), re.compile(r"([(\[{])\s+")


def detokenized(text: str) -> str:
    """The text without the blanks that a tokenizer put before punctuation."""
    return _AFTER.sub(r"\1", _BEFORE.sub(r"\1", text))


def assessed(data: Path) -> Iterator[Example]:
    """WMT22 outputs with direct assessments."""
    for pair in ("de-en", "ru-en"):
        for row in _table(data / f"human/wmt22.{pair}.da.tsv.gz"):
            score = float(row["human_score"])
            group = f"wmt22 {pair} {row['seg']}"
            part = _part(hashed(row["doc"]), 10)
            yield Example(
                "wmt22", part, group, row["reference"], row["hypothesis"], row["system"], {"da_wmt": score}, 2.0 * score, raters=int(row["n_ratings"])
            )


def demetr(data: Path) -> Iterator[Example]:
    """Translations with and without one planted error."""
    rows = [row for row in _table(data / "demetr/demetr.tsv.gz") if row["pert_check"] == "1" and row["mt"] != row["perturbed"]]
    seen: set[str] = set()
    for row in rows:
        number = int(row["id"])
        part = "test" if number % 5 == 0 else "fit" if number % 10 == 3 else "train"
        group = f"demetr {row['id']}"
        if row["id"] not in seen:
            seen.add(row["id"])
            yield Example("demetr", part, group, row["reference"], row["mt"], "clean", {"planted": 0.0}, 0.0, [], row["mt"])
        if row["severity"] == "base":
            continue
        quality = {"critical": -5.0, "major": -4.0, "minor": -1.0}[row["severity"]]
        serious = float(row["severity"] in SERIOUS)
        yield Example(
            "demetr", part, group, row["reference"], row["perturbed"], f"{row['severity']} {row['category']}", {"planted": serious}, quality, None, row["mt"]
        )


def humans(data: Path) -> Iterator[Example]:
    """Two human references of one source, as versions of each other."""
    pairs: list[tuple[str, str]] = []
    for folder in sorted((data / "wmt").glob("*-en")):
        files = sorted(folder.glob("ref.*.txt"))[:2]
        if len(files) == 2:
            first, second = (path.read_text(encoding="utf-8").removesuffix("\n").split("\n") for path in files)
            pairs += [(x, y) for x, y in zip(first, second, strict=True) if x.strip() and y.strip() and x != y and "CANARY" not in x]
    test = set(random.Random(4).sample(pairs, N_HUMAN))
    tested = {key_of(text) for pair in test for text in pair}
    for k, pair in enumerate(pairs):
        near = pair not in test and any(key_of(text) in tested for text in pair)
        if not near:
            yield Example("humans", "test" if pair in test else "fit" if k % 4 == 1 else "train", f"humans {k}", *pair, "human", {"planted": 0.0}, 0.0, [])


READERS = (news20, bio, ted, mlqe, assessed, demetr, humans)


def read_all(data: Path, seeds: Path | None = None) -> list[Example]:
    """All pairs that may be used, in a fixed order."""
    out = kept_out(data, seeds)
    examples = [example for reader in READERS for example in reader(data) if example.reference.strip() and example.hypothesis.strip()]
    kept = [example for example in examples if key_of(example.reference) not in out and key_of(example.hypothesis) not in out]
    assert not any(key_of(example.reference) in out for example in kept)
    judged = {key_of(example.reference) for example in kept if example.part != "train"}
    return [example for example in kept if example.part != "train" or key_of(example.reference) not in judged]
