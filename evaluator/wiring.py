"""What a request needs made before texts are scored and judged: metrics with their model, the judge, the store of statistics."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from evaluator.cache import setting_of
from evaluator.check import without_reference_offsets
from evaluator.compare.formulas import make_formula
from evaluator.embed import Embedder, Tokenizer
from evaluator.extras import importing, install_command, is_installed, left_out
from evaluator.plugins import create_metric, metric_class, metric_package
from evaluator.protocol import Metric
from evaluator.request import Request, is_diagnosed
from evaluator.score import CachedStatistics, MetricScores, StartWork, fidelity_scores, paraphrase_scores
from evaluator.signatures import diagnosis_signature
from evaluator.types import Diagnosis, EvalSet, EvaluatorError

if TYPE_CHECKING:
    from evaluator.diagnosis.judge import Judge
    from evaluator.diagnosis.reader import Reader


SAMPLE, UNREAD = 50, 0.5
"""References that are looked at, and the share of unknown characters from which a text is not scored at all."""


def make_metrics(request: Request, *, keep_tokens: bool = False) -> tuple[list[Metric], Embedder | None]:
    """The metrics ready to use, and the model that they share if one of them needs it.

    Args:
        request: with the metrics and their options.
        keep_tokens: the model keeps the tokens of texts for `make_judge`.

    Raises:
        EvaluatorError: an option that a metric refuses, a model that cannot be loaded, or two metrics that are the same.
    """
    needs = {need for name in request.metrics for need in metric_class(name).declared.needs}
    embedder = _open_embedder(request, keep_tokens) if "vectors" in needs else None
    metrics = [create_metric(name, request.metric_options.get(name, {}), embedder=embedder, lang=request.lang) for name in request.metrics]
    for metric in metrics:
        make_formula(metric.formula)  # refuses one that is not known, before anything is scored
    titles = [metric.title for metric in metrics]
    if len(set(titles)) < len(titles):
        raise EvaluatorError(f"Two of the metrics {', '.join(request.metrics)} are the same with these options: {', '.join(titles)}.")
    return metrics, embedder


def _open_embedder(request: Request, keep_tokens: bool) -> Embedder:
    from evaluator.embed.bertscore_tables import model_of_language
    from evaluator.embed.embedder import open_embedder
    from evaluator.embed.models import DEFAULT_MODEL

    model = request.model or (model_of_language(request.lang) if request.lang else DEFAULT_MODEL)
    return open_embedder(model, request.num_layers, request.device, precision=request.precision, batch_size=request.batch_size, keep_tokens=keep_tokens)


def note_model(embedder: Embedder | None, evalset: EvalSet, lang: str | None) -> list[str]:
    """What a user must know where the references are in a language that the model never learned; nothing where that is not known."""
    from evaluator.embed.models import PRESETS

    preset = PRESETS.get(embedder.spec.name) if embedder else None
    if preset is None or not preset.english or not is_installed("py3langid"):
        return []
    from evaluator.diagnosis.language import READ, language_of_run

    references = [reference for pair in evalset.systems[0].pairs for reference in pair.references if reference]
    language = language_of_run(references, lang)
    if embedder is None or language in (None, READ) or all(share.characters >= UNREAD for share in embedder.unknown_share(references[:SAMPLE])):
        return []  # of texts that the model cannot read at all BERTScore says so itself
    return [
        f"BERTScore: {preset.name} learned English alone and the references are in another language ({language}): "
        f"it goes by letters there, and its scores tell little. "
        f"Take --model e5-small-q4 (100 languages, offline with {install_command('multilingual')}) or --model multilingual (104 languages)."
    ]


def open_cache(request: Request, metrics: Sequence[Metric]) -> CachedStatistics | None:
    """The store with the settings of those metrics whose statistics may be kept and are worth it."""
    if request.store is None:
        return None
    kept = [metric.declared.name for metric in metrics if metric.cached and "source" not in metric.declared.needs]
    return CachedStatistics(request.store, {name: setting_of(name, request.metric_options.get(name, {}), metric_package(name)) for name in kept})


def describe_aligner(request: Request) -> dict[str, str] | None:
    """Name and digest of the model that helped to align, for the manifest."""
    if request.align_model is None:
        return None
    from evaluator.embed.models import find_model

    spec = find_model(request.align_model, "last")
    return {"name": spec.name, "weights_sha256": spec.weights_sha256}


def make_judge(request: Request, evalset: EvalSet, embedder: Embedder | None = None) -> tuple[Judge | None, list[str]]:
    """What diagnoses, None when diagnosis is off, and what a user must know of it.

    Args:
        request: with the setting of the diagnosis.
        evalset: what is judged.
        embedder: the model of the metrics; where it is the reader's too, texts are tokenized once for both.

    Raises:
        EvaluatorError: an unknown setting, a prior that is no probability, or a calibration that does not fit the run.
    """
    if not is_diagnosed(request):
        if request.calibration is not None:
            raise EvaluatorError("--calibration is for the diagnosis, which is off here; add bertscore to the metrics, or --diagnose on.")
        return None, left_out(["diagnosis"]) if request.diagnose == "auto" and "bertscore" in request.metrics else []
    with importing("diagnosis"):
        from evaluator.diagnosis.judge import Judge
        from evaluator.diagnosis.language import BY_RULES, is_judged, language_note
        from evaluator.diagnosis.reader import MODEL
        from evaluator.diagnosis.rewording import rewording_notes

    references = [reference for pair in evalset.systems[0].pairs for reference in pair.references if reference]
    language, note = language_note(references, request.lang, forced=request.diagnose == "on")
    if not is_judged(language) and request.diagnose == "auto":
        if request.calibration is not None:
            raise EvaluatorError(f"--calibration is for the diagnosis. {note}")
        return None, [note]
    tokenizer = embedder.tokenizer if embedder is not None and embedder.spec.package and embedder.spec.name == MODEL else None
    reader = _reader_of(request)
    if request.calibration is None:
        judge = Judge(language, request.prior, tokenizer, reader)
    else:
        judge = _calibrated_judge(language, request.calibration, tokenizer, reader)
    free = [] if language in BY_RULES else rewording_notes(evalset)
    return judge, [*([note] if note else []), *judge.notes(references), *free]


def _reader_of(request: Request) -> Callable[[], Reader]:
    """What opens the reader where the metrics' model runs, in its precision; on a processor always in fp32, whose time is its own there."""
    from evaluator.diagnosis.reader import load_reader
    from evaluator.embed.devices import choose_device

    device = choose_device(request.device)
    return partial(load_reader, device, "fp32" if device == "cpu" else request.precision)


