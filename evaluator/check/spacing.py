"""Languages whose words are not what stands between spaces, and metrics set up as if they were.

sacreBLEU's 13a, intl and none take a Chinese sentence for one or two words: BLEU then counts how many
sentences are the same. Nothing in the number shows it, so that a run has to say so.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from evaluator.plugins import base_language
from evaluator.types import EvalSet


class Writing(NamedTuple):
    """A language whose words spaces do not show."""

    name: str
    code: str
    """What `--lang` takes for it; empty where no tokenizer is made for it alone."""
    tokenizers: tuple[str, ...]
    """Tokenizers of BLEU that know its words, the one to take first."""
    spaced: bool = False
    """True for Korean: spaces stand between phrases, and sacreBLEU still has a tokenizer for words."""


SUBWORDS = ("flores200", "flores101", "spm", "spBLEU-1K", "char")
ANY = ("char", *SUBWORDS[:-1])
"""For languages without a tokenizer of their own; the first needs no package and no download."""
CHINESE = Writing("Chinese", "zh", ("zh", *SUBWORDS))
JAPANESE = Writing("Japanese", "ja", ("ja-mecab", *SUBWORDS))
KOREAN = Writing("Korean", "ko", ("ko-mecab", *SUBWORDS), spaced=True)
HAN = re.compile("[\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
KANA = re.compile("[\u3041-\u3096\u30a1-\u30fa\u31f0-\u31ff\uff66-\uff9d]")
HANGUL = re.compile("[\u1100-\u11ff\u3130-\u318f\uac00-\ud7a3]")
OTHERS = {
    "Thai": re.compile("[\u0e01-\u0e30\u0e32\u0e33\u0e40-\u0e46]"),
    "Lao": re.compile("[\u0e81-\u0eb0\u0eb2\u0eb3\u0ebd-\u0ec6\u0edc-\u0edf]"),
    "Khmer": re.compile("[\u1780-\u17b3]"),
    "Burmese": re.compile("[\u1000-\u102a\u103f\u1050-\u1055\uaa60-\uaa76]"),
    "Tibetan": re.compile("[\u0f40-\u0f6c]"),
    "Javanese": re.compile("[\ua984-\ua9b2]"),
    "Balinese": re.compile("[\u1b05-\u1b33]"),
    "Tai Lue": re.compile("[\u1980-\u19ab\u1a20-\u1a54]"),
}
"""Scripts written without spaces between words."""
ALL = re.compile("|".join(one.pattern for one in (HAN, KANA, HANGUL, *OTHERS.values())))
CODES = {
    **dict.fromkeys(("th", "tha", "thai"), "Thai"), **dict.fromkeys(("lo", "lao"), "Lao"), **dict.fromkeys(("km", "khm", "khmer"), "Khmer"),
    **dict.fromkeys(("my", "mya", "bur", "burmese"), "Burmese"), **dict.fromkeys(("bo", "bod", "tib", "dz", "dzo", "tibetan"), "Tibetan"), "khb": "Tai Lue",
}  # fmt: skip
"""What `--lang` says of them. Javanese and Balinese are mostly written with Latin letters."""
MIN_SHARE = 0.05
"""Share of the references' segments from which a note is made."""
KANA_SHARE = 0.1
"""Of Han and kana together: Japanese headlines have more, Chinese that quotes a name less."""
SEGMENTED_LETTERS, SEGMENTED_CHUNKS = 4, 3
"""Text with fewer letters between spaces, and as many stretches a segment, has spaces between its words already."""
BY_SPACES = ("13a", "intl", "none")
"""Tokenizers that go by spaces and punctuation."""


class Found(NamedTuple):
    """A language found in the references."""

    writing: Writing
    segments: int
    """In how many of them."""
    of: int
    """Of how many that have letters."""


def find_writing(texts: Iterable[str]) -> Found | None:
    """The most frequent language among texts whose words spaces do not show; None where few of them are of such a language."""
    kinds: Counter[str] = Counter()
    letters: Counter[str] = Counter()
    chunks: Counter[str] = Counter()
    of = 0
    for text in texts:
        if text.isascii() or not ALL.search(text):
            of += any(map(str.isalpha, text))
            continue
        counts = _letters_by_kind(text)
        total = sum(map(str.isalpha, text))
        of += bool(total)
        kind = max(counts, key=lambda name: counts[name])
        if counts[kind] and 2 * counts[kind] >= total:
            kinds[kind] += 1
            chunks[kind] += len(text.split())
            letters.update({**counts, "Kana": len(KANA.findall(text))})
    kinds_found = [(kind, n) for kind, n in kinds.most_common(1) if n >= max(1, MIN_SHARE * of)]
    if not kinds_found:
        return None
    kind, n = kinds_found[0]
    if kind != "Hangul" and letters[kind] < SEGMENTED_LETTERS * chunks[kind] and chunks[kind] >= SEGMENTED_CHUNKS * n:
        return None
    return Found(_writing(kind, letters), n, of)


