"""All checks over references, systems and source: the entry point."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from evaluator.check.characters import character_problems, page_of
from evaluator.check.languages import main_script
from evaluator.check.lines import likeness, shift_problem, swapped_problems, unequal_problem
from evaluator.check.markup import markup_problems
from evaluator.check.near_copies import MAX_COMPARED, Overlap, near_copies
from evaluator.check.normal_forms import form_problems
from evaluator.check.problems import Problem, place
from evaluator.check.segments import SystemLines, expected_of, segment_problems
from evaluator.types import Document, EvalSet, Inputs

CHECKS = {
    "unequal-lines": "another number of lines than the reference: by how many, and from where on they are off",
    "shifted": "lines that match those before or after in the reference: by how many",
    "transposed": "references lying the wrong way, given as systems, or instead of the source",
    "empty": "segments empty on one side",
    "duplicates": "one text for different references, or one system twice",
    "copied-reference": "segments that are the reference",
    "near-copy": "a reference that is nearly one system's output, and by how much that system gains",
    "copied-source": "segments that are the source, untranslated",
    "language": "segments in another language than the reference",
    "script": "segments in another script than the reference",
    "tokenized": "tokenized or escaped text",
    "markup": "plain text with tags, HTML entities, Markdown, special tokens of a model, columns of a table or the timing of subtitles in it",
    "mojibake": "text decoded with the wrong encoding",
    "boilerplate": "what a language model says about the task, or words that begin or end many segments",
    "too-long": "paragraphs over the model's limit, which go through in windows",
    "canary": "lines that mark a test set",
    "unicode": "characters that nobody sees: control characters, zero-width spaces, soft hyphens, directional marks, byte-order marks; private use",
    "normal-form": "letters composed (NFC) in one text and decomposed (NFD) in another",
    "unknown": "segments of which the model does not know most characters",
}
MINOR_SHARE = 0.001
"""Share of a text's lines up to which a finding is minor: segments that lose all of a score of 50 move the corpus score by 0.05, less than what is printed."""
STRUCTURAL = ("unequal-lines", "shifted", "transposed", "copied-reference", "near-copy")
"""Findings that change every number, however few lines show them."""
MAX_NOTES = 5
"""Findings that a run's notes hold."""
MAX_UNKNOWN = 0.5
"""Share of a segment's characters that a model may not know."""
SAMPLED = 200
"""Lines looked at to see whether source and reference are swapped."""


class Limit(NamedTuple):
    """What a model takes in one pass."""

    model: str
    tokens: int
    count_tokens: Callable[[Sequence[str]], Sequence[int]]
    """Tokens of each text, special ones included."""
    unknown: Callable[[Sequence[str]], Sequence[float]] | None = None
    """Share of each text's characters that the model does not know; None where that is not known."""


@dataclass(frozen=True, slots=True)
class Texts:
    """What is checked: lines by name."""

    references: Mapping[str, Sequence[str]]
    """The first is the one that lines are paired with."""
    systems: Mapping[str, Sequence[str]]
    source: Mapping[str, Sequence[str]]
    """None or one."""
    numbers: Mapping[str, Sequence[int]]
    """By name, what messages call each line."""


def texts_of_inputs(inputs: Inputs) -> Texts:
    """Files as lines: all of them where every text has as many, else those that are not blank."""
    references, systems, source = _labelled(inputs)
    documents = {**references, **systems, **source}
    by_line = len({len(document.lines) for document in documents.values()}) == 1
    kept = {name: _kept(document, by_line, documents) for name, document in documents.items()}

    def lines(named: Mapping[str, Document]) -> dict[str, list[str]]:
        texts = {name: document.paragraphs if document.wrapped and not by_line else document.lines for name, document in named.items()}
        return {name: [texts[name][i] for i in kept[name]] for name in named}

    return Texts(lines(references), lines(systems), lines(source), {name: [i + 1 for i in numbers] for name, numbers in kept.items()})


