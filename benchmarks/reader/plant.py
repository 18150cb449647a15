"""Errors of our own in texts that are right: more kinds of damage, and of sentences, than DEMETR holds; no command of its own.

Each function gives edits of a text by word places; `planted` applies some of them. The words that
come in are taken from the same corpora: any word for a random one, its nearest in the model's
embeddings for one that is nearly right.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from evaluator.diagnosis.lexicon import FUNCTION
from evaluator.diagnosis.sides import stem
from evaluator.embed.embedder import ModelEmbedder

_WORD = re.compile(r"\w+(?:['’-]\w+)*|[^\w\s]")
_NAME = re.compile(r"(?<=[a-z,] )([A-Z][a-z]{2,})\b")
_TENSES = {
    "is": ("was", "will be"), "was": ("is", "will be"), "are": ("were", "will be"), "were": ("are", "will be"), "has": ("had", "will have"),
    "have": ("had", "will have"), "had": ("has", "will have"), "will": ("would", "did"),
}  # fmt: skip
_PREPOSITIONS = ("of", "in", "on", "at", "to", "for", "from", "with", "by", "into", "between", "about", "over", "under", "after", "before", "through")
_PRONOUNS = ("he", "his", "him", "she", "her", "they", "their", "them", "it", "its", "we", "our", "us", "i", "my", "me", "you", "your")
_AUXILIARIES = frozenset(["is", "was", "are", "were", "will", "can", "could", "has", "have", "had", "would", "should", "may"])
NEAR, FAR = 0.3, 8
"""Least likeness of a near word, and how many are kept."""


class Edit(NamedTuple):
    """Words `start` to `end` are replaced."""

    kind: str
    severity: str
    start: int
    end: int
    words: tuple[str, ...] = ()


class Damaged(NamedTuple):
    """A text with one error."""

    text: str
    kind: str
    severity: str


class Words(NamedTuple):
    """Words that errors are made of."""

    any: list[str]
    near: Mapping[str, Sequence[str]]
    """For a word those that stand nearest to it, other forms of the same word left out."""
    names: list[str]
    """Capitalized words from the middle of sentences."""


def collect(texts: Iterable[str], embedder: ModelEmbedder) -> Words:
    """Lower-case content words that occur twice or more, and names."""
    texts = list(texts)
    count = Counter(word for text in texts for word in _WORD.findall(text) if word.isalpha() and word.islower() and word not in FUNCTION and len(word) > 3)
    known = [word for word, n in count.items() if n > 1]
    vectors = np.array([layers[0][1:-1].mean(axis=0) for layers in embedder.vectors(embedder.token_ids(known))])
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    near: dict[str, list[str]] = {}
    for word, likeness in zip(known, vectors @ vectors.T, strict=True):
        best = [int(j) for j in np.argsort(-likeness)[1:14]]
        close = [known[j] for j in best if likeness[j] > NEAR and stem(known[j]) != stem(word)]
        if close:
            near[word] = close[:FAR]
    names = Counter(m.group(1) for text in texts for m in _NAME.finditer(text))
    return Words(known, near, sorted(names))


def planted(text: str, n: int, words: Words, rng: random.Random) -> list[Damaged]:
    """Up to `n` versions of the text with one error each."""
    matches = list(_WORD.finditer(text))
    if len(matches) < 3:
        return []
    forms = [m.group() for m in matches]
    edits = [
        *_of_content(forms, words, rng), *_of_phrases(forms, rng), *_of_verbs(forms, rng), *_of_small_words(forms, rng),
        *_of_names(forms, words, rng), *_of_numbers(forms, rng), *_of_loss(forms, rng),
    ]  # fmt: skip
    rng.shuffle(edits)
    out = [Damaged(_applied(text, matches, edit), edit.kind, edit.severity) for edit in edits[:n]]
    return [one for one in out if one.text.strip() and one.text != text]


def _of_content(forms: Sequence[str], words: Words, rng: random.Random) -> list[Edit]:
    """Content words lost, added, changed at random and to a near word."""
    content = [i for i, w in enumerate(forms) if w[0].isalpha() and w.lower() not in FUNCTION and len(w) > 2]
    if not content:
        return []
    edits = [Edit("word_lost", "critical", i, i + 1) for i in (rng.choice(content), rng.choice(content))]
    i, k = rng.choice(content), rng.choice(content)
    edits.append(Edit("word_added", "critical", i, i, (rng.choice(words.any),)))
    edits.append(Edit("word_changed", "critical", k, k + 1, (_cased(forms[k], rng.choice(words.any)),)))
    close = [i for i in content if forms[i].lower() in words.near]
    for i in [rng.choice(close) for _ in range(2)] if close else []:
        edits.append(Edit("word_near", "major", i, i + 1, (_cased(forms[i], rng.choice(words.near[forms[i].lower()])),)))
    return edits


def _of_phrases(forms: Sequence[str], rng: random.Random) -> list[Edit]:
    """A phrase lost from its preposition on; another preposition; neighbours swapped."""
    edits: list[Edit] = []
    small = [i for i in range(1, len(forms)) if forms[i].lower() in _PREPOSITIONS]
    if small:
        i = rng.choice(small)
        end = i + 1
        while (
            end < len(forms) and end - i < 7 and forms[end].isalnum() and forms[end].lower() not in (*_PREPOSITIONS, "and", "or", "but", "that", "who", "which")
        ):
            end += 1
        if end - i > 1:
            edits.append(Edit("phrase_lost", "major", i, end))
        k = rng.choice(small)
        edits.append(Edit("small_word", "minor", k, k + 1, (rng.choice([p for p in _PREPOSITIONS if p != forms[k].lower()]),)))
    i = rng.randrange(len(forms) - 1)
    if rng.random() < 0.5 and forms[i].isalnum() and forms[i + 1].isalnum():
        edits.append(Edit("swap", "minor", i, i + 2, (forms[i + 1], forms[i])))
    return edits


def _of_verbs(forms: Sequence[str], rng: random.Random) -> list[Edit]:
    """Another tense or aspect; a negation put in or taken out."""
    edits: list[Edit] = []
    lower = [w.lower() for w in forms]
    tense = [i for i, w in enumerate(lower) if w in _TENSES]
    if tense:
        i = rng.choice(tense)
        edits.append(Edit("tense", "major", i, i + 1, tuple(rng.choice(_TENSES[lower[i]]).split())))
    past = [i for i in range(1, len(forms)) if re.fullmatch(r"[a-z]{3,}ed", forms[i]) and lower[i - 1] not in FUNCTION]
    if past:
        i = rng.choice(past)
        going = (rng.choice(("was", "had been")), forms[i][:-2] + "ing") if rng.random() < 0.6 else ("had", forms[i])
        edits.append(Edit("aspect", "major", i, i + 1, going))
    passive = [i for i in range(1, len(forms) - 1) if lower[i] in ("was", "were", "is", "are") and re.fullmatch(r"[a-z]+(ed|en|ing)", forms[i + 1])]
    if passive:
        i = rng.choice(passive) + 1
        edits.append(Edit("aspect", "major", i, i, ("been" if forms[i].endswith("ing") else "being",)))
    helping = [i for i in range(len(forms) - 1) if lower[i] in _AUXILIARIES]
    if helping and rng.random() < 0.5:
        i = rng.choice(helping) + 1
        edits.append(Edit("negation", "critical", i, i + 1) if lower[i] == "not" else Edit("negation", "critical", i, i, ("not",)))
    return edits


def _of_small_words(forms: Sequence[str], rng: random.Random) -> list[Edit]:
    """A function word lost, a pronoun changed."""
    edits: list[Edit] = []
    small = [i for i, w in enumerate(forms) if w.lower() in FUNCTION]
    if small and rng.random() < 0.7:
        i = rng.choice(small)
        edits.append(Edit("small_lost", "minor", i, i + 1))
    pronouns = [i for i, w in enumerate(forms) if w.lower() in _PRONOUNS]
    if pronouns and rng.random() < 0.5:
        i = rng.choice(pronouns)
        edits.append(Edit("pronoun", "major", i, i + 1, (_cased(forms[i], rng.choice([p for p in _PRONOUNS if p != forms[i].lower()])),)))
    return edits


def _of_names(forms: Sequence[str], words: Words, rng: random.Random) -> list[Edit]:
    """A name changed to another, to an ordinary word, or swapped with another name of the sentence."""
    names = [i for i in range(1, len(forms)) if re.fullmatch(r"[A-Z][a-z]{2,}", forms[i])]
    if not names:
        return []
    i = rng.choice(names)
    edits = [Edit("name_changed", "critical", i, i + 1, (rng.choice(words.names if rng.random() < 0.7 else words.any).capitalize(),))]
    others = [k for k in names if abs(k - i) > 1 and forms[k] != forms[i]]
    if others:
        a, b = sorted((i, rng.choice(others)))
        edits.append(Edit("names_swapped", "critical", a, b + 1, (forms[b], *forms[a + 1 : b], forms[a])))
    return edits


def _of_numbers(forms: Sequence[str], rng: random.Random) -> list[Edit]:
    """A number changed in one digit, or tenfold."""
    numbers = [i for i, w in enumerate(forms) if w.isdigit()]
    if not numbers:
        return []
    i = rng.choice(numbers)
    k = rng.randrange(len(forms[i]))
    digit = rng.choice([d for d in "123456789" if d != forms[i][k]])
    other = forms[i] + "0" if rng.random() < 0.3 else forms[i][:k] + digit + forms[i][k + 1 :]
    return [Edit("number_changed", "critical", i, i + 1, (other,))]


def _of_loss(forms: Sequence[str], rng: random.Random) -> list[Edit]:
    """A text that stops, a heading without its first words, a stretch lost, two stretches exchanged."""
    n = len(forms)
    if n <= 14:
        k = rng.choice([1, 2]) if n > 5 else 1
        return [Edit("head_lost", "critical", 0, k)]
    stop = rng.randrange(n // 3, n - 4)
    edits = [Edit("stops", "critical", stop, n, (".",) if rng.random() < 0.5 else ())]
    start = rng.randrange(1, n - 6)
    edits.append(Edit("stretch_lost", "critical", start, start + rng.randrange(4, min(12, n - start))))
    a = rng.randrange(1, n - 8)
    b = a + rng.randrange(2, 4)
    c = b + rng.randrange(2, 4)
    edits.append(Edit("order", "major", a, c, (*forms[b:c], *forms[a:b])))
    return edits


def _cased(like: str, word: str) -> str:
    return word[:1].upper() + word[1:] if like[:1].isupper() else word


def _applied(text: str, matches: Sequence[re.Match[str]], edit: Edit) -> str:
    start = matches[edit.start].start() if edit.start < len(matches) else len(text)
    if edit.end == edit.start:
        return f"{text[:start]}{' '.join(edit.words)} {text[start:]}"
    end = matches[edit.end - 1].end()
    if edit.words:
        return text[:start] + " ".join(edit.words) + text[end:]
    before = text[:start].rstrip()
    return before + text[end:] if before else text[end:].lstrip()
