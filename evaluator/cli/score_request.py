"""The arguments of `evaluator score` and `evaluator compare` as a request."""

from __future__ import annotations

import argparse
import os
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from evaluator.check import check_system_names
from evaluator.cli.collections import unfold
from evaluator.cli.comparing import plan_of
from evaluator.cli.habits import refuse_reference_alone
from evaluator.cli.options import metric_options, target_language
from evaluator.options import OF_RUN
from evaluator.plugins import METRICS
from evaluator.readers.inputs import is_table, system_name
from evaluator.readers.scores import ScoreFile
from evaluator.request import Request
from evaluator.types import EvaluatorError

COMMON = ("source", *(option.name for option in OF_RUN.values() if "command" in option.declared.where and option.name not in ("metrics", "scores")))
"""Options that a request has under the same name."""


def make_request(args: argparse.Namespace) -> Request:
    """The request that the arguments state.

    Raises:
        EvaluatorError: no reference, no system, or one name for two systems.
    """
    notes = unfold(args)
    texts = _texts_of(args)
    if texts.table is None:
        check_system_names(texts.systems)
    else:
        _refuse_options_of_texts(args)
    systems = dict(texts.systems)
    common = {name: getattr(args, name) for name in COMMON}
    return Request(
        references=texts.references,
        systems=systems,
        table=texts.table,
        reference_names=tuple(args.references),
        quoting=not args.no_quoting,
        notes=notes,
        metrics=tuple(args.metrics),
        metric_options=metric_options(args),
        target=target_language(args.langpair) if args.langpair else "",
        scores=[score_file(text, systems) for text in args.scores],
        plan=plan_of(args),
        **common,
    )


class _Texts(NamedTuple):
    """What is named as inputs: references and systems, or one table."""

    references: list[str]
    systems: list[tuple[str, str]]
    """Name and path of each."""
    table: str | None = None


def _texts_of(args: argparse.Namespace) -> _Texts:
    references, inputs = list(args.reference), list(args.input)
    if args.files and not references and not inputs and len(args.files) == 1:
        if not getattr(args, "streams", False):  # a folder or pattern is no file to look into
            refuse_reference_alone(args.files[0])
        return _Texts([], [], args.files[0])
    if not args.files and not references:
        missing = "No reference was given" if inputs else "No files were given"
        raise EvaluatorError(f"{missing}: name a reference and at least one system, or one table. See evaluator score --help")
    files = list(args.files)
    references = references or [files.pop(0)]
    return _Texts(references, [split_name(text) for text in (*files, *inputs)])


def _refuse_options_of_texts(args: argparse.Namespace) -> None:
    if args.source or args.save_alignment or _is_aligned(args):
        raise EvaluatorError("A table holds the source as a column and is not aligned; leave -s and the options of alignment out.")
    if args.documents:
        raise EvaluatorError("A table holds documents as a column; leave --documents out.")


def _is_aligned(args: argparse.Namespace) -> bool:
    """True where any option of alignment was given."""
    return any(getattr(args, option.name) != option.default for option in OF_RUN.values() if option.declared.group == "alignment")


def score_file(text: str, systems: Mapping[str, str]) -> ScoreFile:
    """NAME=FILE or NAME=SYSTEM=FILE; a file whose own name holds `=` stays whole.

    Raises:
        EvaluatorError: no `=` at all.
    """
    name, equals, rest = text.partition("=")
    if not equals or not rest:
        raise EvaluatorError(f"--scores {text}: write NAME=FILE, the name that the metric gets and the file of its scores.")
    system, second, path = rest.partition("=")
    if second and not os.path.exists(rest) and (system in systems or not systems):
        return ScoreFile(name, path, system)
    return ScoreFile(name, rest)


def split_name(text: str) -> tuple[str, str]:
    """(name, path) of NAME=PATH or PATH; a file whose own name holds `=` stays whole."""
    name, equals, path = text.partition("=")
    if not equals or "/" in name or os.path.exists(text):
        return system_name(text) if text != "-" else "stdin", text
    return name, path


def default_folder(request: Request) -> Path:
    """results/<UTC time>-<name of the reference or table>."""
    first = str(request.table or request.references[0])
    stem = re.sub(r"[^\w.-]+", "-", Path(first).name).split(".")[0] or "run"
    return Path("results") / f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}Z-{stem[:60]}"


def refuse_files_among_metrics(args: argparse.Namespace) -> None:
    """Refuse files after -m.

    Raises:
        EvaluatorError: names the first.
    """
    for name in args.metrics:
        if name not in METRICS and (os.path.exists(name) or is_table(name)):
            raise EvaluatorError(f"-m takes every word up to the next option, {name!r} too: put the files before -m.")
