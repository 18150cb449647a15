"""The way from files to results, on one screen. Start here.

Each room is called once, in this order: read, check, align, score, diagnose, compare (and report,
which `api` and `cli` call). Nothing is computed here.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import cache
from typing import TYPE_CHECKING, Any

from evaluator.alignment import pair_inputs
from evaluator.alignment.pairing import Vectors
from evaluator.cache import setting_of
from evaluator.check import Overlap, check_inputs, check_system_names, note_missing_references, note_tokenizers, preflight_notes, without_reference_offsets
from evaluator.compare import Plan, bucket_table, check_plan, compare_systems, contest_of, ngram_table, with_comparison
from evaluator.embed import Embedder, VectorArray
from evaluator.extras import importing, left_out, missing, require
from evaluator.manifest import make_manifest
from evaluator.metrics.kernel import quicker_than_a_store
from evaluator.metrics.overlap import OVERLAP, corpus_chrf
from evaluator.plugins import Metric, StatisticsStore, create_metric, did_you_mean, metric_class, with_language
from evaluator.readers.alignments import read_alignments
from evaluator.readers.documents import as_read, label_documents, read_documents, without_separators
from evaluator.readers.inputs import TextSource, group_table, input_files, read_inputs, read_table
from evaluator.readers.scores import ScoreFile, read_score_files
from evaluator.readers.tables import TextTable
from evaluator.score import Remembered, StartWork, fidelity_scores, imported_scores, make_tables, paraphrase_scores, score_systems
from evaluator.signatures import diagnosis_signature
from evaluator.types import Diagnosis, EvalSet, Evaluation, EvaluatorError, InputFile

if TYPE_CHECKING:
    from evaluator.diagnosis.judge import Judge

DIAGNOSE = ("auto", "on", "off")
DEFAULT_METRICS = ("bleu", "chrf", "ter", "bertscore")
"""Those of them that are not installed are left out, and a note says so; `with_installed_metrics`."""


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked for: inputs and options, as the command line and Python both state them."""

    references: Sequence[TextSource] = ()
    systems: Mapping[str, TextSource] = field(default_factory=dict)
    source: TextSource | None = None
    table: str | TextTable | None = None
    """One table in the place of references, systems and source: a file, or one in memory."""
    only: Sequence[str] = ()
    """Systems of the table to score; none for all."""
    reference_names: Sequence[str] = ()
    """References to take from a file that holds several by name; none for those by people."""
    quoting: bool = True
    """False takes quotation marks in TSV and CSV as part of the texts."""
    notes: Sequence[str] = ()
    """What to note about the inputs beside what reading them shows."""
    metrics: Sequence[str] = DEFAULT_METRICS
    metric_options: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """By metric, the options of its class."""
    align: str = "auto"
    align_model: str | None = None
    """Model whose vectors help to align articles; None compares spelling alone."""
    alignment: str | None = None
    """A file with the alignment to use, as `--save-alignment` writes it."""
    model: str | None = None
    """None takes bert-score's model of `lang`, or the packaged one without a language."""
    num_layers: int | str | None = None
    lang: str | None = None
    device: str = "auto"
    precision: str = "fp32"
    batch_size: int | None = None
    diagnose: str = "auto"
    """`auto` diagnoses when bertscore is among the metrics."""
    prior: float | None = None
    """Share of paragraphs with a serious error, for the diagnosis; None for that of its data."""
    documents: TextSource | None = None
    """The document of each segment, a file or a list, for texts that are no table."""
    scores: Sequence[ScoreFile] = ()
    """Files of scores made elsewhere."""
    lower_is_better: Sequence[str] = ()
    """Which of those scores are error rates."""
    plan: Plan = field(default_factory=Plan)
    """How systems are compared."""
    buckets: Sequence[str] = ()
    """Parts of the test set to compare on as well."""
    ngrams: int = 0
    """N-grams to show that one system gets and another misses."""
    store: StatisticsStore | None = None
    """Where statistics of segments are kept between runs; no number depends on it."""


def evaluate(request: Request, start_work: StartWork) -> Evaluation:
    """The whole way.

    Raises:
        EvaluatorError: anything wrong with inputs or options, before anything is written.
    """
    request = with_installed_metrics(request)
    check_metrics(request)
    check_plan(request.plan)
    evalset, files = load_evalset(request)
    return evaluate_pairs(request, evalset, files, start_work)


