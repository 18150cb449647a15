"""From the files or texts of a request to segment pairs: read, checked and aligned."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from evaluator.alignment import pair_inputs
from evaluator.alignment.to_reference import Vectors
from evaluator.check import check_inputs
from evaluator.embed import Embedder, VectorArray
from evaluator.readers.alignments import read_alignments
from evaluator.readers.calibration import read_calibration
from evaluator.readers.documents import as_read, label_documents, read_documents, without_separators
from evaluator.readers.inputs import group_table, input_files, read_inputs, read_table
from evaluator.readers.tables import TextTable
from evaluator.request import Request
from evaluator.types import EvalSet, InputFile


def load_evalset(request: Request) -> tuple[EvalSet, list[InputFile]]:
    """Inputs read, checked and paired; the files are those of texts, and the calibration."""
    # A calibration that is none is refused before texts are read, and named among the inputs with its digest.
    calibration = [] if request.calibration is None else [read_calibration(request.calibration)]
    evalset, files = _load_texts(request)
    return evalset, [*files, *(InputFile("calibration", "", one.path, one.sha256) for one in calibration)]


def _load_texts(request: Request) -> tuple[EvalSet, list[InputFile]]:
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
