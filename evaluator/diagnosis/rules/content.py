"""Content that is lost or was added, and repeated sentences.

A paraphrase loses and adds words too. What counts is what is lost for good: words without a
partner, several in a row, in a text that is shorter by about as much. Sizes are counted in letters,
for a German compound is one word and three elsewhere.
"""

from __future__ import annotations

from typing import NamedTuple

from evaluator.diagnosis.detect.repetition import find_repetition
from evaluator.diagnosis.pair import Pair, make_finding, runs
from evaluator.diagnosis.sides import Side
from evaluator.types import Finding, FloatArray

SUPPORTED = 0.6
"""Support from which a word without a partner counts as expressed by others."""
MIN_RUN, MIN_LETTERS = 3, 18
"""Content words and letters in a row that a loss has at least."""
SHARE, LARGE = 0.12, 0.5
"""Share of the text's letters that is lost and not made up for: from here a loss is major, critical."""
PLENTY = 35
"""Letters that are a loss in a text of any length."""
REPLACED = 0.4
"""Most new letters at the place, and in all, for each lost one."""
DOUBLED = 6
"""Words in a row that count as repeated, wherever they stand."""
SHORT, STOPPED = 0.6, 0.9
"""Share of the reference's letters that a text without loss has at least; one that lacks the closing mark needs more."""
MIN_TAIL = 2
"""Content words at the end without counterpart that a text without closing mark has lost."""
MIN_WORDS = 5
"""Content words from which a short rendering can be distinguished from a short sentence."""


class _Gap(NamedTuple):
    """A stretch of one text that the other lacks."""

    start: int
    end: int
    letters: int


def find_lost_and_added(pair: Pair) -> list[Finding]:
    """Stretches of either text that the other one has nothing for."""
    if pair.same or not pair.reference.words or not pair.hypothesis.words:
        return []
    lost = _free(pair.reference, pair.alignment.to_hypothesis, pair.alignment.cover)
    added = _free(pair.hypothesis, pair.alignment.to_reference, pair.alignment.support)
    sizes = _letters(pair.reference, lost), _letters(pair.hypothesis, added)
    out = []
    if gap := _gap(pair.reference, lost, sizes[0] - sizes[1]):
        severity = _severity(pair.reference, sizes[0] - sizes[1])
        tail = all(w.kind == "punctuation" or w.function for w in pair.reference.words[gap.end :])
        detector, message = ("truncation_end", "the end is lost") if tail else ("truncation_loss", "nothing in the hypothesis covers this")
        out.append(make_finding(pair, "accuracy/omission", severity, detector, None, (gap.start, gap.end), message))
    else:
        out += _short(pair)
    if gap := _gap(pair.hypothesis, added, sizes[1] - sizes[0]):
        out.append(make_finding(pair, "accuracy/addition", "major", "coverage_added", (gap.start, gap.end), None, "nothing in the reference supports this"))
    return out


def _free(side: Side, links: tuple[int, ...], strength: FloatArray) -> set[int]:
    """Content words without partner and support."""
    return {i for i in _content(side) if links[i] < 0 and strength[i] < SUPPORTED}


def _content(side: Side) -> list[int]:
    return [i for i, w in enumerate(side.words) if w.kind == "number" or (w.kind == "word" and not w.function)]


def _letters(side: Side, words: set[int]) -> int:
    return sum(len(side.words[i].text) for i in words)


def _gap(side: Side, free: set[int], net: int) -> _Gap | None:
    """The longest stretch, where as much as it is missing on the whole."""
    best = _Gap(0, 0, 0)
    run: list[int] = []
    for i in [*_content(side), -1]:
        if i in free:
            run.append(i)
            continue
        letters = _letters(side, set(run))
        if len(run) >= MIN_RUN and letters > best.letters:
            best = _Gap(run[0], run[-1] + 1, letters)
        run = []
    total = _letters(side, set(_content(side)))
    if best.letters < MIN_LETTERS or net < min(SHARE * total, PLENTY) or net < (1 - REPLACED) * best.letters:
        return None
    return best


def _severity(side: Side, net: int) -> str:
    return "critical" if net >= LARGE * _letters(side, set(_content(side))) else "major"


def _short(pair: Pair) -> list[Finding]:
    """A text that is far shorter than the reference, or one without its closing mark that lacks the end or is shorter as well."""
    contents = _content(pair.reference), _content(pair.hypothesis)
    sizes = [_letters(side, set(content)) for side, content in zip((pair.reference, pair.hypothesis), contents, strict=True)]
    free = [j for j in contents[0] if pair.alignment.to_hypothesis[j] < 0]
    stops = _ended(pair.reference) and not _ended(pair.hypothesis)
    tail = next((k for k, j in enumerate(reversed(contents[0])) if j not in free), len(contents[0]))
    cut = stops and (tail >= MIN_TAIL or sizes[1] < STOPPED * sizes[0])
    if len(contents[0]) < MIN_WORDS or not (cut or sizes[1] < SHORT * sizes[0]):
        return []
    place = (free[-1], free[-1] + 1) if free else (len(pair.reference.words) - 1, len(pair.reference.words))
    while place[0] - 1 in free or (place[0] > 1 and pair.reference.words[place[0] - 1].function and place[0] - 2 in free):
        place = (place[0] - 1, place[1])
    message = "the text stops" if cut else f"{100 * sizes[1] / sizes[0]:.0f} % of the reference's length"
    return [make_finding(pair, "accuracy/omission", "major", "truncation_end", None, place, message)]


def _ended(side: Side) -> bool:
    """True for a text with a closing mark."""
    return side.words[-1].kind == "punctuation" and side.words[-1].text not in ",-–"


def find_repeated(pair: Pair) -> list[Finding]:
    """Words and stretches repeated in a row, and longer ones repeated anywhere; the pair need not be aligned."""
    out = find_repetition(pair)
    usual, seen = _stretches(pair.reference), _stretches(pair.hypothesis)
    again = sorted({i for form, places in seen.items() if len(places) > max(1, len(usual.get(form, []))) for i in places[1:]})
    for a, b in runs(again, DOUBLED):
        out.append(
            make_finding(pair, "fluency/duplication", "major", "repetition", (a, min(b + DOUBLED - 1, len(pair.hypothesis.words))), None, "words said twice")
        )
    return out


def _stretches(side: Side) -> dict[tuple[str, ...], list[int]]:
    """Where each stretch of `DOUBLED` words begins, those of marks and figures alone left out."""
    out: dict[tuple[str, ...], list[int]] = {}
    for i in range(len(side.words) - DOUBLED + 1):
        row = side.words[i : i + DOUBLED]
        if sum(w.kind == "word" for w in row) > DOUBLED // 2:
            out.setdefault(tuple(w.lower for w in row), []).append(i)
    return out
