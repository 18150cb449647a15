"""Where one system is better than another: the comparison on parts of the test set.

A bucketer sorts segments into buckets by what the reference, the document or the diagnosis says
of them. Intervals come from drawing the bucket's segments and are not corrected for the number of
buckets: they show where to look. `docs/compare.md` says how to read them.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evaluator.compare.bootstrap import bootstrap_scores, spread_of
from evaluator.compare.formulas import make_formula
from evaluator.compare.plan import ComparisonData, MetricData, Plan
from evaluator.compare.runs import segment_rows
from evaluator.frames import BUCKETS, check_frame
from evaluator.plugins import did_you_mean
from evaluator.types import Evaluation, EvaluatorError, Table

Buckets = Mapping[str, NDArray[np.bool_]]
"""By name of the bucket, which segments are in it; a segment may be in several, or in none."""
RESAMPLES = 1_000
MIN_SEGMENTS = 10
"""Segments below which an interval does not name a better system."""
LENGTHS = (10, 20, 30, 40)
"""Words of the reference at which the next bucket begins."""
RARE = (1, 2, 4)
"""Words that only this segment has, likewise."""
WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class BucketInputs:
    """What bucketers look at: of each segment, in order."""

    references: Sequence[str]
    documents: Sequence[str]
    domains: Sequence[str] | None
    categories: Sequence[frozenset[str]] | None
    """Error categories that any system has there; None without diagnosis."""


def material_of(evaluation: Evaluation) -> BucketInputs:
    """The segments of a run as bucketers see them."""
    columns = evaluation.tables["segments"].columns
    rows = segment_rows(evaluation)
    findings = evaluation.tables["findings"].columns
    of_row: dict[int, set[str]] = {}
    for row, category in zip(findings["row"], findings["category"], strict=True):
        of_row.setdefault(row, set()).add(category)
    diagnosed = any(risk is not None for risk in columns["risk"])
    return BucketInputs(
        references=[columns["reference"][row] for row in rows[0]],
        documents=[columns["document"][row] for row in rows[0]],
        domains=[columns["domain"][row] for row in rows[0]] if "domain" in columns else None,
        categories=[frozenset().union(*(of_row.get(row, set()) for row in same)) for same in zip(*rows, strict=True)] if diagnosed else None,
    )


def by_length(material: BucketInputs) -> Buckets:
    """Words of the reference; characters where references have no spaces."""
    spaced = sum(" " in text.strip() for text in material.references) >= len(material.references) / 2
    counts = [len(text.split()) if spaced else len(text) for text in material.references]
    return _ranges(counts, LENGTHS, "words" if spaced else "characters")


def by_document(material: BucketInputs) -> Buckets:
    """The document."""
    if len(set(material.documents)) < 2:
        raise EvaluatorError("Buckets by document need several documents, and all segments are of one. Score with --documents FILE, or a table with documents.")
    return _labels(material.documents)


def by_domain(material: BucketInputs) -> Buckets:
    """The domain, where the input says it."""
    if material.domains is None:
        raise EvaluatorError(
            "Buckets by domain need domains, and this run has none. Score a table with a column domain, or with --documents FILE (document, tab, domain)."
        )
    return _labels(material.domains)


def by_position(material: BucketInputs) -> Buckets:
    """The quarter of its document that a segment is in; documents of at least 4 segments."""
    sizes = Counter(material.documents)
    seen: Counter[str] = Counter()
    labels = []
    for document in material.documents:
        labels.append(f"{4 * seen[document] // sizes[document] + 1}. quarter" if sizes[document] >= 4 else "")
        seen[document] += 1
    return _labels(labels)


def by_rare_words(material: BucketInputs) -> Buckets:
    """How many words of the reference no other segment has."""
    words = [Counter(word.casefold() for word in WORD.findall(text)) for text in material.references]
    segments_with = Counter(word for own in words for word in own)
    return _ranges([sum(segments_with[word] == 1 for word in own) for own in words], RARE, "rare words")


def by_error(material: BucketInputs) -> Buckets:
    """Segments in which the diagnosis found an error of a category in some system."""
    if material.categories is None:
        raise EvaluatorError("Buckets by error need the diagnosis, and this run has none. Score with --diagnose on.")
    names = sorted(frozenset().union(*material.categories))
    return {name: np.array([name in own for own in material.categories]) for name in names}


BUCKETERS: dict[str, Callable[[BucketInputs], Buckets]] = {
    "length": by_length,
    "document": by_document,
    "domain": by_domain,
    "position": by_position,
    "rare": by_rare_words,
    "error": by_error,
}


def _labels(labels: Sequence[str]) -> Buckets:
    """One bucket per label, in order of appearance; segments with an empty label are in none."""
    array = np.array(labels, dtype=object)
    return {label: array == label for label in dict.fromkeys(labels) if label}


def _ranges(counts: Sequence[int], starts: Sequence[int], what: str) -> Buckets:
    """Buckets from each start to the next, the first from 0; empty ones are left out."""
    edges = [0, *starts, None]
    out = {}
    for low, high in pairwise(edges):
        assert low is not None
        name = f"{low}+ {what}" if high is None else f"{low} {what.removesuffix('s') if low == 1 else what}" if high == low + 1 else f"{low}-{high - 1} {what}"
        mask = np.array([low <= count and (high is None or count < high) for count in counts])
        if mask.any():
            out[name] = mask
    return out


def check_bucketers(names: Sequence[str]) -> None:
    """Refuse unknown ways to sort segments.

    Raises:
        EvaluatorError: names the nearest known one.
    """
    for name in names:
        if name not in BUCKETERS:
            raise EvaluatorError(f"There are no buckets by {name!r}.{did_you_mean(name, BUCKETERS)}")


def bucket_table(evaluation: Evaluation, contest: ComparisonData, names: Sequence[str], plan: Plan) -> Table:
    """Every metric, bucket and pair: rows of buckets.csv.

    Raises:
        EvaluatorError: an unknown bucketer, or one that lacks what it looks at.
    """
    check_bucketers(names)
    material = material_of(evaluation)
    buckets = {name: BUCKETERS[name](material) for name in names}
    table: dict[str, list[Any]] = {column.name: [] for column in BUCKETS}
    for subject in contest.subjects:
        for name, masks in buckets.items():
            for bucket, mask in masks.items():
                for row in _bucket_rows(contest, subject, mask, plan.seed):
                    for column, value in {"metric": subject.metric, "bucketed_by": name, "bucket": bucket, **row}.items():
                        table[column].append(value)
    return check_frame(Table("buckets", table))


def _bucket_rows(contest: ComparisonData, subject: MetricData, mask: NDArray[np.bool_], seed: int) -> list[dict[str, Any]]:
    statistics, formula = subject.statistics[:, mask], make_formula(subject.formula)
    n = int(mask.sum())
    scores = formula.corpus(statistics.sum(axis=1))
    spread = spread_of(bootstrap_scores([statistics], [formula], RESAMPLES, seed)[0])
    rows = []
    for pair, (i, j) in enumerate(zip(*np.triu_indices(len(scores), 1), strict=True)):
        a, b = contest.systems[i], contest.systems[j]
        low, high = float(spread.deltas.low[pair]), float(spread.deltas.high[pair])
        numbers = (float(scores[i]), float(scores[j]), float(scores[i] - scores[j]), low, high)
        shown = [None if math.isnan(x) else x for x in numbers]
        ahead = "" if n < MIN_SEGMENTS or not (low > 0 or high < 0) else a if (low > 0) == subject.higher_is_better else b
        rows.append(dict(zip(("score_a", "score_b", "delta", "ci_low", "ci_high"), shown, strict=True), system_a=a, system_b=b, better=ahead, n_segments=n))
    return rows
