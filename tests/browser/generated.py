"""A run as an evaluation campaign has it: generated texts, six systems that differ from each other, documents, sources, a diagnosis of stand-in numbers."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

import evaluator
from evaluator.frames import empty_table
from evaluator.types import Evaluation, Table

SEGMENTS = 1700
VOCABULARY = 6000
SYLLABLES = "ba ce di fo gu han jer kil mon nut pra qui ros sten tal ur vel win xo yat zen ar el in or us".split()
CATEGORIES = ("accuracy/mistranslation", "accuracy/omission", "accuracy/number", "accuracy/name", "fluency/grammar")
SEVERITY = ("none", "minor", "major", "critical")
THRESHOLD = 0.6
SHARES = (0.16, 0.12, 0.122, 0.2, 0.202, 0.25)
"""Words that a system changes; some systems are as good as others."""


def words(rng: np.random.Generator) -> list[str]:
    """Pseudo-words, the frequent ones short."""
    made = dict.fromkeys("".join(rng.choice(SYLLABLES, size=1 + int(rng.integers(0, 2 + k // 400) > 0) + int(k > 3000))) for k in range(3 * VOCABULARY))
    return list(made)[:VOCABULARY]


def paragraphs(rng: np.random.Generator, known: list[str], n: int) -> list[list[str]]:
    """Paragraphs of Zipf-distributed words, 8 to 45 of them."""
    lengths = rng.integers(8, 46, n)
    ranks = np.minimum(rng.zipf(1.25, int(lengths.sum())) - 1, len(known) - 1)
    ends = np.cumsum(lengths)[:-1]
    return [[known[k] for k in part] for part in np.split(ranks, ends)]


def changed(rng: np.random.Generator, text: list[str], known: list[str], share: float) -> list[str]:
    """The words with a share of them replaced or left out."""
    kept = [(word, draw) for word, draw in zip(text, rng.random(len(text)).tolist(), strict=True) if draw >= share or draw < share * 0.8]
    return [known[int(rng.integers(len(known)))] if draw < share * 0.8 else word for word, draw in kept]


def sentence(text: list[str]) -> str:
    return " ".join(text).capitalize() + "."


@cache
def generated_run() -> Evaluation:
    """Scores by BLEU, chrF and TER are real, and so are their tests; risk, fidelity and findings are stand-ins from a seeded generator."""
    rng = np.random.default_rng(20)
    known = words(rng)
    references = paragraphs(rng, known, SEGMENTS)
    sources = [sentence([word[::-1] for word in text]) for text in references]
    outputs = {f"system-{name}": [sentence(changed(rng, text, known, share)) for text in references] for name, share in zip("ABCDEF", SHARES, strict=True)}
    documents = [f"news-{1 + k // 20}" for k in range(SEGMENTS)]
    run = evaluator.evaluate(
        [sentence(text) for text in references],
        outputs,
        source=sources,
        documents=documents,
        metrics=["bleu", "chrf", "ter"],
        diagnose="off",
        resamples=300,
    )
    return judged(run.evaluation, rng)


def judged(run: Evaluation, rng: np.random.Generator) -> Evaluation:
    """The run with a diagnosis whose numbers follow chrF, and a finding in every sixth row."""
    columns: dict[str, list[Any]] = dict(run.tables["segments"].columns)
    n = len(columns["system"])
    risk = np.clip(1 - np.array(columns["chrf"]) / 100 + rng.normal(0, 0.2, n), 0, 1).round(6)
    columns |= {"risk": risk.tolist(), "fidelity": (100 * (1 - risk)).round(4).tolist(), "flagged": (risk > THRESHOLD).tolist()}
    columns["severity"] = [SEVERITY[2 + k % 2] if r > THRESHOLD else SEVERITY[k % 2] for k, r in enumerate(risk)]
    columns["reason"] = [""] * n
    findings: dict[str, list[Any]] = {name: [] for name in empty_table("findings").columns}
    for k in [k for k in range(n) if columns["severity"][k] != "none" and (k % 6 == 0 or columns["flagged"][k])]:
        text, category = columns["hypothesis"][k].split(" ")[0], CATEGORIES[k % len(CATEGORIES)]
        columns["reason"][k] = f'{category.partition("/")[2]}: "{text}"'
        row = (columns["system"][k], columns["document"][k], columns["segment"][k], k, category, columns["severity"][k], "hypothesis", 0, len(text), text,
               "", "stand-in", "a stand-in finding")  # fmt: skip
        for values, value in zip(findings.values(), row, strict=True):
            values.append(value)
    names = run.manifest.systems
    counts = {
        name: [sum(s == system and severity == name for s, severity in zip(findings["system"], findings["severity"], strict=True)) for system in names]
        for name in ("critical", "major", "minor")
    }
    flagged = [sum(bool(f) and s == system for s, f in zip(columns["system"], columns["flagged"], strict=True)) for system in names]
    scores = {**run.tables["scores"].columns, "flagged": flagged, **counts}
    fidelity = {**dict.fromkeys(("name", "title", "statistics", "column"), "fidelity"), "formula": {}, "higher_is_better": True, "unit_scale": False}
    tables = {**run.tables, **{name: Table(name, made) for name, made in (("segments", columns), ("findings", findings), ("scores", scores))}}
    return Evaluation(tables, run.statistics, run.manifest.changed(compared=[*run.manifest["compared"], fidelity]))
