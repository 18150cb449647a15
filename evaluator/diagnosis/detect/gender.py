"""A man where the reference has a woman, or the other way. English only."""

from __future__ import annotations

from evaluator.diagnosis.detect.pronouns import uses
from evaluator.diagnosis.detect.verbs import lemma
from evaluator.diagnosis.lexicon import FEMALE, GENDERED, MALE
from evaluator.diagnosis.pair import Pair, make_finding
from evaluator.diagnosis.sides import is_content
from evaluator.types import Finding

NAME = "gender"
_MEN = MALE | frozenset(GENDERED)
_WOMEN = FEMALE | frozenset(GENDERED.values())


def find_gender(pair: Pair) -> list[Finding]:
    """Words of one gender at the place of, or instead of, words of the other; pronouns with the same verb or noun."""
    if not pair.english:
        return []
    out = _pronouns(pair)
    starts = {f.start for f in out}
    return out + [f for f in _words(pair) if f.start not in starts] or _counted(pair)


def _counted(pair: Pair) -> list[Finding]:
    """As many pronouns of `he` and `she` together, and more of one of them than in the reference."""
    ours, theirs = ([(i, w.lower in MALE) for i, w in enumerate(side.words) if w.lower in MALE | FEMALE] for side in (pair.hypothesis, pair.reference))
    gap = sum(male for _, male in ours) - sum(male for _, male in theirs)
    if len(ours) != len(theirs) or not gap:
        return []
    i, j = next(((i, j) for (i, male), (j, was) in zip(ours, theirs, strict=True) if male != was and male == (gap > 0)), (ours[0][0], theirs[0][0]))
    message = f"{pair.hypothesis.words[i].text} where the reference says {pair.reference.words[j].text}"
    return [make_finding(pair, "accuracy/gender", "major", NAME, (i, i + 1), (j, j + 1), message)]


def _pronouns(pair: Pair) -> list[Finding]:
    """`she left` where the reference says `he left`."""
    ours, theirs = uses(pair.hypothesis), uses(pair.reference)
    out: list[Finding] = []
    for use in ours:
        other = {"he": "she", "she": "he"}.get(use.who)
        same = [t for t in theirs if (t.role, t.form) == (use.role, use.form)]
        if other is None or not same or any(t.who != other for t in same):
            continue
        if any(u.who == other and (u.role, u.form) == (use.role, use.form) for u in ours):
            continue
        words = pair.hypothesis.words[use.place], pair.reference.words[same[0].place]
        places = (use.place, use.place + 1), (same[0].place, same[0].place + 1)
        out.append(make_finding(pair, "accuracy/gender", "major", NAME, *places, f"{words[0].text} where the reference says {words[1].text}"))
    return out


def _words(pair: Pair) -> list[Finding]:
    """Gendered words that the other text lacks."""
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
                out.append(make_finding(pair, "accuracy/gender", "major", NAME, (i, i + 1), (j, j + 1), f"{ours[i]} where the reference says {theirs[j]}"))
    return out


def _partner(pair: Pair, i: int, other: frozenset[str]) -> int | None:
    j = pair.alignment.to_reference[i]
    return j if j >= 0 and pair.reference.words[j].lower in other and _one_owned(pair, i, j) else None


def _one_owned(pair: Pair, i: int, j: int) -> bool:
    """False for `his` and `her` before different nouns: a mask on his face, her mask."""
    if {pair.hypothesis.words[i].lower, pair.reference.words[j].lower} != {"his", "her"}:
        return True
    ours, theirs = (
        next((k for k in range(at + 1, len(side.words)) if is_content(side.words[k])), -1) for side, at in ((pair.hypothesis, i), (pair.reference, j))
    )
    return (ours < 0) == (theirs < 0) and (
        ours < 0 or pair.alignment.to_reference[ours] == theirs or lemma(pair.hypothesis.words[ours]) == lemma(pair.reference.words[theirs])
    )