def _letters_by_kind(text: str) -> dict[str, int]:
    """Letters of each script, kana among Han."""
    counts = {"Han": len(HAN.findall(text)) + len(KANA.findall(text)), "Hangul": len(HANGUL.findall(text))}
    if not any(counts.values()):
        counts |= {name: len(pattern.findall(text)) for name, pattern in OTHERS.items()}
    return counts


def _writing(kind: str, letters: Mapping[str, int]) -> Writing:
    if kind == "Hangul":
        return KOREAN
    if kind == "Han":
        return JAPANESE if letters["Kana"] >= KANA_SHARE * letters["Han"] else CHINESE
    return Writing(kind, "", ANY)


def note_tokenizers(evalset: EvalSet, metrics: Mapping[str, Mapping[str, Any]], lang: str | None = None, target: str = "") -> list[str]:
    """A note for each metric whose words are not those of the references' language, and where a language was given that chooses no tokenizer.

    Args:
        evalset: the paired texts.
        metrics: by name of the metric its options, what a language chose included.
        lang: the language that was given.
        target: the target of a language pair that was given in its place.
    """
    pairs = evalset.systems[0].segments
    found = find_writing(pair.references[0] or next((text for text in pair.references if text), "") for pair in pairs)
    given, said = CODES.get(base_language(lang or target)), f"--lang {lang}" if lang else f"the target {target} of the language pair"
    if found is None:
        return [_no_choice(given, said, metrics["bleu"])] if given and "bleu" in metrics and _bleu("", metrics["bleu"], Writing(given, "", ANY)) else []
    notes = [note for name, options in metrics.items() if (note := _note(name, options, found))]
    if given and notes:
        notes[0] += f" {said[0].upper()}{said[1:]} chooses nothing here: sacreBLEU has no tokenizer made for {given}."
    return notes


def _no_choice(language: str, said: str, options: Mapping[str, Any]) -> str:
    """That a language chose nothing, for texts in which it is not seen: cut into words already, or of another language."""
    return (
        f"NO TOKENIZER CHOSEN: {said} chooses none, sacreBLEU has none made for {language}. BLEU counts what stands between spaces "
        f"({options.get('tokenize') or '13a'}), which is right only where these hold the words; otherwise score again with --tokenize char."
    )


def _note(metric: str, options: Mapping[str, Any], found: Found) -> str:
    """Why a metric's words are the wrong ones and which option sets them right; empty where they are not."""
    writing = found.writing
    why = "whose words are not what stands between its spaces" if writing.spaced else "which has no spaces between words"
    judge = JUDGES.get(metric)
    wrong = judge(metric, options, writing) if judge else ""
    choose = f" (or --lang {writing.code})" if writing.code and "Score again" in wrong else ""
    return f"WRONG TOKENIZER: {found.segments} of {found.of} reference segments are {writing.name}, {why}; {wrong}{choose}." if wrong else ""


def _bleu(_: str, options: Mapping[str, Any], writing: Writing) -> str:
    tokenizer = options.get("tokenize") or "13a"
    if tokenizer in writing.tokenizers or (tokenizer == "none" and writing.spaced):
        return ""
    what = "counts every stretch between spaces and punctuation as one word" if tokenizer in BY_SPACES else "is made for another language"
    further = "" if writing.code else " (single characters; works offline), or with FLORES's subwords: --tokenize flores200 (sentencepiece, and a download)"
    return f"BLEU's tokenizer {tokenizer} {what}. Score again with --tokenize {writing.tokenizers[0]}{further}"


def _ter(_: str, options: Mapping[str, Any], writing: Writing) -> str:
    if not writing.code:
        return "TER has no option that finds them and counts whole stretches as words. Use chrf instead"
    if options.get("asian_support") and options.get("normalized"):
        return ""
    return "TER counts whole stretches as words. Score again with --ter-normalized --ter-asian-support"


def _chrf(metric: str, options: Mapping[str, Any], writing: Writing) -> str:
    order = options.get("word_order", 2 if metric == "chrf++" else 0)
    if not order or writing.spaced:
        return ""
    return f"the word n-grams of {metric} (word order {order}) are made of whole stretches. Use chrf, whose characters need no words"


JUDGES: dict[str, Callable[[str, Mapping[str, Any], Writing], str]] = {"bleu": _bleu, "ter": _ter, "chrf": _chrf, "chrf++": _chrf}
"""By metric what says that its words are the wrong ones."""
