"""What is wrong with the characters of one text: found by one search over all of it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from evaluator.check.problems import Problem, place, short

_CP1252_TAIL = "€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ"
_MOJIBAKE = re.compile(f"[\u00c2-\u00f4][\u0080-\u00bf{_CP1252_TAIL}]{{1,3}}|\ufffd")
"""Characters that UTF-8 read as Latin-1 or Windows-1252 may have left; which of these it really is, `_is_mojibake` tries."""
_ODD = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\ufeff\u200b-\u200f\u2028\u2029\ufff9-\ufffb\ue000-\uf8ff\ufdd0-\ufdef\ufffe\uffff\u202a-\u202e"
    "\u2060-\u2064\u2066-\u2069\ud800-\udfff]"
)
"""Controls, soft hyphens, zero-width characters, directional marks and overrides, byte-order marks inside, line separators, private use,
noncharacters: what nobody sees, and BLEU, chrF and TER count. Not tabs, which all of them take for spaces."""
_NEEDED = {
    "\u200b": re.compile("(?<=[\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff\u1980-\u1aaf])\u200b|\u200b(?=[\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff])"),
    **dict.fromkeys("\u200c\u200d", re.compile("(?<=[^\x00-\u052f\u1e00-\u1fff\u2000-\u206f])[\u200c\u200d]")),
}
"""Joiners shape letters of Arabic, Indic scripts and emoji, and Southeast Asian scripts part words with U+200B: odd are those among others."""
_DAMAGED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ufff9-\ufffb\ue000-\uf8ff\ufdd0-\ufdef\ufffe\uffff\ud800-\udfff]")
"""What shows that a file was read or made wrongly: looked for in a source too, which no metric counts the characters of."""
_NAMES = {
    "\ufeff": "byte-order mark", "\u2028": "line separator", "\u2029": "paragraph separator", "\xad": "soft hyphen", "\u200b": "zero-width space",
    "\u200c": "zero-width non-joiner", "\u200d": "zero-width joiner", "\u2060": "word joiner", "\u200e": "left-to-right mark", "\u200f": "right-to-left mark",
    "\u061c": "Arabic letter mark",
}  # fmt: skip
_CANARY = re.compile(r"canary[^\n]{0,80}[0-9a-f]{8}-?[0-9a-f]{4}|BENCHMARK DATA SHOULD NEVER APPEAR|canary guid", re.IGNORECASE)
_TOKENIZED = re.compile(r" [.,](?= |$)|&(?:quot|apos|amp|#91|#93|lt|gt);|@-@|@@ |\u2581", re.MULTILINE)
_SIGNS = (" .", " ,", "&", "@-@", "@@ ", "\u2581")
TOKENIZED_SHARE = 0.05
"""Share of lines; below, a stray space before a full stop is the text's own."""
MIN_TOKENIZED = 2


class JoinedText(NamedTuple):
    """A text as one string."""

    name: str
    lines: Sequence[str]
    whole: str
    numbers: Sequence[int]
    """What messages call each line."""


class LineMatch(NamedTuple):
    """A place in a text."""

    line: int
    """0-based."""
    match: re.Match[str]
    """In the line."""


def page_of(name: str, lines: Sequence[str], numbers: Sequence[int]) -> JoinedText:
    """The text made ready to search."""
    whole = "\n".join(lines)
    if whole.count("\n") >= len(lines):  # a line feed inside a cell of a table would move the numbers of all lines after it
        lines = [line.replace("\n", " ") for line in lines]
        whole = "\n".join(lines)
    return JoinedText(name, lines, whole, numbers)


def character_problems(page: JoinedText, source: Sequence[str] | None = None, *, scored: bool = True) -> Iterator[Problem]:
    """Mojibake, odd characters, canaries and tokenized text.

    Args:
        page: the text.
        source: what was translated, line by line, so that a finding says what was taken over from it.
        scored: False for the source itself.
    """
    yield from _mojibake(page)
    yield from _odd(page, _ODD if scored else _DAMAGED, source)
    yield from _canary(page)
    yield from _tokenized(page)


