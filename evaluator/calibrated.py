"""A judge whose prior and threshold come from a calibration file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from evaluator.diagnosis.decide import ensure_major, in_order, reason_of, worst
from evaluator.diagnosis.judge import Judge
from evaluator.diagnosis.reader import Reader, load_reader
from evaluator.embed import Tokenizer
from evaluator.readers.calibration import Calibration
from evaluator.signatures import diagnosis_version
from evaluator.types import Diagnosis, EvaluatorError


class CalibratedJudge(Judge):
    """Diagnoses at the prior of a calibration, flagged from its threshold.

    Args:
        lang: as for `Judge`.
        calibration: what was fitted to judged material.
        tokenizer: as for `Judge`.
        open_reader: as for `Judge`.

    Raises:
        EvaluatorError: it was fitted for another version of the diagnosis.
    """

    def __init__(self, lang: str | None, calibration: Calibration, tokenizer: Tokenizer | None = None, open_reader: Callable[[], Reader] = load_reader) -> None:
        super().__init__(lang, calibration.prior, tokenizer, open_reader)
        self._calibration = calibration
        version = diagnosis_version(super().manifest())
        if calibration.diagnosis != version:
            raise EvaluatorError(
                f"{calibration.path} was fitted for the diagnosis {calibration.diagnosis[:80]}, and this run has {version}: risks of two versions mean "
                "different things. Export and import the annotation of a run of this version, or leave --calibration out."
            )

    def diagnosis(self, references: Sequence[str | None], hypothesis: str, source: str = "") -> Diagnosis | None:
        """As `Judge` says it, the flag by the calibrated threshold."""
        found = super().diagnosis(references, hypothesis, source)
        return None if found is None else flagged_from(found, self._calibration.threshold)

    def manifest(self) -> dict[str, Any]:
        """What decides the diagnosis, with the threshold in force and the digest of the file that it is from."""
        return {**super().manifest(), "threshold": self._calibration.threshold, "calibration_sha256": self._calibration.sha256}


def flagged_from(diagnosis: Diagnosis, threshold: float) -> Diagnosis:
    """The diagnosis flagged exactly when its risk reaches the threshold; a new flag has a serious finding and a reason, as every flag."""
    flagged = diagnosis.risk >= threshold
    if flagged == diagnosis.flagged:
        return diagnosis
    if not flagged:
        return replace(diagnosis, flagged=False)
    findings = in_order(ensure_major(list(diagnosis.findings)))
    found = replace(diagnosis, flagged=True, findings=findings, severity=worst(findings))
    return replace(found, reason=reason_of(found))
