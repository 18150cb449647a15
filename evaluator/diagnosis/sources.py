"""What the source shows: stretches of it that stand in the hypothesis as they are, left untranslated.

Where the source is in the reference's own language, as for paraphrases, there is nothing to see.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from evaluator.diagnosis.decide import in_order, reason_of, worst
from evaluator.types import Diagnosis, Finding

NAME = "copied"
MIN_RUN = 3
"""Words in a row; names and numbers of one or two words are the same in many languages."""
SAME_LANGUAGE = 0.4
"""Share of the source's words that the reference has, from which both are taken for one language."""
RISK = 0.95
"""Of a stretch that no reference has: text that its reader cannot read."""
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")


def with_copies(diagnosis: Diagnosis, source: str, references: Sequence[str], hypothesis: str) -> Diagnosis:
    """The diagnosis with what the hypothesis copies from its source."""
    copies = find_copies(source, references, hypothesis)
    if not copies:
        return diagnosis
    kept = [f for f in diagnosis.findings if not any(_inside(f, copy) for copy in copies)]
    findings = in_order([*kept, *copies])
    found = replace(diagnosis, risk=max(diagnosis.risk, RISK), flagged=True, severity=worst(findings), findings=findings)
    return replace(found, reason=reason_of(found))


def find_copies(source: str, references: Sequence[str], hypothesis: str) -> list[Finding]:
    """Stretches of three words or more that the source has and no reference, half of whose words no reference has."""
    theirs = [m.group().casefold() for m in _WORD.finditer(source)]
    licensed = {m.group().casefold() for text in references for m in _WORD.finditer(text)}
    if len(theirs) < MIN_RUN or sum(word in licensed for word in theirs) >= SAME_LANGUAGE * len(theirs):
        return []
    ours = list(_WORD.finditer(hypothesis))
    known = {tuple(theirs[k : k + MIN_RUN]) for k in range(len(theirs) - MIN_RUN + 1)}
    forms = [m.group().casefold() for m in ours]
    inside = [False] * len(ours)
    for k in range(len(ours) - MIN_RUN + 1):
        if tuple(forms[k : k + MIN_RUN]) in known:
            inside[k : k + MIN_RUN] = [True] * MIN_RUN
    out, start = [], 0
    while start < len(ours):
        end = start
        while end < len(ours) and inside[end]:
            end += 1
        if end > start and sum(word not in licensed for word in forms[start:end]) * 2 >= end - start:
            a, b = ours[start].start(), ours[end - 1].end()
            severity = "critical" if (end - start) * 2 >= len(ours) else "major"
            out.append(Finding("accuracy/untranslated", severity, "hypothesis", a, b, hypothesis[a:b], "", NAME, "the source's words, left untranslated"))
        start = end + 1
    return out


def _inside(finding: Finding, copy: Finding) -> bool:
    """True for a finding whose words the copied stretch covers."""
    if finding.side != copy.side or finding.start is None or finding.end is None or copy.start is None or copy.end is None:
        return False
    return copy.start <= finding.start and finding.end <= copy.end
