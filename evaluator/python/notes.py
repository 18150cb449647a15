"""The notes of a run that was made from Python: they name arguments, as its errors do."""

from __future__ import annotations

from dataclasses import replace

from evaluator.types import Evaluation
from evaluator.wording import python_words


def with_arguments(evaluation: Evaluation) -> Evaluation:
    """The run with arguments instead of options in what `run.json` notes; texts in quotation marks stay.

    The same run made by the command line differs in these words alone, no number depends on them.
    """
    manifest = evaluation.manifest.changed(notes=[python_words(note) for note in evaluation.manifest.notes])
    if manifest.comparison is not None:
        manifest = manifest.changed(comparison={**manifest.json["comparison"], "notes": [python_words(note) for note in manifest.comparison.notes]})
    return replace(evaluation, manifest=manifest)
