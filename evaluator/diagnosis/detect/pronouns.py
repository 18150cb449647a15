"""Pronouns with the verb or noun that they belong to: who does it, whom it befalls, whose it is. English only."""

from __future__ import annotations

from typing import NamedTuple

from evaluator.diagnosis.detect.verbs import is_passive, lemma
from evaluator.diagnosis.sides import Side, is_adverb, is_content

_FORMS = {
    "i": ("I", "subject"), "me": ("I", "object"), "my": ("I", "owner"), "we": ("we", "subject"), "us": ("we", "object"), "our": ("we", "owner"),
    "he": ("he", "subject"), "him": ("he", "object"), "his": ("he", "owner"), "she": ("she", "subject"), "her": ("she", "object"),
    "they": ("they", "subject"), "them": ("they", "object"), "their": ("they", "owner"),
}  # fmt: skip


class Use(NamedTuple):
    """A pronoun at its place."""

    place: int
    who: str
    """`I`, `we`, `he`, `she` or `they`."""
    role: str
    """`subject`, `object` or `owner`."""
    anchor: int
    """The word that it belongs to."""
    form: str
    """That word, in the form in which words are compared."""


def uses(side: Side) -> list[Use]:
    """The pronouns whose word is known, in order."""
    out: list[Use] = []
    for i, word in enumerate(side.words):
        who, role = _FORMS.get(word.lower.partition("'")[0], ("", ""))
        # `I` as a numeral (World War I) has no verb of its own; `US` is a country.
        if not who or (word.text.isupper() and who == "we"):
            continue
        if word.lower == "her" and _content(side, i + 1):
            role = "owner"
        anchor = _before(side, i) if role == "object" else _after(side, i, 2 if role == "owner" else 5)
        if role == "subject" and anchor is not None and is_passive(side, anchor):
            role = "object"  # she was elected, they elected her
        if anchor is not None:
            out.append(Use(i, who, role, anchor, lemma(side.words[anchor])))
    return out


def _content(side: Side, i: int) -> bool:
    return i < len(side.words) and is_content(side.words[i])


def _after(side: Side, i: int, reach: int) -> int | None:
    """The first content word behind, adverbs passed over, within its clause."""
    for k in range(i + 1, min(len(side.words), i + 1 + reach)):
        if side.words[k].kind == "punctuation":
            return None
        if _content(side, k) and not is_adverb(side.words[k].lower):
            return k
    return None


def _before(side: Side, i: int) -> int | None:
    for k in range(i - 1, max(-1, i - 4), -1):
        if side.words[k].kind == "punctuation":
            return None
        if _content(side, k):
            return k
    return None
