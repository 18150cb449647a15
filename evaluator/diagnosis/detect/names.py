"""Names lost, added, swapped or misspelt; accepted forms of one name are no finding.

What is certain: a name at whose place another name stands, several names lost at once. What
is not: a single name lost (a pronoun or a shorter form may stand for it), and differences
between capitalized words that name nobody by themselves (School for College in a title).
"""

from __future__ import annotations

from dataclasses import replace

from rapidfuzz.distance import Levenshtein

from evaluator.diagnosis.detect.gazetteer import CAPITALS, KNOWN, ORDINARY, SAME_PLACE, TITLES
from evaluator.diagnosis.detect.name_forms import base, forms_of, licensed, skeleton
from evaluator.diagnosis.detect.name_forms import same_words as same_words
from evaluator.diagnosis.detect.name_forms import sound as sound
from evaluator.diagnosis.detect.name_words import is_heading, is_proper, names
from evaluator.diagnosis.pair import Pair, cut, make_finding, runs
from evaluator.diagnosis.sides import Side, Word
from evaluator.types import Finding

NAME = "names"
_OBJECTS = frozenset(["the", "a", "an", "up", "down", "out", "off", "some", "any", "your", "this", "these", "those", "it", "them", "all"])
"""What follows a command at the beginning of a sentence: Soak up the water."""
SEVERAL = 3
"""Names lost at once that are more than a matter of wording."""


def find_names(pair: Pair) -> list[Finding]:
    """Differences in names."""
    ours, theirs = names(pair.hypothesis, pair.english), names(pair.reference, pair.english)
    if not ours and not theirs:
        return []
    forms_h, forms_r = forms_of(pair.hypothesis), forms_of(pair.reference)
    left = [i for i in ours if not licensed(pair.hypothesis.words[i], forms_r)]
    right = [j for j in theirs if not licensed(pair.reference.words[j], forms_h)]
    out: list[Finding] = []
    for i in list(left):
        match = _misspelt(pair, i, theirs, right)
        if match is None:
            continue
        left.remove(i)
        right = [j for j in right if j != match]
        out.append(_misspelling(pair, i, match))
    return out + _replaced(pair, left, right)


def _misspelt(pair: Pair, i: int, theirs: list[int], right: list[int]) -> int | None:
    """The reference name that this one is a misspelling of; of another country or acronym none is one."""
    word = pair.hypothesis.words[i]
    if base(word) in SAME_PLACE:
        return None
    best, best_like = None, 0.66
    for j in theirs:
        other = pair.reference.words[j]
        like = _likeness(word, other, j in right)
        if like > best_like:
            best, best_like = j, like
    return best


def _likeness(word: Word, other: Word, unmatched: bool) -> float:
    """Likeness of two names, 0-1; short ones are alike where one begins with the other."""
    if unmatched and other.lower[:1] == word.lower[:1] and len(skeleton(word.text)) >= 3 and skeleton(word.text) == skeleton(other.text):
        return 1.0
    shorter, longer = sorted((base(word), base(other)), key=len)
    if unmatched and len(shorter) >= 2 and longer.startswith(shorter) and len(longer) - len(shorter) <= 4:
        return 0.9
    if len(shorter) < 4 or (base(word) in KNOWN and base(other) in KNOWN):
        return 0.0
    if word.text.isupper() and len(word.text) <= 6:
        # Another letter makes another acronym; a letter too many or too few is a slip.
        return 0.8 if len(shorter) < len(longer) and Levenshtein.distance(shorter, longer) == 1 else 0.0
    return max(Levenshtein.normalized_similarity(sound(word.text), sound(other.text)), Levenshtein.normalized_similarity(word.lower, other.lower))


def _misspelling(pair: Pair, i: int, j: int) -> Finding:
    """A misspelling by what it does: the name beside its right form reads as two names, one with another beginning is not known again."""
    word, right = pair.hypothesis.words[i], pair.reference.words[j]
    kind, severity, message = "_misspelt", "minor", f"{word.text} for {right.text}"
    if any(w.capital and sound(w.text) == sound(right.text) for w in pair.hypothesis.words):
        kind, severity, message = "_two_ways", "major", f"{right.text} is also spelled {word.text}"
    elif _beginning(word) != _beginning(right) and not (is_proper(word) and not is_proper(right)):
        kind, severity, message = "_garbled", "major", f"{word.text} for {right.text}: hard to know again"
    return make_finding(pair, "accuracy/name", severity, NAME + kind, (i, i + 1), (j, j + 1), message)


