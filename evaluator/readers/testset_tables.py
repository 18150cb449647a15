"""A test set that holds outputs of systems, as the columns of a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from evaluator.readers.matching import PARAGRAPH_END
from evaluator.readers.streams import TextFile
from evaluator.readers.testsets import choose_references, chosen_note
from evaluator.types import EvaluatorError


@dataclass(frozen=True, slots=True)
class TestSetColumns:
    """Columns by canonical name, with what a reader should know."""

    columns: Mapping[str, list[str]]
    notes: tuple[str, ...]
    unit: str


def rows_of_test_set(file: TextFile, asked: Sequence[str]) -> TestSetColumns:
    """One row per system and segment; segments without a reference, and systems without a text for each segment, are left out and noted.

    Raises:
        EvaluatorError: no output of a system, or none that has all segments.
    """
    held = [name for name in file.streams if name not in file.systems or name in asked]
    names = choose_references(file.path, held, asked)
    notes = chosen_note(held, names, asked)
    outputs = [name for name in file.systems if name not in names]
    if not outputs:
        raise EvaluatorError(f"{file.path} holds references and no output of a system; give files of systems after it.")
    kept = [i for i in range(file.n_segments) if any(file.streams[name][i] is not None for name in names)]
    if len(kept) < file.n_segments:
        notes.append(f"{file.path}: {file.n_segments - len(kept)} of {file.n_segments} {file.unit}s have no reference and are left out.")
    lacking = {name: sum(file.streams[name][i] is None for i in kept) for name in outputs}
    partial = [name for name in outputs if lacking[name]]
    outputs = [name for name in outputs if not lacking[name]]
    if partial:
        notes.append(f"{file.path}: {', '.join(f'{name} (lacks {lacking[name]} of {len(kept)})' for name in partial[:10])} left out, for lack of segments.")
    if not kept or not outputs:
        raise EvaluatorError(f"{file.path}: no system has a text for every one of the {len(kept)} {file.unit}s with a reference.")
    return _columns(file, names, outputs, kept, notes)


def _columns(file: TextFile, names: Sequence[str], outputs: Sequence[str], kept: Sequence[int], notes: list[str]) -> TestSetColumns:
    titles = ["reference", *(f"reference_{k}" for k in range(2, len(names) + 1))]
    columns: dict[str, list[str]] = {name: [] for name in ("system", "document", "domain", "source", *titles, "hypothesis")}
    unequal = 0
    parts: dict[int, dict[str, list[str]]] = {}
    for i in kept:
        texts = {name: file.streams[name][i] for name in (*names, *outputs)}
        source = file.source[i] if file.source else ""
        split = {name: [text or ""] if file.unit != "document" else PARAGRAPH_END.split((text or "").strip("\n")) for name, text in texts.items()}
        sources = [source] if file.unit != "document" else PARAGRAPH_END.split(source.strip("\n"))
        lengths = {len(split[name]) for name, text in texts.items() if text is not None}
        if len(lengths) > 1:
            unequal += 1
            split, sources = {name: [text or ""] for name, text in texts.items()}, [source]
        n = max(len(split[name]) for name in outputs)
        parts[i] = {name: own if len(own) == n else [""] * n for name, own in split.items()}
        parts[i]["\t"] = sources if len(sources) == n else [source, *[""] * (n - 1)]
    for system in outputs:
        for i in kept:
            for k, hypothesis in enumerate(parts[i][system]):
                row = {"system": system, "document": file.documents[i], "domain": file.domains[i], "source": parts[i]["\t"][k], "hypothesis": hypothesis}
                row |= {title: parts[i][name][k] for title, name in zip(titles, names, strict=True)}
                for column, values in columns.items():
                    values.append(row[column])
    if unequal:
        notes.append(f"{file.path}: {unequal} of {len(kept)} documents have other numbers of paragraphs in some text and are one segment each.")
    if not any(columns["domain"]):
        del columns["domain"]
    unit = file.unit if file.unit != "document" else "document" if unequal == len(kept) else "paragraph"
    return TestSetColumns(columns, tuple(notes), unit)