def evaluate_pairs(request: Request, evalset: EvalSet, files: Sequence[InputFile], start_work: StartWork) -> Evaluation:
    """The way from texts that are paired."""
    check_system_names([(system.name, system.name) for system in evalset.systems])
    evalset = note_missing_references(evalset)
    evalset = replace(evalset, notes=(*request.notes, *evalset.notes, *preflight_notes(evalset, Overlap(OVERLAP, corpus_chrf))))
    request = replace(request, metric_options=with_language(request.metrics, request.metric_options, request.lang))
    words = note_tokenizers(evalset, {name: request.metric_options.get(name, {}) for name in request.metrics}, request.lang)
    evalset = replace(evalset, notes=(*words, *evalset.notes))
    imported = read_score_files(request.scores, evalset, request.lower_is_better)
    judge, words = make_judge(request, evalset)
    evalset = replace(evalset, notes=(*evalset.notes, *words))
    metrics, embedder = make_metrics(request)
    scores = [*score_systems(evalset, metrics, start_work, _memory(request)), *(imported_scores(evalset, one) for one in imported.scores)]
    diagnoses = diagnose_systems(evalset, judge, start_work) if judge else None
    stated = judge.manifest() if judge else None
    novelty = next((one for one in scores if one.metric.name == "novelty"), None)
    if novelty is not None and diagnoses is not None and stated is not None:
        scores.append(paraphrase_scores(evalset, diagnoses, novelty, diagnosis_signature(stated)))
    further = [fidelity_scores(evalset, diagnoses, diagnosis_signature(stated))] if diagnoses is not None and stated is not None else []
    evaluation = Evaluation(
        tables=make_tables(evalset, scores, diagnoses, further),
        statistics={one.metric.name: one.statistics for one in (*scores, *further)},
        manifest=make_manifest(
            evalset,
            [*files, *imported.files],
            [one.metric for one in scores],
            embedder,
            options_of(request),
            _align_model(request),
            stated,
            [one.metric for one in further],
        ),
        alignments=evalset.alignments,
    )
    return compare(evaluation, request.plan, None, request.buckets, request.ngrams)


def compare(evaluation: Evaluation, plan: Plan, metrics: Sequence[str] | None = None, buckets: Sequence[str] = (), ngrams: int = 0) -> Evaluation:
    """A run with intervals, ranks and pairs, from its statistics alone; with buckets and n-grams where asked for.

    Raises:
        EvaluatorError: a plan that cannot be done, or a metric or kind of bucket that the run does not have.
    """
    contest = contest_of(evaluation, metrics)
    further = [bucket_table(evaluation, contest, buckets, plan)] if buckets else []
    further += [ngram_table(evaluation, ngrams)] if ngrams else []
    return with_comparison(evaluation, compare_systems(contest, plan), plan, further)


def load_evalset(request: Request) -> tuple[EvalSet, list[InputFile]]:
    """Inputs read, checked and paired."""
    if request.table is not None:
        table = request.table if isinstance(request.table, TextTable) else read_table(request.table, request.reference_names, request.quoting)
        return group_table(table, request.only), [InputFile("table", "", table.path, table.sha256)]
    inputs = read_inputs(request.references, request.systems, request.source, request.reference_names)
    check_inputs(inputs)
    files = input_files(inputs)
    given = None
    if request.alignment is not None:
        alignment = read_alignments(request.alignment)
        given = alignment.pairs
        files.append(InputFile("alignment", "", request.alignment, alignment.sha256))
    evalset = pair_inputs(inputs, request.align, vectors=_vectors(request), given=given)
    evalset = as_read(evalset, inputs, labelled=request.documents is None)
    if request.documents is None:
        return evalset, files
    read = read_documents(request.documents)
    labels = without_separators(read, inputs, sum(not pair.inserted for pair in evalset.systems[0].pairs))
    return label_documents(evalset, labels), [*files, InputFile("documents", "", labels.path, labels.sha256)]


def _vectors(request: Request) -> Vectors | None:
    """What makes paragraph vectors, the model loaded when the first article asks."""
    model = request.align_model
    if model is None:
        return None

    @cache
    def embedder() -> Embedder:
        from evaluator.embed.embedder import open_embedder

        return open_embedder(model, "last", request.device)

    def vectors(texts: Sequence[str]) -> VectorArray:
        from evaluator.embed.paragraphs import paragraph_vectors

        return paragraph_vectors(embedder(), texts)

    return vectors


def check_metrics(request: Request) -> None:
    """Refuse unknown or repeated metrics before any file is read."""
    if not request.metrics:
        raise EvaluatorError("No metric was asked for; name at least one.")
    for name in request.metrics:
        found = metric_class(name)
        if getattr(found, "needs_embedder", False):
            _require_model(getattr(found, "title", name), request)
        if list(request.metrics).count(name) > 1:
            raise EvaluatorError(f"The metric {name} was asked for twice.")
    for name in request.metric_options:
        if name not in request.metrics:
            raise EvaluatorError(f"There are options for {name!r}, which is not among the metrics asked for: {', '.join(request.metrics)}.")