def _beginning(word: Word) -> str:
    """The first letter as it sounds; Gaddafi is Qaddafi, Jusuf Yusuf."""
    first = sound(word.text)[:1]
    return {"g": "k", "j": "i"}.get(first, first)


def _replaced(pair: Pair, left: list[int], right: list[int]) -> list[Finding]:
    """Names of one side only: swapped where they stand at one place, else added or lost."""
    out: list[Finding] = []
    added: list[Finding] = []
    lost = runs(right)
    for a, b in runs(left):
        partner = next((r for r in lost if _same_place(pair, (a, b), r)), None)
        if partner is not None:
            lost.remove(partner)
            out.append(_swapped(pair, (a, b), partner))
        elif float(pair.alignment.support[a:b].min()) < 0.75 and not _small_partner(pair, a, b):
            words = cut(pair.hypothesis, (a, b))
            added.append(
                make_finding(pair, "accuracy/name", "minor", NAME + "_added" + _rare(pair.hypothesis, (a, b)), (a, b), None, f"{words} is not in the reference")
            )
    gone = [(a, b) for a, b in lost if float(pair.alignment.cover[a:b].min()) < 0.75]
    other = _other_name(pair, added, gone)
    if other is not None:
        return [*out, other]
    out += added
    for r in gone:
        out.append(make_finding(pair, "accuracy/name", "minor", NAME + "_lost" + _rare(pair.reference, r), None, r, f"{cut(pair.reference, r)} is lost"))
    return out + _several(pair, gone, out)


def _other_name(pair: Pair, added: list[Finding], gone: list[tuple[int, int]]) -> Finding | None:
    """One name added and one lost are another name, wherever they stand: in Moscow for in the village of Takagi."""
    if len(added) != 1 or len(gone) != 1 or added[0].detector != NAME + "_added_rare" or not _propers(pair.reference, gone[0]):
        return None
    if is_heading(pair.hypothesis) or is_heading(pair.reference):
        return None
    lost = cut(pair.reference, gone[0])
    return replace(added[0], severity="major", detector=NAME + "_swapped", counterpart=lost, message=f"{added[0].text} where the reference names {lost}")


def _swapped(pair: Pair, ours: tuple[int, int], theirs: tuple[int, int]) -> Finding:
    """Another name at the place of one. Certain where both name somebody and neither is a part of a longer name that is kept."""
    words = cut(pair.hypothesis, ours), cut(pair.reference, theirs)
    proper = _propers(pair.hypothesis, ours), _propers(pair.reference, theirs)
    severity = "critical" if all(proper) else "major" if proper[1] and _plain_word(pair, ours, theirs) else "minor"
    if (
        is_heading(pair.hypothesis)
        or is_heading(pair.reference)
        or _spelled_apart(words[0], words[1])
        or _titled(pair, ours, theirs)
        or _governs(pair, ours, theirs)
        or _commands(pair.hypothesis, ours)
        or _commands(pair.reference, theirs)
    ):
        severity = "minor"
    return make_finding(pair, "accuracy/name", severity, NAME + "_swapped", ours, theirs, f"{words[0]} where the reference names {words[1]}")


def _governs(pair: Pair, ours: tuple[int, int], theirs: tuple[int, int]) -> bool:
    """True for a capital where the reference has its country, or the other way: Warsaw wants, the Polish government wants."""
    sides = (pair.hypothesis, ours), (pair.reference, theirs)
    if not all(place[0] == 0 or side.words[place[0] - 1].kind == "punctuation" or side.words[place[0] - 1].lower in ("and", "the") for side, place in sides):
        return False  # behind a preposition it is a place
    left, right = ({base(w) for w in side.words[slice(*place)]} for side, place in sides)
    return any(
        {CAPITALS[w] for w in here if w in CAPITALS} & {SAME_PLACE[w] for w in there if w in SAME_PLACE} for here, there in ((left, right), (right, left))
    )


