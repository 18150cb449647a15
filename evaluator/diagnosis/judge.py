"""Pairs to diagnoses: cut into pieces, read, searched by detectors, decided. Start here."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from evaluator.diagnosis.decide import diagnose_pieces, reason_of
from evaluator.diagnosis.detect.metadata import date_line_end
from evaluator.diagnosis.evidence import Evidence
from evaluator.diagnosis.find import find_all
from evaluator.diagnosis.language import BY_RULES, READ, is_german, language_of, language_of_run
from evaluator.diagnosis.learned import learned_note
from evaluator.diagnosis.model import FILE as DECISION
from evaluator.diagnosis.model import load_decision, threshold_of
from evaluator.diagnosis.pairs import pair_of
from evaluator.diagnosis.pieces import PiecePair, cut_pair
from evaluator.diagnosis.reader import MODEL, VERSION, Reading, load_reader
from evaluator.diagnosis.rules.decide import diagnose_by_rules, stated_rules, with_untranslated
from evaluator.diagnosis.sides import build_side
from evaluator.diagnosis.slot import find_slot
from evaluator.diagnosis.sources import with_copies
from evaluator.diagnosis.types import Side
from evaluator.diagnosis.unread import CAUSE, unread_texts
from evaluator.embed.models import sha256_of
from evaluator.plugins import base_language
from evaluator.types import Advance, Diagnosis, EvalSet, EvaluatorError, Finding

HARMLESS = 0.01
"""Most risk of texts that differ in form alone."""
BATCH = 128
"""Pairs whose texts are tokenized at once."""


class _Piece(NamedTuple):
    """A piece of a pair on its way."""

    pair: int
    place: PiecePair
    reference: str
    hypothesis: str


class Judge:
    """Diagnoses of pairs, by text.

    Args:
        lang: language of the texts, as `en` or `de-AT`; None looks at each pair.
        prior: share of paragraphs with a serious error in the material; None for that of the data
            that the numbers were fitted on.

    Raises:
        EvaluatorError: a prior that is no probability.
    """

    def __init__(self, lang: str | None, prior: float | None) -> None:
        if prior is not None and not 0 < prior < 1:
            raise EvaluatorError(f"The prior is {prior}; it is a share of paragraphs, between 0 and 1.")
        self._language = base_language(lang) if lang else None
        self._prior = prior
        self._known: dict[tuple[str, str], Diagnosis | None] = {}

    def all(self, pairs: Sequence[tuple[str, str]], sources: Sequence[str] | None = None) -> list[Diagnosis | None]:
        """Diagnoses of (reference, hypothesis)."""
        self.judge(pairs)
        beside = sources if sources is not None else [""] * len(pairs)
        return [self.diagnosis([reference], hypothesis, source) for (reference, hypothesis), source in zip(pairs, beside, strict=True)]

    def judge(self, pairs: Sequence[tuple[str, str]], advance: Advance = lambda _: None) -> None:
        """Judge what `diagnosis` will be asked for.

        Args:
            pairs: (reference, hypothesis); those with a blank side need no judgement.
            advance: called with numbers of pairs that are done.
        """
        fresh = [pair for pair in dict.fromkeys(pairs) if pair not in self._known and all(text.strip() for text in pair)]
        advance(len(pairs) - len(fresh))
        for start in range(0, len(fresh), BATCH):
            batch = fresh[start : start + BATCH]
            self._judge(batch)
            advance(len(batch))

    def diagnosis(self, references: Sequence[str | None], hypothesis: str, source: str = "") -> Diagnosis | None:
        """What is said of a hypothesis: by the reference that licenses its wording best; None where nothing was to judge."""
        filled = [str(reference) for reference in references if (reference or "").strip()]
        if not filled and not hypothesis.strip():
            return None
        if not filled:
            return self._whole("accuracy/addition", "hypothesis", hypothesis, "the reference has no such paragraph")
        if not hypothesis.strip():
            return self._whole("accuracy/omission", "reference", filled[0], "the whole paragraph is missing")
        self.judge([(reference, hypothesis) for reference in filled])
        found = {k: one for k, reference in enumerate(filled) if (one := self._known[reference, hypothesis]) is not None}
        if not found:
            return None
        best = min(found, key=lambda k: (found[k].risk, -_ranked(found[k].fidelity)))
        chosen = found[best] if filled[best] == references[0] else _elsewhere(found[best])
        if not source.strip():
            return chosen
        told = with_copies(chosen, source, filled, hypothesis)
        ruled = math.isnan(told.fidelity) and hypothesis not in filled
        return with_untranslated(told, source, filled, hypothesis, self._prior) if ruled else told

    def unread(self, references: Sequence[str | None], hypothesis: str) -> bool:
        """True for a pair that was judged for, and of whose references the vocabulary knows none."""
        filled = [str(reference) for reference in references if (reference or "").strip()]
        return bool(filled) and all((one, hypothesis) in self._known and self._known[one, hypothesis] is None for one in filled)

    def notes(self, references: Iterable[str]) -> list[str]:
        """What a user must know of the diagnosis of a run over these references."""
        known = learned_note(references)
        return [known] if known else []

    def manifest(self) -> dict[str, Any]:
        """What decides the diagnosis, for `run.json`."""
        if self._language in BY_RULES:
            return stated_rules(str(self._language), self._prior)
        reader = load_reader()
        return {
            "model": MODEL,
            "reader": VERSION,
            "base_sha256": reader.spec.weights_sha256,
            "weights_sha256": {"reader.safetensors": reader.sha256, DECISION.name: sha256_of(DECISION)},
            "threshold": threshold_of(load_decision(), self._prior),
            "prior": self._prior if self._prior is not None else load_decision().prior,
            "language": self._language or "by pair",
        }

    def _judge(self, pairs: Sequence[tuple[str, str]]) -> None:
        languages = {pair: self._language or ("de" if is_german(pair[0]) else language_of(" ".join(pair))) for pair in pairs}
        differing = [pair for pair in pairs if pair[0].strip() != pair[1].strip()]
        for pair in pairs:
            if pair[0].strip() == pair[1].strip():
                self._known[pair] = Diagnosis(math.nan if languages[pair] in BY_RULES else 100.0, 0.0, "none", False, ())
        unread = unread_texts(reference for reference, _ in differing)
        self._known.update({pair: None for pair in differing if pair[0] in unread})
        ruled = [pair for pair in differing if pair[0] not in unread and languages[pair] in BY_RULES]
        for pair, found in zip(ruled, diagnose_by_rules(ruled, self._prior), strict=True):
            self._known[pair] = _harmless(found) if found.risk and equivalent(*pair) else found
        read = [pair for pair in differing if pair[0] not in unread and languages[pair] not in BY_RULES]
        for pair, pieces in zip(read, evidence_of(read, [languages[pair] == READ for pair in read]), strict=True):
            found = diagnose_pieces(pieces, load_decision(), self._prior)
            if found.risk and equivalent(*pair):
                found = _harmless(found)
            self._known[pair] = replace(found, reason=reason_of(found))

    def _whole(self, category: str, side: str, text: str, message: str) -> Diagnosis:
        """A paragraph that one side lacks altogether."""
        finding = Finding(category, "critical", side, 0, len(text), text, "", "alignment", message)
        fidelity = math.nan if (self._language or language_of(text)) in BY_RULES else 0.0
        return Diagnosis(fidelity, 0.99, "critical", True, (finding,), f"{category.partition('/')[2]}: {message}")


def _ranked(fidelity: float) -> float:
    """A fidelity to choose by; where there is none every reference is as good."""
    return 0.0 if math.isnan(fidelity) else fidelity


def unreadable(judge: Judge, evalset: EvalSet) -> tuple[dict[str, Any] | None, list[str]]:
    """What `run.json` says of segments that could not be judged for their characters, None where there are none; and the note of it."""
    segments = {(pair.document, pair.segment) for system in evalset.systems for pair in system.pairs if judge.unread(pair.references, pair.hypothesis)}
    if not segments:
        return None, []
    what = "1 segment is not judged and its cells are" if len(segments) == 1 else f"{len(segments)} segments are not judged and their cells are"
    told = f"Diagnosis: {what} empty: {CAUSE}."
    return {"segments": len(segments), "cause": CAUSE}, [told]


def language_note(references: Sequence[str], lang: str | None, *, forced: bool) -> tuple[str | None, str]:
    """The language of a run, None where it cannot be told, and what must be said where it is not judged as English is.

    Args:
        references: of all segments.
        lang: what the user says of them.
        forced: the user wants a diagnosis all the same.
    """
    language = language_of_run(references, lang)
    if language in (None, READ):
        return language, ""
    if language in BY_RULES:
        what = "numbers, dates, names, lost and added text, repetition, English words"
        return (
            language,
            f"Diagnosis: {BY_RULES[str(language)]} is judged by rules, without the reader: {what}. Fidelity stays empty, and risk orders without being calibrated.",
        )
    what = f"the references are in another language than English or {' or '.join(BY_RULES.values())} ({language})"
    if forced:
        return (
            language,
            f"Diagnosis: {what}; it was made for English and is forced here: risk and fidelity mean little, findings rest on numbers, names and forms.",
        )
    return language, f"Diagnosis: off, as {what}, for which it was made. --diagnose on judges them all the same; --lang en says that they are English."


def evidence_of(pairs: Sequence[tuple[str, str]], english: Sequence[bool]) -> list[list[Evidence]]:
    """The pieces of each (reference, hypothesis), read and searched.

    Args:
        pairs: texts with words, however long.
        english: of each pair; detectors that rest on English word lists stay quiet elsewhere.
    """
    reader = load_reader()
    stray = [date_line_end(*pair) for pair in pairs]
    # A date line is no part of the translation: the reader would take it for an addition. Blanks keep all offsets.
    read = [(reference, " " * end + hypothesis[end:]) for (reference, hypothesis), end in zip(pairs, stray, strict=True)]
    pieces = [
        _Piece(k, place, pair[0][place.reference_start : place.reference_end], pair[1][place.hypothesis_start : place.hypothesis_end])
        for k, pair in enumerate(read)
        for place in cut_pair(*pair)
    ]
    texts = list(dict.fromkeys(text for piece in pieces for text in (piece.reference, piece.hypothesis)))
    tokens = dict(zip(texts, reader.tokens(texts), strict=True))
    sides = {text: build_side(text, tokens[text]) for text in texts}
    out: list[list[Evidence]] = [[] for _ in pairs]
    whole = [piece for piece in pieces if tokens[piece.reference].ids and tokens[piece.hypothesis].ids]
    readings: dict[int, Evidence] = {}
    reader.read(
        [(piece.reference, piece.hypothesis) for piece in whole],
        [(tokens[piece.reference], tokens[piece.hypothesis]) for piece in whole],
        lambda k, reading: readings.update({id(whole[k]): _evidence(whole[k], sides, reading, english[whole[k].pair])}),
    )
    for piece in pieces:
        out[piece.pair].append(readings.get(id(piece)) or _evidence(piece, sides, None, english[piece.pair]))
    for (_, hypothesis), end, found in zip(pairs, stray, out, strict=True):
        if end:
            found[0] = found[0]._replace(findings=(*found[0].findings, _metadata(hypothesis, end)))
    return out


def _metadata(hypothesis: str, end: int) -> Finding:
    """The stray date line of a hypothesis."""
    text = hypothesis[:end].strip()
    start = hypothesis.index(text)
    return Finding("accuracy/addition", "minor", "hypothesis", start, start + len(text), text, "", "metadata", "metadata, not part of the text")


def _evidence(piece: _Piece, sides: dict[str, Side], reading: Reading | None, english: bool) -> Evidence:
    reference, hypothesis = sides[piece.reference], sides[piece.hypothesis]
    pair = pair_of(reference, hypothesis, reading, english)
    found = find_all(pair)
    return Evidence(pair, reading, (*found, *find_slot(pair, reading, found)), piece.place.reference_start, piece.place.hypothesis_start)


def equivalent(reference: str, hypothesis: str) -> bool:
    """True when the texts differ in case, blanks, quotation marks, dashes and digit grouping alone.

    >>> equivalent("LATEST: 1,886 tanks", "Latest:  1886 tanks")
    True
    """
    return _plain(reference) == _plain(hypothesis)


def _plain(text: str) -> str:
    ungrouped = re.sub(r"(?<=\d)[,\u00a0\u202f](?=\d{3}(?!\d))", "", text.casefold())
    return " ".join(ungrouped.translate(_SAME_MARKS).split())


_SAME_MARKS = str.maketrans({**dict.fromkeys("“”„«»", chr(34)), **dict.fromkeys("‘’‚", chr(39)), **dict.fromkeys("–—", "-")})


def _harmless(diagnosis: Diagnosis) -> Diagnosis:
    """The diagnosis of texts that say the same: whatever the heads make of the form is minor."""
    findings = tuple(replace(f, severity="minor") for f in diagnosis.findings if f.category.startswith("fluency"))
    severity = "minor" if findings else "none"
    return replace(diagnosis, risk=min(diagnosis.risk, HARMLESS), severity=severity, flagged=False, findings=findings)


def _elsewhere(diagnosis: Diagnosis) -> Diagnosis:
    """The diagnosis against a further reference: places in it cannot be shown in the first one's cell."""
    moved = tuple(replace(f, start=None, end=None, text="", counterpart=f.text) if f.side == "reference" else f for f in diagnosis.findings)
    return replace(diagnosis, findings=moved)
