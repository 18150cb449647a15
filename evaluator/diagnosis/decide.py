"""From scores and findings to what a reader is told: fidelity, risk, severity, flag, reason."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from evaluator.diagnosis.types import SEVERITIES
from evaluator.types import Diagnosis, Finding

PLAIN = {
    "accuracy/omission": "omission", "accuracy/addition": "addition", "accuracy/mistranslation": "mistranslation", "accuracy/untranslated": "untranslated",
    "accuracy/number": "number", "accuracy/name": "name", "accuracy/negation": "negation", "accuracy/gender": "gender", "accuracy/role": "role",
    "fluency/grammar": "grammar", "fluency/spelling": "spelling", "fluency/punctuation": "punctuation", "fluency/casing": "casing", "fluency/duplication": "duplication",
}  # fmt: skip
MOST_NAMED = 4
"""Findings that a one-line reason names."""


def calibrated(score: float, knots: Sequence[Sequence[float]]) -> float:
    """Probability of a serious error: the score through the calibration curve.

    Args:
        score: log odds of the heads.
        knots: scores and their calibrated log odds, ascending.
    """
    return 1 / (1 + math.exp(-float(np.interp(score, knots[0], knots[1]))))


def moved(risk: float, prior: float | None, fitted_prior: float) -> float:
    """The risk in material with another share of serious errors.

    Args:
        risk: 0-1, exclusive at both ends.
        prior: share of paragraphs with a serious error in the user's material, or None for the share that the numbers were fitted on.
        fitted_prior: that share.
    """
    if prior is None:
        return risk
    odds = math.log(risk / (1 - risk)) + math.log(prior / (1 - prior)) - math.log(fitted_prior / (1 - fitted_prior))
    return 1 / (1 + math.exp(-odds))


def rule_risk(findings: Sequence[Finding], table: Mapping[str, Mapping[str, float]]) -> float:
    """Probability of a serious error where a detector speaks that is rare between good translations.

    Args:
        table: by `detector/severity`: rate on good pairs and the risk that follows from it (Bayes' rule, see `benchmarks/diagnosis/fit.py`).
    """
    return max((table[key]["risk"] for key in spoken(findings) if key in table), default=0.0)


def spoken(findings: Sequence[Finding]) -> set[str]:
    """What the findings say, as keys of the table: `detector/severity`, and `several/critical` where a critical one does not stand alone."""
    out = {f"{f.detector}/{f.severity}" for f in findings}
    families = {f.detector.partition("_")[0] for f in findings if f.severity in ("major", "critical")}
    if len(families) > 1 and any(f.severity == "critical" for f in findings):
        out.add("several/critical")
    return out


def fidelity_of(score: float, same: bool, center: float, spread: float) -> float:
    """0-100, rising with the rank score; 100 for identical texts alone."""
    if same:
        return 100.0
    return round(100 / (1 + math.exp(-(score - center) / spread)), 4)


def worst(findings: Sequence[Finding]) -> str:
    """The worst severity, `none` without findings."""
    return max((f.severity for f in findings), key=SEVERITIES.index, default="none")


def promoted(findings: list[Finding]) -> list[Finding]:
    """The findings with one major at least: a flag must name what is wrong."""
    if any(f.severity in ("major", "critical") for f in findings):
        return findings
    meaning = [f for f in findings if f.category.startswith("accuracy") and f.start is not None]
    if not meaning:
        return [
            *findings,
            Finding(
                "accuracy/mistranslation", "major", "hypothesis", None, None, "", "", "risk", "reads unlike the reference, with no single place to point at"
            ),
        ]
    longest = max(meaning, key=lambda f: len(f.text))
    return [replace(f, severity="major") if f is longest else f for f in findings]


def in_order(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Worst first, then by place."""
    return tuple(sorted(findings, key=lambda f: (-SEVERITIES.index(f.severity), f.start if f.start is not None else -1, f.detector, f.text)))


def reason_of(diagnosis: Diagnosis) -> str:
    """One line: `omission: "Freezing of"; name: "Korotun" → "Korotan"`; empty without findings."""
    serious = [f for f in diagnosis.findings if f.severity in ("major", "critical")]
    parts: list[str] = []
    for finding in (serious or list(diagnosis.findings))[:MOST_NAMED]:
        part = _phrase(finding)
        if part not in parts:
            parts.append(part)
    return "; ".join(parts)


def _phrase(finding: Finding) -> str:
    kind = PLAIN.get(finding.category, finding.category)
    if not finding.text:
        return f"{kind}: {finding.message}"
    if finding.side == "reference" or not finding.counterpart:
        return f'{kind}: "{finding.text}"'
    return f'{kind}: "{finding.counterpart}" → "{finding.text}"'
