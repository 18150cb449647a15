"""A pair observed: cut into pieces, read by the reader, searched by every detector."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from evaluator.diagnosis.cutting.pieces import PiecePair, cut_pair
from evaluator.diagnosis.detect.antonyms import find_antonyms
from evaluator.diagnosis.detect.coverage import find_coverage
from evaluator.diagnosis.detect.gender import find_gender
from evaluator.diagnosis.detect.limits import find_limits
from evaluator.diagnosis.detect.metadata import date_line_end, find_metadata
from evaluator.diagnosis.detect.names import find_names
from evaluator.diagnosis.detect.negation import find_modality, find_negation
from evaluator.diagnosis.detect.numbers import find_numbers
from evaluator.diagnosis.detect.person import find_person
from evaluator.diagnosis.detect.quotes import find_quotes
from evaluator.diagnosis.detect.repetition import find_repetition
from evaluator.diagnosis.detect.roles import find_roles
from evaluator.diagnosis.detect.script import find_script
from evaluator.diagnosis.detect.sentences import find_sentences
from evaluator.diagnosis.detect.surface import find_surface
from evaluator.diagnosis.detect.things import find_things
from evaluator.diagnosis.detect.truncation import find_truncation
from evaluator.diagnosis.detect.turns import NAME as TURNS
from evaluator.diagnosis.detect.turns import find_turns
from evaluator.diagnosis.evidence import Evidence
from evaluator.diagnosis.pair import Detector, Pair, pair_of
from evaluator.diagnosis.phrases import find_slot
from evaluator.diagnosis.reader import Reader, Reading, load_reader, word_pieces
from evaluator.diagnosis.sides import Side, build_side
from evaluator.embed import Tokenizer
from evaluator.types import Finding

DETECTORS: tuple[Detector, ...] = (
    find_numbers, find_names, find_negation, find_modality, find_antonyms, find_gender, find_things, find_person, find_roles, find_sentences,
    find_turns, find_limits, find_script, find_repetition, find_quotes, find_coverage, find_truncation, find_metadata, find_surface,
)  # fmt: skip
"""In the order of their findings; `catalog.py` has a row for each kind that they emit."""


class _Piece(NamedTuple):
    """A piece of a pair before it is read."""

    pair: int
    ranges: PiecePair
    reference: str
    hypothesis: str


def evidence_of(
    pairs: Sequence[tuple[str, str]], english: Sequence[bool], tokenizer: Tokenizer | None = None, open_reader: Callable[[], Reader] = load_reader
) -> list[list[Evidence]]:
    """The pieces of each (reference, hypothesis), read and searched.

    Args:
        pairs: texts with words, however long.
        english: of each pair; detectors that rest on English word lists stay quiet elsewhere.
        tokenizer: of the reader's model, which may have some of the texts already.
        open_reader: gives the reader.
    """
    reader = open_reader()
    stray = [date_line_end(*pair) for pair in pairs]
    # A date line is no part of the translation: the reader would take it for an addition. Spaces keep all offsets.
    read = [(reference, " " * end + hypothesis[end:]) for (reference, hypothesis), end in zip(pairs, stray, strict=True)]
    pieces = [
        _Piece(k, cut, pair[0][cut.reference_start : cut.reference_end], pair[1][cut.hypothesis_start : cut.hypothesis_end])
        for k, pair in enumerate(read)
        for cut in cut_pair(*pair)
    ]
    texts = list(dict.fromkeys(text for piece in pieces for text in (piece.reference, piece.hypothesis)))
    tokens = dict(zip(texts, word_pieces(texts, tokenizer), strict=True))
    sides = {text: build_side(text, tokens[text]) for text in texts}
    out: list[list[Evidence]] = [[] for _ in pairs]
    whole = [piece for piece in pieces if tokens[piece.reference].ids and tokens[piece.hypothesis].ids]
    readings: dict[int, Evidence] = {}
    reader.read(
        [(piece.reference, piece.hypothesis) for piece in whole],
        [(tokens[piece.reference], tokens[piece.hypothesis]) for piece in whole],
        lambda k, reading: readings.update({id(whole[k]): _evidence(whole[k], sides, reading, english[whole[k].pair])}),
        tokenizer,
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
    return Evidence(pair, reading, (*found, *find_slot(pair, reading, found)), piece.ranges.reference_start, piece.ranges.hypothesis_start)


def find_all(pair: Pair) -> list[Finding]:
    """The findings of every detector; none in identical texts."""
    if pair.same:
        return []
    found = [finding for detector in DETECTORS for finding in detector(pair)]
    return [f for f in found if f.detector != TURNS or not any(_says_more(other, f) for other in found)]


def _says_more(other: Finding, turn: Finding) -> bool:
    """True for a serious finding by name at the place where a small word turned."""
    if other.detector == TURNS or other.severity == "minor" or other.side != turn.side or other.start is None or other.end is None:
        return False
    return turn.start is not None and turn.end is not None and other.start < turn.end and turn.start < other.end
