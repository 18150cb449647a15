"""How far a run's metrics can be trusted: judged by the run's own human scores, and by what was published for its language pair.

What is found goes into run.json (`trust`), where the reports take it from.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from evaluator.compare import contest_of
from evaluator.compare.formulas import make_formula
from evaluator.compare.plan import MetricData
from evaluator.readers.testsets import is_human
from evaluator.run_json import Manifest
from evaluator.types import Evaluation, FloatArray

if TYPE_CHECKING:
    from evaluator.meta.material import MetricColumns

HUMAN_NAMES = ("human", "human_score", "mqm", "mqm_score", "esa", "esa_score", "da", "da_z")
"""Names of imported scores that people gave, where the form of the file does not say so."""
PLAN: dict[str, Any] = {"statistics": ("pairwise_accuracy", "spa", "pearson", "acc_eq"), "groupings": ("none", "item"), "resamples": 200, "draws": 0}
SHOWN = {
    ("pairwise_accuracy", "all systems"): "pairwise accuracy", ("spa", "all systems"): "SPA", ("pearson", "none"): "segment Pearson",
    ("acc_eq", "item"): "acc-eq by item",
}  # fmt: skip
MIN_SEGMENTS = 10
"""Judged segments below which nothing is said of metrics."""
_LISTED = (
    "af am ar as az be bg bho bn bs ca cs cy da de el en es et eu fa fi fil fr ga gl gu ha he hi hr hu hy id ig is it iu ja jv ka kk km kn ko ky liv lo lt lv "
    "mas mi mk ml mn mr ms mt my nb ne nl nn no pa pl ps pt ro ru sah si sk sl so sq sr sv sw ta te th tl tr uk ur uz vi xh yo yue zh zu"
)
CODES = frozenset(_LISTED.split())
"""Languages of WMT's pairs and their neighbours: `in-a` in a name of a file is no pair."""
_PAIR = re.compile(r"(?<![a-z])([a-z]{2,3})[-_]([a-z]{2,3})(?![a-z])")


def with_trust(evaluation: Evaluation) -> Evaluation:
    """The run with `trust` in run.json where it has human scores or a known language pair; else as it is."""
    manifest = evaluation.manifest
    if manifest.compared is None:
        return evaluation
    names = {entry.title: entry.name for entry in manifest.compared if not entry.part}
    human = [title for title, name in names.items() if is_judged_by_people(manifest, title, name)]
    metrics = {title: name for title, name in names.items() if title not in human}
    pair = pair_of(manifest)
    rows = [*(own_figures(evaluation, human[0], list(metrics)) if human and manifest.stream is None else []), *_published(metrics, pair)]
    stated = {"human": human, "pair": pair, "figures": rows} if rows else None
    return replace(evaluation, manifest=manifest.changed(trust=stated)) if stated or manifest.trust else evaluation


def is_judged_by_people(manifest: Manifest, title: str, name: str) -> bool:
    """Whether imported scores are those of people, by the form of their file or by their name."""
    signature = manifest.signatures[title].corpus if title in manifest.signatures else ""
    return signature.startswith("imported:") and ("human" in signature.split("|")[0] or name.lower() in HUMAN_NAMES)


def pair_of(manifest: Manifest) -> str:
    """The language pair that the names of the inputs agree on, such as he-en; empty where they name none, or several.

    `wmt22.de-en/ref.A.txt` and `wmt23:he-en` name one; nothing is guessed from the texts.
    """
    found = {pair for file in manifest.inputs for pair in pairs_in(file.path)}
    return found.pop() if len(found) == 1 else ""


def pairs_in(path: str) -> set[str]:
    """The language pairs that a path names.

    >>> sorted(pairs_in("data/wmttest2022.de-en.all.xml")), sorted(pairs_in("built-in-a-day.txt"))
    (['de-en'], [])
    """
    parts = re.split(r"[/\\]", path.lower())[-2:]
    return {f"{a}-{b}" for part in parts for a, b in _PAIR.findall(part) if a != b and {a, b} <= CODES}


def own_figures(evaluation: Evaluation, human: str, titles: Sequence[str]) -> list[dict[str, Any]]:
    """How well metrics agree with the run's own human scores; nothing where too few segments were judged."""
    from evaluator.meta.material import MetaInputs  # with scipy, which is slow to import, and few runs have human scores
    from evaluator.meta.study import MetaPlan, run_study

    by_title = {subject.metric: subject for subject in contest_of(evaluation).subjects}
    kept = [k for k, name in enumerate(evaluation.manifest.systems) if not is_human(name)]
    gold = _segments(by_title[human])[kept]
    metrics = tuple(_columns(by_title[title], kept) for title in titles if title in by_title)
    material = MetaInputs(tuple(evaluation.manifest.systems[k] for k in kept), gold, metrics)
    if not kept or not metrics or int(material.known.any(axis=0).sum()) < MIN_SEGMENTS:
        return []
    table = run_study(material, MetaPlan(**PLAN)).meta.columns
    n = len(kept) * (len(kept) - 1) // 2
    on = f"{human} of this run: {len(kept)} system{'s' * (len(kept) > 1)}, {int(material.known.sum())} judged segments"
    return [
        {"metric": metric, "statistic": SHOWN[statistic, grouping], "value": value, "ci_low": low, "ci_high": high, "on": on, "pairs": n, "source": ""}
        for statistic, grouping, metric, value, low, high in zip(
            *(table[name] for name in ("statistic", "grouping", "metric", "value", "ci_low", "ci_high")), strict=True
        )
        if (statistic, grouping) in SHOWN and value is not None
    ]


def _segments(subject: MetricData) -> FloatArray:
    """Scores of segments, higher is better."""
    assert subject.segment_scores is not None
    return np.asarray(subject.segment_scores, dtype=np.float64) * (1.0 if subject.higher_is_better else -1.0)


def _columns(subject: MetricData, kept: Sequence[int]) -> MetricColumns:
    from evaluator.meta.material import MetricColumns

    sign = 1.0 if subject.higher_is_better else -1.0
    statistics = np.nan_to_num(np.asarray(subject.statistics, dtype=np.float64)[kept])
    formula = make_formula(subject.formula).corpus

    def corpus(weights: FloatArray) -> FloatArray:
        sums = np.einsum("...sn,snk->...sk", weights, statistics, optimize=True)
        return np.where(weights.any(axis=-1), sign * formula(sums), np.nan)

    return MetricColumns(subject.metric, _segments(subject)[kept], corpus)


def _published(metrics: Mapping[str, str], pair: str) -> list[dict[str, Any]]:
    """What was published of the metrics, where the language pair is known."""
    if not pair:
        return []
    from evaluator.meta.published import published_figures

    return [
        {"metric": one.metric, "statistic": one.statistic, "value": one.value, "ci_low": None, "ci_high": None, "on": f"{one.published} on {one.study.on}",
         "pairs": None, "source": one.study.source}
        for one in published_figures(metrics, pair)
    ]  # fmt: skip
