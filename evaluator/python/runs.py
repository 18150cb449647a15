"""The commands check, verify, gate and compare as functions."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evaluator.cells import html_table, html_text
from evaluator.check import Limit, Overlap, Texts, check_inputs, check_system_names, find_problems, texts_of_inputs, texts_of_pairs
from evaluator.compare import SEED, Limits, Plan, check_bucketers, check_gate, check_plan
from evaluator.embed.models import DEFAULT_MODEL
from evaluator.extras import left_out
from evaluator.metrics.overlap import OVERLAP, corpus_chrf
from evaluator.pipeline import compare as compare_again
from evaluator.python.inputs import references_of, systems_of, table_of, texts_of
from evaluator.python.listed import Problems
from evaluator.python.notes import with_arguments
from evaluator.readers.inputs import group_table, read_inputs, read_table
from evaluator.recompute import Moved, Verification, verify_texts
from evaluator.recompute import verify as verify_files
from evaluator.results import read_run
from evaluator.run import Run
from evaluator.types import Advance, Evaluation, EvaluatorError, GateCheck
from evaluator.wording import speaking_python

RunSource = Run | str | os.PathLike[str]
"""A finished run, or its folder."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a gate found."""

    checks: tuple[GateCheck, ...]
    """Every rule, kept or broken, with the segments that got worse."""

    @property
    def passed(self) -> bool:
        """True where every rule is kept."""
        return all(check.passed for check in self.checks)

    def _repr_html_(self) -> str:
        """The verdict as a notebook shows it."""
        rows = [["kept" if check.passed else "broken", check.message, len(check.segments)] for check in self.checks]
        return f"<p>{html_text('passed' if self.passed else 'not passed')}</p>{html_table(['rule', 'what was found', 'worse segments'], rows)}"


def check(
    reference: Any,
    systems: Any = None,
    *,
    references: Sequence[Any] = (),
    source: Any = None,
    reference_names: Sequence[str] = (),
    quoting: bool = True,
    model: str | None = "minilm",
) -> Problems:
    """What is likely wrong with inputs, as `evaluator check` finds it; an empty list when nothing is.

    Args:
        reference: a file or a list of texts; or, without systems, one table: a file, a frame or a dict of lists.
        systems: as in `evaluate`.
        references: further references.
        source: the source text.
        reference_names: references to take from a test set that holds several by name.
        quoting: False takes quotation marks in a TSV or CSV table as part of the texts.
        model: the model whose limit counts; None to leave it out. Where the packaged one is not installed a warning says so.

    Raises:
        EvaluatorError: inputs that cannot be read.
    """
    with speaking_python():
        limit = default_limit(lambda words: warnings.warn(words, stacklevel=3)) if model == DEFAULT_MODEL else limit_of(model) if model else None
        if systems is None:
            table = table_of(reference)
            if table is None and not isinstance(reference, (str, os.PathLike)):
                raise EvaluatorError("check needs systems beside the reference, or one table with columns reference and hypothesis.")
            return look(texts_of_pairs(group_table(table or read_table(os.fspath(reference), reference_names, quoting))), limit)
        named = systems_of(systems)
        check_system_names([(name, name) for name in named])
        inputs = read_inputs(references_of(reference, references), named, None if source is None else texts_of(source, "source"), reference_names)
        check_inputs(inputs)
        return look(texts_of_inputs(inputs), limit)


def look(texts: Texts, limit: Limit | None) -> Problems:
    """Everything that is likely wrong, with what a reference gives to the system it was made from."""
    return Problems(find_problems(texts, limit, overlap=Overlap(OVERLAP, corpus_chrf)))


def default_limit(note: Callable[[str], None]) -> Limit | None:
    """The limit of the packaged model; None where it is not installed, which is noted."""
    for words in left_out([DEFAULT_MODEL]):
        note(f"Long texts are not looked for. {words}")
        return None
    return limit_of(DEFAULT_MODEL)


