"""The way from files to results, on one screen. Start here.

Each room is called once, in this order: read, check, align, score, diagnose, compare (and report,
which `api` and `cli` call). Nothing is computed here: `request.py` says what can be asked for,
`loading.py` brings files to segment pairs, `wiring.py` makes the metrics and what judges.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from evaluator.check import Overlap, check_system_names, note_missing_references, note_tokenizers, preflight_notes
from evaluator.compare import Plan, bucket_table, compare_systems, contest_of, ngram_table, with_comparison
from evaluator.loading import load_evalset
from evaluator.manifest import make_manifest
from evaluator.metrics.overlap import OVERLAP, corpus_chrf
from evaluator.plugins import with_language
from evaluator.readers.scores import read_score_files
from evaluator.request import Request, check_request, is_diagnosed, options_of, with_installed_metrics
from evaluator.results import refuse_stream
from evaluator.run_json import Manifest
from evaluator.score import StartWork, imported_scores, make_tables, score_systems
from evaluator.trust import with_trust
from evaluator.types import EvalSet, Evaluation, InputFile
from evaluator.wiring import describe_aligner, diagnose_systems, make_judge, make_metrics, note_model, open_cache, scores_of_diagnosis, unreadable_segments


def evaluate(request: Request, start_work: StartWork) -> Evaluation:
    """The whole way.

    Raises:
        EvaluatorError: anything wrong with inputs or options, before anything is written.
    """
    request = with_installed_metrics(request)
    check_request(request)
    evalset, files = load_evalset(request)
    return evaluate_pairs(request, evalset, files, start_work)


def evaluate_pairs(request: Request, evalset: EvalSet, files: Sequence[InputFile], start_work: StartWork) -> Evaluation:
    """The way from texts that are paired."""
    check_system_names([(system.name, system.name) for system in evalset.systems])
    request = replace(request, metric_options=with_language(request.metrics, request.metric_options, request.lang))
    evalset = note_inputs(request, evalset)
    imported = read_score_files(request.scores, evalset, request.lower_is_better)
    metrics, embedder = make_metrics(request, keep_tokens=is_diagnosed(request))
    judge, words = make_judge(request, evalset, embedder)
    words = [*words, *note_model(embedder, evalset, request.lang)]
    scores = [*score_systems(evalset, metrics, start_work, open_cache(request, metrics)), *(imported_scores(evalset, one) for one in imported.scores)]
    diagnoses = diagnose_systems(evalset, judge, start_work) if judge else None
    unread, further_words = unreadable_segments(request, evalset, judge, words)
    evalset = replace(evalset, notes=(*evalset.notes, *words, *further_words))
    stated = judge.manifest() if judge else None
    paraphrase, fidelity = scores_of_diagnosis(evalset, scores, diagnoses, stated)
    scores += paraphrase
    metrics_asked, described = [one.metric for one in scores], describe_aligner(request)
    manifest = make_manifest(
        evalset, [*files, *imported.files], metrics_asked, embedder, options_of(request), described, stated, [one.metric for one in fidelity], unread
    )
    statistics = {one.metric.name: one.statistics for one in (*scores, *fidelity)}
    evaluation = Evaluation(make_tables(evalset, scores, diagnoses, fidelity), statistics, Manifest.read(manifest), evalset.alignments)
    return with_trust(compare(evaluation, request.plan, None, request.buckets, request.ngrams))


def note_inputs(request: Request, evalset: EvalSet) -> EvalSet:
    """The pairs with what a reader of the results should know of them."""
    evalset = note_missing_references(evalset)
    words = note_tokenizers(evalset, {name: request.metric_options.get(name, {}) for name in request.metrics}, request.lang, request.target)
    return replace(evalset, notes=(*words, *request.notes, *evalset.notes, *preflight_notes(evalset, Overlap(OVERLAP, corpus_chrf))))


def compare(evaluation: Evaluation, plan: Plan, metrics: Sequence[str] | None = None, buckets: Sequence[str] = (), ngrams: int = 0) -> Evaluation:
    """A run with intervals, ranks and pairs, from its statistics alone; with buckets and n-grams where asked for.

    Raises:
        EvaluatorError: a plan that cannot be done, or a metric or kind of bucket that the run does not have.
    """
    if buckets or ngrams:
        refuse_stream(evaluation, "Comparing by buckets or n-grams")
    contest = contest_of(evaluation, metrics)
    further = [bucket_table(evaluation, contest, buckets, plan)] if buckets else []
    further += [ngram_table(evaluation, ngrams)] if ngrams else []
    return with_comparison(evaluation, compare_systems(contest, plan), plan, further)