def _titled(pair: Pair, ours: tuple[int, int], theirs: tuple[int, int]) -> bool:
    """True for a title and a given name before one surname: US President Trump, Donald Trump."""
    after = [base(side.words[place[1]]) if place[1] < len(side.words) else "" for side, place in ((pair.hypothesis, ours), (pair.reference, theirs))]
    spans = [side.words[slice(*place)] for side, place in ((pair.hypothesis, ours), (pair.reference, theirs))]
    titles = [any(base(w) in TITLES for w in words) and all(base(w) in TITLES or base(w) in SAME_PLACE or w.text.isupper() for w in words) for words in spans]
    return after[0] == after[1] != "" and titles[0] != titles[1]


def _commands(side: Side, span: tuple[int, int]) -> bool:
    """True for one unknown word that begins a sentence and has its object behind it: no name, a command."""
    word, after = side.words[span[0]], side.words[span[1] : span[1] + 1]
    return span[1] - span[0] == 1 and word.first and base(word) not in KNOWN and bool(after) and after[0].lower in _OBJECTS


def _plain_word(pair: Pair, ours: tuple[int, int], theirs: tuple[int, int]) -> bool:
    """True for one ordinary word at the place of a name that the vocabulary does not know: Salvation for Zolevar."""
    if ours[1] - ours[0] > 1 or theirs[1] - theirs[0] > 1:
        return False
    word, other = pair.hypothesis.words[ours[0]], pair.reference.words[theirs[0]]
    return other.pieces > 1 and base(word) not in ORDINARY and base(word) not in TITLES and not pair.hypothesis.words[ours[0]].first


def _spelled_apart(ours: str, theirs: str) -> bool:
    """True for one name in one word and in two that sounds alike: a foreign name spelled by ear."""
    if (" " in ours) == (" " in theirs):
        return False
    return Levenshtein.normalized_similarity(sound(ours.replace(" ", "")), sound(theirs.replace(" ", ""))) > 0.5


def _propers(side: Side, span: tuple[int, int]) -> bool:
    return any(is_proper(w) for w in side.words[span[0] : span[1]])


def _several(pair: Pair, gone: list[tuple[int, int]], findings: list[Finding]) -> list[Finding]:
    """Several names lost at once, without as many others in their stead."""
    proper = [r for r in gone if _propers(pair.reference, r)]
    added = sum(f.detector.startswith(NAME + "_added") for f in findings)
    if len(proper) - added < SEVERAL:
        return []
    named = ", ".join(cut(pair.reference, r) for r in proper)
    return [make_finding(pair, "accuracy/omission", "major", NAME + "_several", None, (proper[0][0], proper[-1][1]), f"several names are lost: {named}")]


def _small_partner(pair: Pair, a: int, b: int) -> bool:
    """True for common words that the reference has, in other words, without capitals: a matter of case."""
    links = [pair.alignment.to_reference[i] for i in range(a, b)]
    common = all(w.pieces == 1 and w.rarity < 12000 for w in pair.hypothesis.words[a:b])
    return common and all(j >= 0 and not pair.reference.words[j].capital for j in links)


def _rare(side: Side, span: tuple[int, int]) -> str:
    """The ending of the detector's name for words that name somebody by themselves."""
    return "_rare" if _propers(side, span) else ""


def _same_place(pair: Pair, ours: tuple[int, int], theirs: tuple[int, int]) -> bool:
    """True where the alignment pairs a word of one range with the other, or their neighbours are paired."""
    inside = range(*theirs)
    if any(pair.alignment.to_reference[i] in inside for i in range(*ours)):
        return True
    before, after = ours[0] - 1, ours[1]
    # Both at the beginning or both at the end stand at one place too.
    left = pair.alignment.to_reference[before] == theirs[0] - 1 if before >= 0 and theirs[0] > 0 else before < 0 and theirs[0] == 0
    ends = after < len(pair.hypothesis.words), theirs[1] < len(pair.reference.words)
    right = pair.alignment.to_reference[after] == theirs[1] if all(ends) else not any(ends)
    return left and right
