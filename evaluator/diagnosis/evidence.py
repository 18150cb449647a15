"""What speaks for a broken paragraph, as numbers: the reader's scores, words without a partner, detectors' findings.

A paragraph is one piece, or several where it is long; numbers of pieces are joined so that a piece
more can only add evidence.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from evaluator.diagnosis.features import FORMS, forms
from evaluator.diagnosis.pair import Pair
from evaluator.diagnosis.reader import COMPARED, LIKENESS, OUTPUTS, Reading
from evaluator.types import Finding, FloatArray

ODDS = ("serious", "any", "planted")
QUALITIES = ("da_wmt", "da_edit", "rank")
TOKENS = ("token_any", "token_serious", "token_edited", "token_lost")
RANKING = (*FORMS, *(f"{name}{layer}" for layer in COMPARED for name in LIKENESS))
"""What serves to rank versions of one text alone."""
NUMBERS = (
    *OUTPUTS,
    *(f"{name}_{kind}" for name in TOKENS for kind in ("max", "sum")),
    "lost_content",
    "added_content",
    "tokens",
    "shorter_text",
    "longer_text",
    *RANKING,
)
"""Those up to `longer_text` speak for a broken paragraph, each in one direction; the forms only rank."""
MQM_SCALE = math.log1p(25.0)
"""The reader's penalty is log(1 + penalty) over this."""
MAX_COUNTED = 2
"""Findings of one kind that count."""
WORST_ODDS, MIN_QUALITY = 8.0, -4.0
"""What a piece says that one side lacks altogether."""


_LIKE = ("word", "char", "chrf", "sup_mean", "sup_low", "sup_exact", "cov_mean", "cov_low", "cov_exact", "adjacent", "end_same")
_NEITHER = ("tokens", "length", "ratio", "h_capitals", "r_capitals", "functions")


def direction(name: str) -> int:
    """1 where a higher number speaks for a broken paragraph, -1 where it speaks against, 0 where it says neither by itself.

    The risk's own line weighs each number in its direction alone, fidelity all but those of `RANKING`, which
    are free there unless they count words without a counterpart: so more evidence never lowers the risk.
    """
    if name in _NEITHER:
        return 0
    if name in QUALITIES or name.startswith(_LIKE):
        return -1
    likeness = name.rstrip("0123456789")
    return -1 if name[-1].isdigit() and likeness in LIKENESS and not likeness.endswith("lost") else 1


class Evidence(NamedTuple):
    """One piece of a paragraph as it was judged."""

    pair: Pair
    reading: Reading | None
    """None where one side has no words."""
    findings: tuple[Finding, ...]
    """Detectors' findings, with offsets into the piece."""
    reference_start: int
    """Offset of the piece in the paragraph."""
    hypothesis_start: int


def numbers(pieces: Sequence[Evidence]) -> FloatArray:
    """All numbers of a paragraph by `NUMBERS`, float64 (len(NUMBERS),)."""
    scores = np.array([_scores(piece.reading) for piece in pieces])
    weight = np.array([len(piece.pair.reference.words) + len(piece.pair.hypothesis.words) for piece in pieces], dtype=float)
    joined: dict[str, float] = {}
    for k, name in enumerate(OUTPUTS):
        column = scores[:, k]
        if name in ODDS:
            joined[name] = _either(column)
        elif name == "mqm":
            joined[name] = float(np.log1p(np.expm1(np.maximum(column, 0) * MQM_SCALE).sum()) / MQM_SCALE) if len(column) > 1 else float(column[0])
        else:
            joined[name] = float((column * weight).sum() / max(1.0, weight.sum()))
    for name, probabilities in zip(TOKENS, _token_probabilities(pieces), strict=True):
        joined[f"{name}_max"] = float(probabilities.max(initial=0.0))
        joined[f"{name}_sum"] = math.log1p(float(probabilities.sum()))
    joined["lost_content"], joined["added_content"] = (math.log1p(sum(_free(piece.pair, hypothesis=side) for piece in pieces)) for side in (False, True))
    n, m = (sum(len(getattr(piece.pair, side).words) for piece in pieces) for side in ("hypothesis", "reference"))
    ratio = math.log((n + 1) / (m + 1))
    joined["tokens"], joined["shorter_text"], joined["longer_text"] = math.log(m + 1), max(0.0, -ratio), max(0.0, ratio)
    each = np.array([_ranking(piece) for piece in pieces])
    joined.update(zip(RANKING, (weight @ each / max(1.0, weight.sum())).tolist(), strict=True))
    return np.array([joined[name] for name in NUMBERS])


def _ranking(piece: Evidence) -> FloatArray:
    """By `RANKING`."""
    found = forms(piece.pair)
    likeness = piece.reading.likeness.ravel() if piece.reading is not None else np.zeros(len(COMPARED) * len(LIKENESS))
    return np.concatenate([[found[name] for name in FORMS], likeness])


def kinds(findings: Sequence[Finding]) -> Counter[str]:
    """How often each kind, `detector/severity`, was found, `MAX_COUNTED` at most."""
    counted = Counter(f"{finding.detector}/{finding.severity}" for finding in findings)
    return Counter({kind: min(MAX_COUNTED, number) for kind, number in counted.items()})


def _scores(reading: Reading | None) -> FloatArray:
    if reading is not None:
        return reading.pair
    return np.array([WORST_ODDS if name in ODDS else MIN_QUALITY if name in QUALITIES else 1.0 for name in OUTPUTS])


def _either(odds: FloatArray) -> float:
    """Log odds that at least one of several holds."""
    if len(odds) == 1:
        return float(odds[0])
    none = float(-np.logaddexp(0, odds).sum())  # log of the product of 1 - p
    return float(math.log(-math.expm1(none)) - none)


def _token_probabilities(pieces: Sequence[Evidence]) -> list[FloatArray]:
    read = [piece.reading for piece in pieces if piece.reading is not None]
    wrong = np.concatenate([reading.wrong for reading in read]) if read else np.zeros((0, 3))
    lost = np.concatenate([reading.lost for reading in read]) if read else np.zeros(0)
    return [probability(wrong[:, k]) for k in range(3)] + [probability(lost)]


def probability(odds: FloatArray) -> FloatArray:
    """Probabilities of log odds."""
    out: FloatArray = 1 / (1 + np.exp(-odds))
    return out


def _free(pair: Pair, *, hypothesis: bool) -> int:
    """Content words without a partner on the other side."""
    words = (pair.hypothesis if hypothesis else pair.reference).words
    links = pair.alignment.to_reference if hypothesis else pair.alignment.to_hypothesis
    return sum(link < 0 and word.kind != "punctuation" and not word.function for word, link in zip(words, links, strict=True))
