"""One look across a document: a name that the hypothesis spells in two ways.

Everything else is judged pair by pair. This only says more of a misspelling that its own pair has
shown already, so that risk, flag and fidelity stay those of the pair.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from evaluator.diagnosis.decide import reason_of
from evaluator.diagnosis.detect.names import NAME, sound
from evaluator.types import Diagnosis, Finding

_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")


def name_spellings(documents: Sequence[str], hypotheses: Sequence[str], diagnoses: Sequence[Diagnosis | None]) -> list[Diagnosis | None]:
    """The diagnoses, with misspelt names reported as two spellings where the same document spells them otherwise.

    Args:
        documents: the document of each pair of one system.
        hypotheses: its texts, as many.
        diagnoses: what was found in each pair alone.
    """
    members: dict[str, list[int]] = {}
    for k, (document, one) in enumerate(zip(documents, diagnoses, strict=True)):
        if one is not None:
            members.setdefault(document, []).append(k)
    out = list(diagnoses)
    for places in members.values():
        found = {k: one for k in places if (one := diagnoses[k]) is not None}
        for k, one in found.items():
            if _misspelt(one):
                out[k] = _described(one, {other: text for other, text in found.items() if other != k}, hypotheses)
    return out


def _misspelt(diagnosis: Diagnosis) -> list[Finding]:
    return [f for f in diagnosis.findings if f.detector == f"{NAME}_misspelt"]


def _described(diagnosis: Diagnosis, others: Mapping[int, Diagnosis], hypotheses: Sequence[str]) -> Diagnosis:
    """One diagnosis of a document, given the others."""
    described = {f: _two_ways(f, other) for f in _misspelt(diagnosis) if (other := _other_spelling(f, others, hypotheses))}
    if not described:
        return diagnosis
    changed = replace(diagnosis, findings=tuple(described.get(f, f) for f in diagnosis.findings))
    return replace(changed, reason=reason_of(changed))


def _other_spelling(finding: Finding, others: Mapping[int, Diagnosis], hypotheses: Sequence[str]) -> str | None:
    """How the document spells the name elsewhere: rightly, or wrong in another way."""
    right = sound(finding.counterpart)
    words = {re.sub(r"['’]s$", "", word) for k in others for word in _WORD.findall(hypotheses[k])}
    known = sorted(word for word in words if word[:1].isupper() and sound(word) == right)
    wrong = sorted(f.text for one in others.values() for f in _misspelt(one) if sound(f.counterpart) == right and sound(f.text) != sound(finding.text))
    return next(iter([*known, *wrong]), None)


def _two_ways(finding: Finding, other: str) -> Finding:
    message = f"{finding.counterpart} is spelled {finding.text} here and {other} elsewhere in the document"
    return replace(finding, detector=f"{NAME}_two_ways", message=message)
