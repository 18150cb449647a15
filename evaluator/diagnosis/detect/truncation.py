"""Text that stops or is largely gone: a sentence cut in mid-clause, a lost end, lost brackets, a quarter of the content lost.

A paraphrase is shorter too. So what counts is content words without any partner, at one place:
at the end, in brackets, or in a gap of several in a row, in a hypothesis that is shorter as well.
The levels are measured: on good translations each kind speaks in about 1 of 100 pairs, on
sentences cut at 60 % in about 80.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from evaluator.diagnosis.detect.name_forms import spelled_out
from evaluator.diagnosis.pair import Pair, make_finding
from evaluator.diagnosis.sides import Side, Word
from evaluator.types import Finding

NAME = "truncation"
SUPPORTED = 0.75
"""Support from which a word without a partner counts as expressed in other words."""
EXPRESSED = 0.5
"""Support below which a word stands for none of the other text's."""
MIN_CONTENT = 4
CERTAIN_CONTENT = 8
"""Content words from which a short rendering can be distinguished from a short sentence."""
MAX_REPLACED = 0.4
"""Most new content words for each lost one; more is another wording."""
_NO_END = frozenset(["the", "a", "an", "and", "or", "because", "than", "their", "my", "your", "if", "which", "although", "whose"])
"""Words with which no English sentence ends."""
_SELDOM_END = frozenset([
    "of", "on", "in", "at", "to", "for", "with", "by", "from", "about", "under", "over", "after", "before", "as", "that", "was", "were", "is", "are",
    "has", "had", "have", "will", "would", "his", "her", "its",
])  # fmt: skip
"""Words that may end a sentence: come in, the one I came with."""
_BRACKETS = re.compile(r"[(（\[]([^()（）\[\]]{4,})[)）\]]")
_PERCENT = ("per", "cent", "percent")
"""For which the other text may have a sign."""


class Loss(NamedTuple):
    """How much of the reference's content has no partner."""

    content: tuple[int, ...]
    """Content words and numbers of the reference."""
    lost: frozenset[int]
    """Those without partner and support."""
    ratio: float
    """Content words of the hypothesis for each one of the reference."""
    added: int
    """Content words of the hypothesis without partner: they may express what was lost."""

    @property
    def share(self) -> float:
        """Share of the content that is lost."""
        return len(self.lost) / max(1, len(self.content))

    @property
    def plain(self) -> bool:
        """True where other words do not stand in place of the lost ones."""
        return self.added <= MAX_REPLACED * len(self.lost)


def find_truncation(pair: Pair) -> list[Finding]:
    """The plainest kind of loss, and lost brackets."""
    if pair.same or not pair.reference.words or not pair.hypothesis.words:
        return []
    loss = loss_of(pair)
    found = _stops(pair, loss) or _end(pair, loss) or _gone(pair, loss)
    return found or _brackets(pair, loss)


def loss_of(pair: Pair) -> Loss:
    """What of the reference has no partner."""
    content, ours = _content(pair.reference), _content(pair.hypothesis)
    alignment = pair.alignment
    lost = frozenset(j for j in content if (alignment.to_hypothesis[j] < 0 and alignment.cover[j] < SUPPORTED) or alignment.cover[j] < 0.4)
    lost -= spelled_out(pair.reference, pair.hypothesis) if lost else set()
    added = sum(alignment.to_reference[i] < 0 or alignment.support[i] < 0.4 for i in ours)
    return Loss(content, lost, len(ours) / max(1, len(content)), added)


def _content(side: Side) -> tuple[int, ...]:
    return tuple(i for i, w in enumerate(side.words) if w.kind == "number" or (w.kind == "word" and not w.function and w.lower not in _PERCENT))


def _last(words: tuple[Word, ...]) -> int:
    """The last word that is no mark, or -1."""
    return next((i for i in range(len(words) - 1, -1, -1) if words[i].kind != "punctuation"), -1)


