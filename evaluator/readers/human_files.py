"""A file of human scores in whatever form it has: the content decides."""

from __future__ import annotations

import hashlib

from evaluator.readers.forms import ending_of
from evaluator.readers.human import is_human_evaluation
from evaluator.readers.human_esa import read_esa
from evaluator.readers.human_mqm import ESA_SCORES, is_mqm, read_mqm, read_rater_lists
from evaluator.readers.human_rows import JudgedFile, JudgedRow
from evaluator.readers.human_tables import judged_table, read_rows
from evaluator.readers.scores import read_seg_score
from evaluator.readers.source import decode, read_bytes

FORMS = {
    "table": "TSV, CSV, JSON or Parquet with a column of systems and one of human scores; several rows for a segment are several raters",
    "seg.score": "mt-metrics-eval's `system<TAB>score` lines, such as en-de.mqm.seg.score",
    "mqm": "MQM's TSV with a row per error and <v> marks in the target, or JSON Lines with `raters` or `errors`",
    "esa": "WMT's human evaluation since 2024 as JSON Lines: a score from 0 to 100 and marked spans",
}


def read_judged(path: str, *, column: str | None = None, quoting: bool = True) -> JudgedFile:
    """Every judgement of a file.

    Args:
        path: the file.
        column: the column of human scores in a table; None for the first that is known.
        quoting: False takes quotation marks in TSV and CSV as they are.

    Raises:
        EvaluatorError: a file that cannot be read as human scores.
    """
    data = read_bytes(path)
    digest = hashlib.sha256(data).hexdigest()
    if path.lower().removesuffix(".gz").endswith(".score"):
        blocks = read_seg_score(path, decode(data, path), "human")
        rows = tuple(JudgedRow(block.system or "", "", "", score=score) for block in blocks for score in block.scores)
        return JudgedFile(path, digest, rows, next((scale.upper() for scale in ("mqm", "esa", "da") if f".{scale}" in path.lower()), ""))
    if ending_of(path) in (".json", ".jsonl") and is_human_evaluation(text := decode(data, path)):
        return read_esa(path, digest, text)
    table = read_rows(path, data, quoting and not is_mqm_header(data))
    if is_mqm(table.header):
        return read_mqm(path, digest, table)
    if {"raters", "errors"} & set(table.header) and (column is None or column == ESA_SCORES in table.header):
        return read_rater_lists(path, digest, table, column)
    return judged_table(path, digest, table, column=column)


def is_mqm_header(data: bytes) -> bool:
    """True where the first line names the columns of MQM's TSV, in which quotation marks are text."""
    first = data[:4096].split(b"\n", 1)[0].decode("utf-8", errors="replace")
    return is_mqm(first.strip("\r\ufeff").split("\t"))
