"""From findings of the rules to a diagnosis, and the way there from a pair.

`risk` orders paragraphs by how much was found; it is no calibrated probability, for nobody has
annotated German outputs for it. There is no `fidelity`: nothing here tells how much of a meaning is left.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from evaluator.diagnosis.cutting.pieces import cut_pair
from evaluator.diagnosis.decide import in_order, reason_of, worst
from evaluator.diagnosis.detect.metadata import find_metadata
from evaluator.diagnosis.detect.quotes import find_quotes
from evaluator.diagnosis.model import adjust_for_prior
from evaluator.diagnosis.pair import Pair
from evaluator.diagnosis.reader import MODEL, word_pieces
from evaluator.diagnosis.rules.content import find_lost_and_added, find_repeated
from evaluator.diagnosis.rules.english import find_english, find_untranslated
from evaluator.diagnosis.rules.names import find_german_names
from evaluator.diagnosis.rules.negation import find_german_negation
from evaluator.diagnosis.rules.numbers import find_german_numbers
from evaluator.diagnosis.rules.sides import german_pair, german_side, unaligned_pair
from evaluator.embed import Tokenizer
from evaluator.types import Diagnosis, Finding

VERSION = "2"
"""Of the rules of every language; part of the signature."""
WORTH = {"critical": 0.5, "major": 0.36, "minor": 0.03}
"""What a finding adds to risk, by severity: the first two as in English."""
BASE_RISK, PRIOR, THRESHOLD = 0.05, 0.2, 0.34
"""Risk without a finding; the share of broken paragraphs that risk is stated for; the risk of one major finding reaches the last."""
MAX_MINOR = 5
DETECTORS = (find_german_numbers, find_german_names, find_german_negation, find_english, find_quotes, find_lost_and_added, find_metadata)


def diagnose_by_rules(pairs: Sequence[tuple[str, str]], prior: float | None, tokenizer: Tokenizer | None = None) -> list[Diagnosis]:
    """Diagnoses of (reference, hypothesis) with words on both sides; the vocabulary of `tokenizer` tells names from nouns."""
    places = [(k, place) for k, pair in enumerate(pairs) for place in cut_pair(*pair)]
    cuts = [(pairs[k][0][p.reference_start : p.reference_end], pairs[k][1][p.hypothesis_start : p.hypothesis_end]) for k, p in places]
    texts = list(dict.fromkeys(text for one in (*cuts, *pairs) for text in one))
    sides = {text: german_side(text, tokens) for text, tokens in zip(texts, word_pieces(texts, tokenizer), strict=True)}
    found: list[list[Finding]] = [[] for _ in pairs]
    for (k, place), (reference, hypothesis) in zip(places, cuts, strict=True):
        starts = {"reference": place.reference_start, "hypothesis": place.hypothesis_start}
        found[k] += [_in_paragraph(finding, starts[finding.side]) for finding in find_by_rules(german_pair(sides[reference], sides[hypothesis]))]
    for findings, (reference, hypothesis) in zip(found, pairs, strict=True):
        # Pieces may be cut between a sentence and its copy.
        findings += find_repeated(unaligned_pair(sides[reference], sides[hypothesis]))
    return [_decided(findings, prior) for findings in found]


def with_untranslated(diagnosis: Diagnosis, source: str, references: Sequence[str], hypothesis: str, prior: float | None) -> Diagnosis:
    """The diagnosis with single words that the hypothesis has from its source."""
    known = [f for f in diagnosis.findings if f.category == "accuracy/untranslated" and f.severity != "minor"]
    new = [f for f in find_untranslated(source, references, hypothesis) if not any(_covers(one, f) for one in known)]
    if not new:
        return diagnosis
    kept = [f for f in diagnosis.findings if not any(_covers(one, f) for one in new)]
    found = _decided([*kept, *new], prior)
    return replace(found, risk=max(found.risk, diagnosis.risk))


def _covers(a: Finding, b: Finding) -> bool:
    """True where a holds b, in the same text."""
    return (
        a.side == b.side and a.start is not None and a.end is not None and b.start is not None and b.end is not None and a.start <= b.start and b.end <= a.end
    )


def find_by_rules(pair: Pair) -> list[Finding]:
    """What the detectors find that look at one piece; none in identical texts."""
    return [] if pair.same else [finding for detector in DETECTORS for finding in detector(pair)]


def threshold_by_rules(prior: float | None) -> float:
    """The risk from which a paragraph is flagged."""
    return round(adjust_for_prior(THRESHOLD, prior, PRIOR), 4)


def manifest_of_rules(language: str, prior: float | None) -> dict[str, Any]:
    """What decides the diagnosis by rules, for `run.json`; the model gives its vocabulary alone."""
    return {
        "model": MODEL,
        "rules": f"{language}-{VERSION}",
        "weights_sha256": {},
        "threshold": threshold_by_rules(prior),
        "prior": PRIOR if prior is None else prior,
        "language": language,
    }


def _in_paragraph(finding: Finding, start: int) -> Finding:
    """The finding with offsets into the paragraph."""
    if finding.start is None or finding.end is None:
        return finding
    return replace(finding, start=finding.start + start, end=finding.end + start)


def _decided(findings: Sequence[Finding], prior: float | None) -> Diagnosis:
    minor = [f for f in findings if f.severity == "minor"][:MAX_MINOR]
    quiet = math.prod(1 - WORTH[f.severity] for f in [*minor, *(f for f in findings if f.severity != "minor")])
    serious = any(f.severity != "minor" for f in findings)
    risk = round(adjust_for_prior(1 - (1 - BASE_RISK) * quiet, prior, PRIOR), 4)
    found = Diagnosis(math.nan, risk, worst(findings), serious, in_order(findings))
    return replace(found, reason=reason_of(found))