def _labelled(inputs: Inputs) -> tuple[dict[str, Document], dict[str, Document], dict[str, Document]]:
    """References, systems and source by path; a file that is given twice says in brackets what it is the second time."""
    given = [("reference", f"reference {k + 1}", document) for k, document in enumerate(inputs.references)]
    given += [("system", f"system {name}", document) for name, document in inputs.systems.items()]
    given += [("source", "source", inputs.source)] if inputs.source else []
    seen: set[str] = set()
    labelled: dict[str, dict[str, Document]] = {"reference": {}, "system": {}, "source": {}}
    for role, words, document in given:
        label = f"{document.name} ({words})" if document.name in seen else document.name
        seen.add(document.name)
        labelled[role][label] = document
    return labelled["reference"], labelled["system"], labelled["source"]


def _kept(document: Document, by_line: bool, documents: Mapping[str, Document]) -> list[int]:
    """Which lines count: not those that are blank in every text, nor, in texts of unequal length, blank ones."""
    if by_line:
        return [i for i in range(len(document.lines)) if any(other.lines[i].strip() for other in documents.values())]
    texts = document.paragraphs if document.wrapped else document.lines
    return [i for i, text in enumerate(texts) if text.strip()]


def texts_of_pairs(evalset: EvalSet) -> Texts:
    """A set whose texts are paired already."""
    first = evalset.systems[0].segments
    references = {("reference" if k == 0 else f"reference {k + 1}"): [pair.references[k] or "" for pair in first] for k in range(evalset.n_references)}
    systems = {system.name: [pair.hypothesis for pair in system.segments] for system in evalset.systems}
    source = {"source": [pair.source for pair in first]} if any(pair.source for pair in first) else {}
    numbers = {name: range(1, len(first) + 1) for name in (*references, *systems, *source)}
    return Texts(references, systems, source, numbers)