def limit_of(model: str) -> Limit:
    """What a model takes in one pass, and its tokenizer to count with.

    Raises:
        EvaluatorError: an unknown model, or one without a tokenizer file.
    """
    from evaluator.embed.models import find_model
    from evaluator.embed.tokens import FileTokenizer

    spec = find_model(model, "last")
    if not (spec.packed or (spec.folder / "tokenizer.json").is_file()):
        raise EvaluatorError(f"{spec.name} has no tokenizer.json to count tokens with; name another --model, or --model none.")
    tokenizer = FileTokenizer(spec)

    def unknown(texts: Sequence[str]) -> list[float]:
        return [share.characters for share in tokenizer.unknown(texts)]

    return Limit(spec.name, tokenizer.limit, lambda texts: [len(ids) for ids in tokenizer.ids(texts)], unknown)


def verify(
    run: RunSource,
    *,
    root: str = "",
    references: Sequence[str] = (),
    systems: Mapping[str, str] | None = None,
    source: str | None = None,
    table: str | None = None,
    texts: bool = False,
    device: str | None = None,
) -> Verification:
    """A stored run reproduced and compared: `passed`, `settings` and `numbers` say what differs.

    Args:
        run: a run or its folder.
        root: folder that relative paths of run.json start from.
        references: where the references are now, all of them.
        systems: where systems are now.
        source: where the source is now.
        table: where the table is now.
        texts: take the texts from the run itself, for inputs that are gone or were never files.
        device: another device than the run asked for.

    Raises:
        EvaluatorError: an input is neither where it was nor named.
    """
    with speaking_python():
        moved = Moved(root, references, systems or {}, source, table, device)
        return (verify_texts if texts else verify_files)(_stored(run), moved, _no_progress)


def gate(
    run: RunSource,
    baseline: RunSource | None = None,
    *,
    max_drop: Mapping[str, float] | None = None,
    max_critical: int | None = None,
    test: str = "ar",
    unit: str = "auto",
    resamples: int | None = None,
    correction: str = "holm",
    seed: int = SEED,
) -> Verdict:
    """Whether a run keeps up with its baseline; `passed`, and every rule in `checks`.

    Args:
        run: the run to judge, or its folder.
        baseline: the run that it must keep up with.
        max_drop: by metric, most points that it may be worse.
        max_critical: most critical findings that a system may have.
        test: as in `evaluate`; so are unit, resamples, correction and seed.

    Raises:
        EvaluatorError: runs that cannot be compared, or nothing to check.
    """
    with speaking_python():
        plan = Plan(test, unit, resamples, correction, seed)
        check_plan(plan)
        checks = check_gate(_stored(run), None if baseline is None else _stored(baseline), Limits(max_drop or {}, max_critical), plan)
        return Verdict(tuple(checks))


def compare(
    run: RunSource,
    *,
    metrics: Sequence[str] | None = None,
    test: str = "ar",
    unit: str = "auto",
    resamples: int | None = None,
    correction: str = "holm",
    seed: int = SEED,
    buckets: Sequence[str] = (),
    ngrams: int = 0,
) -> Run:
    """The run with its systems compared again, from its statistics alone: `pairs`, and intervals and ranks in `statistics`.

    Args:
        run: a run of at least two systems, or its folder.
        metrics: names; None for all.
        test: as in `evaluate`; so are unit, resamples, correction and seed.
        buckets: parts of the test set to compare on as well.
        ngrams: n-grams to find that one system gets and another misses.

    Raises:
        EvaluatorError: one system alone, or a plan that cannot be done.
    """
    with speaking_python():
        stored = _stored(run)
        if len(stored.manifest.systems) < 2:
            raise EvaluatorError(f"There is one system, {stored.manifest.systems[0]!r}; comparing needs at least two.")
        plan = Plan(test, unit, resamples, correction, seed)
        check_plan(plan)
        check_bucketers(buckets)
        return Run(with_arguments(compare_again(stored, plan, metrics, buckets, ngrams)))


def _stored(run: RunSource) -> Evaluation:
    return run.evaluation if isinstance(run, Run) else read_run(Path(run).expanduser())


def _no_progress(what: str, total: int) -> Advance:  # noqa: ARG001
    return lambda _: None
