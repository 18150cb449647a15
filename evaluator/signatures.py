"""How the diagnosis signs its numbers, and whether two runs have theirs by the same version of it.

`fidelity` and `paraphrase`, flags and findings mean something else whenever the weights of the
diagnosis do. Who puts two runs side by side asks here first: `compare/gate.py`, `diff/`, `recompute.py`.
What is read is `diagnosis` of `run.json`, or what the running judge states of itself.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from evaluator.version import __version__

OF_DIAGNOSIS = ("fidelity", "paraphrase")
"""Names of the metrics that are made of the diagnosis."""
BEFORE_READERS = "heads-0"
"""How the diagnosis is called that read each text alone: it states no reader."""
DECISIONS = ("decision.json", "calibration.json")
"""Weights that turn evidence into numbers; all others read the texts."""
LANGUAGES = {"True": "en", "False": "other", "by pair": "by-pair"}
"""From `english` of run.json: whether English word lists were used."""
SHOWN = 12
"""Hex digits of a digest in a signature."""


@dataclass(frozen=True, slots=True)
class DiagnosisChange:
    """Two runs whose diagnoses are by different versions."""

    before: str
    """Version of the first, as `diagnosis_version` writes it."""
    after: str


def diagnosis_signature(manifest: Mapping[str, Any], evaluator: str = __version__) -> str:
    """Everything that decides `fidelity`; the prior and the threshold move only risk and flags and are not in it.

    Args:
        manifest: `diagnosis` of run.json.
        evaluator: the version that made the run.

    >>> weights = {"reader.safetensors": "a" * 64, "decision.json": "b" * 64}
    >>> diagnosis_signature({"model": "minilm", "reader": "1", "weights_sha256": weights, "language": "en", "prior": 0.2}, "0.2")
    'reader:minilm-joint-1|weights:aaaaaaaaaaaa|decision:bbbbbbbbbbbb|lang:en|version:evaluator-0.2'
    """
    language = str(manifest.get("language", manifest.get("english")))
    return f"{diagnosis_version(manifest)}|lang:{_part(LANGUAGES.get(language, language))}|version:evaluator-{_part(evaluator)}"


def diagnosis_version(manifest: Mapping[str, Any]) -> str:
    """The reader and its weights, or the rules of a language that no reader is for: the beginning of the signature.

    >>> diagnosis_version({"model": "minilm", "weights_sha256": {"heads.npz": "c" * 64, "calibration.json": "d" * 64}})
    'reader:heads-0|weights:cccccccccccc|decision:dddddddddddd'
    """
    if "rules" in manifest:
        return f"rules:{_part(str(manifest['rules']))}"
    weights = _weights(manifest)
    decision = next((weights[name] for name in DECISIONS if name in weights), "none")
    parts = {
        "reader": f"{manifest.get('model')}-joint-{manifest['reader']}" if "reader" in manifest else BEFORE_READERS,
        "base": str(manifest.get("base_sha256") or "")[:SHOWN],
        "weights": _digest({name: digest for name, digest in weights.items() if name not in DECISIONS}),
        "decision": decision[:SHOWN],
    }
    return "|".join(f"{key}:{_part(value)}" for key, value in parts.items() if value)


def changed_diagnosis(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> DiagnosisChange | None:
    """Both versions where two runs have diagnoses by different ones; None where they are the same, or a run has none.

    The same version is the same weights: prior, threshold and language are settings of one version.
    """
    if before is None or after is None or _decides(before) == _decides(after):
        return None
    return DiagnosisChange(diagnosis_version(before), diagnosis_version(after))


def _decides(manifest: Mapping[str, Any]) -> tuple[object, ...]:
    """What must be equal for two diagnoses to be by one version, in full length."""
    return manifest.get("reader"), manifest.get("base_sha256"), _weights(manifest), manifest.get("rules")


def _weights(manifest: Mapping[str, Any]) -> dict[str, str]:
    weights = manifest.get("weights_sha256")
    return {str(name): str(digest) for name, digest in weights.items()} if isinstance(weights, Mapping) else {}


def _digest(weights: Mapping[str, str]) -> str:
    """The digest of one file as it is; of several files one over all."""
    if len(weights) < 2:
        return next(iter(weights.values()), "none")[:SHOWN]
    listed = "".join(f"{name}\t{digest}\n" for name, digest in sorted(weights.items()))
    return hashlib.sha256(listed.encode()).hexdigest()[:SHOWN]


def _part(value: str) -> str:
    """A value that cannot be taken for the next part of a signature."""
    return value.replace("|", "_").replace(":", "_")
