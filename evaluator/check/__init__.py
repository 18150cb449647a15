"""Preflight: what is wrong with inputs before anything is scored.

`names.py` refuses what cannot be scored at all, `preflight.py` is the entry point to what is likely a
mistake: `lines.py` looks at which line belongs to which, `segments.py` at pairs of texts,
`characters.py` and `markup.py` at single texts, `near_copies.py` at references that are a system's
output, `languages.py` knows languages by their small words. `references.py` says where a reference
lacks a segment, `spacing.py` where a metric's words are not those of the language.
"""

from evaluator.check.names import check_inputs, check_system_names
from evaluator.check.near_copies import Overlap
from evaluator.check.preflight import CHECKS, Limit, Texts, find_problems, preflight_notes, texts_of_inputs, texts_of_pairs
from evaluator.check.problems import Problem
from evaluator.check.references import note_missing_references, without_reference_offsets
from evaluator.check.spacing import note_tokenizers
from evaluator.plugins import make_callable

__all__ = [
    "CHECKS",
    "Limit",
    "Overlap",
    "Problem",
    "Texts",
    "check_inputs",
    "check_system_names",
    "find_problems",
    "note_missing_references",
    "note_tokenizers",
    "preflight_notes",
    "texts_of_inputs",
    "texts_of_pairs",
    "without_reference_offsets",
]

make_callable(__name__, "evaluator.python.runs:check")  # evaluator.check(…) from Python
