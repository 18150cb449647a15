"""One look across a document: a name that the hypothesis spells in two ways.

Everything else is judged pair by pair. This only says more of a misspelling that its own pair has
shown already, so that risk, flag and fidelity stay those of the pair.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from evaluator.diagnosis.decide import reason_of
from evaluator.diagnosis.detect.names import NAME, sound
from evaluator.types import Diagnosis, Finding

_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")


def name_spellings(documents: Sequence[str], hypotheses: Sequence[str], diagnoses: Sequence[Diagnosis | None]) -> list[Diagnosis | None]:
    """The diagnoses, with misspelt names told as two spellings where the same document spells them otherwise.

    Args:
        documents: the document of each pair of one system.
        hypotheses: its texts, as many.
        diagnoses: what was found in each pair alone.
    """
    places: dict[str, list[int]] = {}
    for k, document in enumerate(documents):
        places.setdefault(document, []).append(k)
    out = list(diagnoses)
    for members in places.values():
        misspelt = {k: [f for f in found.findings if f.detector == f"{NAME}_misspelt"] for k in members if (found := diagnoses[k]) is not None}
        if not any(misspelt.values()):
            continue
        words = {k: {word.removesuffix("’s").removesuffix("'s") for word in _WORD.findall(hypotheses[k])} for k in members}
        for k, found in misspelt.items():
            others = set().union(*(words[other] for other in members if other != k)) if found else set()
            told = {f: _told(f, spelled) for f in found if (spelled := _other_spelling(f, others, misspelt))}
            if told and (one := diagnoses[k]) is not None:
                changed = replace(one, findings=tuple(told.get(f, f) for f in one.findings))
                out[k] = replace(changed, reason=reason_of(changed))
    return out


def _other_spelling(finding: Finding, words: set[str], misspelt: dict[int, list[Finding]]) -> str | None:
    """How the document spells the name elsewhere: rightly, or wrong in another way."""
    right = sound(finding.counterpart)
    for word in sorted(words):
        if word[:1].isupper() and sound(word) == right:
            return word
    wrong = {f.text for found in misspelt.values() for f in found if sound(f.counterpart) == right and sound(f.text) != sound(finding.text)}
    return min(wrong, default=None)


def _told(finding: Finding, other: str) -> Finding:
    message = f"{finding.counterpart} is spelled {finding.text} here and {other} elsewhere in the document"
    return replace(finding, detector=f"{NAME}_two_ways", message=message)
