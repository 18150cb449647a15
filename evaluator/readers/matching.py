"""Files that mark their segments matched to one sequence of segments: by key where files share keys, else by number.

What is plain text stays as it is; `alignment/` pairs it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from evaluator.readers.forms import FORMS
from evaluator.readers.streams import OWN, TextFile
from evaluator.readers.testsets import choose_references, chosen_note
from evaluator.types import Document, EvaluatorError, InputFile, Inputs

PARAGRAPH_END = re.compile(r"\n(?:[ \t]*\n)+")
"""Paragraphs of a document are separated by blank lines; single line breaks belong to the paragraph."""


Read = TextFile | Document
"""A file as it was read: with segments, or as plain text."""


@dataclass(frozen=True, slots=True)
class TextColumn:
    """One text for each segment of one file, or a plain document."""

    role: str
    """`reference`, `system` or `source`."""
    name: str
    """Of the system, or of the reference in its file."""
    origin: Read
    texts: tuple[str | None, ...]

    @property
    def label(self) -> str:
        """How messages call it."""
        path = self.origin.path if isinstance(self.origin, TextFile) else self.origin.name
        return f"{path} ({self.name})" if self.role == "reference" and self.name else path


def bring_together(references: Sequence[Read], systems: Mapping[str, TextFile | Document], source: Read | None, asked: Sequence[str]) -> Inputs:
    """All texts as documents over one sequence of segments.

    Args:
        references: at least one; a test set may hold several and the source.
        systems: by name.
        source: as given by the user, who has the last word.
        asked: names of the references to take from test sets; none for those by people.

    Raises:
        EvaluatorError: files that have no segments in common, or a file with several texts where one is needed.
    """
    notes: list[str] = []
    columns = [column for file in references for column in _references(file, asked, notes)]
    columns += [_single("system", name, file) for name, file in systems.items()]
    spine = next((file for file in references if isinstance(file, TextFile)), None)
    if source is not None:
        columns.append(_single("source", "", source))
    elif spine is not None and any(text.strip() for text in spine.source):
        columns.append(TextColumn("source", "", spine, tuple(spine.source)))
    if asked and not any(isinstance(file, TextFile) and OWN not in file.streams for file in references):
        raise EvaluatorError(
            f"--references names {', '.join(asked)}, and no file holds references by name; it is for test sets in JSON Lines and folders of mt-metrics-eval."
        )
    notes += _read_notes([*references, *systems.values(), *([source] if source else [])])
    files = [_input_file("reference", "", file) for file in references]
    files += [_input_file("system", name, file) for name, file in systems.items()]
    files += [_input_file("source", "", source)] if source is not None else []
    segments = _arrange(columns, spine, notes)
    return _inputs(columns, segments, notes, tuple(files))


@dataclass(frozen=True, slots=True)
class Arranged:
    """Columns over one sequence of segments."""

    texts: list[list[str | None] | None]
    """For each column; None where the document stays as it is."""
    unit: str
    documents: tuple[str, ...]
    domains: tuple[str, ...]


def _references(file: Read, asked: Sequence[str], notes: list[str]) -> list[TextColumn]:
    if isinstance(file, Document):
        return [TextColumn("reference", "", file, file.lines)]
    if OWN in file.streams or file.form == "sgml":
        names = list(file.streams)
    else:
        held = [name for name in file.streams if name not in file.systems or name in asked]
        names = choose_references(file.path, held, asked)
        notes += chosen_note(held, names, asked)
    columns = [TextColumn("reference", name, file, tuple(file.streams[name])) for name in names]
    if all(not (text or "").strip() for column in columns for text in column.texts):
        raise EvaluatorError(f"{file.path} has no text for {', '.join(names)}.")
    return columns


def _single(role: str, name: str, file: Read) -> TextColumn:
    if isinstance(file, Document):
        return TextColumn(role, name, file, file.lines)
    if role == "source" and file.source:
        return TextColumn(role, name, file, tuple(file.source))
    if len(file.streams) == 1:
        return TextColumn(role, name, file, tuple(next(iter(file.streams.values()))))
    if name in file.streams:
        return TextColumn(role, name, file, tuple(file.streams[name]))
    raise EvaluatorError(
        f"{file.path} holds the texts of {len(file.streams)} references or systems ({', '.join(list(file.streams)[:5])}), and one {role} was asked for; "
        f"name the one that is meant, as in {next(iter(file.streams)) or 'NAME'}={file.path}."
    )


def _input_file(role: str, name: str, file: Read) -> InputFile:
    return InputFile(role, name, file.path if isinstance(file, TextFile) else file.name, file.sha256)


def _read_notes(files: Sequence[Read]) -> list[str]:
    """One note per form: which files were read as what."""
    by_form: dict[str, list[TextFile]] = {}
    for file in files:
        if isinstance(file, TextFile):
            by_form.setdefault(file.form, []).append(file)
    notes = []
    for form, own in by_form.items():
        named = ", ".join(f"{file.path} ({file.n_segments} {file.unit}s)" for file in own[:3])
        notes.append(f"Read as {FORMS[form]}: {named}{f' and {len(own) - 3} more' if len(own) > 3 else ''}.")
    return notes


def _arrange(columns: Sequence[TextColumn], spine: TextFile | None, notes: list[str]) -> Arranged:
    base = spine or next((column.origin for column in columns if isinstance(column.origin, TextFile)), None)
    assert base is not None
    kept = _kept(base, columns, spine is not None, notes)
    texts: list[list[str | None] | None] = [_in_order(column, base, kept) for column in columns]
    documents = [base.documents[i] for i in kept] if base.documents else []
    domains = [base.domains[i] for i in kept] if base.domains else []
    if base.unit != "document":
        return _without_blank(Arranged(texts, base.unit, tuple(documents), tuple(domains)))
    return _without_blank(_split(columns, texts, documents, domains, notes))


def _kept(base: TextFile, columns: Sequence[TextColumn], is_reference: bool, notes: list[str]) -> list[int]:
    """0-based segments of the base that are scored: none marked as bad, none without any reference."""
    kept = [i for i in range(base.n_segments) if i not in base.left_out]
    for reason in dict.fromkeys(base.left_out.values()):
        count = sum(one == reason for one in base.left_out.values())
        notes.append(f"{base.path}: {count} of {base.n_segments} segments are marked {reason} and left out.")
    if not is_reference:
        return kept
    own = [column.texts for column in columns if column.role == "reference" and column.origin is base]
    others = any(column.role == "reference" and column.origin is not base for column in columns)
    without = [] if others else [i for i in kept if all(texts[i] is None for texts in own)]
    if without:
        notes.append(f"{base.path}: {len(without)} of {len(kept)} {base.unit}s have no reference and are left out.")
    return [i for i in kept if i not in set(without)]


def _in_order(column: TextColumn, base: TextFile, kept: Sequence[int]) -> list[str | None] | None:
    """The column's texts for the kept segments; None for a plain document whose lines are not those of the base."""
    origin = column.origin
    if origin is base:
        return [column.texts[i] for i in kept]
    if isinstance(origin, TextFile) and origin.keys and base.keys:
        found = dict(zip(origin.keys, column.texts, strict=True))
        wanted = [base.keys[i] for i in kept]
        lacking = [key for key in wanted if key not in found]
        if not lacking and (base.unit == "document" or len(found) == len(base.keys)):
            return [found[key] for key in wanted]
        if (base.unit == origin.unit == "document") or (len(lacking) < len(wanted) and len(found) != len(base.keys)):
            raise EvaluatorError(_unlike(column, origin, base, lacking))
    count = len(column.texts)
    if count == base.n_segments and count != len(kept):
        return [column.texts[i] for i in kept]
    if isinstance(origin, TextFile):
        return list(column.texts)
    return list(column.texts) if count == len(kept) else None


