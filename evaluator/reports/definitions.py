"""What the names on a page mean, one line each, for people who meet them for the first time."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

METRICS = (
    (r"BLEU", "Words and runs of up to four words that the reference has too, with a penalty for short texts. 0 to 100, higher is better."),
    (r"chrF\d*", "Runs of up to six characters shared with the reference, recall weighing more. 0 to 100, higher is better."),
    (r"chrF\d*\++", "As chrF, with words and pairs of words beside the characters. 0 to 100, higher is better."),
    (r"TER", "Edits that turn the text into the reference, per 100 words of it. 0 is equal, lower is better."),
    (r"BERTScore-F1", "How alike the words are in their context, by a language model: mean of precision and recall. Near 1 is alike, higher is better."),
    (r"BERTScore-P", "How much of the text is found in the reference, by a language model. Higher is better."),
    (r"BERTScore-R", "How much of the reference is found in the text, by a language model. Higher is better."),
    (r"Novelty", "100 less the share of words and runs of words taken from the reference. Higher is more reworded."),
    (r"Paraphrase", "Fidelity and novelty together, 0 for a copy. 0 to 100, higher is better."),
    (r"fidelity", "How much of the reference's meaning survives. 0 to 100, higher is better. Made to rank versions of one paragraph."),
)
"""Patterns of titles as the page prints them, each with its line."""
WORDS = {
    "risk": "Probability that a paragraph holds at least one serious error of meaning, 0 to 1, lower is better; told for material in which a fifth "
    "of the paragraphs is broken, and moved by --prior P to material with another share. In German it orders without being calibrated.",
    "severity": "The worst finding: critical changes the facts, major the meaning of a part, minor is harmless or a matter of form.",
    "likely broken": "Paragraphs whose risk reaches the threshold of the run; each has a finding and a reason.",
    "95 % interval": "Where the score would lie in 95 of 100 such test sets, by bootstrap.",
    "rank": "Place that the tests allow: 2-3 is second or third.",
    "cluster": "Systems of one cluster are not told apart by the test; each beats all of the clusters below.",
    "p": "How often chance alone gives a difference as large; corrected for the number of pairs where it says so.",
}


class Definition(NamedTuple):
    """A name and what it means."""

    name: str
    text: str


def define(title: str, higher_is_better: bool | None = None) -> str:
    """One line about a metric or a word of the page; of scores that the page does not know, their direction."""
    if title in WORDS:
        return WORDS[title]
    for pattern, text in METRICS:
        if re.fullmatch(pattern, title):
            return text
    direction = "" if higher_is_better is None else f" {'Higher' if higher_is_better else 'Lower'} is better."
    return f"A score made elsewhere or by a metric of its own.{direction}"


def definitions_of(titles: Sequence[tuple[str, bool]], judged: bool, compared: bool) -> list[Definition]:
    """What the page names, in its order.

    Args:
        titles: metrics with their direction.
        judged: whether there is a diagnosis.
        compared: whether systems were compared.
    """
    words = ["95 % interval", *(["rank", "cluster", "p"] if compared else []), *(["risk", "severity", "likely broken"] if judged else [])]
    return [*(Definition(title, define(title, up)) for title, up in titles), *(Definition(word, WORDS[word]) for word in words)]
