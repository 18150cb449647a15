"""Where a text negates: words, parts of words, and what they negate. English only."""

from __future__ import annotations

import math
from typing import NamedTuple

from rapidfuzz.distance import Levenshtein

from evaluator.diagnosis.detect.verbs import lemma
from evaluator.diagnosis.lexicon import NEGATIONS, NEGATIVE_WORDS, NOT_NEGATIVE, STRICT_NEGATIONS
from evaluator.diagnosis.sides import Side, Word, is_adverb, stem

_SEMI = frozenset(["hardly", "barely", "scarcely", "rarely", "seldom"])
_UNABLE = frozenset(["unable", "failed", "fails", "fail", "failing", "refused", "refuses", "refuse"])
"""With `to` after them they negate a verb, as `not` does."""
_DETERMINERS = frozenset(["no", "none", "nobody", "nothing", "neither", "nor", "nowhere"])
_AFFIXES = ("dis", "non", "un", "in", "im", "ir", "il")
_STRONG = frozenset(["lack", "lacks", "lacked", "lacking", "refusal", "denied", "denies", "deny", "failure", "impossible"])
_IDLE_AFTER_NO = frozenset([".", "matter", "doubt", "later", "wonder", "sooner", "less", "fewer", "other", "problem", "point", ",", "!", "-", "?", ":"])
_IDLE_AFTER_NOT = frozenset(["only", "just", "merely", "least", "necessarily", "surprisingly", "less", "more", "fewer", "long"])
_IDLE_AFTER_WITHOUT = frozenset(["delay", "doubt", "fail", "further"])
_IDLE_AFTER_CANNOT = frozenset(["help", "wait", "but", "rule"])


class NegationCue(NamedTuple):
    """A word that negates."""

    place: int
    kind: str
    """`not`, `no`, `semi` (hardly), `unable` (failed to), `without`."""


def cues(side: Side, every: bool = False) -> list[NegationCue]:
    """Negations that change what a sentence says, each once where it is repeated.

    Args:
        every: also those that are only a manner of speaking (not only, can't help).
    """
    out: list[NegationCue] = []
    for i, word in enumerate(side.words):
        kind = _kind(side, i)
        if not kind or (not every and _idle(side, i)):
            continue
        last = out[-1] if out else None
        if last and side.words[last.place].sentence == word.sentence:
            near = i - last.place <= 6
            if kind == "unable" and near:
                out.pop()  # did not fail to see: saw
                continue
            if word.lower == "nor" or (near and side.words[last.place].lower == word.lower):
                continue  # no cakes, no wine; never, never; neither … nor
        out.append(NegationCue(i, kind))
    return out


def _kind(side: Side, i: int) -> str:
    word = side.words[i]
    lower = word.lower
    if lower in _DETERMINERS:
        return "no"
    if lower == "without":
        return "without"
    if lower in STRICT_NEGATIONS or lower.endswith("n't") or lower in ("didnt", "doesnt", "isnt", "wasnt", "dont") or _still_to(side, i):
        return "not"
    if lower in _SEMI:
        return "semi"
    if lower in _UNABLE and i + 1 < len(side.words) and side.words[i + 1].lower == "to":
        return "unable"
    # A misspelt `never` is one: the vocabulary does not know it whole.
    return "not" if word.pieces > 1 and word.kind == "word" and len(lower) > 4 and Levenshtein.distance(lower, "never") == 1 else ""


def _still_to(side: Side, i: int) -> bool:
    """True for the `yet` of has yet to answer."""
    return side.words[i].lower == "yet" and _lower(side.words, i + 1) == "to" and _lower(side.words, i - 1) in ("has", "have", "had")


def _idle(side: Side, i: int) -> bool:
    """True for No. 156, not only, no later than, whether or not, why not, can't help, isn't it?"""
    words = side.words
    lower, before, after, second = words[i].lower, _lower(words, i - 1), _lower(words, i + 1), _lower(words, i + 2)
    if before in ("or", "why", "if") and lower != "without":
        return before != "or" or _lower(words, i - 2) == "whether" or (lower in ("not", "no", "none") and after in (".", ",", "?", "", "within"))
    idle = {
        "no": after in _IDLE_AFTER_NO or after[:1].isdigit() or (after in ("more", "longer") and second == "than"),
        "not": (after in _IDLE_AFTER_NOT and (after != "more" or second == "than"))
        or (after == "to" and second == "mention")
        or (after == "be" and second in ("less", "more", "fewer")),
        "nothing": after in ("but", "more", "else", "less") or before == "for",
        "none": after == "other",
        "without": after in _IDLE_AFTER_WITHOUT,
    }
    idle |= dict.fromkeys(("can't", "couldn't", "cannot"), after in _IDLE_AFTER_CANNOT)
    if lower.endswith("n't") and (after in ("just", "only", "merely") or (before == "," and second == "?")):
        return True  # that wasn't just luck; it works, doesn't it?
    return idle.get(lower, False)