def find_problems(texts: Texts, limit: Limit | None = None, *, paired: bool = False, quick: bool = False, overlap: Overlap | None = None) -> list[Problem]:
    """Everything that is likely wrong, text by text in the order given.

    Args:
        texts: what to look at.
        limit: the model whose limit counts; None for no model.
        paired: the lines are known to belong together, so that shifts need not be looked for.
        quick: at a small share of what BLEU costs: languages by a sample, no repeated openings.
        overlap: what measures how much a system gains by a reference that is its output.
    """
    found: list[Problem] = []
    source = next(iter(texts.source.values()), None)
    everything = {**texts.references, **texts.source, **texts.systems}
    for name, lines in everything.items():
        page = page_of(name, lines, texts.numbers[name])
        own = list(character_problems(page, source if name in texts.systems else None, scored=name not in texts.source))
        tokenized = any(problem.check == "tokenized" for problem in own)  # which holds entities of tokenizers
        found += [*own, *(problem for problem in markup_problems(page) if not (tokenized and "entities" in problem.message))]
        found += _too_long(name, lines, texts.numbers[name], limit)
        found += _unknown(name, lines, texts.numbers[name], limit) if name not in texts.source else ()
    found += form_problems({name: lines for name, lines in everything.items() if name not in texts.source}, texts.numbers)
    found += swapped_problems(texts.references, texts.systems)
    found += near_copies(texts.references, texts.systems, overlap, MAX_COMPARED // 4 if quick else MAX_COMPARED)
    found += _source_swapped(texts, SAMPLED // 4 if quick else SAMPLED)
    first, reference = next(iter(texts.references.items()))
    expected = expected_of(reference)
    for name, lines in everything.items():
        if name == first:
            continue
        if len(lines) != len(reference):
            found.append(unequal_problem(name, lines, first, reference, texts.numbers[name]))
            continue
        if name in texts.source:
            continue
        if not paired and (shift := shift_problem(name, lines, first, reference, texts.numbers[name])) is not None:
            found.append(shift)
            continue
        beside = source if source is not None and len(source) == len(lines) else None
        if name in texts.systems:
            found += segment_problems(SystemLines(name, lines, reference, beside, texts.numbers[name], quick), expected)
    order = {name: i for i, name in enumerate(everything)}
    weighed = [replace(problem, severity=_severity(problem, len(everything[problem.text]))) for problem in found]
    return sorted(weighed, key=lambda problem: order[problem.text])


def _severity(problem: Problem, n_lines: int) -> str:
    if problem.check == "too-long":  # such paragraphs go through whole, in windows
        return "minor"
    few = 0 < len(problem.lines) <= MINOR_SHARE * n_lines
    return "minor" if few and problem.check not in STRUCTURAL else "major"


def preflight_notes(evalset: EvalSet, overlap: Overlap | None = None) -> list[str]:
    """What a quick look at paired texts finds, in a few lines for the notes of a run, major findings first.

    What articles leave out, their alignment tells.
    """
    problems = find_problems(texts_of_pairs(evalset), paired=True, quick=True, overlap=overlap)
    problems.sort(key=lambda problem: problem.severity != "major")
    aligned = any(pair.alignment not in ("1-1", "1-0") for system in evalset.systems for pair in system.pairs)
    messages = [f"{problem.text}: {problem.message}" for problem in problems if not (aligned and problem.check == "empty")]
    more = [f"{len(messages) - MAX_NOTES} more findings: evaluator check lists them all."] if len(messages) > MAX_NOTES else []
    return [f"check: {words}." for words in messages[:MAX_NOTES]] + [f"check: {words}" for words in more]


def _too_long(name: str, lines: Sequence[str], numbers: Sequence[int], limit: Limit | None) -> Iterator[Problem]:
    """A token is at least one character, so that short texts need not be counted."""
    if limit is None:
        return
    at = [i for i, text in enumerate(lines) if len(text) > limit.tokens]
    counts = limit.count_tokens([lines[i] for i in at]) if at else []
    long = [(i, n) for i, n in zip(at, counts, strict=True) if n > limit.tokens]
    if long:
        named = tuple(numbers[i] for i, _ in long)
        message = (
            f"{len(long)} paragraphs are longer than the {limit.tokens} tokens of {limit.model} ({place(named)}; the longest has {max(n for _, n in long)})"
        )
        yield Problem("too-long", name, message, len(long), named)


def _unknown(name: str, lines: Sequence[str], numbers: Sequence[int], limit: Limit | None) -> Iterator[Problem]:
    """Segments that the model cannot read; a text in ASCII holds nothing that a model would not know."""
    if limit is None or limit.unknown is None:
        return
    at = [i for i, text in enumerate(lines) if not text.isascii()]
    shares = limit.unknown([lines[i] for i in at]) if at else []
    unread = [numbers[i] for i, share in zip(at, shares, strict=True) if share > MAX_UNKNOWN]
    if unread:
        message = (
            f"{len(unread)} of {len(lines)} segments are not in an alphabet that {limit.model} knows ({place(unread)}); its BERTScore says nothing about them"
        )
        yield Problem("unknown", name, message, len(unread), tuple(unread))


def _source_swapped(texts: Texts, sampled: int) -> Iterator[Problem]:
    """The systems are like the source and not like the reference, which is in another language or script."""
    for name, source in texts.source.items():
        reference_name, reference = next(iter(texts.references.items()))
        systems = [lines[:sampled] for lines in texts.systems.values() if len(lines) == len(source) == len(reference)]
        if not systems:
            continue
        here = [sum(map(likeness, lines, source)) for lines in systems]
        there = [sum(map(likeness, lines, reference)) for lines in systems]
        scripts = [main_script(" ".join(lines[:sampled])) for lines in (*systems, source, reference)]
        closer = all(a > 2 * b and a > 0.2 * len(lines) for a, b, lines in zip(here, there, systems, strict=True))
        of_source = all(script == scripts[-2] != scripts[-1] for script in scripts[:-2])
        if closer or of_source:
            message = f"is unlike every system, and {name} is like them: source and reference are in each other's place, or nothing was translated"
            yield Problem("transposed", reference_name, message, len(systems))
