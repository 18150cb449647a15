"""One pair with its vectors to a diagnosis: detectors, heads, decision."""

from __future__ import annotations

import numpy as np

from evaluator.diagnosis.decide import calibrated, fidelity_of, in_order, moved, promoted, rule_risk, worst
from evaluator.diagnosis.detect.names import same_words
from evaluator.diagnosis.features import features
from evaluator.diagnosis.find import find_all
from evaluator.diagnosis.head import TokenScores, head_features
from evaluator.diagnosis.model import Heads, rank_score, risk_score
from evaluator.diagnosis.pair import Pair
from evaluator.diagnosis.spans import find_lost, find_spans
from evaluator.types import Diagnosis, Finding, FloatArray


def judge(pair: Pair, heads: Heads, prior: float | None = None) -> Diagnosis:
    """The diagnosis of one pair."""
    findings = find_all(pair)
    if pair.same:
        return Diagnosis(100.0, 0.0, "none", False, ())
    if not pair.hypothesis.words or not pair.reference.words:
        return Diagnosis(0.0, 1.0, worst(promoted(findings)), True, in_order(promoted(findings)))
    ids = pair.hypothesis.token_ids, pair.reference.token_ids
    tokens = heads.tokens.scores(pair.hypothesis.tokens, pair.reference.tokens, pair.similarity, ids)
    named = {**features(pair, findings), **head_features(tokens)}
    x = np.array([named[name] for name in heads.names])
    s = heads.settings
    odds = risk_score(heads, x)
    # Vectors move in their last bits with the batch they went through: four decimals hide that.
    graded = max(calibrated(odds, s["knots"]), rule_risk(findings, s["rules"]))  # type: ignore[arg-type]
    risk = round(moved(graded, prior, float(s["prior"])), 4)  # type: ignore[arg-type]
    flagged = risk >= threshold(heads, prior)
    findings = _with_spans(pair, findings, tokens, heads, flagged)
    if flagged:
        findings = promoted(findings)
    fidelity = fidelity_of(rank_score(heads, x), pair.same, float(s["center"]), float(s["spread"]))  # type: ignore[arg-type]
    return Diagnosis(fidelity, risk, worst(findings), flagged, in_order(findings))


def threshold(heads: Heads, prior: float | None = None) -> float:
    """The risk from which a paragraph is flagged, at the given prior."""
    return round(moved(float(heads.settings["threshold"]), prior, float(heads.settings["prior"])), 4)  # type: ignore[arg-type]


def _with_spans(pair: Pair, findings: list[Finding], tokens: TokenScores, heads: Heads, flagged: bool) -> list[Finding]:
    """The detectors' findings and, where none of them stands, the phrases that the token heads point at."""
    s = heads.settings
    serious: FloatArray = tokens.serious.mean(axis=0)
    lost: FloatArray = tokens.lost.mean(axis=0)
    # In a paragraph that is likelier broken, less evidence is needed to name a place.
    level = float(s["flagged_level" if flagged else "span_level"])  # type: ignore[arg-type]
    spans = find_spans(pair, serious, level, "major")
    if flagged:
        spans += find_lost(pair, lost, float(s["lost_level"]), "major")  # type: ignore[arg-type]
    named = [f for f in findings if f.severity in ("major", "critical") or f.detector == "metadata" or f.detector.startswith("names")]
    told = {f.counterpart.lower() for f in named if f.side == "hypothesis" and f.counterpart}
    free = [f for f in spans if not any(_overlap(f, g) for g in named) and not (f.side == "reference" and any(f.text.lower() in t for t in told))]
    free = [f for f in free if not same_words(f.text, f.counterpart)]
    return [*[f for f in findings if not any(_overlap(f, g) for g in free)], *free]


def _overlap(a: Finding, b: Finding) -> bool:
    if a.side != b.side or None in (a.start, a.end, b.start, b.end):
        return False
    return a.start < b.end and b.start < a.end  # type: ignore[operator]
