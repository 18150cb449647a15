"""What two runs cannot be compared on: numbers that two versions of the diagnosis made."""

from __future__ import annotations

from collections.abc import Iterable

from evaluator.run_json import Manifest
from evaluator.signatures import OF_DIAGNOSIS, changed_diagnosis, diagnosis_signature
from evaluator.types import Evaluation, EvaluatorError, GateCheck


def of_diagnosis(manifest: Manifest) -> list[str]:
    """Titles of a run's metrics that are made of the diagnosis; as lower case they are their names."""
    return [entry.title for entry in manifest.compared or () if entry.name in OF_DIAGNOSIS]


def _in_both(run: Evaluation, baseline: Evaluation) -> list[str]:
    theirs = of_diagnosis(baseline.manifest)
    return [title for title in of_diagnosis(run.manifest) if title in theirs]


def not_compared(run: Evaluation, baseline: Evaluation) -> list[GateCheck]:
    """One line that says what two versions of the diagnosis made, with both; nothing where one version made it."""
    changed = changed_diagnosis(baseline.manifest.diagnosis, run.manifest.diagnosis)
    if changed is None:
        return []
    what = [*_in_both(run, baseline), "critical findings"]
    return [
        GateCheck(
            True,
            f"not compared: {', '.join(what)}: the diagnosis is {changed.after} in the run and {changed.before} in the baseline; "
            "score the baseline's texts again to compare them",
            compared=False,
        )
    ]


def check_same_version(run: Evaluation, baseline: Evaluation, names: Iterable[str]) -> None:
    """Refuse limits on a metric that two versions of the diagnosis made.

    Args:
        run: the run.
        baseline: the earlier run.
        names: metrics with a limit, by name or title.

    Raises:
        EvaluatorError: names the metric and both signatures.
    """
    if changed_diagnosis(baseline.manifest.diagnosis, run.manifest.diagnosis) is None:
        return
    titles = [title.lower() for title in _in_both(run, baseline)]
    for name in names:
        if name.lower() in titles:
            now, before = (diagnosis_signature(one.manifest.diagnosis or {}, one.manifest.evaluator) for one in (run, baseline))
            raise EvaluatorError(
                f"--max-drop names {name!r}, which is signed {now} in the run and {before} in the baseline; such scores cannot be compared. "
                "Score the baseline's texts again, or leave the limit out."
            )