def _unlike(column: TextColumn, origin: TextFile, base: TextFile, lacking: Sequence[str]) -> str:
    """What is wrong with a file that has other segments."""
    more = [key for key in origin.keys if key not in set(base.keys)]
    what, keys = ("lacks", lacking) if lacking else ("has besides", more)
    first = " ".join(keys[0].split("\t")).strip()
    return (
        f"{column.label} has {origin.n_segments} {origin.unit}s, {base.path} has {base.n_segments}; it {what} {len(keys)}, the first is {first!r}. "
        f"Every text needs the same {base.unit}s."
    )


def _split(
    columns: Sequence[TextColumn], texts: Sequence[list[str | None] | None], documents: Sequence[str], domains: Sequence[str], notes: list[str]
) -> Arranged:
    """Documents as paragraphs, where every text of a document has equally many; else as the documents that they are."""
    keyed = [i for i, own in enumerate(texts) if own is not None and isinstance(columns[i].origin, TextFile)]
    plain = [i for i in range(len(columns)) if i not in keyed]
    pieces = {i: [None if text is None else PARAGRAPH_END.split(text.strip("\n")) for text in texts[i] or ()] for i in keyed}
    n = len(pieces[keyed[0]])
    counts = [{len(own[d] or ()) for own in pieces.values() if own[d] is not None} for d in range(n)]
    whole = {d for d in range(n) if len(counts[d]) != 1}
    total = sum(1 if d in whole else next(iter(counts[d])) for d in range(n))
    lines = {i: [line for line in columns[i].texts if (line or "").strip()] for i in plain}
    if any(len(own) != total for own in lines.values()) and all(len(columns[i].texts) == n or len(own) == n for i, own in lines.items()):
        whole = set(range(n))  # plain files with one line per document
    for d in sorted(whole & {d for d in range(n) if len(counts[d]) != 1})[:1]:
        unequal = sum(len(counts[k]) != 1 for k in range(n))
        seen = ", ".join(f"{len(own[d] or ())} in {columns[i].label}" for i, own in list(pieces.items())[:4] if own[d] is not None)
        notes.append(
            f"{unequal} of {n} documents have other numbers of paragraphs in some text and are one segment each; the first is {documents[d]} ({seen})."
        )

    def spread(values: Sequence[str]) -> tuple[str, ...]:
        return tuple(value for d, value in enumerate(values) for _ in range(1 if d in whole else next(iter(counts[d]))))

    out: list[list[str | None] | None] = []
    for i, own in enumerate(texts):
        if i in pieces and own is not None:
            out.append([part for d in range(n) for part in _parts(own[d], pieces[i][d], d in whole, counts[d])])
        else:
            out.append(None)
    return Arranged(out, "document" if len(whole) == n else "paragraph", spread(documents), spread(domains))


