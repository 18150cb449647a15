"""The public functions: `evaluate` and `load`, which return a `Run`, `align` and `diagnose`."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evaluator.compare import SEED, Plan
from evaluator.embed import Embedder
from evaluator.embed.paragraphs import paragraph_vectors
from evaluator.extras import importing
from evaluator.options import DEFAULT_METRICS
from evaluator.pipeline import evaluate as run_pipeline
from evaluator.python.inputs import references_of, systems_of, table_of, texts_of
from evaluator.python.listed import AlignedPairs, Diagnoses
from evaluator.python.notes import with_arguments
from evaluator.python.progress import progress_bars
from evaluator.readers.inputs import is_table
from evaluator.readers.scores import ScoreFile
from evaluator.readers.tables import TextTable
from evaluator.readers.text import check_encodable
from evaluator.request import Request
from evaluator.results import read_run
from evaluator.run import Run
from evaluator.types import Diagnosis, EvaluatorError
from evaluator.wording import speaking_python

if TYPE_CHECKING:
    from evaluator.diagnosis.judge import Judge

Texts = str | os.PathLike[str] | Iterable[Any]
"""A `str` or path is a file; a list, Series or array holds texts."""


def evaluate(
    reference: Any,
    systems: Mapping[str, Texts] | Texts | None = None,
    *,
    references: Sequence[Texts] = (),
    source: Texts | None = None,
    metrics: Sequence[str] = DEFAULT_METRICS,
    metric_options: Mapping[str, Mapping[str, Any]] | None = None,
    align: str = "auto",
    align_model: str | None = None,
    alignment: str | None = None,
    model: str | None = None,
    num_layers: int | str | None = None,
    lang: str | None = None,
    device: str = "auto",
    precision: str = "fp32",
    batch_size: int | None = None,
    diagnose: str = "auto",
    prior: float | None = None,
    calibration: str | None = None,
    documents: Texts | None = None,
    reference_names: Sequence[str] = (),
    quoting: bool = True,
    scores: Mapping[str, str | Mapping[str, str]] | None = None,
    lower_is_better: Sequence[str] = (),
    test: str = "ar",
    unit: str = "auto",
    resamples: int | None = None,
    correction: str = "holm",
    seed: int = SEED,
    progress: bool | None = None,
) -> Run:
    """Score systems against a reference. A `str` or path is a file; a list, Series or array holds the texts of segments.

    Args:
        reference: a file or texts; or, without systems, one table with columns reference and hypothesis:
            a file, a DataFrame, a dict of lists or a list of dicts.
        systems: name to file or texts, or a frame with one column per system; one file, named after itself; or the texts of one system.
        references: further references; the first stays the one that segments are those of.
        source: the source text, segment by segment.
        metrics: names as `evaluator list metrics` has them; by default those of the four that are installed.
        metric_options: by metric, options of its class, such as {"bleu": {"tokenize": "zh"}}.
        align: auto, line or paragraph; `results/README.md` says how texts become segments.
        align_model: model that helps to align articles; None compares spelling alone.
        alignment: a file with the alignment to use.
        model: BERTScore's model: a preset, a folder or a hub id; None takes bert-score's model of
            `lang`, or the packaged `minilm` without a language.
        num_layers: the model's layer, or a model whose best layer to take; None takes its own.
        lang: language of the texts; zh, ja and ko choose BLEU's tokenizer and TER's options where metric_options does not.
        device: auto, cpu or cuda.
        precision: fp32 or bf16.
        batch_size: most texts in one batch; None leaves it to the token budget.
        diagnose: auto (when bertscore is among the metrics), on or off.
        prior: share of paragraphs with a serious error in your material.
        calibration: a file with prior and threshold, as `evaluator annotate import` writes it.
        documents: the document of each segment, a list; or a file of them, each with its domain after a tab.
        reference_names: references to take from a test set that holds several by name.
        quoting: False takes quotation marks in a TSV or CSV table as part of the texts.
        scores: metric to a file of external scores, or to {system: file}.
        lower_is_better: which of these are error rates.
        test: ar, bootstrap or sacrebleu-bs.
        unit: what is resampled: auto, segment or document.
        resamples: None for 10,000 (sacrebleu-bs: 1,000).
        correction: holm, bh or none.
        seed: of the tests and intervals.
        progress: whether bars on stderr show how far it is; None shows them in a terminal and a notebook.

    Raises:
        EvaluatorError: anything wrong with inputs or options.

    >>> run = evaluate(["A dam broke.", "Nobody was hurt."], {"a": ["A dam burst.", "Nobody was hurt."]}, metrics=["chrf"])
    >>> run.segments["chrf"].round(1).tolist()
    [32.9, 100.0]
    """
    with speaking_python():
        beside = (references, source is not None, align != "auto", alignment is not None, documents is not None)
        table = _table(reference, any(beside)) if systems is None else None
        request = Request(
            references=() if table is not None else references_of(reference, references),
            systems=systems_of(systems) if systems is not None else {},
            source=None if source is None else texts_of(source, "source"),
            table=table,
            reference_names=reference_names,
            quoting=quoting,
            metrics=(metrics,) if isinstance(metrics, str) else tuple(metrics),
            metric_options=metric_options or {},
            align=align,
            align_model=align_model,
            alignment=alignment,
            model=model,
            num_layers=num_layers,
            lang=lang,
            device=device,
            precision=precision,
            batch_size=batch_size,
            diagnose=diagnose,
            prior=prior,
            calibration=calibration,
            documents=None if documents is None else texts_of(documents, "documents"),
            scores=_score_files(scores or {}),
            lower_is_better=lower_is_better,
            plan=Plan(test, unit, resamples, correction, seed),
        )
        with progress_bars(progress) as start_work:
            return Run(with_arguments(run_pipeline(request, start_work)))


def _table(given: Any, beside: bool) -> str | TextTable:
    """The one table that is given instead of a reference and systems.

    Raises:
        EvaluatorError: no table, or one with what a table holds in its columns.
    """
    if beside:
        raise EvaluatorError(
            "A table holds references, source and documents as columns and is not aligned; leave references, source, align, alignment and documents out, "
            "or give systems."
        )
    table = table_of(given)
    if table is not None:
        return table
    if not isinstance(given, (str, os.PathLike)) or not is_table(os.fspath(given)):
        raise EvaluatorError("evaluate needs systems beside the reference, or one table with columns reference and hypothesis.")
    return os.fspath(given)


def _score_files(scores: Mapping[str, str | Mapping[str, str]]) -> list[ScoreFile]:
    out = []
    for name, where in scores.items():
        out += [ScoreFile(name, path, system) for system, path in where.items()] if isinstance(where, Mapping) else [ScoreFile(name, where)]
    return out


def align(reference_paragraphs: Iterable[str], hypothesis_paragraphs: Iterable[str], *, model: str | None = "minilm") -> AlignedPairs:
    """Beads of two articles in reference order; every paragraph is in exactly one.

    Args:
        reference_paragraphs: n paragraphs.
        hypothesis_paragraphs: m paragraphs.
        model: a model whose vectors help, `minilm`, a folder or a hub id; None compares spelling alone.

    Raises:
        EvaluatorError: an unknown model, or an element that is not text.

    >>> [(p.reference, p.hypothesis) for p in align(["The dam broke.", "It rained."], ["It rained."], model=None)]
    [((0,), ()), ((1,), (0,))]
    """
    with speaking_python():
        reference = _texts("reference_paragraphs", reference_paragraphs)
        hypothesis = _texts("hypothesis_paragraphs", hypothesis_paragraphs)
        from evaluator.alignment.aligner import align_paragraphs
        from evaluator.alignment.pairs import ParagraphVectors

        vectors = None
        if model is not None and (reference or hypothesis):
            both = paragraph_vectors(_aligning_embedder(model), [*reference, *hypothesis])
            vectors = ParagraphVectors(both[: len(reference)], both[len(reference) :])
        return AlignedPairs(align_paragraphs(reference, hypothesis, vectors))


def _texts(name: str, texts: Iterable[str]) -> list[str]:
    if texts is None or isinstance(texts, str):
        raise EvaluatorError(f"{name} must be a list of texts.")
    listed = list(texts)
    for i, text in enumerate(listed):
        if not isinstance(text, str):
            raise EvaluatorError(f"{name}[{i}] is {type(text).__name__}; {name} must be a list of texts.")
        check_encodable(text, f"{name}[{i}]")
    return listed


def diagnose(
    references: Iterable[str],
    hypotheses: Iterable[str],
    *,
    documents: Sequence[str] | None = None,
    sources: Sequence[str] | None = None,
    lang: str | None = None,
    prior: float | None = None,
) -> Diagnoses:
    """A diagnosis of each pair, each judged alone.

    Args:
        references: trusted texts.
        hypotheses: translations or paraphrases, as many.
        documents: the document of each pair, as many; a misspelt name that its document also spells
            otherwise is reported as such. Risk, flag and fidelity stay those of the pair alone.
        sources: what was translated, as many; stretches of it that stand in a hypothesis are found as untranslated.
        lang: language of the texts; another than English keeps English word lists quiet. None looks at
            the function words of each pair.
        prior: share of pairs with a serious error; None for that of the data the numbers were fitted on.

    Raises:
        EvaluatorError: unequal numbers, or an element that is not text.
    """
    listed = _texts("references", references), _texts("hypotheses", hypotheses)
    if len(listed[0]) != len(listed[1]):
        raise EvaluatorError(f"There are {len(listed[0])} references and {len(listed[1])} hypotheses; they must be equally many.")
    for what, given in (("documents", documents), ("sources", sources)):
        if given is not None and len(given) != len(listed[0]):
            raise EvaluatorError(f"There are {len(listed[0])} pairs and {len(given)} {what}; give one for each pair.")
    judged = _judge(lang, prior).diagnose_batch(list(zip(*listed, strict=True)), sources)
    if documents is not None:
        from evaluator.diagnosis.documents import name_spellings

        judged = name_spellings(documents, listed[1], judged)
    return Diagnoses(found or Diagnosis(100.0, 0.0, "none", False, ()) for found in judged)


def _judge(lang: str | None, prior: float | None) -> Judge:
    with importing("diagnosis"):
        from evaluator.diagnosis.judge import Judge

    return Judge(lang, prior)


@cache
def _aligning_embedder(model: str) -> Embedder:
    from evaluator.embed.embedder import open_embedder

    return open_embedder(model, "last")


def load(folder: str | os.PathLike[str]) -> Run:
    """A run folder read back: the same object that `evaluate` returned.

    Raises:
        EvaluatorError: not a run folder, or a damaged one.
    """
    with speaking_python():
        return Run(read_run(Path(folder).expanduser()))
