"""Baselines that BERTScore is rescaled with: what unrelated sentences score, by layer.

Source: bert-score's `rescale_baseline` files; the one of MiniLM is made the same way by
`benchmarks/bertscore/make_baseline.py`.
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import NamedTuple

import numpy as np

from evaluator.embed.bertscore_tables import baseline_file
from evaluator.embed.models import ModelSpec
from evaluator.types import EvaluatorError, FloatArray

OWN = Path(__file__).parent / "rescale_baseline"


class Baseline(NamedTuple):
    """A baseline file."""

    path: Path
    custom: bool
    values: FloatArray
    """P, R and F1 of unrelated sentences, float64 (n_layers + 1, 3)."""

    def rescaled(self, scores: FloatArray, layer: int | None) -> FloatArray:
        """(score - baseline) / (1 - baseline), scores (n, 3), or (n, n_layers + 1, 3) with layer None."""
        base = self.values if layer is None else self.values[layer]
        return (scores - base) / (1 - base)


def find_baseline(spec: ModelSpec, lang: str, path: str | None = None) -> Baseline:
    """The baseline of a model and language, or the file named.

    Raises:
        EvaluatorError: there is none; numbers are never returned unscaled under a rescaled name.
    """
    lang = lang.lower()
    own = OWN / f"{spec.name}.{lang}.tsv"
    known = spec.folder.resolve().name if spec.hub_id == str(spec.folder) else spec.hub_id
    file = Path(path).expanduser() if path else (own if own.is_file() else baseline_file(lang, known))
    if not file.is_file():
        raise EvaluatorError(
            f"There is no baseline to rescale {spec.name} with for language {lang!r}{f' ({file} does not exist)' if path else ''}. "
            "Leave rescaling off, name a --lang that has one, or give a file with --baseline-path."
        )
    try:
        with open(file, encoding="utf-8", newline="") as lines:
            rows = list(csv.DictReader(lines))
        values = np.array([[float(row[name]) for name in ("P", "R", "F")] for row in rows])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise EvaluatorError(f"{file} is not a baseline file with columns LAYER,P,R,F: {error!r}.") from None
    if len(values) <= spec.n_layers:
        raise EvaluatorError(f"The baseline {file} has {len(values)} layers, {spec.name} needs {spec.n_layers + 1}.")
    return Baseline(file, path is not None, values)