def _calibrated_judge(language: str | None, path: str, tokenizer: Tokenizer | None, reader: Callable[[], Reader]) -> Judge:
    from evaluator.calibrated import CalibratedJudge
    from evaluator.readers.calibration import read_calibration

    return CalibratedJudge(language, read_calibration(path), tokenizer, reader)


def diagnose_systems(evalset: EvalSet, judge: Judge, start_work: StartWork) -> list[list[Diagnosis | None]]:
    """For each system and row what is wrong with it; inserted paragraphs are not judged."""
    from evaluator.diagnosis.documents import name_spellings

    pairs = [
        (reference, pair.hypothesis) for system in evalset.systems for pair in system.pairs if not pair.inserted for reference in pair.references if reference
    ]
    judge.judge(pairs, start_work("diagnosis", len(pairs)))
    out = []
    for system in evalset.systems:
        rows = []
        for pair in system.pairs:
            found = None if pair.inserted else judge.diagnosis(pair.references, pair.hypothesis, pair.source)
            rows.append(without_reference_offsets(found) if found and not (pair.references[0] or "").strip() else found)
        out.append(name_spellings([pair.document for pair in system.pairs], [pair.hypothesis for pair in system.pairs], rows))
    return out


def unreadable_segments(request: Request, evalset: EvalSet, judge: Judge | None, notes: Sequence[str]) -> tuple[dict[str, Any] | None, list[str]]:
    """How many segments the diagnosis cannot read and why, as `run.json` says it, None for none of them; and what is still to be noted.

    Args:
        request: with the setting of the diagnosis.
        evalset: whose pairs were judged.
        judge: what judged them; None where nothing did.
        notes: those of `make_judge`.
    """
    if judge is not None:
        from evaluator.diagnosis.judge import unreadable

        return unreadable(judge, evalset)
    if not notes or not is_diagnosed(request):
        return None, []
    return {"segments": sum(not pair.inserted for pair in evalset.systems[0].pairs), "cause": notes[0].removeprefix("Diagnosis: off, as ")}, []


def scores_of_diagnosis(
    evalset: EvalSet, scores: Sequence[MetricScores], diagnoses: Sequence[Sequence[Diagnosis | None]] | None, stated: Mapping[str, Any] | None
) -> tuple[list[MetricScores], list[MetricScores]]:
    """`paraphrase` where novelty is scored too, and `fidelity`; nothing without a diagnosis, and none that rules cannot give.

    Args:
        evalset: the pairs.
        scores: those of the metrics.
        diagnoses: by system and row.
        stated: what the judge states of itself.
    """
    if diagnoses is None or stated is None:
        return [], []
    signature = diagnosis_signature(stated)
    novelty = next((one for one in scores if one.metric.name == "novelty"), None)
    paraphrase = [paraphrase_scores(evalset, diagnoses, novelty, signature)] if novelty is not None and "rules" not in stated else []
    fidelity = fidelity_scores(evalset, diagnoses, signature)
    return paraphrase, [fidelity] if fidelity.statistics.any() else []  # rules give no fidelity
