"""What every report shows, free of any format."""

from __future__ import annotations

from typing import NamedTuple

from evaluator.digits import shown_score
from evaluator.reports.order import gravity, reading_place
from evaluator.reports.ranking import Ranking, comparison_line, rankings_of
from evaluator.reports.trust import TrustRow, trust_lines, trust_rows
from evaluator.run_json import FREE_REWORDING, Manifest
from evaluator.types import Evaluation

NAMED = 5
"""Broken paragraphs that a verdict names."""
LOWEST_TITLE = "Lowest by BERTScore recall"
NO_DIAGNOSIS = "Diagnosis: off. No paragraph was judged; risk, severity and flags are empty."


class Score(NamedTuple):
    """One system's score by one metric."""

    metric: str
    value: float | None
    unit_scale: bool
    signature: str
    details: str

    def shown(self, width: int) -> str:
        """The score with `width` decimals on a scale of 100."""
        return shown_score(self.value, self.unit_scale, width)


class SystemScores(NamedTuple):
    """One line of the score table."""

    system: str
    segments: int
    scores: tuple[Score, ...]


class LowRecall(NamedTuple):
    """A paragraph that BERTScore recall finds little of in the hypothesis."""

    system: str
    document: str
    segment: int
    recall: float
    reference: str
    hypothesis: str


class Flagged(NamedTuple):
    """A paragraph whose meaning is likely broken."""

    system: str
    document: str
    segment: int
    risk: float
    severity: str
    reason: str
    reference: str
    hypothesis: str


class View(NamedTuple):
    """Everything shown."""

    systems: tuple[SystemScores, ...]
    lowest: tuple[LowRecall, ...]
    """All scored paragraphs, lowest recall first; empty without BERTScore."""
    flagged: tuple[Flagged, ...]
    """Flagged paragraphs, worst first: by severity, risk, fidelity; empty without diagnosis."""
    judged: int
    """Paragraphs judged; 0 without diagnosis."""
    broken: int
    """Flagged paragraphs of the whole run: of a stream more than are shown."""
    notes: tuple[str, ...]
    manifest: Manifest
    rankings: tuple[Ranking, ...] = ()
    """One a metric; none with one system."""
    test: str = ""
    """How the systems were compared, on one line."""
    trust: tuple[str, ...] = ()
    """How far the metrics can be trusted here, in at most two lines; none where nothing is known."""
    trust_rows: tuple[TrustRow, ...] = ()
    """The same with every figure."""


def make_view(evaluation: Evaluation) -> View:
    """The view of a run."""
    manifest = evaluation.manifest
    unit_scale = {metric.title: metric.unit_scale for metric in manifest.metrics}
    statistics, scores = evaluation.tables["statistics"].columns, evaluation.tables["scores"].columns
    by_system: dict[str, list[Score]] = {name: [] for name in scores["system"]}
    for system, metric, value, signature, details in zip(*(statistics[c] for c in ("system", "metric", "score", "signature", "details")), strict=True):
        if metric in unit_scale:  # fidelity ranks versions of one text; it is compared, and no score of a paper
            by_system[system].append(Score(metric, value, unit_scale[metric], signature, details))
    counts = dict(zip(scores["system"], scores["segments"], strict=True))
    systems = tuple(SystemScores(name, counts[name], tuple(own)) for name, own in by_system.items())
    flagged = _flagged(evaluation)
    notes = (*manifest.notes, *(manifest.comparison.notes if manifest.comparison else ()))
    rankings = rankings_of(evaluation)
    return View(
        systems,
        _lowest(evaluation),
        flagged,
        _judged(evaluation),
        sum(n or 0 for n in scores["flagged"]) if manifest.stream else len(flagged),
        notes,
        manifest,
        rankings,
        comparison_line(evaluation),
        trust_lines(manifest, rankings),
        tuple(trust_rows(manifest)),
    )


def _judged(evaluation: Evaluation) -> int:
    """Paragraphs judged in the whole run, of which a stream keeps the worst alone."""
    shown = sum(risk is not None for risk in evaluation.tables["segments"].columns["risk"])
    if not shown or evaluation.manifest.stream is None:
        return shown
    unread = evaluation.manifest.unreadable.get("diagnosis", {}).get("segments", 0)
    return int(sum(evaluation.tables["scores"].columns["segments"])) - int(unread)


def verdict(view: View) -> str:
    """How many paragraphs are likely broken, in words."""
    if not view.judged:
        return NO_DIAGNOSIS
    if not view.flagged:
        return f"None of {view.judged:,} paragraphs is likely broken."
    documents = len({row.document for row in view.flagged}) > 1
    worst = [", ".join([row.system] * (len(view.systems) > 1) + [row.document] * documents) for row in view.flagged[:NAMED]]
    named = [f"{where} {row.segment}".strip() for where, row in zip(worst, view.flagged, strict=False)]
    are = "is" if view.broken == 1 else "are"
    return f"{view.broken:,} of {view.judged:,} paragraphs {are} likely broken; worst: {('; ' if documents else ', ').join(named)}.{caution(view)}"


CAUTION = " Freely reworded (see the notes): there paragraphs that say the same are flagged as often as broken ones."


def caution(view: View) -> str:
    """What stands behind a count of flags that says little; empty where it says something."""
    return CAUTION if any(FREE_REWORDING in note for note in view.notes) else ""


def _flagged(evaluation: Evaluation) -> tuple[Flagged, ...]:
    columns = evaluation.tables["segments"].columns
    names = ("system", "document", "segment", "risk", "severity", "reason", "reference", "hypothesis")
    rows = sorted((k for k, flag in enumerate(columns["flagged"]) if flag), key=gravity(columns))
    return tuple(Flagged(*(columns[name][k] for name in names)) for k in rows)


def _lowest(evaluation: Evaluation) -> tuple[LowRecall, ...]:
    columns = evaluation.tables["segments"].columns
    if "bertscore_r" not in columns:
        return ()
    names = ("system", "document", "segment", "bertscore_r", "reference", "hypothesis")
    recall, place = columns["bertscore_r"], reading_place(columns)
    rows = sorted((k for k, value in enumerate(recall) if value is not None), key=lambda k: (recall[k], *place(k)))
    return tuple(LowRecall(*(columns[name][k] for name in names)) for k in rows)