def _lower(words: tuple[Word, ...], i: int) -> str:
    return words[i].lower if 0 <= i < len(words) else ""


def negations(side: Side, strict: bool = True) -> list[int]:
    """Words that negate: the strict ones, or also those that say it in another way (fail, lack, unlikely)."""
    if strict:
        return [cue.place for cue in cues(side) if cue.kind in ("not", "no")]
    return [i for i, w in enumerate(side.words) if w.lower in NEGATIONS or w.lower.endswith("n't")]


def answers(there: Side, here: Side) -> list[int]:
    """Words that can say what a negation says and that the other text lacks: few, instead, unknown beside known."""
    stems, forms = {lemma(w) for w in here.words}, {w.lower for w in here.words}
    return [i for i, w in enumerate(there.words) if w.kind == "word" and w.lower not in forms and lemma(w) not in stems and _negative(there, i, stems)]


def _negative(side: Side, i: int, other_stems: set[str]) -> bool:
    lower = side.words[i].lower
    if lower in NEGATIVE_WORDS or lower in NEGATIONS or (lower == "gone" and side.words[i].first):
        return True  # gone are the days of
    if lower.endswith("less") and len(lower) > 6 and lower not in ("regardless", "nevertheless", "nonetheless"):
        return True
    return negated_form(lower, other_stems)


def negated_form(lower: str, other_stems: set[str]) -> bool:
    """True for a word with a negative prefix before a word of its own: one that the other text has, or an ending of an adjective shows.

    >>> negated_form("impossible", {"possibl"}), negated_form("uncle", {"clear"}), negated_form("improve", {"prov"})
    (True, False, False)
    """
    if lower in NOT_NEGATIVE:
        return False
    rests = [lower[len(prefix) :] for prefix in _AFFIXES if lower.startswith(prefix) and len(lower) - len(prefix) >= 4]
    if any(stem(rest) in other_stems for rest in rests) or (rests and lower.endswith(("able", "ible"))):
        return True
    if lower.startswith(("irr", "ill")) and lower.endswith(("al", "ant", "ar", "ate", "ent")):
        return True  # irrelevant, illogical
    return lower.startswith(("un", "non")) and len(lower) > 7 and lower.endswith(("able", "ible", "ed", "ful", "ly", "en"))


def double(side: Side, cue: NegationCue, other: Side) -> bool:
    """True where a second negation follows soon that the other text lacks: I did not want it to go unmentioned."""
    words = side.words
    stems, end = {lemma(w) for w in other.words}, min(len(words), cue.place + 9)
    near = [i for i in range(cue.place + 1, end) if words[i].sentence == words[cue.place].sentence]
    return any(w.lower in _STRONG or negated_form(w.lower, stems) for i in near if lemma(w := words[i]) not in stems)


def scope(side: Side, cue: NegationCue) -> list[int]:
    """The first content words that the cue negates: one, and after `no` also the noun behind an adjective. At the end of a clause the one before it."""
    words = side.words
    out: list[int] = []
    for i in range(cue.place + 1, min(len(words), cue.place + (9 if cue.kind == "no" else 7))):
        word = words[i]
        if (word.kind == "punctuation" and word.text not in "-’'\"“”") or word.lower in ("and", "but", "because", "when", "so", "who", "which"):
            break
        if word.kind == "number" or (
            word.kind == "word" and not word.function and not is_adverb(word.lower) and not (word.lower == "longer" and words[i - 1].lower == "no")
        ):
            out.append(i)
            if cue.kind != "no" or len(out) == 2:
                break
        elif out:
            break
    if out or (cue.place + 1 < len(words) and words[cue.place + 1].kind != "punctuation"):
        return out
    return [i for i in range(max(0, cue.place - 4), cue.place) if words[i].kind == "word" and not words[i].function][-1:]


def counterpart(here: Side, there: Side, i: int, links: tuple[int, ...]) -> int | None:
    """The word of the other text that is the same word: the aligned one, else the one nearest by place."""
    wanted = lemma(here.words[i])
    j = links[i]
    if j >= 0 and lemma(there.words[j]) == wanted:
        return j
    place = i / len(here.words)
    same = [k for k, w in enumerate(there.words) if w.kind != "punctuation" and lemma(w) == wanted]
    return min(same, key=lambda k: math.fabs(k / len(there.words) - place), default=None)
