"""All detectors in order."""

from __future__ import annotations

from evaluator.diagnosis.detect.antonyms import find_antonyms
from evaluator.diagnosis.detect.coverage import find_coverage
from evaluator.diagnosis.detect.gender import find_gender
from evaluator.diagnosis.detect.metadata import find_metadata
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
from evaluator.diagnosis.detect.truncation import find_truncation
from evaluator.diagnosis.pair import Detector, Pair
from evaluator.types import Finding

DETECTORS: tuple[Detector, ...] = (
    find_numbers, find_names, find_negation, find_modality, find_antonyms, find_gender, find_person, find_roles, find_sentences,
    find_script, find_repetition, find_quotes, find_coverage, find_truncation, find_metadata, find_surface,
)  # fmt: skip


def find_all(pair: Pair) -> list[Finding]:
    """The findings of every detector; none in identical texts."""
    if pair.same:
        return []
    return [finding for detector in DETECTORS for finding in detector(pair)]
