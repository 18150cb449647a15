"""From evidence to what a user reads: fidelity, risk, severity, flag, reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from evaluator.diagnosis.catalog import SEVERITIES
from evaluator.diagnosis.detect.name_forms import one_form, same_words
from evaluator.diagnosis.evidence import Evidence, kinds, numbers, probability
from evaluator.diagnosis.model import Decision, Levels, adjust_for_prior, fidelity_of, risk_of, suspicious_from, threshold_of
from evaluator.diagnosis.phrases import find_lost, find_spans
from evaluator.types import Diagnosis, Finding

PLAIN = {
    "accuracy/omission": "omission", "accuracy/addition": "addition", "accuracy/mistranslation": "mistranslation", "accuracy/untranslated": "untranslated",
    "accuracy/number": "number", "accuracy/name": "name", "accuracy/negation": "negation", "accuracy/gender": "gender", "accuracy/role": "role",
    "fluency/grammar": "grammar", "fluency/spelling": "spelling", "fluency/punctuation": "punctuation", "fluency/casing": "casing", "fluency/duplication": "duplication",
}  # fmt: skip
MAX_NAMED = 4
"""Findings that a one-line reason names."""


def diagnose_pieces(pieces: Sequence[Evidence], decision: Decision, prior: float | None) -> Diagnosis:
    """The diagnosis of a paragraph from its pieces; its reason is still to be written."""
    x, seen = numbers(pieces), kinds([finding for piece in pieces for finding in piece.findings])
    # Processors differ in their last bits: four decimals hide that.
    risk = round(adjust_for_prior(risk_of(decision, x, seen), prior, decision.prior), 4)
    flagged = risk >= threshold_of(decision, prior)
    suspicious = risk >= suspicious_from(decision, prior)
    findings = [in_paragraph(finding, piece) for piece in pieces for finding in with_phrases(piece, decision.levels, suspicious, flagged)]
    if flagged:
        findings = ensure_major(findings)
    return Diagnosis(fidelity_of(decision, x, seen), risk, worst(findings), flagged, in_order(findings))


def with_phrases(piece: Evidence, levels: Levels, suspicious: bool, flagged: bool) -> list[Finding]:
    """The detectors' findings of a piece and, where none of them stands, the phrases that the reader points at.

    In a paragraph that is likelier broken, less evidence is needed to name a place.
    """
    findings = list(piece.findings)
    if piece.reading is None:
        return findings
    serious, lost = probability(piece.reading.wrong[:, 1]), probability(piece.reading.lost)
    level = min(levels.serious, levels.serious_share * float(serious.max(initial=0.0))) if suspicious else levels.serious
    found = find_spans(piece.pair, serious, level, "major")
    if flagged:
        found += find_lost(piece.pair, lost, max(levels.lost, levels.lost_share * float(lost.max(initial=0.0))), "major")
    named = [f for f in findings if f.severity in ("major", "critical") or f.detector == "metadata" or f.detector.startswith("names")]
    free = [f for f in found if not any(_overlap(f, g) for g in named) and not same_words(f.text, f.counterpart) and not one_form(f.text, f.counterpart)]
    return [*[f for f in findings if not any(_overlap(f, g) for g in free)], *free]


def in_paragraph(finding: Finding, piece: Evidence) -> Finding:
    """The finding with offsets into the paragraph."""
    if finding.start is None or finding.end is None:
        return finding
    start = piece.hypothesis_start if finding.side == "hypothesis" else piece.reference_start
    return replace(finding, start=finding.start + start, end=finding.end + start) if start else finding


def _overlap(a: Finding, b: Finding) -> bool:
    if a.side != b.side or a.start is None or a.end is None or b.start is None or b.end is None:
        return False
    return a.start < b.end and b.start < a.end


def worst(findings: Sequence[Finding]) -> str:
    """The worst severity, `none` without findings."""
    return max((f.severity for f in findings), key=SEVERITIES.index, default="none")


def ensure_major(findings: list[Finding]) -> list[Finding]:
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
    # What a detector knows by name comes before what the reader points at.
    serious.sort(key=lambda f: (-SEVERITIES.index(f.severity), f.detector.startswith("tokens")))
    parts: list[str] = []
    told = serious or list(diagnosis.findings)
    changed = [f.counterpart for f in told if f.side == "hypothesis" and f.counterpart]
    # What became something else is not named a second time as lost.
    for finding in [f for f in told if f.side != "reference" or not any(f" {f.text} " in f" {other} " for other in changed)][:MAX_NAMED]:
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