def _numbers(page: JoinedText, found: Sequence[LineMatch]) -> tuple[int, ...]:
    return tuple(page.numbers[i] for i in dict.fromkeys(one.line for one in found))


def _is_mojibake(found: str) -> bool:
    if found == "\ufffd":
        return True
    try:
        data = b"".join(bytes([ord(c)]) if ord(c) < 256 else c.encode("cp1252") for c in found)
    except UnicodeEncodeError:
        return False
    for end in range(len(data), 1, -1):
        try:
            data[:end].decode("utf-8")
        except UnicodeDecodeError:
            continue
        return True
    return False


def _looks_bad(line: str) -> bool:
    """Whether the line has sequences that no language writes: `KÉŽ` and `CAFÉ’S` are valid UTF-8 read wrongly, too, and are Czech and French."""
    from ftfy.badness import is_bad  # a table of such sequences, kept by its author for a decade

    return bool(is_bad(line))


def _mojibake(page: JoinedText) -> Iterator[Problem]:
    suspect = (LineMatch(i, match) for i, line in enumerate(page.lines) if not line.isascii() for match in _MOJIBAKE.finditer(line))
    found = [one for one in suspect if _is_mojibake(one.match[0]) and (one.match[0] == "\ufffd" or _looks_bad(page.lines[one.line]))]
    if found:
        lines = _numbers(page, found)
        example = page.lines[found[0].line][max(0, found[0].match.start() - 12) :]
        message = f"{len(found)} places look like text decoded with the wrong encoding ({place(lines)}), for example {short(example)}"
        yield Problem("mojibake", page.name, message, len(found), lines)


def _odd(page: JoinedText, pattern: re.Pattern[str], source: Sequence[str] | None) -> Iterator[Problem]:
    # All of these are characters that Python does not print, which it tells a line in a hundredth of the time that a search takes.
    suspect = (LineMatch(i, match) for i, line in enumerate(page.lines) if not line.isprintable() for match in pattern.finditer(line))
    found = [one for one in suspect if not _is_needed(page.lines[one.line], one.match)]
    if found:
        lines = _numbers(page, found)
        kinds = ", ".join(f"{_NAMES[c]} U+{ord(c):04X}" if c in _NAMES else f"U+{ord(c):04X}" for c in dict.fromkeys(one.match[0] for one in found[:1000]))
        message = f"{len(found)} odd character{'s' * (len(found) > 1)} ({kinds}) in {place(lines)}"
        if source is not None and len(source) == len(page.lines):
            copied = sum(one.match[0] in source[one.line] for one in found[:1000])
            message += f", {'' if copied == len(found) else f'{copied} of them '}taken over from the source" if copied else ""
        yield Problem("unicode", page.name, message, len(found), lines)


def _is_needed(line: str, match: re.Match[str]) -> bool:
    script = _NEEDED.get(match[0])
    return script is not None and script.match(line, match.start()) is not None


def _canary(page: JoinedText) -> Iterator[Problem]:
    if not any(word in page.whole for word in ("anary", "CANARY", "BENCHMARK DATA")):
        return  # a search for the pattern itself takes ten times as long
    at = [i for i, line in enumerate(page.lines) if ("anary" in line or "ANARY" in line or "BENCHMARK DATA" in line) and _CANARY.search(line)]
    lines = tuple(page.numbers[i] for i in at)
    if lines:
        yield Problem("canary", page.name, f"{place(lines)} is a canary that marks the set, not a segment", len(lines), lines)


def _tokenized(page: JoinedText) -> Iterator[Problem]:
    least = max(MIN_TOKENIZED, TOKENIZED_SHARE * len(page.lines))
    if sum(map(page.whole.count, _SIGNS)) < least:
        return  # counted in a tenth of the time that the pattern takes
    lines = _numbers(page, [LineMatch(i, match) for i, line in enumerate(page.lines) if (match := _TOKENIZED.search(line))])
    if len(lines) >= least:
        message = f"{len(lines)} of {len(page.lines)} lines look tokenized or escaped ({place(lines)}); detokenize, or scores cannot be compared"
        yield Problem("tokenized", page.name, message, len(lines), lines)