def _stops(pair: Pair, loss: Loss) -> list[Finding]:
    """A hypothesis that ends with a word that needs another, where the reference goes on."""
    h, r = pair.hypothesis.words, pair.reference.words
    i, end = _last(h), _last(r)
    if not pair.english or i < 1 or end < 0 or h[i].lower == r[end].lower:
        return []
    going_on = [j for j in range(1, end) if r[j].lower == h[i].lower and r[j - 1].stem == h[i - 1].stem]
    going_on = [j for j in going_on if next((k for k in loss.content if k > j), -1) in loss.lost]
    if h[i].lower in _NO_END or (h[i].lower in _SELDOM_END and going_on):
        hole = (going_on[0] + 1 if going_on else end, end + 1)
        return [make_finding(pair, "accuracy/omission", "critical", NAME, (i - 1, i + 1), hole, "the text stops in mid-clause")]
    return []


def _end(pair: Pair, loss: Loss) -> list[Finding]:
    """The last content words of the reference, all lost."""
    tail = 0
    while tail < len(loss.content) and loss.content[-1 - tail] in loss.lost:
        tail += 1
    if len(loss.content) < MIN_CONTENT or not loss.plain or not ((tail >= 3 and loss.ratio < 0.9) or (tail >= 2 and loss.ratio < 0.55)):
        return []
    if _ends_otherwise(pair, tail):
        return []
    start = loss.content[len(loss.content) - tail]
    severity = "critical" if loss.ratio < 0.6 and len(loss.content) >= CERTAIN_CONTENT else "major"
    return [make_finding(pair, "accuracy/omission", severity, NAME + "_end", None, (start, _last(pair.reference.words) + 1), "the end is lost")]


def _ends_otherwise(pair: Pair, lost: int) -> bool:
    """True where the hypothesis ends with words that the reference lacks, one for three lost ones at least: the end is reworded."""
    new = 0
    for i in _content(pair.hypothesis)[::-1]:
        if pair.alignment.to_reference[i] >= 0 and float(pair.alignment.support[i]) >= EXPRESSED:
            break
        new += 1
    return 3 * new >= lost


def _gone(pair: Pair, loss: Loss) -> list[Finding]:
    """More than a quarter of the content lost, with three content words or more in a row among it."""
    gap = _longest_gap(loss)
    named = all(pair.reference.words[j].capital for j in gap)  # a longer form of a name
    if len(loss.content) < MIN_CONTENT or len(gap) < 3 or named or not loss.plain:
        return []
    if gap[-1] == loss.content[-1] and _ends_otherwise(pair, len(gap)):
        return []
    share = f"{100 * loss.share:.0f} % of the content has no partner"
    place = (gap[0], gap[-1] + 1)
    if loss.ratio < 0.6 and loss.share > 0.3 and len(loss.content) >= CERTAIN_CONTENT:
        return [make_finding(pair, "accuracy/omission", "critical", NAME + "_loss", None, place, share)]
    if loss.ratio < 0.75 and loss.share > 0.25:
        return [make_finding(pair, "accuracy/omission", "major", NAME + "_loss", None, place, share)]
    return []


def _longest_gap(loss: Loss) -> list[int]:
    best: list[int] = []
    run: list[int] = []
    for j in loss.content:
        run = [*run, j] if j in loss.lost else []
        best = max(best, run, key=len)
    return best


def _brackets(pair: Pair, loss: Loss) -> list[Finding]:
    """A fact in brackets of which no content word is left."""
    out = []
    for match in _BRACKETS.finditer(pair.reference.text):
        inside = [j for j in loss.content if match.start() < pair.reference.words[j].start < match.end()]
        links = pair.alignment.to_hypothesis
        # The abbreviation of a name beside it is no fact; numbers and two content words are.
        if len(inside) >= 2 and all(links[j] < 0 and pair.alignment.cover[j] < SUPPORTED for j in inside):
            out.append(
                make_finding(pair, "accuracy/omission", "major", NAME + "_brackets", None, (inside[0], inside[-1] + 1), "what stands in brackets is lost")
            )
    return out
