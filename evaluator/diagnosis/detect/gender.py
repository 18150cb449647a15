"""A man where the reference has a woman, or the other way. English only."""

from __future__ import annotations

from evaluator.diagnosis.lexicon import FEMALE, GENDERED, MALE
from evaluator.diagnosis.pair import Pair, make
from evaluator.types import Finding

NAME = "gender"
_MEN = MALE | frozenset(GENDERED)
_WOMEN = FEMALE | frozenset(GENDERED.values())


def find_gender(pair: Pair) -> list[Finding]:
    """Words of one gender at the place of, or instead of, words of the other."""
    if not pair.english:
        return []
    ours, theirs = [w.lower for w in pair.hypothesis.words], [w.lower for w in pair.reference.words]
    out: list[Finding] = []
    for mine, other in ((_MEN, _WOMEN), (_WOMEN, _MEN)):
        wrong = [i for i, w in enumerate(ours) if w in mine]
        if not wrong or any(w in mine for w in theirs):
            wrong = [i for i in wrong if _partner(pair, i, other) is not None and sum(w in mine for w in ours) > sum(w in mine for w in theirs)]
        for i in wrong:
            partner = _partner(pair, i, other)
            if partner is not None or (any(w in other for w in theirs) and not any(w in other for w in ours)):
                j = partner if partner is not None else next(k for k, w in enumerate(theirs) if w in other)
                out.append(make(pair, "accuracy/gender", "major", NAME, (i, i + 1), (j, j + 1), f"{ours[i]} where the reference says {theirs[j]}"))
    return out


def _partner(pair: Pair, i: int, other: frozenset[str]) -> int | None:
    j = pair.alignment.to_reference[i]
    return j if j >= 0 and pair.reference.words[j].lower in other else None
