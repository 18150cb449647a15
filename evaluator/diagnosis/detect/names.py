"""Names lost, added, swapped or misspelt; accepted transliterations are the same name."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from rapidfuzz.distance import Levenshtein

from evaluator.diagnosis.lexicon import DAYS, GENDERED, MONTHS, NEGATIONS
from evaluator.diagnosis.pair import Pair, cut, make, runs
from evaluator.diagnosis.types import Side, Word
from evaluator.types import Finding

NAME = "names"
COMMON_RANK = 6000
"""A word of one piece more frequent than this is seldom a name that only one side would know."""
_SAME_SOUND = (
    ("iya", "ia"), ("yy", "y"), ("iy", "y"), ("ij", "y"), ("ii", "y"), ("ei", "ey"), ("ai", "ay"), ("yu", "u"), ("iu", "u"), ("ya", "a"), ("ia", "a"),
    ("ye", "e"), ("yo", "o"), ("kh", "h"), ("ck", "k"), ("q", "k"), ("w", "v"), ("ph", "f"), ("ou", "u"), ("oo", "u"), ("x", "ks"), ("tch", "ch"), ("tsch", "ch"),
    ("sch", "sh"), ("zh", "j"), ("dj", "j"), ("c", "k"), ("y", "i"), ("ts", "z"), ("tz", "z"), ("'", ""),
)  # fmt: skip


@lru_cache(maxsize=1 << 15)
def sound(name: str) -> str:
    """The name with accepted transliterations made one: Zelenskyy and Zelensky, Sergey and Sergei."""
    form = "".join(c for c in unicodedata.normalize("NFKD", name.lower().removesuffix("'s").removesuffix("’s")) if not unicodedata.combining(c))
    form = form.replace("’", "'").replace("ø", "o").replace("ł", "l").replace("đ", "d").replace("ß", "ss")
    form = form.replace("ch", "#")
    for old, new in _SAME_SOUND:
        form = form.replace(old, new)
    return re.sub(r"(.)\1+", r"\1", form)


def same_words(a: str, b: str) -> bool:
    """True where both texts are one name in accepted spellings."""
    return bool(a and b) and sound(a) == sound(b)


def is_name(word: Word) -> bool:
    """A capitalised word that is not capitalised for its place alone."""
    if not word.capital or word.function or len(word.text) < 2 or word.kind != "word":
        return False
    lower = word.lower.removesuffix("'s").rstrip(".")
    if lower in MONTHS or lower in DAYS or lower in GENDERED or lower in NEGATIONS:
        return False
    return not word.first or ((word.rarity > 12000 or word.pieces > 1) and not word.lower.endswith(("ing", "ed", "ly", "ion", "ment")))


def names(side: Side) -> list[int]:
    """Words that are names. A text all in capitals or in title case has none to tell apart."""
    content = [w for w in side.words if w.kind == "word" and not w.function]
    if len(content) > 3 and sum(w.capital for w in content) > 0.8 * len(content):
        return [i for i, w in enumerate(side.words) if is_name(w) and (w.pieces > 1 or w.rarity > 12000)]
    return [i for i, w in enumerate(side.words) if is_name(w) and not _heads_list(side, i)]


def _heads_list(side: Side, i: int) -> bool:
    """True for a word after a bullet."""
    return i == 1 and side.words[0].kind == "mark" and side.words[1].rarity < 12000 and side.words[1].pieces == 1


def find_names(pair: Pair) -> list[Finding]:
    """Differences in names."""
    ours, theirs = names(pair.hypothesis), names(pair.reference)
    known_h, known_r = _known(pair.hypothesis), _known(pair.reference)
    left = [i for i in ours if not _licensed(pair.hypothesis.words[i], known_r, pair.reference)]
    right = [j for j in theirs if not _licensed(pair.reference.words[j], known_h, pair.hypothesis)]
    out: list[Finding] = []
    for i in list(left):
        match = _misspelt(pair.hypothesis.words[i], [(j, pair.reference.words[j]) for j in theirs])
        if match is None:
            continue
        left.remove(i)
        right = [j for j in right if j != match]
        out.append(_misspelling(pair, i, match))
    return out + _replaced(pair, left, right)


def _misspelling(pair: Pair, i: int, j: int) -> Finding:
    """A misspelling by what it does: the name beside its right form reads as two names, one with another beginning is not known again."""
    word, right = pair.hypothesis.words[i], pair.reference.words[j]
    kind, severity, message = "_misspelt", "minor", f"{word.text} for {right.text}"
    if any(w.capital and sound(w.text) == sound(right.text) for w in pair.hypothesis.words):
        kind, severity, message = "_two_ways", "major", f"{right.text} is also spelled {word.text}"
    elif sound(word.text)[:1] != sound(right.text)[:1]:
        kind, severity, message = "_garbled", "major", f"{word.text} for {right.text}: hard to know again"
    return make(pair, "accuracy/name", severity, NAME + kind, (i, i + 1), (j, j + 1), message)


def _replaced(pair: Pair, left: list[int], right: list[int]) -> list[Finding]:
    """Names of one side only: swapped where they stand at one place, else added or lost."""
    out: list[Finding] = []
    lost = runs(right)
    for a, b in runs(left):
        partner = next((r for r in lost if _same_place(pair, (a, b), r)), None)
        if partner is not None:
            lost.remove(partner)
            words = cut(pair.hypothesis, (a, b)), cut(pair.reference, partner)
            out.append(make(pair, "accuracy/name", "critical", NAME + "_swapped", (a, b), partner, f"{words[0]} where the reference names {words[1]}"))
        elif float(pair.alignment.support[a:b].min()) < 0.75 and not _small_partner(pair, a, b):
            out.append(
                make(
                    pair,
                    "accuracy/name",
                    _rare(pair.hypothesis, a, b),
                    NAME + "_added",
                    (a, b),
                    None,
                    f"{cut(pair.hypothesis, (a, b))} is not in the reference",
                )
            )
    for a, b in lost:
        if float(pair.alignment.cover[a:b].min()) < 0.75:
            out.append(make(pair, "accuracy/name", _rare(pair.reference, a, b), NAME + "_lost", None, (a, b), f"{cut(pair.reference, (a, b))} is lost"))
    return out


def _small_partner(pair: Pair, a: int, b: int) -> bool:
    """True for common words that the reference has, in other words, without capitals: a matter of case."""
    links = [pair.alignment.to_reference[i] for i in range(a, b)]
    common = all(w.pieces == 1 and w.rarity < 12000 for w in pair.hypothesis.words[a:b])
    return common and all(j >= 0 and not pair.reference.words[j].capital for j in links)


def _rare(side: Side, a: int, b: int) -> str:
    return "major" if any(w.rarity > COMMON_RANK or w.pieces > 1 for w in side.words[a:b]) else "minor"


def _known(side: Side) -> set[str]:
    return (
        {w.lower.removesuffix("'s").replace(".", "") for w in side.words if w.kind != "mark"}
        | {w.lower.removesuffix("'s").rstrip(".") for w in side.words}
        | {sound(w.text) for w in side.words if w.kind == "word"}
    )


def _licensed(word: Word, known: set[str], other: Side) -> bool:
    """True where the other text has the name in an accepted form: stem, acronym, joined or compounded words."""
    lower = word.lower.removesuffix("'s").rstrip(".")
    if lower in known or sound(word.text) in known or lower.replace(".", "") in known:
        return True
    if any(w.kind == "word" and (w.stem == word.stem or _derived(lower, w.lower)) for w in other.words):
        return True
    squeezed = re.sub(r"\W", "", other.text.lower())
    if len(lower) > 3 and lower in squeezed:
        return True
    if word.text.isupper() and len(lower) <= 6:
        letters = lower.replace(".", "")
        every = "".join(w.text[0] for w in other.words if w.kind == "word").lower()
        capitals = "".join(w.text[0] for w in other.words if w.kind == "word" and w.capital).lower()
        if letters in capitals or letters in every:
            return True
    return _spelled_out(word, other)


_DERIVING = frozenset(
    [
        "n",
        "an",
        "ian",
        "ean",
        "ese",
        "ish",
        "i",
        "ic",
        "ist",
        "ists",
        "ism",
        "s",
        "es",
        "ns",
        "ans",
        "ians",
        "y",
        "a",
        "al",
        "er",
        "ers",
        "man",
        "men",
        "der",
        "ern",
        "lic",
        "lics",
        "ish",
        "e",
        "en",
    ]
)


def _derived(a: str, b: str) -> bool:
    """Ukraine and Ukrainian, China and Chinese: one root of four letters or more with endings that derive."""
    k = 0
    while k < min(len(a), len(b)) and a[k] == b[k]:
        k += 1
    return (
        k >= 4
        and (a[k:] in _DERIVING or not a[k:] or a[k:] in ("e", "a"))
        and (b[k:].removesuffix("'s") in _DERIVING or not b[k:])
        and (a[k:], b[k:]) not in (("an", ""), ("en", ""))
    )


def _spelled_out(word: Word, other: Side) -> bool:
    """True where the word's initial is part of an acronym on the other side: Voice of America = VOA, America = U.S."""
    capital = word.text[0]
    return any(w.text.replace(".", "").isupper() and 2 <= len(w.text.replace(".", "")) <= 6 and capital in w.text for w in other.words if w.kind == "word")


def _misspelt(word: Word, others: list[tuple[int, Word]]) -> int | None:
    """The reference name that this one is a misspelling of."""
    best, best_like = None, 0.66
    for j, other in others:
        if min(len(word.text), len(other.text)) < 4:
            continue
        like = max(Levenshtein.normalized_similarity(sound(word.text), sound(other.text)), Levenshtein.normalized_similarity(word.lower, other.lower))
        if like > best_like:
            best, best_like = j, like
    return best


def _same_place(pair: Pair, ours: tuple[int, int], theirs: tuple[int, int]) -> bool:
    """True where the alignment pairs a word of one range with the other, or their neighbours are paired."""
    inside = range(*theirs)
    if any(pair.alignment.to_reference[i] in inside for i in range(*ours)):
        return True
    before, after = ours[0] - 1, ours[1]
    left = before >= 0 and theirs[0] > 0 and pair.alignment.to_reference[before] == theirs[0] - 1
    right = after < len(pair.hypothesis.words) and theirs[1] < len(pair.reference.words) and pair.alignment.to_reference[after] == theirs[1]
    return left and right