def _parts(text: str | None, pieces: list[str] | None, whole: bool, counts: set[int]) -> list[str | None]:
    if whole:
        return [text]
    return [None] * next(iter(counts)) if pieces is None else list(pieces)


def _without_blank(arranged: Arranged) -> Arranged:
    """Without segments that are blank in every text, which pairing would drop, so that labels stay with their segments."""
    known = [own for own in arranged.texts if own is not None]
    if len({len(own) for own in known}) != 1 or len(known) < len(arranged.texts):
        return arranged
    kept = [i for i in range(len(known[0])) if any((own[i] or "").strip() for own in known)]
    if len(kept) == len(known[0]):
        return arranged
    documents, domains = (tuple(values[i] for i in kept) if values else () for values in (arranged.documents, arranged.domains))
    return replace(arranged, texts=[[own[i] for i in kept] for own in known], documents=documents, domains=domains)


def _inputs(columns: Sequence[TextColumn], arranged: Arranged, notes: Sequence[str], files: tuple[InputFile, ...]) -> Inputs:
    made: dict[str, list[Document]] = {"reference": [], "source": []}
    systems: dict[str, Document] = {}
    for column, texts in zip(columns, arranged.texts, strict=True):
        document = column.origin if texts is None and isinstance(column.origin, Document) else _document(column, texts or [])
        if column.role == "system":
            systems[column.name] = document
        else:
            made[column.role].append(document)
    source = made["source"][0] if made["source"] else None
    return Inputs(tuple(made["reference"]), systems, source, arranged.unit, arranged.documents, arranged.domains, tuple(notes), files)


def _document(column: TextColumn, texts: Sequence[str | None]) -> Document:
    lines = tuple(text or "" for text in texts)
    missing = tuple(i for i, text in enumerate(texts) if text is None)
    return Document(column.label, lines, tuple(line for line in lines if line.strip()), False, column.origin.sha256, True, missing)