def is_diagnosed(request: Request) -> bool:
    """True where a run of the request has a diagnosis.

    Raises:
        EvaluatorError: an unknown setting, or a diagnosis asked for that is not installed.
def with_installed_metrics(request: Request) -> Request:
    """The request without those default metrics that are not installed, and a note of them; metrics that were asked for stay."""
    absent = [name for name in DEFAULT_METRICS if missing(name)]
    if request.metrics is not DEFAULT_METRICS or not absent:
        return request
    words = left_out([*absent, *(["diagnosis"] if request.diagnose == "auto" else [])])
    return replace(request, metrics=tuple(name for name in DEFAULT_METRICS if name not in absent), notes=(*request.notes, *words))


def _require_model(metric: str, request: Request) -> None:
    """Stop where the model that a metric needs cannot run, before any file is read."""
    from evaluator.embed.models import DEFAULT_MODEL, part_of

    if request.model is None and request.lang:
        require("hub", f"{metric} with bert-score's model for --lang {request.lang}")
    else:
        model = request.model or DEFAULT_MODEL
        require(part_of(model), f"{metric} with the model {model}")


    """
    if request.diagnose not in DIAGNOSE:
        raise EvaluatorError(f"--diagnose is {request.diagnose!r}.{did_you_mean(request.diagnose, DIAGNOSE)}")
    if request.diagnose == "on":
        require("diagnosis")
        return True
    return request.diagnose == "auto" and "bertscore" in request.metrics and not missing("diagnosis")


def make_judge(request: Request, evalset: EvalSet) -> tuple[Judge | None, list[str]]:
    """What diagnoses, None when diagnosis is off, and what a user must know of it.

    Raises:
        EvaluatorError: an unknown setting, or a prior that is no probability.
    """
    if not is_diagnosed(request):
        return None, left_out(["diagnosis"]) if request.diagnose == "auto" and "bertscore" in request.metrics else []
    with importing("diagnosis"):
        from evaluator.diagnosis.judge import Judge, language_note

    references = [reference for pair in evalset.systems[0].pairs for reference in pair.references if reference]
    language, note = language_note(references, request.lang, forced=request.diagnose == "on")
    if note and request.diagnose == "auto":
        return None, [note]
    judge = Judge(language, request.prior)
    return judge, [*([note] if note else []), *judge.notes(references)]


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


def make_metrics(request: Request) -> tuple[list[Metric], Embedder | None]:
    """The metrics ready to use, and the model that they share if one of them needs it."""
    embedder: Embedder | None = None
    metrics = []
    for name in request.metrics:
        options = dict(request.metric_options.get(name, {}))
        if getattr(metric_class(name), "needs_embedder", False):
            embedder = embedder or _open_embedder(request)
            options.update(embedder=embedder, lang=request.lang)
        metrics.append(create_metric(name, options))
    titles = [metric.title for metric in metrics]
    if len(set(titles)) < len(titles):
        raise EvaluatorError(f"Two of the metrics {', '.join(request.metrics)} are the same with these options: {', '.join(titles)}.")
    return metrics, embedder


def _memory(request: Request) -> Remembered | None:
    """The store with the settings of those metrics whose statistics may be kept and are worth it."""
    if request.store is None:
        return None
    options = {name: request.metric_options.get(name, {}) for name in request.metrics}
    settings = {name: setting_of(name, stated) for name, stated in options.items() if not quicker_than_a_store(name, stated)}
    return Remembered(request.store, {name: setting for name, setting in settings.items() if setting is not None})


def _align_model(request: Request) -> dict[str, str] | None:
    """Name and digest of the model that helped to align, for the manifest."""
    if request.align_model is None:
        return None
    from evaluator.embed.models import find_model

    spec = find_model(request.align_model, "last")
    return {"name": spec.name, "weights_sha256": spec.weights_sha256}


def _open_embedder(request: Request) -> Embedder:
    from evaluator.embed.bertscore_tables import model_of_language
    from evaluator.embed.embedder import open_embedder
    from evaluator.embed.models import DEFAULT_MODEL

    model = request.model or (model_of_language(request.lang) if request.lang else DEFAULT_MODEL)
    return open_embedder(model, request.num_layers, request.device, precision=request.precision, batch_size=request.batch_size)


def options_of(request: Request) -> dict[str, Any]:
    """The options of a request as `run.json` holds them."""
    names = ("align", "align_model", "alignment", "model", "num_layers", "lang", "device", "precision", "batch_size", "diagnose", "prior")
    options = {name: dict(values) for name, values in request.metric_options.items()}
    return {
        "metrics": list(request.metrics),
        "metric_options": options,
        "scores": [asdict(one) for one in request.scores],
        "lower_is_better": list(request.lower_is_better),
        "documents": os.fspath(request.documents) if isinstance(request.documents, (str, os.PathLike)) else None,
        **{name: getattr(request, name) for name in names},
        "only": list(request.only),
        "reference_names": list(request.reference_names),
        "quoting": request.quoting,
        "buckets": list(request.buckets),
        "ngrams": request.ngrams,
        "comparison": asdict(request.plan),
    }
